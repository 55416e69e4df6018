// ORDER BY: text without case, empty values first unless told otherwise.

import type { OrderByClause } from '@jetstreamapp/soql-parser-js'
import type { Entity, Row, Value } from '../entities.ts'
import { refuse } from '../rules/refusal.ts'
import type { World } from '../rules/world.ts'
import { comparable } from './filter.ts'
import { pathOf } from './path.ts'

export type Sort = {
  compare: (a: Row, b: Row) => number
  /** The index order that serves it: by id, or by modification with ties to be sorted. */
  served: 'id' | 'modified' | null
}

export function compileSort(world: World, entity: Entity, alias: string | undefined, by: OrderByClause[]): Sort {
  const keys = by.map(clause => {
    if (!('field' in clause)) throw refuse('MALFORMED_QUERY', 'functions in ORDER BY are not emulated')
    const path = pathOf(world, entity, clause.field, alias)
    if (path.field.type === 'address' || (path.field.type === 'textarea' && path.field.length > 255)) {
      throw refuse('INVALID_FIELD', `field '${path.field.name}' can not be sorted in a query call`)
    }
    const descending = clause.order === 'DESC'
    const nullsLast = clause.nulls === 'LAST'
    return { path, descending, nullsLast }
  })
  const compare = (a: Row, b: Row): number => {
    for (const { path, descending, nullsLast } of keys) {
      const left = comparable(path.field, path.read(a))
      const right = comparable(path.field, path.read(b))
      if (left === right) continue
      if (left === null) return nullsLast ? 1 : -1
      if (right === null) return nullsLast ? -1 : 1
      return below(left, right) === descending ? 1 : -1
    }
    return 0
  }
  const upward = keys.every(key => !key.descending && key.path.links.length === 0)
  const names = keys.map(key => key.path.field.name)
  const [first, second, third] = names
  const modified =
    (first === 'SystemModstamp' || first === 'LastModifiedDate') && (second === undefined || second === 'Id')
  const served = !upward ? null : first === 'Id' ? 'id' : modified && third === undefined ? 'modified' : null
  return { compare, served }
}

const below = (left: Value, right: Value): boolean => left < right
