/** SOQL as text: every value quoted and escaped here, and questions cut to the length a request may have. */

const named: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
}

/** Quotes, backslashes and control characters: all that could end a SOQL string or change its meaning. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is to be escaped.
const special = /[\\'"\u0000-\u001f\u007f]/g

const escaped = (char: string): string =>
  named[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()}`

/** A string literal with its quotes. Source: SOQL and SOSL Reference, Quoted String Escape Sequences. */
export const quoted = (value: string): string => `'${value.replace(special, escaped)}'`

const numbers = new Set(['int', 'long', 'double', 'currency', 'percent'])
const idForm = /^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/
const numberForm = /^-?\d{1,18}(?:\.\d{1,18})?$/

/**
 * The literal of a value for a field of this type. Null for what no record can hold there, where asking would fail the
 * question for all other values too: an empty text, half a surrogate pair, letters in a number, a malformed id.
 */
export function literal(value: string, type: string): string | null {
  if (numbers.has(type)) return numberForm.test(value) ? value : null
  if (type === 'id' || type === 'reference') return idForm.test(value) ? quoted(value) : null
  return value === '' || !value.isWellFormed() ? null : quoted(value)
}

/** A subrequest's URL stays below this: Salesforce answers 414 above 16,384 characters. */
const longestUrl = 15_000

/**
 * `<head> (<literals>)` as encoded query text, in as few parts as fit beside `prefixLength` characters of path.
 * Literals that could not fit in any part are left out: no indexed field is that long.
 */
export function cut(head: string, literals: readonly string[], prefixLength: number): string[] {
  const open = encodeURIComponent(`${head} (`)
  const room = longestUrl - prefixLength - open.length - 1
  const parts: string[] = []
  let part: string[] = []
  let length = 0
  const close = (): void => {
    if (part.length > 0) parts.push(`${open}${part.join(',')})`)
    part = []
    length = 0
  }
  for (const text of literals) {
    const encoded = encodeURIComponent(text)
    if (encoded.length > room) continue
    if (length + encoded.length + 1 > room) close()
    part.push(encoded)
    length += encoded.length + 1
  }
  close()
  return parts
}

/** A field list without repeats; SOQL refuses a field that is named twice, in any case. */
export function fieldList(names: readonly string[]): string {
  const seen = new Map<string, string>()
  for (const name of names) if (!seen.has(name.toLowerCase())) seen.set(name.toLowerCase(), name)
  return [...seen.values()].join(',')
}
