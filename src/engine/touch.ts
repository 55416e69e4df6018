/** A record that other records show (a customer group), or that tells of another one (a quote): those are marked, and go their own way. */
import { evaluate } from '../core/evaluate.ts'
import { chunks } from '../lib/chunks.ts'
import { idsPerQuery } from '../lib/idsPerQuery.ts'
import type { CallContext, ClaimedRow } from '../model/ports.ts'
import {
  type ChangeEvent,
  idInProject,
  type Json,
  projectOf,
  type ResourceRef,
  type Snapshot,
} from '../model/resource.ts'
import type { Engine } from './engine.ts'
import { emptySettlement, line, settled } from './gather.ts'

type Present = Extract<Snapshot, { state: 'present' }>
type ReadRow = { readonly row: ClaimedRow; readonly snapshot: Present }

/** That a record shows what this row is about, and has to be looked at again. */
export const touched = (engine: Engine, row: ClaimedRow, ref: ResourceRef): ChangeEvent => ({
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
  const shown = await touchShown(engine, rows, context)
  for (const row of rows) {
    const count = (named.get(row) ?? 0) + (shown.get(row) ?? 0)
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
  const byType = new Map([...new Set(rows.map(({ row }) => row.ref.type))].map(type => [type, namesOf(engine, type)]))
  const events = rows.flatMap(({ row, snapshot }) =>
    (byType.get(row.ref.type) ?? []).flatMap(({ names, as }) => {
      const id = names(snapshot.body)
      if (typeof id !== 'string') return []
      counts.set(row, (counts.get(row) ?? 0) + 1)
      return [touched(engine, row, { side: 'commerce', type: as, id: `${projectOf(row.ref)}/${id}` })]
    }),
  )
  if (events.length > 0) await engine.store.mark(events, { force: true })
  return counts
}

/** Marks the records that show these, as many of them in one query as it can ask about; answers how many show each. */
async function touchShown(
  engine: Engine,
  rows: readonly ClaimedRow[],
  context: CallContext,
): Promise<ReadonlyMap<ClaimedRow, number>> {
  const counts = new Map<ClaimedRow, number>()
  const byProject = Map.groupBy(rows, row => projectOf(row.ref))
  for (const { commerce, touchedBy } of engine.mappings)
    for (const one of touchedBy)
      for (const [project, ofProject] of 'where' in one ? byProject : []) {
        const changed = ofProject.filter(({ ref }) => ref.type === one.type)
        for (const some of chunks(changed, idsPerQuery))
          if ('where' in one) await markShown(engine, some, { ...one, project, type: commerce }, counts, context)
      }
  return counts
}

/** What an expression names: an id, or those of a list of references. */
function idsOf(value: Json): readonly string[] {
  const all = Array.isArray(value) ? value : [value]
  return all.flatMap(one => {
    const id = typeof one === 'object' && one !== null && !Array.isArray(one) ? one.id : one
    return typeof id === 'string' ? [id] : []
  })
}

async function markShown(
  engine: Engine,
  rows: readonly ClaimedRow[],
  { project, type, where, shown }: { project: string; type: string; where: string; shown: string },
  counts: Map<ClaimedRow, number>,
  context: CallContext,
): Promise<void> {
  const byId = new Map(rows.map(row => [idInProject(row.ref), row]))
  const ids = [...byId.keys()].map(id => `"${id}"`).join(',')
  const query = { project, type, position: null, expand: [], where: where.replaceAll(':ids', ids), upToNow: true }
  const showing = evaluate(shown)
  for await (const page of engine.systems.commerce.list(query, context)) {
    const events = page.snapshots.flatMap(one => {
      const named = one.state === 'present' ? idsOf(showing(one.body)) : []
      const showed = [...new Set(named)].flatMap(id => byId.get(id) ?? [])
      // That it shows one of them the predicate knows; the expression only tells which.
      return (showed.length > 0 ? showed : rows.slice(0, 1)).map(row => {
        counts.set(row, (counts.get(row) ?? 0) + 1)
        return touched(engine, row, one.ref)
      })
    })
    if (events.length > 0) await engine.store.mark(events, { force: true })
  }
}
