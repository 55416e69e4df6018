/**
 * Who arrives in the simulation of identities: people as the shop tells of them, by their registration or by what they
 * buy as guests.
 */
import { likeEmail } from '../../../src/mappings/codecs/likeEmail.ts'
import type { JsonObject } from '../../../src/model/resource.ts'
import type { Die } from './gates.ts'

export type Arrival = { readonly type: 'customer' | 'order'; readonly body: JsonObject }

/** Few mailboxes and names, written in many ways: most who arrive may be somebody who is there. */
const mailboxes: readonly (readonly string[])[] = [
  ['anna@example.com', 'Anna@Example.COM', ' anna@example.com '],
  ['bert@m\u00fcller.de', 'bert@mu\u0308ller.de', 'BERT@xn--mller-kva.de'],
  ["c'est+moi@example.com", "C'EST+MOI@example.com"],
]
const lastNames = ['Beck', 'BECK', 'H\u00fcber', 'Huber', null]

export const { form: formOf } = likeEmail()

/** Somebody signs up, or buys: as a guest, or as a customer who is there. */
export function arrivals(die: Die, customers: () => readonly string[]): { next(type: Arrival['type']): JsonObject } {
  const person = (): JsonObject => ({
    email: die.pick(die.pick(mailboxes)),
    firstName: die.pick(['A', 'B']),
    lastName: die.pick(lastNames),
    isVerified: die.chance(0.3),
    note: null,
  })
  const buyer = (): JsonObject => {
    const known = customers()
    return known.length > 0 && die.chance(0.2) ? { customerId: die.pick(known).replace('demo/', '') } : {}
  }
  return { next: type => (type === 'customer' ? person() : { ...person(), isVerified: false, ...buyer() }) }
}

/** Contacts as sales typed them before: Salesforce keeps an email in lower case. */
export const knownBefore = (die: Die): readonly { readonly Email: string; readonly LastName: string | null }[] =>
  Array.from({ length: die.below(4) }, () => ({
    Email: die.pick(die.pick(mailboxes)).trim().normalize('NFC').toLowerCase(),
    LastName: die.pick(lastNames),
  }))
