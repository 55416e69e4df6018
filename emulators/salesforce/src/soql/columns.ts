// What columns a query would give, without running it: `/query?q=...&columns=true`, which the Salesforce CLI asks for. The
// shape is what that client reads.

import type { Query, QueryBase, FieldType as SelectItem } from '@jetstreamapp/soql-parser-js'
import { type Entity, entityOf, type Field } from '../entities.ts'
import { refuse } from '../rules/refusal.ts'
import type { World } from '../rules/world.ts'
import { pathOf } from './path.ts'
import { compileQuery } from './query.ts'
import { parse } from './tree.ts'

type Column = {
  aggregate: boolean
  apexType: string
  booleanType: boolean
  columnName: string
  custom: boolean
  displayName: string
  foreignKeyName: string | null
  insertable: boolean
  joinColumns: Column[]
  numberType: boolean
  textType: boolean
  updatable: boolean
}

/** Throws what the query itself would be refused with. */
export function columnsOf(world: World, soql: string): object {
  compileQuery(world, soql)
  const query: Query = parse(soql)
  const entity = entityOf(world.schema, query.sObject ?? '')
  if (!entity) throw refuse('INVALID_TYPE', `sObject type '${query.sObject}' is not supported.`)
  const columnMetadata = columnsIn(world, entity, query)
  return {
    columnMetadata,
    entityName: entity.name,
    groupBy: query.groupBy !== undefined,
    idSelected: columnMetadata.some(({ columnName }) => columnName === 'Id'),
    keyPrefix: entity.keyPrefix,
  }
}

function columnsIn(world: World, entity: Entity, query: QueryBase): Column[] {
  const columns: Column[] = []
  let unnamed = 0
  for (const item of query.fields ?? []) {
    if (item.type === 'FieldSubquery') {
      const { relationshipName } = item.subquery
      const found = world.schema.children
        .get(entity.name)
        ?.find(({ field }) => field.childRelationshipName?.toLowerCase() === relationshipName.toLowerCase())
      const joinColumns = found ? columnsIn(world, found.child, item.subquery) : []
      columns.push({ ...named(found?.field.childRelationshipName ?? relationshipName), aggregate: true, joinColumns })
    } else if (item.type === 'FieldFunctionExpression' && item.functionName.toUpperCase() !== 'FIELDS') {
      const name = item.alias ?? `expr${unnamed++}`
      columns.push({
        ...named(name),
        displayName: item.alias ?? item.rawValue ?? name,
        aggregate: true,
        numberType: true,
      })
    } else addPath(world, entity, columns, textOf(item), query.sObjectAlias)
  }
  return columns
}

const textOf = (item: SelectItem): string =>
  item.type === 'FieldRelationship'
    ? [...item.relationships, item.field].join('.')
    : item.type === 'Field'
      ? item.field
      : 'Id'

/** Parents hold what is asked of them: `Account.Name` is a column in a column. */
function addPath(world: World, entity: Entity, columns: Column[], text: string, alias: string | undefined): void {
  const { links, field } = pathOf(world, entity, text, alias)
  let list = columns
  for (const { link } of links) {
    const name = link.relationshipName ?? link.name
    let column = list.find(({ columnName, foreignKeyName }) => columnName === name && foreignKeyName !== null)
    if (!column) {
      column = { ...named(name), foreignKeyName: link.name, custom: link.custom }
      list.push(column)
    }
    list = column.joinColumns
  }
  list.push(columnOf(field))
}

const named = (columnName: string): Column => ({
  aggregate: false,
  apexType: 'Object',
  booleanType: false,
  columnName,
  custom: false,
  displayName: columnName,
  foreignKeyName: null,
  insertable: false,
  joinColumns: [],
  numberType: false,
  textType: false,
  updatable: false,
})

const NUMBERS = new Set(['int', 'double', 'currency', 'percent'])
const APEX: Partial<Record<Field['type'], string>> = {
  ...{ id: 'Id', reference: 'Id', boolean: 'Boolean', int: 'Integer', double: 'Double', currency: 'Double' },
  ...{ percent: 'Double', date: 'Date', datetime: 'Datetime', address: 'Address' },
}

function columnOf(field: Field): Column {
  const isBoolean = field.type === 'boolean'
  const isNumber = NUMBERS.has(field.type)
  return {
    ...named(field.name),
    apexType: APEX[field.type] ?? 'String',
    booleanType: isBoolean,
    custom: field.custom,
    insertable: field.createable,
    numberType: isNumber,
    textType: !isBoolean && !isNumber,
    updatable: field.updateable,
  }
}
