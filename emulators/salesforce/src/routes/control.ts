// The routes under /__emulator that tests and demos steer the org by; none of them is an API call of the org.

import { entityOf, type Row, type Value } from '../entities.ts'
import { readFaults } from '../org/faults.ts'
import type { Org } from '../org/org.ts'
import { type Body, isBody, readBody } from '../rules/body.ts'
import { convertLead } from '../rules/convert.ts'
import { notFound, refuse } from '../rules/refusal.ts'
import { deleteRow, mergeRows, undeleteRow } from '../rules/remove.ts'
import { updateRow } from '../rules/write.ts'
import { wireRecord } from '../soql/record.ts'
import { normaliseId } from '../store/ids.ts'
import { errorReply, ok, type Reply } from './api.ts'

const VERSION = 'v67.0'
const ROWS_MOST = 5000

/** `path` is what follows `/__emulator/`. */
export function control(org: Org, method: string, path: string, params: URLSearchParams, body: unknown): Reply {
  const [name = '', object] = path.split('/')
  const given: Body = isBody(body) ? body : {}
  switch (`${method} ${name}`) {
    case 'POST reset':
      org.reset()
      return ok({})
    case 'GET requests':
      return ok(org.log.since(number(params.get('since')) ?? 0))
    case 'GET faults':
      return ok(org.faults.list())
    case 'POST faults': {
      const read = readFaults(body)
      if (typeof read === 'string') throw refuse('INVALID_INPUT', read)
      org.faults.add(read)
      return ok(org.faults.list())
    }
    case 'DELETE faults':
      org.faults.clear()
      return ok([])
    case 'GET clock':
      return ok(clockState(org))
    case 'POST clock':
      return setClock(org, given)
    case 'GET latency':
      return ok(org.latency)
    case 'POST latency':
      org.latency = { ms: number(given.ms) ?? 0, perRecordMs: number(given.perRecordMs) ?? 0 }
      return ok(org.latency)
    case 'GET running':
      return ok({ calls: org.running.count(), long: org.running.long(org.now()) })
    case 'GET locks':
      return ok(org.inFlight.settings)
    case 'POST locks':
      org.inFlight.set({
        overlap: given.overlap === true,
        rate: number(given.rate) ?? 0,
        seed: number(given.seed) ?? 1,
      })
      return ok(org.inFlight.settings)
    case 'GET rows':
      return rows(org, object, params)
    case 'POST edit':
      return edit(org, given)
    case 'POST delete':
    case 'POST undelete':
      return removal(org, name, given)
    case 'POST convert':
      return convert(org, given)
    case 'POST merge':
      return merge(org, given)
    default:
      return errorReply(notFound(`no control route ${method} /__emulator/${path}`))
  }
}

function number(given: unknown): number | undefined {
  const value = typeof given === 'string' ? Number(given) : given
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

const clockState = (org: Org): object => ({
  now: new Date(org.now()).toISOString(),
  frozen: org.clock.state().frozenAt !== null,
  offsetMs: org.clock.state().offsetMs,
})

function setClock(org: Org, given: Body): Reply {
  const { freeze } = given
  const advanceMs = number(given.advanceMs)
  if (advanceMs !== undefined && advanceMs < 0)
    throw refuse('INVALID_INPUT', 'advanceMs cannot be negative: time only goes forward')
  if (typeof freeze === 'boolean') org.clock.freeze(freeze)
  if (advanceMs !== undefined) org.clock.advance(advanceMs)
  org.keep({ clock: org.clock.state() })
  return ok(clockState(org))
}

/** Raw rows in order of id, deleted ones too: `{ rows, next }`, `next` being the id to go on after. */
function rows(org: Org, object: string | undefined, params: URLSearchParams): Reply {
  const list = [...org.schema.entities.values()]
  if (!object)
    return ok(
      list.map(entity => ({
        name: entity.name,
        rows: org.store.rows(entity).size,
        deleted: org.store.rows(entity).deletedCount,
      })),
    )
  const entity = entityOf(org.schema, object)
  if (!entity) throw notFound(`no object ${object}`)
  const limit = Math.min(ROWS_MOST, Math.max(1, number(params.get('limit')) ?? 1000))
  const found: Row[] = []
  for (const row of org.store.rows(entity).afterId(params.get('after') ?? '')) {
    if (found.length === limit) break
    found.push(row)
  }
  const fields = entity.fields.filter(field => field.type !== 'address')
  const shown = found.map(row => {
    const { attributes: _, ...record } = wireRecord(entity, row, VERSION, fields)
    return { ...record, IsDeleted: row.deleted }
  })
  return ok({ rows: shown, next: found.length === limit ? found.at(-1)?.id : null })
}

const named = (given: unknown): string => (typeof given === 'string' ? given : JSON.stringify(given ?? null))

function rowOf(org: Org, object: unknown, id: unknown): { row: Row; entity: NonNullable<ReturnType<typeof entityOf>> } {
  const entity = typeof object === 'string' ? entityOf(org.schema, object) : undefined
  if (!entity) throw notFound(`no object ${named(object)}`)
  const row = typeof id === 'string' ? org.store.rows(entity).get(normaliseId(id) ?? '') : undefined
  if (!row) throw notFound(`no ${entity.name} ${named(id)}`)
  return { entity, row }
}

const userOf = (org: Org, given: Body): string => (typeof given.userId === 'string' ? given.userId : org.salesUserId)

/** A person's edit in the CRM's own screens: the same rules, another user. */
function edit(org: Org, given: Body): Reply {
  const { entity, row } = rowOf(org, given.object, given.id)
  if (!isBody(given.fields)) throw refuse('INVALID_INPUT', '"fields" must be an object')
  const saved = updateRow(org, { userId: userOf(org, given) }, entity, row, given.fields)
  return ok(wireRecord(entity, saved, VERSION))
}

function removal(org: Org, name: string, given: Body): Reply {
  const { entity, row } = rowOf(org, given.object, given.id)
  const act = name === 'delete' ? deleteRow : undeleteRow
  act(org, { userId: userOf(org, given) }, entity, row)
  return ok({ id: row.id, deleted: name === 'delete' })
}

function convert(org: Org, given: Body): Reply {
  const { entity, row } = rowOf(org, 'Lead', given.leadId)
  const text = (name: string): string | undefined => {
    const value = given[name]
    if (value === undefined || value === null || typeof value === 'string') return value ?? undefined
    throw refuse('INVALID_INPUT', `"${name}" must be a text`)
  }
  const lead = convertLead(org, { userId: userOf(org, given) }, row, {
    ...optional('accountId', text('accountId')),
    ...optional('contactId', text('contactId')),
    ...optional('status', text('status')),
    ...(given.opportunityName === null
      ? { opportunityName: null }
      : optional('opportunityName', text('opportunityName'))),
  })
  return ok(wireRecord(entity, lead, VERSION))
}

const optional = <Name extends string>(name: Name, value: string | undefined): { [key in Name]?: string } =>
  value === undefined ? {} : ({ [name]: value } as { [key in Name]: string })

function merge(org: Org, given: Body): Reply {
  const master = rowOf(org, given.object, given.masterId)
  const loser = rowOf(org, given.object, given.loserId)
  const chosen: Record<string, Value> = {}
  if (isBody(given.fields)) {
    for (const [field, value] of readBody(org, master.entity, given.fields, 'update', []))
      if (value !== null) chosen[field.name] = value
  }
  mergeRows(org, { userId: userOf(org, given) }, master.entity, master.row, loser.row, chosen)
  return ok({ masterId: master.row.id, loserId: loser.row.id })
}
