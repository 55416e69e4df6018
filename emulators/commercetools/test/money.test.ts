/** Money in whole units: rounding, digits, taxes and portions, without an emulator around them. */
import { describe, expect, test } from 'vitest'
import { random } from '../src/model/random.ts'
import type { TaxRate } from '../src/model/trade.ts'
import { cents, digitsOf, rounded, times, typedMoney, withRate } from '../src/trade/money.ts'
import { taxed, together } from '../src/trade/tax.ts'

const rate = (amount: number, includedInPrice: boolean, subRates: TaxRate['subRates'] = []): TaxRate => ({
  name: `${amount}`,
  amount,
  includedInPrice,
  country: 'DE',
  subRates,
})
const LINE = { taxMode: 'External', taxRoundingMode: 'HalfEven', taxCalculationMode: 'LineItemLevel' } as const

describe('rounding', () => {
  test.each([
    ['HalfEven', [2, 2, 4, -2, -2, 3, 0]],
    ['HalfUp', [2, 3, 4, -2, -3, 3, 0]],
    ['HalfDown', [1, 2, 3, -1, -2, 3, 0]],
  ] as const)('%s sends the half where it says', (mode, expected) => {
    expect([15n, 25n, 35n, -15n, -25n, 26n, 4n].map(each => rounded(each, 10n, mode))).toEqual(expected)
  })

  test('knows no minus zero, and no floating error', () => {
    expect(Object.is(rounded(-1n, 10n, 'HalfEven'), 0)).toBe(true)
    // 1.005 × 100 is 100.49999999999999 when it floats.
    const precise = { type: 'highPrecision', currencyCode: 'EUR', preciseAmount: 1005, fractionDigits: 3 }
    expect(times(typedMoney(precise, 'money'), 1, 'HalfUp')).toMatchObject({ centAmount: 101 })
    expect(withRate(10_000_000_000_001, 0.19, 'add', 'HalfEven')).toBe(11_900_000_000_001)
  })

  test('the digits are those of the currency', () => {
    expect(['EUR', 'JPY', 'KWD', 'CLF'].map(digitsOf)).toEqual([2, 0, 3, 4])
    const wrong = { currencyCode: 'JPY', centAmount: 1, type: 'centPrecision', fractionDigits: 2 }
    expect(() => typedMoney(wrong, 'money')).toThrow(/fractionDigits/)
    expect(() => typedMoney({ currencyCode: 'EUR', centAmount: 2 ** 53 }, 'money')).toThrow()
    expect(() => typedMoney({ currencyCode: 'EUR', centAmount: 0.5 }, 'money')).toThrow()
  })
})

describe('tax', () => {
  test('net, tax and gross always add up, and portions to the tax', () => {
    const dice = random(7)
    for (let n = 0; n < 2_000; n += 1) {
      const shares = [dice.int(15) / 100, dice.int(10) / 1000]
      const amount = (shares[0] ?? 0) + (shares[1] ?? 0)
      const parts = dice.chance(0.5) ? shares.map((each, place) => ({ name: `p${place}`, amount: each })) : []
      const total = cents('EUR', dice.int(1_000_000) - 1_000)
      const { totalNet, totalGross, totalTax, taxPortions } = taxed(
        total,
        total,
        1,
        rate(amount, dice.chance(0.5), parts),
        LINE,
      )
      expect(totalNet.centAmount + (totalTax?.centAmount ?? Number.NaN)).toBe(totalGross.centAmount)
      expect([totalNet.centAmount, totalGross.centAmount]).toContain(total.centAmount)
      expect(taxPortions.reduce((all, each) => all + each.amount.centAmount, 0)).toBe(totalTax?.centAmount)
    }
  })

  test('is taken of the line or of each unit', () => {
    const [unit, total] = [cents('EUR', 33), cents('EUR', 99)]
    expect(taxed(total, unit, 3, rate(0.19, false), LINE).totalTax?.centAmount).toBe(19)
    const byUnit = { ...LINE, taxCalculationMode: 'UnitPriceLevel' } as const
    expect(taxed(total, unit, 3, rate(0.19, false), byUnit).totalTax?.centAmount).toBe(18)
  })

  test('of many things is gathered by rate', () => {
    const of = (amount: number, share: number) =>
      taxed(cents('EUR', amount), cents('EUR', amount), 1, rate(share, false), LINE)
    const whole = together('EUR', [of(100, 0.19), of(200, 0.07), of(300, 0.19)])
    expect(whole.taxPortions.map(each => [each.rate, each.amount.centAmount])).toEqual([
      [0.19, 76],
      [0.07, 14],
    ])
    expect(whole.totalGross.centAmount).toBe(690)
  })
})
