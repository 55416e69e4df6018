/** Associates in drafts: customers who hold roles in a business unit. */
import type { Associate, RoleAssignment } from '../model/b2b.ts'
import { invalidField, invalidOperation, malformedJson } from '../model/errors.ts'
import { type JsonObject, object, objects, optional, optionalText } from '../model/json.ts'
import { customer, role } from '../resources/references.ts'
import type { Project } from '../store/project.ts'

/** Source: Limits, Business Units. */
const MAX_ASSOCIATES = 2_000
const MAX_ROLES = 5

export function associate(project: Project, draft: JsonObject): Associate {
  if (optional(draft, 'associateRoleAssignments') === undefined) {
    throw malformedJson('associateRoleAssignments: Missing required value')
  }
  const assignments = new Map<string, RoleAssignment>()
  for (const each of objects(draft, 'associateRoleAssignments')) {
    const { key } = role(project, each.associateRole)
    assignments.set(key, { associateRole: { typeId: 'associate-role', key }, inheritance: inheritance(each) })
  }
  if (assignments.size > MAX_ROLES) throw invalidOperation(`An associate can have at most ${MAX_ROLES} roles.`)
  const { id } = customer(project, object(draft.customer, 'customer'))
  return { associateRoleAssignments: [...assignments.values()], customer: { typeId: 'customer', id } }
}

export function associates(project: Project, body: JsonObject): Associate[] {
  return checkAssociates(objects(body, 'associates').map(each => associate(project, each)))
}

export function checkAssociates(all: Associate[]): Associate[] {
  if (all.length > MAX_ASSOCIATES) {
    throw invalidOperation(`A business unit can have at most ${MAX_ASSOCIATES} associates.`)
  }
  const ids = new Set<string>()
  for (const { customer } of all) {
    if (ids.has(customer.id)) throw invalidOperation(`The customer '${customer.id}' is an associate already.`)
    ids.add(customer.id)
  }
  return all
}

/** A role stays in its unit unless the draft says otherwise. */
function inheritance(draft: JsonObject): RoleAssignment['inheritance'] {
  const given = optionalText(draft, 'inheritance') ?? 'Disabled'
  if (given !== 'Enabled' && given !== 'Disabled') throw invalidField('inheritance', given, ['Enabled', 'Disabled'])
  return given
}
