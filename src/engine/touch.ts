/** A record that other records show (a customer group) changed: those are marked, and go their own way. */
import type { CallContext, ClaimedRow } from '../model/ports.ts'
import type { ChangeEvent } from '../model/resource.ts'
import type { Engine } from './engine.ts'
import { emptySettlement, line, settled } from './gather.ts'

/** Marks every record that shows one of these, page by page, and settles the rows. Twice is once: marks coalesce. */
export async function touch(
  engine: Engine,
  token: string,
  rows: readonly ClaimedRow[],
  context: CallContext,
): Promise<void> {
  const settlement = emptySettlement()
  for (const row of rows) {
    let count = 0
    for (const mapping of engine.mappings)
      for (const { type, where } of mapping.touchedBy)
        if (type === row.ref.type) count += await markTouched(engine, row, { type: mapping.commerce, where }, context)
    settlement.rows.push(settled(row.ref, row.version, row.deleted))
    settlement.journal.push(line(row, engine.clock.now(), 'touched', `${count} records that show it were marked`))
  }
  await engine.store.save(token, settlement)
}

async function markTouched(
  engine: Engine,
  row: ClaimedRow,
  query: { type: string; where: string },
  context: CallContext,
): Promise<number> {
  const slash = row.ref.id.indexOf('/')
  const where = query.where.replaceAll(':id', row.ref.id.slice(slash + 1))
  const pages = engine.systems.commerce.list(
    { project: row.ref.id.slice(0, slash), type: query.type, position: null, expand: [], where, upToNow: true },
    context,
  )
  let count = 0
  for await (const page of pages) {
    const at = engine.clock.now()
    const events: ChangeEvent[] = page.snapshots.map(({ ref }) => ({
      id: `touched/${row.ref.id}/${ref.id}`,
      ref,
      kind: 'changed',
      version: null,
      at,
      correlationId: row.correlationId,
      lane: row.lane,
      erase: false,
    }))
    if (events.length > 0) await engine.store.mark(events, { force: true })
    count += events.length
  }
  return count
}
