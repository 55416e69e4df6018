/** What a cart is at a moment: abandoned or not, worth a record or not, over or not. Time alone can change it. */
import type { JsonObject } from '../../model/resource.ts'
import type { Derive } from '../../model/watched.ts'
import { amountOf, currencyOf, linesOf, objectsIn, piecesIn } from '../codecs/basket.ts'

export type Worth = {
  /** Left alone for so long, a cart is abandoned. */
  readonly afterMs: number
  /** From what value on a cart gets a record, in units by ISO code of the currency; `*` for any other one. */
  readonly minimum: Readonly<Record<string, number>>
}

/** The words of `Status`. `Deleted` is written when the cart is gone. */
export const cartStates = ['Active', 'Abandoned', 'Frozen', 'Ordered', 'Merged', 'Deleted'] as const
export type CartState = (typeof cartStates)[number]

const dayMs = 86_400_000

function stateOf({ cartState }: JsonObject, isLeft: boolean): CartState {
  if (cartState === 'Ordered' || cartState === 'Merged' || cartState === 'Frozen') return cartState
  return isLeft ? 'Abandoned' : 'Active'
}

const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== ''

/** Anonymous carts are nobody's: there is no one to write to. */
const hasOwner = ({ customerId, customerEmail }: JsonObject): boolean => isText(customerId) || isText(customerEmail)

/** Whether its total is as much as that, or more; where nothing is said of its currency, any total is. */
export function isWorth({ totalPrice }: JsonObject, minimum: Worth['minimum']): boolean {
  const least = minimum[currencyOf(totalPrice) ?? ''] ?? minimum['*'] ?? 0
  const amount = amountOf(totalPrice)
  return amount !== null && amount >= least
}

/** When commercetools deletes it, if nobody changes it any more. */
function expiryOf({ deleteDaysAfterLastModification: days }: JsonObject, changedMs: number): string | null {
  const at = typeof days === 'number' ? new Date(changedMs + days * dayMs) : null
  return at === null || Number.isNaN(at.getTime()) ? null : at.toISOString()
}

const madeOrder = ({ orders }: JsonObject): JsonObject => objectsIn(orders).at(-1) ?? {}

export const cartSeen =
  (worth: Worth): Derive =>
  (body, { now, modifiedAt }) => {
    const changedMs = Date.parse(modifiedAt)
    const lines = linesOf(body)
    const state = stateOf(body, Date.parse(now) - changedMs >= worth.afterMs)
    const { id: orderId = null, orderNumber = null } = madeOrder(body)
    return {
      state,
      changedAt: modifiedAt,
      isDue: state === 'Abandoned' && hasOwner(body) && lines.length > 0 && isWorth(body, worth.minimum),
      isOver: state === 'Ordered' || state === 'Merged',
      pieces: piecesIn(lines),
      expiresAt: expiryOf(body, changedMs),
      orderId,
      orderNumber,
    }
  }
