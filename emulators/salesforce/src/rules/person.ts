// Person accounts: an Account and a Contact that are one person. The Account is written, its Contact follows in the same
// transaction, and nobody writes that Contact directly.

import { type Entity, entityOf, type Field, type Row, type Value } from '../entities.ts'
import { isPersonal, mirrors } from '../schema/person.ts'
import { badRecordType, type Changes } from './body.ts'
import { refuse } from './refusal.ts'
import type { Actor, World } from './world.ts'

const isPerson = (row: Row | undefined): boolean => row?.values.IsPersonAccount === true

/** Fields of a business that no person account has. */
const OF_BUSINESS = ['Name', 'ParentId']

/** Checks what a write says of an Account or a Contact in an org with person accounts, and adds what follows from it. */
export function completePerson(world: World, entity: Entity, changes: Changes, row: Row | null): void {
  if (!world.options.personAccounts) return
  if (entity.name === 'Contact') guardContact(world, changes, row)
  if (entity.name === 'Account') completeAccount(world, entity, changes, row)
}

function completeAccount(world: World, entity: Entity, changes: Changes, row: Row | null): void {
  const recordType = entity.byName.get('recordtypeid')
  const chosen = recordType && changes.get(recordType)
  const type = entity.recordTypes.find(one => one.id === chosen)
  if (recordType && typeof chosen === 'string' && !type) throw badRecordType(recordType, chosen)
  const person = type ? type.person === true : isPerson(row ?? undefined)
  if (row && person !== isPerson(row)) {
    const message = 'Record Type ID: a person account cannot become a business account, nor a business account a person'
    throw refuse('FIELD_INTEGRITY_EXCEPTION', message, ['RecordTypeId'])
  }
  const wrong = [...changes]
    .filter(([field, value]) => (person ? OF_BUSINESS.includes(field.name) : isPersonal(field) && value !== null))
    .map(([field]) => field.name)
  if (wrong.length > 0) {
    const message = `Account: bad field names on insert/update call: ${wrong.join(', ')}`
    throw refuse('INVALID_FIELD_FOR_INSERT_UPDATE', message, wrong)
  }
  if (person) becomePerson(world, entity, changes, row)
  else refuseParent(world, changes, 'ParentId')
}

function becomePerson(world: World, account: Entity, changes: Changes, row: Row | null): void {
  const contact = entityOf(world.schema, 'Contact')
  if (!contact) return
  const after = (name: string): Value | null => {
    const field = account.byName.get(name.toLowerCase())
    const changed = field && changes.get(field)
    return changed === undefined ? (row?.values[name] ?? null) : changed
  }
  const missing: string[] = []
  for (const { own, ofContact } of mirrors(account, contact)) {
    if (row === null && !changes.has(own) && ofContact.defaultValue !== null && own.type !== 'boolean')
      changes.set(own, ofContact.defaultValue)
    if (ofContact.required && after(own.name) === null) missing.push(own.name)
  }
  if (missing.length > 0)
    throw refuse('REQUIRED_FIELD_MISSING', `Required fields are missing: [${missing.join(', ')}]`, missing)
  const set = (name: string, value: Value): void => {
    const field = account.byName.get(name.toLowerCase())
    if (field) changes.set(field, value)
  }
  set('Name', [after('FirstName'), after('LastName')].filter(part => part !== null).join(' '))
  set('IsPersonAccount', true)
}

/** A person's Contact is written through its Account, and a person account is the Account of no other Contact. */
function guardContact(world: World, changes: Changes, row: Row | null): void {
  if (isPerson(row ?? undefined)) {
    const names = [...changes.keys()].map(field => field.name)
    const message = `Contact: bad field names on insert/update call: ${names.join(', ')}`
    throw refuse('INVALID_FIELD_FOR_INSERT_UPDATE', message, names)
  }
  refuseParent(world, changes, 'AccountId')
}

function refuseParent(world: World, changes: Changes, name: string): void {
  for (const [field, value] of changes) {
    if (field.name !== name || typeof value !== 'string' || !isPerson(world.store.find(value)?.row)) continue
    throw refuse('FIELD_INTEGRITY_EXCEPTION', `${field.label}: a person account cannot be a parent: ${value}`, [name])
  }
}

/** Refuses to delete, undelete or merge a person's Contact by itself. */
export function guardPersonContact(entity: Entity, row: Row, code: string): void {
  if (entity.name !== 'Contact' || !isPerson(row)) return
  throw refuse(code, 'the contact of a person account goes with its account')
}

/** Brings the Contact in step with the person account just written, which is given back as it is then. */
export function mirrorPerson(world: World, actor: Actor, entity: Entity, account: Row): Row {
  const contact = entityOf(world.schema, 'Contact')
  if (entity.name !== 'Account' || !isPerson(account) || !contact) return account
  const values: Record<string, Value> = { IsPersonAccount: true, AccountId: account.id }
  const owner = account.values.OwnerId
  if (owner !== undefined) values.OwnerId = owner
  const pairs = mirrors(entity, contact)
  for (const { own, ofContact } of pairs) {
    const value = account.values[own.name]
    if (value !== undefined) values[ofContact.name] = value
  }
  const present = contactOf(world, account)
  if (present) {
    // What a Contact has alone (whom it reports to, say) stays.
    const mirrored = new Set(pairs.map(({ ofContact }) => ofContact.name))
    const alone = Object.entries(present.values).filter(([name]) => !mirrored.has(name))
    const changed = { ...Object.fromEntries(alone), ...values }
    world.store.change(contact, present, { modifiedBy: actor.userId, values: changed })
    return account
  }
  const made = world.store.insert(contact, { createdBy: actor.userId, values })
  const withPointer = { ...account.values, PersonContactId: made.id }
  return world.store.change(entity, account, { modifiedBy: actor.userId, values: withPointer })
}

/** The Contact of a person account; none for a business. */
export function contactOf(world: World, account: Row): Row | undefined {
  const id = account.values.PersonContactId
  return typeof id === 'string' ? world.store.find(id)?.row : undefined
}

/** Only a person merges with a person, and a business with a business. */
export function checkPersonMerge(master: Row, loser: Row): void {
  if (isPerson(master) === isPerson(loser)) return
  throw refuse('INVALID_OPERATION', 'a person account and a business account cannot be merged')
}

/** A field whose children must not be moved with an Account: the person's own Contact stays with it. */
export const isOwnContact = (child: Entity, kid: Row, field: Field): boolean =>
  child.name === 'Contact' && field.name === 'AccountId' && isPerson(kid)
