import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { context, value } from '../testing/laws.ts'
import { not } from './not.ts'

describe('not', () => {
  test.each([
    [true, false],
    [false, true],
    [null, null],
    ['  ', null],
  ])('%s becomes %s', (given, wanted) => {
    expect(not.toCrm(given, context())).toEqual(value(wanted))
  })

  test('comes back the same from the way back', () => {
    for (const stored of [true, false, null])
      expect(not.toCrm(not.toCommerce?.(stored) ?? null, context())).toEqual(value(stored))
  })

  test('refuses what is neither, and does not repeat it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ minLength: 6 }), fc.integer(), fc.object()), raw => {
        const coded = not.toCrm(raw as never, context())
        if (typeof raw === 'string' && raw.trim() === '') return
        expect(coded).toEqual({ is: 'bad', why: 'is neither true nor false' })
      }),
    )
  })
})
