/** A street that sales wrote comes apart, and composed again is what sales wrote. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluate } from '../../core/evaluate.ts'
import type { Json, JsonObject } from '../../model/resource.ts'
import { customerPerson } from './index.ts'
import { type StreetOrder, streetApart, streetOf } from './street.ts'

const at = 'addresses[@defaultBillingAddressId]'

/** The address after the pieces were written into it. */
function written(before: JsonObject, value: string | null, order: StreetOrder): JsonObject {
  const pieces = Object.entries(streetApart(at, order).of(value)).map(([path, piece]) => [
    path.slice(at.length + 1),
    piece,
  ])
  return { ...before, ...(Object.fromEntries(pieces) as Record<string, Json>) }
}

const composed = (address: JsonObject, order: StreetOrder): Json =>
  evaluate(streetOf(at, order))({ addresses: [{ id: 'home', ...address }], defaultBillingAddressId: 'home' })

const orders = ['name-number', 'number-name'] as const

describe('a street', () => {
  test.each([
    ['Hauptstraße 12a', 'name-number', { streetName: 'Hauptstraße', streetNumber: '12a' }],
    [
      'Am Alten Markt 3-5\nHinterhaus\n2. Stock',
      'name-number',
      { streetName: 'Am Alten Markt', streetNumber: '3-5', additionalStreetInfo: 'Hinterhaus\n2. Stock' },
    ],
    ['12 Main Street', 'number-name', { streetName: 'Main Street', streetNumber: '12' }],
    ['12 Main Street', 'name-number', { streetName: '12 Main Street' }],
    ['Schloss Neuhof', 'name-number', { streetName: 'Schloss Neuhof' }],
    ['12', 'name-number', { streetName: '12' }],
    ['PO Box 4711', 'name-number', { pOBox: '4711' }],
    [
      'PO Box 4711\nRear entrance',
      'name-number',
      { streetName: 'PO Box', streetNumber: '4711', additionalStreetInfo: 'Rear entrance' },
    ],
  ] as const)('%j written as %s', (value, order, expected) => {
    const full = { streetName: null, streetNumber: null, additionalStreetInfo: null }
    expect(written({}, value, order)).toEqual({ ...full, ...expected })
  })

  test('that is emptied empties all its pieces, the box too', () => {
    const pieces = { streetName: null, streetNumber: null, additionalStreetInfo: null, pOBox: null }
    expect(written({ pOBox: '1', city: 'Bern' }, null, 'name-number')).toEqual({ ...pieces, city: 'Bern' })
  })

  test('composed again is what was written, whatever stood there before', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('12', '12a', 'PO', 'Box', 'Straße', '{', '??', '\r\n', '\n', ' '),
    )
    const text = fc.array(word, { minLength: 1, maxLength: 9 }).map(words => words.join(' '))
    const piece = fc.option(fc.string(), { nil: null })
    const before = fc.record({ streetName: piece, streetNumber: piece, additionalStreetInfo: piece, pOBox: piece })
    fc.assert(
      fc.property(before, text, fc.constantFrom(...orders), (address, value, order) => {
        const again = composed(written(address, value, order), order)
        expect(again).toBe(streetApart(at, order).composed(value))
        expect(
          String(again ?? '')
            .split(/\s+/)
            .join(''),
        ).toBe(value.split(/\s+/).join(''))
        expect(streetApart(at, order).composed(again as string | null)).toBe(again)
      }),
      { numRuns: 2_000 },
    )
  })

  test('comes apart into the pieces it is made of, in every field of the mapping that holds one', () => {
    for (const people of ['contact-with-own-account', 'person-account'] as const)
      for (const rule of customerPerson({ people }).parts.flatMap(part => part.fields))
        if (rule.crm.endsWith('Street')) {
          expect(rule.apart?.paths.toSorted()).toEqual(
            [...rule.commerce.matchAll(/\{([^}]+)\}/g)].map(found => found[1]).toSorted(),
          )
          expect(Object.keys(rule.apart?.of(null) ?? {}).toSorted()).toEqual(rule.apart?.paths.toSorted())
        }
  })
})
