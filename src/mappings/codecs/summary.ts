/** The lines of a basket as a few lines of text, for people who want to see what it is about without a record for each. */
import type { Json, JsonObject } from '../../model/resource.ts'
import { localized } from './localized.ts'
import { money } from './money.ts'

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const objectsIn = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isObject) : []

/** What people read; all of it is counted. */
const mostLines = 50

/** The list of lines and the custom ones after it. */
export const linesOf = ({ lineItems, customLineItems }: JsonObject): readonly JsonObject[] => [
  ...objectsIn(lineItems),
  ...objectsIn(customLineItems),
]

const countOf = ({ quantity }: JsonObject): number => (typeof quantity === 'number' ? quantity : 0)

/** How many pieces there are in all lines together. */
export const piecesIn = (lines: readonly JsonObject[]): number => lines.reduce((sum, one) => sum + countOf(one), 0)

/** An amount in units of its currency; null for what is none. */
export function amountOf(price: Json | undefined): number | null {
  const coded = money.toCrm(price ?? null, { get: () => null, field: null })
  return coded.is === 'value' && typeof coded.value === 'number' ? coded.value : null
}

export const currencyOf = (price: Json | undefined): string | null =>
  isObject(price) && typeof price.currencyCode === 'string' ? price.currencyCode : null

/** `2 × Green mug (MUG-1): 19.98 EUR`, a line each, in the basket's own language. Null for an empty one. */
export function summary(body: JsonObject, language: string): string | null {
  const lines = linesOf(body)
  if (lines.length === 0) return null
  const names = localized({ locale: 'locale', default: language })
  const get = (path: string): Json => (path === 'locale' ? (body.locale ?? null) : null)
  const texts = lines.slice(0, mostLines).map(line => {
    const named = names.toCrm(line.name ?? null, { get, field: null })
    const name = named.is === 'value' && typeof named.value === 'string' ? named.value : '(no name)'
    const sku = isObject(line.variant) && typeof line.variant.sku === 'string' ? ` (${line.variant.sku})` : ''
    const amount = amountOf(line.totalPrice)
    const price = amount === null ? '' : `: ${amount} ${currencyOf(line.totalPrice) ?? ''}`.trimEnd()
    return `${countOf(line)} × ${name}${sku}${price}`
  })
  const rest = lines.length - texts.length
  return [...texts, ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n')
}
