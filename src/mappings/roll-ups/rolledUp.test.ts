import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../model/resource.ts'
import { keptOfOrder, rolledUp } from './rolledUp.ts'

const seen = { now: '2026-01-01T00:00:00.000Z', modifiedAt: '2026-01-01T00:00:00.000Z' }
const price = (centAmount: number, currencyCode = 'EUR', fractionDigits = 2): JsonObject => ({
  type: 'centPrecision',
  currencyCode,
  centAmount,
  fractionDigits,
})
const order = (totalPrice: JsonObject, some: JsonObject = {}): JsonObject => ({
  createdAt: '2026-01-01T00:00:00.000Z',
  orderState: 'Open',
  totalPrice,
  ...some,
})
const of = (placed: readonly JsonObject[], org: Parameters<typeof rolledUp>[0] = null) =>
  rolledUp(org)({ placed: [...placed] }, seen).rollUp as JsonObject

describe('what all orders come to', () => {
  it('is nothing, and no order, for who has placed none', () => {
    const none = { orders: 0, total: null, currency: null, average: null, totals: null, first: null, last: null }
    expect(of([])).toEqual({ ...none, lastCart: null })
    expect(rolledUp(null)({}, seen).rollUp).toEqual({ ...none, lastCart: null })
  })

  it('is exact where binary fractions are not', () => {
    expect(of([order(price(10)), order(price(20))])).toMatchObject({ total: 0.3, average: 0.15, totals: '0.30 EUR' })
  })

  it('has no one total where currencies differ and the org has none of its own', () => {
    expect(of([order(price(100)), order(price(100, 'CHF'))])).toMatchObject({
      orders: 2,
      total: null,
      currency: null,
      average: null,
      totals: '1.00 CHF, 1.00 EUR',
    })
  })

  it("is in the org's only currency where it has one, without those for which there is no rate", () => {
    const some = [order(price(100, 'CHF')), order(price(300)), order(price(500, 'USD'))]
    expect(of(some, { code: 'EUR', rates: { CHF: 2 } })).toMatchObject({ orders: 3, total: 5, average: 2.5 })
    expect(of([order(price(500, 'USD'))], { code: 'EUR' })).toMatchObject({ orders: 1, total: null, currency: null })
  })

  it('leaves out cancelled orders, and counts one without a price or a time', () => {
    const some = [order(price(100)), order(price(900), { orderState: 'Cancelled' }), { orderState: 'Open' }]
    expect(of(some)).toMatchObject({ orders: 2, total: 1, average: 1, first: '2026-01-01T00:00:00.000Z' })
  })

  it('takes for the time of an imported order when it was placed, whatever way it is written', () => {
    const some = [
      order(price(1), { completedAt: '2020-06-01T00:30:00+01:00', createdAt: '2026-01-05T00:00:00.000Z' }),
      order(price(1), { createdAt: '2020-06-01T00:00:00.000Z' }),
      order(price(1), { createdAt: 'yesterday' }),
    ]
    expect(of(some)).toMatchObject({ first: '2020-06-01T00:30:00+01:00', last: '2020-06-01T00:00:00.000Z' })
  })

  it('names as many currencies as fit into the field, each one whole', () => {
    const codes = Array.from(
      { length: 60 },
      (_, at) => `A${String.fromCharCode(65 + (at % 26))}${at < 26 ? 'A' : at < 52 ? 'B' : 'C'}`,
    )
    const { totals } = of(codes.map(code => order(price(1_000_000, code))))
    expect(String(totals).length).toBeLessThanOrEqual(255)
    expect(String(totals)).toMatch(/^(?:10000\.00 [A-Z]{3}(?:, |$))+$/)
  })

  it('is the same in whatever order they are read, and whatever is left of them until they are counted', () => {
    const some = fc.array(
      fc.record({
        createdAt: fc.constantFrom('2026-01-01T00:00:00.000Z', '2025-01-01T00:00:00.000Z'),
        orderState: fc.constantFrom('Open', 'Cancelled', 'Complete'),
        totalPrice: fc
          .tuple(fc.integer({ min: 0, max: 1_000_000 }), fc.constantFrom('EUR', 'JPY'))
          .map(([cents, code]) => price(cents, code)),
      }),
    )
    fc.assert(
      fc.property(some, orders => {
        expect(of(orders.toReversed())).toEqual(of(orders))
        expect(of(orders.map(keptOfOrder))).toEqual(of(orders))
      }),
    )
  })

  it('is something whatever came in', () => {
    const body = fc.dictionary(fc.constantFrom('placed', 'left'), fc.jsonValue())
    fc.assert(fc.property(body, one => rolledUp(null)(one as JsonObject, seen).rollUp !== undefined))
    const orders = fc.array(fc.dictionary(fc.constantFrom(...Object.keys(order(price(1)))), fc.jsonValue()))
    fc.assert(fc.property(orders, placed => typeof of(placed as JsonObject[]).orders === 'number'))
  })
})
