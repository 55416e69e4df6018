/** What was bought, as one text: in the order's language, with every digit, and never half a line. */
import { describe, expect, test } from 'vitest'
import { evaluate } from '../../core/evaluate.ts'
import type { FieldSchema } from '../../model/mapping.ts'
import type { JsonObject } from '../../model/resource.ts'
import { items } from './items.ts'

const price = (centAmount: number, currencyCode: string, fractionDigits: number) => ({
  type: 'centPrecision',
  currencyCode,
  centAmount,
  fractionDigits,
})
const item = (n: number, quantity = 1) => ({
  id: `i${n}`,
  name: { en: `Mug ${n}`, de: `Becher ${n}` },
  variant: { sku: `MUG-${n}` },
  quantity,
  totalPrice: price(1_990, 'EUR', 2),
})
const told = (order: JsonObject, length = 0) => {
  const field = length === 0 ? null : ({ length } as FieldSchema)
  const coded = items().toCrm(order.lineItems ?? null, { get: path => evaluate(path)(order), field })
  return coded.is === 'value' ? coded.value : coded
}

describe('the lines of an order', () => {
  test('are a line of text each, in the order’s language, custom ones last', () => {
    const wrap = { id: 'c1', name: { en: 'Gift wrap' }, quantity: 1, totalPrice: price(500, 'JPY', 0) }
    expect(told({ locale: 'de-CH', lineItems: [item(1, 2), item(2)], customLineItems: [wrap] })).toBe(
      '2 × Becher 1 (MUG-1): 19.90 EUR\n1 × Becher 2 (MUG-2): 19.90 EUR\n1 × Gift wrap: 500 JPY',
    )
  })

  test('without a name are called by their SKU, and without a price by no price', () => {
    expect(told({ lineItems: [{ id: 'x', variant: { sku: 'S1' }, quantity: 3 }] })).toBe('3 × S1')
    expect(told({ lineItems: [{ id: 'x' }] })).toBe('1 × x')
  })

  test('of which there are none say nothing', () => {
    expect(told({ lineItems: [], customLineItems: [] })).toBeNull()
    expect(told({})).toBeNull()
  })

  test.each([40, 100, 255, 1_000])('are never cut in the middle: %i characters', length => {
    const lineItems = Array.from({ length: 500 }, (_, n) => item(n))
    const text = String(told({ lineItems }, length))
    expect(text.length).toBeLessThanOrEqual(length)
    const lines = text.split('\n')
    const more = Number(/^… (\d+) more$/.exec(lines.at(-1) ?? '')?.[1])
    expect(lines.length - 1 + more).toBe(500)
    for (const line of lines.slice(0, -1)) expect(line).toMatch(/: 19\.90 EUR$/)
  })
})
