// Queries and their pages.

import type { Org } from '../org/org.ts'
import { refuse } from '../rules/refusal.ts'
import { columnsOf } from '../soql/columns.ts'
import type { Cursor } from '../soql/cursors.ts'
import { type Compiled, compileQuery } from '../soql/query.ts'
import { type Call, ok, type Reply } from './api.ts'

const PAGE = 2000
const PAGE_LEAST = 200
const CACHED = 300
const CACHED_LENGTH = 2000

/** Compiled statements by org; long ones hold lists of values that do not come twice. */
const compiled = new WeakMap<Org, Map<string, Compiled>>()

function compile(org: Org, soql: string): Compiled {
  let cache = compiled.get(org)
  if (!cache) {
    cache = new Map()
    compiled.set(org, cache)
  }
  const known = cache.get(soql)
  if (known) return known
  const fresh = compileQuery(org, soql)
  if (fresh.repeatable && soql.length <= CACHED_LENGTH) {
    cache.set(soql, fresh)
    if (cache.size > CACHED) for (const oldest of cache.keys()) if (cache.delete(oldest)) break
  }
  return fresh
}

/** `/query?q=`, `/queryAll?q=` and `/query/<locator>-<offset>`. */
export function query(call: Call): Reply {
  const [name, locator] = call.path
  if (call.method !== 'GET') {
    throw refuse('METHOD_NOT_ALLOWED', `HTTP Method '${call.method}' not allowed. Allowed are GET,HEAD`, [], 405)
  }
  if (locator !== undefined) return nextPage(call, locator)
  const soql = call.params.get('q')
  if (!soql) throw refuse('MALFORMED_QUERY', 'A query string has to be specified')
  if (call.params.get('columns') === 'true') return ok(columnsOf(call.org, soql))
  const answer = compile(call.org, soql).run(name?.toLowerCase() === 'queryall')
  if (answer.is === 'count') return ok({ totalSize: answer.total, done: true, records: [] })
  if (answer.is === 'groups') return ok({ totalSize: answer.records.length, done: true, records: answer.records })
  const { rows, show } = answer
  return page(call, { rows, show }, 0, () => call.org.cursors.open(call.userId, { rows, show }))
}

function nextPage(call: Call, locator: string): Reply {
  const at = locator.lastIndexOf('-')
  const cursor = call.org.cursors.get(call.userId, locator.slice(0, at))
  const offset = Number(locator.slice(at + 1))
  if (!cursor || !Number.isInteger(offset) || offset > cursor.rows.length)
    throw refuse('INVALID_QUERY_LOCATOR', 'invalid query locator')
  return page(call, cursor, offset, () => locator.slice(0, at))
}

function page(call: Call, { rows, show }: Cursor, offset: number, locator: () => string): Reply {
  const size = pageSize(call.header('sforce-query-options'))
  const end = Math.min(rows.length, offset + size)
  const records = rows.slice(offset, end).map(row => show(row, call.version))
  if (end >= rows.length) return ok({ totalSize: rows.length, done: true, records })
  const nextRecordsUrl = `/services/data/${call.version}/query/${locator()}-${end}`
  return ok({ totalSize: rows.length, done: false, nextRecordsUrl, records })
}

function pageSize(options: string | undefined): number {
  const asked = Number(/batchSize\s*=\s*(\d+)/i.exec(options ?? '')?.[1] ?? PAGE)
  return Math.min(PAGE, Math.max(PAGE_LEAST, asked))
}
