// Which requests are being worked on at this moment, and what they hold: the rows above those that they write, and the
// keys that they are about to create. Requests overlap only while latency is on; without it each is over at once.

import { random } from './faults.ts'

export type Claim = { parents: Set<string>; keys: Set<string> }

export type Held = {
  /** Whether a write below this row must be refused. */
  lock(parentId: string): boolean
  /** Keys that were new when the request came. */
  readonly racing: Set<string>
  leave(): void
}

export type LockSettings = {
  /** Refuse writes below a row that an earlier request still holds. */
  overlap: boolean
  /** Refuse this share of all writes below an account, overlapping or not. */
  rate: number
  seed: number
}

export type InFlight = {
  readonly settings: LockSettings
  set(settings: LockSettings): void
  enter(claim: Claim): Held
}

export const NO_LOCKS: LockSettings = { overlap: false, rate: 0, seed: 1 }

export function inFlight(): InFlight {
  const holders = new Map<string, number>()
  let settings = NO_LOCKS
  let draw = random(1)
  return {
    get settings() {
      return settings
    },
    set(next) {
      settings = next
      draw = random(next.seed)
    },
    enter({ parents, keys }) {
      const contended = new Set(settings.overlap ? [...parents].filter(id => holders.has(id)) : [])
      for (const id of parents) holders.set(id, (holders.get(id) ?? 0) + 1)
      return {
        lock: id => contended.has(id) || (settings.rate > 0 && draw() < settings.rate),
        racing: keys,
        leave() {
          for (const id of parents) {
            const left = (holders.get(id) ?? 1) - 1
            if (left === 0) holders.delete(id)
            else holders.set(id, left)
          }
        },
      }
    },
  }
}
