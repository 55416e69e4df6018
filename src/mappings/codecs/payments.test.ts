/** What was paid and what went back: by transactions that succeeded, whole or not at all. And the codes an order came with. */
import { describe, expect, it } from 'vitest'
import { evaluate } from '../../core/evaluate.ts'
import type { Codec } from '../../model/mapping.ts'
import type { Json, JsonObject } from '../../model/resource.ts'
import { codes } from './codes.ts'
import { moved } from './payments.ts'

const money = (centAmount: number, currencyCode = 'EUR', fractionDigits = 2): JsonObject => ({
  type: 'centPrecision',
  currencyCode,
  centAmount,
  fractionDigits,
})
const said = (codec: Codec, raw: Json, order: JsonObject = { totalPrice: money(1) }) => {
  const coded = codec.toCrm(raw, { get: path => evaluate(path)(order), field: null })
  return coded.is === 'value' ? coded.value : coded.why
}
const transaction = (type: string, cents: number, state = 'Success', currency = 'EUR', digits = 2): JsonObject => ({
  type,
  state,
  amount: money(cents, currency, digits),
})
const payment = (...transactions: JsonObject[]): JsonObject => ({ typeId: 'payment', id: 'p', obj: { transactions } })
const charged = moved(['Charge'])
const refunded = moved(['Refund', 'Chargeback'])

describe('the payments of an order', () => {
  const paid = [
    payment(transaction('Authorization', 3_000), transaction('Charge', 1_010), transaction('Charge', 99, 'Failure')),
    payment(transaction('Charge', 1_020), transaction('Refund', 500), transaction('Refund', 70, 'Pending')),
    payment(transaction('Chargeback', 30)),
  ]

  it('add up by what succeeded, to the cent', () => {
    expect(said(charged, paid)).toBe(20.3)
    expect(said(refunded, paid)).toBe(5.3)
  })

  it('that moved nothing yet come to nothing, and none at all is no amount', () => {
    expect(said(charged, [payment(transaction('Authorization', 100))])).toBe(0)
    expect(said(charged, [])).toBeNull()
    expect(said(charged, null)).toBeNull()
  })

  it('in dinars have three digits', () => {
    const inDinars = { totalPrice: money(1_250, 'KWD', 3) }
    expect(said(charged, [payment(transaction('Charge', 1_250, 'Success', 'KWD', 3))], inDinars)).toBe(1.25)
  })

  it('that were not all read, or are in another currency, leave the field alone', () => {
    expect(said(charged, [...paid, { typeId: 'payment', id: 'x' }])).toBe('a payment was not read')
    const inFrancs = [...paid, payment(transaction('Charge', 1, 'Success', 'CHF'))]
    expect(said(charged, inFrancs)).toBe('a payment is in another currency than its order')
    expect(said(charged, [payment({ type: 'Charge', state: 'Success', amount: 'x' })])).toContain('currency')
  })
})

describe('the discount codes of an order', () => {
  const code = (text: string | null, state?: string): JsonObject => ({
    discountCode: { typeId: 'discount-code', id: 'd', ...(text !== null && { obj: { code: text } }) },
    ...(state !== undefined && { state }),
  })

  it('are those that applied', () => {
    expect(said(codes, [code('SUMMER', 'MatchesCart'), code('LATE', 'NotValid'), code('ADA')])).toBe('ADA, SUMMER')
    expect(said(codes, [])).toBeNull()
  })

  it('that were not read leave the field alone', () => {
    expect(said(codes, [code('SUMMER'), code(null)])).toBe('a discount code was not read')
  })
})
