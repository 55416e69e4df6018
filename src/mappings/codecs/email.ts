/** An email address as Salesforce stores it: trimmed and in lower case. Comparing addresses is a matter of identity. */
import type { Codec, Coded, FieldSchema } from '../../model/mapping.ts'
import type { Json } from '../../model/resource.ts'
import { bad, value } from './coded.ts'
import { likeEmail } from './likeEmail.ts'
import { plain, scalar } from './text.ts'

/** The least that Salesforce asks of an address: something, an @, and a domain with a dot. One bad address refuses the whole row. */
const looksLikeOne = /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/

/** An address in its stored form, or why it is none. */
export function address(raw: Json, field: FieldSchema | null): Coded {
  const given = scalar(raw)
  if (given === undefined) return bad('is not an email address')
  const kept = given === null ? null : plain(given)
  if (kept === null) return value(null)
  const stored = kept.normalize('NFC').toLowerCase().normalize('NFC')
  if (!looksLikeOne.test(stored)) return bad('is not an email address')
  // A cut address would be somebody else's.
  if (field && field.length > 0 && stored.length > field.length) return bad(`is longer than ${field.length} characters`)
  return value(stored)
}

export const email: Codec = {
  name: 'email',
  doc: 'An email address: trimmed, lower case, Unicode NFC. One that Salesforce would refuse, or that is too long for the field, is left out.',
  toCrm: (raw, { field }) => address(raw, field),
  toCommerce: stored => stored,
  like: likeEmail(),
}
