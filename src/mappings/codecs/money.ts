/** Amounts of money: commercetools counts in the currency's smallest unit and says how many digits that is, Salesforce in the unit itself. */
import type { Codec } from '../../model/mapping.ts'
import { isObject, type Json } from '../../model/resource.ts'
import { bad, value } from './coded.ts'

const whole = (given: Json | undefined): number | null =>
  typeof given === 'number' && Number.isSafeInteger(given) ? given : null

/** More digits than any money has; commercetools allows 20 for high precision. Source: Money, HighPrecisionMoney. */
const mostDigits = 20

/**
 * The amount as a number of the currency's unit: 1999 with two digits is 19.99, of yen 500 is 500, of dinars 1250 is 1.25. Of a price
 * of high precision the precise amount counts, not the rounded one. The digits are taken from the value and never guessed
 * from the currency. The currency itself goes into a field of its own.
 */
export const money: Codec = {
  name: 'money',
  doc: 'An amount of money in units of its currency, by the digits that commercetools gives with it. High precision stays precise.',
  toCrm: raw => {
    if (raw === null || (typeof raw === 'string' && raw.trim() === '')) return value(null)
    if (typeof raw === 'number') return value(raw)
    if (!isObject(raw)) return bad('is not an amount of money')
    const digits = whole(raw.fractionDigits)
    const amount = raw.type === 'highPrecision' ? whole(raw.preciseAmount) : whole(raw.centAmount)
    if (amount === null || digits === null || digits < 0 || digits > mostDigits) return bad('is not an amount of money')
    // By its decimal spelling: a division would leave the binary neighbour of 19.99.
    return value(amount === 0 ? 0 : Number(`${amount}e-${digits}`))
  },
}
