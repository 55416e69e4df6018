/** Answers a paged query: takes the cheapest way to the rows, filters, sorts and cuts out the page. */
import type { Resource } from '../model/entities.ts'
import { invalidInput, malformedParameter } from '../model/errors.ts'
import type { Table } from '../store/table.ts'
import { type Bound, exactValues, lowerBound, lowerText, upperTime } from './bounds.ts'
import { test } from './evaluate.ts'
import { FIELDS, typed } from './fields.ts'
import { PredicateError } from './lexer.ts'
import { type Predicate, parse, type Variables } from './parser.ts'

export type Query = Record<string, string | string[] | undefined>
export type Page<T> = { limit: number; offset: number; count: number; total?: number; results: T[] }

const MAX_LIMIT = 500
const MAX_OFFSET = 10_000
/** Matching rows are counted up to here, as the real API does. */
const MAX_TOTAL = 10_000

export const many = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value]

export function page<T extends Resource>(table: Table<T>, name: string, query: Query): Page<T> {
  const limit = whole(query, 'limit', 20, MAX_LIMIT)
  const offset = whole(query, 'offset', 0, MAX_OFFSET)
  const withTotal = one(query.withTotal) !== 'false'
  const where = predicate(query, name)
  const sort = sorting(query, name)
  const matches = where ? test(where) : () => true
  const { rows, ordered, end } = candidates(table, where, sort, name === 'messages')

  const results: T[] = []
  let matched = 0
  if (ordered) {
    const wanted = offset + limit
    const count = withTotal && where !== null
    for (const row of rows) {
      if (end?.(row)) break
      if (!matches(row)) continue
      if (matched >= offset && matched < wanted) results.push(row)
      matched += 1
      if (matched >= (count ? Math.max(wanted, MAX_TOTAL) : wanted)) break
    }
  } else {
    const found: T[] = []
    for (const row of rows) if (matches(row)) found.push(row)
    matched = found.length
    found.sort(order(sort))
    results.push(...found.slice(offset, offset + limit))
  }
  const total = where ? Math.min(matched, MAX_TOTAL) : table.size()
  return { limit, offset, count: results.length, ...(withTotal ? { total } : {}), results }
}

type Sort = { path: string[]; descending: boolean }

/** Several `where` hold together. */
function predicate(query: Query, name: string): Predicate | null {
  const wheres = many(query.where).filter(each => each.trim() !== '')
  if (wheres.length === 0) return null
  const variables: Variables = {}
  for (const [key, value] of Object.entries(query)) if (key.startsWith('var.')) variables[key.slice(4)] = many(value)
  const fields = FIELDS[name] ?? 'open'
  try {
    const trees = wheres.map(each => typed(parse(each, variables), fields))
    return trees.length === 1 ? (trees[0] as Predicate) : { is: 'and', of: flat(trees) }
  } catch (error) {
    if (error instanceof PredicateError) throw malformedParameter('where', error.message)
    throw error
  }
}

const flat = (trees: Predicate[]) => trees.flatMap(each => (each.is === 'and' ? each.of : [each]))

function sorting(query: Query, name: string): Sort[] {
  return many(query.sort).flatMap(each =>
    each.split(',').map(part => {
      const [field = '', direction = 'asc', more] = part.trim().split(/\s+/)
      if (more !== undefined || !/^(asc|desc)$/i.test(direction)) {
        throw malformedParameter('sort', `Invalid direction '${direction}'.`)
      }
      const fields = FIELDS[name]
      const first = field.split('.')[0] ?? ''
      if (fields && !Object.hasOwn(fields, first))
        throw malformedParameter('sort', `The field '${first}' does not exist.`)
      return { path: field.split('.'), descending: direction.toLowerCase() === 'desc' }
    }),
  )
}

type Candidates<T> = { rows: Iterable<T>; ordered: boolean; end?: (row: T) => boolean }

function candidates<T extends Resource>(
  table: Table<T>,
  where: Predicate | null,
  sort: Sort[],
  createdToo: boolean,
): Candidates<T> {
  const exact = where && exactValues(where, table.has)
  if (exact) return { rows: found(table, exact), ordered: false }

  const [first, second] = sort
  const times = createdToo ? ['lastModifiedAt', 'createdAt'] : ['lastModifiedAt']
  const field = first?.path.join('.') ?? 'id'
  const byTime = times.includes(field) && (!second || second.path.join('.') === 'id') && sort.length <= 2
  if (byTime && first && (second?.descending ?? first.descending) === first.descending) {
    if (first.descending) return { rows: table.byTime.backwards(), ordered: true }
    const start = where && lowerBound(where, field)
    const last = where && upperTime(where, field)
    const rows = table.byTime.from(start ? row => beforeBound(row, start) : undefined)
    return last ? { rows, ordered: true, end: row => row.lastModifiedAt > last } : { rows, ordered: true }
  }
  if (field === 'id' && sort.length <= 1) {
    if (first?.descending) return { rows: table.byId.backwards(), ordered: true }
    const start = where && lowerText(where, 'id')
    return { rows: table.byId.from(start ? row => row.id < start : undefined), ordered: true }
  }
  const start = where && lowerBound(where, 'lastModifiedAt')
  return { rows: start ? table.byTime.from(row => beforeBound(row, start)) : table.rows(), ordered: false }
}

const beforeBound = (row: Resource, bound: Bound) =>
  row.lastModifiedAt < bound.time || (row.lastModifiedAt === bound.time && row.id < bound.id)

function* found<T extends Resource>(
  table: Table<T>,
  { index, values }: { index: string; values: string[] },
): IterableIterator<T> {
  const seen = new Set<string>()
  for (const value of values) {
    const row = index === 'id' ? table.get(value) : undefined
    for (const each of index === 'id' ? (row ? [row] : []) : table.find(index, value)) {
      if (seen.has(each.id)) continue
      seen.add(each.id)
      yield each
    }
  }
}

function order<T>(sort: Sort[]): (a: T, b: T) => number {
  const all = sort.length > 0 ? sort : [{ path: ['id'], descending: false }]
  return (a, b) => {
    for (const { path, descending } of all) {
      const left = at(a, path)
      const right = at(b, path)
      if (left === right) continue
      // An absent value comes first.
      const less = left === undefined || (right !== undefined && left < right)
      return less === descending ? 1 : -1
    }
    return 0
  }
}

function at(row: unknown, path: string[]): string | number | undefined {
  let value: unknown = row
  for (const name of path) {
    if (Array.isArray(value)) value = value[0]
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
    if (name === 'lowercaseEmail') value = String((row as { email?: string }).email ?? '').toLowerCase()
  }
  if (typeof value === 'boolean') return Number(value)
  return typeof value === 'string' || typeof value === 'number' ? value : undefined
}

const one = (value: string | string[] | undefined) => many(value)[0]

function whole(query: Query, name: string, otherwise: number, max: number): number {
  const given = one(query[name])
  if (given === undefined) return otherwise
  const value = Number(given)
  if (!Number.isInteger(value)) throw malformedParameter(name, `'${given}' is not a number.`)
  if (value < 0 || value > max) throw invalidInput(`Malformed parameter: ${name}: must be between 0 and ${max}.`)
  return value
}
