// Composite requests: up to 25 subrequests in one call, later ones built from the answers of earlier ones.

import { isBody } from '../rules/body.ts'
import { allowsDuplicates } from '../rules/duplicates.ts'
import { Refusal, refuse } from '../rules/refusal.ts'
import { type Call, errorReply, ok, type Reply } from './api.ts'

const MOST = 25
const MOST_COLLECTIONS = 5

/** Runs one subrequest; given by the dispatcher, which this room must not know. */
export type RunSub = (call: Call, sub: { method: string; url: string; body: unknown }) => Reply

type Sub = {
  method: string
  url: string
  referenceId: string
  body: unknown
  /** Its own, by lower-case name: of the call's headers it takes over only those of format and login. */
  headers: Map<string, string>
  needs: Set<string>
}
type Done = { body: unknown; httpHeaders: Record<string, string>; httpStatusCode: number; referenceId: string }

/**
 * A call that breaks a limit of composites, or names its parts wrongly, is answered in one part without a name (seen by
 * practitioners; the HTTP status of the whole is assumed).
 */
export function composite(call: Call, run: RunSub): Reply {
  try {
    return subrequests(call, run)
  } catch (error) {
    if (!(error instanceof Refusal) || !WHOLE.has(error.errors[0]?.statusCode ?? '')) throw error
    const { status, body } = errorReply(error)
    return ok({ compositeResponse: [{ body, httpHeaders: {}, httpStatusCode: status, referenceId: null }] })
  }
}

const WHOLE = new Set(['LIMIT_EXCEEDED', 'INVALID_INPUT'])

export function subrequests(call: Call, run: RunSub): Reply {
  const { allOrNone, collate, subs } = readRequest(call)
  const { store } = call.org
  const start = store.mark()
  const done = new Map<string, Done>()
  let failed = false
  for (const sub of collate ? collated(subs) : subs) {
    const halted = failed && allOrNone
    const reply = halted ? errorReply(rolledBack()) : runOne(call, run, sub, done, allOrNone)
    const { status, body = null, headers = {} } = reply
    failed ||= hasFailed(reply)
    done.set(sub.referenceId, { body, httpHeaders: headers, httpStatusCode: status, referenceId: sub.referenceId })
  }
  if (failed && allOrNone) {
    store.rollback(start)
    for (const result of done.values()) {
      if (result.httpStatusCode >= 300 || hasFailed({ status: 200, body: result.body })) continue
      const { status, body } = errorReply(rolledBack())
      Object.assign(result, { body, httpStatusCode: status, httpHeaders: {} })
    }
  }
  return ok({ compositeResponse: subs.map(sub => done.get(sub.referenceId)) })
}

const rolledBack = (): Refusal =>
  refuse('PROCESSING_HALTED', 'The transaction was rolled back since another operation in the same transaction failed.')

/** A collection fails as a whole when one of its rows did: that is what allOrNone asks. */
function hasFailed({ status, body }: Reply): boolean {
  if (status >= 300) return true
  return Array.isArray(body) && body.some(row => isBody(row) && row.success === false)
}

function readRequest(call: Call): { allOrNone: boolean; collate: boolean; subs: Sub[] } {
  const { body } = call
  if (!isBody(body) || !Array.isArray(body.compositeRequest)) {
    throw refuse('JSON_PARSER_ERROR', 'Unexpected value for compositeRequest: a list of subrequests is required')
  }
  const list: unknown[] = body.compositeRequest
  if (list.length > MOST) {
    throw refuse('LIMIT_EXCEEDED', `The request can’t contain more than ${MOST} operations.`)
  }
  const seen = new Set<string>()
  const subs = list.map((entry): Sub => {
    const sub = isBody(entry) ? entry : {}
    const { method, url, referenceId } = sub
    if (typeof method !== 'string' || typeof url !== 'string' || typeof referenceId !== 'string') {
      throw refuse('JSON_PARSER_ERROR', 'each subrequest needs method, url and referenceId')
    }
    if (!/^[A-Za-z0-9]\w*$/.test(referenceId)) {
      throw refuse(
        'INVALID_INPUT',
        `Provided referenceId ('${referenceId}') must start with a letter or a number, and it can contain only letters, numbers and underscores ('_').`,
      )
    }
    if (seen.has(referenceId))
      throw refuse('INVALID_INPUT', `Provided referenceId ('${referenceId}') is used more than once`)
    seen.add(referenceId)
    const needs = new Set([...JSON.stringify([url, sub.body ?? null]).matchAll(REFERENCE)].map(found => found[1] ?? ''))
    return {
      method: method.toUpperCase(),
      url,
      referenceId,
      body: sub.body,
      headers: headersOf(sub.httpHeaders),
      needs,
    }
  })
  const heavy = subs.filter(sub => /\/(query|queryAll|composite\/sobjects)\b/i.test(sub.url.split('?')[0] ?? '')).length
  if (heavy > MOST_COLLECTIONS) {
    throw refuse('LIMIT_EXCEEDED', `The request can’t contain more than ${MOST_COLLECTIONS} collections or queries.`)
  }
  const modern = Number(call.version.slice(1)) >= 49
  const collate = typeof body.collateSubrequests === 'boolean' ? body.collateSubrequests : modern
  return { allOrNone: body.allOrNone === true, collate, subs }
}

function headersOf(given: unknown): Map<string, string> {
  const entries = Object.entries(isBody(given) ? given : {})
  return new Map(entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name.toLowerCase(), value]] : [])))
}

/**
 * Collated subrequests have no fixed order but for explicit references. Here the last that may run runs first, so that
 * a client that leans on the order received finds out before Salesforce tells it.
 */
function collated(subs: Sub[]): Sub[] {
  const names = new Set(subs.map(sub => sub.referenceId))
  const waiting = [...subs].reverse()
  const ran = new Set<string>()
  const order: Sub[] = []
  while (waiting.length > 0) {
    const at = waiting.findIndex(sub => [...sub.needs].every(need => ran.has(need) || !names.has(need)))
    const [next] = waiting.splice(Math.max(at, 0), 1)
    if (!next) break
    ran.add(next.referenceId)
    order.push(next)
  }
  return order
}

function runOne(call: Call, run: RunSub, sub: Sub, done: Map<string, Done>, allOrNone: boolean): Reply {
  const mark = call.org.store.mark()
  try {
    const url = sub.needs.size > 0 ? String(resolve(sub.url, done)) : sub.url
    const body = sub.needs.size > 0 ? resolve(sub.body, done) : sub.body
    const header = (name: string): string | undefined => sub.headers.get(name)
    const actor = { ...call.actor, allowDuplicates: allowsDuplicates(header) }
    return run({ ...call, header, actor, enclosing: { allOrNone } }, { method: sub.method, url, body })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    call.org.store.rollback(mark)
    return errorReply(error)
  }
}

const REFERENCE = /@\{(\w+)((?:\.\w+|\[\d+\])+)\}/g

/** Puts the values of earlier answers where `@{ref.field}` and `@{ref[0].id}` stand. */
function resolve(value: unknown, done: Map<string, Done>): unknown {
  if (typeof value === 'string') {
    return value.replace(REFERENCE, (_, name: string, steps: string) => referenced(name, steps, done))
  }
  if (Array.isArray(value)) return value.map(entry => resolve(entry, done))
  if (!isBody(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, resolve(entry, done)]))
}

function referenced(name: string, steps: string, done: Map<string, Done>): string {
  const path = steps.slice(steps.startsWith('.') ? 1 : 0)
  const missing = refuse(
    'PROCESSING_HALTED',
    `Invalid reference specified. No value for ${name}${steps} found in ${name}`,
  )
  const result = done.get(name)
  if (!result || result.httpStatusCode >= 300) throw missing
  let here: unknown = result.body
  for (const step of path.split(/\.|(?=\[)/)) {
    const index = /^\[(\d+)\]$/.exec(step)?.[1]
    if (index !== undefined) here = Array.isArray(here) ? here[Number(index)] : undefined
    else
      here = isBody(here)
        ? (here[step] ?? here[Object.keys(here).find(key => key.toLowerCase() === step.toLowerCase()) ?? ''])
        : undefined
  }
  if (here === undefined || here === null || typeof here === 'object') throw missing
  return String(here)
}
