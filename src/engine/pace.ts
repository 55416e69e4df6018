/**
 * How soon the next pass may start: a token bucket filled from what is left of the org's daily calls. While it holds
 * tokens a change goes at once; when they run short changes wait for company, a little, and travel together.
 */
import type { RemoteLimits } from '../model/ports.ts'
import type { Pace } from './engine.ts'

const dayMs = 86_400_000

export type Bucket = {
  /** Milliseconds until a pass should start; 0 for now. A full pass never waits: nothing would be saved by it. */
  delayMs(nowMs: number): number
  /** Enters what the org says after a pass: the difference to the last time are the calls spent since. */
  spent(limits: RemoteLimits, nowMs: number): void
  readonly tokens: number
}

/** Starts full. `used` of the org may fall when its day rolls over; that spends nothing. */
export function bucket(pace: Pick<Pace, 'burst' | 'reserve' | 'maxDelayMs'>): Bucket {
  let tokens = pace.burst
  let perMs = Number.POSITIVE_INFINITY
  let lastMs: number | null = null
  let lastUsed: number | null = null
  const refill = (nowMs: number): void => {
    const gained = lastMs === null ? 0 : (nowMs - lastMs) * perMs
    tokens = Math.min(pace.burst, tokens + (Number.isNaN(gained) ? 0 : gained))
    lastMs = nowMs
  }
  return {
    get tokens() {
      return tokens
    },
    delayMs(nowMs) {
      refill(nowMs)
      if (tokens >= 1) return 0
      return perMs <= 0 ? pace.maxDelayMs : Math.min(pace.maxDelayMs, Math.ceil((1 - tokens) / perMs))
    },
    spent(limits, nowMs) {
      refill(nowMs)
      if (limits === null) return
      // A debt of one burst at most: enough that a busy stretch gathers full passes, not so much that it is felt for long.
      if (lastUsed !== null && limits.used > lastUsed) tokens = Math.max(-pace.burst, tokens - (limits.used - lastUsed))
      lastUsed = limits.used
      perMs = Math.max(0, limits.max * (1 - pace.reserve) - limits.used) / dayMs
    },
  }
}
