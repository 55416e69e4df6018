/** The rule book of `customer-person`: this customer becomes those records. */
import { describe, expect, test } from 'vitest'
import { given } from '../../../test/given.ts'
import { mappings } from '../index.ts'
import { created, customer, nothing, person, picklists, plain, settled } from '../testing/person.ts'
import { org } from '../testing/schema.ts'
import { company, german, groupNotRead, japanese, nameless } from './fixtures.ts'
import { customerPerson } from './index.ts'

describe('a full German customer', () => {
  test('becomes an Account and a Contact in it', () => {
    customer(german).plans(
      {
        do: 'create',
        object: 'Account',
        fields: {
          Name: 'Anna Schmidt',
          Phone: '+49891234567',
          BillingStreet: 'Hauptstraße 12a\nHinterhaus',
          BillingCity: 'München',
          BillingPostalCode: '80331',
          BillingState: 'Bayern',
          BillingCountry: 'DE',
          ShippingStreet: 'Bahnhofstrasse 1',
          ShippingCity: 'Zürich',
          ShippingPostalCode: '8001',
          ShippingCountry: 'CH',
        },
        links: {},
        dropped: {},
      },
      {
        do: 'create',
        object: 'Contact',
        fields: {
          Salutation: 'Frau',
          FirstName: 'Anna',
          LastName: 'Schmidt',
          Title: 'Dr.',
          Email: 'anna.schmidt@example.com',
          Phone: '+49891234567',
          MobilePhone: '+491701234567',
          OtherPhone: '+41446681800',
          Birthdate: '1984-02-29',
          MailingStreet: 'Hauptstraße 12a\nHinterhaus',
          MailingCity: 'München',
          MailingPostalCode: '80331',
          MailingState: 'Bayern',
          MailingCountry: 'DE',
          OtherStreet: 'Bahnhofstrasse 1',
          OtherCity: 'Zürich',
          OtherPostalCode: '8001',
          OtherCountry: 'CH',
          CT_Customer_Number__c: 'DE-1001',
          CT_Key__c: 'anna-schmidt',
          CT_External_Id__c: 'ERP-77',
          CT_Locale__c: 'de-CH',
          CT_Customer_Group__c: 'Gold',
          CT_Store_Keys__c: 'b2c-at;b2c-de',
          CT_Email_Verified__c: true,
        },
        links: { AccountId: 'Account.CT_Id__c=demo/anna' },
        dropped: {},
      },
    )
  })

  test('goes by codes where the org has picklists', () => {
    const { account, contact } = created(german, picklists)
    expect(account.fields).toMatchObject({
      BillingCountryCode: 'DE',
      BillingStateCode: 'BY',
      ShippingCountryCode: 'CH',
    })
    expect(contact.fields).toMatchObject({ MailingCountryCode: 'DE', MailingStateCode: 'BY', OtherCountryCode: 'CH' })
  })

  test('is left alone when nothing changed', () => {
    settled(german, german).plans(nothing, nothing)
  })

  test('sends only what changed', () => {
    settled({ ...german, lastName: 'Meier', isEmailVerified: false }, german).plans(
      { do: 'update', fields: { Name: 'Anna Meier' }, links: {} },
      { do: 'update', fields: { LastName: 'Meier', CT_Email_Verified__c: false }, links: {} },
    )
  })

  test('that loses an address empties it, but never the phone and the title that sales keeps', () => {
    const { defaultBillingAddressId: _, title: __, ...moved } = german
    settled(moved, german).plans(
      {
        fields: {
          BillingStreet: null,
          BillingCity: null,
          BillingPostalCode: null,
          BillingState: null,
          BillingCountry: null,
        },
        verdicts: { Phone: 'yield' },
      },
      {
        fields: {
          Phone: null,
          MobilePhone: null,
          MailingStreet: null,
          MailingCity: null,
          MailingPostalCode: null,
          MailingState: null,
          MailingCountry: null,
        },
        verdicts: { Title: 'yield' },
      },
    )
  })

  test('that Salesforce knows by our key already is updated there, its Account left to sales', () => {
    const values = { CT_Id__c: 'demo/anna', LastName: 'Schmidt', Title: 'Head of Purchasing' }
    const contact = { id: '003000000000001AAA', values }
    given({ mapping: person, schema: plain, snapshot: german, candidates: { contact: [contact] } }).plans(
      { do: 'create' },
      { do: 'update', crm: contact.id, links: {}, verdicts: { LastName: 'same', Title: 'yield', FirstName: 'write' } },
    )
  })
})

describe('a customer without a name', () => {
  test('is called by the email until there is one', () => {
    const { account, contact } = created(nameless)
    expect(account.fields).toEqual({ Name: 'Nobody.Knows@example.com' })
    expect(contact.fields).toEqual({
      LastName: 'Nobody.Knows',
      Email: 'nobody.knows@example.com',
      CT_Email_Verified__c: false,
    })
  })

  test('gets the name when it comes', () => {
    settled({ ...nameless, lastName: 'Knows' }, { lastName: null }).plans(
      { do: 'update', fields: { Name: 'Knows' } },
      { do: 'update', fields: { LastName: 'Knows' } },
    )
  })

  test('keeps the last one when it goes: Salesforce requires one', () => {
    settled(nameless, { lastName: 'Knows' }).plans(nothing, nothing)
  })
})

describe('a company', () => {
  test('gives its name to the Account and, nobody else being there, to the Contact', () => {
    const { account, contact } = created(company)
    expect(account.fields).toEqual({
      Name: 'Müller & Söhne GmbH',
      CT_Company_Name__c: 'Müller & Söhne GmbH',
      CT_Vat_Id__c: 'DE123456789',
    })
    expect(contact.fields).toMatchObject({ LastName: 'Müller & Söhne GmbH' })
  })

  test('that names a person has the company as Account and the person as Contact', () => {
    const { account, contact } = created({ ...company, firstName: 'Jo', lastName: 'Müller' })
    expect(account.fields).toMatchObject({ Name: 'Müller & Söhne GmbH' })
    expect(contact.fields).toMatchObject({ FirstName: 'Jo', LastName: 'Müller' })
  })
})

describe('a Japanese customer', () => {
  test('keeps the writing', () => {
    const { account, contact } = created(japanese, picklists)
    expect(account.fields).toMatchObject({
      Name: '太郎 山田',
      BillingStreet: '千代田 1-1',
      BillingCity: '東京',
      BillingCountryCode: 'JP',
    })
    expect(contact.fields).toMatchObject({
      FirstName: '太郎',
      LastName: '山田',
      Phone: '+81312345678',
      CT_Locale__c: 'ja-JP',
    })
  })
})

describe('the customer group', () => {
  const group = (name: string) => ({ typeId: 'customer-group', id: 'g1', obj: { id: 'g1', version: 2, name } })

  test('follows its name', () => {
    const fields = { CT_Customer_Group__c: 'Platinum' }
    settled({ ...german, customerGroup: group('Platinum') }, german).plans(nothing, { do: 'update', fields })
  })

  test('that was not read along is left as it is', () => {
    settled(groupNotRead, { customerGroup: group('Gold') }).plans(nothing, nothing)
  })

  test('that the customer left is emptied', () => {
    const { customerGroup: _, ...alone } = german
    settled(alone, german).plans(nothing, { do: 'update', fields: { CT_Customer_Group__c: null } })
  })
})

describe('the mapping', () => {
  test('takes other names for our fields', () => {
    const [mapping] = mappings({ keyField: 'Shop_Id__c', fieldPrefix: 'acme__CT_' })
    const names = mapping?.parts.flatMap(part => part.fields.map(rule => rule.crm).filter(name => name.endsWith('__c')))
    expect(mapping?.keyField).toBe('Shop_Id__c')
    expect(names?.length).toBeGreaterThan(5)
    expect(names?.every(name => name.startsWith('acme__CT_'))).toBe(true)
    expect(mappings({ fieldPrefix: 'acme__CT_' })[0]?.keyField).toBe('acme__CT_Id__c')
  })

  test('says what a wrong path is, before anything runs', () => {
    expect(() => customerPerson({ billing: 'addresses[first]' })).toThrow('customer-person.account')
  })

  test('lets nothing flow back yet', () => {
    const owners = person.parts.flatMap(part => part.fields.map(rule => rule.owner))
    expect([...new Set(owners)].sort()).toEqual(['commerce', 'seed'])
  })

  test('goes on without the fields that an org does not have', () => {
    const { contact } = created(german, org({ without: ['CT_Locale__c', 'OtherPhone'] }))
    expect(contact.fields).not.toHaveProperty('CT_Locale__c')
    expect(contact.fields).toMatchObject({ LastName: 'Schmidt' })
  })
})
