/** A record that other records show (a customer group), or that tells of another one (a quote): those are marked, and go their own way. */
import { evaluate } from '../core/evaluate.ts'
import type { CallContext, ClaimedRow } from '../model/ports.ts'
import { type ChangeEvent, idInProject, projectOf, type ResourceRef, type Snapshot } from '../model/resource.ts'
import type { Engine } from './engine.ts'
import { emptySettlement, line, settled } from './gather.ts'

type Present = Extract<Snapshot, { state: 'present' }>
type ReadRow = { readonly row: ClaimedRow; readonly snapshot: Present }

const eventOf = (engine: Engine, row: ClaimedRow, ref: ResourceRef): ChangeEvent => ({
  id: `touched/${row.ref.id}/${ref.id}`,
  ref,
  kind: 'changed',
  version: null,
  at: engine.clock.now(),
  correlationId: row.correlationId,
  lane: row.lane,
  erase: false,
})

/** Marks every record that shows one of these, page by page, and settles the rows. Twice is once: marks coalesce. */
export async function touch(
  engine: Engine,
  token: string,
  rows: readonly ClaimedRow[],
  context: CallContext,
): Promise<void> {
  const settlement = emptySettlement()
  const told = await readTold(engine, rows, context)
  const named = await touchNamed(engine, told)
  for (const row of rows) {
    let count = named.get(row) ?? 0
    for (const mapping of engine.mappings)
      for (const one of mapping.touchedBy)
        if (one.type === row.ref.type && 'where' in one)
          count += await markTouched(engine, row, { type: mapping.commerce, where: one.where }, context)
    settlement.rows.push(settled(row.ref, row.version, row.deleted))
    settlement.journal.push(line(row, engine.clock.now(), 'touched', `${count} records that show it were marked`))
  }
  await engine.store.save(token, settlement)
}

const namesOf = ({ mappings }: Engine, type: string) =>
  mappings.flatMap(({ commerce, touchedBy }) =>
    touchedBy.flatMap(one =>
      one.type === type && 'names' in one ? [{ names: evaluate(one.names), as: one.as ?? commerce }] : [],
    ),
  )

/** Those of these rows that name what they touch, read as they are now. One that is gone names nobody any more. */
async function readTold(engine: Engine, rows: readonly ClaimedRow[], context: CallContext): Promise<ReadRow[]> {
  const naming = rows.filter(({ ref }) => namesOf(engine, ref.type).length > 0)
  if (naming.length === 0) return []
  const snapshots = await engine.systems.commerce.read(
    naming.map(({ ref }) => ref),
    [],
    context,
  )
  return naming.flatMap((row, at) => {
    const snapshot = snapshots[at]
    return snapshot?.state === 'present' ? [{ row, snapshot }] : []
  })
}

/** Marks what these records name; answers how many each did. */
export async function touchNamed(engine: Engine, rows: readonly ReadRow[]): Promise<ReadonlyMap<ClaimedRow, number>> {
  const counts = new Map<ClaimedRow, number>()
  const events = rows.flatMap(({ row, snapshot }) =>
    namesOf(engine, row.ref.type).flatMap(({ names, as }) => {
      const id = names(snapshot.body)
      if (typeof id !== 'string') return []
      counts.set(row, (counts.get(row) ?? 0) + 1)
      return [eventOf(engine, row, { side: 'commerce', type: as, id: `${projectOf(row.ref)}/${id}` })]
    }),
  )
  if (events.length > 0) await engine.store.mark(events, { force: true })
  return counts
}

async function markTouched(
  engine: Engine,
  row: ClaimedRow,
  query: { type: string; where: string },
  context: CallContext,
): Promise<number> {
  const where = query.where.replaceAll(':id', idInProject(row.ref))
  const pages = engine.systems.commerce.list(
    { project: projectOf(row.ref), type: query.type, position: null, expand: [], where, upToNow: true },
    context,
  )
  let count = 0
  for await (const page of pages) {
    const events = page.snapshots.map(({ ref }) => eventOf(engine, row, ref))
    if (events.length > 0) await engine.store.mark(events, { force: true })
    count += events.length
  }
  return count
}
