/** Negotiations, from the buyer's request to the order, as the sales representative's deals. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CrmRow, type Customer, type World, world } from '../world.ts'

const address = { firstName: 'Ada', lastName: 'Byron', city: 'Bern', country: 'CH' }
const reference = (typeId: string, { id }: Customer) => ({ typeId, id })

describe('a quote', { timeout: 120_000 }, () => {
  let now: World
  let n = 0

  beforeAll(async () => {
    now = await world({
      config: {
        orders: 'order',
        quotes: 'opportunity',
        currency: { code: 'EUR' },
        pace: { burst: 10_000 },
        mappings: { 'quote-opportunity': { stages: { 'quote.DeclinedForRenegotiation': 'Perception Analysis' } } },
      },
      subscribeTo: ['order', 'quote-request', 'staged-quote', 'quote'],
    })
  })
  afterAll(() => now?.[Symbol.asyncDispose]())

  const somebody = (): Promise<Customer> =>
    now.shopper.signsUp({ email: `buyer${++n}@example.com`, password: 'p', lastName: `Byron ${n}` })

  const asks = async (customer: Customer, more: Record<string, unknown> = {}, currency = 'EUR'): Promise<Customer> => {
    const cart = await now.merchant.makes('carts', {
      currency,
      customerId: customer.id,
      taxMode: 'Disabled',
      shippingAddress: address,
      customLineItems: [
        { name: { en: 'Crane' }, slug: 'crane', quantity: 2, money: { currencyCode: currency, centAmount: 500_000 } },
      ],
    })
    return now.merchant.makes('quote-requests', { cart: reference('cart', cart), cartVersion: cart.version, ...more })
  }
  const drafts = (request: Customer): Promise<Customer> =>
    now.merchant.makes('staged-quotes', {
      quoteRequest: reference('quote-request', request),
      quoteRequestVersion: request.version,
      quoteRequestStateToAccepted: true,
    })
  const offers = async (draft: Customer): Promise<Customer> => {
    const { version } = await now.merchant.sees('staged-quotes', draft)
    return now.merchant.makes('quotes', {
      stagedQuote: reference('staged-quote', draft),
      stagedQuoteVersion: version,
      stagedQuoteStateToSent: true,
    })
  }
  const buys = async (quote: Customer, orderNumber: string): Promise<Customer> => {
    const { version } = await now.merchant.sees('quotes', quote)
    return now.merchant.makes('orders/quotes', {
      quote: reference('quote', quote),
      version,
      quoteStateToAccepted: true,
      orderNumber,
    })
  }
  const deals = (): Promise<CrmRow[]> => now.crm.rows('Opportunity')
  const dealOf = async ({ id }: Customer): Promise<CrmRow> => {
    await now.quiet()
    const found = (await deals()).filter(row => row.CT_Id__c === `demo/${id}`)
    expect(found).toHaveLength(1)
    return found[0] as CrmRow
  }
  const rolesIn = async (deal: CrmRow): Promise<CrmRow[]> =>
    (await now.crm.rows('OpportunityContactRole')).filter(row => row.OpportunityId === deal.Id)

  it('is one deal from the request over a second round to the order, which points at it', async () => {
    const ada = await somebody()
    const request = await asks(ada, { key: 'cranes', comment: 'Any rebate for two?' })
    const asked = await dealOf(request)
    expect(asked).toMatchObject({
      Name: 'cranes',
      StageName: 'Qualification',
      Amount: 10_000,
      AccountId: (await now.crm.account(ada))?.Id,
      CT_Quote_State__c: 'quote-request.Submitted',
      CT_Lines__c: '2 × Crane: 10000.00 EUR',
      CT_Buyer_Comment__c: 'Any rebate for two?',
      CT_Rounds__c: 0,
    })
    expect(await rolesIn(asked)).toMatchObject([{ ContactId: (await now.crm.contact(ada))?.Id, IsPrimary: true }])

    const draft = await drafts(request)
    const validTo = new Date(Date.now() + 86_400_000 * 20).toISOString()
    await now.merchant.changes(
      'staged-quotes',
      draft,
      { action: 'setSellerComment', sellerComment: 'Five per cent' },
      { action: 'setValidTo', validTo },
    )
    expect(await dealOf(request)).toMatchObject({
      Id: asked.Id,
      StageName: 'Value Proposition',
      CloseDate: validTo.slice(0, 10),
      CT_Seller_Comment__c: 'Five per cent',
    })
    const first = await offers(draft)
    expect(await dealOf(request)).toMatchObject({ StageName: 'Proposal/Price Quote', CT_Rounds__c: 1 })
    await now.merchant.changes('quotes', first, { action: 'requestQuoteRenegotiation', buyerComment: 'Still too dear' })
    expect(await dealOf(request)).toMatchObject({
      StageName: 'Perception Analysis',
      CT_Quote_State__c: 'quote.DeclinedForRenegotiation',
      CT_Buyer_Comment__c: 'Still too dear',
    })
    const second = await offers(draft)
    expect(await dealOf(request)).toMatchObject({ StageName: 'Proposal/Price Quote', CT_Rounds__c: 2 })

    await now.agent.edits('Opportunity', asked.Id, { Name: 'The two cranes' })
    const order = await buys(second, 'A-1')
    const won = await dealOf(request)
    expect(won).toMatchObject({
      Id: asked.Id,
      Name: 'The two cranes',
      StageName: 'Closed Won',
      IsWon: true,
      CT_Quote_State__c: 'order.Open',
      CT_Order_Number__c: 'A-1',
    })
    expect(await rolesIn(won)).toHaveLength(1)
    expect((await now.crm.rows('Order')).find(row => row.CT_Id__c === `demo/${order.id}`)).toMatchObject({
      OpportunityId: asked.Id,
    })
    await now.merchant.changes('orders', order, { action: 'changeOrderState', orderState: 'Cancelled' })
    expect(await dealOf(request)).toMatchObject({ StageName: 'Closed Lost', CT_Quote_State__c: 'order.Cancelled' })
  })

  it('in a currency that is not the org’s stays out of what Salesforce adds up, and so does its order', async () => {
    const request = await asks(await somebody(), {}, 'CHF')
    expect(await dealOf(request)).toMatchObject({ Amount: null, CT_Total__c: 10_000, CT_Currency__c: 'CHF' })
    const order = await buys(await offers(await drafts(request)), 'A-2')
    expect(await dealOf(request)).toMatchObject({ StageName: 'Closed Won', Amount: null, CT_Total__c: 10_000 })
    const made = (await now.crm.rows('Order')).find(row => row.CT_Id__c === `demo/${order.id}`)
    expect(made).toMatchObject({ TotalAmount: 0, CT_Total__c: 10_000, CT_Currency__c: 'CHF' })
    const [line] = (await now.crm.rows('OrderItem')).filter(row => row.OrderId === made?.Id)
    expect(line).toMatchObject({ UnitPrice: 0, CT_Unit_Price__c: 5_000 })
  })

  it('that is rejected, declined or withdrawn is lost, and one that is deleted is let go', async () => {
    const ada = await somebody()
    const rejected = await asks(ada)
    await now.merchant.changes('quote-requests', rejected, {
      action: 'changeQuoteRequestState',
      quoteRequestState: 'Rejected',
    })
    const declined = await asks(ada)
    await now.merchant.changes('quotes', await offers(await drafts(declined)), {
      action: 'changeQuoteState',
      quoteState: 'Declined',
    })
    const gone = await asks(ada)
    for (const one of [rejected, declined])
      expect(await dealOf(one)).toMatchObject({ StageName: 'Closed Lost', IsClosed: true, IsWon: false })
    const before = await dealOf(gone)
    await now.merchant.deletes('quote-requests', gone)
    expect(await dealOf(gone)).toEqual(before)
  })

  it('of somebody who left before it was told is a deal of nobody', async () => {
    await now.service.stop()
    const ada = await somebody()
    const request = await asks(ada)
    await now.shopper.leaves(await now.shopper.sees(ada))
    await now.service.start()
    const deal = await dealOf(request)
    expect(await rolesIn(deal)).toEqual([])
    expect(await now.status()).toMatchObject({ failures: 0, conflicts: 0 })
  })

  it('is one deal each, though companies negotiate at once and deliveries come doubled, late and in any order', async () => {
    await now.commerce.disturb({ doubleRate: 0.5, shuffle: true, delayRate: 0.5, delayMs: 100, seed: 7 })
    for (const scenario of ['company', 'quotes']) {
      await now.people.play(scenario, { customers: 8, rate: 200 })
      await now.people.done()
    }
    await now.quiet()
    const [requests, quotes, orders] = await Promise.all(
      ['quote-requests', 'quotes', 'orders'].map(what => now.merchant.lists(what)),
    )
    const all = await deals()
    const keysOf = (some: readonly Customer[] = []) => some.map(({ id }) => `demo/${id}`).sort()
    // The one that was let go still has its deal.
    expect(
      all
        .map(row => String(row.CT_Id__c))
        .filter(key => keysOf(requests).includes(key))
        .sort(),
    ).toEqual(keysOf(requests))
    expect(all).toHaveLength((requests?.length ?? 0) + 1)
    const bought = orders?.filter(({ quote, orderState }) => quote !== undefined && orderState !== 'Cancelled') ?? []
    expect(bought.length).toBeGreaterThan(5)
    expect(
      all
        .filter(row => row.IsWon === true)
        .map(row => row.CT_Order_Number__c)
        .sort(),
    ).toEqual(bought.map(({ orderNumber }) => orderNumber).sort())
    // Of the deal of the first story a second offer was accepted.
    const talking = quotes?.filter(({ quoteState }) => quoteState === 'DeclinedForRenegotiation') ?? []
    expect(all.filter(row => row.StageName === 'Perception Analysis')).toHaveLength(talking.length - 1)
    const roles = await now.crm.rows('OpportunityContactRole')
    expect(new Set(roles.map(row => row.OpportunityId)).size).toBe(roles.length)
    expect(await now.status()).toMatchObject({ failures: 0 })
  })
})
