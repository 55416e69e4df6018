// sObject Collections: up to 200 records a call, each with a result of its own.

import { type Entity, entityOf, fieldOf, type Row, type RowError } from '../entities.ts'
import { type Body, hasName, isBody } from '../rules/body.ts'
import { malformedId, notFound, Refusal, refuse } from '../rules/refusal.ts'
import { deleteRow } from '../rules/remove.ts'
import { checkedKey, keyOf, liveRow, repeated, repeatedKeys, upsertRow } from '../rules/upsert.ts'
import { createRow, updateRow } from '../rules/write.ts'
import { wireRecord } from '../soql/record.ts'
import { normaliseId } from '../store/ids.ts'
import { type Call, ok, type Reply } from './api.ts'

export const COLLECTION_MOST = 200
const RETRIEVE_MOST = 2000

type RowResult = { id?: string; success: boolean; errors: RowError[]; created?: boolean }
type Step = () => { row: Row; created?: boolean }

/** `/composite/sobjects`, `/composite/sobjects/T` and `/composite/sobjects/T/<field>`. */
export function collections(call: Call): Reply {
  const [, , type, field] = call.path
  const entity = type === undefined ? undefined : entityOf(call.org.schema, type)
  if (type !== undefined && !entity) throw notFound()
  if (entity && field !== undefined) {
    if (call.method === 'PATCH') return upsert(call, entity, field)
  } else if (entity) {
    if (call.method === 'POST' || call.method === 'GET') return retrieve(call, entity)
  } else if (call.method === 'POST') return create(call)
  else if (call.method === 'PATCH') return update(call)
  else if (call.method === 'DELETE') return remove(call)
  throw refuse(
    'METHOD_NOT_ALLOWED',
    `HTTP Method '${call.method}' not allowed. Allowed are GET,HEAD,POST,PATCH,DELETE`,
    [],
    405,
  )
}

function recordsOf(call: Call): Body[] {
  if (!isBody(call.body) || !Array.isArray(call.body.records)) {
    throw refuse('JSON_PARSER_ERROR', 'Unexpected value for records: a list of records is required')
  }
  const records: unknown[] = call.body.records
  checkCount(records.length)
  return records.map(record => {
    if (isBody(record)) return record
    throw refuse('JSON_PARSER_ERROR', 'Cannot deserialize instance of sobject: a record must be an object')
  })
}

function checkCount(count: number): void {
  if (count <= COLLECTION_MOST) return
  throw refuse(
    'EXCEEDED_ID_LIMIT',
    `record limit reached. cannot submit more than ${COLLECTION_MOST} records into this call`,
  )
}

function typeOf(call: Call, record: Body): Entity {
  const { attributes } = record
  const type = isBody(attributes) ? attributes.type : undefined
  const entity = typeof type === 'string' ? entityOf(call.org.schema, type) : undefined
  if (entity) return entity
  if (type === undefined) throw refuse('INVALID_TYPE', 'Include an entity type in the attributes of each record')
  throw refuse('INVALID_TYPE', `sObject type '${type}' is not supported.`)
}

function create(call: Call): Reply {
  const { org, actor } = call
  const steps = recordsOf(call).map((record): Step => {
    const entity = typeOf(call, record)
    return () => {
      if (hasName(record, 'Id')) {
        throw refuse('INVALID_FIELD_FOR_INSERT_UPDATE', 'cannot specify Id in an insert call', ['Id'])
      }
      return { row: createRow(org, actor, entity, record) }
    }
  })
  return settle(call, steps, [])
}

function update(call: Call): Reply {
  const { org, actor } = call
  const records = recordsOf(call)
  const ids = records.map(record => idOf(record))
  const twice = repeated(ids.flatMap(id => id ?? []))
  const steps = records.map((record, at): Step => {
    const entity = typeOf(call, record)
    const id = ids[at]
    return () => {
      if (id === undefined) throw refuse('MISSING_ARGUMENT', 'Id not specified in an update call')
      if (twice.has(id)) throw refuse('DUPLICATE_VALUE', `Duplicate id specified: ${id}`)
      return { row: updateRow(org, actor, entity, liveRow(org, entity, id), record) }
    }
  })
  return settle(call, steps, ids)
}

function remove(call: Call): Reply {
  const ids = (call.params.get('ids') ?? '').split(',').filter(Boolean)
  if (ids.length === 0) throw refuse('REQUIRED_FIELD_MISSING', 'The ids parameter is required')
  checkCount(ids.length)
  const twice = repeated(ids)
  const steps = ids.map(
    (id): Step =>
      () => {
        if (twice.has(id)) throw refuse('DUPLICATE_VALUE', `Duplicate id specified: ${id}`)
        if (normaliseId(id) === undefined) throw malformedId(id)
        const entity = call.org.schema.byPrefix.get(id.slice(0, 3))
        if (!entity) throw refuse('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id')
        const row = liveRow(call.org, entity, id)
        deleteRow(call.org, call.actor, entity, row)
        return { row }
      },
  )
  return settle(call, steps, ids)
}

function upsert(call: Call, entity: Entity, fieldName: string): Reply {
  const { org, actor } = call
  const field = fieldOf(entity, fieldName)
  if (!field || !(field.externalId || field.idLookup)) {
    throw notFound(`Provided external ID field does not exist or is not accessible: ${fieldName}`)
  }
  const records = recordsOf(call)
  for (const record of records) {
    if (typeOf(call, record) !== entity)
      throw refuse('INVALID_TYPE', `the records of one upsert must all be of type ${entity.name}`)
  }
  const keys = records.map(record => keyOf(field, record))
  const twice = repeatedKeys(field, keys)
  const updateOnly = call.params.get('updateOnly') === 'true'
  const steps = records.map(
    (record, at): Step =>
      () =>
        upsertRow(org, actor, entity, field, checkedKey(field, keys[at], twice), record, updateOnly),
  )
  return settle(call, steps, [])
}

function idOf(record: Body): string | undefined {
  const name = Object.keys(record).find(candidate => candidate.toLowerCase() === 'id')
  const id = name === undefined ? undefined : record[name]
  return typeof id === 'string' ? id : undefined
}

/** Runs the steps in order. With allOrNone one failure takes all back, and each other row says so. */
function settle(call: Call, steps: Step[], ids: readonly (string | undefined)[]): Reply {
  const { store } = call.org
  const asked = isBody(call.body) ? call.body.allOrNone === true : call.params.get('allOrNone') === 'true'
  const allOrNone = asked || call.enclosing?.allOrNone === true
  const start = store.mark()
  let failed = false
  const results = steps.map((step, at): RowResult => {
    const mark = store.mark()
    try {
      const { row, created } = step()
      return { id: row.id, success: true, errors: [], ...(created === undefined ? {} : { created }) }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      store.rollback(mark)
      failed = true
      return failure(error.errors, ids[at])
    }
  })
  if (!failed || !allOrNone) return ok(results)
  store.rollback(start)
  const message = 'Record rolled back because not all records were valid and the request was using AllOrNone header'
  const halted: RowError = { statusCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK', message, fields: [] }
  return ok(results.map((result, at) => (result.success ? failure([halted], ids[at]) : result)))
}

function failure(errors: RowError[], id: string | undefined): RowResult {
  return { ...(id === undefined ? {} : { id: normaliseId(id) ?? id }), success: false, errors }
}

function retrieve(call: Call, entity: Entity): Reply {
  const body = isBody(call.body) ? call.body : {}
  const listed = (name: string): string[] => {
    const list = call.method === 'POST' ? body[name] : call.params.get(name)?.split(',')
    if (!Array.isArray(list)) throw refuse('JSON_PARSER_ERROR', `"${name}" must be a list`)
    return list.map(entry => {
      if (typeof entry === 'string') return entry
      throw refuse('JSON_PARSER_ERROR', `"${name}" must be a list of texts`)
    })
  }
  const ids = listed('ids')
  if (ids.length > RETRIEVE_MOST) {
    throw refuse(
      'EXCEEDED_ID_LIMIT',
      `record limit reached. cannot submit more than ${RETRIEVE_MOST} records into this call`,
    )
  }
  const fields = listed('fields').map(name => {
    const field = fieldOf(entity, name)
    if (!field) throw refuse('INVALID_FIELD', `No such column '${name}' on sobject of type ${entity.name}`)
    return field
  })
  return ok(
    ids.map(given => {
      const id = normaliseId(given)
      if (id === undefined) throw malformedId(given)
      const row = call.org.store.rows(entity).get(id)
      return row && !row.deleted ? wireRecord(entity, row, call.version, fields) : null
    }),
  )
}
