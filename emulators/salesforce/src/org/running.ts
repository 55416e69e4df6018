// Calls that are being answered at this moment, and how many of them have run for long: an org bears only a few of those.

/** From here on a call counts as a long one ("API Request Limits and Allocations"). */
const LONG_MS = 20_000

export type Running = {
  /** Notes a call; gives what ends it. */
  enter(at: number): () => void
  count(): number
  long(now: number): number
}

export function running(): Running {
  const begun = new Map<object, number>()
  return {
    enter(at) {
      const key = {}
      begun.set(key, at)
      return () => void begun.delete(key)
    },
    count: () => begun.size,
    long(now) {
      let count = 0
      // In order of their beginning: what follows a short one is short too.
      for (const at of begun.values()) {
        if (now - at < LONG_MS) break
        count++
      }
      return count
    },
  }
}
