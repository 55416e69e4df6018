/** Customers as commercetools gives them, one for each thing that makes people different from forms. */
import type { JsonObject } from '../../model/resource.ts'

/** What every customer has, whatever they typed. */
const customer = (id: string, given: JsonObject): JsonObject => ({
  id,
  version: 3,
  createdAt: '2026-01-02T08:00:00.000Z',
  lastModifiedAt: '2026-01-03T09:30:00.000Z',
  email: `${id}@example.com`,
  addresses: [],
  shippingAddressIds: [],
  billingAddressIds: [],
  isEmailVerified: false,
  stores: [],
  authenticationMode: 'Password',
  ...given,
})

/** A customer whose only address is the default one for everything. */
const at = (address: JsonObject): JsonObject => ({
  addresses: [{ id: 'home', ...address }],
  defaultBillingAddressId: 'home',
  defaultShippingAddressId: 'home',
})

export const german = customer('anna', {
  key: 'anna-schmidt',
  customerNumber: 'DE-1001',
  externalId: 'ERP-77',
  email: ' Anna.Schmidt@Example.com',
  salutation: 'Frau',
  title: 'Dr.',
  firstName: 'Anna',
  lastName: 'Schmidt',
  dateOfBirth: '1984-02-29',
  locale: 'de-CH',
  isEmailVerified: true,
  stores: [
    { typeId: 'store', key: 'b2c-de' },
    { typeId: 'store', key: 'b2c-at' },
  ],
  customerGroup: { typeId: 'customer-group', id: 'g1', obj: { id: 'g1', version: 1, name: 'Gold' } },
  addresses: [
    {
      id: 'home',
      streetName: 'Hauptstraße',
      streetNumber: '12a',
      additionalStreetInfo: 'Hinterhaus',
      postalCode: '80331',
      city: 'München',
      state: 'Bayern',
      country: 'DE',
      phone: '089 1234567',
      mobile: '0170 1234567',
    },
    {
      id: 'work',
      streetName: 'Bahnhofstrasse',
      streetNumber: '1',
      postalCode: '8001',
      city: 'Zürich',
      country: 'CH',
      phone: '044 668 18 00',
    },
  ],
  defaultBillingAddressId: 'home',
  defaultShippingAddressId: 'work',
})

export const nameless = customer('nobody', { email: 'Nobody.Knows@example.com' })

export const company = customer('buyer', { companyName: 'Müller & Söhne GmbH', vatId: 'DE123456789' })

export const japanese = customer('taro', {
  firstName: '太郎',
  lastName: '山田',
  locale: 'ja-JP',
  ...at({
    streetName: '千代田',
    streetNumber: '1-1',
    postalCode: '100-8111',
    city: '東京',
    country: 'JP',
    phone: '03-1234-5678',
  }),
})

export const unreadablePhone = customer('odd', {
  lastName: 'Odd',
  ...at({ country: 'DE', city: 'Berlin', phone: 'after six, ask for Kim', mobile: '1-750-818-8156 x640' }),
})

/** Older projects hold such addresses; the API asks for a country today. */
export const withoutCountry = customer('somewhere', {
  lastName: 'Somewhere',
  ...at({ city: 'Springfield', state: 'CA', phone: '650 253 0000', mobile: '+1 650 253 0000' }),
})

export const american = customer('bob', {
  firstName: 'Bob',
  lastName: 'Miller',
  locale: 'en-us',
  ...at({
    streetName: 'Main Street',
    streetNumber: '12',
    postalCode: '94043',
    city: 'Mountain View',
    state: 'California',
    country: 'US',
    phone: '(650) 253-0000',
  }),
})

/** What random data looks like, and what a form without checks lets in. */
export const americanInGermany = customer('lost', {
  lastName: 'Lost',
  ...at({ city: 'Lamontfield', state: 'Iowa', country: 'DE' }),
})

export const longWinded = customer('long', {
  firstName: 'Maximiliane '.repeat(10),
  lastName: '𝒮'.repeat(60),
  ...at({ pOBox: '4711', city: 'Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch', country: 'GB' }),
})

export const groupNotRead = customer('ungrouped', {
  lastName: 'Group',
  customerGroup: { typeId: 'customer-group', id: 'g1' },
})
