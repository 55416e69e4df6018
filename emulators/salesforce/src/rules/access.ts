// Who may write what. Bodies are read with the writer's eyes; everything that follows from a write is done with the org's.

import { type Entity, entityOf } from '../entities.ts'
import type { Right } from '../schema/permissions.ts'
import { type Refusal, refuse } from './refusal.ts'
import type { World } from './world.ts'

/** Throws where the user has no such right on the object. Creating has its own code (SOAP API guide, "StatusCode"). */
export function checkRight(world: World, entity: Entity, right: Exclude<Right, 'read'>): void {
  if (!world.access || world.access.may(entity, right)) return
  if (right === 'create')
    throw refuse('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', `entity type cannot be inserted: ${entity.label}`, [], 403)
  throw insufficient()
}

const insufficient = (): Refusal =>
  refuse('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id', [], 403)

/** The world and the object as the org itself sees them. */
export function whole(world: World, entity: Entity): { world: World; entity: Entity } {
  if (!world.whole) return { world, entity }
  return { world: world.whole, entity: entityOf(world.whole.schema, entity.name) ?? entity }
}
