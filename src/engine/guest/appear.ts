/** From orders to guests: who was seen in what is written down, and whoever was is marked. The rows go their own way. */
import type { Sighting } from '../../model/outcome.ts'
import type { ClaimedRow } from '../../model/ports.ts'
import type { Snapshot } from '../../model/resource.ts'
import type { Engine } from '../engine.ts'
import { emptySettlement, line } from '../gather.ts'
import { guestOf, seenIn } from './identity.ts'

type ReadRow = { readonly row: ClaimedRow; readonly snapshot: Extract<Snapshot, { state: 'present' }> }

/**
 * One SAVE of its own, before the rows are settled: a crash between the two does it twice, which is once. False when the
 * token is no longer ours. What shows nobody costs nothing but this look.
 */
export async function appear(
  engine: Engine,
  token: string,
  ready: readonly ReadRow[],
  gone: readonly ClaimedRow[],
): Promise<boolean> {
  const sightings: Sighting[] = []
  const settlement = emptySettlement()
  const now = engine.clock.now()
  for (const { row, snapshot } of ready) {
    if (seenIn(engine, row.ref.type) === undefined) continue
    const { ref, lane, correlationId } = row
    const who = guestOf(engine, ref, snapshot.body)
    const { createdAt } = snapshot.body
    const at = typeof createdAt === 'string' && !Number.isNaN(Date.parse(createdAt)) ? createdAt : snapshot.modifiedAt
    sightings.push({ in: ref, who, at, gone: false, erase: false, lane, correlationId })
    // Not whom: the order's story may outlive them. What was done for them bears the same correlation id.
    if (who !== null) settlement.journal.push(line(row, now, 'seen', 'it shows a guest'))
  }
  for (const row of gone) {
    if (seenIn(engine, row.ref.type) === undefined) continue
    const { ref, lane, erase, correlationId } = row
    sightings.push({ in: ref, who: null, at: row.markedAt, gone: true, erase, lane, correlationId })
  }
  if (sightings.length === 0) return true
  return engine.store.save(token, { ...settlement, sightings })
}
