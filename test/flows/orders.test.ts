/** Orders, from the shop to the sales representative's screen: whoever placed them, their lines, their changes, their money. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../ports.ts'
import { type World, world } from '../world.ts'
import { address, amount, item, orderSteps } from './orderSteps.ts'

/** Where an order goes, and how what all forms tell is called there. */
const forms = [
  {
    orders: 'custom-object',
    object: 'CT_Order__c',
    line: 'CT_Order_Line__c',
    parent: 'CT_Order__c',
    contact: 'CT_Contact__c',
    account: 'CT_Account__c',
    quantity: 'CT_Quantity__c',
    named: 'Name',
    billing: { CT_Billing_Street__c: 'Hauptstraße 1', CT_Billing_Country__c: 'CH' },
    needsAccount: false,
  },
  {
    orders: 'order',
    object: 'Order',
    line: 'OrderItem',
    parent: 'OrderId',
    contact: 'BillToContactId',
    account: 'AccountId',
    quantity: 'Quantity',
    named: 'Description',
    billing: { BillingStreet: 'Hauptstraße 1', BillingCountryCode: 'CH', Status: 'Draft' },
    needsAccount: true,
  },
] as const

describe.each(forms)('an order as $object', { timeout: 120_000 }, form => {
  let now: World

  beforeAll(async () => {
    now = await world({
      config: { orders: form.orders },
      org: { currencies: ['EUR', 'JPY', 'KWD'] },
      subscribeTo: ['order', 'payment'],
    })
  })
  afterAll(() => now?.[Symbol.asyncDispose]())

  const { somebody, places, orderOf, linesOf } = orderSteps(() => now, form)

  it('is a record of whoever placed it, with a record for each line, and says so in the order’s own language', async () => {
    const ada = await somebody()
    const order = await places({
      customerId: ada.id,
      customerEmail: 'ada@example.com',
      orderNumber: 'A-1',
      locale: 'de-CH',
      lineItems: [item('S1', 999, 2), item('S2', 1_000)],
      customLineItems: [{ name: { en: 'Gift wrap' }, slug: 'wrap', quantity: 1, money: amount(250) }],
      taxedPrice: { totalNet: amount(2_519), totalGross: amount(2_998), taxPortions: [] },
    })
    await now.quiet()
    const made = await orderOf(order)
    expect(made).toMatchObject({
      Name: 'A-1',
      [form.contact]: (await now.crm.contact(ada))?.Id,
      [form.account]: (await now.crm.account(ada))?.Id,
      CT_Order_State__c: 'Open',
      CT_Currency__c: 'EUR',
      CT_Total__c: 29.98,
      CT_Net__c: 25.19,
      CT_Gross__c: 29.98,
      CT_Email__c: 'ada@example.com',
      CT_Billing_Name__c: 'Ada Byron',
      ...form.billing,
    })
    expect(await linesOf(made)).toMatchObject([
      { [form.named]: 'Produkt S1', CT_Sku__c: 'S1', [form.quantity]: 2, CT_Unit_Price__c: 9.99, CT_Total__c: 19.98 },
      { [form.named]: 'Produkt S2', CT_Sku__c: 'S2', [form.quantity]: 1, CT_Unit_Price__c: 10, CT_Total__c: 10 },
      { [form.named]: 'Gift wrap', CT_Sku__c: null, [form.quantity]: 1, CT_Unit_Price__c: 2.5, CT_Total__c: 2.5 },
    ])
  })

  it.each([
    ['JPY', 0, 1_500, 1_500],
    ['KWD', 3, 1_250, 1.25],
  ])('in %s has %i digits', async (currency, digits, cents, total) => {
    const ada = await somebody()
    const order = await places({
      customerId: ada.id,
      totalPrice: amount(cents, currency, digits),
      lineItems: [item('S1', cents, 1, currency, digits)],
    })
    await now.quiet()
    const made = await orderOf(order)
    expect(made).toMatchObject({ CT_Currency__c: currency, CT_Total__c: total })
    expect((await linesOf(made))[0]).toMatchObject({ CT_Unit_Price__c: total, CT_Total__c: total })
  })

  it.skipIf(form.needsAccount)(
    'without a number is called by its id, and without a customer and an email belongs to nobody',
    async () => {
      const order = await places({ lineItems: [item('S1', 100)] })
      await now.quiet()
      expect(await orderOf(order)).toMatchObject({
        Name: order.id,
        [form.contact]: null,
        [form.account]: null,
        CT_Email__c: null,
      })
    },
  )

  it('without a number is called by its id, and with high precision keeps every digit that the org has room for', async () => {
    const ada = await somebody()
    const value = { type: 'highPrecision', currencyCode: 'EUR', preciseAmount: 12_345, fractionDigits: 4 }
    const order = await places({ customerId: ada.id, lineItems: [{ ...item('SCREW', 0, 3), price: { value } }] })
    await now.quiet()
    const made = await orderOf(order)
    expect(made).toMatchObject({ Name: order.id })
    expect(await linesOf(made)).toMatchObject([{ CT_Unit_Price__c: 1.2345, CT_Total__c: 3.7 }])
  })

  it('that was cancelled before anybody looked is there as cancelled', async () => {
    const ada = await somebody()
    const order = await places({ customerId: ada.id, orderState: 'Cancelled', lineItems: [item('S1', 100)] })
    await now.quiet()
    const made = await orderOf(order)
    expect(made).toMatchObject({ CT_Order_State__c: 'Cancelled', ...(form.needsAccount && { Status: 'Draft' }) })
    expect(await linesOf(made)).toHaveLength(1)
  })

  it('tells what was paid and what was refunded, though only the payment changes', async () => {
    const ada = await somebody()
    const dinars = (cents: number) => amount(cents, 'KWD', 3)
    const payment = await now.merchant.makes('payments', {
      amountPlanned: dinars(1_250),
      transactions: [{ type: 'Charge', amount: dinars(1_250), state: 'Success' }],
    })
    const order = await places({
      customerId: ada.id,
      totalPrice: dinars(1_250),
      lineItems: [item('S1', 1_250, 1, 'KWD', 3)],
    })
    const paid = { action: 'addPayment', payment: { typeId: 'payment', id: payment.id } }
    const { version } = await now.merchant.changes('orders', order, paid)
    await now.quiet()
    expect(await orderOf(order)).toMatchObject({ CT_Charged__c: 1.25, CT_Refunded__c: 0, CT_Currency__c: 'KWD' })
    const transaction = { type: 'Refund', amount: dinars(500), state: 'Success' }
    await now.merchant.changes('payments', payment, { action: 'addTransaction', transaction })
    await now.quiet()
    expect(await orderOf(order)).toMatchObject({ CT_Charged__c: 1.25, CT_Refunded__c: 0.5 })
    expect((await now.merchant.sees('orders', order)).version).toBe(version)
  })

  it('tells what was shipped, from where, and what came back in two parts', async () => {
    const ada = await somebody()
    const channel = await now.merchant.makes('channels', {
      key: `warehouse-${form.orders}`,
      roles: ['InventorySupply'],
    })
    const price = amount(495)
    const order = await places({
      customerId: ada.id,
      lineItems: [{ ...item('S1', 100, 3), supplyChannel: { typeId: 'channel', id: channel.id } }, item('S2', 200)],
      shippingInfo: { shippingMethodName: 'Post', price, shippingRate: { price } },
    })
    const [line] = order.lineItems as { id: string }[]
    const items = [{ id: line?.id, quantity: 3 }]
    const parcels = [{ trackingData: { carrier: 'DHL', trackingId: '4711' }, items }]
    await now.merchant.changes(
      'orders',
      order,
      { action: 'changeShipmentState', shipmentState: 'Shipped' },
      { action: 'addDelivery', items, parcels },
    )
    await now.quiet()
    expect(await orderOf(order)).toMatchObject({
      CT_Shipping__c: 4.95,
      CT_Shipping_Method__c: 'Post',
      CT_Deliveries__c: 1,
      CT_Parcels__c: 1,
      CT_Tracking__c: 'DHL 4711',
      CT_Last_Delivery_At__c: expect.any(String),
      CT_Returns__c: null,
    })
    const back = (quantity: number, shipmentState: string) => ({
      action: 'addReturnInfo',
      items: [{ quantity, lineItemId: line?.id, shipmentState }],
    })
    await now.merchant.changes('orders', order, back(1, 'Returned'), back(2, 'Advised'))
    await now.quiet()
    const returnedOf = async () => (await linesOf(await orderOf(order))).map(one => one.CT_Returned_Quantity__c)
    expect(await orderOf(order)).toMatchObject({ CT_Returns__c: 2, CT_Returned_Quantity__c: 1 })
    expect(await returnedOf()).toEqual([1, null])
    const { returnInfo } = await now.merchant.sees('orders', order)
    const returnItemId = (returnInfo as { items: { id: string }[] }[])[1]?.items[0]?.id
    const arrived = { action: 'setReturnShipmentState', returnItemId, shipmentState: 'Returned' }
    await now.merchant.changes('orders', order, arrived)
    await now.merchant.changes('orders', order, {
      action: 'setReturnPaymentState',
      returnItemId,
      paymentState: 'Refunded',
    })
    await now.quiet()
    expect(await orderOf(order)).toMatchObject({
      CT_Returned_Quantity__c: 3,
      CT_Return_State__c: 'Returned',
      CT_Refund_State__c: 'Refunded',
    })
    expect(await returnedOf()).toEqual([3, null])
    expect((await linesOf(await orderOf(order)))[0]).toMatchObject({
      CT_Supply_Channel__c: `warehouse-${form.orders}`,
      CT_Line_Mode__c: 'Standard',
    })
  })

  it('names the discount codes it was placed with', async () => {
    const ada = await somebody()
    const code = `SUMMER-${form.orders.toUpperCase()}`
    await now.merchant.makes('discount-codes', { code, cartDiscounts: [], isActive: true })
    const cart = await now.merchant.makes('carts', {
      currency: 'EUR',
      customerId: ada.id,
      discountCodes: [code],
      taxMode: 'Disabled',
      shippingAddress: address,
      customLineItems: [{ name: { en: 'Gift wrap' }, slug: 'wrap', quantity: 1, money: amount(250) }],
    })
    const order = await now.merchant.makes('orders', {
      cart: { typeId: 'cart', id: cart.id },
      version: cart.version,
    })
    await now.quiet()
    expect(await orderOf(order)).toMatchObject({ CT_Discount_Codes__c: code })
  })

  it('of a guest belongs to them, and to the customer that they become', async () => {
    const order = await places({ customerEmail: 'guest@example.com', lineItems: [item('S1', 100)] })
    await now.quiet()
    const contact = (await now.crm.rows('Contact')).find(row => row.Email === 'guest@example.com')
    expect(contact).toMatchObject({ LastName: 'Byron' })
    expect(await orderOf(order)).toMatchObject({
      [form.contact]: contact?.Id,
      [form.account]: contact?.AccountId,
      CT_Email__c: 'guest@example.com',
    })
    const gil = await now.shopper.signsUp({ email: 'guest@example.com', password: 'p', lastName: 'Byron' })
    await now.quiet()
    expect((await now.crm.contact(gil))?.Id).toBe(contact?.Id)
    const later = await places({ customerEmail: 'Guest@example.com', lineItems: [item('S1', 100)] })
    await now.merchant.changes('orders', order, { action: 'setCustomerId', customerId: gil.id })
    await now.quiet()
    for (const one of [order, later]) expect(await orderOf(one)).toMatchObject({ [form.contact]: contact?.Id })
    expect(await now.status()).toMatchObject({ failures: 0, conflicts: 0 })
  })

  it('of a guest of whom a person is asked waits for them', async () => {
    const AccountId = await now.agent.makes('Account', { Name: 'Analytical Engines' })
    const known = await now.agent.makes('Contact', { AccountId, LastName: 'Lovelace', Email: 'unsure@example.com' })
    const order = await places({ customerEmail: 'unsure@example.com', lineItems: [item('S1', 100)] })
    const asked = async () =>
      (await now.api<{ items: { id: string; waiting: number }[] }>('/conflicts?state=open')).items
    const [open] = await until(asked, ([one]) => one?.waiting === 1)
    expect(await orderOf(order)).toBeUndefined()
    await now.decide(open?.id ?? '', { do: 'link', crm: { type: 'Contact', id: known } })
    await now.quiet()
    expect(await orderOf(order)).toMatchObject({
      [form.contact]: known,
      // Salesforce's own Order goes to the Account that they are at; ours names only one that was made for them.
      [form.account]: form.needsAccount ? AccountId : null,
    })
  })

  it('that is edited loses the line that was taken out, though no change is told of', async () => {
    const ada = await somebody()
    const order = await places({ customerId: ada.id, lineItems: [item('S1', 100), item('S2', 200)] })
    await now.quiet()
    const [, second] = order.lineItems as { id: string }[]
    const edit = await now.merchant.makes('orders/edits', {
      resource: { typeId: 'order', id: order.id },
      stagedActions: [{ action: 'removeLineItem', lineItemId: second?.id }],
    })
    await now.merchant.makes(`orders/edits/${edit.id}/apply`, {
      editVersion: edit.version,
      resourceVersion: order.version,
    })
    await now.quiet()
    expect((await linesOf(await orderOf(order))).map(line => line.CT_Sku__c)).toEqual(['S1'])
  })

  it('tells of its states as they come, and writes nothing but them', async () => {
    const ada = await somebody()
    const order = await places({ customerId: ada.id, lineItems: [item('S1', 100)] })
    await now.quiet()
    await now.merchant.changes('orders', order, { action: 'changeOrderState', orderState: 'Confirmed' })
    await now.merchant.changes('orders', order, { action: 'changeShipmentState', shipmentState: 'Shipped' })
    await now.merchant.changes('orders', order, { action: 'changePaymentState', paymentState: 'Paid' })
    await now.quiet()
    expect(await orderOf(order)).toMatchObject({
      CT_Order_State__c: 'Confirmed',
      CT_Shipment_State__c: 'Shipped',
      CT_Payment_State__c: 'Paid',
    })
    type Entry = { readonly plan: string | null; readonly role: string | null; readonly fields: readonly string[] }
    const { entries } = await now.api<{ entries: readonly Entry[] }>(`/trace/order/${order.id}`)
    const updates = entries.filter(({ plan }) => plan === 'update')
    const states = ['CT_Order_State__c', 'CT_Shipment_State__c', 'CT_Payment_State__c']
    expect(new Set(updates.map(({ role }) => role))).toEqual(new Set(['order']))
    expect(new Set(updates.flatMap(({ fields }) => fields))).toEqual(new Set(states))
  })

  it('of five hundred lines is written whole', async () => {
    const ada = await somebody()
    const lineItems = Array.from({ length: 500 }, (_, at) => item(`SKU-${String(at).padStart(3, '0')}`, 100 + at))
    const order = await places({ customerId: ada.id, lineItems })
    await now.quiet()
    const lines = await linesOf(await orderOf(order))
    expect(lines).toHaveLength(500)
    expect(lines.at(-1)).toMatchObject({ CT_Sku__c: 'SKU-499', CT_Total__c: 5.99 })
  })

  it('waits for a customer of whom a person is asked, and goes on when that is decided', async () => {
    const AccountId = await now.agent.makes('Account', { Name: 'Analytical Engines' })
    const known = await now.agent.makes('Contact', { AccountId, LastName: 'Lovelace', Email: 'asked@example.com' })
    const ada = await now.shopper.signsUp({ email: 'asked@example.com', password: 'p', lastName: 'King' })
    const order = await places({ customerId: ada.id, lineItems: [item('S1', 100)] })
    const asked = async () =>
      (await now.api<{ items: { id: string; waiting: number }[] }>('/conflicts?state=open')).items
    let open = await asked()
    for (let turns = 0; turns < 500 && open[0]?.waiting !== 1; turns++) {
      await new Promise(resolve => setTimeout(resolve, 20))
      open = await asked()
    }
    expect(open).toHaveLength(1)
    expect(open[0]?.waiting).toBe(1)
    expect(await orderOf(order)).toBeUndefined()
    await now.decide(open[0]?.id ?? '', { do: 'link', crm: { type: 'Contact', id: known } })
    await now.quiet()
    expect(await orderOf(order)).toMatchObject({
      [form.contact]: known,
      // Salesforce's own Order goes to the Account that they are at; ours names only one that was made for them.
      [form.account]: form.needsAccount ? AccountId : null,
    })
  })

  it.skipIf(form.needsAccount)(
    'of a customer who was deleted before anybody looked is written without them',
    async () => {
      await now.service.stop()
      const ada = await somebody()
      const order = await places({
        customerEmail: 'gone@example.com',
        customerId: ada.id,
        lineItems: [item('S1', 100)],
      })
      await now.shopper.leaves(await now.shopper.sees(ada))
      await now.service.start()
      await now.quiet()
      expect(await orderOf(order)).toMatchObject({ [form.contact]: null, CT_Email__c: 'gone@example.com' })
    },
  )
})
