// The org's clock: the wall plus what was added, until frozen. Nothing else in the emulator asks for the time.

export type ClockState = { offsetMs: number; frozenAt: number | null }

export type Clock = {
  now(): number
  advance(ms: number): void
  freeze(on: boolean): void
  state(): ClockState
  restore(state: ClockState): void
}

export function clock(): Clock {
  let offsetMs = 0
  let frozenAt: number | null = null
  const now = (): number => frozenAt ?? Date.now() + offsetMs
  return {
    now,
    advance(ms) {
      if (frozenAt !== null) frozenAt += ms
      else offsetMs += ms
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
  }
}
