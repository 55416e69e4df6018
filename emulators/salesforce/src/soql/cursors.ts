// Query locators: results that are being paged, the oldest forgotten first.

import type { Row } from '../entities.ts'
import { makeId } from '../store/ids.ts'
import type { Projection } from './project.ts'

export type Cursor = { rows: Row[]; show: Projection }

export type Cursors = {
  open(cursor: Cursor): string
  get(locator: string): Cursor | undefined
  clear(): void
}

const KEPT = 100

export function cursors(): Cursors {
  const open = new Map<string, Cursor>()
  let count = 0
  return {
    open(cursor) {
      const locator = makeId('0r8', ++count)
      open.set(locator, cursor)
      for (const oldest of open.keys()) {
        if (open.size <= KEPT) break
        open.delete(oldest)
      }
      return locator
    },
    get: locator => open.get(locator),
    clear: () => open.clear(),
  }
}
