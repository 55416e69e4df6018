/** Orders in Salesforce's own objects: the Account they need, products and prices made on the way, drafts, and what the org refuses. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CrmRow, type Customer, type World, world } from '../world.ts'
import { amount, item, orderSteps } from './orderSteps.ts'

type Failed = {
  readonly role: string
  readonly failure: { readonly fields: readonly string[]; readonly code: string; readonly message: string }
  readonly source: { readonly id: string }
}

describe('an order in Salesforce’s own objects', { timeout: 120_000 }, () => {
  let now: World

  beforeAll(async () => {
    now = await world({
      config: { orders: 'order', mappings: { 'order-order': { timeZone: 'Asia/Tokyo', newForDays: 365 } } },
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

  const { somebody, places, orderOf, linesOf } = orderSteps(() => now, {
    object: 'Order',
    line: 'OrderItem',
    parent: 'OrderId',
  })
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

  it('takes a product that the org has by its code, and the price that stands for it', async () => {
    const ada = await somebody()
    const known = await now.agent.makes('Product2', { Name: 'Sales’ own name', ProductCode: 'KNOWN', IsActive: true })
    const [book] = await now.crm.rows('Pricebook2')
    const price = { Pricebook2Id: book?.Id, Product2Id: known, UnitPrice: 77, IsActive: true, CurrencyIsoCode: 'EUR' }
    const entry = await now.agent.makes('PricebookEntry', price)
    const order = await places({ customerId: ada.id, lineItems: [item('KNOWN', 500)] })
    await now.quiet()
    expect(await products('KNOWN')).toMatchObject([{ Id: known, Name: 'Sales’ own name' }])
    expect(await linesOf(await orderOf(order))).toMatchObject([{ PricebookEntryId: entry, UnitPrice: 5 }])
  })

  it('one new SKU in ten orders at once is one product, with one price in each currency', async () => {
    const ada = await somebody()
    const placed = await Promise.all(
      Array.from({ length: 10 }, (_, at) => {
        const currency = at % 2 === 0 ? 'EUR' : 'CHF'
        return places({
          customerId: ada.id,
          totalPrice: amount(100, currency),
          lineItems: [item('NEW', 100, 1, currency), item(`NEW-${at}`, 100, 1, currency)],
        })
      }),
    )
    await now.quiet()
    const [product, ...others] = await products('NEW')
    expect(others).toEqual([])
    const entries = (await now.crm.rows('PricebookEntry')).filter(row => row.Product2Id === product?.Id)
    expect(entries.map(row => row.CurrencyIsoCode).sort()).toEqual(['CHF', 'EUR'])
    for (const one of placed) expect(await linesOf(await orderOf(one))).toHaveLength(2)
    expect(await failures()).toEqual([])
  })

  it('a SKU with another name is another product, and the old one stays', async () => {
    const ada = await somebody()
    await places({ customerId: ada.id, lineItems: [item('OLD', 100)] })
    await now.quiet()
    await places({ customerId: ada.id, lineItems: [item('RENAMED', 100)] })
    await places({ customerId: ada.id, lineItems: [{ ...item('OLD', 100), name: { en: 'Something else' } }] })
    await now.quiet()
    expect(await products('OLD')).toMatchObject([{ Name: 'Product OLD' }])
    expect(await products('RENAMED')).toHaveLength(1)
  })

  it('begins on the day of its market', async () => {
    const ada = await somebody()
    const order = await places({ customerId: ada.id, lineItems: [item('S1', 100)] })
    await now.quiet()
    const day = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo' }).format(new Date(String(order.createdAt)))
    expect((await orderOf(order))?.EffectiveDate).toBe(day)
  })

  it('that was placed long ago gets no record, and brings no products along', async () => {
    const ada = await somebody()
    const old = { customerId: ada.id, completedAt: '2020-02-01T10:00:00.000Z', lineItems: [item('ANCIENT', 100)] }
    const [order, recent] = await Promise.all([
      places(old),
      places({ customerId: ada.id, completedAt: new Date().toISOString(), lineItems: [item('S1', 100)] }),
    ])
    await now.quiet()
    expect(await orderOf(recent)).toBeDefined()
    expect(await orderOf(order)).toBeUndefined()
    expect(await products('ANCIENT')).toEqual([])
    expect((await failures()).filter(({ source }) => source.id === `demo/${order.id}`)).toEqual([])
  })

  it('of a contact that sales had belongs to the Account of that contact', async () => {
    const company = await now.agent.makes('Account', { Name: 'ACME' })
    const contact = { AccountId: company, LastName: 'Known', Email: 'known@example.com' }
    const known = await now.agent.makes('Contact', contact)
    const ada = await now.shopper.signsUp({ email: 'known@example.com', password: 'p', lastName: 'Known' })
    const order = await places({ customerId: ada.id, lineItems: [item('S1', 100)] })
    await now.quiet()
    expect(await orderOf(order)).toMatchObject({ AccountId: company, BillToContactId: known })
  })

  it('of which one line is refused is written with its other lines, and what is wrong is listed by the line', async () => {
    const ada = await somebody()
    const [order, other] = await Promise.all([
      places({ customerId: ada.id, lineItems: [item('S1', 100), item('BAD', 200), item('UNSELLABLE', 300)] }),
      places({ customerId: ada.id, lineItems: [item('S2', 100)] }),
    ])
    await now.quiet()
    expect((await linesOf(await orderOf(order))).map(line => line.CT_Sku__c)).toEqual(['S1'])
    expect(await linesOf(await orderOf(other))).toHaveLength(1)
    const lines = order.lineItems as { id: string; variant: { sku: string } }[]
    const roleOf = (sku: string) => `line/${lines.find(({ variant }) => variant.sku === sku)?.id}`
    const found = (await failures()).filter(one => one.source.id === `demo/${order.id}`)
    expect(found.map(({ role, failure }) => [role, failure.code]).sort()).toEqual(
      [
        [roleOf('BAD'), 'FIELD_CUSTOM_VALIDATION_EXCEPTION'],
        [roleOf('UNSELLABLE'), 'FIELD_CUSTOM_VALIDATION_EXCEPTION'],
      ].sort(),
    )
    const unsellable = found.find(({ role }) => role === roleOf('UNSELLABLE'))
    expect(unsellable?.failure.message).toContain('the product it needs was not made')
  })

  it('of nobody is listed with what is missing, and in a currency that the org lacks, too; all others go on', async () => {
    const ada = await somebody()
    const [ofNobody, inPounds, well] = await Promise.all([
      places({ lineItems: [item('S1', 100)] }),
      places({ customerId: ada.id, totalPrice: amount(100, 'GBP'), lineItems: [item('S1', 100, 1, 'GBP')] }),
      places({ customerId: ada.id, lineItems: [item('S1', 100)] }),
    ])
    await now.quiet()
    expect(await orderOf(well)).toBeDefined()
    const about = async (one: Customer) => (await failures()).filter(({ source }) => source.id === `demo/${one.id}`)
    expect(await about(ofNobody)).toMatchObject([{ role: 'order', failure: { fields: ['AccountId'] } }])
    // The price of its product as well: it needs one in pounds.
    const pounds = await about(inPounds)
    expect(pounds.map(({ role }) => role).filter(role => role === 'order')).toHaveLength(1)
    expect(pounds.flatMap(({ failure }) => failure.fields)).toContain('CurrencyIsoCode')
  })

  it('that sales has activated still tells of its states; a line that leaves is listed, and stays', async () => {
    const ada = await somebody()
    const order = await places({ customerId: ada.id, lineItems: [item('S1', 100), item('S2', 200)] })
    await now.quiet()
    await now.agent.edits('Order', (await orderOf(order))?.Id ?? '', { Status: 'Activated' })
    await now.merchant.changes('orders', order, { action: 'changeShipmentState', shipmentState: 'Shipped' })
    await now.quiet()
    expect(await orderOf(order)).toMatchObject({ Status: 'Activated', CT_Shipment_State__c: 'Shipped' })
    const [, second] = order.lineItems as { id: string }[]
    const { version } = await now.merchant.sees('orders', order)
    const edit = await now.merchant.makes('orders/edits', {
      resource: { typeId: 'order', id: order.id },
      stagedActions: [{ action: 'removeLineItem', lineItemId: second?.id }],
    })
    await now.merchant.makes(`orders/edits/${edit.id}/apply`, { editVersion: edit.version, resourceVersion: version })
    await now.quiet()
    expect(await linesOf(await orderOf(order))).toHaveLength(2)
    const listed = (await failures()).filter(({ source }) => source.id === `demo/${order.id}`)
    expect(listed).toMatchObject([{ role: `line/${second?.id}` }])
  })
})
