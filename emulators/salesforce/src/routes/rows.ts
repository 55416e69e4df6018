// sObject Rows: one record by id or by external ID, with conditional headers, and the lists of changed and deleted ids.

import { type Entity, entityOf, type Field, fieldOf, type Row } from '../entities.ts'
import { type Body, findByKey, hasName, isBody } from '../rules/body.ts'
import { entityIsDeleted, malformedId, notFound, refuse } from '../rules/refusal.ts'
import { deleteRow } from '../rules/remove.ts'
import { raceKey } from '../rules/upsert.ts'
import { parseDatetime, storedValue } from '../rules/values.ts'
import { createRow, duplicateValue, updateRow } from '../rules/write.ts'
import { describe, describeGlobal, describeHead } from '../schema/describe.ts'
import { pathOf } from '../soql/path.ts'
import { wireRecord, wireTime } from '../soql/record.ts'
import { normaliseId } from '../store/ids.ts'
import { type Call, ok, type Reply } from './api.ts'

/** `/sobjects`, `/sobjects/T`, `/sobjects/T/describe|updated|deleted`, `/sobjects/T/<id>`, `/sobjects/T/<field>/<value>`. */
export function sobjects(call: Call): Reply {
  const { org, path, method, version } = call
  const [, type, key, value, beyond] = path
  if (beyond !== undefined) throw notFound()
  if (type === undefined) return allow(call, ['GET'], () => ok(describeGlobal(org.schema, version, org.access)))
  const entity = entityOf(org.schema, type)
  if (!entity) throw notFound()
  if (key === undefined) {
    if (method === 'GET') return ok({ objectDescribe: describeHead(entity, version, org.access), recentItems: [] })
    return allow(call, ['GET', 'POST'], () => create(call, entity))
  }
  if (value === undefined) {
    if (key === 'describe') return allow(call, ['GET'], () => ok(describe(org.schema, entity, version, org.access)))
    if (key === 'updated' || key === 'deleted') return allow(call, ['GET'], () => replicated(call, entity, key))
    if (key.toLowerCase() === 'id' && method === 'POST') return create(call, entity)
    return byId(call, entity, key)
  }
  return byKey(call, entity, key, value)
}

function allow(call: Call, methods: string[], then: () => Reply): Reply {
  if (methods.includes(call.method)) return then()
  const allowed = methods.includes('GET') ? [...methods, 'HEAD'] : methods
  const message = `HTTP Method '${call.method}' not allowed. Allowed are ${allowed.join(',')}`
  throw refuse('METHOD_NOT_ALLOWED', message, [], 405)
}

function bodyOf(call: Call): Body {
  if (isBody(call.body)) return call.body
  throw refuse('JSON_PARSER_ERROR', 'The HTTP entity body is required, but this request has no entity body.')
}

function create(call: Call, entity: Entity): Reply {
  const body = bodyOf(call)
  if (hasName(body, 'Id')) throw refuse('INVALID_FIELD', 'The Id field should not be specified in the sobject data.')
  return created(call, entity, createRow(call.org, call.actor, entity, body))
}

function created(call: Call, entity: Entity, row: Row, flag: { created?: true } = {}): Reply {
  const headers = { Location: `/services/data/${call.version}/sobjects/${entity.name}/${row.id}` }
  return { status: 201, body: { id: row.id, success: true, errors: [], ...flag }, headers }
}

function byId(call: Call, entity: Entity, key: string): Reply {
  return allow(call, ['GET', 'PATCH', 'DELETE'], () => {
    const id = normaliseId(key)
    if (id === undefined) throw key.length === 15 || key.length === 18 ? malformedId(key) : notFound(notAnId(key))
    const row = call.org.store.rows(entity).get(id)
    if (!row) throw notFound()
    if (row.deleted) throw entityIsDeleted()
    return onRow(call, entity, row)
  })
}

const notAnId = (key: string): string => `Provided external ID field does not exist or is not accessible: ${key}`

function onRow(call: Call, entity: Entity, row: Row): Reply {
  if (call.method === 'GET') {
    const since = httpDate(call, 'if-modified-since')
    if (since !== undefined && Math.floor(row.modifiedAt / 1000) * 1000 <= since) return { status: 304 }
    return ok(wireRecord(entity, row, call.version, fieldsOf(call, entity)))
  }
  if (call.method === 'DELETE') {
    deleteRow(call.org, call.actor, entity, row)
    return { status: 204 }
  }
  checkUnmodified(call, row)
  const body = bodyOf(call)
  if (hasName(body, 'Id')) throw refuse('INVALID_FIELD', 'The Id field should not be specified in the sobject data.')
  updateRow(call.org, call.actor, entity, row, body)
  return { status: 204 }
}

function checkUnmodified(call: Call, row: Row): void {
  const since = httpDate(call, 'if-unmodified-since')
  if (since === undefined || Math.floor(row.modifiedAt / 1000) * 1000 <= since) return
  throw refuse('PRECONDITION_FAILED', 'The record was modified after the date in If-Unmodified-Since', [], 412)
}

/** An HTTP date has whole seconds; a wrong one is refused on writes and ignored on reads. */
function httpDate(call: Call, name: string): number | undefined {
  const text = call.header(name)
  if (text === undefined) return undefined
  const at = Date.parse(text)
  if (!Number.isNaN(at)) return at
  if (call.method === 'GET') return undefined
  throw refuse('BAD_REQUEST', `The value of ${name} is not an HTTP date: ${text}`)
}

function fieldsOf(call: Call, entity: Entity): readonly Field[] {
  const asked = call.params.get('fields')
  if (!asked) return entity.fields
  return asked.split(',').map(name => {
    const path = pathOf(call.org, entity, name.trim())
    if (path.links.length > 0)
      throw refuse('INVALID_FIELD', `No such column '${name.trim()}' on sobject of type ${entity.name}`)
    return path.field
  })
}

function byKey(call: Call, entity: Entity, fieldName: string, text: string): Reply {
  return allow(call, ['GET', 'PATCH', 'POST', 'DELETE'], () => {
    const { org, method, version } = call
    const field = fieldOf(entity, fieldName)
    if (!field || !(field.externalId || field.idLookup)) throw notFound(notAnId(fieldName))
    if (field.type === 'id') return byId(call, entity, text)
    const key = storedValue(field, text)
    if (key === null) throw notFound(notAnId(text))
    const rows = findByKey(org, entity, field, key)
    if (rows.length > 1) {
      return { status: 300, body: rows.map(row => `/services/data/${version}/sobjects/${entity.name}/${row.id}`) }
    }
    const [row] = rows
    if (method === 'GET' || method === 'DELETE') {
      if (!row) throw notFound(notAnId(text))
      return onRow(call, entity, row)
    }
    const body = bodyOf(call)
    for (const name of [field.name, 'Id']) {
      if (hasName(body, name))
        throw refuse('INVALID_FIELD', `The ${name} field should not be specified in the sobject data.`)
    }
    const modern = Number(version.slice(1)) >= 46
    if (row) {
      checkUnmodified(call, row)
      if (call.actor.racing?.has(raceKey(entity, field, key))) throw duplicateValue(field, row)
      updateRow(org, call.actor, entity, row, body)
      return modern ? ok({ id: row.id, success: true, errors: [], created: false }) : { status: 204 }
    }
    if (call.params.get('updateOnly') === 'true') throw notFound(notAnId(text))
    const fresh = createRow(org, call.actor, entity, body, [field, key])
    call.actor.racing?.delete(raceKey(entity, field, key))
    return created(call, entity, fresh, modern ? { created: true } : {})
  })
}

const MINUTE_MS = 60 * 1000
const REACH_MS = 30 * 24 * 60 * MINUTE_MS

/** The replication calls: what changed, or went to the recycle bin, between two times whose seconds are ignored. */
function replicated(call: Call, entity: Entity, kind: 'updated' | 'deleted'): Reply {
  const [start, end] = [call.params.get('start'), call.params.get('end')]
    .map(text => parseDatetime((text ?? '').replace(' ', '+')))
    .map(at => (at === undefined ? undefined : at - (at % MINUTE_MS)))
  if (start === undefined || end === undefined)
    throw refuse('INVALID_REPLICATION_DATE', 'start and end must be dates with a time')
  if (end <= start) throw refuse('INVALID_REPLICATION_DATE', 'endDate must be at least one minute after startDate')
  if (start < call.org.now() - REACH_MS)
    throw refuse('INVALID_REPLICATION_DATE', 'startDate cannot be more than 30 days ago')
  const rows: Row[] = []
  for (const row of call.org.store.rows(entity).modifiedFrom(start)) {
    if (row.modifiedAt >= end) break
    if (row.deleted === (kind === 'deleted')) rows.push(row)
  }
  const latestDateCovered = wireTime(Math.min(end, call.org.now()))
  if (kind === 'updated') return ok({ ids: rows.map(row => row.id), latestDateCovered })
  return ok({
    deletedRecords: rows.map(row => ({ id: row.id, deletedDate: wireTime(row.modifiedAt) })),
    earliestDateAvailable: wireTime(call.org.now() - REACH_MS),
    latestDateCovered,
  })
}
