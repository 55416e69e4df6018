import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { context, keepsTheLaws, value } from '../testing/laws.ts'
import { money } from './money.ts'

const cents = (centAmount: number, fractionDigits: number) => ({
  type: 'centPrecision',
  currencyCode: 'XXX',
  centAmount,
  fractionDigits,
})
const precise = (preciseAmount: number, fractionDigits: number) => ({
  ...cents(1, fractionDigits),
  type: 'highPrecision',
  preciseAmount,
})

describe('money', () => {
  const amounts = fc.record({
    type: fc.constantFrom('centPrecision', 'highPrecision'),
    centAmount: fc.integer(),
    preciseAmount: fc.integer(),
    fractionDigits: fc.integer({ min: 0, max: 20 }),
  })
  keepsTheLaws(money, { like: fc.oneof(amounts, fc.integer()) })

  test.each([
    ['euro', cents(1999, 2), 19.99],
    ['yen', cents(500, 0), 500],
    ['dinars', cents(1250, 3), 1.25],
    ['a discount', cents(-1999, 2), -19.99],
    ['nothing to pay', cents(0, 2), 0],
    ['less than nothing, by a sign', cents(-0, 2), 0],
    ['a price of high precision', precise(1234567, 7), 0.1234567],
    ['a price of high precision with few digits', precise(5, 3), 0.005],
    ['the largest amount that is exact', cents(Number.MAX_SAFE_INTEGER, 2), 90071992547409.91],
  ])('%s', (_, raw, amount) => {
    expect(money.toCrm(raw, context())).toEqual(value(amount))
  })

  test.each([
    [{ centAmount: 19.99, fractionDigits: 2 }],
    [{ centAmount: 1999 }],
    [{ centAmount: 1999, fractionDigits: -1 }],
    [{ centAmount: 1999, fractionDigits: 21 }],
    [{ type: 'highPrecision', centAmount: 1999, fractionDigits: 2 }],
    [[1999]],
    [true],
    ['19.99 EUR'],
  ])('%j is left out', raw => {
    expect(money.toCrm(raw, context())).toEqual({ is: 'bad', why: 'is not an amount of money' })
  })
})
