/** The number of things in a cart, which it shows beside them. */
import { withValue } from '../model/rows.ts'
import type { Cart } from '../model/trade.ts'

export function counted(cart: Cart): Cart {
  const count = cart.lineItems.reduce((all, each) => all + each.quantity, 0)
  return withValue(cart, 'totalLineItemQuantity', cart.lineItems.length > 0 ? count : undefined)
}
