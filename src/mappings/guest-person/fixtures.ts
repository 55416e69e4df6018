/** Guest orders as commercetools gives them, as far as they tell who placed them. */
import type { JsonObject } from '../../model/resource.ts'

const order = (id: string, given: JsonObject): JsonObject => ({
  id,
  version: 1,
  createdAt: '2026-01-02T08:00:00.000Z',
  lastModifiedAt: '2026-01-02T08:00:00.000Z',
  totalPrice: { type: 'centPrecision', currencyCode: 'EUR', centAmount: 995, fractionDigits: 2 },
  orderState: 'Open',
  lineItems: [],
  ...given,
})

export const german = order('o1', {
  customerEmail: ' Gil.Gast@Example.com',
  anonymousId: 'session-1',
  locale: 'de-CH',
  store: { typeId: 'store', key: 'b2c-de' },
  billingAddress: {
    salutation: 'Herr',
    firstName: 'Gil',
    lastName: 'Gast',
    streetName: 'Hauptstraße',
    streetNumber: '12a',
    postalCode: '80331',
    city: 'München',
    country: 'DE',
    phone: '089 1234567',
    mobile: '0170 1234567',
  },
  shippingAddress: { firstName: 'Rita', lastName: 'Empfang', city: 'Zürich', country: 'CH', phone: '044 668 18 00' },
})

/** Digital goods: an email and nothing else. */
export const nameless = order('o2', { customerEmail: 'nobody.knows@example.com' })

/** A present: who pays gives a last name, whom it is for gives both. */
export const gift = order('o3', {
  customerEmail: 'giver@example.com',
  billingAddress: { lastName: 'Giver', country: 'DE' },
  shippingAddress: { firstName: 'Rita', lastName: 'Receiver', country: 'DE' },
})

export const shippedOnly = order('o4', {
  customerEmail: 'shipped@example.com',
  shippingAddress: { firstName: 'Sam', lastName: 'Ship', company: 'Ship GmbH', city: 'Kiel', country: 'DE' },
})
