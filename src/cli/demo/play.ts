/** Lets customers arrive and waits until everything is quiet, telling how far it is. */
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import type { Status } from '../../app.ts'
import { note } from '../out.ts'
import { projectKey, type Stage } from './stage.ts'

const progressForm = z.object({ running: z.boolean(), done: z.number(), total: z.number().nullable() })
const deliveriesForm = z.object({ pending: z.number() })
const countForm = z.object({ total: z.number(), results: z.array(z.object({ id: z.string() })) })

const lookEveryMs = 50
/** Without any progress for so long it is not going to become quiet. */
const patienceMs = 60_000
const tellEveryMs = 2_000

export const progressOf = async ({ commerce }: Stage) => progressForm.parse(await commerce.ask('/play'))
export const customersOf = async ({ commerce }: Pick<Stage, 'commerce'>) =>
  countForm.parse(await commerce.ask(`/resources/${projectKey}/customers?limit=1`))
/** Starts the arrivals unless they are all there or on their way. The same seed makes the same people. */
export async function arrive(stage: Stage, options: { customers: number; seed: number }): Promise<void> {
  if ((await progressOf(stage)).running) return
  if ((await customersOf(stage)).total >= options.customers) return
  await stage.commerce.ask('/play', { scenario: 'arrivals', rate: 500, projectKey, ...options })
}

export async function shop(stage: Stage, options: { seed: number }): Promise<void> {
  if ((await progressOf(stage)).running) return
  await stage.commerce.ask('/play', { scenario: 'shoppers', rate: 0.5, projectKey, ...options })
}

type State = { readonly done: number; readonly total: number | null; readonly status: Status; readonly pending: number }

/** Everything that is not finished: not told yet, told and not carried over yet. */
async function stateOf(stage: Stage): Promise<State & { readonly playing: boolean }> {
  // In this order: what leaves one place must not be missed in the next.
  const { running, done, total } = await progressOf(stage)
  const { pending } = deliveriesForm.parse(await stage.commerce.ask('/deliveries'))
  const status = await stage.service.status()
  const later = Object.values(status.lanes).reduce((sum, lane) => sum + lane.later, 0)
  return { playing: running, done, total, status, pending: pending + status.backlog + later }
}

const line = ({ done, total, status, pending }: State): string =>
  `${total === null ? '' : `${done} of ${total} customers have arrived, `}${status.links} pairs linked, ${pending} changes on their way`

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
    // Shoppers of an earlier start never end.
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
