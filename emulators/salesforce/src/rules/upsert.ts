// Upsert by a key, as Collections and Bulk do it: find by external ID, change what is found, create what is not.

import type { Entity, Field, Row, Value } from '../entities.ts'
import { normaliseId } from '../store/ids.ts'
import { type Body, findByKey, manyFound } from './body.ts'
import { entityIsDeleted, malformedId, Refusal, refuse } from './refusal.ts'
import { storedValue } from './values.ts'
import type { Actor, World } from './world.ts'
import { createRow, duplicateValue, updateRow } from './write.ts'

export type Upserted = { row: Row; created: boolean }
export type Key = Value | null | Refusal

export function upsertRow(
  world: World,
  actor: Actor,
  entity: Entity,
  field: Field,
  key: Value | null,
  body: Body,
  updateOnly = false,
): Upserted {
  if (key === null) {
    if (field.type === 'id') return { row: createRow(world, actor, entity, body), created: true }
    throw refuse('MISSING_ARGUMENT', `${field.name} not specified`)
  }
  if (field.type === 'id') {
    return { row: updateRow(world, actor, entity, liveRow(world, entity, String(key)), body), created: false }
  }
  const rows = findByKey(world, entity, field, key)
  if (rows.length > 1) throw refuse('DUPLICATE_EXTERNAL_ID', manyFound(field, rows))
  const [row] = rows
  if (row) {
    if (actor.racing?.has(raceKey(entity, field, key))) throw duplicateValue(field, row)
    return { row: updateRow(world, actor, entity, row, body, [field.name.toLowerCase()]), created: false }
  }
  if (updateOnly) {
    throw refuse('NOT_FOUND', `Provided external ID field does not exist or is not accessible: ${key}`)
  }
  // From now on the key is this request's own: it may write it again.
  const fresh = createRow(world, actor, entity, body, [field, key])
  actor.racing?.delete(raceKey(entity, field, key))
  return { row: fresh, created: true }
}

/** The key as the field stores it, or why it cannot be one. */
export function keyOf(field: Field, record: Body): Key {
  const name = Object.keys(record).find(candidate => candidate.toLowerCase() === field.name.toLowerCase())
  if (name === undefined) return null
  try {
    return storedValue(field.type === 'id' ? { ...field, type: 'reference' } : field, record[name])
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

/** Names a key of an object, for telling who was first. */
export const raceKey = (entity: Entity, field: Field, key: Value): string =>
  `${entity.name} ${field.name} ${sameKey(field, key)}`

export const sameKey = (field: Field, key: Value): string =>
  field.caseSensitive || field.type === 'id' ? String(key) : String(key).toLowerCase()

/** Keys that come more than once in one call: all their rows are refused. */
export function repeated(values: readonly string[]): Set<string> {
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const value of values) {
    if (seen.has(value)) twice.add(value)
    seen.add(value)
  }
  return twice
}

export const repeatedKeys = (field: Field, keys: readonly Key[]): Set<string> =>
  repeated(keys.flatMap(key => (key instanceof Refusal || key === null ? [] : sameKey(field, key))))

/** The key of one row of a call, or the refusal of that row. */
export function checkedKey(field: Field, key: Key | undefined, twice: Set<string>): Value | null {
  if (key instanceof Refusal) throw key
  if (key === null || key === undefined) return null
  if (!twice.has(sameKey(field, key))) return key
  throw refuse('DUPLICATE_VALUE', `Duplicate external id specified: ${key}`, [field.name])
}

/** The row of an id in a call that names many. */
export function liveRow(world: World, entity: Entity, given: string): Row {
  const id = normaliseId(given)
  if (id === undefined) throw malformedId(given)
  const row = world.store.rows(entity).get(id)
  if (!row) throw refuse('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id')
  if (row.deleted) throw entityIsDeleted()
  return row
}
