/** How an order is shipped: the cost over all methods, deliveries and parcels over all of them, and what comes back left out. */
import { describe, expect, it } from 'vitest'
import { evaluate } from '../../core/evaluate.ts'
import type { Codec, FieldSchema } from '../../model/mapping.ts'
import type { JsonObject } from '../../model/resource.ts'
import { deliveries, lastDelivery, parcels, shippingCost, shippingMethods, tracking } from './shippings.ts'

const euro = (centAmount: number): JsonObject => ({
  type: 'centPrecision',
  currencyCode: 'EUR',
  centAmount,
  fractionDigits: 2,
})
const said = (codec: Codec, order: JsonObject, length = 0) => {
  const field = length === 0 ? null : ({ length } as FieldSchema)
  const coded = codec.toCrm(null, { get: path => evaluate(path)(order), field })
  return coded.is === 'value' ? coded.value : coded.why
}
const method = (shippingMethodName: string, cents: number, more: JsonObject = {}): JsonObject => ({
  shippingMethodName,
  price: euro(cents),
  ...more,
})

describe('what shipping costs', () => {
  it('is the price of the one method, after its discount', () => {
    expect(said(shippingCost, { shippingInfo: method('Post', 495) })).toBe(4.95)
    const discountedPrice = { value: euro(0), includedDiscounts: [] }
    expect(said(shippingCost, { shippingInfo: method('Post', 495, { discountedPrice }) })).toBe(0)
  })

  it('is with taxes where the shop has them', () => {
    const taxedShippingPrice = { totalNet: euro(416), totalGross: euro(495) }
    expect(said(shippingCost, { taxedShippingPrice, shippingInfo: method('Post', 416) })).toBe(4.95)
  })

  it('is the sum over several methods, to the cent', () => {
    const shipping = [method('Post', 10), method('Freight', 20)].map(shippingInfo => ({ shippingInfo }))
    // 0.1 + 0.2 is 0.30000000000000004 in binary.
    expect(said(shippingCost, { shipping })).toBe(0.3)
    expect(said(shippingMethods, { shipping })).toBe('Post, Freight')
  })

  it('is nothing without a method, and no amount where one has none', () => {
    expect(said(shippingCost, { shipping: [] })).toBeNull()
    expect(said(shippingCost, { shippingInfo: { shippingMethodName: 'Post' } })).toBe('is not an amount of money')
  })
})

const parcel = (carrier: string | null, trackingId: string | null, isReturn = false): JsonObject => ({
  id: 'p',
  trackingData: { ...(carrier !== null && { carrier }), ...(trackingId !== null && { trackingId }), isReturn },
})
const delivery = (createdAt: string, ...list: JsonObject[]): JsonObject => ({ id: createdAt, createdAt, parcels: list })

describe('deliveries and parcels', () => {
  const first = delivery('2026-03-01T10:00:00.000Z', parcel('DHL', '1'), parcel('DHL', '2'))
  const second = delivery('2026-03-04T10:00:00.000Z', parcel(null, '3'), parcel('DHL', 'BACK', true), { id: 'bare' })
  const order = { shippingInfo: method('Post', 0, { deliveries: [second, first] }) }

  it('are counted, and named by carrier and number; a parcel that comes back is none of them', () => {
    expect(said(deliveries, order)).toBe(2)
    expect(said(parcels, order)).toBe(4)
    expect(said(tracking, order)).toBe('3, DHL 1, DHL 2')
    expect(said(lastDelivery, order)).toBe('2026-03-04T10:00:00.000Z')
  })

  it('are counted over all methods', () => {
    const shipping = [first, second].map(one => ({ shippingInfo: method('Post', 0, { deliveries: [one] }) }))
    expect([said(deliveries, { shipping }), said(parcels, { shipping })]).toEqual([2, 4])
  })

  it('of which there are none say nothing', () => {
    for (const codec of [deliveries, parcels, tracking, lastDelivery, shippingMethods]) {
      expect(said(codec, {})).toBeNull()
      expect(said(codec, { shippingInfo: { deliveries: [] }, shipping: 'x' })).toBeNull()
    }
  })

  it('never cut a number in the middle', () => {
    const many = Array.from({ length: 40 }, (_, n) => parcel('DHL', `TRACK${1_000 + n}`))
    const text = String(said(tracking, { shippingInfo: { deliveries: [delivery('2026', ...many)] } }, 255))
    expect(text.length).toBeLessThanOrEqual(255)
    const kept = text.split(', ')
    expect(kept.at(-1)).toBe(`… ${40 - (kept.length - 1)} more`)
    for (const one of kept.slice(0, -1)) expect(one).toMatch(/^DHL TRACK\d{4}$/)
  })
})
