import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../model/resource.ts'
import { cartSeen, cartStates } from './state.ts'

const hourMs = 3_600_000
const modifiedAt = '2026-01-01T00:00:00.000Z'
const seen = cartSeen({ afterMs: hourMs, minimum: { EUR: 50, JPY: 5_000, '*': 40 } })
const left = (ms: number, body: JsonObject) =>
  seen(body, { now: new Date(Date.parse(modifiedAt) + ms).toISOString(), modifiedAt })
const price = (centAmount: number, currencyCode = 'EUR', fractionDigits = 2): JsonObject => ({
  currencyCode,
  centAmount,
  fractionDigits,
})
const cart = (some: JsonObject = {}): JsonObject => ({
  cartState: 'Active',
  customerId: 'c',
  totalPrice: price(5_000),
  lineItems: [{ name: { en: 'Mug' }, quantity: 2, totalPrice: price(5_000), variant: { sku: 'MUG' } }],
  ...some,
})

describe('a cart at a moment', () => {
  it.each([
    [hourMs - 1, 'Active', false],
    [hourMs, 'Abandoned', true],
  ])('left for %i ms is %s', (ms, state, isDue) => {
    expect(left(ms, cart())).toMatchObject({ state, isDue, isOver: false })
  })

  it.each([
    [price(5_000), true],
    [price(4_999), false],
    [price(5_000, 'JPY', 0), true],
    [price(4_999, 'JPY', 0), false],
    // Three digits: 40 dinars.
    [price(40_000, 'KWD', 3), true],
    [price(39_999, 'KWD', 3), false],
    [null, false],
  ])('of %j is worth a record: %s', (totalPrice, isDue) => {
    expect(left(hourMs, cart({ totalPrice })).isDue).toBe(isDue)
  })

  it('says when the shop deletes it, what is in it, and what order it became', () => {
    expect(
      left(
        0,
        cart({ cartState: 'Ordered', deleteDaysAfterLastModification: 30, orders: [{ id: 'o', orderNumber: 'A-1' }] }),
      ),
    ).toMatchObject({
      state: 'Ordered',
      isOver: true,
      isDue: false,
      pieces: 2,
      expiresAt: '2026-01-31T00:00:00.000Z',
      orderId: 'o',
      orderNumber: 'A-1',
    })
  })

  it('is something whatever came in', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(cart()), 'orders'), fc.jsonValue()), body => {
        const { state } = left(hourMs, body as JsonObject)
        expect(cartStates).toContain(state)
      }),
    )
  })
})
