/** What was paid for an order and what went back, by the payments that it refers to. */
import type { Codec } from '../../model/mapping.ts'
import { isObject, type JsonObject } from '../../model/resource.ts'
import { currencyOf, objectsIn, sumOf } from './basket.ts'
import { bad, value } from './coded.ts'

/** Transactions that move money one way. Source: TransactionType; authorisations move none. */
export type Way = readonly ('Charge' | 'Refund' | 'Chargeback')[]

/**
 * The sum of the transactions that succeeded. Null where there is no payment, 0 where no money moved. A payment that was not
 * read along, or is in another currency than the order, leaves the field alone: a part of the sum would be no sum.
 */
export const moved = (types: Way): Codec => ({
  name: 'moved',
  doc: `What the successful transactions ${types.join(' and ')} of the payments come to; left as it is when a payment was not read, or has another currency than the order.`,
  toCrm: (raw, { get }) => {
    const references = objectsIn(raw)
    if (references.length === 0) return value(null)
    const payments = references.map(({ obj }) => obj).filter(isObject)
    if (payments.length < references.length) return bad('a payment was not read')
    const amounts = payments.flatMap(payment => amountsOf(payment, types))
    const currency = currencyOf(get('totalPrice'))
    if (amounts.some(amount => currencyOf(amount) !== currency))
      return bad('a payment is in another currency than its order')
    if (amounts.length === 0) return value(0)
    const sum = sumOf(amounts)
    return sum === null ? bad('is not an amount of money') : value(sum)
  },
})

const amountsOf = ({ transactions }: JsonObject, types: Way) =>
  objectsIn(transactions)
    .filter(({ type, state }) => state === 'Success' && types.some(one => one === type))
    .map(({ amount }) => amount ?? null)
