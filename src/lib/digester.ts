/** Keyed digests of single values: equal values give equal digests, and a digest alone tells nothing. */
import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto'

type Scalar = string | number | boolean | null

/** 96 bits: two of a billion values of one field collide with a chance of about one in 10^11. */
const macLength = 16
const keyIdLength = 4
/** Values as short as a country code come again in thousands of records: their digests are kept, up to so many. */
const shortLength = 5
const kept = 20_000

const keyOf = (secret: string): KeyObject => createSecretKey(Buffer.from(secret, 'utf8'))

const keyIdOf = (key: KeyObject): string =>
  createHmac('sha256', key).update('key id').digest('base64url').slice(0, keyIdLength)

/** The type is part of what is digested: `"1"`, `1` and `true` are three values. */
const textOf = (field: string, value: Scalar): string => `${field}\u0000${JSON.stringify(value)}`

/**
 * HMAC's construction, H(outer ‖ H(inner ‖ text)), over two keys of one SHA-256 block each that are derived from the
 * secret: docs/decisions/6. In text throughout, because the one-shot hash of a text costs a fifth of an HMAC object.
 */
function macOf(key: KeyObject): (text: string) => string {
  const block = (use: string): string => createHmac('sha384', key).update(use).digest('base64url')
  const [inner, outer] = [block('inner'), block('outer')]
  return text => hash('sha256', outer + hash('sha256', inner + text, 'base64url'), 'base64url').slice(0, macLength)
}

const isShort = (value: Scalar): boolean =>
  value === null || typeof value === 'boolean' || (typeof value === 'string' && value.length <= shortLength)

/**
 * Digests are `<key id>.<mac>`, the mac 16 base64url characters. `older` keys answer `under` only, so that bases
 * written before a key was changed can be compared once more and then be written anew.
 */
export function digester(current: string, older: readonly string[] = []) {
  const key = keyOf(current)
  const keyId = keyIdOf(key)
  const macs = new Map([...older.map(keyOf), key].map(each => [keyIdOf(each), macOf(each)]))
  const mac = macOf(key)
  const shorts = new Map<string, string>()
  return {
    keyId,
    digest(field: string, value: Scalar): string {
      const text = textOf(field, value)
      if (!isShort(value)) return `${keyId}.${mac(text)}`
      const known = shorts.get(text) ?? `${keyId}.${mac(text)}`
      if (shorts.size < kept) shorts.set(text, known)
      return known
    },
    under(id: string, field: string, value: Scalar): string | null {
      const by = macs.get(id)
      return by ? `${id}.${by(textOf(field, value))}` : null
    },
  }
}
