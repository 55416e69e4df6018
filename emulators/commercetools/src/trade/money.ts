/** Money as whole numbers of the smallest unit: read, multiplied, taxed and rounded without a fraction ever floating. */
import { invalidField, malformedJson } from '../model/errors.ts'
import { integer, type Json, type JsonObject, object, optionalInteger, optionalText, text } from '../model/json.ts'
import type { Money, PreciseMoney, Rounding, TypedMoney } from '../model/trade.ts'

/** Currencies whose smallest unit is not a hundredth (ISO 4217). */
const DIGITS: Record<string, number> = Object.fromEntries([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map(each => [each, 0] as const),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map(each => [each, 3] as const),
  ...'CLF UYW'.split(' ').map(each => [each, 4] as const),
])
const MAX_PRECISION = 20

export const digitsOf = (currencyCode: string): number => DIGITS[currencyCode] ?? 2

export function checkCurrency(code: string, field = 'currencyCode'): string {
  if (!/^[A-Z]{3}$/.test(code)) throw malformedJson(`${field}: Malformed ISO 4217 currency code '${code}'`)
  return code
}

export const cents = (currencyCode: string, centAmount: number): Money => ({
  type: 'centPrecision',
  currencyCode,
  centAmount,
  fractionDigits: digitsOf(currencyCode),
})

/** Money of cent precision; a draft of high precision is refused here. */
export function money(given: Json | undefined, path: string): Money {
  const read = typedMoney(given, path)
  if (read.type === 'highPrecision') throw malformedJson(`${path}: Expected money of type 'centPrecision'`)
  return read
}

export function typedMoney(given: Json | undefined, path: string): TypedMoney {
  const draft = object(given, path)
  const currencyCode = checkCurrency(text(draft, 'currencyCode', `${path}.currencyCode`))
  const type = optionalText(draft, 'type') ?? 'centPrecision'
  if (type === 'centPrecision') {
    const digits = optionalInteger(draft, 'fractionDigits')
    if (digits !== undefined && digits !== digitsOf(currencyCode)) throw invalidField('fractionDigits', digits)
    return cents(currencyCode, amount(draft, 'centAmount'))
  }
  if (type !== 'highPrecision') throw malformedJson(`${path}.type: Unknown money type '${type}'`)
  return precise(draft, currencyCode)
}

function precise(draft: JsonObject, currencyCode: string): PreciseMoney {
  const preciseAmount = amount(draft, 'preciseAmount')
  const fractionDigits = integer(draft, 'fractionDigits')
  if (fractionDigits <= digitsOf(currencyCode) || fractionDigits > MAX_PRECISION) {
    throw invalidField('fractionDigits', fractionDigits)
  }
  const made: PreciseMoney = { type: 'highPrecision', currencyCode, centAmount: 0, preciseAmount, fractionDigits }
  return { ...made, centAmount: optionalInteger(draft, 'centAmount') ?? times(made, 1, 'HalfEven').centAmount }
}

function amount(draft: JsonObject, name: string): number {
  const value = integer(draft, name)
  if (!Number.isSafeInteger(value)) throw malformedJson(`${name}: The number is out of range`)
  return value
}

/** A unit price times a quantity, rounded to the smallest unit once, at the end. */
export function times(unit: TypedMoney, quantity: number, rounding: Rounding): Money {
  const { currencyCode } = unit
  if (unit.type === 'centPrecision') return cents(currencyCode, unit.centAmount * quantity)
  const denominator = 10n ** BigInt(unit.fractionDigits - digitsOf(currencyCode))
  return cents(currencyCode, rounded(BigInt(unit.preciseAmount) * BigInt(quantity), denominator, rounding))
}

export const sum = (currencyCode: string, amounts: readonly Money[]): Money =>
  cents(
    currencyCode,
    amounts.reduce((all, each) => all + each.centAmount, 0),
  )

/** `amount × (1 + rate)`, or `amount / (1 + rate)`; a rate has at most ten digits after the point. */
export function withRate(centAmount: number, rate: number, how: 'add' | 'takeOut', rounding: Rounding): number {
  const whole = 10n ** 10n
  const factor = whole + BigInt(Math.round(rate * 1e10))
  const value = BigInt(centAmount)
  return how === 'add' ? rounded(value * factor, whole, rounding) : rounded(value * whole, factor, rounding)
}

/** Half of a unit goes to the even neighbour, away from zero, or towards zero. */
export function rounded(numerator: bigint, denominator: bigint, rounding: Rounding): number {
  const negative = numerator < 0n !== denominator < 0n
  const above = numerator < 0n ? -numerator : numerator
  const below = denominator < 0n ? -denominator : denominator
  const whole = above / below
  const twice = (above % below) * 2n
  const up =
    twice > below || (twice === below && (rounding === 'HalfUp' || (rounding === 'HalfEven' && whole % 2n === 1n)))
  const size = Number(up ? whole + 1n : whole)
  return negative && size !== 0 ? -size : size
}
