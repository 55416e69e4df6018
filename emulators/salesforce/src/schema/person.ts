// What an org with person accounts has more: the person's fields on Account, each the mirror of one of its Contact's, and
// the marks that tell a person from a business.

import { type Entity, entityOf, type Field, type Schema } from '../entities.ts'
import { addField, makeField } from './table.ts'

/** The record type that the switch brings, as in every org that throws it. */
export const PERSON_RECORD_TYPE = { name: 'Person Account', developerName: 'PersonAccount', active: true, person: true }

/** Fields that Account and Contact share by name, so that Account's own stands for the person's. */
const SHARED = ['Phone', 'Fax', 'Salutation', 'FirstName', 'LastName']
const OF_THE_CONTACT_ALONE = ['AccountId', 'Name', 'RecordTypeId', 'OwnerId', 'ReportsToId', 'Description']
const readOnly = { createable: false, updateable: false }

/** Name on Account of a field of Contact; null for a field that a person account has not. */
export function personName({ name, custom, calculated, autoNumber, compound, type, createable }: Field): string | null {
  if (SHARED.includes(name)) return name
  if (OF_THE_CONTACT_ALONE.includes(name) || autoNumber !== null) return null
  if (custom) return calculated ? null : name.replace(/__c$/, '__pc')
  const isCompound = type === 'address' || compound !== null
  return createable || isCompound ? `Person${name}` : null
}

export type Mirror = { own: Field; ofContact: Field }

/** The pairs of fields, Account's and Contact's, that always hold the same value in a person account. */
export function mirrors(account: Entity, contact: Entity): Mirror[] {
  return contact.fields.flatMap(ofContact => {
    const name = personName(ofContact)
    const own = name === null ? undefined : account.byName.get(name.toLowerCase())
    return own && own.type !== 'address' ? [{ own, ofContact }] : []
  })
}

/** Whether only a person account may hold the field. */
export const isPersonal = (field: Field): boolean =>
  field.name.endsWith('__pc') ||
  ['Salutation', 'FirstName', 'LastName'].includes(field.name) ||
  (/^Person[A-Z]/.test(field.name) && !field.custom)

/** Throws the switch. Contact's own fields, the package's included, must be there already. */
export function addPersonAccounts(schema: Schema): void {
  const [account, contact, recordType] = ['Account', 'Contact', 'RecordType'].map(name => entityOf(schema, name))
  if (!account || !contact || !recordType) return
  for (const entity of [account, contact])
    addField(entity, makeField('IsPersonAccount', 'Is Person Account', 'boolean', readOnly))
  addField(recordType, makeField('IsPersonType', 'Is Person Type', 'boolean', readOnly))
  for (const field of contact.fields) {
    const name = personName(field)
    if (name === null || account.byName.has(name.toLowerCase())) continue
    addField(account, mirrored(field, name))
  }
  const pointer = { length: 18, referenceTo: ['Contact'], relationshipName: 'PersonContact', ...readOnly }
  addField(account, makeField('PersonContactId', 'Contact ID', 'reference', pointer))
  if (!account.byName.has('personindividualid')) {
    const individual = { length: 18, referenceTo: ['Individual'], relationshipName: 'PersonIndividual' }
    addField(account, makeField('PersonIndividualId', 'Individual ID', 'reference', individual))
  }
  account.recordTypes.push({ id: '', ...PERSON_RECORD_TYPE })
}

/** The field as Account shows it: nothing requires it of a business, and no default fills it there. */
function mirrored(field: Field, name: string): Field {
  const { name: _name, label, type, relationshipName, read: _read, ...rest } = field
  const person = (other: string | null): string | null => (other === null ? null : `Person${other}`)
  return makeField(name, label, type, {
    ...rest,
    required: false,
    nameField: false,
    childRelationshipName: null,
    defaultValue: type === 'boolean' ? field.defaultValue : null,
    relationshipName: relationshipName?.endsWith('__r')
      ? relationshipName.replace(/__r$/, '__pr')
      : person(relationshipName),
    controller: field.custom ? (field.controller?.replace(/__c$/, '__pc') ?? null) : person(field.controller),
    compound: person(field.compound),
  })
}
