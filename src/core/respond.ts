/** What to do after a failure: the failure's name says it, this gives it a time. */
import type { Failure, Next } from '../model/outcome.ts'
import { type Instant, unreachable } from '../model/resource.ts'

export type RespondInput = {
  readonly failure: Failure
  /** Whether one row or the whole call failed: a call that fails as a whole says nothing about its rows. */
  readonly scope: 'row' | 'call'
  /** Tries of this row so far, this one not counted. */
  readonly attempts: number
  readonly maxAttempts: number
  readonly now: Instant
  /** From 0 to 1: spreads retries so that they do not come back together. */
  readonly jitter: number
}

const firstDelayMs = 1_000
const longestDelayMs = 300_000
/** A remote that throttles without saying until when. */
const unknownThrottleMs = 30_000
const deniedMs = 60_000
/** A second try at once is right for a lost race; the fifth in a row is not one any more. */
const immediateReplans = 3

const later = (now: Instant, ms: number): Instant => new Date(Date.parse(now) + ms).toISOString()

/** Doubles with each attempt from one second to five minutes; jitter takes up to half of it away. */
export function backoffMs(attempts: number, jitter: number): number {
  const full = Math.min(firstDelayMs * 2 ** Math.max(0, Math.min(attempts, 20)), longestDelayMs)
  return Math.round(full * (1 - Math.max(0, Math.min(jitter, 1)) / 2))
}

/** The remote's own time, unless it is none or past: a clock that runs behind ours must not make us hammer. */
function allowedAt(retryAt: Instant | null, now: Instant, wait: number): Instant {
  const toldMs = retryAt === null ? Number.NaN : Date.parse(retryAt)
  if (Number.isNaN(toldMs)) return later(now, Math.max(wait, unknownThrottleMs))
  return toldMs > Date.parse(now) ? new Date(toldMs).toISOString() : later(now, wait)
}

/** The caller's next move. `throttled` and `denied` pause the lane; a whole call's `unavailable` does too. */
export function respond({ failure, scope, attempts, maxAttempts, now, jitter }: RespondInput): Next {
  const wait = backoffMs(attempts, jitter)
  switch (failure.is) {
    case 'invalid':
      // Nothing is wrong with the record: a person says which one it is.
      return failure.duplicate === undefined ? { do: 'fail', failure } : { do: 'review' }
    case 'stale':
      if (attempts >= maxAttempts) return { do: 'fail', failure }
      return attempts < immediateReplans ? { do: 'replan' } : { do: 'retry', at: later(now, wait) }
    case 'throttled':
      return { do: 'pause', until: allowedAt(failure.retryAt, now, wait), failure }
    case 'unavailable':
      if (scope === 'call') return { do: 'pause', until: later(now, wait), failure }
      return attempts >= maxAttempts ? { do: 'fail', failure } : { do: 'retry', at: later(now, wait) }
    case 'uncertain':
      return { do: 'retry', at: later(now, wait) }
    case 'denied':
      return scope === 'call' ? { do: 'pause', until: later(now, deniedMs), failure } : { do: 'fail', failure }
    default:
      return unreachable(failure.is)
  }
}
