/** What is counted of a basket, whether a cart, a quote or an order: its lines, pieces and amount. Total for any JSON. */
import { isObject, type Json, type JsonObject } from '../../model/resource.ts'
import { money } from './money.ts'

export const objectsIn = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isObject) : []

export const linesOf = ({ lineItems, customLineItems }: JsonObject): readonly JsonObject[] => [
  ...objectsIn(lineItems),
  ...objectsIn(customLineItems),
]

/** How many pieces there are in all lines together. */
export const piecesIn = (lines: readonly JsonObject[]): number =>
  lines.reduce((sum, { quantity }) => sum + (typeof quantity === 'number' ? quantity : 0), 0)

/** An amount in units of its currency; null for what is none. */
export function amountOf(price: Json | undefined): number | null {
  const coded = money.toCrm(price ?? null, { get: () => null, field: null })
  return coded.is === 'value' && typeof coded.value === 'number' ? coded.value : null
}

export const currencyOf = (price: Json | undefined): string | null =>
  isObject(price) && typeof price.currencyCode === 'string' ? price.currencyCode : null

/** An amount with all the digits of its currency, and its ISO code; empty for what is none. */
export function priceText(price: Json | undefined): string {
  const amount = amountOf(price)
  if (amount === null || !isObject(price)) return ''
  const digits = typeof price.fractionDigits === 'number' ? price.fractionDigits : 0
  return `${amount.toFixed(Math.min(digits, 20))} ${currencyOf(price) ?? ''}`.trim()
}

/** The sum of amounts of one currency, without the rounding of binary fractions; null where one is no amount or of another currency. */
export function sumOf(prices: readonly Json[]): number | null {
  const exact = prices.map(price => decimalOf(amountOf(price)))
  const currencies = new Set(prices.map(currencyOf))
  if (exact.length === 0 || currencies.size > 1) return null
  let whole = 0n
  const digits = Math.max(...exact.map(one => one?.digits ?? 0))
  for (const one of exact) {
    if (one === null) return null
    whole += one.whole * 10n ** BigInt(digits - one.digits)
  }
  return Number(`${whole}e-${digits}`)
}

/** A number as it is spelt in decimals. */
function decimalOf(amount: number | null): { readonly whole: bigint; readonly digits: number } | null {
  const [, sign = '', units = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(amount)) ?? []
  if (units === '') return null
  const digits = fraction.length - Number(exponent)
  const whole = BigInt(`${sign}${units}${fraction}`)
  return digits < 0 ? { whole: whole * 10n ** BigInt(-digits), digits: 0 } : { whole, digits }
}
