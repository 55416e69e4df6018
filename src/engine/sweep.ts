/**
 * The safety net under the deliveries: lists what changed in commercetools since the last look, and marks what no
 * delivery told of. Where none was lost that is one query a type, nothing of Salesforce's, and no line of the journal.
 * A deletion cannot be listed: one whose delivery is lost is for reconciliation to find.
 */
import { RemoteFailure } from '../model/outcome.ts'
import type { ChangeEvent } from '../model/resource.ts'
import type { Engine } from './engine.ts'
import { freshShare, repeat } from './repeat.ts'
import { sourcesOf } from './sources.ts'

export type Sweep = { readonly signal: AbortSignal; readonly everyMs: number; readonly wake: () => void }

export type Swept = {
  readonly listed: number
  readonly found: number
  /** Why a type could not be listed to its end; the first, where several could not. */
  readonly failure: RemoteFailure | null
}

type Tally = { looks: number; listed: number; found: number }

/** On a new database the first sweep begins so far back: what is older is for a backfill. */
const firstLookMs = 600_000

export const streamOf = (project: string, type: string): string => `sweep/${project}/${type}`

type Look = { readonly signal: AbortSignal; readonly freshMs: number }

/**
 * Marks before it moves the position: a crash between the two looks again, which finds nothing. What it finds goes in the
 * lane `retry`: it is late already, and after an outage there may be more of it than live work should wait for.
 */
async function sweepType(
  engine: Engine,
  project: string,
  type: string,
  tally: Tally,
  { signal, freshMs }: Look,
): Promise<void> {
  const { store, clock, systems } = engine
  const stream = streamOf(project, type)
  const correlationId = `sweep:${clock.now()}`
  const before = await store.checkpoint(stream)
  // Either way: a clock that is ahead must not keep the others from looking until they are there.
  if (before !== null && Math.abs(Date.parse(clock.now()) - Date.parse(before.at)) < freshMs) return
  tally.looks++
  const start = new Date(Date.parse(clock.now()) - firstLookMs).toISOString()
  let position = before?.position ?? systems.commerce.positionAt(start)
  for await (const page of systems.commerce.list({ project, type, position, expand: [] }, { correlationId, signal })) {
    const seen = page.snapshots.flatMap(one =>
      one.state === 'present' ? [{ ref: one.ref, version: one.version }] : [],
    )
    const unheard = new Set(await store.unheard(seen))
    const events = seen
      .filter(({ ref }) => unheard.has(ref))
      .map(({ ref, version }): ChangeEvent => {
        const id = `sweep/${type}/${ref.id}@${version}`
        return { id, ref, kind: 'changed', version, at: clock.now(), correlationId, lane: 'retry', erase: false }
      })
    if (events.length > 0) await store.mark(events)
    tally.listed += seen.length
    tally.found += events.length
    position = page.position
    await store.putCheckpoint({ stream, position, at: clock.now() })
  }
  await store.putCheckpoint({ stream, position, at: clock.now() })
}

/**
 * One look at every type of every project that was not looked at within `freshMs`. Several processes that look at the
 * same time find the same, once. A project that is away, or a type that may not be read, keeps no other from being
 * looked at.
 */
export async function sweepOnce(engine: Engine, signal: AbortSignal, freshMs = 0): Promise<Swept> {
  const tally = { looks: 0, listed: 0, found: 0 }
  let failure: RemoteFailure | null = null
  for (const project of engine.systems.commerce.projects)
    for (const type of sourcesOf(engine))
      try {
        await sweepType(engine, project, type, tally, { signal, freshMs })
      } catch (error) {
        if (!(error instanceof RemoteFailure) || signal.aborted) throw error
        failure ??= error
        engine.log.warn({ project, type, code: error.failure.code }, 'a type could not be swept')
      }
  const { looks, listed, found } = tally
  if (looks > 0) engine.observe.swept({ at: engine.clock.now(), listed, found })
  if (found > 0) engine.log.warn({ found, listed }, 'changes were found that no delivery told of')
  return { listed, found, failure }
}

/** Sweeps until the signal fires. `everyMs` 0 turns it off. */
export async function sweep(engine: Engine, { signal, everyMs, wake }: Sweep): Promise<void> {
  if (everyMs === 0) return
  await repeat(engine, { signal, everyMs, what: 'commercetools cannot be swept' }, async () => {
    const { found, failure } = await sweepOnce(engine, signal, everyMs * freshShare)
    if (found > 0) wake()
    if (failure !== null) throw failure
    return false
  })
}
