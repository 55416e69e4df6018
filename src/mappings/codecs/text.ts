/** Plain text as Salesforce keeps it: without blanks around it, line breaks as LF, and never an empty string. */
import type { Codec } from '../../model/mapping.ts'
import type { Json } from '../../model/resource.ts'
import { bad, value } from './coded.ts'

/**
 * The stored form of a text, null for no text at all. A half of a surrogate pair becomes U+FFFD here,
 * as it would on its way over the wire: else the stored text would never equal ours.
 */
export function plain(raw: string): string | null {
  const kept = raw.toWellFormed().replace(/\r\n?/g, '\n').trim()
  return kept === '' ? null : kept
}

/** A scalar as text; undefined for what is none (an object, a list). */
export function scalar(raw: Json): string | null | undefined {
  if (raw === null || typeof raw === 'string') return raw
  return typeof raw === 'object' ? undefined : String(raw)
}

/** Text, trimmed; blank is no value. Blanks inside stay as they are. The core cuts it to the field's length. */
export const text: Codec = {
  name: 'text',
  doc: 'Text, trimmed; blank is no value.',
  toCrm: raw => {
    const given = scalar(raw)
    if (given === undefined) return bad('is not a text')
    return value(given === null ? null : plain(given))
  },
  toCommerce: stored => stored,
}
