/** Quotes by the official SDK: a buyer asks, a seller answers, they talk again, and an order follows. */
import type {
  BusinessUnit,
  ByProjectKeyRequestBuilder,
  Cart,
  CartDraft,
  Customer,
  Quote,
  QuoteRequest,
  QuoteRequestDraft,
  QuoteRequestUpdateAction,
  QuoteUpdateAction,
  StagedQuote,
  StagedQuoteUpdateAction,
} from '@commercetools/platform-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cartOf, refusal, sdk, stock, told } from './sdk.ts'
import { SUBSCRIPTION, world } from './world.ts'

let shop: Awaited<ReturnType<typeof world>>
let api: ByProjectKeyRequestBuilder
let buyer: Customer
let unit: BusinessUnit

beforeAll(async () => {
  shop = await world({ receives: true })
  await shop.control('POST', 'clock', { freeze: true })
  api = sdk(shop.emulator.url)
  await stock(api)
  for (const key of ['wholesale', 'retail']) await api.stores().post({ body: { key } }).execute()
  await api
    .types()
    .post({
      body: {
        key: 'deal',
        name: { en: 'Deal' },
        resourceTypeIds: ['quote-request', 'staged-quote', 'quote'],
        fieldDefinitions: ['opportunity', 'owner'].map(name => ({
          name,
          type: { name: 'String' },
          label: { en: name },
          required: false,
        })),
      },
    })
    .execute()
  for (const type of ['QuoteRequestState', 'StagedQuoteState', 'QuoteState'] as const) {
    const second = await api
      .states()
      .post({ body: { key: `${type}-2`, type, initial: false } })
      .execute()
    const transitions = [{ typeId: 'state' as const, id: second.body.id }]
    await api
      .states()
      .post({ body: { key: `${type}-1`, type, initial: true, transitions } })
      .execute()
    await api
      .states()
      .post({ body: { key: `${type}-3`, type, initial: false } })
      .execute()
  }
  buyer = (
    await api
      .customers()
      .post({
        body: { email: 'buyer@example.com', password: 'x', customerGroup: { typeId: 'customer-group', key: 'gold' } },
      })
      .execute()
  ).body.customer
  await api
    .associateRoles()
    .post({ body: { key: 'buyer' } })
    .execute()
  unit = (
    await api
      .businessUnits()
      .post({
        body: {
          key: 'acme',
          unitType: 'Company',
          name: 'Acme',
          stores: [{ typeId: 'store', key: 'wholesale' }],
          associates: [
            {
              customer: { typeId: 'customer', id: buyer.id },
              associateRoleAssignments: [{ associateRole: { typeId: 'associate-role', key: 'buyer' } }],
            },
          ],
        },
      })
      .execute()
  ).body
})
afterAll(() => shop[Symbol.asyncDispose]())

const basketOf = (more: Partial<CartDraft> = {}) =>
  cartOf(api, {
    customerId: buyer.id,
    businessUnit: { typeId: 'business-unit', id: unit.id },
    store: { typeId: 'store', key: 'wholesale' },
    ...more,
  })
const ask = async (cart: Cart, more: Partial<QuoteRequestDraft> = {}) =>
  (
    await api
      .quoteRequests()
      .post({ body: { cart: { typeId: 'cart', id: cart.id }, cartVersion: cart.version, ...more } })
      .execute()
  ).body
const requestOf = async (more: Partial<QuoteRequestDraft> = {}) => ask(await basketOf(), more)
const stage = async (request: QuoteRequest, more = {}) =>
  (
    await api
      .stagedQuotes()
      .post({
        body: {
          quoteRequest: { typeId: 'quote-request', id: request.id },
          quoteRequestVersion: request.version,
          ...more,
        },
      })
      .execute()
  ).body
const quote = async (staged: StagedQuote, more = {}) =>
  (
    await api
      .quotes()
      .post({
        body: { stagedQuote: { typeId: 'staged-quote', id: staged.id }, stagedQuoteVersion: staged.version, ...more },
      })
      .execute()
  ).body
const actRequest = async ({ id, version }: QuoteRequest, ...actions: QuoteRequestUpdateAction[]) =>
  (await api.quoteRequests().withId({ ID: id }).post({ body: { version, actions } }).execute()).body
const actStaged = async ({ id, version }: StagedQuote, ...actions: StagedQuoteUpdateAction[]) =>
  (await api.stagedQuotes().withId({ ID: id }).post({ body: { version, actions } }).execute()).body
const actQuote = async ({ id, version }: Quote, ...actions: QuoteUpdateAction[]) =>
  (await api.quotes().withId({ ID: id }).post({ body: { version, actions } }).execute()).body
const order = async ({ id, version }: Quote, more = {}) =>
  (
    await api
      .orders()
      .orderQuote()
      .post({ body: { quote: { typeId: 'quote', id }, version, ...more } })
      .execute()
  ).body
const types = async (id: string) => (await told(api, id)).map(each => each.type)

describe('a negotiation', () => {
  test('goes from a cart to an order, each step told and pointing at the one before', async () => {
    const cart = await basketOf({ purchaseOrderNumber: 'PO-1' })
    const asked = await ask(cart, {
      key: 'deal-1',
      comment: 'Cheaper?',
      custom: { type: { typeId: 'type', key: 'deal' }, fields: { opportunity: '006', owner: 'ann' } },
    })
    expect(asked).toMatchObject({
      version: 1,
      key: 'deal-1',
      quoteRequestState: 'Submitted',
      comment: 'Cheaper?',
      customer: { typeId: 'customer', id: buyer.id },
      customerGroup: buyer.customerGroup,
      businessUnit: { typeId: 'business-unit', key: 'acme' },
      store: { typeId: 'store', key: 'wholesale' },
      cart: { typeId: 'cart', id: cart.id },
      totalPrice: cart.totalPrice,
      lineItems: cart.lineItems,
      purchaseOrderNumber: 'PO-1',
    })
    const untouched = await api.carts().withId({ ID: cart.id }).get().execute()
    expect(untouched.body).toEqual(cart)

    const staged = await stage(asked, {
      quoteRequestStateToAccepted: true,
      custom: { type: { typeId: 'type', key: 'deal' }, fields: { owner: 'ben' } },
    })
    expect(staged).toMatchObject({
      stagedQuoteState: 'InProgress',
      quoteRequest: { typeId: 'quote-request', id: asked.id },
      customer: asked.customer,
      purchaseOrderNumber: 'PO-1',
      businessUnit: asked.businessUnit,
      store: asked.store,
      custom: { fields: { opportunity: '006', owner: 'ben' } },
    })
    expect((await api.quoteRequests().withKey({ key: 'deal-1' }).get().execute()).body).toMatchObject({
      version: 2,
      quoteRequestState: 'Accepted',
    })
    const quotation = (await api.carts().withId({ ID: staged.quotationCart.id }).get().execute()).body
    expect(quotation).toMatchObject({ origin: 'Quote', customerId: buyer.id, totalPrice: asked.totalPrice })
    const [line] = quotation.lineItems
    await api
      .carts()
      .withId({ ID: quotation.id })
      .post({
        body: {
          version: quotation.version,
          actions: [{ action: 'changeLineItemQuantity', lineItemId: line?.id ?? '', quantity: 10 }],
        },
      })
      .execute()
    const ready = await actStaged(
      staged,
      { action: 'setSellerComment', sellerComment: 'Ten of them' },
      { action: 'setValidTo', validTo: '2100-01-01T00:00:00.000Z' },
    )
    const offer = await quote(ready, { stagedQuoteStateToSent: true })
    expect(offer).toMatchObject({
      quoteState: 'Pending',
      quoteRequest: { typeId: 'quote-request', id: asked.id },
      stagedQuote: { typeId: 'staged-quote', id: staged.id },
      sellerComment: 'Ten of them',
      validTo: '2100-01-01T00:00:00.000Z',
      totalPrice: { centAmount: 15_000, currencyCode: 'EUR', fractionDigits: 2 },
      custom: { fields: { opportunity: '006', owner: 'ben' } },
    })
    const ordered = await order(offer, { orderNumber: 'Q-1', quoteStateToAccepted: true })
    expect(ordered).toMatchObject({
      orderNumber: 'Q-1',
      origin: 'Quote',
      quote: { typeId: 'quote', id: offer.id },
      customerId: buyer.id,
      customerEmail: 'buyer@example.com',
      businessUnit: { key: 'acme' },
      totalPrice: offer.totalPrice,
    })
    expect((await api.quotes().withId({ ID: offer.id }).get().execute()).body).toMatchObject({
      version: 2,
      quoteState: 'Accepted',
    })
    expect(await told(api, asked.id)).toMatchObject([
      { type: 'QuoteRequestCreated', sequenceNumber: 1, quoteRequest: { id: asked.id, version: 1 } },
      {
        type: 'QuoteRequestStateChanged',
        sequenceNumber: 2,
        quoteRequestState: 'Accepted',
        oldQuoteRequestState: 'Submitted',
      },
    ])
    expect(await told(api, staged.id)).toMatchObject([
      { type: 'StagedQuoteCreated', stagedQuote: { id: staged.id } },
      { type: 'StagedQuoteSellerCommentSet', sellerComment: 'Ten of them' },
      { type: 'StagedQuoteValidToSet', validTo: '2100-01-01T00:00:00.000Z' },
      {
        type: 'StagedQuoteStateChanged',
        stagedQuoteState: 'Sent',
        oldStagedQuoteState: 'InProgress',
        sequenceNumber: 4,
      },
    ])
    expect(await told(api, offer.id)).toMatchObject([
      { type: 'QuoteCreated', quote: { id: offer.id, quoteState: 'Pending' } },
      { type: 'QuoteStateChanged', quoteState: 'Accepted', oldQuoteState: 'Pending' },
    ])
    expect(await types(ordered.id)).toEqual(['OrderCreated'])
  })

  test('may be talked about again once, and only while the quote is pending', async () => {
    const offer = await quote(await stage(await requestOf()))
    const again = await actQuote(offer, { action: 'requestQuoteRenegotiation', buyerComment: 'Still too dear' })
    expect(again).toMatchObject({ version: 2, quoteState: 'DeclinedForRenegotiation', buyerComment: 'Still too dear' })
    expect((await told(api, offer.id)).at(-1)).toMatchObject({
      type: 'QuoteRenegotiationRequested',
      buyerComment: 'Still too dear',
    })
    expect(await refusal(actQuote(again, { action: 'requestQuoteRenegotiation' }))).toMatchObject({
      status: 400,
      error: { code: 'InvalidOperation' },
    })
    const done = await actQuote(again, { action: 'changeQuoteState', quoteState: 'RenegotiationAddressed' })
    expect(done.quoteState).toBe('RenegotiationAddressed')
    expect(await refusal(order(done))).toMatchObject({ error: { code: 'InvalidOperation' } })
  })

  test('is told to Subscriptions as changes too', async () => {
    const kinds = ['quote-request', 'staged-quote', 'quote', 'business-unit', 'associate-role', 'store']
    await shop.ok('POST', '/demo/subscriptions', {
      ...SUBSCRIPTION,
      key: 'deals',
      changes: kinds.map(resourceTypeId => ({ resourceTypeId })),
      messages: kinds.map(resourceTypeId => ({ resourceTypeId })),
    })
    const asked = await requestOf()
    await quote(await stage(asked, { quoteRequestStateToAccepted: true }))
    const changed = (typeId: string, kind: string) =>
      shop.inbox.pushes.some(
        ({ payload }) =>
          payload.notificationType === kind && (payload.resource as { typeId: string } | undefined)?.typeId === typeId,
      )
    await shop.inbox.until(
      () =>
        ['quote-request', 'staged-quote', 'quote'].every(
          each => changed(each, 'ResourceCreated') && changed(each, 'Message'),
        ) && changed('quote-request', 'ResourceUpdated'),
    )
  })
})

describe('update actions', () => {
  test('of a quote request: all five', async () => {
    const other = (
      await api
        .customers()
        .post({ body: { email: 'other@example.com', password: 'x' } })
        .execute()
    ).body.customer
    let row = await requestOf()
    const { customerGroup } = row
    const [first] = (
      await api
        .states()
        .get({ queryArgs: { where: 'key = "QuoteRequestState-1"' } })
        .execute()
    ).body.results
    row = await actRequest(row, { action: 'transitionState', state: { typeId: 'state', key: 'QuoteRequestState-1' } })
    expect(row).toMatchObject({ version: 2, state: { typeId: 'state', id: first?.id } })
    row = await actRequest(
      row,
      { action: 'setCustomType', type: { typeId: 'type', key: 'deal' }, fields: { opportunity: 'a' } },
      { action: 'setCustomField', name: 'opportunity', value: 'b' },
      { action: 'changeCustomer', customer: { typeId: 'customer', id: other.id } },
      { action: 'changeQuoteRequestState', quoteRequestState: 'Rejected' },
      { action: 'changeQuoteRequestState', quoteRequestState: 'Rejected' },
    )
    expect(row).toMatchObject({ version: 6, custom: { fields: { opportunity: 'b' } }, customerGroup })
    expect(await told(api, row.id)).toMatchObject([
      { type: 'QuoteRequestCreated' },
      { type: 'QuoteRequestStateTransition', state: { id: first?.id }, force: false },
      {
        type: 'QuoteRequestCustomerChanged',
        customer: { id: other.id },
        previousCustomer: { id: buyer.id },
        resourceVersion: 5,
      },
      { type: 'QuoteRequestStateChanged', quoteRequestState: 'Rejected' },
    ])
  })

  test('of staged quotes and quotes: workflow states follow their transitions unless forced', async () => {
    const staged = await stage(await requestOf())
    const to = (n: number, force = false) =>
      ({ action: 'transitionState', state: { typeId: 'state', key: `StagedQuoteState-${n}` }, force }) as const
    expect(await refusal(actStaged(staged, to(2)))).toMatchObject({ error: { code: 'InvalidOperation' } })
    const begun = await actStaged(staged, to(1))
    expect(await refusal(actStaged(begun, to(3)))).toMatchObject({ error: { code: 'InvalidOperation' } })
    const forced = await actStaged(begun, to(3, true))
    expect((await told(api, staged.id)).at(-1)).toMatchObject({ type: 'StagedQuoteStateTransition', force: true })
    const cleared = await actStaged(
      forced,
      { action: 'setSellerComment', sellerComment: 'x' },
      { action: 'setSellerComment' },
      { action: 'setValidTo', validTo: '2050-01-01T00:00:00Z' },
      { action: 'setValidTo' },
    )
    expect(cleared).not.toHaveProperty('sellerComment')
    expect(cleared).not.toHaveProperty('validTo')
    const offer = await quote(cleared, { state: { typeId: 'state', key: 'QuoteState-1' } })
    const moved = await actQuote(offer, { action: 'transitionState', state: { typeId: 'state', key: 'QuoteState-2' } })
    expect((await told(api, offer.id)).at(-1)).toMatchObject({
      type: 'QuoteStateTransition',
      oldState: offer.state,
      state: moved.state,
    })
    await actStaged((await api.stagedQuotes().withId({ ID: staged.id }).get().execute()).body, {
      action: 'changeStagedQuoteState',
      stagedQuoteState: 'Closed',
    })
  })
})

describe('queries and deletion', () => {
  test('find negotiations by what they belong to', async () => {
    const asked = await requestOf({ key: 'find-me' })
    const staged = await stage(asked)
    const offer = await quote(staged)
    const found = async (where: string) => (await api.quotes().get({ queryArgs: { where } }).execute()).body.results
    expect(await found(`quoteRequest(id="${asked.id}") and quoteState="Pending"`)).toMatchObject([{ id: offer.id }])
    const requests = await api
      .quoteRequests()
      .get({
        queryArgs: {
          where: 'businessUnit(key="acme") and totalPrice(centAmount > 100) and key = "find-me"',
          expand: ['customer', 'businessUnit'],
        },
      })
      .execute()
    expect(requests.body.results).toMatchObject([{ id: asked.id, customer: { obj: { email: buyer.email } } }])
    const inStore = (storeKey: string) =>
      api.inStoreKeyWithStoreKeyValue({ storeKey }).quoteRequests().withKey({ key: 'find-me' }).get().execute()
    expect((await inStore('wholesale')).body.id).toBe(asked.id)
    expect(await refusal(inStore('retail'))).toMatchObject({ status: 404 })

    const gone = (version: number) =>
      api.quoteRequests().withId({ ID: asked.id }).delete({ queryArgs: { version } }).execute()
    expect(await refusal(gone(1))).toMatchObject({ error: { code: 'ReferenceExists', referencedBy: 'staged-quote' } })
    await api
      .quotes()
      .withId({ ID: offer.id })
      .delete({ queryArgs: { version: 1 } })
      .execute()
    await api
      .stagedQuotes()
      .withId({ ID: staged.id })
      .delete({ queryArgs: { version: 1 } })
      .execute()
    await gone(1)
    for (const [id, type] of [
      [asked.id, 'QuoteRequestDeleted'],
      [staged.id, 'StagedQuoteDeleted'],
      [offer.id, 'QuoteDeleted'],
    ] as const)
      expect((await told(api, id)).at(-1)).toMatchObject({ type })
  })
})

describe('what is refused', () => {
  test('carts of a business unit outside its stores', async () => {
    const draft = { customerId: buyer.id, businessUnit: { typeId: 'business-unit' as const, key: 'acme' } }
    const make = (more: Partial<CartDraft> = {}) => refusal(cartOf(api, { ...draft, ...more }))
    for (const more of [{}, { store: { typeId: 'store', key: 'retail' } as const }])
      expect(await make(more)).toMatchObject({ status: 400, error: { code: 'InvalidOperation' } })
    const below = {
      key: 'acme-lab',
      unitType: 'Division',
      name: 'Lab',
      parentUnit: { typeId: 'business-unit', key: 'acme' },
    } as const
    await api
      .businessUnits()
      .post({ body: { ...below, associates: unit.associates } })
      .execute()
    const inherited = await cartOf(api, {
      ...draft,
      businessUnit: { typeId: 'business-unit', key: 'acme-lab' },
      store: { typeId: 'store', key: 'wholesale' },
    })
    expect(inherited).toMatchObject({ businessUnit: { key: 'acme-lab' }, store: { key: 'wholesale' } })
  })

  test('requests for carts that a quote can not be made of', async () => {
    const why = async (more: Partial<CartDraft>) => refusal(ask(await basketOf(more)))
    const anonymous = await cartOf(api, { anonymousId: 'a' })
    expect(await refusal(ask(anonymous))).toMatchObject({ status: 400, error: { code: 'InvalidOperation' } })
    const bare = { customerId: buyer.id, currency: 'EUR', lineItems: [{ sku: 'lamp-1', quantity: 1 }] }
    const homeless = (await api.carts().post({ body: bare }).execute()).body
    expect(await refusal(ask(homeless))).toMatchObject({ status: 400, error: { code: 'InvalidOperation' } })
    expect(await why({ lineItems: [] })).toMatchObject({ status: 400, error: { code: 'InvalidOperation' } })
    const cart = await basketOf()
    expect(await refusal(ask(cart, { cartVersion: 7 }))).toMatchObject({
      status: 409,
      error: { code: 'ConcurrentModification', currentVersion: 1 },
    })
    expect(await refusal(ask(cart, { cart: { typeId: 'cart', id: 'none' } }))).toMatchObject({
      error: { code: 'ReferencedResourceNotFound', typeId: 'cart' },
    })
    expect(await refusal(ask(cart, { state: { typeId: 'state', id: 'none' } }))).toMatchObject({
      error: { code: 'ReferencedResourceNotFound', typeId: 'state' },
    })
    await ask(cart, { key: 'taken' })
    expect(await refusal(ask(cart, { key: 'taken' }))).toMatchObject({
      error: { code: 'DuplicateField', field: 'key' },
    })
  })

  test('steps out of turn, stale versions and words that are no state', async () => {
    const asked = await requestOf()
    expect(
      await refusal(actRequest(asked, { action: 'changeQuoteRequestState', quoteRequestState: 'Lost' })),
    ).toMatchObject({
      status: 400,
      error: { code: 'InvalidField', field: 'quoteRequestState' },
    })
    const cancelled = await actRequest(asked, { action: 'changeQuoteRequestState', quoteRequestState: 'Cancelled' })
    expect(await refusal(stage(cancelled))).toMatchObject({ error: { code: 'InvalidOperation' } })
    expect(await refusal(stage(asked))).toMatchObject({ status: 409 })
    const staged = await stage(await requestOf())
    const closed = await actStaged(staged, { action: 'changeStagedQuoteState', stagedQuoteState: 'Closed' })
    expect(await refusal(quote(closed))).toMatchObject({ error: { code: 'InvalidOperation' } })
    const offer = await quote(await stage(await requestOf()))
    expect(
      await refusal(actQuote(offer, { action: 'changeQuoteState', quoteState: 'DeclinedForRenegotiation' })),
    ).toMatchObject({ error: { code: 'InvalidField', field: 'quoteState' } })
    expect(await refusal(order({ ...offer, version: 9 }))).toMatchObject({ status: 409 })
  })

  test('an order from a quote that has run out', async () => {
    const now = (await shop.control('GET', 'clock')).now
    const validTo = new Date(Date.parse(String(now)) + 60_000).toISOString()
    const offer = await quote(await actStaged(await stage(await requestOf()), { action: 'setValidTo', validTo }))
    await shop.control('POST', 'clock', { advanceMs: 60_001 })
    expect(await refusal(order(offer))).toMatchObject({ status: 400, error: { code: 'InvalidOperation' } })
  })
})
