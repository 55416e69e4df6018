// The API calls of the last 24 hours on the org's clock, in five-minute buckets: exact enough for a rolling limit and
// small enough to keep.

const BUCKET_MS = 5 * 60 * 1000
const WINDOW_MS = 24 * 60 * 60 * 1000

export type Usage = {
  add(calls: number, at: number): void
  used(now: number): number
  buckets(): [at: number, calls: number][]
  clear(): void
}

export function usage(): Usage {
  const buckets = new Map<number, number>()
  let total = 0
  const expire = (now: number): void => {
    for (const [at, calls] of buckets) {
      if (at > now - WINDOW_MS) break
      buckets.delete(at)
      total -= calls
    }
  }
  return {
    add(calls, at) {
      const bucket = at - (at % BUCKET_MS)
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + calls)
      total += calls
    },
    used(now) {
      expire(now)
      return total
    },
    buckets: () => [...buckets],
    clear() {
      buckets.clear()
      total = 0
    },
  }
}
