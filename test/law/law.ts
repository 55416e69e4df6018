/** The laws that no tool knows: each says what it found in a source, or null. */
import { codeOf, type Source } from './source.ts'

/** A decision that reads a clock, dice or the world cannot be tested by values. */
export function purity({ text }: Source): string | null {
  const code = codeOf(text)
  for (const [word, pattern] of [
    ['async code', /\basync\b|\bawait\b|\bPromise\b|\.then\(/],
    ['a clock', /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\b|\bset(Timeout|Interval|Immediate)\b/],
    ['randomness', /\bMath\.random\b|\bcrypto\b|\brandomUUID\b/],
    ['the process', /\bprocess\b|\bconsole\b|\bglobalThis\b|\bfetch\(/],
  ] as const)
    if (pattern.test(code)) return word
  return /from ['"]node:/.test(text) || /import\(['"]node:/.test(text) ? 'a node: import' : null
}

export const environment = ({ text }: Source): string | null =>
  /\bprocess\s*\.\s*env\b|\bprocess\s*\[/.test(codeOf(text)) ? 'process.env' : null

/** Paths of one machine, and hosts of package registries, mean nothing on another. */
export function machine({ text }: Source): string | null {
  const found = /(?<![\w./-])\/(home|Users|work|opt|mnt)\/[\w.-]+|registry\.npmjs|unpkg\.com|\bC:\\\\/.exec(text)
  return found === null ? null : found[0]
}

export const longest = 400
export function length({ text }: Source): string | null {
  const lines = text.split('\n').length - 1
  return lines > longest ? `${lines} lines` : null
}

/** Each file opens with a sentence: what this room holds and why. */
export const opening = ({ text }: Source): string | null =>
  /^(#!.*\n)?(\/\*\*|\/\/)/.test(text) ? null : 'no opening sentence'
