/** Who bought without an account: one person for each email, under the key of a guest or of the customer they became. */
import { createHash } from 'node:crypto'
import { emailOf, object, type Row, text } from './values.ts'

const sha256 = (words: string): string => createHash('sha256').update(words).digest('hex')

/** The key that docs/how-to/guests.md promises, for who are one person in the whole project. */
export const guestKey = (project: string, email: string): string =>
  `${project}/guest/${sha256(JSON.stringify([project, JSON.stringify(['', email])]))}`

export const isGuestKey = (key: string): boolean => key.includes('/guest/')

/** Whom an order without a customer shows; null for nobody. */
export function guestOf(order: Row): string | null {
  if (text(object(order).customerId) !== null) return null
  const email = emailOf(order.customerEmail)
  return email !== null && /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(email) ? email : null
}
