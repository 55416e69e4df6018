/** Ids that follow from a name and a count: the same data file is given the same ids, wherever it is read. */
import { hash } from 'node:crypto'

/** Version 4 UUIDs in form, hashes in truth: no two of one name meet, and none meets those of another. */
export function numberedIds(name: string): () => string {
  let count = 0
  return () => {
    count += 1
    const hex = hash('sha256', `${name}/${count}`)
    const variant = '89ab'[Number.parseInt(hex.charAt(16), 16) & 3]
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
  }
}
