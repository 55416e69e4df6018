/** Does something again and again until the service stops: at its pace, sooner when there is more, later while a remote fails. */
import { backoffMs } from '../core/respond.ts'
import { RemoteFailure } from '../model/outcome.ts'
import { StoreDown } from '../model/ports.ts'
import type { Engine } from './engine.ts'

export type Repeat = {
  readonly signal: AbortSignal
  readonly everyMs: number
  /** For the log: what cannot be done now. */
  readonly what: string
}

/** The share of the interval within which a look of another process is as good as one's own. */
export const freshShare = 0.9

/** `work` answers whether there is more to do at once. Rejects only with what is neither a remote nor the database: a bug. */
export async function repeat(
  engine: Engine,
  { signal, everyMs, what }: Repeat,
  work: () => Promise<boolean>,
): Promise<void> {
  let troubles = 0
  while (!signal.aborted) {
    let waitMs = everyMs
    try {
      if (await work()) waitMs = 0
      troubles = 0
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof RemoteFailure || error instanceof StoreDown)) throw error
      const allowedAt = error instanceof RemoteFailure ? Date.parse(error.failure.retryAt ?? '') : Number.NaN
      const asked = Number.isNaN(allowedAt) ? 0 : allowedAt - Date.parse(engine.clock.now())
      waitMs = Math.max(everyMs, backoffMs(troubles++, 0.5), asked)
      engine.log.warn({ message: error.message }, `${what} now; trying again`)
    }
    await engine.clock.sleep(waitMs, signal).catch(() => undefined)
  }
}
