/** The two keys of the database: from the environment, or, for the built-in database, made once and kept beside it. */
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Complaints, Reader } from './environment.ts'

export type Keys = {
  readonly digest: { readonly current: string; readonly older: readonly string[] }
  /** 32 bytes. */
  readonly encryption: Buffer
}

const leastCharacters = 32
const keyBytes = 32
const make = 'make one with: openssl rand -base64 32'

/** 32 bytes from base64, base64url or hex; null for anything else. */
function bytesOf(text: string): Buffer | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  const bytes = /^[\w+/-]+=*$/.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0)
  return bytes.length === keyBytes ? bytes : null
}

/** Null when a key is wrong or missing, which is then said to `complain`. Touches no file when all is in the environment. */
export function keys(read: Reader, options: { readonly dataDir: string | null }, complain: Complaints): Keys | null {
  const digest = read.secret('CTSF_DIGEST_KEY')
  const encryption = read.secret('CTSF_ENCRYPTION_KEY')
  for (const [name, value] of [
    ['CTSF_DIGEST_KEY', digest],
    ['CTSF_ENCRYPTION_KEY', encryption],
  ] as const)
    if (value === null && !read.given(name) && options.dataDir === null)
      complain.say(name, 'is missing, and all workers of a database must share it', make)
  const digests = digest?.split(',').map(key => key.trim()) ?? []
  if (digests.some(key => key.length < leastCharacters))
    complain.say('CTSF_DIGEST_KEY', `has fewer than ${leastCharacters} characters`, make)
  const bytes = encryption === null ? null : bytesOf(encryption)
  if (encryption !== null && bytes === null)
    complain.say('CTSF_ENCRYPTION_KEY', `is not ${keyBytes} bytes in base64 or hex`, make)
  if (complain.problems.length > 0) return null
  const own = options.dataDir !== null && (digest === null || bytes === null) ? kept(options.dataDir, complain) : null
  const [current = own?.digest, ...older] = digests
  const encryptionKey = bytes ?? (own ? Buffer.from(own.encryption, 'base64') : null)
  return current === undefined || encryptionKey === null
    ? null
    : { digest: { current, older }, encryption: encryptionKey }
}

const file = z.object({ digest: z.string().min(leastCharacters), encryption: z.string() })

/** Without these keys every agreed value would look changed: so a file that cannot be read is never replaced. */
function kept(dataDir: string, complain: Complaints): z.infer<typeof file> | null {
  const path = join(dataDir, 'keys.json')
  try {
    mkdirSync(dataDir, { recursive: true })
    const fresh = {
      digest: randomBytes(keyBytes).toString('base64url'),
      encryption: randomBytes(keyBytes).toString('base64'),
    }
    // `wx`: of two processes that start at once, one makes the keys and both read them.
    writeFileSync(path, `${JSON.stringify(fresh)}\n`, { mode: 0o600, flag: 'wx' })
    chmodSync(path, 0o600)
    return fresh
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
      complain.say(
        'DATA_DIR',
        `cannot be written (${String((error as { code?: unknown }).code)})`,
        'name a directory of yours',
      )
      return null
    }
  }
  try {
    return file.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    complain.say('DATA_DIR', 'keys.json in it cannot be read', 'restore it, or start anew with an empty DATA_DIR')
    return null
  }
}
