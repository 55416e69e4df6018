/** Any number of customers with their orders, as lines of a data file. */
import type { CustomerDraft, OrderImportDraft } from '@commercetools/platform-sdk'

type Owner = { customer: { typeId: 'customer'; key: string } }
export type Line = { customers: CustomerDraft } | { orders: OrderImportDraft & Owner }

const NAMES = ['Ada', 'Bruno', 'Chloé', 'Đorđe', 'Eirik', 'Fatima', 'Gül', 'Hanako']
const PLACES = ['Köln', 'Łódź', 'São Paulo', '東京', 'Αθήνα', 'Reykjavík']

/** Each order belongs to a customer; when there are more orders than customers, some have several. */
export function* people(customers: number, orders: number): IterableIterator<Line> {
  for (let n = 0; n < customers; n += 1) {
    yield {
      customers: {
        key: `customer-${n}`,
        customerNumber: `C-${n}`,
        externalId: `erp-${n}`,
        email: `person.${n}@example.com`,
        authenticationMode: 'ExternalAuth',
        firstName: NAMES[n % NAMES.length] ?? '',
        lastName: `Person ${n}`,
        ...(n % 3 === 0 ? { companyName: `Company ${n}` } : {}),
        locale: 'de-DE',
        addresses: [
          {
            country: 'DE',
            streetName: `Street ${n}`,
            streetNumber: String(n % 100),
            postalCode: '50667',
            city: PLACES[n % PLACES.length] ?? '',
            phone: `+49 221 ${n}`,
          },
        ],
        defaultBillingAddress: 0,
        defaultShippingAddress: 0,
      },
    }
  }
  for (let n = 0; n < orders; n += 1) yield { orders: order(n, customers) }
}

function order(n: number, customers: number): OrderImportDraft & Owner {
  const cents = 500 + (n % 9_000)
  const value = { currencyCode: 'EUR', centAmount: cents }
  const address = { country: 'DE', city: PLACES[n % PLACES.length] ?? '', streetName: `Street ${n}` }
  return {
    orderNumber: `O-${n}`,
    customer: { typeId: 'customer', key: `customer-${n % customers}` },
    customerEmail: `person.${n % customers}@example.com`,
    totalPrice: { currencyCode: 'EUR', centAmount: cents * 3 },
    orderState: n % 4 === 0 ? 'Complete' : 'Open',
    paymentState: 'Paid',
    country: 'DE',
    shippingAddress: address,
    billingAddress: address,
    lineItems: [
      { name: { en: `Thing ${n % 100}` }, variant: { sku: `thing-${n % 100}` }, quantity: 1, price: { value } },
      { name: { en: `Other ${n % 50}` }, variant: { sku: `other-${n % 50}` }, quantity: 2, price: { value } },
    ],
  }
}
