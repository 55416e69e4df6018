/** Carts, orders and what they need, read from data files and kept through restarts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CartDraft, OrderImportDraft, PaymentDraft } from '@commercetools/platform-sdk'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { commercetoolsEmulator } from '../src/index.ts'
import { people } from './crowd.ts'
import { LAMP, orderOf, refusal, sdk, stock, TAXES, told } from './sdk.ts'
import { caller } from './world.ts'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'emulator-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const customer = { typeId: 'customer', key: 'ada' }
const DATA = {
  customerGroups: [{ groupName: 'Gold', key: 'gold' }],
  customers: [{ key: 'ada', email: 'ada@example.com', password: 'x' }],
  channels: [{ key: 'crm', roles: ['OrderExport'] }],
  states: [{ key: 'packed', type: 'OrderState' }],
  taxCategories: [TAXES],
  zones: [{ key: 'home', name: 'Home', locations: [{ country: 'DE' }] }],
  shippingMethods: [
    {
      key: 'parcel',
      name: 'Parcel',
      isDefault: true,
      taxCategory: { typeId: 'tax-category', key: 'standard' },
      zoneRates: [{ zone: { typeId: 'zone', key: 'home' }, shippingRates: [] }],
    },
  ],
  discountCodes: [{ key: 'save', code: 'SAVE', cartDiscounts: [] }],
  productTypes: [{ key: 'thing', name: 'Thing', description: '' }],
  products: [LAMP],
  customObjects: [{ container: 'settings', key: 'sync', value: { on: true } }],
  payments: [{ key: 'paid', amountPlanned: { currencyCode: 'EUR', centAmount: 100 } } satisfies PaymentDraft],
  carts: [
    { key: 'left', currency: 'EUR', lineItems: [{ sku: 'lamp-1' }], customer } satisfies CartDraft & {
      customer: object
    },
  ],
  orders: [
    {
      orderNumber: 'O-1',
      totalPrice: { currencyCode: 'EUR', centAmount: 1 },
      lineItems: [
        {
          name: { en: 'x' },
          variant: { sku: 'x' },
          quantity: 1,
          price: { value: { currencyCode: 'EUR', centAmount: 1 } },
        },
      ],
      customer,
    } satisfies OrderImportDraft & { customer: object },
  ],
}

describe('a data file', () => {
  test('holds a whole shop, which names its customers by key', async () => {
    const dataFile = join(directory, 'data.json')
    writeFileSync(dataFile, JSON.stringify(DATA))
    await using emulator = await commercetoolsEmulator({ port: 0, dataFile })
    const api = sdk(emulator.url)
    const { id } = (await api.customers().withKey({ key: 'ada' }).get().execute()).body
    expect((await api.carts().withKey({ key: 'left' }).get().execute()).body).toMatchObject({
      customerId: id,
      totalPrice: { centAmount: 1999 },
    })
    expect((await api.orders().withOrderNumber({ orderNumber: 'O-1' }).get().execute()).body.customerId).toBe(id)
    expect((await api.payments().withKey({ key: 'paid' }).get().execute()).body.version).toBe(1)
    expect(
      (await api.customObjects().withContainerAndKey({ container: 'settings', key: 'sync' }).get().execute()).body
        .value,
    ).toEqual({ on: true })
    const { control, ok } = await caller(emulator.url)
    const listed = async (name: string) => (await control('GET', `resources/demo/${encodeURIComponent(name)}`)).total
    const once = ['channels', 'products', 'payments', 'carts', 'orders', 'zones', 'shipping-methods', 'discount-codes']
    for (const name of once) expect(await listed(name)).toBe(1)
    // One that every project has, and the one of the file.
    expect(await listed('states')).toBe(2)
    expect(await listed('orders/edits')).toBe(0)
    await ok('POST', '/__emulator/reset')
    expect((await api.orders().get().execute()).body.total).toBe(0)
    expect((await api.states().get().execute()).body.results.map(each => [each.key, each.builtIn])).toEqual([
      ['Initial', true],
    ])
  })

  test('of JSON lines is read line by line, also the last one, and says what it does not know', async () => {
    const dataFile = join(directory, 'data.jsonl')
    const lines = [...people(30, 45)].map(each => JSON.stringify(each))
    writeFileSync(dataFile, lines.join('\n'))
    await using emulator = await commercetoolsEmulator({ port: 0, dataFile })
    const api = sdk(emulator.url)
    expect(
      (
        await api
          .customers()
          .get({ queryArgs: { limit: 1 } })
          .execute()
      ).body.total,
    ).toBe(30)
    expect(
      (
        await api
          .orders()
          .get({ queryArgs: { limit: 1 } })
          .execute()
      ).body.total,
    ).toBe(45)
    const last = (await api.orders().withOrderNumber({ orderNumber: 'O-44' }).get().execute()).body
    const owner = (await api.customers().withKey({ key: 'customer-14' }).get().execute()).body
    expect(last.customerId).toBe(owner.id)
    writeFileSync(dataFile, '{"project":{"key":"other","name":"Other"}}\n{"things":{}}\n')
    await expect(commercetoolsEmulator({ port: 0, dataFile })).rejects.toThrow(
      /^line 2: 'things' is not one of project, /,
    )
    writeFileSync(dataFile, '{"orders":{"totalPrice":{"currencyCode":"EUR","centAmount":1}}}')
    await expect(commercetoolsEmulator({ port: 0, dataFile })).rejects.toThrow(/^line 1: .*'lineItems'/)
  })
})

describe('a restarted emulator', () => {
  test('has its orders, payments and messages as they were, and removes carts whose time came meanwhile', async () => {
    const day = 86_400_000
    const stateDir = join(directory, 'state')
    const seen = async (url: string, orderId: string, paymentId: string) => {
      const api = sdk(url)
      return {
        order: (await api.orders().withId({ ID: orderId }).get().execute()).body,
        messages: [...(await told(api, orderId)), ...(await told(api, paymentId))],
        products: (await api.products().get().execute()).body.results,
      }
    }
    const first = await commercetoolsEmulator({ port: 0, stateDir })
    const api = sdk(first.url)
    await stock(api)
    const order = await orderOf(api, {}, 'N-1')
    await api
      .orders()
      .withId({ ID: order.id })
      .post({ body: { version: 1, actions: [{ action: 'changeOrderState', orderState: 'Complete' }] } })
      .execute()
    const payment = (
      await api
        .payments()
        .post({ body: { amountPlanned: { currencyCode: 'EUR', centAmount: 1 } } })
        .execute()
    ).body
    const brief = (
      await api
        .carts()
        .post({ body: { currency: 'EUR', deleteDaysAfterLastModification: 1 } })
        .execute()
    ).body
    const { control } = await caller(first.url)
    await control('POST', 'clock', { advanceMs: 1_000 })
    const before = await seen(first.url, order.id, payment.id)
    expect(before.messages.map(each => each.type)).toEqual(['OrderCreated', 'OrderStateChanged', 'PaymentCreated'])
    await first.close()
    // The first start reads what happened, the second what the first made of it.
    for (let start = 0; start < 2; start += 1) {
      const next = await commercetoolsEmulator({ port: 0, stateDir })
      expect(await seen(next.url, order.id, payment.id)).toEqual(before)
      if (start === 1) {
        const { control } = await caller(next.url)
        await control('POST', 'clock', { advanceMs: day })
        const gone = sdk(next.url).carts().withId({ ID: brief.id }).get().execute()
        expect((await refusal(gone)).status).toBe(404)
      }
      await next.close()
    }
  })
})
