// Query locators: results that are being paged. A user has a few at a time, the oldest goes first, and one that nobody
// asks for ends by itself (SOAP API guide, "QueryLocator": ten of them, fifteen minutes).

import type { Row } from '../entities.ts'
import { makeId } from '../store/ids.ts'
import type { Projection } from './project.ts'

export type Cursor = { rows: Row[]; show: Projection }

export type Cursors = {
  open(userId: string, cursor: Cursor): string
  /** Of this user only, and kept alive by being asked for. */
  get(userId: string, locator: string): Cursor | undefined
  clear(): void
}

const IDLE_MS = 15 * 60 * 1000

export function cursors(most: number, now: () => number): Cursors {
  const byUser = new Map<string, Map<string, { cursor: Cursor; usedAt: number }>>()
  let count = 0
  return {
    open(userId, cursor) {
      const own = byUser.get(userId) ?? new Map()
      byUser.set(userId, own)
      const locator = makeId('0r8', ++count)
      own.set(locator, { cursor, usedAt: now() })
      for (const oldest of own.keys()) {
        if (own.size <= most) break
        own.delete(oldest)
      }
      return locator
    },
    get(userId, locator) {
      const own = byUser.get(userId)
      const found = own?.get(locator)
      if (!found) return undefined
      if (now() - found.usedAt > IDLE_MS) {
        own?.delete(locator)
        return undefined
      }
      found.usedAt = now()
      return found.cursor
    },
    clear: () => byUser.clear(),
  }
}
