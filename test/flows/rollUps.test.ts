/** What people bought in all, on their records, as sales sees it: whatever happens to their orders and to themselves. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../ports.ts'
import { type CrmRow, type Customer, type World, world } from '../world.ts'
import { address, amount } from './orderSteps.ts'

describe('what a person bought in all', { timeout: 60_000 }, () => {
  let now: World
  let n = 0

  beforeAll(async () => {
    now = await world({
      config: {
        rollUps: 'person-and-account',
        carts: 'custom-object',
        currency: { code: 'EUR', rates: { CHF: 1.05 } },
        pace: { dueMs: 200, lagMs: 0, burst: 10_000 },
        mappings: { 'cart-cart': { abandonedAfterMs: 1_500 } },
      },
      subscribeTo: ['order'],
    })
  })
  afterAll(() => now?.[Symbol.asyncDispose]())

  const signsUp = (email: string): Promise<Customer> =>
    now.shopper.signsUp({ email, password: 'p', firstName: 'Ada', lastName: `Byron ${++n}` })
  const buys = (who: object, cents: number, currency = 'EUR', digits = 2): Promise<Customer> =>
    now.buyer.orders({ billingAddress: address, totalPrice: amount(cents, currency, digits), ...who })
  const shows = (row: CrmRow | undefined) => ({
    orders: row?.CT_Order_Count__c,
    total: row?.CT_Order_Total__c,
    average: row?.CT_Order_Average__c,
    totals: row?.CT_Order_Totals__c,
  })
  const contactOf = async (email: string) => {
    const found = (await now.crm.rows('Contact')).filter(row => row.Email === email)
    expect(found).toHaveLength(1)
    return found[0]
  }

  it('is nothing for who has not bought, and grows with each order, on the Contact and on their Account', async () => {
    const ada = await signsUp('ada@example.com')
    await now.quiet()
    expect(shows(await now.crm.contact(ada))).toEqual({ orders: 0, total: null, average: null, totals: null })
    await buys({ customerId: ada.id, completedAt: '2025-03-01T10:00:00Z' }, 2_998)
    await buys({ customerId: ada.id, completedAt: '2026-03-01T10:00:00Z' }, 1_002)
    await now.quiet()
    const all = { orders: 2, total: 40, average: 20, totals: '40.00 EUR' }
    const contact = await now.crm.contact(ada)
    expect(shows(contact)).toEqual(all)
    expect(shows(await now.crm.account(ada))).toEqual(all)
    expect(contact).toMatchObject({
      CT_Order_Currency__c: 'EUR',
      CT_First_Order_At__c: expect.stringMatching(/^2025-03-01T10:00:00/),
      CT_Last_Order_At__c: expect.stringMatching(/^2026-03-01T10:00:00/),
    })
  })

  it('is told for each currency, and in one total as far as there are rates', async () => {
    const { id: customerId } = await signsUp('cleo@example.com')
    await buys({ customerId }, 2_000)
    await buys({ customerId }, 3_000)
    await buys({ customerId }, 1_000, 'CHF')
    await buys({ customerId }, 500, 'JPY', 0)
    await buys({ customerId }, 1_234, 'KWD', 3)
    await now.quiet()
    expect(shows(await contactOf('cleo@example.com'))).toEqual({
      orders: 5,
      total: 60.5,
      average: 20.1667,
      totals: '50.00 EUR, 10.00 CHF, 500 JPY, 1.234 KWD',
    })
  })

  it('leaves out what is cancelled, and counts it again when it is opened', async () => {
    const { id: customerId } = await signsUp('dora@example.com')
    await buys({ customerId }, 1_000)
    const second = await buys({ customerId }, 2_000)
    await now.quiet()
    await now.merchant.changes('orders', second, { action: 'changeOrderState', orderState: 'Cancelled' })
    await now.quiet()
    expect(shows(await contactOf('dora@example.com'))).toMatchObject({ orders: 1, total: 10 })
    await now.merchant.changes('orders', second, { action: 'changeOrderState', orderState: 'Open' })
    await now.quiet()
    expect(shows(await contactOf('dora@example.com'))).toMatchObject({ orders: 2, total: 30 })
  })

  it('goes with an order that changes hands', async () => {
    const [one, other] = await Promise.all([signsUp('eva@example.com'), signsUp('finn@example.com')])
    const order = await buys({ customerId: one.id }, 1_000)
    await now.quiet()
    await now.merchant.changes('orders', order, { action: 'setCustomerId', customerId: other.id })
    await now.quiet()
    expect(shows(await contactOf('finn@example.com'))).toMatchObject({ orders: 1, total: 10 })
    // Nobody tells of whom it was taken from: it is right with the next change of theirs.
    await now.shopper.changes(await now.shopper.sees(one), { action: 'setTitle', title: 'Dr.' })
    await now.quiet()
    expect(shows(await contactOf('eva@example.com'))).toMatchObject({ orders: 0, total: null })
  })

  it("of a guest is their orders', also after they have signed up, and after they have bought as a guest again", async () => {
    const guest = { customerEmail: 'Gil@example.com', billingAddress: { ...address, lastName: 'Gray' } }
    await buys(guest, 1_000)
    await buys(guest, 2_000)
    await now.quiet()
    expect(shows(await contactOf('gil@example.com'))).toMatchObject({ orders: 2, total: 30 })
    const gil = await now.shopper.signsUp({ email: 'gil@example.com', password: 'p', lastName: 'Gray' })
    await buys({ customerId: gil.id }, 3_000)
    await now.quiet()
    expect((await contactOf('gil@example.com'))?.CT_Id__c).toBe(`demo/${gil.id}`)
    expect(shows(await contactOf('gil@example.com'))).toMatchObject({ orders: 3, total: 60, totals: '60.00 EUR' })
    await buys(guest, 4_000)
    await now.quiet()
    expect(shows(await contactOf('gil@example.com'))).toMatchObject({ orders: 4, total: 100 })
  })

  it("of a guest stays theirs where a customer who has a record already takes that guest's email", async () => {
    await buys({ customerEmail: 'ivy@example.com', billingAddress: { ...address, lastName: 'Ives' } }, 1_000)
    const jo = await signsUp('jo@example.com')
    await buys({ customerId: jo.id }, 2_000)
    await now.quiet()
    await now.shopper.changes(await now.shopper.sees(jo), { action: 'changeEmail', email: 'ivy@example.com' })
    await now.quiet()
    const rows = (await now.crm.rows('Contact')).filter(row => row.Email === 'ivy@example.com')
    expect(rows.map(row => row.CT_Order_Total__c).sort()).toEqual([10, 20])
    expect(shows(await now.crm.contact(jo))).toMatchObject({ orders: 1, total: 20 })
  })

  it('is right whatever the order, the number and the lateness of deliveries, and heals an edit', async () => {
    await now.commerce.disturb({ doubleRate: 1, shuffle: true, delayRate: 0.5, delayMs: 200, seed: 7 })
    const people = await Promise.all(Array.from({ length: 5 }, (_, at) => signsUp(`many${at}@example.com`)))
    await Promise.all(people.flatMap(({ id }) => Array.from({ length: 8 }, () => buys({ customerId: id }, 1_250))))
    await now.quiet()
    await now.commerce.disturb({})
    for (const one of people)
      expect(shows(await now.crm.contact(one))).toMatchObject({ orders: 8, total: 100, average: 12.5 })
    const [first] = people
    const contact = first && (await now.crm.contact(first))
    if (!first || !contact) throw new Error('nobody')
    await now.agent.edits('Contact', contact.Id, { CT_Order_Count__c: 99 })
    await buys({ customerId: first.id }, 1_250)
    await now.quiet()
    expect(shows(await now.crm.contact(first))).toMatchObject({ orders: 9, total: 112.5 })
  })

  it('tells of the last cart that is still open, once it was looked at', async () => {
    const { id: customerId } = await signsUp('hana@example.com')
    await now.quiet()
    const cart = await now.merchant.makes('carts', {
      currency: 'EUR',
      customerId,
      taxMode: 'Disabled',
      customLineItems: [{ name: { en: 'Mug' }, slug: 'mug', quantity: 1, money: amount(1_000) }],
    })
    const contact = await until(
      () => contactOf('hana@example.com'),
      row => typeof row?.CT_Last_Cart_At__c === 'string',
      20_000,
    )
    expect(Date.parse(String(contact?.CT_Last_Cart_At__c)) / 1_000).toBeCloseTo(
      Date.parse(String(cart.lastModifiedAt)) / 1_000,
      -1,
    )
    const { feeds, ...status } = await now.api<{ feeds: { stream: string }[] }>('/status')
    expect(status).toMatchObject({ failures: 0, conflicts: 0 })
    // Carts are looked for, and not swept as well: most of them matter to nobody.
    const streams = feeds.map(({ stream }) => stream)
    expect(streams).toContain('sweep/demo/order')
    expect(streams).not.toContain('sweep/demo/cart')
  })
})

it('stands on a person account as fields of the Account', { timeout: 60_000 }, async () => {
  await using now = await world({
    config: { people: 'person-account', rollUps: 'person' },
    org: { personAccounts: true },
    subscribeTo: ['order'],
  })
  const ada = await now.shopper.signsUp({ email: 'ada@example.com', password: 'p', lastName: 'Byron' })
  await now.buyer.orders({ customerId: ada.id, billingAddress: address, totalPrice: amount(1_000) })
  await now.quiet()
  expect(await now.crm.account(ada)).toMatchObject({ CT_Order_Count__c: 1, CT_Order_Totals__c: '10.00 EUR' })
})
