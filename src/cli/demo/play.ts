/** Lets customers arrive and waits until everything is quiet, telling how far it is. */
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import type { Status } from '../../app.ts'
import { note } from '../out.ts'
import { played as scenarios } from './scenarios.ts'
import { projectKey, type Stage } from './stage.ts'

const progressForm = z.object({
  running: z.boolean(),
  scenario: z.string().optional(),
  done: z.number(),
  total: z.number().nullable(),
  arrived: z.number(),
  played: z.array(z.string()),
  skipped: z.number(),
})
const deliveriesForm = z.object({ pending: z.number() })
const countForm = z.object({ total: z.number(), results: z.array(z.object({ id: z.string() })) })

const lookEveryMs = 50
/** Without any progress for so long it is not going to become quiet. */
const patienceMs = 60_000
const tellEveryMs = 2_000

export const progressOf = async ({ commerce }: Stage) => progressForm.parse(await commerce.ask('/play'))
export const customersOf = async ({ commerce }: Pick<Stage, 'commerce'>) =>
  countForm.parse(await commerce.ask(`/resources/${projectKey}/customers?limit=1`))
const startRate = 500

/** Starts the arrivals unless they were there before or are on their way. The same seed makes the same people. */
export async function arrive(stage: Stage, { customers, seed }: { customers: number; seed: number }): Promise<void> {
  const { running, arrived } = await progressOf(stage)
  if (running || arrived >= customers) return
  const play = { scenario: 'arrivals', rate: startRate, projectKey, seed, customers: customers - arrived }
  await stage.commerce.ask('/play', play)
}

/** A shop that is open: people sign up, buy, edit themselves, leave, without end. */
export async function open(stage: Stage, options: { seed: number }): Promise<void> {
  if ((await progressOf(stage)).running) return
  await stage.commerce.ask('/play', { scenario: 'everyday', rate: 1, projectKey, ...options })
}

/** Ends the day of an earlier start, which would go on for ever. */
export async function calm(stage: Stage): Promise<void> {
  const { running, total } = await progressOf(stage)
  if (running && total === null) await stage.commerce.end('/play')
}

export type Played = { readonly name: string; readonly steps: number; readonly skipped: number }

/** Plays, one after the other, those scenarios that were never played in this data directory. */
export async function playRest(
  stage: Stage,
  { seed, customers, signal }: { seed: number; customers: number; signal: AbortSignal },
): Promise<readonly Played[]> {
  const before = new Set((await progressOf(stage)).played)
  const told: Played[] = []
  for (const { name, steps } of scenarios.filter(each => !before.has(each.name))) {
    const most = Math.min(steps, Math.max(customers, 1))
    await stage.commerce.ask('/play', { scenario: name, rate: startRate, projectKey, seed, steps: most })
    for (;;) {
      const { running, done, skipped } = await progressOf(stage)
      if (!running) {
        told.push({ name, steps: done, skipped })
        break
      }
      await setTimeout(lookEveryMs, undefined, { signal })
    }
  }
  return told
}

type State = {
  readonly scenario: string | undefined
  readonly done: number
  readonly total: number | null
  readonly status: Status
  readonly pending: number
}

/** Everything that is not finished: not told yet, told and not carried over yet. */
async function stateOf(stage: Stage): Promise<State & { readonly playing: boolean }> {
  // In this order: what leaves one place must not be missed in the next.
  const { running, scenario, done, total } = await progressOf(stage)
  const { pending } = deliveriesForm.parse(await stage.commerce.ask('/deliveries'))
  const status = await stage.service.status()
  const later = Object.values(status.lanes).reduce((sum, lane) => sum + lane.later, 0)
  // Who waits for a record that is listed goes on when that does, and not before.
  const moving = status.backlog + Math.max(0, later - status.waiting)
  return { playing: running, scenario, done, total, status, pending: pending + moving }
}

const arriving = ({ scenario, done, total }: State): string =>
  scenario === 'arrivals' && total !== null ? `${done} of ${total} customers have arrived, ` : ''

const line = (state: State): string =>
  `${arriving(state)}${state.status.links} pairs linked, ${state.pending} changes on their way`

/**
 * Resolves with what is still pending: 0 when all is quiet, more when nothing moves any more. Rejects when the signal fires.
 */
export async function quiet(
  stage: Stage,
  options: { readonly signal: AbortSignal; readonly endless?: boolean },
): Promise<number> {
  let last = ''
  let movedAt = performance.now()
  let toldAt = performance.now()
  for (;;) {
    options.signal.throwIfAborted()
    const state = await stateOf(stage)
    if (!state.playing && state.pending === 0) return 0
    // The day of an earlier start never ends.
    if (options.endless && state.playing && state.total === null) return 0
    const now = JSON.stringify([state.done, state.pending, state.status.passes.count, state.status.links])
    if (now !== last) movedAt = performance.now()
    last = now
    if (performance.now() - movedAt > patienceMs) return state.pending
    if (performance.now() - toldAt > tellEveryMs) {
      toldAt = performance.now()
      note(line(state))
    }
    await setTimeout(lookEveryMs, undefined, { signal: options.signal })
  }
}
