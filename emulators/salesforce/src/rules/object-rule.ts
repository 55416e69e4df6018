// What a standard object does beyond the rules of its fields: the shape of it. `object-rules.ts` says which has any.

import { type Entity, entityOf, type Row, type Value } from '../entities.ts'
import type { Changes } from './body.ts'
import type { Actor, World } from './world.ts'

/** A record about to be saved: `row` is what it was (null: new), `values` what it will be and may be completed. */
export type Saving = {
  world: World
  actor: Actor
  entity: Entity
  row: Row | null
  changes: Changes
  values: Record<string, Value>
}

/** Each part may refuse; `after…` parts may write other records in the same transaction. */
export type ObjectRule = {
  before?(saving: Saving): void
  after?(world: World, actor: Actor, row: Row, was: Row | null): void
  /** Not asked for records that go because their parent goes. */
  beforeDelete?(world: World, actor: Actor, row: Row): void
  afterDelete?(world: World, actor: Actor, row: Row): void
  beforeMerge?(world: World, actor: Actor, master: Row, loser: Row): void
}

/** An object that the schema always has. */
export function object(world: World, name: string): Entity {
  const entity = entityOf(world.schema, name)
  if (!entity) throw new Error(`the schema has no ${name}`)
  return entity
}

export function rowById(world: World, name: string, id: Value | null | undefined): Row | undefined {
  return typeof id === 'string' ? world.store.rows(object(world, name)).get(id) : undefined
}

/** Live records of `name` whose lookup `field` names the id; the field has an index. */
export function childrenBy(world: World, name: string, field: string, id: string): Row[] {
  const entity = object(world, name)
  const link = entity.byName.get(field.toLowerCase())
  const rows = world.store.rows(entity)
  const ids = link ? (rows.lookup(link, id) ?? []) : []
  return ids.flatMap(found => {
    const row = rows.get(found)
    return row && !row.deleted ? [row] : []
  })
}

export function isChanged(saving: Saving, name: string): boolean {
  for (const field of saving.changes.keys()) if (field.name === name) return true
  return false
}
