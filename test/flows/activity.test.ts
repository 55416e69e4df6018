/** What happens to orders, on the timeline of whom they are of: closed Tasks, once each. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CrmRow, type Customer, type World, world } from '../world.ts'

const total = { currencyCode: 'EUR', centAmount: 1_999 }

describe.each(['order', 'custom-object'] as const)('the timeline of an order that is a record as %s', orders => {
  const object = orders === 'order' ? 'Order' : 'CT_Order__c'
  let now: World
  let n = 0

  beforeAll(async () => {
    now = await world({
      config: {
        orders,
        activity: 'task',
        pace: { burst: 10_000, leaseMs: 5_000 },
        mappings: {
          'message-activity': {
            messages: {
              OrderImported: true,
              OrderStateChanged: true,
              ParcelAddedToDelivery: { coalesceMs: 3_600_000 },
            },
          },
        },
      },
      subscribeTo: ['order'],
    })
  })
  afterAll(() => now?.[Symbol.asyncDispose]())

  const somebody = (): Promise<Customer> =>
    now.shopper.signsUp({ email: `shopper${++n}@example.com`, password: 'p', firstName: 'Ada', lastName: `Byron ${n}` })
  const places = (draft: Record<string, unknown>): Promise<Customer> =>
    now.buyer.orders({ totalPrice: total, orderNumber: `${orders}-${++n}`, ...draft })
  const recordOf = async ({ id }: Customer): Promise<CrmRow | undefined> =>
    (await now.crm.rows(object)).find(row => row.CT_Id__c === `demo/${id}`)
  const tasksOf = async (order: Customer): Promise<readonly CrmRow[]> => {
    await now.quiet()
    const record = await recordOf(order)
    return (await now.crm.rows('Task'))
      .filter(row => row.WhatId === record?.Id)
      .toSorted((a, b) => (String(a.Subject) < String(b.Subject) ? -1 : 1))
  }

  it('says that it was placed, on the Contact and on the order, as done on that day', { timeout: 60_000 }, async () => {
    const ada = await somebody()
    const order = await places({ customerId: ada.id, locale: 'de-CH' })
    const [task, ...others] = await tasksOf(order)
    expect(others).toEqual([])
    expect(task).toMatchObject({
      Subject: `Bestellung ${order.orderNumber} übernommen: 19.99 EUR`,
      Description: '1 × Mug: 9.95 EUR',
      WhoId: (await now.crm.contact(ada))?.Id,
      Status: 'Completed',
      IsClosed: true,
      ActivityDate: String(order.createdAt).slice(0, 10),
      CT_Message_Type__c: 'OrderImported',
    })
    expect((await now.crm.contact(ada))?.LastActivityDate).toBe(task?.ActivityDate)
    expect(await now.status()).toMatchObject({ failures: 0, conflicts: 0 })
  })

  it('tells each change once, though deliveries come doubled, late and in any order', { timeout: 60_000 }, async () => {
    await now.commerce.disturb({ doubleRate: 1, shuffle: true, delayRate: 0.5, delayMs: 200, seed: 7 })
    const some = await Promise.all(
      Array.from({ length: 10 }, async () => places({ customerId: (await somebody()).id })),
    )
    for (const order of some) {
      await now.merchant.changes('orders', order, { action: 'changeOrderState', orderState: 'Confirmed' })
      await now.merchant.changes('orders', order, { action: 'changeOrderState', orderState: 'Complete' })
    }
    for (const order of some)
      expect((await tasksOf(order)).map(({ Subject }) => Subject)).toEqual([
        `Order ${order.orderNumber} imported: 19.99 EUR`,
        `Order ${order.orderNumber} is Complete`,
        `Order ${order.orderNumber} is Confirmed`,
      ])
    await now.commerce.disturb({})
  })

  it('tells of forty parcels in one Task with a list', { timeout: 60_000 }, async () => {
    const order = await places({
      customerId: (await somebody()).id,
      shippingInfo: {
        shippingMethodName: 'DHL',
        price: { currencyCode: 'EUR', centAmount: 500 },
        shippingRate: { price: { currencyCode: 'EUR', centAmount: 500 } },
        deliveries: [{ items: [], parcels: [] }],
      },
    })
    const seen = await now.merchant.sees('orders', order)
    const { deliveries } = seen.shippingInfo as { deliveries: { id: string }[] }
    const parcels = Array.from({ length: 40 }, (_, at) => ({
      action: 'addParcelToDelivery',
      deliveryId: deliveries[0]?.id,
      trackingData: { carrier: 'DHL', trackingId: `T${at}` },
    }))
    await now.merchant.changes('orders', order, ...parcels.slice(0, 20))
    await now.quiet()
    await now.merchant.changes('orders', order, ...parcels.slice(20))
    const floods = (await tasksOf(order)).filter(row => row.CT_Message_Type__c === 'ParcelAddedToDelivery')
    const lines = floods.flatMap(row => String(row.Description).split('\n'))
    // Two where the hour turned in between.
    expect(floods.length).toBeLessThanOrEqual(2)
    expect(new Set(lines.map(line => line.split(' ').at(-1))).size).toBe(40)
  })

  it('of a guest is on theirs', {
    timeout: 60_000,
  }, async () => {
    const guest = await places({ customerEmail: 'gil@example.com', billingAddress: { country: 'CH', lastName: 'Gil' } })
    const [task] = await tasksOf(guest)
    const contact = (await now.crm.rows('Contact')).find(row => row.Email === 'gil@example.com')
    expect(task).toMatchObject({ WhoId: contact?.Id })
  })

  it('is not made again when sales deletes it, and loses its text when the order is erased', {
    timeout: 60_000,
  }, async () => {
    const ada = await somebody()
    const [gone, erased] = [await places({ customerId: ada.id }), await places({ customerId: ada.id })]
    const [task] = await tasksOf(gone)
    await now.agent.deletes('Task', String(task?.Id))
    await now.merchant.changes('orders', gone, { action: 'setPurchaseOrderNumber', purchaseOrderNumber: 'PO 7' })
    expect(await tasksOf(gone)).toEqual([])
    const [other] = await tasksOf(erased)
    expect(other?.Description).toBeTruthy()
    await now.buyer.drops(erased, { erase: true })
    await now.quiet()
    expect((await now.crm.rows('Task')).find(({ Id }) => Id === other?.Id)).toMatchObject({ Description: null })
    expect(await now.status()).toMatchObject({ failures: 0 })
  })

  it('tells what happened while the service was killed, and after, once', { timeout: 60_000 }, async () => {
    const ada = await somebody()
    const some = await Promise.all(Array.from({ length: 20 }, () => places({ customerId: ada.id })))
    await now.service.kill()
    for (const order of some)
      await now.merchant.changes('orders', order, { action: 'changeOrderState', orderState: 'Confirmed' })
    await now.service.start()
    await now.quiet()
    const ids = new Set(some.map(({ id }) => `demo/${id}`))
    const records = (await now.crm.rows(object)).filter(row => ids.has(String(row.CT_Id__c))).map(({ Id }) => Id)
    const about = (await now.crm.rows('Task')).map(row => String(row.WhatId)).filter(id => records.includes(id))
    expect(about.toSorted()).toEqual(records.flatMap(id => [id, id]).toSorted())
  })
})
