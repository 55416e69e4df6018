/** Keyed digests of single values: equal values give equal digests, and a digest alone tells nothing. */
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'

type Scalar = string | number | boolean | null

/** 96 bits: two of a billion values of one field collide with a chance of about one in 10^11. */
const macLength = 16
const keyIdLength = 4

const keyOf = (secret: string): KeyObject => createSecretKey(Buffer.from(secret, 'utf8'))

const keyIdOf = (key: KeyObject): string =>
  createHmac('sha256', key).update('key id').digest('base64url').slice(0, keyIdLength)

/** The type is part of what is digested: `"1"`, `1` and `true` are three values. */
const textOf = (field: string, value: Scalar): string => `${field}\u0000${JSON.stringify(value)}`

/**
 * Digests are `<key id>.<mac>`: HMAC-SHA-256, cut to 16 base64url characters. `older` keys answer `under` only, so that
 * bases written before a key was changed can be compared once more and then be written anew.
 */
export function digester(current: string, older: readonly string[] = []) {
  const key = keyOf(current)
  const keyId = keyIdOf(key)
  const known = new Map([...older.map(keyOf), key].map(each => [keyIdOf(each), each]))
  const mac = (id: string, by: KeyObject, field: string, value: Scalar): string =>
    `${id}.${createHmac('sha256', by).update(textOf(field, value)).digest('base64url').slice(0, macLength)}`
  return {
    keyId,
    digest: (field: string, value: Scalar): string => mac(keyId, key, field, value),
    under(id: string, field: string, value: Scalar): string | null {
      const by = known.get(id)
      return by ? mac(id, by, field, value) : null
    },
  }
}
