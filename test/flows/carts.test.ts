/** Carts that somebody left, from the shop to the sales representative's screen, and what became of them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../ports.ts'
import { ask, type CrmRow, type Customer, type World, world } from '../world.ts'

const lines = (cents: number) => [
  {
    name: { en: 'Mug', de: 'Becher' },
    slug: 'mug',
    quantity: 2,
    money: { currencyCode: 'EUR', centAmount: cents / 2 },
  },
]
const shippingAddress = { firstName: 'Ada', lastName: 'Byron', city: 'Bern', country: 'CH' }

describe('a cart', { timeout: 60_000 }, () => {
  let now: World
  let n = 0

  beforeAll(async () => {
    now = await world({
      config: {
        carts: 'custom-object',
        activity: 'task',
        pace: { dueMs: 200, lagMs: 0, burst: 10_000, leaseMs: 5_000 },
        mappings: {
          'cart-cart': {
            abandonedAfterMs: 1_500,
            minimumValue: { EUR: 50 },
            taskFrom: { EUR: 500 },
            recoveryLink: 'https://shop.example/cart/{id}',
          },
        },
      },
      subscribeTo: ['order'],
    })
  })
  afterAll(() => now?.[Symbol.asyncDispose]())

  const somebody = (): Promise<Customer> =>
    now.shopper.signsUp({ email: `shopper${++n}@example.com`, password: 'p', lastName: `Byron ${n}` })
  const fills = (draft: Record<string, unknown>, cents = 10_000): Promise<Customer> =>
    now.merchant.makes('carts', {
      currency: 'EUR',
      taxMode: 'Disabled',
      locale: 'de-CH',
      customLineItems: lines(cents),
      shippingAddress,
      ...draft,
    })
  const orders = async (cart: Customer): Promise<Customer> => {
    const { version } = await now.merchant.sees('carts', cart)
    return now.merchant.makes('orders', { cart: { typeId: 'cart', id: cart.id }, version, orderNumber: `A-${++n}` })
  }
  const recordOf = async ({ id }: Customer): Promise<CrmRow | undefined> =>
    (await now.crm.rows('CT_Cart__c')).find(row => row.CT_Id__c === `demo/${id}`)
  const is = (cart: Customer, state: string): Promise<CrmRow | undefined> =>
    until(
      () => recordOf(cart),
      row => row?.CT_Status__c === state,
      20_000,
    )

  it('that was left is a record of its customer, and says what is in it; one worth less, and one of nobody, is none', async () => {
    const ada = await somebody()
    const small = await fills({ customerId: ada.id }, 4_998)
    const anonymous = await fills({ anonymousId: 'session-1' })
    const guests = await fills({ customerEmail: 'Nobody@example.com' })
    const cart = await fills({ customerId: ada.id, customerEmail: 'ada@example.com' })
    expect(await is(cart, 'Abandoned')).toMatchObject({
      CT_Contact__c: (await now.crm.contact(ada))?.Id,
      CT_Account__c: (await now.crm.account(ada))?.Id,
      CT_Email__c: 'ada@example.com',
      CT_Currency__c: 'EUR',
      CT_Total__c: 100,
      CT_Items__c: 2,
      CT_Lines__c: '2 × Becher: 100.00 EUR',
      CT_Recovery_Link__c: `https://shop.example/cart/${cart.id}`,
    })
    expect(await is(guests, 'Abandoned')).toMatchObject({ CT_Contact__c: null, CT_Email__c: 'nobody@example.com' })
    for (const none of [small, anonymous]) expect(await recordOf(none)).toBeUndefined()
  })

  it('is active again with its shopper, and ordered with its order', async () => {
    const cart = await fills({ customerId: (await somebody()).id })
    await is(cart, 'Abandoned')
    await now.merchant.changes('carts', cart, { action: 'setLocale', locale: 'en' })
    await is(cart, 'Active')
    expect(await is(cart, 'Abandoned')).toMatchObject({ CT_Lines__c: '2 × Mug: 100.00 EUR' })
    const order = await orders(cart)
    expect(await is(cart, 'Ordered')).toMatchObject({ CT_Order_Number__c: order.orderNumber })
  })

  it('worth enough makes a Task each time it is left, and is then as done; one worth less, or in another currency, none', async () => {
    const ada = await somebody()
    const [dear, cheap, foreign] = [
      await fills({ customerId: ada.id }, 60_000),
      await fills({ customerId: ada.id }, 49_998),
      await fills({
        customerId: ada.id,
        currency: 'CHF',
        customLineItems: [{ ...lines(0)[0], money: { currencyCode: 'CHF', centAmount: 90_000 } }],
      }),
    ]
    const tasksOf = async (cart: Customer): Promise<readonly CrmRow[]> => {
      const record = await recordOf(cart)
      expect(record).toBeDefined()
      return (await now.crm.rows('Task')).filter(row => row.WhatId === record?.Id)
    }
    for (const one of [dear, cheap, foreign]) await is(one, 'Abandoned')
    await now.quiet()
    expect(await tasksOf(dear)).toMatchObject([
      {
        Subject: 'Warenkorb stehen gelassen: 600.00 EUR',
        Description: '2 × Becher: 600.00 EUR',
        WhoId: (await now.crm.contact(ada))?.Id,
        IsClosed: true,
        CT_Message_Type__c: 'CartAbandoned',
      },
    ])
    expect([...(await tasksOf(cheap)), ...(await tasksOf(foreign))]).toEqual([])
    await now.merchant.changes('carts', dear, { action: 'setLocale', locale: 'fr-FR' })
    await is(dear, 'Active')
    await is(dear, 'Abandoned')
    await now.quiet()
    const subjects = (await tasksOf(dear)).map(row => String(row.Subject)).sort()
    expect(subjects).toEqual(['Panier abandonné : 600.00 EUR', 'Warenkorb stehen gelassen: 600.00 EUR'])
    await orders(dear)
    await is(dear, 'Ordered')
    await now.quiet()
    expect(await tasksOf(dear)).toHaveLength(2)
  })

  it('of a guest points at the Contact that an order of theirs made', async () => {
    await now.buyer.orders({ customerEmail: 'gil@example.com', billingAddress: shippingAddress })
    await now.quiet()
    const contact = (await now.crm.rows('Contact')).find(row => row.Email === 'gil@example.com')
    expect(contact).toBeDefined()
    expect(await is(await fills({ customerEmail: 'Gil@example.com' }), 'Abandoned')).toMatchObject({
      CT_Contact__c: contact?.Id,
    })
  })

  it('that is poured into another one at sign-in is merged, and one that is deleted is Deleted', async () => {
    const ada = await somebody()
    const mine = await fills({ customerId: ada.id }, 6_000)
    const before = await fills({ customerEmail: 'ada@example.com', anonymousId: 'session-2' })
    const gone = await fills({ customerEmail: 'ada@example.com' })
    for (const one of [mine, before, gone]) await is(one, 'Abandoned')
    await now.merchant.makes(`carts/customer-id=${ada.id}/merge`, {
      anonymousCart: { typeId: 'cart', id: before.id },
      mergeMode: 'MergeWithExistingCustomerCart',
    })
    await Promise.all([is(before, 'Merged'), is(mine, 'Active')])
    await now.merchant.deletes('carts', gone)
    expect((await is(gone, 'Deleted'))?.CT_Deleted_At__c).toBeTruthy()
  })

  it('is found though the service was killed while it looked', async () => {
    const ada = await somebody()
    const before = (await now.crm.rows('CT_Cart__c')).length
    const some = await Promise.all(Array.from({ length: 40 }, () => fills({ customerId: ada.id })))
    await until(
      () => now.crm.rows('CT_Cart__c'),
      rows => rows.length > before,
    )
    await now.service.kill()
    const bought = some.slice(0, 10)
    for (const one of bought) await orders(one)
    await now.service.start()
    for (const one of some.slice(10)) await is(one, 'Abandoned')
    await now.quiet()
    const states = (await Promise.all(bought.map(recordOf))).map(row => row?.CT_Status__c ?? 'Ordered')
    expect(new Set(states)).toEqual(new Set(['Ordered']))
  })

  it('costs one query a look and no call to Salesforce where nothing has come due', async () => {
    await now.quiet()
    type Asked = { readonly last: number; readonly requests: readonly { readonly path: string }[] }
    const asked = (url: string, since: number): Promise<Asked> => ask(`${url}/__emulator/requests?since=${since}`)
    const carts = async (since: number) =>
      (await asked(now.urls.commerce, since)).requests.filter(({ path }) => path.includes('/carts'))
    const [crm, commerce] = await Promise.all([asked(now.urls.crm, 999_999_999), asked(now.urls.commerce, 999_999_999)])
    await until(
      () => carts(commerce.last),
      some => some.length >= 4,
      10_000,
    )
    expect((await asked(now.urls.crm, crm.last)).requests).toEqual([])
    expect(await now.status()).toMatchObject({ failures: 0, conflicts: 0 })
  })
})
