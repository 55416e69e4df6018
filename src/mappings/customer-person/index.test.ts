/** The rule book of `customer-person`: this customer becomes those records. */
import { describe, expect, test } from 'vitest'
import { mappings } from '../index.ts'
import { given } from '../testing/given.ts'
import { org } from '../testing/schema.ts'
import {
  american,
  americanInGermany,
  company,
  german,
  groupNotRead,
  japanese,
  longWinded,
  nameless,
  unreadablePhone,
  withoutCountry,
} from './fixtures.ts'
import { customerPerson } from './index.ts'

const plain = org()
const picklists = org({ countries: ['DE', 'CH', 'US', 'GB', 'JP'], states: ['CA', 'IA', 'BY'] })
const customer = given(customerPerson(), plain)
const customerWithPicklists = given(customerPerson(), picklists)

describe('a full German customer', () => {
  test('becomes an Account and a Contact in it', () => {
    customer(german).plans({
      account: {
        do: 'create',
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
        links: [],
        dropped: [],
      },
      contact: {
        do: 'create',
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
        links: ['Account.CT_Id__c=demo/anna'],
        dropped: [],
      },
    })
  })

  test('goes by codes where the org has picklists', () => {
    customerWithPicklists(german).has({
      account: { BillingCountryCode: 'DE', BillingStateCode: 'BY', ShippingCountryCode: 'CH' },
      contact: { MailingCountryCode: 'DE', MailingStateCode: 'BY', OtherCountryCode: 'CH' },
    })
  })

  test('is left alone when nothing changed', () => {
    customer(german)
      .after(german)
      .plans({ account: { do: 'nothing' }, contact: { do: 'nothing' } })
  })

  test('sends only what changed', () => {
    customer({ ...german, lastName: 'Meier', isEmailVerified: false })
      .after(german)
      .plans({
        account: { do: 'update', fields: { Name: 'Anna Meier' } },
        contact: { do: 'update', fields: { LastName: 'Meier', CT_Email_Verified__c: false } },
      })
  })

  test('that loses its addresses empties them, but never the phone and title that sales keeps', () => {
    const { defaultBillingAddressId: _, title: __, ...moved } = german
    const { account, contact } = customer(moved).after(german).planned
    expect(account?.fields).toEqual({
      BillingStreet: null,
      BillingCity: null,
      BillingPostalCode: null,
      BillingState: null,
      BillingCountry: null,
    })
    expect(contact?.fields).toMatchObject({ Phone: null, MobilePhone: null, MailingCity: null })
    expect(contact?.fields).not.toHaveProperty('Title')
  })
})

describe('a customer without a name', () => {
  test('is called by the email until there is one', () => {
    customer(nameless).has({
      account: { Name: 'Nobody.Knows@example.com' },
      contact: { LastName: 'Nobody.Knows', Email: 'nobody.knows@example.com' },
    })
  })

  test('gets the name when it comes', () => {
    customer({ ...nameless, lastName: 'Knows' })
      .after(nameless)
      .plans({
        account: { do: 'update', fields: { Name: 'Knows' } },
        contact: { do: 'update', fields: { LastName: 'Knows' } },
      })
  })

  test('keeps the last one when it goes: Salesforce requires one', () => {
    const named = { ...nameless, lastName: 'Knows' }
    customer(nameless)
      .after(named)
      .plans({ account: { do: 'nothing' }, contact: { do: 'nothing' } })
  })
})

describe('a company', () => {
  test('gives its name to the Account and, nobody else being there, to the Contact', () => {
    customer(company).has({
      account: {
        Name: 'Müller & Söhne GmbH',
        CT_Company_Name__c: 'Müller & Söhne GmbH',
        CT_Vat_Id__c: 'DE123456789',
      },
      contact: { LastName: 'Müller & Söhne GmbH' },
    })
  })

  test('that names a person has the company as Account and the person as Contact', () => {
    customer({ ...company, firstName: 'Jo', lastName: 'Müller' }).has({
      account: { Name: 'Müller & Söhne GmbH' },
      contact: { FirstName: 'Jo', LastName: 'Müller' },
    })
  })
})

describe('a Japanese customer', () => {
  test('keeps the writing', () => {
    customerWithPicklists(japanese).has({
      account: { Name: '太郎 山田', BillingStreet: '千代田 1-1', BillingCity: '東京', BillingCountryCode: 'JP' },
      contact: { FirstName: '太郎', LastName: '山田', Phone: '+81312345678', CT_Locale__c: 'ja-JP' },
    })
  })
})

describe('phones', () => {
  test('one that cannot be read is left out and reported, without repeating it', () => {
    const { contact } = customer(unreadablePhone).planned
    const why = 'is no phone number that can be read as one of DE'
    expect(contact?.dropped).toEqual([
      { field: 'Phone', why },
      { field: 'OtherPhone', why },
    ])
    expect(contact?.fields).toMatchObject({
      LastName: 'Odd',
      MobilePhone: '+4917508188156 x640',
      MailingCity: 'Berlin',
    })
    expect(contact?.fields).not.toHaveProperty('Phone')
  })
})

describe('addresses', () => {
  test('without a country, national numbers and states by code have no meaning; the rest goes over', () => {
    const { contact } = customerWithPicklists(withoutCountry).planned
    expect(contact?.dropped).toEqual([
      { field: 'Phone', why: 'is no phone number that can be read without a country' },
      { field: 'OtherPhone', why: 'is no phone number that can be read without a country' },
      { field: 'MailingStateCode', why: 'needs the country of its address' },
      { field: 'OtherStateCode', why: 'needs the country of its address' },
    ])
    expect(contact?.fields).toMatchObject({ MailingCity: 'Springfield', MobilePhone: '+16502530000' })
  })

  test('without picklists, a state is what was written', () => {
    customer(withoutCountry).has({ contact: { MailingState: 'CA' } })
    customer(americanInGermany).has({ contact: { MailingState: 'Iowa', MailingCountry: 'DE' } })
  })

  test('an American state goes by name or code', () => {
    customerWithPicklists(american).has({
      account: { BillingStateCode: 'CA', BillingCountryCode: 'US' },
      contact: { MailingStateCode: 'CA', Phone: '+16502530000', CT_Locale__c: 'en-US' },
    })
  })

  test('an American state in Germany is left out, and the record goes on', () => {
    const { account } = customerWithPicklists(americanInGermany).planned
    const why = 'is not a state of the country of its address'
    expect(account?.dropped).toEqual([
      { field: 'BillingStateCode', why },
      { field: 'ShippingStateCode', why },
    ])
    expect(account?.fields).toMatchObject({ BillingCountryCode: 'DE', BillingCity: 'Lamontfield' })
  })

  test('begin with the number where the shop says so', () => {
    given(
      customerPerson({ street: 'number-name' }),
      plain,
    )(american).has({
      account: { BillingStreet: '12 Main Street' },
    })
  })

  test('can be chosen otherwise than by default', () => {
    const { defaultBillingAddressId: _, defaultShippingAddressId: __, ...undecided } = american
    customer(undecided).hasNot({ account: ['BillingCity', 'ShippingCity'] })
    given(
      customerPerson({ billing: 'addresses[0]' }),
      plain,
    )(undecided).has({
      account: { BillingCity: 'Mountain View' },
      contact: { MailingCity: 'Mountain View', Phone: '+16502530000' },
    })
  })

  test('without a street have their box', () => {
    customer(longWinded).has({ account: { BillingStreet: 'PO Box 4711' } })
  })
})

describe('long texts', () => {
  test('are cut to the field, between characters, and reported', () => {
    const { contact } = customer(longWinded).planned
    expect(contact?.fields.FirstName).toBe('Maximiliane Maximiliane Maximiliane Maxi')
    expect(contact?.fields.LastName).toBe('𝒮'.repeat(40))
    expect(contact?.dropped).toContainEqual({ field: 'FirstName', why: 'was cut to 40 characters' })
    expect(contact?.dropped).toContainEqual({ field: 'LastName', why: 'was cut to 80 characters' })
    expect(contact?.dropped).toContainEqual({ field: 'MailingCity', why: 'was cut to 40 characters' })
  })

  test('that were cut are no drift', () => {
    customer(longWinded)
      .after(longWinded)
      .plans({ account: { do: 'nothing' }, contact: { do: 'nothing' } })
  })
})

describe('the customer group', () => {
  test('follows its name', () => {
    const renamed = {
      ...german,
      customerGroup: { typeId: 'customer-group', id: 'g1', obj: { id: 'g1', version: 2, name: 'Platinum' } },
    }
    customer(renamed)
      .after(german)
      .plans({ account: { do: 'nothing' }, contact: { do: 'update', fields: { CT_Customer_Group__c: 'Platinum' } } })
  })

  test('that was not read along is left as it is', () => {
    const grouped = {
      ...groupNotRead,
      customerGroup: { typeId: 'customer-group', id: 'g1', obj: { id: 'g1', version: 1, name: 'Gold' } },
    }
    customer(groupNotRead)
      .after(grouped)
      .plans({ contact: { do: 'nothing' } })
  })

  test('that the customer left is emptied', () => {
    const { customerGroup: _, ...alone } = german
    customer(alone)
      .after(german)
      .plans({ contact: { do: 'update', fields: { CT_Customer_Group__c: null } } })
  })
})

describe('the mapping', () => {
  test('takes other names for our fields', () => {
    const options = { keyField: 'Shop_Id__c', fieldPrefix: 'acme__CT_' }
    const [mapping] = mappings(options)
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
    const owners = customerPerson().parts.flatMap(part => part.fields.map(rule => rule.owner))
    expect([...new Set(owners)].sort()).toEqual(['commerce', 'seed'])
  })

  test('goes on without the fields that an org does not have', () => {
    const { contact } = given(customerPerson(), org({ without: ['CT_Locale__c', 'OtherPhone'] }))(german).planned
    expect(contact?.do).toBe('create')
    expect(contact?.fields).not.toHaveProperty('CT_Locale__c')
  })
})
