// A SOQL statement compiled to something that runs: rows by index or scan, sorted, cut, and shown page by page.

import type { ConditionWithValueQuery, Query, QueryBase, FieldType as SelectItem } from '@jetstreamapp/soql-parser-js'
import { type Entity, entityOf, type Field, type Row, type Value } from '../entities.ts'
import { refuse } from '../rules/refusal.ts'
import type { World } from '../rules/world.ts'
import { aggregate, isAggregate } from './aggregate.ts'
import { checkBounds, checkSemiJoins } from './bounds.ts'
import { compileFilter, type Filter, type Scope } from './filter.ts'
import { pathOf } from './path.ts'
import { type ChildSelect, compileProjection, type Projection } from './project.ts'
import { compileSort, type Sort } from './sort.ts'
import { parse, treeOf } from './tree.ts'

export type Answer =
  | { is: 'rows'; entity: Entity; rows: Row[]; show: Projection }
  | { is: 'count'; total: number }
  | { is: 'groups'; records: object[] }

export type Compiled = { run(withDeleted: boolean): Answer; repeatable: boolean }

const OFFSET_MOST = 2000

export function compileQuery(world: World, soql: string): Compiled {
  const query = parse(soql)
  checkBounds(query)
  const entity = objectOf(world, query.sObject ?? '')
  // A date literal or a semi-join is resolved while compiling: such a plan serves once.
  const repeatable = !/\b(TODAY|YESTERDAY|TOMORROW|LAST_|NEXT_|THIS_)|\(\s*SELECT/i.test(soql)
  const items = query.fields ?? []
  if (isBareCount(items)) {
    const select = compileSelect(world, entity, query)
    return { run: withDeleted => ({ is: 'count', total: select(withDeleted).length }), repeatable }
  }
  if (isAggregate(query)) {
    const { limit: _limit, offset: _offset, orderBy: _orderBy, ...whole } = query
    const unlimited = compileSelect(world, entity, whole)
    const groups = aggregate(world, entity, query)
    return { run: withDeleted => ({ is: 'groups', records: groups(unlimited(withDeleted)) }), repeatable }
  }
  const show = compileProjection(world, entity, items, query.sObjectAlias, (child, link, subquery) =>
    childSelect(world, child, link, subquery),
  )
  const select = compileSelect(world, entity, query)
  return { run: withDeleted => ({ is: 'rows', entity, rows: select(withDeleted), show }), repeatable }
}

function isBareCount(items: readonly SelectItem[]): boolean {
  const [only] = items
  if (items.length !== 1 || only?.type !== 'FieldFunctionExpression') return false
  return only.functionName.toUpperCase() === 'COUNT' && only.parameters.length === 0
}

function objectOf(world: World, name: string): Entity {
  const entity = entityOf(world.schema, name)
  if (entity) return entity
  throw refuse(
    'INVALID_TYPE',
    `sObject type '${name}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' ` +
      'after the entity name. Please reference your WSDL or the describe call for the appropriate names.',
  )
}

type Select = (withDeleted: boolean) => Row[]

function compileSelect(world: World, entity: Entity, query: QueryBase): Select {
  const alias = query.sObjectAlias
  const subselect = (condition: ConditionWithValueQuery): Value[] => semiJoin(world, condition)
  const scope: Scope = { world, entity, alias, subselect }
  const tree = query.where ? treeOf(query.where) : null
  if (tree) checkSemiJoins(tree)
  const filter: Filter = tree ? compileFilter(scope, tree) : { test: () => true, seek: null }
  const by = query.orderBy === undefined ? [] : [query.orderBy].flat()
  const sort = by.length > 0 ? compileSort(world, entity, alias, by) : null
  const offset = query.offset ?? 0
  if (offset > OFFSET_MOST) {
    throw refuse('NUMBER_OUTSIDE_VALID_RANGE', `Maximum SOQL offset allowed is ${OFFSET_MOST}`)
  }
  const most = query.limit === undefined ? Number.POSITIVE_INFINITY : query.limit + offset
  return withDeleted => {
    const rows = find(world, entity, filter, sort, most, withDeleted)
    return offset > 0 || rows.length > most ? rows.slice(offset, most) : rows
  }
}

function find(
  world: World,
  entity: Entity,
  filter: Filter,
  sort: Sort | null,
  most: number,
  withDeleted: boolean,
): Row[] {
  const table = world.store.rows(entity)
  const { seek, test } = filter
  const order = seek?.order ?? sort?.served ?? null
  const source = seek
    ? seek.rows()
    : sort?.served === 'id'
      ? table.afterId('')
      : sort?.served === 'modified'
        ? table.modifiedFrom(0)
        : table.all()
  const served = sort !== null && sort.served !== null && order === sort.served
  const rows: Row[] = []
  for (const row of source) {
    if (rows.length >= most) {
      // Rows of one second come in any order: all of that second are needed before sorting.
      if (sort === null || (served && order === 'id')) break
      if (served && second(row) > second(rows.at(-1))) break
    }
    if ((withDeleted || !row.deleted) && test(row)) rows.push(row)
  }
  if (sort && !(served && order === 'id')) rows.sort(sort.compare)
  return rows
}

const second = (row: Row | undefined): number => Math.floor((row?.modifiedAt ?? 0) / 1000)

/** The values of `IN (SELECT field FROM ...)`. */
function semiJoin(world: World, condition: ConditionWithValueQuery): Value[] {
  if (!('valueQuery' in condition)) return []
  const query: Query = condition.valueQuery
  const entity = objectOf(world, query.sObject ?? '')
  const [item] = query.fields ?? []
  if (item?.type !== 'Field') throw refuse('MALFORMED_QUERY', 'a semi-join selects one field')
  const path = pathOf(world, entity, item.field, query.sObjectAlias)
  return compileSelect(world, entity, query)(false).flatMap(row => path.read(row) ?? [])
}

function childSelect(world: World, child: Entity, link: Field, query: QueryBase): ChildSelect {
  const alias = query.sObjectAlias
  const scope: Scope = { world, entity: child, alias, subselect: condition => semiJoin(world, condition) }
  const filter = query.where ? compileFilter(scope, treeOf(query.where)) : { test: () => true }
  const by = query.orderBy === undefined ? [] : [query.orderBy].flat()
  const sort = by.length > 0 ? compileSort(world, child, alias, by) : null
  const show = compileProjection(world, child, query.fields ?? [], alias, () => {
    throw refuse('MALFORMED_QUERY', 'child queries inside child queries are not emulated')
  })
  return (parent, version) => {
    const table = world.store.rows(child)
    const ids = table.lookup(link, parent.id)
    const all = ids
      ? ids.flatMap(id => table.get(id) ?? [])
      : [...table.all()].filter(row => link.read(row) === parent.id)
    const rows = all.filter(row => !row.deleted && filter.test(row))
    if (sort) rows.sort(sort.compare)
    if (rows.length === 0) return null
    const cut = rows.slice(query.offset ?? 0, (query.offset ?? 0) + (query.limit ?? rows.length))
    return { totalSize: cut.length, done: true, records: cut.map(row => show(row, version)) }
  }
}
