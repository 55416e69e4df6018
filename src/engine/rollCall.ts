/** Asks which linked records of a type are still there, where commercetools tells nobody of a deletion: those that are not are marked. */
import type { ChangeEvent, ResourceRef } from '../model/resource.ts'
import type { Engine } from './engine.ts'

/** Three queries by id, and the most that is in memory. */
const pageSize = 500
/** A round that another process began is taken to have died with it after so long. */
const forsakenMs = 60_000

export const rollStream = (project: string, type: string): string => `roll/${project}/${type}`

export type Roll = { readonly project: string; readonly type: string; readonly everyMs: number }

/**
 * One round over all of them, once in `everyMs`, and where the last one broke off from there. Answers how many are gone.
 * A position without an id is that of a round that came to its end.
 */
export async function rollCall(engine: Engine, { project, type, everyMs }: Roll, signal: AbortSignal): Promise<number> {
  const { store, clock, systems } = engine
  const stream = rollStream(project, type)
  const before = await store.checkpoint(stream)
  const isMidway = before !== null && before.position !== ''
  const restMs = isMidway ? Math.min(forsakenMs, everyMs) : everyMs
  if (before !== null && Math.abs(Date.parse(clock.now()) - Date.parse(before.at)) < restMs) return 0
  const correlationId = `roll:${clock.now()}`
  const refOf = (id: string): ResourceRef => ({ side: 'commerce', type, id })
  let after = before !== null && isMidway ? refOf(before.position) : null
  let gone = 0
  for (;;) {
    const refs = await store.linked({ project, type, after, limit: pageSize })
    const last = refs.at(-1)
    if (last !== undefined) {
      const snapshots = await systems.commerce.read(refs, [], { correlationId, signal })
      const absent = snapshots.filter(({ state }) => state === 'absent')
      const events = absent.map(
        ({ ref }): ChangeEvent => ({
          id: `gone/${type}/${ref.id}`,
          ref,
          kind: 'deleted',
          version: null,
          at: clock.now(),
          correlationId,
          lane: 'backfill',
          erase: false,
        }),
      )
      if (events.length > 0) await store.mark(events)
      gone += events.length
      after = last
    }
    const isOver = refs.length < pageSize
    await store.putCheckpoint({ stream, position: isOver ? '' : (last?.id ?? ''), at: clock.now() })
    if (isOver) return gone
  }
}
