// Deleting, undeleting and merging: into the recycle bin, with what happens to the children of each lookup.

import { type Entity, entityOf, type Field, type Row, type Value } from '../entities.ts'
import { checkRight, whole } from './access.ts'
import { OBJECT_RULES } from './object-rules.ts'
import { checkPersonMerge, contactOf, guardPersonContact, isOwnContact, mirrorPerson } from './person.ts'
import { entityIsDeleted, Refusal, refuse } from './refusal.ts'
import type { Actor, World } from './world.ts'

export function deleteRow(seen: World, actor: Actor, shown: Entity, row: Row): void {
  if (row.deleted) throw entityIsDeleted()
  checkRight(seen, shown, 'delete')
  const { world, entity } = whole(seen, shown)
  guardPersonContact(entity, row, 'DELETE_FAILED')
  const error = actor.spoil?.(row.id)
  if (error) throw new Refusal([error])
  const rule = OBJECT_RULES.get(entity.name)
  rule?.beforeDelete?.(world, actor, row)
  removeRow(world, actor, entity, row)
  rule?.afterDelete?.(world, actor, row)
}

function removeRow(world: World, actor: Actor, entity: Entity, row: Row): void {
  const modifiedBy = actor.userId
  for (const { child, field, kids } of childrenOf(world, entity, row)) {
    if (kids.length > 0 && field.onDelete === 'Restrict') {
      const message = `Your attempt to delete ${String(row.values.Name ?? row.id)} could not be completed because it is associated with the following ${child.labelPlural.toLowerCase()}.: ${kids.map(kid => kid.id).join(', ')}`
      throw refuse('DELETE_FAILED', message)
    }
    for (const found of kids) {
      // It may have gone by another way since: a relation goes with its contact and with its account.
      const kid = world.store.rows(child).get(found.id)
      if (!kid || kid.deleted) continue
      if (field.onDelete === 'Cascade') removeRow(world, actor, child, kid)
      else world.store.change(child, kid, { modifiedBy, values: emptied(kid, field) })
    }
  }
  world.store.change(entity, row, { modifiedBy, deleted: true })
}

/** Brings a record back from the recycle bin, unless its unique values were taken meanwhile. */
export function undeleteRow(world: World, actor: Actor, entity: Entity, row: Row): void {
  if (!row.deleted) throw refuse('UNDELETE_FAILED', 'Entity is not in the recycle bin')
  guardPersonContact(entity, row, 'UNDELETE_FAILED')
  const rows = world.store.rows(entity)
  for (const field of entity.fields.filter(candidate => candidate.unique)) {
    const value = field.read(row)
    const taken =
      value === null ? undefined : rows.lookup(field, value)?.find(id => id !== row.id && !rows.get(id)?.deleted)
    if (taken)
      throw refuse(
        'DUPLICATE_VALUE',
        `duplicate value found: ${field.name} duplicates value on record with id: ${taken.slice(0, 15)}`,
      )
  }
  const back = { modifiedBy: actor.userId, deleted: false, mergedInto: null }
  world.store.change(entity, row, back)
  const [person, contact] = [contactOf(world, row), entityOf(world.schema, 'Contact')]
  if (person && contact) world.store.change(contact, person, back)
}

/**
 * A record merge: the loser's children go to the master, the loser to the recycle bin with its MasterRecordId set. The
 * master keeps its own values, save those in `chosen`, which a person would pick on the merge screen.
 */
export function mergeRows(
  world: World,
  actor: Actor,
  entity: Entity,
  master: Row,
  loser: Row,
  chosen: Record<string, Value>,
): void {
  if (!entity.mergeable) throw refuse('INVALID_TYPE', `${entity.name} records cannot be merged`)
  if (master.id === loser.id) throw refuse('INVALID_ID_FIELD', 'the master and the loser are one record')
  if (master.deleted || loser.deleted) throw entityIsDeleted()
  for (const row of [master, loser]) guardPersonContact(entity, row, 'INVALID_OPERATION')
  checkPersonMerge(master, loser)
  OBJECT_RULES.get(entity.name)?.beforeMerge?.(world, actor, master, loser)
  merge(world, actor.userId, entity, master, loser)
  const present = world.store.rows(entity).get(master.id) ?? master
  const changed = world.store.change(entity, present, {
    modifiedBy: actor.userId,
    values: { ...present.values, ...chosen },
  })
  mirrorPerson(world, actor, entity, changed)
}

/** Moves the children and buries the loser; of two persons, the Contacts likewise. */
function merge(world: World, modifiedBy: string, entity: Entity, master: Row, loser: Row): void {
  for (const { child, field, kids } of childrenOf(world, entity, loser)) {
    for (const kid of kids) {
      if (isOwnContact(child, kid, field)) continue
      world.store.change(child, kid, { modifiedBy, values: { ...kid.values, [field.name]: master.id } })
    }
  }
  world.store.change(entity, loser, { modifiedBy, deleted: true, mergedInto: master.id })
  const [kept, gone] = [contactOf(world, master), contactOf(world, loser)]
  const contact = entityOf(world.schema, 'Contact')
  if (kept && gone && contact) merge(world, modifiedBy, contact, kept, gone)
}

function childrenOf(world: World, entity: Entity, row: Row): { child: Entity; field: Field; kids: Row[] }[] {
  return (world.schema.children.get(entity.name) ?? []).flatMap(({ child, field }) => {
    // Not the fields that the platform keeps itself: who made a record, what it was merged into.
    if (!field.createable || !child.writable) return []
    const rows = world.store.rows(child)
    const kids = (rows.lookup(field, row.id) ?? []).flatMap(id => {
      const kid = rows.get(id)
      return kid && !kid.deleted ? [kid] : []
    })
    return [{ child, field, kids }]
  })
}

function emptied(row: Row, field: Field): Record<string, Value> {
  return Object.fromEntries(Object.entries(row.values).filter(([name]) => name !== field.name))
}

/** Takes a deleted record out of the recycle bin, for good. */
export function eraseRow(world: World, entity: Entity, id: string): void {
  const row = world.store.rows(entity).get(id)
  if (row) world.store.erase(entity, row)
}
