/** Payments, custom objects, channels, states and the catalogue, by the official SDK. */
import type {
  ByProjectKeyRequestBuilder,
  ChannelUpdate,
  Payment,
  PaymentDraft,
  PaymentUpdateAction,
} from '@commercetools/platform-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CommercetoolsEmulator, commercetoolsEmulator } from '../src/index.ts'
import { cartOf, LAMP, orderOf, refusal, sdk, stock, told } from './sdk.ts'

let emulator: CommercetoolsEmulator
let api: ByProjectKeyRequestBuilder

beforeAll(async () => {
  emulator = await commercetoolsEmulator({ port: 0 })
  api = sdk(emulator.url)
  await stock(api)
})
afterAll(() => emulator.close())

const DRAFT = {
  amountPlanned: { currencyCode: 'EUR', centAmount: 3998 },
  paymentMethodInfo: { paymentInterface: 'PSP', method: 'CREDIT_CARD', name: { en: 'Card' } },
} satisfies PaymentDraft

const pay = async (more: Partial<PaymentDraft> = {}) =>
  (
    await api
      .payments()
      .post({ body: { ...DRAFT, ...more } })
      .execute()
  ).body
const act = async (payment: Payment, ...actions: PaymentUpdateAction[]) =>
  (
    await api
      .payments()
      .withId({ ID: payment.id })
      .post({ body: { version: payment.version, actions } })
      .execute()
  ).body

describe('a payment', () => {
  test('records what happened to the money, and tells of it', async () => {
    const payment = await pay({
      key: 'first',
      transactions: [{ type: 'Authorization', amount: DRAFT.amountPlanned, state: 'Success' }],
    })
    expect(payment).toMatchObject({
      version: 1,
      amountPlanned: { type: 'centPrecision', fractionDigits: 2 },
      paymentStatus: {},
      transactions: [{ type: 'Authorization', state: 'Success' }],
    })
    const charged = await act(payment, {
      action: 'addTransaction',
      transaction: {
        type: 'Charge',
        amount: DRAFT.amountPlanned,
        timestamp: '2026-01-02T03:04:05Z',
        interactionId: 'i-1',
      },
    })
    const charge = charged.transactions[1]
    expect(charge).toMatchObject({ state: 'Initial', timestamp: '2026-01-02T03:04:05.000Z' })
    const transactionId = charge?.id ?? ''
    const done = await act(
      charged,
      { action: 'changeTransactionState', transactionId, state: 'Success' },
      { action: 'setInterfaceId', interfaceId: 'psp-1' },
      { action: 'setStatusInterfaceCode', interfaceCode: '200' },
      { action: 'setStatusInterfaceText', interfaceText: 'paid' },
      { action: 'setMethodInfo', method: 'INVOICE', name: { en: 'Invoice' } },
      { action: 'changeAmountPlanned', amount: { currencyCode: 'EUR', centAmount: 1 } },
    )
    expect(done).toMatchObject({
      version: 8,
      interfaceId: 'psp-1',
      paymentStatus: { interfaceCode: '200', interfaceText: 'paid' },
      paymentMethodInfo: { paymentInterface: 'PSP', method: 'INVOICE', name: { en: 'Invoice' } },
    })
    const messages = await told(api, payment.id)
    expect(messages.map(each => [each.sequenceNumber, each.type, each.resourceVersion])).toEqual([
      [1, 'PaymentCreated', 1],
      [2, 'PaymentTransactionAdded', 2],
      [3, 'PaymentTransactionStateChanged', 3],
      [4, 'PaymentInterfaceIdSet', 4],
      [5, 'PaymentStatusInterfaceCodeSet', 5],
      [6, 'PaymentMethodInfoMethodSet', 7],
      [7, 'PaymentMethodInfoNameSet', 7],
    ])
    expect(messages[0]).toMatchObject({ payment: { id: payment.id, version: 1 } })
    expect(messages[2]).toMatchObject({ transactionId, state: 'Success' })
    const set: PaymentUpdateAction = { action: 'setInterfaceId', interfaceId: 'psp-2' }
    expect((await refusal(act(done, set))).error).toMatchObject({ code: 'InvalidField' })
    expect((await refusal(pay({ interfaceId: 'psp-1' }))).error).toMatchObject({
      code: 'DuplicateField',
      field: 'interfaceId',
    })
    expect((await refusal(pay({ key: 'first' }))).error).toMatchObject({ code: 'DuplicateField', field: 'key' })
    const strange = { type: 'Gift', amount: DRAFT.amountPlanned }
    expect((await refusal(pay({ transactions: [strange] }))).error).toMatchObject({
      code: 'InvalidField',
      field: 'type',
    })
    const found = await api
      .payments()
      .get({ queryArgs: { where: 'transactions(state = "Success" and type = "Charge")' } })
      .execute()
    expect(found.body.results.map(each => each.id)).toEqual([payment.id])
  })

  test('belongs to one cart, goes with it into the order, and is kept while it does', async () => {
    const payment = await pay()
    const ref = { typeId: 'payment', id: payment.id } as const
    const cart = await cartOf(api)
    const paid = await api
      .carts()
      .withId({ ID: cart.id })
      .post({ body: { version: 1, actions: [{ action: 'addPayment', payment: ref }] } })
      .execute()
    expect(paid.body.paymentInfo?.payments).toEqual([ref])
    const other = await cartOf(api)
    const steal = { version: 1, actions: [{ action: 'addPayment', payment: ref } as const] }
    expect((await refusal(api.carts().withId({ ID: other.id }).post({ body: steal }).execute())).error).toMatchObject({
      code: 'InvalidOperation',
    })
    const order = (
      await api
        .orders()
        .post({ body: { cart: { typeId: 'cart', id: cart.id }, version: 2 } })
        .execute()
    ).body
    const expanded = await api
      .orders()
      .withId({ ID: order.id })
      .get({ queryArgs: { expand: ['paymentInfo.payments[*]', 'cart'] } })
      .execute()
    expect(expanded.body.paymentInfo?.payments[0]?.obj?.id).toBe(payment.id)
    expect(expanded.body.cart?.obj?.cartState).toBe('Ordered')
    const remove = () =>
      api
        .payments()
        .withId({ ID: payment.id })
        .delete({ queryArgs: { version: 1 } })
        .execute()
    expect((await refusal(remove())).error).toMatchObject({ code: 'ReferenceExists', referencedBy: 'order' })
    const freed = await api
      .orders()
      .withId({ ID: order.id })
      .post({ body: { version: 1, actions: [{ action: 'removePayment', payment: ref }] } })
      .execute()
    expect(freed.body).not.toHaveProperty('paymentInfo')
    expect((await told(api, order.id)).at(-1)).toMatchObject({ type: 'OrderPaymentRemoved', removedPaymentInfo: true })
  })

  test('follows the workflow of payments', async () => {
    await api
      .states()
      .post({ body: { key: 'open-item', type: 'PaymentState', initial: true } })
      .execute()
    const payment = await pay({ paymentStatus: { state: { typeId: 'state', key: 'open-item' } } })
    expect(payment.paymentStatus.state?.typeId).toBe('state')
    await api
      .states()
      .post({ body: { key: 'dunning', type: 'PaymentState', initial: false } })
      .execute()
    const done = await act(payment, { action: 'transitionState', state: { typeId: 'state', key: 'dunning' } })
    expect(done.version).toBe(2)
    expect((await told(api, payment.id)).at(-1)).toMatchObject({ type: 'PaymentStatusStateTransition', force: false })
  })
})

describe('a custom object', () => {
  test('is made and replaced by the same call, under its version when one is given', async () => {
    const put = (value: unknown, version?: number) =>
      api
        .customObjects()
        .post({ body: { container: 'links', key: 'c-1', value, ...(version === undefined ? {} : { version }) } })
        .execute()
    const made = await put({ sf: '003', none: null })
    expect([made.statusCode, made.body.version, made.body.value]).toEqual([201, 1, { sf: '003' }])
    const again = await put({ sf: '004' })
    expect([again.statusCode, again.body.version, again.body.id]).toEqual([200, 2, made.body.id])
    expect(await refusal(put('x', 1))).toMatchObject({ status: 409, error: { currentVersion: 2 } })
    expect((await put('x', 2)).body).toMatchObject({ version: 3, value: 'x' })
    const named = api.customObjects().withContainerAndKey({ container: 'links', key: 'c-1' })
    expect((await named.get().execute()).body.value).toBe('x')
    await api
      .customObjects()
      .post({ body: { container: 'other', key: 'c-1', value: 1 } })
      .execute()
    const list = await api.customObjects().withContainer({ container: 'links' }).get().execute()
    expect(list.body.results.map(each => each.id)).toEqual([made.body.id])
    expect((await refusal(named.delete({ queryArgs: { version: 1 } }).execute())).status).toBe(409)
    await named.delete({ queryArgs: { version: 3 } }).execute()
    expect((await refusal(named.get().execute())).status).toBe(404)
    const strange = { container: 'a b', key: 'k', value: 1 }
    expect((await refusal(api.customObjects().post({ body: strange }).execute())).error).toMatchObject({
      code: 'InvalidField',
    })
  })
})

describe('the catalogue', () => {
  test('keeps SKUs unique, stages changes, and sells what is published', async () => {
    expect(
      (
        await refusal(
          api
            .products()
            .post({ body: { ...LAMP, key: 'other' } })
            .execute(),
        )
      ).error,
    ).toMatchObject({ code: 'DuplicateField', field: 'sku' })
    const draft = {
      productType: LAMP.productType,
      name: { en: 'New' },
      slug: { en: 'new' },
      masterVariant: { sku: 'new-1' },
    }
    const made = (await api.products().post({ body: draft }).execute()).body
    expect(made.masterData).toMatchObject({ published: false, hasStagedChanges: false })
    expect((await refusal(cartOf(api, { lineItems: [{ sku: 'new-1' }] }))).error).toMatchObject({
      code: 'InvalidInput',
    })
    const changed = await api
      .products()
      .withId({ ID: made.id })
      .post({
        body: {
          version: 1,
          actions: [
            { action: 'publish' },
            { action: 'addPrice', sku: 'new-1', price: { value: { currencyCode: 'EUR', centAmount: 5 } } },
            { action: 'addVariant', sku: 'new-2' },
          ],
        },
      })
      .execute()
    expect(changed.body.masterData).toMatchObject({
      published: true,
      hasStagedChanges: true,
      current: { variants: [] },
    })
    expect((await refusal(cartOf(api, { lineItems: [{ sku: 'new-1' }] }))).error).toMatchObject({
      code: 'MatchingPriceNotFound',
    })
  })

  test('has a tax category whose rates come and go', async () => {
    const category = api.taxCategories().withKey({ key: 'standard' })
    const { version, rates } = (await category.get().execute()).body
    const rate = { name: '20% TVA', amount: 0.2, includedInPrice: true, country: 'FR' }
    const added = await category
      .post({ body: { version, actions: [{ action: 'addTaxRate', taxRate: rate }] } })
      .execute()
    expect(added.body.rates).toHaveLength(rates.length + 1)
    expect((await cartOf(api, { shippingAddress: { country: 'FR' } })).taxedPrice?.taxPortions[0]).toMatchObject({
      rate: 0.2,
    })
    const wrong = { ...rate, amount: 1.2 }
    const call = category
      .post({ body: { version: added.body.version, actions: [{ action: 'addTaxRate', taxRate: wrong }] } })
      .execute()
    expect((await refusal(call)).error).toMatchObject({ code: 'InvalidField' })
  })

  test('has channels with roles, which items must fit', async () => {
    const channel = (
      await api
        .channels()
        .post({ body: { key: 'web', roles: ['ProductDistribution'], name: { en: 'Web' } } })
        .execute()
    ).body
    const body: ChannelUpdate = {
      version: 1,
      actions: [
        { action: 'addRoles', roles: ['OrderExport'] },
        { action: 'changeName', name: { en: 'Shop' } },
      ],
    }
    const changed = await api.channels().withId({ ID: channel.id }).post({ body }).execute()
    expect(changed.body).toMatchObject({
      version: 3,
      roles: ['ProductDistribution', 'OrderExport'],
      name: { en: 'Shop' },
    })
    const item = (name: 'distributionChannel' | 'supplyChannel') => ({
      sku: 'lamp-1',
      [name]: { typeId: 'channel', key: 'web' },
    })
    const cart = await cartOf(api, { lineItems: [item('distributionChannel')] })
    expect(cart.lineItems[0]?.distributionChannel).toEqual({ typeId: 'channel', id: channel.id })
    expect((await refusal(cartOf(api, { lineItems: [item('supplyChannel')] }))).error).toMatchObject({
      code: 'MissingRoleOnChannel',
      missingRole: 'InventorySupply',
    })
  })
})

test('orders are paged by time and id without losing or repeating any', async () => {
  for (let n = 0; n < 12; n += 1) await orderOf(api, {}, `page-${n}`)
  const seen: string[] = []
  let after = 'lastModifiedAt > "2000-01-01T00:00:00Z"'
  for (;;) {
    const queryArgs = { where: after, sort: ['lastModifiedAt asc', 'id asc'], limit: 5, withTotal: false }
    const { results } = (await api.orders().get({ queryArgs }).execute()).body
    const last = results.at(-1)
    if (!last) break
    seen.push(...results.map(each => each.id))
    after = `lastModifiedAt > "${last.lastModifiedAt}" or (lastModifiedAt = "${last.lastModifiedAt}" and id > "${last.id}")`
  }
  const { total } = (
    await api
      .orders()
      .get({ queryArgs: { limit: 1 } })
      .execute()
  ).body
  expect(new Set(seen).size).toBe(seen.length)
  expect(seen).toHaveLength(total ?? 0)
  const missing = api
    .orders()
    .head({ queryArgs: { where: 'orderNumber = "none"' } })
    .execute()
  expect((await refusal(missing)).status).toBe(404)
  expect(
    (
      await api
        .orders()
        .head({ queryArgs: { where: 'orderNumber = "page-3"' } })
        .execute()
    ).statusCode,
  ).toBe(200)
})
