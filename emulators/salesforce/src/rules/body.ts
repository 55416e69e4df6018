// Reads the fields of a record as a client sends it: names without regard to case, parents by id or by external ID.

import { type Entity, entityOf, type Field, fieldOf, type Row, type Value } from '../entities.ts'
import { Refusal, refuse } from './refusal.ts'
import { storedValue } from './values.ts'
import type { World } from './world.ts'

export type Body = Record<string, unknown>
export type Changes = Map<Field, Value | null>

export function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What the body sets; fields named in `skip` (an upsert's key, the id) are left out. Throws a Refusal. */
export function readBody(world: World, entity: Entity, body: Body, kind: 'create' | 'update', skip: string[]): Changes {
  const changes: Changes = new Map()
  const closed: string[] = []
  for (const name of Object.keys(body)) {
    const given = body[name]
    const lower = name.toLowerCase()
    if (lower === 'attributes' || skip.includes(lower)) continue
    const field = entity.byName.get(lower)
    if (field) {
      const isOpen = (kind === 'create' ? field.createable : field.updateable) && entity.writable
      if (!isOpen || world.access?.edits(entity, field) === false) closed.push(field.name)
      else changes.set(field, checkedReference(world, field, storedValue(field, given)))
      continue
    }
    const link = entity.byRelationship.get(lower)
    if (!link?.updateable) {
      throw refuse('INVALID_FIELD', `No such column '${name}' on sobject of type ${entity.name}`)
    }
    if (hasName(body, link.name)) {
      const message = `cannot specify both an external ID reference ${link.relationshipName} and a salesforce id, ${link.name}`
      throw refuse('INVALID_FIELD', message)
    }
    if (world.access?.edits(entity, link) === false) {
      closed.push(link.name)
      continue
    }
    changes.set(link, given === null ? null : parentOf(world, link, given))
  }
  if (closed.length > 0) throw closedFields(closed)
  return changes
}

export function closedFields(names: string[]): Refusal {
  const message =
    `Unable to create/update fields: ${names.join(', ')}. Please check the security settings of this field and ` +
    'verify that it is read/write for your profile or permission set.'
  return refuse('INVALID_FIELD_FOR_INSERT_UPDATE', message, names)
}

export function hasName(body: Body, name: string): boolean {
  const lower = name.toLowerCase()
  return Object.keys(body).some(key => key.toLowerCase() === lower)
}

/** `{ "Account": { "CT_Id__c": "x" } }`: the parent's id by one external-ID field; `attributes.type` says which of several objects. */
export function parentOf(world: World, link: Field, given: unknown): string {
  const type = isBody(given) && isBody(given.attributes) ? given.attributes.type : undefined
  const target = link.referenceTo.find(name => name === type) ?? link.referenceTo[0] ?? ''
  if (!isBody(given)) {
    const message = `Cannot deserialize instance of ${target} from ${Array.isArray(given) ? 'START_ARRAY value [' : `VALUE_STRING value ${given}`} or request may be missing a required field`
    throw refuse('JSON_PARSER_ERROR', message)
  }
  const names = Object.keys(given).filter(name => name.toLowerCase() !== 'attributes')
  const [name] = names
  if (name === undefined || names.length > 1) {
    const count = names.length > 1 ? 'More than 1 field' : 'No fields'
    throw refuse('INVALID_FIELD', `${count} provided in an external foreign key reference in entity: ${target}`)
  }
  const parent = entityOf(world.schema, target)
  const field = parent && fieldOf(parent, name)
  if (!parent || !field) throw refuse('INVALID_FIELD', `No such column '${name}' on sobject of type ${target}`)
  if (!field.idLookup && !field.externalId) {
    throw refuse('INVALID_FIELD', `${name} is not an External ID or indexed field for ${target}`)
  }
  const value = storedValue(field.type === 'id' ? { ...field, type: 'reference' } : field, given[name])
  const found = value === null ? [] : findByKey(world, parent, field, value)
  if (found.length > 1) throw refuse('DUPLICATE_EXTERNAL_ID', manyFound(field, found))
  const [row] = found
  if (!row) {
    throw refuse(
      'INVALID_FIELD',
      `Foreign key external ID: ${value ?? ''} not found for field ${field.name} in entity ${target}`,
    )
  }
  return row.id
}

export const manyFound = (field: Field, rows: Row[]): string =>
  `${field.label}: more than one record found for external id field: [${rows.map(row => row.id).join(', ')}]`

/** Live rows that carry the key; a case-sensitive field tells `a` from `A`. */
export function findByKey(world: World, entity: Entity, field: Field, value: Value): Row[] {
  const rows = world.store.rows(entity)
  const ids = field.type === 'id' ? [String(value)] : (rows.lookup(field, value) ?? [])
  return ids.flatMap(id => {
    const row = rows.get(id)
    if (!row || row.deleted) return []
    return field.caseSensitive && field.read(row) !== value ? [] : [row]
  })
}

function checkedReference(world: World, field: Field, value: Value | null): Value | null {
  if (field.type !== 'reference' || typeof value !== 'string') return value
  const target = world.schema.byPrefix.get(value.slice(0, 3))
  if (!target || !field.referenceTo.includes(target.name)) {
    if (field.referenceTo.includes('RecordType')) throw badRecordType(field, value)
    throw refuse('FIELD_INTEGRITY_EXCEPTION', `${field.label}: id value of incorrect type: ${value}`, [field.name])
  }
  const row = world.store.rows(target).get(value)
  if (!row) throw refuse('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id')
  if (row.deleted) throw refuse('ENTITY_IS_DELETED', 'entity is deleted')
  return value
}

export function badRecordType(field: Field, value: string): Refusal {
  const message = `${field.label}: this ID value isn't valid for the user: ${value}`
  return new Refusal([{ statusCode: 'INVALID_CROSS_REFERENCE_KEY', message, fields: [field.name] }])
}
