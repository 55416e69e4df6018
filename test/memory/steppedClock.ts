/** A clock whose sleepers wait until time is moved by hand. */
import type { Clock } from '../../src/model/ports.ts'

/** Everything that can go on without time passing goes on. */
export const settle = async (): Promise<void> => {
  for (let turns = 0; turns < 20; turns++) await new Promise(resolve => setImmediate(resolve))
}

export function steppedClock(clock: Clock & { advance(ms: number): void }) {
  const sleepers = new Set<{ untilMs: number; wake: () => void }>()
  const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const one = { untilMs: clock.monotonicMs() + ms, wake: resolve }
      sleepers.add(one)
      signal.addEventListener('abort', () => {
        sleepers.delete(one)
        reject(signal.reason)
      })
    })
  return {
    clock: { ...clock, sleep },
    async advance(ms: number): Promise<void> {
      clock.advance(ms)
      for (const one of [...sleepers])
        if (one.untilMs <= clock.monotonicMs()) {
          sleepers.delete(one)
          one.wake()
        }
      await settle()
    },
  }
}
