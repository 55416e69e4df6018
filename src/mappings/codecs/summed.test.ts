import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { field } from '../../../test/given.ts'
import { context, keepsTheLaws, value } from '../testing/laws.ts'
import { summed } from './summed.ts'

const amount = field('Amount', { type: 'currency', precision: 18, scale: 2 })
const price = (currencyCode: string, centAmount = 1999, fractionDigits = 2) => ({
  type: 'centPrecision',
  currencyCode,
  centAmount,
  fractionDigits,
})
const euro = { code: 'EUR', rates: { CHF: 1.04, JPY: 0.0061 } }

describe('summed', () => {
  keepsTheLaws(summed(euro), {
    like: fc.record({
      type: fc.constant('centPrecision'),
      currencyCode: fc.constantFrom('EUR', 'CHF', 'USD'),
      centAmount: fc.integer(),
      fractionDigits: fc.integer({ min: 0, max: 4 }),
    }),
  })

  test.each([
    ["the org's own currency", price('EUR'), 19.99],
    ['another one with a rate', price('CHF', 1000), 10.4],
    ['yen, which have no digits, with a rate', price('JPY', 1000, 0), 1000 * 0.0061],
    ['another one without a rate: left out', price('USD'), null],
    ['a plain number, which says no currency', 5, 5],
    ['nothing', null, null],
  ])('in an org with one currency: %s', (_, raw, expected) => {
    expect(summed(euro).toCrm(raw, context({}, amount))).toEqual(value(expected))
  })

  test('where a field must have an amount, one that is left out is nothing', () => {
    expect(summed({ code: 'EUR' }, 0).toCrm(price('USD'), context({}, amount))).toEqual(value(0))
  })

  test('an org with several currencies takes each as it is, whatever is said of its only one', () => {
    const several = context({}, { ...amount, inCurrency: true })
    expect(summed(euro).toCrm(price('USD'), several)).toEqual(value(19.99))
  })

  test('where nothing is said of the org it takes each as it is', () => {
    expect(summed(null).toCrm(price('USD'), context({}, amount))).toEqual(value(19.99))
  })

  test('what is no amount is refused', () => {
    expect(summed(euro).toCrm('cheap', context({}, amount))).toMatchObject({ is: 'bad' })
  })
})
