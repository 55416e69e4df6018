/** Scenarios of the player beyond sign-ups: what each leaves behind, and that the same seed leaves the same. */
import { hash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { at, type Json, SUBSCRIPTION, world } from './world.ts'

const FAST = 1_000_000
type World = Awaited<ReturnType<typeof world>>

const rows = async (it: World, kind: string) => (await it.control('GET', `resources/demo/${kind}`)).results as Json[]
/** Without what follows from the time of day, and short, so that a difference can be read. */
const digest = (all: Json[]) =>
  hash(
    'sha256',
    JSON.stringify(all, (name, value) => (/At$|^validTo$|^returnDate$/.test(name) ? undefined : value)),
  )
const messages = async (it: World, where = 'id is defined') =>
  (await it.query('messages', { where, sort: 'id asc', limit: '500' })).results as Json[]

async function play(it: World, scenario: string, how: Json = {}) {
  await it.control('POST', 'play', { scenario, rate: FAST, seed: 1, ...how })
  const done = await it.until('/__emulator/play', body => body.running === false)
  expect(done).toMatchObject({ skipped: 0, lastError: null })
  return done
}

describe('company', () => {
  test('sets up companies with divisions, associates, roles and stores', async () => {
    await using it = await world()
    expect(await play(it, 'company', { customers: 5 })).toMatchObject({ done: 50, total: 50 })
    await it.control('POST', 'clock', { advanceMs: 500 })
    const units = await rows(it, 'business-units')
    expect(units.filter(each => each.unitType === 'Company')).toHaveLength(5)
    expect(units.filter(each => each.unitType === 'Division')).toHaveLength(10)
    expect(await rows(it, 'associate-roles')).toHaveLength(3)
    for (const each of units.filter(row => String(row.key).endsWith('-a'))) {
      const top = units.find(row => row.key === at(each, 'topLevelUnit', 'key'))
      expect(each).toMatchObject({
        associates: [
          { associateRoleAssignments: [{ associateRole: { key: 'buyer' } }, { associateRole: { key: 'approver' } }] },
        ],
        inheritedAssociates: [{ customer: at(top, 'associates', 0, 'customer') }],
        inheritedStores: top?.stores,
      })
    }
    const told = new Set((await messages(it, 'resource(typeId = "business-unit")')).map(each => each.type))
    for (const type of [
      'BusinessUnitCreated',
      'BusinessUnitAssociateAdded',
      'BusinessUnitAssociateChanged',
      'BusinessUnitStoreModeChanged',
      'BusinessUnitParentChanged',
      'BusinessUnitContactEmailSet',
    ])
      expect(told).toContain(type)
  })
})

describe('consent', () => {
  test('is given by everybody, and withdrawn the next time', async () => {
    await using it = await world()
    await play(it, 'arrivals', { customers: 30 })
    await play(it, 'consent')
    const fields = async () => (await rows(it, 'customers')).map(each => at(each, 'custom', 'fields') as Json)
    for (const each of await fields())
      expect(each).toEqual({
        marketingEmailConsent: true,
        consentAt: expect.any(String),
        consentSource: expect.any(String),
        consentLocale: expect.any(String),
      })
    await play(it, 'consent', { seed: 2, steps: 10 })
    expect((await fields()).filter(each => each.marketingEmailConsent === false)).toHaveLength(10)
    const told = await messages(it, 'type = "CustomerCustomFieldChanged"')
    expect(told.filter(each => each.name === 'marketingEmailConsent')).toMatchObject(
      Array.from({ length: 10 }, () => ({ value: false, previousValue: true })),
    )
  })

  test('finds its place in the type that the customers have already', async () => {
    await using it = await world()
    const field = { name: 'salesforceId', type: { name: 'String' }, label: { en: 'id' }, required: false }
    await it.ok('POST', '/demo/types', {
      key: 'crm',
      name: { en: 'CRM' },
      resourceTypeIds: ['customer'],
      fieldDefinitions: [field],
    })
    await it.signUp({
      email: 'a@example.com',
      custom: { type: { typeId: 'type', key: 'crm' }, fields: { salesforceId: '003' } },
    })
    await play(it, 'consent')
    expect(await rows(it, 'types')).toHaveLength(1)
    expect(at(await rows(it, 'customers'), 0, 'custom', 'fields')).toMatchObject({
      salesforceId: '003',
      marketingEmailConsent: true,
    })
  })
})

describe('erasure', () => {
  test('deletes somebody with all that was said of them, and tells that it is an erasure', async () => {
    await using it = await world({ receives: true })
    await it.ok('POST', '/demo/subscriptions', SUBSCRIPTION)
    await play(it, 'arrivals', { customers: 20 })
    const before = await rows(it, 'customers')
    await play(it, 'erasure')
    const left = await rows(it, 'customers')
    const [gone] = before.filter(each => !left.some(other => other.id === each.id))
    expect(left).toHaveLength(19)
    await it.inbox.until(pushes => pushes.some(each => each.payload.notificationType === 'ResourceDeleted'))
    const told = it.inbox.payloads().find(each => each.notificationType === 'ResourceDeleted')
    expect(told).toMatchObject({ resource: { typeId: 'customer', id: gone?.id }, dataErasure: true })
    expect(JSON.stringify(await messages(it))).not.toContain(String(gone?.email))
    await play(it, 'erasure', { steps: 19 })
    expect(await rows(it, 'customers')).toEqual([])
  })
})

describe('edits', () => {
  test('change customers and business units, each for real', async () => {
    await using it = await world()
    await play(it, 'company', { customers: 10 })
    const versions = async () =>
      [...(await rows(it, 'customers')), ...(await rows(it, 'business-units'))].reduce(
        (sum, each) => sum + Number(each.version),
        0,
      )
    const before = await versions()
    await play(it, 'edits')
    expect(await versions()).toBeGreaterThanOrEqual(before + 20)
    const by = (await rows(it, 'business-units')).filter(each =>
      /\(\d+\)$|office\.\d/.test(`${each.name} ${each.contactEmail}`),
    )
    expect(by.length).toBeGreaterThan(0)
  })
})

test('the same seed leaves the same behind, to the last id; another seed does not', async () => {
  const story = async (seed: number) => {
    await using it = await world()
    // What divisions inherit shows later on the clock, which would else run with the wall.
    await it.control('POST', 'clock', { freeze: true })
    for (const [scenario, how] of [
      ['company', { customers: 3 }],
      ['arrivals', { customers: 10 }],
      ['consent', {}],
      ['edits', {}],
      ['buying', { customers: 5 }],
      ['guest', { customers: 3 }],
      ['quotes', { customers: 4 }],
      ['erasure', { steps: 3 }],
    ] as const)
      await play(it, scenario, { ...how, seed })
    await it.control('POST', 'clock', { advanceMs: 500 })
    const left: Record<string, string> = { messages: digest(await messages(it)) }
    for (const kind of [
      'customers',
      'business-units',
      'stores',
      'types',
      'products',
      'carts',
      'orders',
      'quote-requests',
      'staged-quotes',
      'quotes',
    ])
      left[kind] = digest(await rows(it, kind))
    return left
  }
  const first = await story(1)
  expect(await story(1)).toEqual(first)
  const other = await story(2)
  for (const kind of ['customers', 'business-units', 'carts', 'quotes', 'messages'])
    expect(other[kind]).not.toBe(first[kind])
})

describe('buying', () => {
  test('leaves orders in every state, returns, and carts that were never ordered', async () => {
    await using it = await world()
    await play(it, 'arrivals', { customers: 40 })
    expect(await play(it, 'buying', { customers: 40 })).toMatchObject({ done: 240 })
    const orders = await rows(it, 'orders')
    const carts = await rows(it, 'carts')
    const words = (field: string) => new Set(orders.map(each => each[field]))
    expect(words('orderState')).toEqual(new Set(['Confirmed', 'Complete']))
    expect(words('shipmentState')).toEqual(new Set(['Shipped', 'Delayed']))
    expect(orders.some(each => (each.returnInfo as Json[]).length > 0)).toBe(true)
    expect(carts.filter(each => each.cartState === 'Ordered')).toHaveLength(orders.length)
    const left = carts.filter(each => each.cartState === 'Active')
    expect(left).toHaveLength(40 - orders.length)
    expect(left.length).toBeGreaterThan(2)
    for (const each of left) expect(each.version).toBe(2)
    expect(new Set(orders.map(each => at(each, 'totalPrice', 'currencyCode'))).size).toBeGreaterThan(1)
    for (const each of orders) expect(at(each, 'taxedPrice', 'totalGross', 'centAmount')).toBeGreaterThan(0)
  })
})

describe('guest', () => {
  test('orders by email, signs up with the same email, and is given the order', async () => {
    await using it = await world()
    await play(it, 'guest', { customers: 12, steps: 12 * 5 - 1 })
    const orders = await rows(it, 'orders')
    const customers = await rows(it, 'customers')
    expect(orders).toHaveLength(12)
    expect(orders.filter(each => each.customerId === undefined)).toHaveLength(1)
    for (const each of orders) {
      const same = customers.find(customer => customer.email === each.customerEmail)
      expect(same).toBeDefined()
      if (each.customerId !== undefined) expect(each.customerId).toBe(same?.id)
    }
    expect((await messages(it, 'type = "OrderCustomerSet"')).length).toBe(11)
  })
})

describe('everyday', () => {
  test('people buy, with and without an account, and change themselves and their consent, without end', async () => {
    await using it = await world()
    await play(it, 'arrivals', { customers: 40 })
    expect(await play(it, 'everyday', { steps: 400 })).toMatchObject({ done: 400, total: 400 })
    const orders = await rows(it, 'orders')
    const plots = (word: string) => orders.filter(each => String(each.orderNumber).startsWith(`${word}-`))
    // A hundred steps of buyers, six to a cart, of which a quarter is left behind; fifty of guests, five to an order.
    expect(plots('order').length).toBeGreaterThan(8)
    expect(plots('visit').length).toBeGreaterThan(8)
    expect(orders).toHaveLength(plots('order').length + plots('visit').length)
    const customers = await rows(it, 'customers')
    expect(customers.some(each => each.custom !== undefined)).toBe(true)
    expect((await messages(it, 'type = "CustomerDeleted"')).length).toBeGreaterThan(0)
  })

  test('begins anew without meeting an earlier day', async () => {
    await using it = await world()
    await play(it, 'arrivals', { customers: 40 })
    await play(it, 'everyday', { steps: 200 })
    const before = (await rows(it, 'orders')).length
    expect(await play(it, 'everyday', { steps: 200 })).toMatchObject({ lastError: null })
    expect((await rows(it, 'orders')).length).toBeGreaterThan(before + 5)
  })
})

describe('quotes', () => {
  test('are asked for by associates, answered, and end in orders, a second round or a refusal', async () => {
    await using it = await world()
    await play(it, 'company', { customers: 4 })
    await play(it, 'quotes', { customers: 25 })
    const quotes = await rows(it, 'quotes')
    expect(new Set(quotes.map(each => each.quoteState))).toEqual(
      new Set(['Accepted', 'Declined', 'DeclinedForRenegotiation']),
    )
    const orders = await rows(it, 'orders')
    expect(orders).toHaveLength(quotes.filter(each => each.quoteState === 'Accepted').length)
    const units = (await rows(it, 'business-units')).map(each => each.key)
    for (const each of orders) {
      expect(each).toMatchObject({ origin: 'Quote', quote: { typeId: 'quote' } })
      expect(units).toContain(at(each, 'businessUnit', 'key'))
    }
    expect(new Set((await rows(it, 'quote-requests')).map(each => each.quoteRequestState))).toEqual(
      new Set(['Accepted']),
    )
    expect(new Set((await rows(it, 'staged-quotes')).map(each => each.stagedQuoteState))).toEqual(new Set(['Sent']))
  })

  test('need a company', async () => {
    await using it = await world()
    await it.control('POST', 'play', { scenario: 'quotes', rate: FAST, customers: 1, steps: 1 })
    const done = await it.until('/__emulator/play', body => body.running === false)
    expect(done).toMatchObject({ skipped: 1, lastError: expect.stringContaining('company') })
  })
})
