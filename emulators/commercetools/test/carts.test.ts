/** Carts by the official SDK: what is in them, what it costs, whose they are, and when they are gone. */
import type { ByProjectKeyRequestBuilder, Cart, CartUpdateAction, MergeCartDraft } from '@commercetools/platform-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CART, cartOf, refusal, sdk, stock } from './sdk.ts'
import { SUBSCRIPTION, world } from './world.ts'

let shop: Awaited<ReturnType<typeof world>>
let api: ByProjectKeyRequestBuilder

beforeAll(async () => {
  shop = await world({ receives: true })
  api = sdk(shop.emulator.url)
  await stock(api)
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
const refused = (cart: Cart, ...actions: CartUpdateAction[]) => refusal(act(cart, ...actions))
const eur = (centAmount: number) => ({ type: 'centPrecision', currencyCode: 'EUR', centAmount, fractionDigits: 2 })
const [item] = CART.lineItems

describe('the totals of a cart', () => {
  test('are worked out from the prices of its products, tax taken out where prices include it', async () => {
    const cart = await cartOf(api)
    expect(cart).toMatchObject({
      version: 1,
      cartState: 'Active',
      totalLineItemQuantity: 2,
      totalPrice: eur(3998),
      taxMode: 'Platform',
      origin: 'Customer',
      deleteDaysAfterLastModification: 90,
      shippingAddress: { key: 'home', city: 'Köln' },
    })
    // 39.98 / 1.19 = 33.5966…
    expect(cart.taxedPrice).toEqual({
      totalNet: eur(3360),
      totalGross: eur(3998),
      totalTax: eur(638),
      taxPortions: [{ name: '19% MwSt', rate: 0.19, amount: eur(638) }],
    })
    expect(cart.lineItems[0]).toMatchObject({
      name: { en: 'Lamp', de: 'Lampe' },
      productKey: 'lamp',
      priceMode: 'Platform',
      variant: { id: 1, sku: 'lamp-1', attributes: [{ name: 'colour', value: 'red' }] },
      price: { value: eur(1999) },
      totalPrice: eur(3998),
      state: [{ quantity: 2, state: { typeId: 'state' } }],
    })
    expect(cart.shippingAddress).not.toHaveProperty('id')
  })

  test('choose the narrowest price: customer group before country', async () => {
    expect((await cartOf(api, { country: 'AT', shippingAddress: { country: 'DE' } })).totalPrice).toEqual(eur(3598))
    const group = { typeId: 'customer-group', key: 'gold' } as const
    const gold = await cartOf(api, { country: 'AT', shippingAddress: { country: 'DE' }, customerGroup: group })
    expect(gold.totalPrice).toEqual(eur(3000))
    const back = await act(gold, { action: 'setCustomerGroup' })
    expect(back.totalPrice).toEqual(eur(3598))
    expect((await act(back, { action: 'setCountry', country: 'DE' })).totalPrice).toEqual(eur(3998))
  })

  test('keep to the digits of the currency, and round precise prices once', async () => {
    const yen = await cartOf(api, { currency: 'JPY', shippingAddress: { country: 'JP' } })
    expect(yen.totalPrice).toEqual({ type: 'centPrecision', currencyCode: 'JPY', centAmount: 5000, fractionDigits: 0 })
    expect(yen.taxedPrice?.totalNet.centAmount).toBe(4545)
    // 3 × 1.23456 = 3.70368
    const bulbs = await cartOf(api, { lineItems: [{ sku: 'bulb-1', quantity: 3 }] })
    expect(bulbs.totalPrice).toEqual(eur(370))
    const many = await act(bulbs, {
      action: 'changeLineItemQuantity',
      lineItemId: bulbs.lineItems[0]?.id ?? '',
      quantity: 100,
    })
    expect(many.totalPrice).toEqual(eur(10_000))
  })

  test('add tax where prices do not include it, by state before country', async () => {
    const draft = { currency: 'USD', country: 'US' }
    const york = await cartOf(api, { ...draft, shippingAddress: { country: 'US', state: 'NY' } })
    expect(york.taxedPrice).toMatchObject({ totalNet: { centAmount: 4198 }, totalGross: { centAmount: 4534 } })
    const ohio = await cartOf(api, { ...draft, shippingAddress: { country: 'US', state: 'OH' } })
    expect(ohio.taxedPrice?.totalGross.centAmount).toBe(4198)
    expect(await refused(ohio, { action: 'setShippingAddress', address: { country: 'FR' } })).toMatchObject({
      status: 400,
      error: { code: 'MissingTaxRateForCountry', country: 'FR' },
    })
    const nowhere = await act(ohio, { action: 'setShippingAddress' })
    expect(nowhere).not.toHaveProperty('taxedPrice')
    expect(nowhere.lineItems[0]).not.toHaveProperty('taxRate')
  })

  test('include shipping, free above its threshold, and custom line items, which may be negative', async () => {
    const cart = await act(
      await cartOf(api),
      {
        action: 'setCustomShippingMethod',
        shippingMethodName: 'Post',
        shippingRate: {
          price: { currencyCode: 'EUR', centAmount: 490 },
          freeAbove: { currencyCode: 'EUR', centAmount: 5000 },
        },
        taxCategory: { typeId: 'tax-category', key: 'standard' },
      },
      {
        action: 'addCustomLineItem',
        name: { en: 'Voucher' },
        slug: 'voucher',
        money: { currencyCode: 'EUR', centAmount: -500 },
        taxCategory: { typeId: 'tax-category', key: 'standard' },
      },
    )
    expect(cart.version).toBe(3)
    expect(cart.totalPrice).toEqual(eur(3998 + 490 - 500))
    expect(cart.taxedPrice?.totalGross).toEqual(eur(3988))
    expect(cart.taxedShippingPrice?.totalGross).toEqual(eur(490))
    const full = await act(cart, { action: 'addLineItem', sku: 'lamp-1' })
    expect(full.lineItems).toHaveLength(1)
    expect(full.lineItems[0]?.quantity).toBe(3)
    expect(full.shippingInfo?.price).toEqual(eur(0))
    expect(full.totalPrice).toEqual(eur(5997 - 500))
    const plain = await act(full, { action: 'setShippingMethod' })
    expect(plain).not.toHaveProperty('shippingInfo')
  })

  test('take prices and taxes from outside when they are told to', async () => {
    const rate = { name: 'outside', amount: 0.2, includedInPrice: false, country: 'DE' }
    const cart = await cartOf(api, {
      taxMode: 'External',
      lineItems: [
        { sku: 'lamp-1', externalPrice: { currencyCode: 'EUR', centAmount: 1001 }, quantity: 3, externalTaxRate: rate },
        {
          sku: 'lamp-1',
          externalTotalPrice: {
            price: { currencyCode: 'EUR', centAmount: 500 },
            totalPrice: { currencyCode: 'EUR', centAmount: 777 },
          },
          quantity: 2,
        },
      ],
    })
    expect(cart.lineItems.map(each => [each.priceMode, each.totalPrice.centAmount])).toEqual([
      ['ExternalPrice', 3003],
      ['ExternalTotal', 777],
    ])
    expect(cart.lineItems[0]?.taxedPrice?.totalGross).toEqual(eur(3604))
    expect(cart).not.toHaveProperty('taxedPrice')
    const second = cart.lineItems[1]?.id ?? ''
    const whole = await act(cart, { action: 'setLineItemTaxRate', lineItemId: second, externalTaxRate: rate })
    expect(whole.taxedPrice?.totalGross).toEqual(eur(3604 + 932))
    const change: CartUpdateAction = {
      action: 'changeLineItemQuantity',
      lineItemId: cart.lineItems[0]?.id ?? '',
      quantity: 1,
    }
    expect((await refused(whole, change)).error).toMatchObject({ code: 'InvalidOperation' })
    expect(
      (await refused(await cartOf(api), { action: 'addLineItem', sku: 'lamp-1', externalTaxRate: rate })).status,
    ).toBe(400)
  })

  test('take tax amounts from outside', async () => {
    const cart = await cartOf(api, { taxMode: 'ExternalAmount' })
    const rate = { name: 'outside', amount: 0.2, country: 'DE' }
    const done = await act(
      cart,
      {
        action: 'setLineItemTaxAmount',
        lineItemId: cart.lineItems[0]?.id ?? '',
        externalTaxAmount: { totalGross: { currencyCode: 'EUR', centAmount: 4798 }, taxRate: rate },
      },
      { action: 'setCartTotalTax', externalTotalGross: { currencyCode: 'EUR', centAmount: 4798 } },
    )
    expect(done.taxedPrice).toMatchObject({ totalNet: eur(3998), totalGross: eur(4798), totalTax: eur(800) })
  })
})

describe('a cart', () => {
  test('refuses what does not exist, by the documented codes', async () => {
    const draft = (more: object) =>
      refusal(
        api
          .carts()
          .post({ body: { ...CART, ...more } })
          .execute(),
      )
    expect(await draft({ currency: 'PLN' })).toMatchObject({
      status: 400,
      error: { code: 'MatchingPriceNotFound', variantId: 1, currency: 'PLN', country: 'DE' },
    })
    expect((await draft({ lineItems: [{ sku: 'nothing' }] })).error).toMatchObject({ code: 'InvalidInput' })
    expect((await draft({ lineItems: [{}] })).error).toMatchObject({ code: 'RequiredField' })
    expect((await draft({ lineItems: [{ ...item, quantity: 0 }] })).error).toMatchObject({ code: 'InvalidField' })
    expect((await draft({ lineItems: [{ ...item, quantity: 1.5 }] })).error).toMatchObject({ code: 'InvalidJsonInput' })
    expect((await draft({ currency: 'Euro' })).error).toMatchObject({ code: 'InvalidJsonInput' })
    expect((await draft({ customerId: 'nobody' })).error).toMatchObject({
      code: 'ReferencedResourceNotFound',
      typeId: 'customer',
      id: 'nobody',
    })
    expect((await draft({ store: { typeId: 'store', key: 'none' } })).error).toMatchObject({ typeId: 'store' })
    expect((await draft({ discountCodes: ['SAVE'] })).error).toMatchObject({
      code: 'DiscountCodeNonApplicable',
      discountCode: 'SAVE',
      reason: 'DoesNotExist',
    })
    expect((await draft({ shippingMethod: { typeId: 'shipping-method', key: 'dhl' } })).error).toMatchObject({
      code: 'ReferencedResourceNotFound',
      typeId: 'shipping-method',
    })
    const lines = Array.from({ length: 501 }, (_, n) => ({ sku: 'lamp-1', key: `line-${n}` }))
    expect((await draft({ lineItems: lines })).status).toBe(400)
    expect((await draft({ lineItems: lines.slice(1) })).status).toBeUndefined()
    expect((await draft({ lineItems: [lines[0], lines[0]] })).error).toMatchObject({ code: 'DuplicateField' })
  })

  test('belongs to a customer, whose group sets its prices; then to nobody', async () => {
    const { customer } = (
      await api
        .customers()
        .post({
          body: { email: 'buyer@example.com', password: 'x', customerGroup: { typeId: 'customer-group', key: 'gold' } },
        })
        .execute()
    ).body
    const cart = await cartOf(api, { anonymousId: 'guest-1', customerEmail: 'guest@example.com' })
    const owned = await act(cart, { action: 'setCustomerId', customerId: customer.id })
    expect(owned).toMatchObject({
      customerId: customer.id,
      customerGroup: customer.customerGroup,
      totalPrice: eur(3000),
    })
    expect((await refused(owned, { action: 'setAnonymousId', anonymousId: 'other' })).error).toMatchObject({
      code: 'InvalidOperation',
    })
    const found = await api.carts().withCustomerId({ customerId: customer.id }).get().execute()
    expect(found.body.id).toBe(cart.id)
    const { results } = (
      await api
        .carts()
        .get({ queryArgs: { where: 'cartState = "Active" and customerId is defined', expand: 'customerGroup' } })
        .execute()
    ).body
    expect(results.map(each => [each.id, each.customerGroup?.obj?.name])).toEqual([[cart.id, 'Gold']])
    const freed = await act(owned, { action: 'setCustomerId' })
    expect(freed).not.toHaveProperty('customerGroup')
    expect(freed.totalPrice).toEqual(eur(3998))
  })

  test('changes by one version for each effective action, and refuses a stale one', async () => {
    const cart = await cartOf(api)
    const done = await act(
      cart,
      { action: 'setCustomerEmail', email: 'a@example.com' },
      { action: 'setCustomerEmail', email: 'a@example.com' },
      { action: 'setKey', key: 'my-cart' },
      { action: 'setLocale', locale: 'de' },
      { action: 'setBillingAddress', address: { country: 'DE', email: 'b@example.com' } },
      { action: 'setPurchaseOrderNumber', purchaseOrderNumber: 'PO-1' },
      { action: 'setDeleteDaysAfterLastModification', deleteDaysAfterLastModification: 5 },
    )
    expect(done).toMatchObject({ version: 7, key: 'my-cart', locale: 'de', purchaseOrderNumber: 'PO-1' })
    expect((await api.carts().withKey({ key: 'my-cart' }).get().execute()).body.id).toBe(cart.id)
    expect(await refused(cart, { action: 'setKey' })).toMatchObject({
      status: 409,
      error: { code: 'ConcurrentModification', currentVersion: 7 },
    })
    expect((await refused(done, { action: 'setLocale', locale: 'tlh' })).error).toMatchObject({ code: 'InvalidField' })
    expect((await refused(done, { action: 'lockCart' })).error).toMatchObject({ code: 'InvalidInput' })
    const many = Array.from({ length: 501 }, () => ({ action: 'setKey' }) as const)
    expect((await refused(done, ...many)).status).toBe(400)
  })

  test('keeps Custom Fields on itself, on its items and on its addresses', async () => {
    await api
      .types()
      .post({
        body: {
          key: 'gift',
          name: { en: 'Gift' },
          resourceTypeIds: ['order', 'line-item', 'address'],
          fieldDefinitions: [{ name: 'wrap', type: { name: 'Boolean' }, label: { en: 'Wrap' }, required: false }],
        },
      })
      .execute()
    const type = { typeId: 'type', key: 'gift' } as const
    const cart = await cartOf(api)
    const lineItemId = cart.lineItems[0]?.id ?? ''
    const done = await act(
      cart,
      { action: 'setCustomType', type, fields: { wrap: true } },
      { action: 'setLineItemCustomType', lineItemId, type },
      { action: 'setLineItemCustomField', lineItemId, name: 'wrap', value: false },
      { action: 'setShippingAddressCustomType', type, fields: { wrap: true } },
    )
    expect([done.custom, done.lineItems[0]?.custom, done.shippingAddress?.custom].map(each => each?.fields)).toEqual([
      { wrap: true },
      { wrap: false },
      { wrap: true },
    ])
    expect((await refused(done, { action: 'setCustomField', name: 'wrap', value: 'yes' })).error).toMatchObject({
      code: 'InvalidField',
    })
    // Another wrapping is another line.
    expect((await act(done, { action: 'addLineItem', sku: 'lamp-1' })).lineItems).toHaveLength(2)
  })

  test('has an order of its items, a time when they come, and Custom Fields wherever something is', async () => {
    await api
      .types()
      .post({
        body: {
          key: 'note',
          name: { en: 'Note' },
          resourceTypeIds: ['shipping', 'address', 'custom-line-item'],
          fieldDefinitions: [{ name: 'note', type: { name: 'String' }, label: { en: 'Note' }, required: false }],
        },
      })
      .execute()
    const type = { typeId: 'type', key: 'note' } as const
    const fields = { note: 'ring twice' }
    const cart = await cartOf(api, {
      lineItems: [{ sku: 'lamp-1' }, { sku: 'bulb-1', inventoryMode: 'TrackOnly' }],
      customLineItems: [{ name: { en: 'Fee' }, slug: 'fee', money: { currencyCode: 'EUR', centAmount: 1 } }],
      itemShippingAddresses: [{ key: 'work', country: 'DE' }],
    })
    const order = cart.lineItems.map(each => each.id).toReversed()
    const from = '2026-12-01T08:00:00.000Z'
    const shippingRate = { price: { currencyCode: 'EUR', centAmount: 0 } }
    const done = await act(
      cart,
      { action: 'changeLineItemsOrder', lineItemOrder: order },
      { action: 'setCustomShippingMethod', shippingMethodName: 'Post', shippingRate, custom: { type } },
      { action: 'setEstimatedDelivery', estimatedDelivery: { from, until: from } },
      { action: 'setShippingCustomField', name: 'note', value: 'ring twice' },
      { action: 'setItemShippingAddressCustomType', addressKey: 'work', type, fields },
      {
        action: 'setCustomLineItemCustomType',
        customLineItemId: cart.customLineItems[0]?.id ?? '',
        type,
        fields,
      },
    )
    expect(done.lineItems.map(each => each.id)).toEqual(order)
    expect(done.lineItems[0]?.inventoryMode).toBe('TrackOnly')
    expect(done.shippingInfo?.estimatedDelivery).toEqual({ from, until: from })
    expect(
      [done.shippingCustomFields, done.itemShippingAddresses[0]?.custom, done.customLineItems[0]?.custom].map(
        each => each?.fields,
      ),
    ).toEqual([fields, fields, fields])
    const twice: CartUpdateAction = { action: 'changeLineItemsOrder', lineItemOrder: [order[0] ?? '', order[0] ?? ''] }
    expect((await refused(done, twice)).error).toMatchObject({ code: 'InvalidInput' })
  })

  test('frozen hard, keeps its contents and lets go of nothing but people', async () => {
    const cart = await act(await cartOf(api), { action: 'freezeCart', strategy: 'HardFreeze' })
    expect(cart.cartState).toBe('Frozen')
    expect((await refused(cart, { action: 'addLineItem', sku: 'lamp-1' })).error).toMatchObject({
      code: 'InvalidOperation',
    })
    expect((await act(cart, { action: 'setCustomerEmail', email: 'still@example.com' })).customerEmail).toBeDefined()
    const thawed = await api.carts().withId({ ID: cart.id }).get().execute()
    const active = await act(thawed.body, { action: 'unfreezeCart' })
    expect(active.cartState).toBe('Active')
    expect((await refused(active, { action: 'unfreezeCart' })).error).toMatchObject({ code: 'InvalidOperation' })
    const empty = await act(active, { action: 'removeLineItem', lineItemId: active.lineItems[0]?.id ?? '' })
    expect(empty.totalPrice).toEqual(eur(0))
    expect(empty).not.toHaveProperty('totalLineItemQuantity')
    expect((await refused(empty, { action: 'freezeCart' })).error).toMatchObject({ code: 'InvalidOperation' })
  })

  test('follows the prices and names of products when it is recalculated, not before', async () => {
    const draft = {
      key: 'desk',
      productType: { typeId: 'product-type', key: 'thing' } as const,
      name: { en: 'Desk' },
      slug: { en: 'desk' },
      publish: true,
      masterVariant: { sku: 'desk-1', prices: [{ value: { currencyCode: 'EUR', centAmount: 9900 } }] },
    }
    const desk = (await api.products().post({ body: draft }).execute()).body
    const cart = await cartOf(api, { lineItems: [{ sku: 'desk-1' }] })
    const priceId = desk.masterData.current.masterVariant.prices?.[0]?.id ?? ''
    await api
      .products()
      .withId({ ID: desk.id })
      .post({
        body: {
          version: 1,
          actions: [
            { action: 'changePrice', priceId, price: { value: { currencyCode: 'EUR', centAmount: 8800 } } },
            { action: 'changeName', name: { en: 'Table' } },
            { action: 'publish' },
          ],
        },
      })
      .execute()
    const touched = await act(cart, { action: 'setLocale', locale: 'en' })
    expect(touched.totalPrice).toEqual(eur(9900))
    const priced = await act(touched, { action: 'recalculate' })
    expect([priced.totalPrice.centAmount, priced.lineItems[0]?.name.en]).toEqual([8800, 'Desk'])
    const renewed = await act(priced, { action: 'recalculate', updateProductData: true })
    expect(renewed.lineItems[0]?.name.en).toBe('Table')
  })

  test('is found in its own store alone, and keeps to the countries of the store', async () => {
    await api
      .stores()
      .post({ body: { key: 'paris', languages: [], countries: [{ code: 'FR' }, { code: 'DE' }] } })
      .execute()
    const store = api.inStoreKeyWithStoreKeyValue({ storeKey: 'paris' })
    const cart = (await store.carts().post({ body: CART }).execute()).body
    expect(cart.store).toEqual({ typeId: 'store', key: 'paris' })
    await cartOf(api)
    expect((await store.carts().get().execute()).body.results.map(each => each.id)).toEqual([cart.id])
    const elsewhere = await cartOf(api)
    expect((await refusal(store.carts().withId({ ID: elsewhere.id }).get().execute())).status).toBe(404)
    expect(
      (
        await refusal(
          store
            .carts()
            .post({ body: { ...CART, country: 'US' } })
            .execute(),
        )
      ).error,
    ).toMatchObject({
      code: 'CountryNotConfiguredInStore',
      country: 'US',
      storeCountries: ['FR', 'DE'],
    })
  })

  test('of a guest is poured into that of the customer who turns out to be the guest', async () => {
    const { customer } = (
      await api
        .customers()
        .post({ body: { email: 'merge@example.com', password: 'x' } })
        .execute()
    ).body
    const merge = (body: MergeCartDraft) =>
      api.carts().customerIdWithCustomerIdValueMerge({ customerId: customer.id }).post({ body }).execute()
    const first = await cartOf(api, { anonymousId: 'guest-a' })
    const mine = (await merge({ anonymousId: 'guest-a' })).body
    expect(mine).toMatchObject({ id: first.id, customerId: customer.id, cartState: 'Active' })
    const second = await cartOf(api, {
      anonymousId: 'guest-b',
      lineItems: [
        { sku: 'lamp-1', quantity: 5 },
        { sku: 'bulb-1', quantity: 1 },
      ],
    })
    const both = (await merge({ anonymousCart: { typeId: 'cart', id: second.id } })).body
    expect(both.id).toBe(mine.id)
    expect(both.lineItems.map(each => [each.variant.sku, each.quantity])).toEqual([
      ['lamp-1', 5],
      ['bulb-1', 1],
    ])
    expect(both).toMatchObject({ totalPrice: eur(5 * 1999 + 123), totalLineItemQuantity: 6 })
    expect((await api.carts().withId({ ID: second.id }).get().execute()).body).toMatchObject({
      cartState: 'Merged',
      version: 2,
    })
    expect((await refusal(merge({ anonymousCart: { typeId: 'cart', id: second.id } }))).error).toMatchObject({
      code: 'InvalidOperation',
    })
    expect((await refusal(merge({ anonymousId: 'nobody' }))).status).toBe(404)
  })

  test('is copied with its contents under ids of its own', async () => {
    const cart = await cartOf(api, { customerEmail: 'twice@example.com' })
    const copy = (
      await api
        .carts()
        .replicate()
        .post({ body: { reference: { typeId: 'cart', id: cart.id } } })
        .execute()
    ).body
    expect(copy).toMatchObject({ version: 1, totalPrice: cart.totalPrice, customerEmail: 'twice@example.com' })
    expect(copy.id).not.toBe(cart.id)
    expect(copy.lineItems[0]?.id).not.toBe(cart.lineItems[0]?.id)
  })
})

describe('of carts', () => {
  test('Subscriptions hear of the creation alone, and time removes them', async () => {
    await shop.ok('POST', '/demo/subscriptions', {
      ...SUBSCRIPTION,
      key: 'carts',
      changes: [{ resourceTypeId: 'cart' }, { resourceTypeId: 'channel' }],
      messages: [],
    })
    const cart = await cartOf(api, { deleteDaysAfterLastModification: 2 })
    const changed = await act(cart, { action: 'setCustomerEmail', email: 'late@example.com' })
    const kept = await cartOf(api)
    const day = 86_400_000
    await shop.control('POST', 'clock', { advanceMs: 2 * day - 60_000 })
    expect((await api.carts().withId({ ID: cart.id }).get().execute()).body.version).toBe(changed.version)
    await shop.control('POST', 'clock', { advanceMs: 120_000 })
    expect((await refusal(api.carts().withId({ ID: cart.id }).get().execute())).status).toBe(404)
    expect((await api.carts().withId({ ID: kept.id }).get().execute()).statusCode).toBe(200)
    const channel = (
      await api
        .channels()
        .post({ body: { key: 'last' } })
        .execute()
    ).body
    await shop.inbox.until(pushes => pushes.some(each => JSON.stringify(each.payload).includes(channel.id)))
    const heard = shop.inbox.payloads().filter(each => JSON.stringify(each).includes('"cart"'))
    expect(heard.map(each => [each.notificationType, each.version])).toEqual([
      ['ResourceCreated', 1],
      ['ResourceCreated', 1],
    ])
  })
})
