// WHERE, compiled twice: to a test of one row, and to the quickest way of finding rows worth testing.

import type { ConditionWithValueQuery } from '@jetstreamapp/soql-parser-js'
import type { Entity, Field, Row, Value } from '../entities.ts'
import { refuse } from '../rules/refusal.ts'
import type { World } from '../rules/world.ts'
import { isFilterable } from '../schema/describe.ts'
import { dateRange, literalValue, unquote } from './literal.ts'
import { type Path, pathOf } from './path.ts'
import type { Tree } from './tree.ts'

/** Rows by an index. `exact` ones are few; ordered ones come in that order and may be many. */
export type Seek = { order: 'exact' | 'id' | 'modified'; rows: () => Iterable<Row> }
export type Filter = { test: (row: Row) => boolean; seek: Seek | null }

/** The values of a semi-join, given by whoever can run a query. */
export type Subselect = (condition: ConditionWithValueQuery) => Value[]

export type Scope = { world: World; entity: Entity; alias: string | undefined; subselect: Subselect }

export function compileFilter(scope: Scope, tree: Tree): Filter {
  switch (tree.is) {
    case 'test':
      return compileTest(scope, tree.condition)
    case 'not': {
      const { test } = compileFilter(scope, tree.part)
      return { test: row => !test(row), seek: null }
    }
    case 'and': {
      const parts = tree.parts.map(part => compileFilter(scope, part))
      const tests = parts.map(part => part.test)
      const seeks = parts.flatMap(part => part.seek ?? [])
      const seek = seeks.find(found => found.order === 'exact') ?? seeks[0] ?? null
      return { test: row => tests.every(test => test(row)), seek }
    }
    case 'or': {
      const parts = tree.parts.map(part => compileFilter(scope, part))
      const tests = parts.map(part => part.test)
      const seeks = parts.map(part => part.seek)
      const exact = seeks.every(seek => seek?.order === 'exact')
      const union = (): Iterable<Row> => new Set(seeks.flatMap(seek => [...(seek?.rows() ?? [])]))
      return { test: row => tests.some(test => test(row)), seek: exact ? { order: 'exact', rows: union } : null }
    }
  }
}

/** Text without case, datetimes in whole seconds, ids as they are: how SOQL compares. */
export function comparable(field: Field, value: Value | null): Value | null {
  if (typeof value === 'string') return field.type === 'id' || field.type === 'reference' ? value : value.toLowerCase()
  if (field.type === 'datetime' && typeof value === 'number') return value - (((value % 1000) + 1000) % 1000)
  return value
}

function compileTest(scope: Scope, condition: ConditionWithValueQuery): Filter {
  if (!('field' in condition)) throw refuse('MALFORMED_QUERY', 'functions in WHERE are not emulated')
  const path = pathOf(scope.world, scope.entity, condition.field, scope.alias)
  const { field } = path
  if (!isFilterable(field)) {
    throw refuse('INVALID_FIELD', `field '${field.name}' can not be filtered in a query call`)
  }
  const read = (row: Row): Value | null => comparable(field, path.read(row))
  const operator = condition.operator.toUpperCase()
  checkOperator(field, operator)
  if ('valueQuery' in condition) {
    return membership(scope, path, read, operator, scope.subselect(condition))
  }
  const types = condition.literalType
  const typeAt = (at: number): string | undefined => (Array.isArray(types) ? types[at] : types)
  if (types === 'DATE_LITERAL' || types === 'DATE_N_LITERAL') {
    const n = 'dateLiteralVariable' in condition ? Number(condition.dateLiteralVariable) : 0
    return within(read, operator, dateRange(String(condition.value), n, scope.world.now()))
  }
  if (Array.isArray(condition.value)) {
    const values = condition.value.map((text, at) => literalValue(field, text, typeAt(at)))
    if (operator === 'INCLUDES' || operator === 'EXCLUDES') return multi(read, operator, values)
    return membership(scope, path, read, operator, values)
  }
  if (operator === 'LIKE') return { test: like(read, unquote(condition.value)), seek: null }
  const value = comparable(field, literalValue(field, condition.value, typeAt(0)))
  return comparison(scope, path, read, operator, value === '' ? null : value)
}

const ORDERING = new Set(['>', '>=', '<', '<='])
const TEXTUAL = new Set(['string', 'textarea', 'email', 'phone', 'url', 'picklist', 'reference', 'id'])

/** INVALID_QUERY_FILTER_OPERATOR: "an invalid operator was used in the query() filter clause, at least for that field". */
function checkOperator(field: Field, operator: string): void {
  const isMulti = field.type === 'multipicklist'
  const fits =
    operator === 'LIKE'
      ? TEXTUAL.has(field.type)
      : operator === 'INCLUDES' || operator === 'EXCLUDES'
        ? isMulti
        : !ORDERING.has(operator) || (!isMulti && field.type !== 'boolean')
  if (!fits) throw refuse('INVALID_QUERY_FILTER_OPERATOR', `invalid operator for field '${field.name}': ${operator}`)
}

function comparison(
  scope: Scope,
  path: Path,
  read: (row: Row) => Value | null,
  operator: string,
  value: Value | null,
): Filter {
  if (operator === '=')
    return { test: row => read(row) === value, seek: value === null ? null : exact(scope, path, [value]) }
  if (operator === '!=') return { test: row => read(row) !== value, seek: null }
  const ordered = (holds: (there: Value, limit: Value) => boolean) => (row: Row) => {
    const there = read(row)
    return there !== null && value !== null && holds(there, value)
  }
  switch (operator) {
    case '>':
      return { test: ordered((there, limit) => there > limit), seek: range(scope, path, value) }
    case '>=':
      return { test: ordered((there, limit) => there >= limit), seek: range(scope, path, value) }
    case '<':
      return { test: ordered((there, limit) => there < limit), seek: null }
    case '<=':
      return { test: ordered((there, limit) => there <= limit), seek: null }
    default:
      throw refuse('INVALID_QUERY_FILTER_OPERATOR', `invalid operator ${operator}`)
  }
}

function membership(
  scope: Scope,
  path: Path,
  read: (row: Row) => Value | null,
  operator: string,
  values: (Value | null)[],
): Filter {
  const wanted = new Set(values.map(value => (value === '' ? null : comparable(path.field, value))))
  if (operator === 'IN') {
    const keys = [...wanted].flatMap(value => (value === null ? [] : [value]))
    return { test: row => wanted.has(read(row)), seek: wanted.has(null) ? null : exact(scope, path, keys) }
  }
  if (operator === 'NOT IN') return { test: row => !wanted.has(read(row)), seek: null }
  throw refuse('MALFORMED_QUERY', `unexpected token: '${operator}'`)
}

/** Finds rows by the values of an indexed field, the record's own or its parent's. */
function exact({ world, entity }: Scope, path: Path, values: Value[]): Seek | null {
  const [step, deeper] = path.links
  if (deeper) return null
  const owner = step ? step.target : entity
  const table = world.store.rows(owner)
  if (path.field.type !== 'id' && !table.hasIndex(path.field)) return null
  if (step && !world.store.rows(entity).hasIndex(step.link)) return null
  const found = function* (): Generator<Row> {
    const rows = world.store.rows(owner)
    for (const value of values) {
      const ids = path.field.type === 'id' ? [String(value)] : (rows.lookup(path.field, value) ?? [])
      for (const id of ids) {
        const row = rows.get(id)
        if (row) yield row
      }
    }
  }
  if (!step) return { order: 'exact', rows: found }
  const children = function* (): Generator<Row> {
    const rows = world.store.rows(entity)
    for (const parent of found()) {
      for (const id of rows.lookup(step.link, parent.id) ?? []) {
        const row = rows.get(id)
        if (row) yield row
      }
    }
  }
  return { order: 'exact', rows: children }
}

function range({ world, entity }: Scope, path: Path, value: Value | null): Seek | null {
  if (path.links.length > 0 || value === null) return null
  if (path.field.type === 'id') {
    // One step back: `>=` wants the row itself.
    const from = String(value).slice(0, -1)
    return { order: 'id', rows: () => world.store.rows(entity).afterId(from) }
  }
  if (path.field.name !== 'SystemModstamp' && path.field.name !== 'LastModifiedDate') return null
  return { order: 'modified', rows: () => world.store.rows(entity).modifiedFrom(Number(value)) }
}

function like(read: (row: Row) => Value | null, pattern: string): (row: Row) => boolean {
  const source = pattern
    .split(/(%|_)/)
    .map(part => (part === '%' ? '[^]*' : part === '_' ? '[^]' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('')
  const expression = new RegExp(`^${source}$`, 'i')
  return row => {
    const value = read(row)
    return typeof value === 'string' && expression.test(value)
  }
}

/** INCLUDES ('a;b', 'c'): the multi-picklist holds all of a group. */
function multi(read: (row: Row) => Value | null, operator: string, groups: (Value | null)[]): Filter {
  const wanted = groups.map(group =>
    String(group ?? '')
      .toLowerCase()
      .split(';'),
  )
  const test = (row: Row): boolean => {
    const held = new Set(String(read(row) ?? '').split(';'))
    return wanted.some(group => group.every(value => held.has(value)))
  }
  return { test: operator === 'INCLUDES' ? test : row => !test(row), seek: null }
}

function within(read: (row: Row) => Value | null, operator: string, [from, to]: [number, number]): Filter {
  const at = (row: Row): number | null => {
    const value = read(row)
    return value === null ? null : typeof value === 'number' ? value : Date.parse(`${value}T00:00:00Z`)
  }
  const tests: Record<string, (value: number) => boolean> = {
    '=': value => value >= from && value < to,
    '!=': value => value < from || value >= to,
    '>': value => value >= to,
    '>=': value => value >= from,
    '<': value => value < from,
    '<=': value => value < to,
  }
  const holds = tests[operator]
  if (!holds) throw refuse('MALFORMED_QUERY', `unexpected token: '${operator}'`)
  return {
    test: row => {
      const value = at(row)
      return value !== null && holds(value)
    },
    seek: null,
  }
}
