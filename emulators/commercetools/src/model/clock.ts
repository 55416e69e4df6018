/** The emulator's own time: the wall's plus what was added, or frozen; never backwards. */

type ClockState = { offsetMs: number; frozenAt: number | null }

export type Clock = {
  /** Milliseconds since 1970; two readings never go backwards. */
  ms(): number
  iso(): string
  move(change: { advanceMs?: number | undefined; freeze?: boolean | undefined }): void
  state(): ClockState
  restore(state: ClockState, notBefore: number): void
}

export function clock(wall: () => number = Date.now): Clock {
  let offsetMs = 0
  let frozenAt: number | null = null
  let last = 0
  let lastIso = ''
  let lastIsoAt = -1
  const ms = () => {
    const now = frozenAt ?? wall() + offsetMs
    if (now > last) last = now
    return last
  }
  return {
    ms,
    iso() {
      const now = ms()
      if (now !== lastIsoAt) {
        lastIsoAt = now
        lastIso = new Date(now).toISOString()
      }
      return lastIso
    },
    move({ advanceMs = 0, freeze }) {
      const now = ms()
      if (frozenAt === null) offsetMs += advanceMs
      else frozenAt += advanceMs
      if (freeze === true) frozenAt ??= now + advanceMs
      if (freeze === false && frozenAt !== null) {
        offsetMs = frozenAt - wall()
        frozenAt = null
      }
    },
    state: () => ({ offsetMs, frozenAt }),
    restore(state, notBefore) {
      offsetMs = state.offsetMs
      frozenAt = state.frozenAt
      last = notBefore
    },
  }
}
