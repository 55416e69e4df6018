// What a user may see and change: permission sets of the package and of the org file, added up, and the schema as such a
// user meets it.

import { type Entity, entityOf, type Field, type Schema } from '../entities.ts'

export const RIGHTS = ['create', 'read', 'edit', 'delete'] as const
export type Right = (typeof RIGHTS)[number]

/** Objects by lower-case name; fields as lower-case `object.field`; `abilities` are user permissions such as EditTask. */
export type PermissionSet = {
  name: string
  objects: Map<string, Set<Right>>
  fields: Map<string, 'read' | 'edit'>
  abilities: Set<string>
}

export type Access = {
  may(entity: Entity, right: Right): boolean
  reads(entity: Entity, field: Field): boolean
  edits(entity: Entity, field: Field): boolean
}

/** Objects that have no permissions of their own and go by another's. Assumed of all but the order line. */
const GOES_BY: Record<string, string> = {
  OrderItem: 'Order',
  PricebookEntry: 'Pricebook2',
  OpportunityContactRole: 'Opportunity',
  AccountContactRelation: 'Contact',
}

/** Permission sets only add: what none of them gives, the user has not. */
export function accessBy(sets: readonly PermissionSet[]): Access {
  const may = (entity: Entity, right: Right): boolean => {
    if (!entity.writable) return right === 'read'
    if (entity.name === 'Task') return right === 'read' || sets.some(set => set.abilities.has('EditTask'))
    const name = (GOES_BY[entity.name] ?? entity.name).toLowerCase()
    return sets.some(set => set.objects.get(name)?.has(right))
  }
  const given = (entity: Entity, field: Field): 'read' | 'edit' | undefined => {
    const part = (field.compound ?? field.name).toLowerCase()
    const names = entity.name === 'Task' ? ['task', 'activity'] : [entity.name.toLowerCase()]
    const found = sets.flatMap(set => names.flatMap(name => set.fields.get(`${name}.${part}`) ?? []))
    return found.includes('edit') ? 'edit' : found[0]
  }
  return {
    may,
    reads: (entity, field) => !isPermissionable(entity, field) || given(entity, field) !== undefined,
    edits: (entity, field) => !isPermissionable(entity, field) || given(entity, field) === 'edit',
  }
}

/** Never withheld: what every record has or must have, its name and its parts, and what the platform keeps. */
const ALWAYS = new Set(['OwnerId', 'RecordTypeId', 'CurrencyIsoCode', 'IsPersonAccount', 'PersonContactId'])

export function isPermissionable(entity: Entity, field: Field): boolean {
  if (!entity.writable || field.required || field.nameField || field.compound === 'Name') return false
  if (field.type === 'address') return true
  return field.custom || (field.createable && !ALWAYS.has(field.name))
}

/** The schema without what this user must not see. The fields in it are the org's own. */
export function schemaFor(schema: Schema, access: Access): Schema {
  const seen: Schema = { entities: new Map(), byPrefix: new Map(), children: new Map() }
  for (const [key, entity] of schema.entities) {
    if (!access.may(entity, 'read')) continue
    const fields = entity.fields.filter(field => access.reads(entity, field))
    const visible = new Set(fields)
    const kept = (map: Map<string, Field>): Map<string, Field> =>
      new Map([...map].filter(([, field]) => visible.has(field)))
    const view = { ...entity, fields, byName: kept(entity.byName), byRelationship: kept(entity.byRelationship) }
    seen.entities.set(key, view)
    seen.byPrefix.set(entity.keyPrefix, view)
  }
  for (const [parent, list] of schema.children) {
    const children = list.flatMap(({ child, field }) => {
      const view = entityOf(seen, child.name)
      return view?.fields.includes(field) ? [{ child: view, field }] : []
    })
    seen.children.set(parent, children)
  }
  return seen
}
