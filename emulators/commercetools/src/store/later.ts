/** What happens after a while on the emulator's clock: looked at whenever somebody asks for something. */
import type { Clock } from '../model/clock.ts'

export type Later = {
  after(ms: number, run: () => void): void
  /** Runs what is due, in the order of its time. */
  settle(): void
  clear(): void
}

export function later(clock: Clock): Later {
  let waiting: { at: number; run: () => void }[] = []
  let earliest = Number.POSITIVE_INFINITY
  return {
    after(ms, run) {
      const at = clock.ms() + ms
      waiting.push({ at, run })
      earliest = Math.min(earliest, at)
    },
    settle() {
      const now = clock.ms()
      if (now < earliest) return
      const due = waiting.filter(each => each.at <= now).sort((a, b) => a.at - b.at)
      waiting = waiting.filter(each => each.at > now)
      earliest = waiting.reduce((least, each) => Math.min(least, each.at), Number.POSITIVE_INFINITY)
      for (const { run } of due) run()
    },
    clear() {
      waiting = []
      earliest = Number.POSITIVE_INFINITY
    },
  }
}
