import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../model/resource.ts'
import { defaultStages, negotiated, standings } from './standing.ts'

const moment = { now: '2026-03-01T00:00:00.000Z', modifiedAt: '2026-03-01T00:00:00.000Z' }
const seen = (body: JsonObject) => negotiated({ stages: defaultStages, closesAfterDays: 30 })(body, moment)
const price = (centAmount: number): JsonObject => ({ currencyCode: 'EUR', centAmount, fractionDigits: 2 })
const at = (day: number): string => `2026-01-${String(day).padStart(2, '0')}T10:00:00.000Z`

const request = (some: JsonObject = {}): JsonObject => ({
  id: 'r',
  createdAt: at(1),
  lastModifiedAt: at(1),
  quoteRequestState: 'Submitted',
  comment: 'cheaper?',
  customer: { typeId: 'customer', id: 'c' },
  totalPrice: price(10_000),
  lineItems: [{ id: 'l' }],
  ...some,
})
const staged = (some: JsonObject = {}): JsonObject => ({
  id: 's',
  createdAt: at(2),
  lastModifiedAt: at(2),
  stagedQuoteState: 'InProgress',
  validTo: at(20),
  ...some,
})
const quote = (some: JsonObject = {}): JsonObject => ({
  id: 'q',
  createdAt: at(3),
  lastModifiedAt: at(4),
  quoteState: 'Pending',
  validTo: at(25),
  sellerComment: 'ten per cent',
  customer: { typeId: 'customer', id: 'c' },
  totalPrice: price(9_000),
  ...some,
})
const order = (some: JsonObject = {}): JsonObject => ({
  id: 'o',
  createdAt: at(5),
  lastModifiedAt: at(9),
  orderState: 'Open',
  orderNumber: 'A-1',
  totalPrice: price(9_100),
  ...some,
})

describe('where a negotiation stands', () => {
  it.each([
    ['asked for', request(), 'quote-request.Submitted', '2026-01-31T10:00:00.000Z'],
    ['taken up', request({ stagedQuotes: [staged()] }), 'staged-quote.InProgress', at(20)],
    ['offered', request({ stagedQuotes: [staged()], quotes: [quote()] }), 'quote.Pending', at(25)],
    ['declined', request({ quotes: [quote({ quoteState: 'Declined' })] }), 'quote.Declined', at(4)],
    ['rejected', request({ quoteRequestState: 'Rejected', stagedQuotes: [staged()] }), 'quote-request.Rejected', at(1)],
    ['ordered', request({ quotes: [quote({ quoteState: 'Accepted' })], orders: [order()] }), 'order.Open', at(5)],
    ['cancelled', request({ orders: [order({ orderState: 'Cancelled' })] }), 'order.Cancelled', at(5)],
  ])('%s', (_, body, state, closesAt) => {
    expect(seen(body)).toMatchObject({ state, stage: defaultStages[state], closesAt })
  })

  it('is that of the newest offer, whichever was changed last', () => {
    const first = quote({ id: 'q1', quoteState: 'RenegotiationAddressed', lastModifiedAt: at(9), totalPrice: price(1) })
    const second = quote({ id: 'q2', createdAt: at(6) })
    for (const quotes of [
      [first, second],
      [second, first],
    ])
      expect(seen(request({ quotes }))).toMatchObject({
        state: 'quote.Pending',
        rounds: 2,
        basket: { totalPrice: price(9_000) },
      })
  })

  it('shows the basket of the order, else of the offer, else of the request, and what was said last', () => {
    expect(seen(request())).toMatchObject({
      basket: { totalPrice: price(10_000) },
      buyerComment: 'cheaper?',
      sellerComment: null,
    })
    const again = quote({ buyerComment: 'still too much' })
    expect(seen(request({ quotes: [again], orders: [order()] }))).toMatchObject({
      basket: { totalPrice: price(9_100) },
      buyerComment: 'still too much',
      sellerComment: 'ten per cent',
      orderNumber: 'A-1',
    })
  })

  it('gives a state that commercetools may add later the stage of the first one of its step', () => {
    expect(seen(request({ quotes: [quote({ quoteState: 'Pondering' })] }))).toMatchObject({
      state: 'quote.Pondering',
      stage: defaultStages['quote.Pending'],
    })
  })

  it('names whoever the offer is for, else who asked; nobody where the shop no longer knows them', () => {
    const other = { typeId: 'customer', id: 'd' }
    expect(seen(request({ quotes: [quote({ customer: other })] })).people).toEqual([other])
    expect(seen(request()).people).toEqual([{ typeId: 'customer', id: 'c' }])
    const { customer: _, ...nobody } = request()
    expect(seen(nobody).people).toEqual([])
  })

  it('has an answer for any JSON, and a stage in every one', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...Object.keys(request()), 'quotes', 'orders', 'stagedQuotes'), fc.jsonValue()),
        body => {
          expect(seen(body as JsonObject).stage).not.toBe('')
        },
      ),
    )
  })

  it('has a ready-made stage for every state', () => {
    expect(Object.keys(defaultStages).sort()).toEqual([...standings].sort())
  })
})
