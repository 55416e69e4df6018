// SELECT: which columns, parents and children each found row shows, in the order they were asked for.

import type { FieldType as SelectItem, Subquery } from '@jetstreamapp/soql-parser-js'
import { type Entity, entityOf, type Field, type Row } from '../entities.ts'
import { refuse } from '../rules/refusal.ts'
import type { World } from '../rules/world.ts'
import { parentRow, pathOf } from './path.ts'
import { attributes, type WireRecord, wireValue } from './record.ts'

type Column =
  | { field: Field }
  | { parent: Field; target: Entity; shape: Shape }
  | { children: string; find: ChildSelect }
type Shape = { entity: Entity; columns: Column[] }

/** Runs a child subquery for one parent. */
export type ChildSelect = (parent: Row, version: string) => WireRecord | null
export type ChildCompiler = (child: Entity, link: Field, subquery: Subquery) => ChildSelect
export type Projection = (row: Row, version: string) => WireRecord

export function compileProjection(
  world: World,
  entity: Entity,
  items: readonly SelectItem[],
  alias: string | undefined,
  children: ChildCompiler,
): Projection {
  const shape: Shape = { entity, columns: [] }
  for (const item of items) {
    switch (item.type) {
      case 'Field':
        addPath(world, shape, item.field, alias)
        break
      case 'FieldRelationship': {
        const parts = [...item.relationships, item.field]
        addPath(world, shape, parts.join('.'), alias)
        break
      }
      case 'FieldSubquery':
        shape.columns.push(childColumn(world, entity, item.subquery, children))
        break
      case 'FieldFunctionExpression':
        if (item.functionName.toUpperCase() !== 'FIELDS') {
          throw refuse('MALFORMED_QUERY', `the function ${item.functionName} is not emulated here`)
        }
        for (const field of fieldsOf(entity, String(item.parameters[0] ?? ''))) shape.columns.push({ field })
        break
      default:
        throw refuse('MALFORMED_QUERY', 'TYPEOF is not emulated')
    }
  }
  return (row, version) => show(world, shape, row, version)
}

function fieldsOf(entity: Entity, which: string): Field[] {
  const kind = which.toUpperCase()
  if (kind === 'ALL') return entity.fields
  return entity.fields.filter(field => field.custom === (kind === 'CUSTOM'))
}

function addPath(world: World, shape: Shape, text: string, alias: string | undefined): void {
  const path = pathOf(world, shape.entity, text, alias)
  let here = shape
  for (const { link, target } of path.links) {
    let column = here.columns.find(found => 'parent' in found && found.parent === link)
    if (!column || !('parent' in column)) {
      column = { parent: link, target, shape: { entity: target, columns: [] } }
      here.columns.push(column)
    }
    here = column.shape
  }
  if (here.columns.some(found => 'field' in found && found.field === path.field)) {
    throw refuse('INVALID_FIELD', `duplicate field selected: ${text}`)
  }
  here.columns.push({ field: path.field })
}

function childColumn(world: World, entity: Entity, subquery: Subquery, children: ChildCompiler): Column {
  const name = subquery.relationshipName
  const list = world.schema.children.get(entity.name) ?? []
  const found = list.find(({ field }) => field.childRelationshipName?.toLowerCase() === name.toLowerCase())
  if (!found?.field.childRelationshipName) {
    throw refuse(
      'INVALID_TYPE',
      `Didn't understand relationship '${name}' in FROM part of query call. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`,
    )
  }
  const child = entityOf(world.schema, found.child.name) ?? found.child
  return { children: found.field.childRelationshipName, find: children(child, found.field, subquery) }
}

function show(world: World, shape: Shape, row: Row, version: string): WireRecord {
  const record: WireRecord = { attributes: attributes(shape.entity, row, version) }
  for (const column of shape.columns) {
    if ('field' in column) record[column.field.name] = wireValue(shape.entity, column.field, row)
    else if ('parent' in column) {
      const parent = parentRow(world, row, column.parent, column.target)
      record[column.parent.relationshipName ?? ''] = parent ? show(world, column.shape, parent, version) : null
    } else record[column.children] = column.find(row, version)
  }
  return record
}
