/** Keeps the values of open conflicts and failures unreadable in the database and its backups: AES-256-GCM. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

export type Seal = {
  /** `<key id>.<nonce, tag and text>`. `about` is bound in: a sealed text moved to another record does not open. */
  close(text: string, about: string): string
  /** Null when it was sealed under another key or was tampered with. */
  open(sealed: string, about: string): string | null
}

const nonceBytes = 12
const tagBytes = 16

/** `key`: 32 bytes. */
export function seal(key: Buffer): Seal {
  if (key.length !== 32) throw new RangeError('the encryption key must have 32 bytes')
  const keyId = createHash('sha256').update('ctsf key id').update(key).digest('hex').slice(0, 8)
  return {
    close(text, about) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(about))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return `${keyId}.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64')}`
    },
    open(sealed, about) {
      const [id, packed = ''] = sealed.split('.')
      if (id !== keyId) return null
      const bytes = Buffer.from(packed, 'base64')
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes))
          .setAAD(Buffer.from(about))
          .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
        const text = [decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]
        return Buffer.concat(text).toString('utf8')
      } catch {
        return null
      }
    },
  }
}
