/** Secrets: read from `NAME` or from the file that `NAME_FILE` names, and compared without telling how much was right. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'

export type SecretRead =
  | { readonly is: 'value'; readonly value: string; readonly place: string }
  | { readonly is: 'absent' }
  | { readonly is: 'unreadable'; readonly place: string; readonly why: string }

type Environment = Readonly<Record<string, string | undefined>>

/** The end of line that editors and `echo` leave in a file is not part of the secret. */
export function readSecret(env: Environment, name: string): SecretRead {
  const direct = env[name]
  const file = env[`${name}_FILE`]
  if (direct !== undefined && direct !== '' && file !== undefined && file !== '')
    return { is: 'unreadable', place: name, why: `both ${name} and ${name}_FILE are set` }
  if (direct !== undefined && direct !== '') return { is: 'value', value: direct, place: name }
  if (file === undefined || file === '') return { is: 'absent' }
  const place = `${name}_FILE`
  try {
    const value = readFileSync(file, 'utf8').trimEnd()
    return value === '' ? { is: 'unreadable', place, why: 'the file is empty' } : { is: 'value', value, place }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    return { is: 'unreadable', place, why: `the file cannot be read (${code})` }
  }
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest()

/** Takes the same time whatever is wrong, and does not show the length either. */
export const sameSecret = (given: string, expected: string): boolean => timingSafeEqual(sha256(given), sha256(expected))
