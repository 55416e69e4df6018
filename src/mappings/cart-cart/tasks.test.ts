import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../model/resource.ts'
import { cartSeen } from './state.ts'
import { withTask } from './tasks.ts'

const hourMs = 3_600_000
const modifiedAt = '2026-01-01T00:00:00.000Z'
const leftFor = (ms: number) => ({ modifiedAt, now: new Date(Date.parse(modifiedAt) + ms).toISOString() })
const seen = withTask(cartSeen({ afterMs: hourMs, minimum: {} }), {
  from: { EUR: 500, JPY: 50_000 },
  historyMs: 24 * hourMs,
  language: 'en',
})
const cart = (centAmount: number, currencyCode = 'EUR', fractionDigits = 2): JsonObject => ({
  id: 'c',
  cartState: 'Active',
  customerId: 'ada',
  totalPrice: { currencyCode, centAmount, fractionDigits },
  lineItems: [{ id: 'l', name: { en: 'Mug' }, quantity: 1, variant: { sku: 'MUG' } }],
})
const told = (body: JsonObject, ms = 2 * hourMs) => seen(body, leftFor(ms)).activities as readonly JsonObject[]

describe('the Task of a cart that was left', () => {
  it('is one for each change after which it was left alone, whenever it is looked at', () => {
    expect(told(cart(50_000))).toMatchObject([
      { id: `CartAbandoned-${Date.parse(modifiedAt)}`, subject: 'Cart left behind: 500.00 EUR', at: modifiedAt },
    ])
    expect(told(cart(50_000), 3 * hourMs)).toEqual(told(cart(50_000)))
  })

  it.each([
    ['is worth less', cart(49_999)],
    ['is worth less, in a currency without a minor unit', cart(49_999, 'JPY', 0)],
    ['is in a currency of which nothing is said', cart(5_000_000, 'CHF')],
    ['was bought', { ...cart(50_000), cartState: 'Ordered' }],
    ['has no price', { ...cart(0), totalPrice: null }],
  ])('is none where the cart %s', (_, body) => {
    expect(told(body)).toEqual([])
  })

  it('is none before it was left for long enough, and none for what was left long ago', () => {
    expect(told(cart(50_000), hourMs - 1)).toEqual([])
    expect(told(cart(50_000), 25 * hourMs)).toEqual([])
  })

  it('changes nothing of what the cart is otherwise', () => {
    const { activities, ...rest } = seen(cart(50_000), leftFor(2 * hourMs))
    expect(rest).toEqual(cartSeen({ afterMs: hourMs, minimum: {} })(cart(50_000), leftFor(2 * hourMs)))
    expect(activities).toHaveLength(1)
  })
})
