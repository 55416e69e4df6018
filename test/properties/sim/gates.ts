/** A seeded die, and gates: every actor waits at its gates until the simulation lets it through, one gate at a time. */

import type { Engine } from '../../../src/engine/engine.ts'
import { type PortCall, type Tap, tapped } from '../../memory/tapped.ts'

/** The same numbers for the same seed. */
export type Die = {
  next(): number
  chance(rate: number): boolean
  below(limit: number): number
  pick<T>(some: readonly T[]): T
}

export function die(seed: number): Die {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    next,
    below,
    chance: rate => next() < rate,
    pick: some => {
      const one = some[below(some.length)]
      if (one === undefined) throw new RangeError('nothing to pick from')
      return one
    },
  }
}

/** One actor at a gate. `call` is null where it only asks whether to go on. */
export type Gate = {
  readonly actor: string
  readonly when: 'before' | 'after' | 'idle'
  readonly call: PortCall | null
  readonly sinceMs: number
  readonly open: () => void
}

/** What happens between the two gates of a call: the world of the simulation may spoil it. */
export type Between = (actor: string, call: PortCall, effect: () => Promise<unknown>) => Promise<unknown>

/** Lets everything run that can run without another gate being opened. */
export const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

export function gates(nowMs: () => number, between: Between) {
  const waiting: Gate[] = []
  const dead = new Set<string>()
  const stop = (actor: string, when: Gate['when'], call: PortCall | null): Promise<void> =>
    new Promise(open => {
      if (!dead.has(actor)) waiting.push({ actor, when, call, sinceMs: nowMs(), open })
    })
  return {
    waiting,
    /** Through this gate, and on to the next one. */
    async open(gate: Gate): Promise<void> {
      waiting.splice(waiting.indexOf(gate), 1)
      gate.open()
      await settle()
    },
    /** The actor never gets through any gate again; answers those it stood at. */
    kill(actor: string): readonly Gate[] {
      dead.add(actor)
      const stood = waiting.filter(gate => gate.actor === actor)
      for (const gate of stood) waiting.splice(waiting.indexOf(gate), 1)
      return stood
    },
    idle: (actor: string): Promise<void> => stop(actor, 'idle', null),
    /** The engine as this actor has it. */
    of(actor: string, engine: Engine): Engine {
      const tap: Tap = async (call, effect) => {
        await stop(actor, 'before', call)
        const [answer] = await Promise.allSettled([between(actor, call, effect)])
        await stop(actor, 'after', call)
        if (answer.status === 'rejected') throw answer.reason
        return answer.value
      }
      return tapped(engine, tap)
    },
  }
}
