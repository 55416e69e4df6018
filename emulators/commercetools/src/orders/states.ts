/** The words that the states of an order, its payment, its shipment and its returns may have. */
import { invalidField } from '../model/errors.ts'
import { type JsonObject, optionalText, text } from '../model/json.ts'

export const WORDS = {
  orderState: ['Open', 'Confirmed', 'Complete', 'Cancelled'],
  paymentState: ['BalanceDue', 'Failed', 'Pending', 'CreditOwed', 'Paid'],
  shipmentState: ['Shipped', 'Delivered', 'Ready', 'Pending', 'Delayed', 'Partial', 'Backorder', 'Canceled'],
  returnShipmentState: ['Advised', 'Returned', 'BackInStock', 'Unusable'],
  returnPaymentState: ['NonRefundable', 'Initial', 'Refunded', 'NotRefunded'],
} as const

export function optionalWord(body: JsonObject, name: string, of: keyof typeof WORDS): string | undefined {
  const given = optionalText(body, name)
  const words: readonly string[] = WORDS[of]
  if (given !== undefined && !words.includes(given)) throw invalidField(name, given, [...words])
  return given
}

export function requiredWord(body: JsonObject, name: string, of: keyof typeof WORDS): string {
  return optionalWord(body, name, of) ?? text(body, name)
}
