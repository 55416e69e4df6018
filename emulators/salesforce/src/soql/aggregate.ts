// GROUP BY and the aggregate functions, with HAVING on them.

import type { Condition, HavingClause, Query, FieldType as SelectItem, WhereClause } from '@jetstreamapp/soql-parser-js'
import type { Entity, Row, Value } from '../entities.ts'
import { refuse } from '../rules/refusal.ts'
import type { World } from '../rules/world.ts'
import { comparable } from './filter.ts'
import { type Path, pathOf } from './path.ts'
import { wireTime } from './record.ts'
import { type Tree, treeOf } from './tree.ts'

type Cell = Value | null
/** Groups have no further pages. */
const PAGE = 2000
type Column = { name: string; of: (rows: Row[]) => Cell }

export function isAggregate(query: Query): boolean {
  return (
    query.groupBy !== undefined ||
    (query.fields ?? []).some(item => item.type === 'FieldFunctionExpression' && item.isAggregateFn)
  )
}

/** Groups of rows as AggregateResult records, in the order the groups were met, sorted if asked. */
export function aggregate(world: World, entity: Entity, query: Query): (rows: Row[]) => object[] {
  const alias = query.sObjectAlias
  const by = query.groupBy === undefined ? [] : [query.groupBy].flat()
  const keys = by.map(clause => {
    if (!('field' in clause)) throw refuse('MALFORMED_QUERY', 'functions in GROUP BY are not emulated')
    return pathOf(world, entity, clause.field, alias)
  })
  let unnamed = 0
  const columns = (query.fields ?? []).map(item => columnOf(world, entity, item, keys, alias, () => `expr${unnamed++}`))
  const having = query.having ? keeper(world, entity, query.having, alias) : () => true
  const orders = query.orderBy === undefined ? [] : [query.orderBy].flat()
  return rows => {
    const groups = new Map<string, Row[]>()
    if (keys.length === 0) groups.set('', rows)
    for (const row of keys.length > 0 ? rows : []) {
      const key = JSON.stringify(keys.map(path => comparable(path.field, path.read(row))))
      const group = groups.get(key)
      if (group) group.push(row)
      else groups.set(key, [row])
    }
    const kept = [...groups.values()].filter(having)
    const sorters = orders.map(order => {
      const of =
        'field' in order ? valueAt(world, entity, order.field, alias) : functionOf(world, entity, order.fn, alias)
      return { of, sign: order.order === 'DESC' ? -1 : 1 }
    })
    kept.sort((a, b) => {
      for (const { of, sign } of sorters) {
        const [left, right] = [of(a) ?? '', of(b) ?? '']
        if (left !== right) return left < right ? -sign : sign
      }
      return 0
    })
    const offset = query.offset ?? 0
    if (kept.length - offset > PAGE && (query.limit ?? Number.POSITIVE_INFINITY) > PAGE) {
      const message =
        'Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch'
      throw refuse('EXCEEDED_ID_LIMIT', message)
    }
    return kept.slice(offset, offset + (query.limit ?? PAGE)).map(group => {
      const record: Record<string, unknown> = { attributes: { type: 'AggregateResult' } }
      for (const column of columns) record[column.name] = column.of(group)
      return record
    })
  }
}

function columnOf(
  world: World,
  entity: Entity,
  item: SelectItem,
  keys: Path[],
  alias: string | undefined,
  nextName: () => string,
): Column {
  if (item.type === 'FieldFunctionExpression') {
    const of = functionOf(world, entity, item, alias)
    return { name: item.alias ?? nextName(), of }
  }
  if (item.type !== 'Field' && item.type !== 'FieldRelationship')
    throw refuse('MALFORMED_QUERY', 'Grouped query can only hold fields and aggregates')
  const text = item.type === 'Field' ? item.field : [...item.relationships, item.field].join('.')
  const path = pathOf(world, entity, text, alias)
  if (!keys.some(key => key.field === path.field && key.links.length === path.links.length)) {
    throw refuse('MALFORMED_QUERY', `Field must be grouped or aggregated: ${path.field.name}`)
  }
  const name = 'alias' in item && item.alias ? item.alias : path.field.name
  return { name, of: rows => firstOf(path, rows) }
}

function firstOf(path: Path, rows: Row[]): Cell {
  const [row] = rows
  const value = row ? path.read(row) : null
  return path.field.type === 'datetime' && typeof value === 'number' ? wireTime(value) : value
}

const valueAt = (world: World, entity: Entity, text: string, alias: string | undefined): ((rows: Row[]) => Cell) => {
  const path = pathOf(world, entity, text, alias)
  return rows => firstOf(path, rows)
}

type Fn = { functionName?: string; parameters?: readonly unknown[] }

function functionOf(world: World, entity: Entity, fn: Fn, alias: string | undefined): (rows: Row[]) => Cell {
  const name = (fn.functionName ?? '').toUpperCase()
  const [parameter] = fn.parameters ?? []
  if (name === 'COUNT' && parameter === undefined) return rows => rows.length
  if (typeof parameter !== 'string') throw refuse('MALFORMED_QUERY', `the function ${name} is not emulated here`)
  const path = pathOf(world, entity, parameter, alias)
  const values = (rows: Row[]): Value[] => rows.flatMap(row => path.read(row) ?? [])
  const shown = (value: Value | undefined): Cell =>
    value === undefined ? null : path.field.type === 'datetime' && typeof value === 'number' ? wireTime(value) : value
  const best = (wins: (a: Value, b: Value) => boolean) => (rows: Row[]) => {
    let found: Value | undefined
    for (const value of values(rows)) if (found === undefined || wins(value, found)) found = value
    return shown(found)
  }
  const sum = (rows: Row[]): number => values(rows).reduce<number>((total, value) => total + Number(value), 0)
  switch (name) {
    case 'COUNT':
      return rows => values(rows).length
    case 'COUNT_DISTINCT':
      return rows => new Set(values(rows).map(value => comparable(path.field, value))).size
    case 'MIN':
      return best((a, b) => a < b)
    case 'MAX':
      return best((a, b) => a > b)
    case 'SUM':
      return sum
    case 'AVG':
      return rows => (values(rows).length === 0 ? null : sum(rows) / values(rows).length)
    default:
      throw refuse('MALFORMED_QUERY', `the function ${name} is not emulated`)
  }
}

function keeper(
  world: World,
  entity: Entity,
  having: HavingClause,
  alias: string | undefined,
): (rows: Row[]) => boolean {
  const compile = (tree: Tree): ((rows: Row[]) => boolean) => {
    if (tree.is === 'not') {
      const part = compile(tree.part)
      return rows => !part(rows)
    }
    if (tree.is !== 'test') {
      const parts = tree.parts.map(compile)
      return tree.is === 'and' ? rows => parts.every(part => part(rows)) : rows => parts.some(part => part(rows))
    }
    const condition = tree.condition as Condition
    if (!('operator' in condition)) throw refuse('MALFORMED_QUERY', 'HAVING needs a comparison')
    const of =
      'fn' in condition
        ? functionOf(world, entity, condition.fn, alias)
        : valueAt(world, entity, condition.field, alias)
    const text = String(condition.value)
    const wanted: Value = /^'/.test(text) ? text.slice(1, -1) : Number(text)
    return rows => compare(of(rows), condition.operator, wanted)
  }
  return compile(treeOf(having as WhereClause))
}

function compare(value: Cell, operator: string, wanted: Value): boolean {
  switch (operator) {
    case '=':
      return value === wanted
    case '!=':
      return value !== wanted
    case '>':
      return value !== null && value > wanted
    case '>=':
      return value !== null && value >= wanted
    case '<':
      return value !== null && value < wanted
    case '<=':
      return value !== null && value <= wanted
    default:
      throw refuse('MALFORMED_QUERY', `unexpected token: '${operator}'`)
  }
}
