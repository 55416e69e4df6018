/** Shipping methods with their zones, and discount codes, by the official SDK: what they are, and how carts and orders refer to them. */
import type {
  ByProjectKeyRequestBuilder,
  Cart,
  CartUpdateAction,
  DiscountCodeDraft,
  OrderImportDraft,
  ShippingMethodUpdateAction,
} from '@commercetools/platform-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CART, cartOf, orderOf, refusal, sdk, stock } from './sdk.ts'
import { world } from './world.ts'

let shop: Awaited<ReturnType<typeof world>>
let api: ByProjectKeyRequestBuilder

const zone = (key: string) => ({ typeId: 'zone' as const, key })
const parcel = { typeId: 'shipping-method' as const, key: 'parcel' }
const eur = (centAmount: number) => ({ currencyCode: 'EUR', centAmount })

beforeAll(async () => {
  shop = await world()
  api = sdk(shop.emulator.url)
  await stock(api)
  await api
    .zones()
    .post({ body: { key: 'home', name: 'Home', locations: [{ country: 'DE' }, { country: 'AT' }] } })
    .execute()
  await api
    .zones()
    .post({ body: { key: 'ny', name: 'New York', locations: [{ country: 'US', state: 'NY' }] } })
    .execute()
  await api
    .shippingMethods()
    .post({
      body: {
        key: 'parcel',
        name: 'Parcel',
        taxCategory: { typeId: 'tax-category', key: 'standard' },
        isDefault: true,
        zoneRates: [
          { zone: zone('home'), shippingRates: [{ price: eur(490), freeAbove: eur(5000) }] },
          { zone: zone('ny'), shippingRates: [{ price: { currencyCode: 'USD', centAmount: 900 } }] },
        ],
      },
    })
    .execute()
})
afterAll(() => shop[Symbol.asyncDispose]())

const act = async (cart: Cart, ...actions: CartUpdateAction[]) =>
  (
    await api
      .carts()
      .withId({ ID: cart.id })
      .post({ body: { version: cart.version, actions } })
      .execute()
  ).body
const code = async (draft: Partial<DiscountCodeDraft> & { code: string }) =>
  (
    await api
      .discountCodes()
      .post({ body: { cartDiscounts: [], ...draft } })
      .execute()
  ).body

describe('a shipping method', () => {
  test('is what a cart ships by, at the rate of its zone and currency, taxed like its category', async () => {
    const cart = await cartOf(api, { shippingMethod: parcel })
    const { id } = (await api.shippingMethods().withKey({ key: 'parcel' }).get().execute()).body
    expect(cart.shippingInfo).toMatchObject({
      shippingMethodName: 'Parcel',
      shippingMethod: { typeId: 'shipping-method', id },
      price: { centAmount: 490 },
      taxRate: { name: '19% MwSt' },
      shippingMethodState: 'MatchesCart',
    })
    expect(cart.totalPrice.centAmount).toBe(3998 + 490)
    const many = await act(cart, {
      action: 'changeLineItemQuantity',
      lineItemId: cart.lineItems[0]?.id ?? '',
      quantity: 3,
    })
    expect(many.shippingInfo?.price.centAmount).toBe(0)
    expect((await act(many, { action: 'setShippingMethod' })).shippingInfo).toBeUndefined()

    const there = { country: 'US', state: 'NY' }
    const far = await cartOf(api, { currency: 'USD', country: 'US', shippingAddress: there })
    const sent = await act(far, { action: 'setShippingMethod', shippingMethod: parcel })
    expect(sent.shippingInfo).toMatchObject({ price: { centAmount: 900 }, taxRate: { name: '8% NY' } })
  })

  test('is refused without an address, beyond its zones and in another currency', async () => {
    const { shippingAddress: _, ...nowhere } = CART
    const without = (await api.carts().post({ body: nowhere }).execute()).body
    const elsewhere = await cartOf(api, { shippingAddress: { country: 'US', state: 'CA' } })
    const dollars = await cartOf(api, { currency: 'USD', country: 'US', shippingAddress: { country: 'DE' } })
    for (const cart of [without, elsewhere, dollars])
      expect(await refusal(act(cart, { action: 'setShippingMethod', shippingMethod: parcel }))).toMatchObject({
        status: 400,
        error: { code: 'InvalidOperation' },
      })
  })

  test('stays in the order that it was chosen for, and may be named in an imported one', async () => {
    const order = await orderOf(api, { shippingMethod: parcel })
    const { body } = await api
      .orders()
      .withId({ ID: order.id })
      .get({ queryArgs: { expand: 'shippingInfo.shippingMethod' } })
      .execute()
    expect(body.shippingInfo?.shippingMethod).toMatchObject({ obj: { key: 'parcel' } })
    const draft: OrderImportDraft = {
      orderNumber: 'I-1',
      totalPrice: eur(490),
      lineItems: [{ name: { en: 'x' }, variant: { sku: 'x' }, quantity: 1, price: { value: eur(0) } }],
      shippingInfo: {
        shippingMethodName: 'Parcel',
        shippingMethod: parcel,
        price: eur(490),
        shippingRate: { price: eur(490) },
      },
    }
    const imported = await api.orders().importOrder().post({ body: draft }).execute()
    expect(imported.body.shippingInfo?.shippingMethod).toEqual({
      typeId: 'shipping-method',
      id: order.shippingInfo?.shippingMethod?.id,
    })
    const found = await api
      .orders()
      .get({ queryArgs: { where: `shippingInfo(shippingMethod(id = "${order.shippingInfo?.shippingMethod?.id}"))` } })
      .execute()
    expect(found.body.results.map(({ id }) => id).toSorted()).toEqual([order.id, imported.body.id].toSorted())
  })

  test('is edited rate by rate', async () => {
    const rate = { price: eur(100) }
    const change = async (version: number, ...actions: ShippingMethodUpdateAction[]) =>
      (await api.shippingMethods().withKey({ key: 'slow' }).post({ body: { version, actions } }).execute()).body
    await api
      .shippingMethods()
      .post({
        body: {
          key: 'slow',
          name: 'Slow',
          taxCategory: { typeId: 'tax-category', key: 'standard' },
          isDefault: false,
          zoneRates: [],
        },
      })
      .execute()
    const made = await change(
      1,
      { action: 'addZone', zone: zone('home') },
      { action: 'addShippingRate', zone: zone('home'), shippingRate: rate },
    )
    expect(made).toMatchObject({ version: 3, zoneRates: [{ shippingRates: [{ price: { centAmount: 100 } }] }] })
    const bare = await change(made.version, { action: 'removeShippingRate', zone: zone('home'), shippingRate: rate })
    expect(bare.zoneRates[0]?.shippingRates).toEqual([])
    expect((await change(bare.version, { action: 'removeZone', zone: zone('home') })).zoneRates).toEqual([])
    expect(await refusal(change(5, { action: 'removeZone', zone: zone('home') }))).toMatchObject({ status: 400 })
  })
})

describe('a discount code', () => {
  test('is added to a cart once, goes with it into the order, and is taken away', async () => {
    const { id } = await code({ code: 'SAVE10', key: 'save' })
    const reference = { typeId: 'discount-code' as const, id }
    const cart = await cartOf(api, { discountCodes: ['SAVE10'] })
    expect(cart.discountCodes).toEqual([{ discountCode: reference, state: 'MatchesCart' }])
    expect((await act(cart, { action: 'addDiscountCode', code: 'SAVE10' })).version).toBe(cart.version)
    expect((await act(cart, { action: 'removeDiscountCode', discountCode: reference })).discountCodes).toEqual([])
    const order = await orderOf(api, { discountCodes: ['SAVE10'] })
    const found = await api
      .orders()
      .get({
        queryArgs: { where: `discountCodes(discountCode(id = "${id}"))`, expand: 'discountCodes[*].discountCode' },
      })
      .execute()
    expect(found.body.results.map(each => each.id)).toEqual([order.id])
    expect(found.body.results[0]?.discountCodes?.[0]?.discountCode).toMatchObject({ obj: { code: 'SAVE10' } })
  })

  test('is refused outside its time, marked when it is switched off, and unique', async () => {
    await code({ code: 'OLD', validUntil: '2020-01-01T00:00:00.000Z' })
    await code({ code: 'OFF', isActive: false })
    expect(await refusal(cartOf(api, { discountCodes: ['OLD'] }))).toMatchObject({
      status: 400,
      error: { code: 'DiscountCodeNonApplicable', discountCode: 'OLD', reason: 'TimeRangeNonApplicable' },
    })
    expect((await cartOf(api, { discountCodes: ['OFF'] })).discountCodes[0]?.state).toBe('NotActive')
    expect(await refusal(code({ code: 'OFF' }))).toMatchObject({ error: { code: 'DuplicateField', field: 'code' } })
  })
})
