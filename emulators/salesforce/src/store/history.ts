// What records were before their last changes: the most recent changes of the org in a ring, for a person who looks at one.
// In memory only, since the journal has it all.

import type { Row } from '../entities.ts'

export type History = {
  /** A row as it was, and what replaced it; undefined where it is gone for good. */
  note(before: Row, after: Row | undefined): void
  /** Earlier versions of a row, the latest first. */
  of(id: string): Row[]
  clear(): void
}

const KEPT = 20_000

export function history(): History {
  let ring: Row[] = []
  let last = 0
  return {
    note(before, after) {
      if (before !== after) ring[last++ % KEPT] = before
    },
    of(id) {
      const found: Row[] = []
      for (let at = last - 1; at >= Math.max(0, last - KEPT); at--) {
        const row = ring[at % KEPT]
        if (row?.id === id) found.push(row)
      }
      return found
    },
    clear() {
      ring = []
      last = 0
    },
  }
}
