// Bulk API 2.0: `/jobs/ingest` and `/jobs/query`.

import { CsvProblem, recordStarts, writeCsv } from '../bulk/csv.ts'
import {
  badJob,
  badState,
  DELIMITERS,
  type Delimiter,
  INGESTS,
  type Ingest,
  isEnded,
  type Job,
  jobInfo,
  LINE_ENDINGS,
  type LineEnding,
} from '../bulk/job.ts'
import type { NewJob } from '../bulk/jobs.ts'
import { checkQuery } from '../bulk/query.ts'
import { failed, successful, unprocessed } from '../bulk/results.ts'
import { entityOf, fieldOf } from '../entities.ts'
import { clientOf } from '../pubsub/origin.ts'
import { type Body, isBody } from '../rules/body.ts'
import { notFound, refuse } from '../rules/refusal.ts'
import { normaliseId } from '../store/ids.ts'
import { type Call, ok, type Reply } from './api.ts'
import { bulkProblem } from './limits.ts'

const PAGE = 1000
const RESULTS_PAGE = 50_000

export function bulk(call: Call): Reply {
  const [, kind = '', id, part] = call.path
  const what = kind.toLowerCase()
  if (what !== 'ingest' && what !== 'query') throw notFound()
  if (id === undefined) {
    if (call.method === 'GET') return list(call, what)
    if (call.method === 'POST') return what === 'ingest' ? openIngest(call) : openQuery(call)
    throw notAllowed(call, 'GET,HEAD,POST')
  }
  const job = call.org.jobs.get(normaliseId(id) ?? '')
  if (job?.kind !== what) throw notFound()
  if (part !== undefined) return what === 'ingest' ? ingestPart(call, job, part) : queryPart(call, job, part)
  switch (call.method) {
    case 'GET':
      return ok(jobInfo(job, true))
    case 'PATCH':
      return ok(jobInfo(move(call, job), false))
    case 'DELETE':
      call.org.jobs.remove(job)
      return { status: 204 }
    default:
      throw notAllowed(call, 'GET,HEAD,PATCH,DELETE')
  }
}

const notAllowed = (call: Call, allowed: string): Error =>
  refuse('METHOD_NOT_ALLOWED', `HTTP Method '${call.method}' not allowed. Allowed are ${allowed}`, [], 405)

function bodyOf(call: Call): Body {
  if (isBody(call.body)) return call.body
  throw refuse('JSON_PARSER_ERROR', 'The HTTP entity body is required, but this request has no entity body.')
}

/** One of the names that the API knows, or the default where none was sent. */
function choice<Name extends string>(body: Body, field: string, names: readonly Name[], otherwise: Name): Name {
  const given = body[field]
  if (given === undefined || given === null) return otherwise
  const found = names.find(name => name === given)
  if (found !== undefined) return found
  throw badJob(`InvalidJob : ${field} must be one of ${names.join(', ')}`)
}

function dialect(body: Body): { lineEnding: LineEnding; columnDelimiter: Delimiter } {
  choice(body, 'contentType', ['CSV'], 'CSV')
  return {
    lineEnding: choice(body, 'lineEnding', Object.keys(LINE_ENDINGS) as LineEnding[], 'LF'),
    columnDelimiter: choice(body, 'columnDelimiter', Object.keys(DELIMITERS) as Delimiter[], 'COMMA'),
  }
}

function checkAllocation(call: Call, kind: Job['kind']): void {
  const problem = bulkProblem(call.org, kind)
  if (problem) throw problem
}

function openIngest(call: Call): Reply {
  const { org } = call
  const body = bodyOf(call)
  const operation = INGESTS.find(name => name === body.operation)
  if (operation === undefined) throw badJob(`InvalidJob : operation must be one of ${INGESTS.join(', ')}`)
  const entity = typeof body.object === 'string' ? entityOf(org.schema, body.object) : undefined
  if (!entity?.writable) throw badJob(`InvalidJob : Unable to find object: ${textOf(body.object)}`)
  if (operation === 'hardDelete' && !org.options.bulkHardDelete) {
    const message =
      'hardDelete operation requires special user profile permission, please contact your system administrator'
    throw refuse('FEATURENOTENABLED', message)
  }
  checkAllocation(call, 'ingest')
  const externalIdFieldName = keyName(operation, body, name => fieldOf(entity, name))
  const job = { kind: 'ingest' as const, object: entity.name, operation, query: null, externalIdFieldName }
  return opened(call, job)
}

/** The job that this call opens, with its dialect and on whose behalf. */
function opened(
  call: Call,
  job: Pick<NewJob, 'kind' | 'object' | 'operation' | 'query' | 'externalIdFieldName'>,
): Reply {
  const { org, version: apiVersion, userId } = call
  const client = clientOf(call.header('sforce-call-options'))
  return ok(jobInfo(org.jobs.open({ ...job, ...dialect(bodyOf(call)), apiVersion, userId, client }), false))
}

const textOf = (given: unknown): string => (typeof given === 'string' ? given : JSON.stringify(given ?? null))

function keyName(operation: Ingest, body: Body, field: (name: string) => ReturnType<typeof fieldOf>): string | null {
  const name = body.externalIdFieldName
  if (operation !== 'upsert') return null
  const found = typeof name === 'string' ? field(name) : undefined
  if (name === undefined || name === null) {
    throw badJob('InvalidJob : External ID field name is required for an upsert')
  }
  if (!found || !(found.externalId || found.idLookup)) {
    throw badJob(`InvalidJob : Field name not found or not an external ID : ${textOf(name)}`)
  }
  return found.name
}

function openQuery(call: Call): Reply {
  const { org } = call
  const body = bodyOf(call)
  const operation = choice(body, 'operation', ['query', 'queryAll'], 'query')
  if (typeof body.query !== 'string') throw badJob('InvalidJob : query is required')
  const { object } = checkQuery(org, body.query)
  checkAllocation(call, 'query')
  const job = { kind: 'query' as const, object, operation, query: body.query, externalIdFieldName: null }
  return opened(call, job)
}

function list(call: Call, kind: Job['kind']): Reply {
  const from = Number(call.params.get('queryLocator') ?? 0)
  if (!Number.isInteger(from) || from < 0) throw refuse('INVALID_QUERY_LOCATOR', 'invalid query locator')
  const all = call.org.jobs.list().filter(job => job.kind === kind)
  const next = from + PAGE
  const done = next >= all.length
  return ok({
    done,
    records: all.slice(from, next).map(job => jobInfo(job, false)),
    nextRecordsUrl: done ? null : `/services/data/${call.version}/jobs/${kind}?queryLocator=${next}`,
  })
}

function move(call: Call, job: Job): Job {
  const { state } = bodyOf(call)
  if (state === 'Aborted') return call.org.jobs.abort(job)
  if (state === 'UploadComplete' && job.kind === 'ingest') return call.org.jobs.close(job, call.actor.spoil)
  throw badState(`State can be set to ${job.kind === 'ingest' ? 'UploadComplete or ' : ''}Aborted only`)
}

function ingestPart(call: Call, job: Job, part: string): Reply {
  const { jobs } = call.org
  const name = part.toLowerCase()
  if (name === 'batches') {
    if (call.method !== 'PUT') throw notAllowed(call, 'PUT')
    jobs.upload(job, Buffer.from(call.text))
    return { status: 201 }
  }
  const show = { successfulresults: successful, failedresults: failed, unprocessedrecords: unprocessed }[name]
  if (!show) throw notFound()
  if (call.method !== 'GET') throw notAllowed(call, 'GET,HEAD')
  if (!isEnded(job)) throw badState(`Results of a job are ready once it has ended; this one is ${job.state}`)
  try {
    return {
      status: 200,
      csv: show(job, job.uploaded ? jobs.files.read(job.id) : Buffer.alloc(0), jobs.outcomes(job.id)),
    }
  } catch (error) {
    // A file that could not be read has no rows to tell of.
    if (error instanceof CsvProblem) return { status: 200, csv: writeCsv([], job) }
    throw error
  }
}

/** Results in parts of `maxRecords`; the locator is where the next part begins, and the word null at the end. */
function queryPart(call: Call, job: Job, part: string): Reply {
  if (part.toLowerCase() !== 'results') throw notFound()
  if (call.method !== 'GET') throw notAllowed(call, 'GET,HEAD')
  if (job.state !== 'JobComplete')
    throw badState(`Results of a job are ready once it has ended; this one is ${job.state}`)
  const most = Number(call.params.get('maxRecords') ?? RESULTS_PAGE)
  const locator = call.params.get('locator')
  const place = locator === null ? '0' : Buffer.from(locator, 'base64url').toString()
  const from = /^\d+$/.test(place) ? Number(place) : Number.NaN
  if (!Number.isInteger(most) || most < 1) throw refuse('INVALID_PARAMETER', 'maxRecords must be a number above 0')
  if (!Number.isInteger(from) || from < 0 || from > job.processed) {
    throw refuse('INVALID_QUERY_LOCATOR', 'invalid query locator')
  }
  const file = call.org.jobs.files.read(job.id)
  const starts = recordStarts(file)
  const to = Math.min(job.processed, from + most)
  const head = file.subarray(0, starts[1])
  const csv = head.toString() + file.toString('utf8', starts[1 + from], starts[1 + to])
  const next = to < job.processed ? Buffer.from(String(to)).toString('base64url') : 'null'
  return { status: 200, csv, headers: { 'Sforce-Locator': next, 'Sforce-NumberOfRecords': String(to - from) } }
}
