/** Whether the quantities that an order is split into add up. */
import { ApiError } from '../model/errors.ts'
import type { Basket } from '../model/trade.ts'

/** Items that are sent to several addresses must say so for each piece (InvalidItemShippingDetails). */
export function shippingItemsFit({ lineItems, customLineItems }: Pick<Basket, 'lineItems' | 'customLineItems'>) {
  for (const [items, subject] of [
    [lineItems, 'LineItem'],
    [customLineItems, 'CustomLineItem'],
  ] as const) {
    for (const { id, quantity, shippingDetails } of items) {
      if (!shippingDetails || shippingDetails.targets.length === 0) continue
      const sum = shippingDetails.targets.reduce((all, each) => all + each.quantity, 0)
      if (sum === quantity) continue
      const message = `Inconsistent shipping details for ${subject} with ID '${id}'. ${subject} quantity is ${quantity} and shippingTargets quantity sum is ${sum}.`
      throw new ApiError(400, [{ code: 'InvalidItemShippingDetails', message, subject, itemId: id }])
    }
  }
}
