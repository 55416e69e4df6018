// From what one transaction did to the rows to the change events that it leaves: one event a record, or one for several
// records that were changed alike.

import type { Entity, Field, Row } from '../entities.ts'
import type { Rows } from '../store/rows.ts'
import { textDiff } from './diff.ts'
import type { ChangeEvent, ChangeType } from './event.ts'

/** A row as it was before a step of the transaction; undefined when it was not there. */
export type Step = { readonly rows: Rows; readonly id: string; readonly before: Row | undefined }

export type Change = Pick<ChangeEvent, 'object' | 'ids' | 'type' | 'userId' | 'row' | 'changed' | 'diffs'>

/** In the place of an id, where an event stands for all records of an object. */
const ALL_RECORDS = '000000000000000AAA'

export type Reading = {
  /** The fields of an object that events tell about; null when nobody selected it. */
  fieldsOf(entity: Entity): readonly Field[] | null
  /** Changes of a transaction beyond this number are not told one by one. */
  mostChanges: number
}

export function changesOf(steps: readonly Step[], { fieldsOf, mostChanges }: Reading): Change[] {
  const touched = new Map<string, Step>()
  for (const step of steps) if (!touched.has(step.id) && fieldsOf(step.rows.entity)) touched.set(step.id, step)
  const changes: Change[] = []
  const alike = new Map<string, { ids: string[] }>()
  const overflown = new Map<string, string>()
  let count = 0
  for (const { rows, id, before } of touched.values()) {
    const after = rows.get(id)
    const type = typeOf(before, after)
    const row = after ?? before
    if (!type || !row) continue
    const object = rows.entity.name
    const userId = row.modifiedBy
    count++
    if (count > mostChanges) {
      overflown.set(object, userId)
      continue
    }
    const changed = type === 'UPDATE' && before ? changedFields(fieldsOf(rows.entity) ?? [], object, before, row) : []
    const ids = [id]
    const diffs = type === 'UPDATE' && before ? diffsOf(fieldsOf(rows.entity) ?? [], changed, before, row) : {}
    const key = likeness(object, type, row, changed, rows.entity, diffs)
    const first = key === null ? undefined : alike.get(key)
    if (first) {
      first.ids.push(id)
      continue
    }
    if (key !== null) alike.set(key, { ids })
    const sent = Object.keys(diffs).length > 0 ? { diffs } : {}
    changes.push({ object, ids, type, userId, row: type === 'DELETE' ? null : row, changed, ...sent })
  }
  for (const [object, userId] of overflown) {
    changes.push({ object, ids: [ALL_RECORDS], type: 'GAP_OVERFLOW', userId, row: null, changed: [] })
  }
  return changes
}

/** What a transaction as a whole did to a record: nothing, to one that it made and removed. */
function typeOf(before: Row | undefined, after: Row | undefined): ChangeType | null {
  const was = before !== undefined && !before.deleted
  const is = after !== undefined && !after.deleted
  if (was) return is ? 'UPDATE' : 'DELETE'
  if (!is) return null
  return before ? 'UNDELETE' : 'CREATE'
}

function changedFields(fields: readonly Field[], object: string, before: Row, after: Row): string[] {
  const names: string[] = []
  for (const field of fields) {
    if (field.read(before) !== field.read(after) || field.name === 'LastModifiedDate') names.push(field.name)
  }
  // A conversion's event of the lead is known to lack it ("Lead Conversion" in the guide to change events).
  const converted = object === 'Lead' && names.includes('IsConverted')
  return converted ? names.filter(name => name !== 'LastModifiedDate') : names
}

/** Of each large text that changed in few places, how it changed. */
function diffsOf(
  fields: readonly Field[],
  changed: readonly string[],
  before: Row,
  after: Row,
): Record<string, string> {
  const diffs: Record<string, string> = {}
  for (const field of fields) {
    if (field.type !== 'textarea' || !changed.includes(field.name)) continue
    const [old, fresh] = [field.read(before), field.read(after)]
    const diff = typeof old === 'string' && typeof fresh === 'string' ? textDiff(old, fresh) : null
    if (diff !== null) diffs[field.name] = diff
  }
  return diffs
}

/** Records that were changed to the same values within a second share an event; creations never do. */
function likeness(
  object: string,
  type: ChangeType,
  row: Row,
  changed: readonly string[],
  entity: Entity,
  diffs: Record<string, string>,
): string | null {
  if (type === 'DELETE') return `${object} DELETE ${row.modifiedBy}`
  if (type !== 'UPDATE') return null
  const values = changed.map(name => {
    const value = entity.byName.get(name.toLowerCase())?.read(row) ?? null
    return name === 'LastModifiedDate' ? Math.floor(Number(value) / 1000) : value
  })
  return JSON.stringify([object, row.modifiedBy, changed, values, diffs])
}
