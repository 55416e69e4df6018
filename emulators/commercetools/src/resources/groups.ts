/** Customer groups: unique names, optional keys, Custom Fields; none is deleted while a customer belongs to it. */
import { checkKey } from '../customers/fields.ts'
import type { Act, CustomerGroup } from '../model/entities.ts'
import { duplicateField, invalidField, referenceExists } from '../model/errors.ts'
import { type JsonObject, optional, optionalText, text } from '../model/json.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { fresh, type SmallActions, withKey } from './change.ts'
import { customFrom, customOf, withField } from './custom.ts'

export function createGroup(world: World, project: Project, draft: JsonObject, act: Act): CustomerGroup {
  const name = freeName(project, '', text(draft, 'groupName'))
  const key = freeKey(project, '', optionalText(draft, 'key'))
  const custom = customOf(project, draft.custom, 'customer-group')
  const row: CustomerGroup = { ...fresh(world, act), name, ...(key ? { key } : {}), ...(custom ? { custom } : {}) }
  world.commit({ project, typeId: 'customer-group', act, after: row })
  return row
}

export const groupActions: SmallActions<CustomerGroup> = {
  changeName(row, action, project) {
    const name = freeName(project, row.id, text(action, 'name'))
    return name === row.name ? null : { ...row, name }
  },
  setKey: (row, action, project) => withKey(row, freeKey(project, row.id, optionalText(action, 'key'))),
  setCustomType(row, action, project) {
    const type = optional(action, 'type')
    if (type !== undefined)
      return { ...row, custom: customFrom(project, type, optional(action, 'fields'), 'customer-group') }
    if (!row.custom) return null
    const { custom: _, ...rest } = row
    return rest
  },
  setCustomField(row, action, project) {
    const change = withField(project, row.custom, text(action, 'name'), optional(action, 'value'))
    return change && { ...row, custom: change.custom }
  },
}

export function deleteGroup(world: World, project: Project, row: CustomerGroup, act: Act) {
  if (project.customers.find('customerGroup', row.id).length > 0) throw referenceExists('customer-group', 'customer')
  if (project.businessUnits.find('customerGroup', row.id).length > 0)
    throw referenceExists('customer-group', 'business-unit')
  world.commit({ project, typeId: 'customer-group', act, before: row })
}

function freeName(project: Project, id: string, name: string): string {
  if (name.trim() === '') throw invalidField('name', name)
  if (project.groups.find('name', name).some(other => other.id !== id)) throw duplicateField('name', name)
  return name
}

function freeKey(project: Project, id: string, key: string | undefined): string | undefined {
  checkKey(key)
  if (key && project.groups.find('key', key).some(other => other.id !== id)) throw duplicateField('key', key)
  return key
}
