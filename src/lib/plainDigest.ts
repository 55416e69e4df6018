/** A digest without a secret: the same in every database and under every key. Whoever can guess the text can find it. */
import { hash } from 'node:crypto'

/** SHA-256 in hex: 64 characters that stay apart also where letters are compared without case. */
export const plainDigest = (text: string): string => hash('sha256', text)
