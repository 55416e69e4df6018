/** Orders in Salesforce's own objects: the Account they need, products and prices made on the way, drafts, and what the org refuses. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CrmRow, type Customer, type World, world } from '../world.ts'

const amount = (centAmount: number, currencyCode = 'EUR', fractionDigits = 2) => ({
  type: 'centPrecision',
  currencyCode,
  centAmount,
  fractionDigits,
})
const item = (sku: string, cents: number, quantity = 1, currency = 'EUR', digits = 2) => ({
  name: { en: `Product ${sku}`, de: `Produkt ${sku}` },
  variant: { sku },
  price: { value: amount(cents, currency, digits) },
  quantity,
})
const address = {
  firstName: 'Ada',
  lastName: 'Byron',
  streetName: 'Hauptstraße',
  streetNumber: '1',
  city: 'Bern',
  country: 'CH',
}

type Failed = {
  readonly role: string
  readonly fields: readonly string[]
  readonly code: string
  readonly message: string
  readonly source: { readonly id: string }
}

describe('an order in Salesforce’s own objects', { timeout: 120_000 }, () => {
  let now: World
  let n = 0

  beforeAll(async () => {
    now = await world({
      config: { orders: 'order', mappings: { 'order-order': { timeZone: 'Asia/Tokyo' } } },
      org: {
        currencies: ['EUR', 'CHF', 'JPY', 'KWD'],
        validationRules: [
          { object: 'OrderItem', field: 'CT_Sku__c', op: 'equals', value: 'BAD', message: 'Not this one' },
          { object: 'Product2', field: 'ProductCode', op: 'equals', value: 'UNSELLABLE', message: 'Not for sale' },
        ],
      },
      subscribeTo: ['order'],
    })
  })
  afterAll(() => now?.[Symbol.asyncDispose]())

  const somebody = (): Promise<Customer> => {
    const email = `shopper${++n}@example.com`
    return now.shopper.signsUp({ email, password: 'p', firstName: 'Ada', lastName: `Byron ${n}` })
  }
  const places = (draft: Record<string, unknown>): Promise<Customer> =>
    now.merchant.makes('orders/import', { totalPrice: amount(2_998), billingAddress: address, ...draft })
  const orderOf = async ({ id }: Customer): Promise<CrmRow | undefined> =>
    (await now.crm.rows('Order')).find(row => row.CT_Id__c === `demo/${id}`)
  const linesOf = async (order: CrmRow | undefined): Promise<readonly CrmRow[]> =>
    (await now.crm.rows('OrderItem'))
      .filter(row => row.OrderId === order?.Id)
      .sort((a, b) => (String(a.CT_Sku__c) < String(b.CT_Sku__c) ? -1 : 1))
  const products = async (code: string): Promise<readonly CrmRow[]> =>
    (await now.crm.rows('Product2')).filter(row => row.ProductCode === code)
  const failures = async (): Promise<readonly Failed[]> =>
    (await now.api<{ items: readonly Failed[] }>('/failures')).items

  it('belongs to the Account of its customer, and brings its products and their prices along', async () => {
    const ada = await somebody()
    const order = await places({
      customerId: ada.id,
      orderNumber: 'A-1',
      locale: 'de-CH',
      purchaseOrderNumber: 'PO 7',
      lineItems: [item('S1', 999, 2), item('S2', 1_000)],
      customLineItems: [{ name: { en: 'Gift wrap' }, slug: 'wrap', quantity: 1, money: amount(250) }],
    })
    await now.quiet()
    const made = await orderOf(order)
    console.log(
      JSON.stringify([
        await now.crm.rows('Product2'),
        await now.crm.rows('PricebookEntry'),
        await now.crm.rows('Pricebook2'),
      ]).slice(0, 3000),
    )
    expect(await failures()).toEqual([])
    expect(made).toMatchObject({
      Name: 'A-1',
      AccountId: (await now.crm.account(ada))?.Id,
      BillToContactId: (await now.crm.contact(ada))?.Id,
      Status: 'Draft',
      PoNumber: 'PO 7',
      BillingCity: 'Bern',
      CurrencyIsoCode: 'EUR',
      CT_Order_State__c: 'Open',
      CT_Billing_Name__c: 'Ada Byron',
      CT_Total__c: 29.98,
      TotalAmount: 32.48,
    })
    expect(await linesOf(made)).toMatchObject([
      { CT_Sku__c: 'S1', Quantity: 2, UnitPrice: 9.99, Description: 'Produkt S1', CT_Total__c: 19.98 },
      { CT_Sku__c: 'S2', Quantity: 1, UnitPrice: 10 },
      { CT_Sku__c: null, Quantity: 1, UnitPrice: 2.5 },
    ])
    expect(await products('S1')).toMatchObject([{ Name: 'Produkt S1', IsActive: true, CT_Id__c: 'demo/sku/S1' }])
    expect(await products('wrap')).toMatchObject([{ Name: 'Gift wrap', CT_Id__c: 'demo/custom/wrap' }])
  })
})
