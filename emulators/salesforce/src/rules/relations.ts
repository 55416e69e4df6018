// Contacts to Multiple Accounts: the platform keeps the direct relation of a contact to its account, people keep the rest.

import { entityOf, type Row } from '../entities.ts'
import { childrenBy, isChanged, type ObjectRule, object, rowById } from './object-rule.ts'
import { refuse } from './refusal.ts'
import type { Actor, World } from './world.ts'

const NAME = 'AccountContactRelation'
const isOn = (world: World): boolean => entityOf(world.schema, NAME) !== undefined
const relationsOf = (world: World, contactId: string): Row[] => childrenBy(world, NAME, 'ContactId', contactId)

function change(world: World, actor: Actor, relation: Row, more: Row['values']): void {
  world.store.change(object(world, NAME), relation, {
    modifiedBy: actor.userId,
    values: { ...relation.values, ...more },
  })
}

function drop(world: World, actor: Actor, relation: Row): void {
  world.store.change(object(world, NAME), relation, { modifiedBy: actor.userId, deleted: true })
}

export const contactRule: ObjectRule = {
  /** A new account becomes the direct one; the relation to the old one stays, no longer direct. */
  after(world, actor, row, was) {
    const { AccountId } = row.values
    if (AccountId === was?.values.AccountId || !isOn(world)) return
    let direct: Row | undefined
    for (const relation of relationsOf(world, row.id)) {
      if (relation.values.AccountId === AccountId) direct = relation
      else if (relation.values.IsDirect === true) {
        // A contact that has no account any more is private, and has no relations.
        if (AccountId === undefined) drop(world, actor, relation)
        else change(world, actor, relation, { IsDirect: false })
      }
    }
    if (AccountId === undefined) return
    if (direct) change(world, actor, direct, { IsDirect: true })
    else {
      const values = { AccountId, ContactId: row.id, IsDirect: true, IsActive: true }
      world.store.insert(object(world, NAME), { createdBy: actor.userId, values })
    }
  },
  beforeMerge(world, actor, master, loser) {
    if (!isOn(world)) return
    const own = new Map(relationsOf(world, master.id).map(relation => [relation.values.AccountId, relation]))
    for (const relation of relationsOf(world, loser.id)) {
      const same = own.get(relation.values.AccountId ?? '')
      if (!same) {
        if (relation.values.IsDirect === true) change(world, actor, relation, { IsDirect: false })
      } else if (same.values.IsDirect === true && relation.values.IsDirect === true) drop(world, actor, relation)
      else throw redundant()
    }
  },
}

export function mergedAccounts(world: World, _actor: Actor, master: Row, loser: Row): void {
  if (!isOn(world)) return
  const own = new Set(childrenBy(world, NAME, 'AccountId', master.id).map(relation => relation.values.ContactId))
  if (childrenBy(world, NAME, 'AccountId', loser.id).some(relation => own.has(relation.values.ContactId ?? ''))) {
    throw redundant()
  }
}

const redundant = (): Error =>
  refuse(
    'MERGE_FAILED',
    'These contacts have the same related account. Open the related account record and remove redundant account-contact relationship, then try Merging again.',
  )

export const relationRule: ObjectRule = {
  before(saving) {
    const { world, row, values } = saving
    if (row === null) {
      const contact = rowById(world, 'Contact', values.ContactId)
      if (contact?.values.AccountId === undefined) {
        const message = 'A private contact cannot be related to accounts: give it an account first.: Contact ID'
        throw refuse('FIELD_INTEGRITY_EXCEPTION', message, ['ContactId'])
      }
      const same = relationsOf(world, contact.id).find(relation => relation.values.AccountId === values.AccountId)
      if (same) {
        const message = `duplicate value found: AccountId duplicates value on record with id: ${same.id.slice(0, 15)}`
        throw refuse('DUPLICATE_VALUE', message)
      }
    }
    if (isChanged(saving, 'StartDate') || isChanged(saving, 'EndDate')) {
      const { StartDate, EndDate } = values
      if (StartDate !== undefined && EndDate !== undefined && EndDate < StartDate) {
        throw refuse('FIELD_INTEGRITY_EXCEPTION', 'The end date must be on or after the start date.: End Date', [
          'EndDate',
        ])
      }
    }
  },
  beforeDelete(_world, _actor, row) {
    if (row.values.IsDirect === true) {
      throw refuse(
        'DELETE_FAILED',
        "The direct relationship goes with the contact's account: change the account of the contact instead",
      )
    }
  },
}
