/** When an order was placed, and whether that is so long ago that it is not worth a record any more. */
import type { Derive } from '../../model/watched.ts'

const dayMs = 86_400_000

/**
 * Of an order that another system brought along `completedAt` says when it was placed; `createdAt` is then the day of the
 * import. What says neither is taken for recent: nothing is left out without a reason.
 */
export const placedWithin =
  (days: number): Derive =>
  ({ completedAt, createdAt }, { now }) => {
    const ageMs = Date.parse(now) - Date.parse(String(completedAt ?? createdAt))
    return { isRecent: !(ageMs > days * dayMs) }
  }
