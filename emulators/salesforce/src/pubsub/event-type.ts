// A platform event that publishers write: its Avro schema, and what it says of a payload that does not fit.
// Source: the schemas that the samples of the Pub/Sub API's guide print. Assumed: the last part of each field's `doc`,
// which is the id of the field in an org.

import { createHash } from 'node:crypto'
import avsc from 'avsc'
import type { Entity, Field, Row, Value } from '../entities.ts'
import { makeEntity, makeField } from '../schema/table.ts'
import { avroType, type Json, NAMESPACE } from './avro-type.ts'

export type EventType = {
  readonly name: string
  readonly schema: { readonly id: string; readonly json: string }
  /** The event as an object, for filters of channels. */
  readonly entity: Entity
  /** Null when the payload can be read by the schema. */
  problem(payload: Buffer): string | null
  rowOf(payload: Buffer): Row
}

/** "Event message size": 1 MB. */
const EVENT_MOST = 1_000_000

export function eventType(name: string, fields: readonly Field[]): EventType {
  const json = JSON.stringify({
    name,
    namespace: NAMESPACE,
    type: 'record',
    fields: [
      { name: 'CreatedDate', type: 'long', doc: 'CreatedDate:DateTime' },
      { name: 'CreatedById', type: 'string', doc: 'CreatedBy:EntityId' },
      ...fields.map(
        (field): Json => ({
          name: field.name,
          type: ['null', avroType(field)],
          doc: `Data:${docOf(field)}`,
          default: null,
        }),
      ),
    ],
  })
  const type = avsc.Type.forSchema(JSON.parse(json), { wrapUnions: false })
  const entity = makeEntity(
    {
      name,
      label: name,
      labelPlural: name,
      keyPrefix: 'e00',
      custom: true,
      writable: false,
      mergeable: false,
    },
    fields.map(field => ({ ...field })),
  )
  return {
    name,
    schema: { id: createHash('md5').update(json).digest('base64url'), json },
    entity,
    problem(payload) {
      if (payload.length > EVENT_MOST) return `The event is larger than ${EVENT_MOST} bytes.`
      try {
        type.fromBuffer(payload)
        return null
      } catch {
        return `The payload cannot be read by the schema of ${name}.`
      }
    },
    rowOf(payload) {
      const { CreatedDate, CreatedById, ...rest } = type.fromBuffer(payload) as Record<string, Value | null>
      const values: Record<string, Value> = {}
      for (const [field, value] of Object.entries(rest)) if (value !== null) values[field] = value
      const [at, by] = [Number(CreatedDate), String(CreatedById)]
      const stamps = { createdAt: at, createdBy: by, modifiedAt: at, modifiedBy: by }
      return { id: '', ...stamps, deleted: false, mergedInto: null, values }
    },
  }
}

const docOf = ({ type }: Field): string => {
  switch (type) {
    case 'boolean':
      return 'Boolean'
    case 'double':
    case 'currency':
    case 'percent':
      return 'Double'
    case 'date':
      return 'DateOnly'
    case 'datetime':
      return 'DateTime'
    default:
      return 'Text'
  }
}

export const eventField = (name: string, type: Field['type']): Field =>
  makeField(name, name, type, { custom: true, length: 255 })
