/** The real clock: wall time for records, monotonic time for leases, sleep that a signal ends. */
import { setTimeout } from 'node:timers/promises'

export const clock = () => ({
  now: (): string => new Date().toISOString(),
  monotonicMs: (): number => performance.now(),
  /** Rejects with the signal's reason when it fires first. */
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    try {
      await setTimeout(ms, undefined, { signal })
    } catch (error) {
      throw signal.aborted ? signal.reason : error
    }
  },
})
