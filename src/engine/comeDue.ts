/**
 * Looks for records of whose changes nobody tells, such as carts: those that have been left alone for long enough, and those
 * that changed and have a record already. One query a look where there is nothing; pages in memory, one at a time. Two windows
 * over one list move forward, each up to what was seen and never by a clock alone, so that no clock can push one past a record.
 */
import { evaluate } from '../core/evaluate.ts'
import type { Mapping } from '../model/mapping.ts'
import { RemoteFailure } from '../model/outcome.ts'
import type { ChangeEvent, Instant, Snapshot } from '../model/resource.ts'
import type { Polled } from '../model/watched.ts'
import { derived } from './companions.ts'
import type { Engine } from './engine.ts'
import { freshShare, repeat } from './repeat.ts'
import { rollCall } from './rollCall.ts'

type PolledMapping = Mapping & { readonly polled: Polled }
type Present = Extract<Snapshot, { state: 'present' }>

export type Due = {
  readonly listed: number
  /** Left alone for long enough, and worth a record. */
  readonly due: number
  /** Changed or gone, and with a record already. */
  readonly moved: number
  /** Why a type could not be listed to its end; the first, where several could not. */
  readonly failure: RemoteFailure | null
}

type Tally = { listed: number; due: number; moved: number }

/** On a new database those count that were left alone within the day before; what is older is for a backfill. */
const firstDueMs = 86_400_000
const firstMovedMs = 600_000
/** The worker that reads the record has a clock of its own: a tenth of the time, and no more than a minute. */
const toleranceOf = ({ afterMs }: Polled): number => Math.min(60_000, afterMs / 10)
/** Whether linked records are still there is asked once in so many looks: a deletion is told by nobody either. */
export const looksARollCall = 60

export const dueStream = (project: string, type: string): string => `due/${project}/${type}`

const isPolled = (mapping: Mapping): mapping is PolledMapping => mapping.polled !== undefined

/** Up to where each window was looked at. */
type Windows = { left: string; moved: string; movedAt: Instant }

const said = ({ left, moved, movedAt }: Windows): string => `${left} ${moved} ${movedAt}`

function heard(position: string): Windows {
  const [left = '', moved = '', movedAt = ''] = position.split(' ')
  return { left, moved, movedAt }
}

/**
 * Marks before it moves the windows: a crash between the two looks again, and a mark twice is a mark once. They go in the
 * lane `backfill`: a cart that was left alone for hours can wait until what is sold has gone.
 */
async function lookAt(
  engine: Engine,
  project: string,
  mapping: PolledMapping,
  tally: Tally,
  { signal, freshMs }: { readonly signal: AbortSignal; readonly freshMs: number },
): Promise<void> {
  const { store, clock, systems } = engine
  const { commerce: type, polled } = mapping
  const stream = dueStream(project, type)
  const now = Date.parse(clock.now())
  const ago = (ms: number): Instant => new Date(now - ms).toISOString()
  const before = await store.checkpoint(stream)
  if (before !== null && Math.abs(now - Date.parse(before.at)) < freshMs) return
  const correlationId = `due:${clock.now()}`
  const windows: Windows =
    before === null
      ? {
          left: systems.commerce.positionAt(ago(polled.afterMs + firstDueMs)),
          moved: systems.commerce.positionAt(ago(firstMovedMs)),
          movedAt: ago(firstMovedMs),
        }
      : heard(before.position)
  const end = ago(polled.afterMs + toleranceOf(polled))
  const isWorth = evaluate(mapping.createsWhen ?? 'id')
  const isDue = (one: Present): boolean => {
    if (one.modifiedAt > end) return false
    const answer = isWorth(derived(engine, mapping, one).body)
    return answer !== null && answer !== false
  }
  const event = ({ ref, version }: Present, why: string, isVersioned: boolean): ChangeEvent => ({
    id: `${why}/${type}/${ref.id}@${version}`,
    ref,
    kind: 'changed',
    // What has come due may be settled at this version: nothing but time has passed since.
    version: isVersioned ? version : null,
    at: clock.now(),
    correlationId,
    lane: 'backfill',
    erase: false,
  })
  const due = { before: end, where: polled.where, orAfter: windows.moved }
  const query = { project, type, position: windows.left, expand: [], due }
  for await (const page of systems.commerce.list(query, { correlationId, signal })) {
    const seen = page.snapshots.filter(one => one.state === 'present')
    const ripe = seen.filter(isDue)
    const known = new Set(await store.known(seen.filter(one => !ripe.includes(one)).map(({ ref }) => ref)))
    const followed = seen.filter(({ ref }) => known.has(ref))
    const unheard = new Set(await store.unheard(followed))
    const moved = followed.filter(({ ref }) => unheard.has(ref))
    const events = [...ripe.map(one => event(one, 'due', false)), ...moved.map(one => event(one, 'moved', true))]
    if (events.length > 0) await store.mark(events)
    tally.listed += seen.length
    tally.due += ripe.length
    tally.moved += moved.length
    const last = seen.at(-1)?.modifiedAt ?? ''
    const isBeyond = last > end
    windows.left = isBeyond ? systems.commerce.positionAt(end) : page.position
    if (last > windows.movedAt || (isBeyond && last === windows.movedAt)) {
      windows.moved = page.position
      windows.movedAt = last
    }
    await store.putCheckpoint({ stream, position: said(windows), at: clock.now() })
  }
  await store.putCheckpoint({ stream, position: said(windows), at: clock.now() })
}

/** One look at every type that is polled, in every project. One that is away keeps no other from being looked at. */
export async function comeDueOnce(
  engine: Engine,
  signal: AbortSignal,
  { freshMs = 0, rollMs = 0 }: { readonly freshMs?: number; readonly rollMs?: number } = {},
): Promise<Due> {
  const tally = { listed: 0, due: 0, moved: 0 }
  let failure: RemoteFailure | null = null
  for (const project of engine.systems.commerce.projects)
    for (const mapping of engine.mappings.filter(isPolled))
      try {
        await lookAt(engine, project, mapping, tally, { signal, freshMs })
        tally.moved += await rollCall(engine, { project, type: mapping.commerce, everyMs: rollMs }, signal)
      } catch (error) {
        if (!(error instanceof RemoteFailure) || signal.aborted) throw error
        failure ??= error
        engine.log.warn({ project, type: mapping.commerce, code: error.failure.code }, 'a type could not be looked at')
      }
  return { ...tally, failure }
}

/** Looks until the signal fires; where nothing is polled it never begins. */
export async function comeDue(
  engine: Engine,
  { signal, everyMs, wake }: { readonly signal: AbortSignal; readonly everyMs: number; readonly wake: () => void },
): Promise<void> {
  if (everyMs === 0 || !engine.mappings.some(isPolled)) return
  const pace = { freshMs: everyMs * freshShare, rollMs: everyMs * looksARollCall }
  await repeat(engine, { signal, everyMs, what: 'commercetools cannot be asked what has come due' }, async () => {
    const { due, moved, failure } = await comeDueOnce(engine, signal, pace)
    if (due + moved > 0) wake()
    if (failure !== null) throw failure
    return false
  })
}
