/** Orders by the official SDK: from carts and imported, through their states, returns, deliveries and edits. */
import type {
  ByProjectKeyRequestBuilder,
  Order,
  OrderFromCartDraft,
  OrderImportDraft,
  OrderUpdateAction,
  StagedOrderUpdateAction,
} from '@commercetools/platform-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cartOf, orderOf, refusal, sdk, stock, told } from './sdk.ts'
import { at, SUBSCRIPTION, world } from './world.ts'

let shop: Awaited<ReturnType<typeof world>>
let api: ByProjectKeyRequestBuilder

beforeAll(async () => {
  shop = await world({ receives: true })
  api = sdk(shop.emulator.url)
  await stock(api)
  await api
    .channels()
    .post({ body: { key: 'crm', roles: ['OrderExport'] } })
    .execute()
  await api
    .channels()
    .post({ body: { key: 'shelf', roles: ['InventorySupply'] } })
    .execute()
  await api
    .businessUnits()
    .post({ body: { key: 'acme', unitType: 'Company', name: 'Acme' } })
    .execute()
})
afterAll(() => shop[Symbol.asyncDispose]())

const act = async (order: Order, ...actions: OrderUpdateAction[]) =>
  (
    await api
      .orders()
      .withId({ ID: order.id })
      .post({ body: { version: order.version, actions } })
      .execute()
  ).body
const refused = (order: Order, ...actions: OrderUpdateAction[]) => refusal(act(order, ...actions))
const types = async (order: Order) => (await told(api, order.id)).map(each => each.type)
const eur = (centAmount: number) => ({ type: 'centPrecision', currencyCode: 'EUR', centAmount, fractionDigits: 2 })
const signUp = async (email: string) =>
  (
    await api
      .customers()
      .post({ body: { email, password: 'x' } })
      .execute()
  ).body.customer

describe('an order from a cart', () => {
  test('takes over what the cart is, and the cart is ordered', async () => {
    const cart = await cartOf(api, {
      customerEmail: 'guest@example.com',
      anonymousId: 'anon',
      purchaseOrderNumber: 'PO-7',
    })
    const body = {
      cart: { typeId: 'cart', id: cart.id },
      version: cart.version,
      orderNumber: 'A-1',
    } satisfies OrderFromCartDraft
    const order = (await api.orders().post({ body }).execute()).body
    expect(order).toMatchObject({
      version: 1,
      orderNumber: 'A-1',
      purchaseOrderNumber: 'PO-7',
      orderState: 'Open',
      customerEmail: 'guest@example.com',
      anonymousId: 'anon',
      origin: 'Customer',
      cart: { typeId: 'cart', id: cart.id },
      totalPrice: cart.totalPrice,
      taxedPrice: cart.taxedPrice,
      syncInfo: [],
      returnInfo: [],
    })
    expect(order.lineItems).toEqual(cart.lineItems)
    for (const name of ['cartState', 'key', 'paymentState', 'shipmentState', 'deleteDaysAfterLastModification']) {
      expect(order).not.toHaveProperty(name)
    }
    const ordered = (await api.carts().withId({ ID: cart.id }).get().execute()).body
    expect(ordered).toMatchObject({ cartState: 'Ordered', version: cart.version + 1 })
    const change = { version: ordered.version, actions: [{ action: 'setCustomerEmail' } as const] }
    expect((await refusal(api.carts().withId({ ID: cart.id }).post({ body: change }).execute())).error).toMatchObject({
      code: 'InvalidOperation',
    })
    const again = { ...body, version: ordered.version, orderNumber: 'A-2' }
    expect((await refusal(api.orders().post({ body: again }).execute())).error).toMatchObject({
      code: 'InvalidOperation',
    })
    const [created, ...rest] = await told(api, order.id)
    expect(rest).toEqual([])
    expect(created).toMatchObject({
      type: 'OrderCreated',
      sequenceNumber: 1,
      resourceUserProvidedIdentifiers: { orderNumber: 'A-1' },
      order: { id: order.id, orderNumber: 'A-1', lineItems: [{ id: order.lineItems[0]?.id }] },
    })
    expect(at(created, 'order')).not.toHaveProperty('sequence')
    expect((await api.orders().withOrderNumber({ orderNumber: 'A-1' }).get().execute()).body.id).toBe(order.id)
  })

  test('needs the right version, a free number, an address and something in the cart', async () => {
    const cart = await cartOf(api)
    const order = (more: Partial<OrderFromCartDraft>, of = cart) =>
      refusal(
        api
          .orders()
          .post({ body: { cart: { typeId: 'cart', id: of.id }, version: of.version, ...more } })
          .execute(),
      )
    expect(await order({ version: 4 })).toMatchObject({ status: 409, error: { currentVersion: 1 } })
    expect((await order({ orderNumber: 'A-1' })).error).toMatchObject({ code: 'DuplicateField', field: 'orderNumber' })
    expect((await order({ cart: { typeId: 'cart', id: 'none' } })).error).toMatchObject({
      code: 'ReferencedResourceNotFound',
    })
    expect((await order({ orderState: 'Lost' })).error).toMatchObject({
      code: 'InvalidField',
      allowedValues: ['Open', 'Confirmed', 'Complete', 'Cancelled'],
    })
    const nowhere = (
      await api
        .carts()
        .post({ body: { currency: 'EUR', lineItems: [{ sku: 'lamp-1' }] } })
        .execute()
    ).body
    expect((await order({}, nowhere)).error).toMatchObject({ code: 'InvalidOperation' })
    expect((await order({}, await cartOf(api, { lineItems: [] }))).error).toMatchObject({ code: 'InvalidOperation' })
    const split = await cartOf(api, {
      itemShippingAddresses: [{ key: 'there', country: 'DE' }],
      lineItems: [{ sku: 'lamp-1', quantity: 3, shippingDetails: { targets: [{ addressKey: 'there', quantity: 2 }] } }],
    })
    expect(split.lineItems[0]?.shippingDetails?.valid).toBe(false)
    expect((await order({}, split)).error).toMatchObject({ code: 'InvalidItemShippingDetails', subject: 'LineItem' })
  })
})

test('an imported order is kept as it is given', async () => {
  const net = { currencyCode: 'KWD', centAmount: 12_345 }
  const body = {
    orderNumber: 'OLD-1',
    customerEmail: 'old@example.com',
    totalPrice: { currencyCode: 'KWD', centAmount: 13_000 },
    taxedPrice: { totalNet: net, totalGross: { currencyCode: 'KWD', centAmount: 13_000 }, taxPortions: [] },
    orderState: 'Complete',
    paymentState: 'Paid',
    shipmentState: 'Delivered',
    completedAt: '2024-02-03T04:05:06Z',
    country: 'KW',
    lineItems: [
      {
        name: { en: 'Gone' },
        variant: { sku: 'gone-1' },
        quantity: 2,
        price: { value: { currencyCode: 'KWD', centAmount: 6500 } },
      },
    ],
    customLineItems: [{ name: { en: 'Fee' }, slug: 'fee', money: { currencyCode: 'KWD', centAmount: 0 }, quantity: 1 }],
    shippingInfo: {
      shippingMethodName: 'Camel',
      price: { currencyCode: 'KWD', centAmount: 0 },
      shippingRate: { price: { currencyCode: 'KWD', centAmount: 0 } },
      deliveries: [{ items: [], parcels: [{ trackingData: { trackingId: 'T1' } }] }],
    },
  } satisfies OrderImportDraft
  const order = (await api.orders().importOrder().post({ body }).execute()).body
  expect(order).toMatchObject({
    orderState: 'Complete',
    paymentState: 'Paid',
    shipmentState: 'Delivered',
    completedAt: '2024-02-03T04:05:06.000Z',
    totalPrice: { centAmount: 13_000, fractionDigits: 3 },
    taxedPrice: { totalTax: { centAmount: 655, fractionDigits: 3 } },
    shippingInfo: { deliveries: [{ parcels: [{ trackingData: { trackingId: 'T1' } }] }] },
  })
  expect(order.lineItems[0]).toMatchObject({ variant: { sku: 'gone-1', id: 1 }, totalPrice: { centAmount: 13_000 } })
  expect(order).not.toHaveProperty('cart')
  expect(await types(order)).toEqual(['OrderImported'])
  const empty = { totalPrice: body.totalPrice, lineItems: [] }
  expect((await refusal(api.orders().importOrder().post({ body: empty }).execute())).error).toMatchObject({
    code: 'RequiredField',
  })
})

describe('the states of an order', () => {
  test('change one by one, each told with what it was', async () => {
    const order = await orderOf(api)
    const done = await act(
      order,
      { action: 'changeOrderState', orderState: 'Confirmed' },
      { action: 'changeOrderState', orderState: 'Confirmed' },
      { action: 'changePaymentState', paymentState: 'Pending' },
      { action: 'changePaymentState', paymentState: 'Paid' },
      { action: 'changeShipmentState', shipmentState: 'Shipped' },
    )
    expect(done).toMatchObject({ version: 5, orderState: 'Confirmed', paymentState: 'Paid', shipmentState: 'Shipped' })
    const messages = await told(api, order.id)
    expect(messages.map(each => [each.sequenceNumber, each.type, each.resourceVersion])).toEqual([
      [1, 'OrderCreated', 1],
      [2, 'OrderStateChanged', 2],
      [3, 'OrderPaymentStateChanged', 3],
      [4, 'OrderPaymentStateChanged', 4],
      [5, 'OrderShipmentStateChanged', 5],
    ])
    expect(messages[1]).toMatchObject({ orderState: 'Confirmed', oldOrderState: 'Open' })
    expect(messages[2]).not.toHaveProperty('oldPaymentState')
    expect(messages[3]).toMatchObject({ paymentState: 'Paid', oldPaymentState: 'Pending' })
    expect((await refused(done, { action: 'changeShipmentState', shipmentState: 'Cancelled' })).error).toMatchObject({
      code: 'InvalidField',
    })
  })

  test('follow the workflow of the project: from an initial state along its transitions', async () => {
    const state = async (key: string, more: object = {}) =>
      (
        await api
          .states()
          .post({ body: { key, type: 'OrderState', initial: false, ...more } })
          .execute()
      ).body
    const packed = await state('packed', { transitions: [] })
    const picked = await state('picked', { initial: true, transitions: [{ typeId: 'state', id: packed.id }] })
    const order = await orderOf(api)
    const go = (key: string, force?: boolean): OrderUpdateAction => ({
      action: 'transitionState',
      state: { typeId: 'state', key },
      ...(force === undefined ? {} : { force }),
    })
    expect((await refused(order, go('packed'))).error).toMatchObject({ code: 'InvalidOperation' })
    const first = await act(order, go('picked'))
    const second = await act(first, go('packed'))
    expect(second.state).toEqual({ typeId: 'state', id: packed.id })
    expect((await refused(second, go('picked'))).error).toMatchObject({ code: 'InvalidOperation' })
    const back = await act(second, go('picked', true))
    expect(back.state?.id).toBe(picked.id)
    const last = (await told(api, order.id)).at(-1)
    expect(last).toMatchObject({ type: 'OrderStateTransition', force: true, oldState: { id: packed.id } })
    expect((await refused(back, go('Initial'))).error).toMatchObject({ code: 'InvalidInput' })
    const change = { version: 1, actions: [{ action: 'changeType', type: 'OrderState' } as const] }
    expect(
      (await refusal(api.states().withId({ ID: packed.id }).post({ body: change }).execute())).error,
    ).toMatchObject({ code: 'InvalidOperation' })
    expect(
      (
        await refusal(
          api
            .states()
            .withId({ ID: packed.id })
            .delete({ queryArgs: { version: 1 } })
            .execute(),
        )
      ).error,
    ).toMatchObject({ code: 'ReferenceExists' })
  })

  test('of a line item belong to its pieces', async () => {
    const sent = (
      await api
        .states()
        .post({ body: { key: 'sent', type: 'LineItemState' } })
        .execute()
    ).body
    const order = await orderOf(api)
    const [line] = order.lineItems
    const fromState = { typeId: 'state', id: line?.state[0]?.state.id ?? '' } as const
    const move = (quantity: number): OrderUpdateAction => ({
      action: 'transitionLineItemState',
      lineItemId: line?.id ?? '',
      quantity,
      fromState,
      toState: { typeId: 'state', key: 'sent' },
    })
    const done = await act(order, move(1))
    expect(done.lineItems[0]?.state).toEqual([
      { quantity: 1, state: fromState },
      { quantity: 1, state: { typeId: 'state', id: sent.id } },
    ])
    expect((await refused(done, move(2))).error).toMatchObject({ code: 'InvalidInput' })
    expect((await told(api, order.id)).at(-1)).toMatchObject({
      type: 'LineItemStateTransition',
      quantity: 1,
      fromState,
    })
    const imported = await act(done, {
      action: 'importLineItemState',
      lineItemId: line?.id ?? '',
      state: [{ quantity: 2, state: { typeId: 'state', id: sent.id } }],
    })
    expect(imported.lineItems[0]?.state).toHaveLength(1)
    expect(await types(imported)).toHaveLength(2)
  })
})

describe('the people and places of an order', () => {
  test('a business unit buys through its associates', async () => {
    const customer = await signUp('associate@example.com')
    const stranger = await signUp('stranger@example.com')
    await api
      .associateRoles()
      .post({ body: { key: 'buyer', buyerAssignable: true, permissions: ['CreateMyCarts'] } })
      .execute()
    await api
      .businessUnits()
      .post({
        body: {
          key: 'globex',
          unitType: 'Company',
          name: 'Globex',
          associates: [
            {
              customer: { typeId: 'customer', id: customer.id },
              associateRoleAssignments: [{ associateRole: { typeId: 'associate-role', key: 'buyer' } }],
            },
          ],
        },
      })
      .execute()
    const businessUnit = { typeId: 'business-unit', key: 'globex' } as const
    const order = await orderOf(api, { customerId: customer.id, businessUnit })
    expect(order.businessUnit).toEqual(businessUnit)
    expect((await refusal(cartOf(api, { customerId: stranger.id, businessUnit }))).error).toMatchObject({
      code: 'InvalidOperation',
    })
    const unknown: OrderUpdateAction = {
      action: 'setBusinessUnit',
      businessUnit: { typeId: 'business-unit', key: 'none' },
    }
    expect((await refused(order, unknown)).error).toMatchObject({ code: 'ReferencedResourceNotFound', key: 'none' })
    await act(order, { action: 'setBusinessUnit' })
    const cart = await cartOf(api)
    const set = { version: 1, actions: [{ action: 'setBusinessUnit', businessUnit } as const] }
    expect((await refusal(api.carts().withId({ ID: cart.id }).post({ body: set }).execute())).error).toMatchObject({
      code: 'InvalidOperation',
    })
  })

  test('a guest order is attached to the customer who registers later', async () => {
    const order = await orderOf(api, { customerEmail: 'later@example.com' })
    const customer = await signUp('later@example.com')
    const mine = await act(order, { action: 'setCustomerId', customerId: customer.id })
    expect((await told(api, order.id)).at(-1)).toMatchObject({
      type: 'OrderCustomerSet',
      customer: { typeId: 'customer', id: customer.id },
    })
    expect((await refused(mine, { action: 'setCustomerId', customerId: 'nobody' })).error).toMatchObject({
      code: 'ReferencedResourceNotFound',
    })
    const moved = await act(
      mine,
      { action: 'setCustomerEmail', email: 'new@example.com' },
      { action: 'setBillingAddress', address: { country: 'DE', streetName: 'Ring', phone: '1' } },
      { action: 'setShippingAddress', address: { country: 'FR' } },
      { action: 'setLocale', locale: 'fr' },
      { action: 'setBusinessUnit', businessUnit: { typeId: 'business-unit', key: 'acme' } },
      { action: 'setPurchaseOrderNumber', purchaseOrderNumber: 'PO' },
    )
    expect(moved).toMatchObject({ locale: 'fr', businessUnit: { typeId: 'business-unit', key: 'acme' } })
    // Taxes stay as they were when the order was made.
    expect(moved.taxedPrice).toEqual(order.taxedPrice)
    expect((await types(order)).slice(2)).toEqual([
      'OrderCustomerEmailSet',
      'OrderBillingAddressSet',
      'OrderShippingAddressSet',
      'OrderBusinessUnitSet',
      'OrderPurchaseOrderNumberSet',
    ])
    const found = await api
      .orders()
      .get({ queryArgs: { where: `customerId = "${customer.id}"` } })
      .execute()
    expect(found.body.results.map(each => each.id)).toEqual([order.id])
    const unit = await api
      .orders()
      .get({ queryArgs: { where: 'businessUnit(key = "acme")' } })
      .execute()
    expect(unit.body.count).toBe(1)
  })

  test('changes without a message are a change of version all the same', async () => {
    const order = await orderOf(api)
    const done = await act(
      order,
      { action: 'setOrderNumber', orderNumber: 'N-1' },
      { action: 'updateSyncInfo', channel: { typeId: 'channel', key: 'crm' }, externalId: '801000000000001' },
      { action: 'updateSyncInfo', channel: { typeId: 'channel', key: 'crm' }, externalId: '801000000000002' },
    )
    expect(done.version).toBe(4)
    expect(done.syncInfo).toHaveLength(1)
    expect(done.syncInfo[0]).toMatchObject({ externalId: '801000000000002' })
    expect(await types(order)).toEqual(['OrderCreated'])
    expect((await refused(done, { action: 'setOrderNumber', orderNumber: 'N-2' })).error).toMatchObject({
      code: 'InvalidField',
    })
    expect((await refused(await orderOf(api), { action: 'setOrderNumber', orderNumber: 'N-1' })).error).toMatchObject({
      code: 'DuplicateField',
    })
    expect(
      (await refused(done, { action: 'updateSyncInfo', channel: { typeId: 'channel', key: 'shelf' } })).error,
    ).toMatchObject({ code: 'InvalidInput' })
    expect((await refused(done, { action: 'setStore' })).status).toBe(400)
    const found = await api
      .orders()
      .get({ queryArgs: { where: 'syncInfo(externalId = "801000000000002")' } })
      .execute()
    expect(found.body.results.map(each => each.id)).toEqual([order.id])
  })
})

describe('deliveries and returns', () => {
  const shipping = {
    action: 'setCustomShippingMethod',
    shippingMethodName: 'Post',
    shippingRate: { price: { currencyCode: 'EUR', centAmount: 0 } },
  } as const

  test('parcels go out, and are tracked', async () => {
    const bare = await orderOf(api)
    expect((await refused(bare, { action: 'addDelivery' })).error).toMatchObject({ code: 'InvalidOperation' })
    const cart = await cartOf(api)
    const shipped = (
      await api
        .carts()
        .withId({ ID: cart.id })
        .post({ body: { version: 1, actions: [shipping] } })
        .execute()
    ).body
    const order = (
      await api
        .orders()
        .post({ body: { cart: { typeId: 'cart', id: cart.id }, version: shipped.version } })
        .execute()
    ).body
    const items = [{ id: order.lineItems[0]?.id ?? '', quantity: 1 }]
    const sent = await act(order, { action: 'addDelivery', deliveryKey: 'first', items, parcels: [{ key: 'box' }] })
    const done = await act(
      sent,
      { action: 'setParcelTrackingData', parcelKey: 'box', trackingData: { trackingId: 'T-9', carrier: 'DHL' } },
      { action: 'addParcelToDelivery', deliveryKey: 'first', parcelKey: 'bag', items },
      { action: 'removeParcelFromDelivery', parcelKey: 'bag' },
      { action: 'setDeliveryItems', deliveryKey: 'first', items: [] },
      { action: 'setDeliveryAddress', deliveryKey: 'first', address: { country: 'AT' } },
    )
    expect(done.shippingInfo?.deliveries?.[0]).toMatchObject({
      key: 'first',
      items: [],
      address: { country: 'AT' },
      parcels: [{ key: 'box', trackingData: { trackingId: 'T-9' } }],
    })
    expect(await types(order)).toEqual([
      'OrderCreated',
      'DeliveryAdded',
      'ParcelAddedToDelivery',
      'ParcelTrackingDataUpdated',
      'ParcelAddedToDelivery',
      'ParcelRemovedFromDelivery',
      'DeliveryItemsUpdated',
      'DeliveryAddressSet',
    ])
    const versions = (await told(api, order.id)).map(each => each.resourceVersion)
    expect(versions).toEqual([1, 2, 2, 3, 4, 5, 6, 7])
    expect((await refused(done, { action: 'addDelivery', items: [{ id: 'other', quantity: 1 }] })).error).toMatchObject(
      { code: 'InvalidInput' },
    )
    const gone = await act(done, { action: 'removeDelivery', deliveryKey: 'first' })
    expect(gone.shippingInfo?.deliveries).toEqual([])
  })

  test('what comes back is advised, returned, and paid back', async () => {
    const order = await orderOf(api)
    const lineItemId = order.lineItems[0]?.id ?? ''
    const back = await act(order, {
      action: 'addReturnInfo',
      returnTrackingId: 'R-1',
      items: [
        { quantity: 1, lineItemId, shipmentState: 'Returned', key: 'one', comment: 'broken' },
        { quantity: 1, lineItemId, shipmentState: 'Advised', key: 'two' },
      ],
    })
    const [one, two] = back.returnInfo?.[0]?.items ?? []
    expect(one).toMatchObject({
      type: 'LineItemReturnItem',
      shipmentState: 'Returned',
      paymentState: 'Initial',
      comment: 'broken',
    })
    expect(two).toMatchObject({ shipmentState: 'Advised', paymentState: 'NonRefundable' })
    const done = await act(
      back,
      { action: 'setReturnShipmentState', returnItemKey: 'one', shipmentState: 'BackInStock' },
      { action: 'setReturnPaymentState', returnItemId: one?.id ?? '', paymentState: 'Refunded' },
    )
    expect(done.returnInfo?.[0]?.items[0]).toMatchObject({ shipmentState: 'BackInStock', paymentState: 'Refunded' })
    expect(await types(order)).toEqual(['OrderCreated', 'ReturnInfoAdded', 'OrderReturnShipmentStateChanged'])
    const again: OrderUpdateAction = {
      action: 'setReturnShipmentState',
      returnItemKey: 'one',
      shipmentState: 'Returned',
    }
    expect((await refused(done, again)).error).toMatchObject({ code: 'InvalidOperation' })
    const early: OrderUpdateAction = { action: 'setReturnPaymentState', returnItemKey: 'two', paymentState: 'Refunded' }
    expect((await refused(done, early)).error).toMatchObject({ code: 'InvalidOperation' })
    expect((await refused(done, { action: 'addReturnInfo', items: [] })).error).toMatchObject({ code: 'RequiredField' })
  })
})

describe('an order edit', () => {
  const edit = async (order: Order, ...stagedActions: StagedOrderUpdateAction[]) =>
    (
      await api
        .orders()
        .edits()
        .post({ body: { resource: { typeId: 'order', id: order.id }, stagedActions } })
        .execute()
    ).body

  test('shows what it would lead to, and is applied without a change being told', async () => {
    await shop.ok('POST', '/demo/subscriptions', {
      ...SUBSCRIPTION,
      key: 'orders',
      changes: [{ resourceTypeId: 'order' }],
      messages: [{ resourceTypeId: 'order', types: ['OrderEditApplied', 'OrderLineItemAdded'] }],
    })
    const order = await orderOf(api)
    const made = await edit(
      order,
      { action: 'addLineItem', sku: 'lamp-1', quantity: 1 },
      { action: 'setCustomerEmail', email: 'e@example.com' },
    )
    expect(made.result).toMatchObject({
      type: 'PreviewSuccess',
      preview: { totalPrice: eur(5997), customerEmail: 'e@example.com' },
      messagePayloads: [{ type: 'OrderLineItemAdded', addedQuantity: 1 }, { type: 'OrderCustomerEmailSet' }],
    })
    expect((await api.orders().withId({ ID: order.id }).get().execute()).body.version).toBe(1)
    const apply = (editVersion: number, resourceVersion: number) =>
      api.orders().edits().withId({ ID: made.id }).apply().post({ body: { editVersion, resourceVersion } }).execute()
    expect(await refusal(apply(1, 7))).toMatchObject({ status: 409, error: { currentVersion: 1 } })
    const done = (await apply(1, 1)).body
    expect(done.result).toMatchObject({
      type: 'Applied',
      excerptBeforeEdit: { version: 1, totalPrice: eur(3998) },
      excerptAfterEdit: { version: 4, totalPrice: eur(5997) },
    })
    const after = (await api.orders().withId({ ID: order.id }).get().execute()).body
    expect(after).toMatchObject({ version: 4, totalPrice: eur(5997), taxedPrice: { totalGross: eur(5997) } })
    expect(await types(order)).toEqual([
      'OrderCreated',
      'OrderLineItemAdded',
      'OrderCustomerEmailSet',
      'OrderEditApplied',
    ])
    expect((await refusal(apply(2, 4))).error).toMatchObject({ code: 'InvalidOperation' })
    await act(after, { action: 'changeOrderState', orderState: 'Confirmed' })
    const heard = () => shop.inbox.payloads().filter(each => at(each, 'resource', 'id') === order.id)
    await shop.inbox.until(() => heard().some(each => each.version === 5))
    await shop.inbox.until(() => heard().length >= 4)
    expect(
      heard()
        .map(each => [each.notificationType, each.type ?? each.version])
        .toSorted(),
    ).toEqual(
      [
        ['ResourceCreated', 1],
        ['Message', 'OrderLineItemAdded'],
        ['Message', 'OrderEditApplied'],
        ['ResourceUpdated', 5],
      ].toSorted(),
    )
  })

  test('says what stands against it', async () => {
    const order = await orderOf(api)
    const made = await edit(order, { action: 'removeLineItem', lineItemId: 'none' })
    expect(made.result).toMatchObject({ type: 'PreviewFailure', errors: [{ code: 'InvalidInput' }] })
    const body = { editVersion: 1, resourceVersion: 1 }
    expect((await refusal(api.orders().edits().withId({ ID: made.id }).apply().post({ body }).execute())).status).toBe(
      400,
    )
    const better = await api
      .orders()
      .edits()
      .withId({ ID: made.id })
      .post({
        body: {
          version: 1,
          actions: [
            { action: 'setStagedActions', stagedActions: [{ action: 'changeOrderState', orderState: 'Cancelled' }] },
            { action: 'setComment', comment: 'by phone' },
          ],
        },
      })
      .execute()
    expect(better.body).toMatchObject({ version: 3, comment: 'by phone', result: { type: 'PreviewSuccess' } })
    const { results } = (
      await api
        .orders()
        .edits()
        .get({ queryArgs: { where: `resource(id = "${order.id}")` } })
        .execute()
    ).body
    expect(results.map(each => each.id)).toEqual([made.id])
  })
})

test('a deleted order is told whole, or with data erasure not at all', async () => {
  const first = await orderOf(api, { customerEmail: 'keep@example.com' })
  await api
    .orders()
    .withId({ ID: first.id })
    .delete({ queryArgs: { version: 1 } })
    .execute()
  expect((await told(api, first.id)).at(-1)).toMatchObject({
    type: 'OrderDeleted',
    order: { customerEmail: 'keep@example.com' },
  })
  const second = await orderOf(api, { customerEmail: 'erase@example.com' })
  await api
    .orders()
    .withId({ ID: second.id })
    .delete({ queryArgs: { version: 1, dataErasure: true } })
    .execute()
  expect(await told(api, second.id)).toEqual([])
  const erased = () =>
    shop.inbox.payloads().filter(each => at(each, 'resource', 'id') === second.id && each.dataErasure === true)
  await shop.inbox.until(() => erased().length === 1)
})
