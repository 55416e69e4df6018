/** The rule book of `guest-person`: a guest, told by their orders, becomes those records. */
import { describe, expect, test } from 'vitest'
import { given, shapeOf } from '../../../test/given.ts'
import { guestIn, guestsBefore } from '../../core/guest.ts'
import type { JsonObject } from '../../model/resource.ts'
import { customerPerson } from '../customer-person/index.ts'
import { mappings } from '../index.ts'
import { org } from '../testing/schema.ts'
import { german, gift, nameless, shippedOnly } from './fixtures.ts'
import { guestPerson } from './index.ts'

const mapping = guestPerson()
const schema = org()
const guest = (snapshot: JsonObject) => given({ mapping, schema, snapshot })
const made = (snapshot: JsonObject) => {
  const [account, contact] = guest(snapshot).made.map(shapeOf)
  return { account: account?.fields, contact: contact?.fields }
}

describe('a guest', () => {
  test('becomes an Account and a Contact in it', () => {
    guest(german).plans(
      {
        do: 'create',
        object: 'Account',
        fields: {
          Name: 'Gil Gast',
          Phone: '+49891234567',
          BillingStreet: 'Hauptstraße 12a',
          BillingCity: 'München',
          BillingPostalCode: '80331',
          BillingCountry: 'DE',
          ShippingCity: 'Zürich',
          ShippingCountry: 'CH',
        },
        links: {},
        dropped: {},
      },
      {
        do: 'create',
        object: 'Contact',
        fields: {
          Salutation: 'Herr',
          FirstName: 'Gil',
          LastName: 'Gast',
          Email: 'gil.gast@example.com',
          Phone: '+49891234567',
          MobilePhone: '+491701234567',
          OtherPhone: '+41446681800',
          MailingStreet: 'Hauptstraße 12a',
          MailingCity: 'München',
          MailingPostalCode: '80331',
          MailingCountry: 'DE',
          OtherCity: 'Zürich',
          OtherCountry: 'CH',
          CT_Locale__c: 'de-CH',
          CT_Store_Keys__c: 'b2c-de',
        },
        dropped: {},
      },
    )
  })

  test('without a name is called by their email', () => {
    expect(made(nameless)).toEqual({
      account: { Name: 'nobody.knows@example.com' },
      contact: { LastName: 'nobody.knows', Email: 'nobody.knows@example.com' },
    })
  })

  test('does not get the first name of whom the present is for', () => {
    expect(made(gift).contact).toMatchObject({ LastName: 'Giver' })
    expect(made(gift).contact).not.toHaveProperty('FirstName')
  })

  test('is told by the shipping address where there is no other', () => {
    const { account, contact } = made(shippedOnly)
    expect(account).toMatchObject({ Name: 'Ship GmbH', ShippingCity: 'Kiel' })
    expect(contact).toMatchObject({ FirstName: 'Sam', LastName: 'Ship', OtherCity: 'Kiel' })
  })

  test('is a person account where people are', () => {
    const person = org({ personTypes: { PersonAccount: '012000000000001AAA' } })
    const [only, second] = given({
      mapping: guestPerson({ people: 'person-account' }),
      schema: person,
      snapshot: german,
    }).made.map(shapeOf)
    expect(second).toBeUndefined()
    expect(only).toMatchObject({
      object: 'Account',
      fields: { FirstName: 'Gil', LastName: 'Gast', PersonEmail: 'gil.gast@example.com', PersonMailingCity: 'München' },
    })
  })

  test('writes no field of its own: all are those of a customer', () => {
    const of = (all: ReturnType<typeof guestPerson>) =>
      all.parts.flatMap(({ object, fields }) => fields.map(rule => `${object}.${rule.crm}`))
    const customers = of(customerPerson())
    expect(of(mapping).filter(field => !customers.includes(field))).toEqual([])
  })
})

describe('whose an order is', () => {
  const { appearsIn } = mapping
  if (appearsIn === undefined) throw new Error('guests appear in orders')
  const ofStore = { ...appearsIn, scope: 'store.key' }
  const order = (customerEmail: string | null, more: JsonObject = {}) => guestIn(appearsIn, { customerEmail, ...more })

  test.each([
    ['another case', 'GIL@Example.COM'],
    ['blanks around it', ' gil@example.com\n'],
  ])('the same with %s', (_, email) => {
    expect(order(email)).toBe(order('gil@example.com'))
    expect(order(email)).not.toBeNull()
  })

  test('the same with accents composed of other characters', () => {
    expect(order('rene\u0301@example.com')).toBe(order('ren\u00e9@example.com'))
  })

  test.each([
    ['dots', 'g.il@example.com'],
    ['a tag', 'gil+shop@example.com'],
  ])('another one with %s', (_, email) => {
    expect(order(email)).not.toBe(order('gil@example.com'))
  })

  test.each([null, '', '   ', 'nobody', 'a b@example.com', `${'n'.repeat(80)}@example.com`])(
    'nobody’s with %j',
    email => {
      expect(order(email)).toBeNull()
    },
  )

  test('a customer’s where it names one', () => {
    expect(order('gil@example.com', { customerId: 'c1' })).toBeNull()
  })

  test('one person’s in all stores, or one of each', () => {
    const [at, de] = ['at', 'de'].map(key => ({ customerEmail: 'gil@example.com', store: { typeId: 'store', key } }))
    if (at === undefined || de === undefined) throw new Error('there are two')
    expect(guestIn(appearsIn, at)).toBe(guestIn(appearsIn, de))
    expect(guestIn(ofStore, at)).not.toBe(guestIn(ofStore, de))
  })

  test('the guest’s whom a customer of that email, and of that store, was', () => {
    const { takesOver } = customerPerson({ guests: 'guest-person' })
    if (takesOver === undefined) throw new Error('customers may have been guests')
    const customer = { email: 'GIL@example.com', stores: ['at', 'de'].map(key => ({ typeId: 'store', key })) }
    const from = (key: string) => guestIn(ofStore, { customerEmail: 'gil@example.com', store: { key } })
    expect(guestsBefore(takesOver, appearsIn, customer)).toEqual([order('gil@example.com')])
    expect(guestsBefore(takesOver, ofStore, customer)).toEqual([from('at'), from('de')])
    expect(guestsBefore(takesOver, ofStore, { ...customer, stores: [] })).toEqual([
      guestIn(ofStore, { customerEmail: 'gil@example.com' }),
    ])
    expect(guestsBefore(takesOver, appearsIn, { email: ' ' })).toEqual([])
  })
})

test('guests are persons unless the order alone is to tell of them', () => {
  const names = (guests?: 'contact' | 'order-only') =>
    mappings({ ...(guests && { guests }) }).map(one => [one.name, one.takesOver?.mapping ?? null])
  const both = [
    ['customer-person', 'guest-person'],
    ['guest-person', null],
  ]
  expect([names(), names('contact')]).toEqual([both, both])
  expect(names('order-only')).toEqual([['customer-person', null]])
})
