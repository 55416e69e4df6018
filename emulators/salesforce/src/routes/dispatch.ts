// From a path under /services/data to the handler, for the wire and for composite subrequests alike.

import type { Operation } from '../org/faults.ts'
import { isBody } from '../rules/body.ts'
import { notFound, refuse } from '../rules/refusal.ts'
import { type Call, ok, type Reply } from './api.ts'
import { bulk } from './bulk.ts'
import { collections } from './collections.ts'
import { composite, subrequests } from './composite.ts'
import { versionProblem } from './incoming.ts'
import { limits } from './limits.ts'
import { query } from './query.ts'
import { sobjects } from './rows.ts'
import { toolingQuery } from './tooling.ts'

/** `/services/data/v67.0/sobjects/X/a%2Fb?x=y` taken apart; undefined for what is not under /services/data/vNN.N. */
export function splitUrl(url: string): { version: string; path: string[]; params: URLSearchParams } | undefined {
  const [where = '', search = ''] = cut(url, '?')
  const parts = where.split('/').filter((part, at) => part !== '' || at > 5)
  if (parts[0] !== 'services' || parts[1] !== 'data' || !/^v\d{2}\.0$/.test(parts[2] ?? '')) return undefined
  const path = parts.slice(3).map(part => {
    try {
      return decodeURIComponent(part)
    } catch {
      throw notFound()
    }
  })
  if (path.at(-1) === '') path.pop()
  return { version: parts[2] ?? '', path, params: new URLSearchParams(search) }
}

function cut(text: string, at: string): [string, string] {
  const index = text.indexOf(at)
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)]
}

/** The name of a call in the request log and in faults. */
export function operationOf(path: string[]): Operation {
  const [first = '', second, third] = path.map(part => part.toLowerCase())
  if (first === 'query' || first === 'queryall') return 'query'
  if (first === 'limits') return 'limits'
  if (first === 'jobs') return 'bulk'
  if (first === 'composite') return second === 'sobjects' ? 'collections' : 'composite'
  if (first === 'sobjects')
    return second === undefined || third === undefined || third === 'describe' ? describeOrRow(path) : 'row'
  return 'other'
}

const describeOrRow = (path: string[]): Operation => (path.length === 2 ? 'row' : 'describe')

export function dispatch(call: Call): Reply {
  const [first = '', second] = call.path.map(part => part.toLowerCase())
  switch (first) {
    case '':
      return resources(call)
    case 'sobjects':
      return sobjects(call)
    case 'query':
    case 'queryall':
      return query(call)
    case 'limits':
      return only(call, 'GET', limits)
    case 'tooling':
      if (second !== 'query') throw notFound()
      return only(call, 'GET', toolingQuery)
    case 'jobs':
      if (call.enclosing) throw notFound()
      return bulk(call)
    case 'composite':
      if (second === 'sobjects') return collections(call)
      if (call.enclosing) throw notFound()
      if (second === undefined) return call.method === 'GET' ? compositeResources(call) : only(call, 'POST', runAll)
      if (second === 'batch') return only(call, 'POST', batch)
      throw notFound()
    default:
      throw notFound()
  }
}

function only(call: Call, method: 'GET' | 'POST', then: (call: Call) => Reply): Reply {
  if (call.method === method) return then(call)
  const allowed = method === 'GET' ? 'GET,HEAD' : method
  throw refuse('METHOD_NOT_ALLOWED', `HTTP Method '${call.method}' not allowed. Allowed are ${allowed}`, [], 405)
}

const runAll = (call: Call): Reply => composite(call, runSub)

function compositeResources(call: Call): Reply {
  const base = `/services/data/${call.version}/composite`
  return ok(Object.fromEntries(['batch', 'sobjects'].map(name => [name, `${base}/${name}`])))
}

function runSub(call: Call, sub: { method: string; url: string; body: unknown }): Reply {
  const target = splitUrl(sub.url)
  if (!target) throw notFound()
  const { version, path, params } = target
  const problem = versionProblem(version)
  if (problem) throw problem
  return dispatch({
    ...call,
    method: sub.method,
    version,
    path,
    params,
    body: sub.body,
    text: '',
    header: () => undefined,
  })
}

/** Independent subrequests, each of which counts as a call; see `costOf`. */
function batch(call: Call): Reply {
  const { body } = call
  if (!isBody(body) || !Array.isArray(body.batchRequests)) {
    throw refuse('JSON_PARSER_ERROR', 'Unexpected value for batchRequests: a list of subrequests is required')
  }
  const list: unknown[] = body.batchRequests
  const compositeRequest = list.map((entry, at) => {
    const { method, url, richInput } = isBody(entry) ? entry : {}
    const rooted = typeof url === 'string' && !url.startsWith('/') ? `/services/data/${url}` : url
    return { method, url: rooted, body: richInput, referenceId: `r${at}` }
  })
  const reply = subrequests({ ...call, body: { compositeRequest, collateSubrequests: false } }, runSub)
  const inner = isBody(reply.body) && Array.isArray(reply.body.compositeResponse) ? reply.body.compositeResponse : []
  const results = inner.map(({ httpStatusCode, body: result }) => ({ statusCode: httpStatusCode, result }))
  return ok({ hasErrors: results.some(({ statusCode }) => statusCode >= 300), results })
}

/** What a request takes from the day's calls. */
export function costOf(path: string[], body: unknown): number {
  const isBatch = path[0] === 'composite' && path[1] === 'batch'
  return isBatch && isBody(body) && Array.isArray(body.batchRequests) ? Math.max(1, body.batchRequests.length) : 1
}

function resources(call: Call): Reply {
  const base = `/services/data/${call.version}`
  const host = call.header('host')
  const identity = `${host ? `http://${host}` : ''}/id/${call.org.id}/${call.userId}`
  const names = ['sobjects', 'query', 'queryAll', 'limits', 'composite', 'jobs']
  return ok({ identity, ...Object.fromEntries(names.map(name => [name, `${base}/${name}`])) })
}
