// The filter of a channel's member: a condition as in SOQL over the fields of the record and of the event's header.
// Source: "Change Event Filters" in the guide to change data capture.

import type { Entity, Field, Row } from '../entities.ts'
import { SetupError } from '../org/options.ts'
import { Refusal, refuse } from '../rules/refusal.ts'
import type { World } from '../rules/world.ts'
import { makeField } from '../schema/table.ts'
import { compileFilter } from '../soql/filter.ts'
import { parse, type Tree, treeOf } from '../soql/tree.ts'

export type HeaderValues = { entityName: string; changeType: string; changeOrigin: string; commitUser: string }
export type ChannelFilter = {
  /** Fields of the record that it names: the channel adds them to its events. */
  fields: string[]
  test(row: Row, header?: HeaderValues): boolean
}

/** How fields of the header are called where a dot would be a relationship. */
const PREFIX = 'ChangeEventHeader__'
const HEADER = ['entityName', 'changeType', 'changeOrigin', 'commitUser'] as const

/** Throws a SetupError for a condition that cannot be read. */
export function channelFilter(world: World, entity: Entity, expression: string, place: string): ChannelFilter {
  const known = new Map(entity.byName)
  const header = HEADER.map((name): Field => makeField(PREFIX + name, name, 'string'))
  for (const field of header) known.set(field.name.toLowerCase(), field)
  const extended: Entity = {
    ...entity,
    fields: [...entity.fields, ...header],
    byName: known,
    byRelationship: new Map(),
  }
  try {
    const text = expression.replace(/ChangeEventHeader\s*\.\s*/gi, PREFIX)
    const query = parse(`SELECT Id FROM ${entity.name} WHERE ${text}`)
    if (!query.where || query.limit !== undefined || query.orderBy || query.offset !== undefined)
      throw refuse('MALFORMED_QUERY', 'a filter is a condition and nothing more')
    const tree = treeOf(query.where)
    const subselect = (): never => {
      throw refuse('MALFORMED_QUERY', 'a filter has no semi-joins')
    }
    const { test } = compileFilter({ world, entity: extended, alias: undefined, subselect }, tree)
    const named = namesIn(tree).map(name => known.get(name.toLowerCase())?.name ?? name)
    return {
      fields: named.filter(name => !name.startsWith(PREFIX)),
      test(row, values) {
        if (!values) return test(row)
        const shown = Object.fromEntries(HEADER.map(name => [PREFIX + name, values[name]]))
        return test({ ...row, values: { ...row.values, ...shown } })
      },
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new SetupError(`the org cannot be used: the filter of ${place}, ${expression}: ${error.message.trim()}`)
  }
}

function namesIn(tree: Tree): string[] {
  if (tree.is === 'test') return 'field' in tree.condition ? [tree.condition.field] : []
  return tree.is === 'not' ? namesIn(tree.part) : tree.parts.flatMap(namesIn)
}
