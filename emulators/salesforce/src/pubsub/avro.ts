// The Avro form of an object's change events: its schema, and one event written in it.
//
// Field 0 is the header; the object's fields follow in the order of its schema, each nullable; names of persons and
// addresses are records. Dates and times are epoch milliseconds. Source: the Pub/Sub API's guide and the change event
// schemas that its samples print.

import { createHash } from 'node:crypto'
import avsc from 'avsc'
import type { Entity, Field, Row } from '../entities.ts'
import { avroType, type Json, NAMESPACE, wrap } from './avro-type.ts'
import { bitmaps, type Position } from './bitmap.ts'
import { CHANGE_TYPES, type ChangeEvent, type ChangeType } from './event.ts'

const NAME_PARTS = ['Salutation', 'FirstName', 'LastName']
/** System fields that a change event never shows, and those that its header says. */
const HIDDEN = new Set(['Id', 'IsDeleted', 'SystemModstamp', 'MasterRecordId'])

type Part = { name: string; field: Field }
type Slot = { field: Field; parts: Part[]; record: string | null }

export type ChangeSchema = {
  readonly id: string
  readonly json: string
  /** The fields that events tell about. */
  readonly fields: readonly Field[]
  encode(event: ChangeEvent, orgId: string, extra?: Extra): Buffer
}

/** Fields that a channel adds to what has changed, and the record as it is now; a compound field stands for its parts. */
export type Extra = { fields: ReadonlySet<string>; row: Row }

const HEADER: Json = {
  type: 'record',
  name: 'ChangeEventHeader',
  fields: [
    { name: 'entityName', type: 'string' },
    { name: 'recordIds', type: { type: 'array', items: 'string' } },
    { name: 'changeType', type: { type: 'enum', name: 'ChangeType', symbols: [...CHANGE_TYPES] } },
    { name: 'changeOrigin', type: 'string' },
    { name: 'transactionKey', type: 'string' },
    { name: 'sequenceNumber', type: 'int' },
    { name: 'commitTimestamp', type: 'long' },
    { name: 'commitNumber', type: 'long' },
    { name: 'commitUser', type: 'string' },
    ...['nulledFields', 'diffFields', 'changedFields'].map(name => ({
      name,
      type: { type: 'array', items: 'string' },
    })),
  ],
}

/** A larger event is told as a gap, in a header alone ("Gap Events" in the guide to change data capture). */
const EVENT_MOST = 1_000_000

/** Where commit numbers of an org begin; real ones are of this size. */
const FIRST_COMMIT = 1_100_000_000_000

export function changeSchema(entity: Entity): ChangeSchema {
  const slots = slotsOf(entity)
  const json = JSON.stringify(schemaOf(entity, slots))
  const id = createHash('md5').update(json).digest('base64url')
  const type = avsc.Type.forSchema(JSON.parse(json), { wrapUnions: true })
  const positions = new Map<string, Position>()
  slots.forEach(({ field, parts, record }, at) => {
    if (record === null || parts.length === 0 || field.type === 'string') {
      positions.set(field.name, { slot: at + 1, part: null })
    }
    parts.forEach((part, number) => {
      positions.set(part.field.name, { slot: at + 1, part: number })
    })
  })
  const fields = entity.fields.filter(field => positions.has(field.name))
  const at = (names: readonly string[]): Position[] => names.flatMap(name => positions.get(name) ?? [])

  const write = (event: ChangeEvent, orgId: string, extra?: Extra): Buffer => {
    const { row, diffs = {} } = event
    // A person account's name is its parts: the composed one stands for a business.
    const changed = row && isPerson(entity, row) ? event.changed.filter(name => name !== 'Name') : event.changed
    const nulled = row ? changed.filter(name => entity.byName.get(name.toLowerCase())?.read(row) === null) : []
    const record: Record<string, unknown> = {
      ChangeEventHeader: {
        entityName: entity.name,
        recordIds: event.ids,
        changeType: event.type,
        changeOrigin: event.origin,
        transactionKey: transactionKey(orgId, event.transaction),
        sequenceNumber: event.sequence,
        commitTimestamp: event.at,
        commitNumber: FIRST_COMMIT + event.transaction,
        commitUser: event.userId,
        nulledFields: bitmaps(at(nulled)),
        diffFields: bitmaps(at(Object.keys(diffs))),
        changedFields: bitmaps(at(changed)),
      },
    }
    const shown = event.type === 'UPDATE' ? new Set(changed) : null
    const isAdded = ({ name, compound }: Field, slot: Slot): boolean =>
      extra !== undefined &&
      (extra.fields.has(name) || extra.fields.has(slot.field.name) || extra.fields.has(compound ?? ''))
    for (const slot of slots) {
      record[slot.field.name] = valueIn(slot, field => {
        if (row && (!shown || shown.has(field.name))) return wrap(field, diffs[field.name] ?? field.read(row))
        return extra && isWhole(event.type) && isAdded(field, slot) ? wrap(field, field.read(extra.row)) : null
      })
    }
    return type.toBuffer(record)
  }
  return {
    id,
    json,
    fields,
    encode(event, orgId, extra) {
      const whole = write(event, orgId, extra)
      if (whole.length <= EVENT_MOST || !isWhole(event.type)) return whole
      return write({ ...event, type: `GAP_${event.type}`, row: null, changed: [], diffs: {}, sequence: 1 }, orgId)
    },
  }
}

const isWhole = (type: ChangeType): type is Exclude<ChangeType, `GAP_${string}`> => !type.startsWith('GAP_')

const isPerson = (entity: Entity, row: Row): boolean => entity.name === 'Account' && row.values.LastName !== undefined

/** A UUID that follows from the org and the number of its transaction, so that a run can be repeated. */
function transactionKey(orgId: string, transaction: number): string {
  const digest = createHash('md5').update(`${orgId}/${transaction}`).digest('hex')
  return digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function slotsOf(entity: Entity): Slot[] {
  const name = entity.byName.get('name')
  const person = NAME_PARTS.flatMap(part => {
    const field = entity.byName.get(part.toLowerCase())
    return field ? [{ name: part, field }] : []
  })
  const hasPersonName = name !== undefined && person.length === NAME_PARTS.length
  const slots: Slot[] = []
  for (const field of entity.fields) {
    if (HIDDEN.has(field.name) || field.compound !== null) continue
    if (hasPersonName && NAME_PARTS.includes(field.name)) continue
    if (field.type === 'address') slots.push({ field, parts: addressParts(entity, field), record: 'Address' })
    else if (field !== name) {
      if (!field.calculated) slots.push({ field, parts: [], record: null })
    } else if (entity.name === 'Account') slots.push({ field, parts: person, record: 'Switchable_PersonName' })
    else if (hasPersonName) slots.push({ field: { ...field, type: 'address' }, parts: person, record: 'PersonName' })
    else if (!field.calculated) slots.push({ field, parts: [], record: null })
  }
  return slots
}

const addressParts = (entity: Entity, { name }: Field): Part[] =>
  entity.fields
    .filter(field => field.compound === name)
    .map(field => ({ name: field.name.slice(name.length - 'Address'.length), field }))

function schemaOf(entity: Entity, slots: readonly Slot[]): Json {
  const defined = new Set<string>()
  const record = (name: string, parts: Part[]): Json => {
    if (defined.has(name)) return name
    defined.add(name)
    const fields = (parts.length > 0 ? parts.map(part => part.name) : NAME_PARTS).map((part, at) => {
      const field = parts[at]?.field
      return { name: part, type: ['null', field ? avroType(field) : 'string'] }
    })
    return { type: 'record', name, fields }
  }
  const fields = slots.map(({ field, parts, record: name }) => {
    const plain = field.type === 'address' ? [] : [avroType(field)]
    return { name: field.name, type: ['null', ...plain, ...(name === null ? [] : [record(name, parts)])] }
  })
  return {
    type: 'record',
    name: `${entity.name.replace(/__c$/, '__')}ChangeEvent`,
    namespace: NAMESPACE,
    fields: [{ name: 'ChangeEventHeader', type: HEADER }, ...fields],
  }
}

/** Null for what is empty or not shown; `read` gives the value of a field as the union wants it. */
function valueIn({ field, parts, record }: Slot, read: (field: Field) => unknown): unknown {
  if (record === null) return read(field)
  const values = parts.map(part => [part.name, read(part.field)] as const)
  if (values.some(([, value]) => value !== null)) return { [`${NAMESPACE}.${record}`]: Object.fromEntries(values) }
  return field.type === 'address' ? null : read(field)
}
