/** What is counted of a basket, whether a cart, a quote or an order: its lines, pieces and amount. Total for any JSON. */
import type { Json, JsonObject } from '../../model/resource.ts'
import { money } from './money.ts'

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

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
