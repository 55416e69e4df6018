// The org's clock: the wall plus what was added, until frozen. Nothing else in the emulator asks for the time.

export type ClockState = { offsetMs: number; frozenAt: number | null }

export type Clock = {
  now(): number
  advance(ms: number): void
  freeze(on: boolean): void
  state(): ClockState
  restore(state: ClockState): void
  /** Calls `then` after so long on the wall, or as soon as the clock was put so far ahead; gives what calls it off. */
  after(ms: number, then: () => void): () => void
}

/** What a timer of the runtime can wait. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export function clock(): Clock {
  let offsetMs = 0
  let frozenAt: number | null = null
  const waits = new Map<object, { leftMs: number; end(): void }>()
  const now = (): number => frozenAt ?? Date.now() + offsetMs
  return {
    now,
    advance(ms) {
      if (frozenAt !== null) frozenAt += ms
      else offsetMs += ms
      for (const wait of [...waits.values()]) {
        wait.leftMs -= ms
        if (wait.leftMs <= 0) wait.end()
      }
    },
    freeze(on) {
      if (on) frozenAt ??= now()
      else if (frozenAt !== null) {
        offsetMs = frozenAt - Date.now()
        frozenAt = null
      }
    },
    state: () => ({ offsetMs, frozenAt }),
    restore(state) {
      offsetMs = state.offsetMs
      frozenAt = state.frozenAt
    },
    after(ms, then) {
      const key = {}
      const callOff = (): void => {
        clearTimeout(timer)
        waits.delete(key)
      }
      const end = (): void => {
        callOff()
        then()
      }
      const timer = setTimeout(end, Math.min(ms, LONGEST_TIMER_MS))
      waits.set(key, { leftMs: ms, end })
      return callOff
    },
  }
}
