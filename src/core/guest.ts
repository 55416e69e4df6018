/** Who somebody is who has no record of their own: an email in a scope, said so that the same person is always said the same. */
import type { Appearance, TakeOver } from '../model/mapping.ts'
import type { Json, JsonObject } from '../model/resource.ts'
import { evaluate } from './evaluate.ts'

/** What Salesforce can hold in a field of type Email: nobody with a longer one could be found there. */
const longest = 80
const looksLikeOne = /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/

/** An email in the form in which Salesforce stores it; null for what is none, blanks included. */
export function emailKey(raw: Json): string | null {
  if (typeof raw !== 'string') return null
  const stored = raw.toWellFormed().trim().normalize('NFC').toLowerCase().normalize('NFC')
  return stored.length <= longest && looksLikeOne.test(stored) ? stored : null
}

/** A key, a reference by key, or a list of either. */
function keysIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value]
  if (value === null || typeof value !== 'object') return []
  if (Array.isArray(value)) return value.flatMap(keysIn)
  return 'key' in value && typeof value.key === 'string' ? [value.key] : []
}

const identity = (scope: string, email: string): string => JSON.stringify([scope, email])

/** Whom a record shows; null when it shows nobody, or somebody with a record of their own. */
export function guestIn({ unless, email, scope }: Appearance, body: JsonObject): string | null {
  const named = evaluate(unless)(body)
  const key = emailKey(evaluate(email)(body))
  if (named !== null || key === null) return null
  const [where = ''] = scope === undefined ? [] : keysIn(evaluate(scope)(body))
  return identity(where, key)
}

/** As whom the person of a record may have been known before: in each of their scopes, or where there was none. */
export function guestsBefore({ email, scopes }: TakeOver, { scope }: Appearance, body: JsonObject): readonly string[] {
  const key = emailKey(evaluate(email)(body))
  if (key === null) return []
  const where = scope === undefined || scopes === undefined ? [] : keysIn(evaluate(scopes)(body))
  return (where.length === 0 ? [''] : [...new Set(where)]).map(one => identity(one, key))
}
