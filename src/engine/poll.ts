/** Follows Salesforce where it has something to tell: polls for changes of the objects whose values can flow back. */
import { flowsBack } from '../core/mergeFields.ts'
import type { Mapping } from '../model/mapping.ts'
import type { Engine } from './engine.ts'
import { repeat } from './repeat.ts'

export type Poll = { readonly signal: AbortSignal; readonly everyMs: number; readonly wake: () => void }

const stream = 'crm/modstamp'
/** Events taken in one turn: as many as a pass carries. */
const limit = 1_000

/** Objects with a field whose value may win in Salesforce. The others are not polled: nothing of theirs would be used. */
export const watched = (mappings: readonly Mapping[]): readonly string[] => [
  ...new Set(
    mappings.flatMap(({ parts }) => parts.filter(part => part.fields.some(flowsBack)).map(part => part.object)),
  ),
]

/** One look. Marks first and moves the position after: a crash between the two marks again, which is harmless. */
export async function pollOnce(
  engine: Engine,
  objects: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly events: number; readonly more: boolean }> {
  const before = await engine.store.checkpoint(stream)
  const context = { correlationId: `poll:${engine.clock.now()}`, signal }
  const { events, position, more } = await engine.systems.crm.changes(
    { objects, position: before?.position ?? null, limit },
    context,
  )
  if (events.length > 0) await engine.store.mark(events)
  await engine.store.putCheckpoint({ stream, position, at: engine.clock.now() })
  return { events: events.length, more }
}

/** Polls until the signal fires. Returns at once when no mapping lets anything flow back: then it would cost calls for nothing. */
export async function poll(engine: Engine, { signal, everyMs, wake }: Poll): Promise<void> {
  const objects = watched(engine.mappings)
  if (objects.length === 0) return
  await repeat(engine, { signal, everyMs, what: 'Salesforce cannot be polled' }, async () => {
    const { events, more } = await pollOnce(engine, objects, signal)
    if (events > 0) wake()
    return more
  })
}
