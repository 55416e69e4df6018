/** The rule book of `customer-person` with `people: 'person-account'`: this customer becomes that one record. */
import { describe, expect, test } from 'vitest'
import { given } from '../../../test/given.ts'
import type { JsonObject } from '../../model/resource.ts'
import { mappings } from '../index.ts'
import { nothing } from '../testing/person.ts'
import { org } from '../testing/schema.ts'
import { american, company, german, nameless } from './fixtures.ts'
import { customerPerson } from './index.ts'
import { personField } from './personField.ts'

const personTypes = { PersonAccount: '012000000000001AAA', Shopper: '012000000000002AAA' }
const schema = org({ personTypes })
const picklists = org({ personTypes, countries: ['DE', 'CH', 'US'], states: ['CA', 'BY'] })
const mapping = customerPerson({ people: 'person-account' })
const id = '001000000000001AAA'

const customer = (snapshot: JsonObject) => given({ mapping, schema, snapshot })
const settled = (snapshot: JsonObject, was: JsonObject) =>
  given({ mapping, schema, snapshot, link: { account: { id, was } } })
const fieldsOf = (snapshot: JsonObject, options: { readonly picklists?: true } = {}) => {
  const [made] = given({ mapping, schema: options.picklists ? picklists : schema, snapshot }).made
  if (made?.plan.do !== 'create') throw new Error('it is to be created')
  return made.plan.fields
}

describe('a full German customer', () => {
  test('becomes one person account', () => {
    customer(german).plans({
      do: 'create',
      role: 'account',
      object: 'Account',
      fields: {
        RecordTypeId: personTypes.PersonAccount,
        Salutation: 'Frau',
        FirstName: 'Anna',
        LastName: 'Schmidt',
        PersonTitle: 'Dr.',
        PersonEmail: 'anna.schmidt@example.com',
        Phone: '+49891234567',
        PersonMobilePhone: '+491701234567',
        PersonOtherPhone: '+41446681800',
        PersonBirthdate: '1984-02-29',
        PersonMailingStreet: 'Hauptstraße 12a\nHinterhaus',
        PersonMailingCity: 'München',
        PersonMailingPostalCode: '80331',
        PersonMailingState: 'Bayern',
        PersonMailingCountry: 'DE',
        PersonOtherStreet: 'Bahnhofstrasse 1',
        PersonOtherCity: 'Zürich',
        PersonOtherPostalCode: '8001',
        PersonOtherCountry: 'CH',
        BillingStreet: 'Hauptstraße 12a\nHinterhaus',
        BillingCity: 'München',
        BillingPostalCode: '80331',
        BillingState: 'Bayern',
        BillingCountry: 'DE',
        ShippingStreet: 'Bahnhofstrasse 1',
        ShippingCity: 'Zürich',
        ShippingPostalCode: '8001',
        ShippingCountry: 'CH',
        CT_Customer_Number__pc: 'DE-1001',
        CT_Key__pc: 'anna-schmidt',
        CT_External_Id__pc: 'ERP-77',
        CT_Locale__pc: 'de-CH',
        CT_Customer_Group__pc: 'Gold',
        CT_Store_Keys__pc: 'b2c-at;b2c-de',
        CT_Email_Verified__pc: true,
      },
      links: {},
      dropped: {},
    })
  })

  test('goes by codes where the org has picklists', () => {
    expect(fieldsOf(american, { picklists: true })).toMatchObject({
      PersonMailingCountryCode: 'US',
      PersonMailingStateCode: 'CA',
      BillingStateCode: 'CA',
    })
  })

  test('is left alone when nothing changed, and sends only what did', () => {
    settled(german, german).plans(nothing)
    settled({ ...german, lastName: 'Meier', isEmailVerified: false }, german).plans({
      do: 'update',
      fields: { LastName: 'Meier', CT_Email_Verified__pc: false },
    })
  })

  test('that loses an address loses the phone in it too: it is the person’s, not the company’s', () => {
    const { defaultBillingAddressId: _, title: __, ...moved } = german
    settled(moved, german).plans({ do: 'update', verdicts: { Phone: 'write', PersonTitle: 'yield' } })
  })

  test('keeps its record type when it is updated', () => {
    const values = { CT_Id__c: 'demo/anna', LastName: 'Old' }
    const candidates = { account: [{ id, values }] }
    const [made] = given({ mapping, schema, snapshot: german, candidates }).made
    expect(made?.plan).toMatchObject({ do: 'update' })
    expect(made?.plan.do === 'update' && made.plan.fields).not.toHaveProperty('RecordTypeId')
  })
})

test('a customer without a name is called by the email, and a company by its name', () => {
  expect(fieldsOf(nameless)).toEqual({
    RecordTypeId: personTypes.PersonAccount,
    LastName: 'Nobody.Knows',
    PersonEmail: 'nobody.knows@example.com',
    CT_Email_Verified__pc: false,
  })
  expect(fieldsOf(company)).toMatchObject({
    LastName: 'Müller & Söhne GmbH',
    CT_Company_Name__c: 'Müller & Söhne GmbH',
    CT_Vat_Id__c: 'DE123456789',
  })
})

describe('the record type', () => {
  const typeWith = (recordType: string) => {
    const chosen = customerPerson({ people: 'person-account', recordType })
    const [made] = given({ mapping: chosen, schema, snapshot: german }).made
    return made?.plan.do === 'create' ? made.plan.fields.RecordTypeId : null
  }

  test.each([['Shopper'], ['shopper'], ['012000000000002'], ['012000000000002AAA']])('is the one named: %s', named => {
    expect(typeWith(named)).toBe(personTypes.Shopper)
  })

  test('that the org does not have is left out', () => {
    expect(typeWith('Nobody')).toBeUndefined()
  })

  test('may be set for the Accounts of the other form, and is not there unless it is', () => {
    expect(customerPerson({ recordType: 'B2C' }).parts[0]?.defaults).toEqual({ RecordTypeId: { recordType: 'B2C' } })
    expect(customerPerson().parts.map(part => part.defaults)).toEqual([{}, {}])
  })
})

describe('the names', () => {
  test.each([
    ['LastName', 'LastName'],
    ['Phone', 'Phone'],
    ['Email', 'PersonEmail'],
    ['MailingCountryCode', 'PersonMailingCountryCode'],
    ['HasOptedOutOfEmail', 'PersonHasOptedOutOfEmail'],
    ['HasOptedOutOfFax', 'PersonHasOptedOutOfFax'],
    ['DoNotCall', 'PersonDoNotCall'],
    ['CT_Key__c', 'CT_Key__pc'],
    ['acme__CT_Key__c', 'acme__CT_Key__pc'],
  ])('%s of a Contact is %s of a person', (contact, account) => {
    expect(personField(contact)).toBe(account)
  })

  test('follow the prefix, and our key stays a field of Account', () => {
    const [prefixed] = mappings({ people: 'person-account', fieldPrefix: 'acme__CT_' })
    const names = prefixed?.parts.flatMap(part => part.fields.map(rule => rule.crm)) ?? []
    expect(names).toContain('acme__CT_Locale__pc')
    expect(names).toContain('acme__CT_Vat_Id__c')
    expect(prefixed?.keyField).toBe('acme__CT_Id__c')
    expect(names).not.toContain('Name')
  })

  test('are each mapped once', () => {
    const names = mapping.parts.flatMap(part => part.fields.map(rule => rule.crm))
    expect(names.length).toBe(new Set(names).size)
  })
})
