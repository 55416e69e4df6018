/**
 * Who arrives in the simulation of identities: people as the shop tells of them, each with the identity by which the rules
 * know them. Another kind of arrival (a guest's order) is one more source here, with an identity of its own.
 */
import { likeEmail } from '../../../src/mappings/codecs/likeEmail.ts'
import type { JsonObject } from '../../../src/model/resource.ts'
import type { Die } from './gates.ts'

export type Arrival = { readonly id: string; readonly body: JsonObject }

/** Few mailboxes and names, written in many ways: most who arrive may be somebody who is there. */
const mailboxes: readonly (readonly string[])[] = [
  ['anna@example.com', 'Anna@Example.COM', ' anna@example.com '],
  ['bert@m\u00fcller.de', 'bert@mu\u0308ller.de', 'BERT@xn--mller-kva.de'],
  ["c'est+moi@example.com", "C'EST+MOI@example.com"],
]
const lastNames = ['Beck', 'BECK', 'H\u00fcber', 'Huber', null]

export const { form: formOf } = likeEmail()

export function arrivals(die: Die): readonly { readonly kind: string; next(id: string): Arrival }[] {
  const person = (): JsonObject => ({
    email: die.pick(die.pick(mailboxes)),
    firstName: die.pick(['A', 'B']),
    lastName: die.pick(lastNames),
    isVerified: die.chance(0.3),
    note: null,
  })
  return [{ kind: 'customer', next: id => ({ id, body: person() }) }]
}

/** Contacts as sales typed them before: Salesforce keeps an email in lower case. */
export const knownBefore = (die: Die): readonly { readonly Email: string; readonly LastName: string | null }[] =>
  Array.from({ length: die.below(4) }, () => ({
    Email: die.pick(die.pick(mailboxes)).trim().normalize('NFC').toLowerCase(),
    LastName: die.pick(lastNames),
  }))
