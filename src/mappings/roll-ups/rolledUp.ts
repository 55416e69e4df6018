/** What all orders of a person come to, and when their last cart was: counted anew each time, from what the shop has. */
import type { Json, JsonObject } from '../../model/resource.ts'
import type { Derive } from '../../model/watched.ts'
import { amountOf, currencyOf, objectsIn, sumOf } from '../codecs/basket.ts'
import type { OrgCurrency } from '../codecs/summed.ts'

/** The digits that the package's number fields keep. */
const digits = 4
/** What fits into the text of all totals. */
const textLength = 255

/** What is kept of an order until it is counted. */
export const keptOfOrder = ({ completedAt, createdAt, orderState, totalPrice }: JsonObject): JsonObject => ({
  completedAt: completedAt ?? null,
  createdAt: createdAt ?? null,
  orderState: orderState ?? null,
  totalPrice: totalPrice ?? null,
})

/** What is kept of a cart. */
export const keptOfCart = ({ lastModifiedAt }: JsonObject): JsonObject => ({ lastModifiedAt: lastModifiedAt ?? null })

/** When an order was placed: of one that another system brought along `completedAt` says it. */
const placedAt = ({ completedAt, createdAt }: JsonObject): Json => completedAt ?? createdAt ?? null

/** Instants in their order, whatever their spelling; what is none is left out. */
const inTurn = (values: readonly (Json | undefined)[]): readonly string[] =>
  values
    .flatMap(value => (typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? [value] : []))
    .toSorted((a, b) => Date.parse(a) - Date.parse(b))

const rounded = (amount: number): number => Number(amount.toFixed(digits))

/** Totals by currency, the largest number of orders first, then by code; only as many as fit, whole ones. */
function totalsText(byCurrency: readonly Total[]): string | null {
  const words = byCurrency
    .toSorted((a, b) => b.orders - a.orders || (a.code < b.code ? -1 : 1))
    .map(({ code, amount, fractionDigits }) => `${amount.toFixed(fractionDigits)} ${code}`)
  let text = ''
  for (const word of words) {
    const longer = text === '' ? word : `${text}, ${word}`
    if (longer.length > textLength) break
    text = longer
  }
  return text === '' ? null : text
}

type Total = {
  readonly code: string
  readonly amount: number
  readonly orders: number
  readonly fractionDigits: number
}

function totalsOf(orders: readonly JsonObject[]): readonly Total[] {
  const priced = orders.filter(({ totalPrice }) => amountOf(totalPrice) !== null && currencyOf(totalPrice) !== null)
  return [...Map.groupBy(priced, ({ totalPrice }) => currencyOf(totalPrice) ?? '')].flatMap(([code, some]) => {
    const prices = some.map(({ totalPrice }) => totalPrice ?? null)
    const amount = sumOf(prices)
    const places = prices.map(price =>
      typeof price === 'object' && price !== null && 'fractionDigits' in price ? Number(price.fractionDigits) : 0,
    )
    const fractionDigits = Math.min(20, Math.max(0, ...places.filter(Number.isInteger)))
    return amount === null ? [] : [{ code, amount, orders: some.length, fractionDigits }]
  })
}

/** One amount of all of them: in the org's only currency where it has one, else where all orders have the same. */
function oneTotal(totals: readonly Total[], org: OrgCurrency | null): Omit<Total, 'fractionDigits'> | null {
  const [first, ...others] = totals
  if (org === null) return first === undefined || others.length > 0 ? null : first
  const own = totals.flatMap(({ code, amount, orders }) => {
    const rate = code === org.code ? 1 : org.rates?.[code]
    return rate === undefined ? [] : [{ amount: amount * rate, orders }]
  })
  if (own.length === 0) return null
  const sum = (of: (one: { amount: number; orders: number }) => number) => own.reduce((all, one) => all + of(one), 0)
  return { code: org.code, amount: sum(one => one.amount), orders: sum(one => one.orders) }
}

/** Shown to the expressions as `derived.rollUp`. Cancelled orders do not count. */
export const rolledUp =
  (org: OrgCurrency | null): Derive =>
  ({ placed, left }) => {
    const orders = objectsIn(placed).filter(({ orderState }) => orderState !== 'Cancelled')
    const totals = totalsOf(orders)
    const one = oneTotal(totals, org)
    const times = inTurn(orders.map(placedAt))
    const carts = inTurn(objectsIn(left).map(({ lastModifiedAt }) => lastModifiedAt))
    return {
      rollUp: {
        orders: orders.length,
        total: one === null ? null : rounded(one.amount),
        currency: one?.code ?? null,
        average: one === null ? null : rounded(one.amount / one.orders),
        totals: totalsText(totals),
        first: times[0] ?? null,
        last: times.at(-1) ?? null,
        lastCart: carts.at(-1) ?? null,
      },
    }
  }
