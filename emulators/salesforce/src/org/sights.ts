// The org as each of its users sees it: by the permission sets that the org file assigns, one view for all who have the same.

import type { Row } from '../entities.ts'
import { entityOf } from '../entities.ts'
import type { World } from '../rules/world.ts'
import { type Access, accessBy, type PermissionSet, schemaFor } from '../schema/permissions.ts'
import { type OrgOptions, SetupError } from './options.ts'

type Seen = Omit<World, 'seenBy'> & { readonly integrationUserId: string }

/** Throws a SetupError where a permission set is assigned that there is not. */
export function sights<Org extends Seen>(
  options: OrgOptions,
  ofPackage: readonly PermissionSet[],
): (org: Org, userId: string) => Org {
  const sets = new Map([...ofPackage, ...options.permissionSets.map(setOf)].map(set => [set.name, set]))
  for (const { permissionSets = [] } of [...options.clients, ...options.users]) {
    const unknown = permissionSets.find(name => !sets.has(name))
    if (unknown === undefined) continue
    throw new SetupError(`the org file cannot be used: there is no permission set "${unknown}"`)
  }
  const restricts = [...options.clients, ...options.users].some(entry => entry.permissionSets !== undefined)
  const views = new Map<string, Org>()
  return (org, userId) => {
    if (!restricts) return org
    const names = assigned(org, userId)
    if (names === null) return org
    const key = [...new Set(names)].sort().join('\n')
    const known = views.get(key)
    if (known) return known
    const view = viewOf(org, accessBy(names.flatMap(name => sets.get(name) ?? [])))
    views.set(key, view)
    return view
  }
}

function setOf({
  name,
  objects = {},
  fields = {},
  abilities = [],
}: OrgOptions['permissionSets'][number]): PermissionSet {
  return {
    name,
    objects: new Map(Object.entries(objects).map(([object, rights]) => [object.toLowerCase(), new Set(rights)])),
    fields: new Map(Object.entries(fields).map(([field, given]) => [field.toLowerCase(), given])),
    abilities: new Set(abilities),
  }
}

/** The sets of a user; null for one to whom none are assigned. */
function assigned(org: Seen, userId: string): string[] | null {
  const entity = entityOf(org.schema, 'User')
  const row: Row | undefined = entity && org.store.rows(entity).get(userId)
  const username = row?.values.Username
  const { clients, users } = org.options
  const lists = [
    ...users.filter(user => user.username === username),
    ...clients.filter(client =>
      client.username === undefined ? userId === org.integrationUserId : client.username === username,
    ),
  ].flatMap(({ permissionSets }) => (permissionSets ? [permissionSets] : []))
  return lists.length === 0 ? null : lists.flat()
}

/** All else of the view is the org itself, today's and tomorrow's. */
function viewOf<Org extends Seen>(org: Org, access: Access): Org {
  const schema = schemaFor(org.schema, access)
  return Object.create(org, { schema: { value: schema }, access: { value: access }, whole: { value: org } })
}
