/** What people chose about conflicts, until a pass has carried it out. */
import { sql } from 'kysely'
import type { ConflictKind } from '../model/identity.ts'
import type { Choice, Decision } from '../model/plan.ts'
import { type Instant, parseRefKey, type ResourceRef, refKey } from '../model/resource.ts'
import type { ConflictRow } from './conflicts.ts'
import { journal } from './journal.ts'
import { markAgain } from './mark.ts'
import type { Db, Tx } from './tables.ts'
import { Undo } from './transact.ts'
import { texts } from './unnest.ts'

type DecisionRow = {
  conflict: string
  kind: string
  source: string
  mapping: string
  role: string
  choice: string
  by_whom: string
  at: string
}

const decisionOf = (row: DecisionRow): Decision => ({
  conflict: row.conflict,
  kind: row.kind as ConflictKind,
  source: parseRefKey(row.source),
  mapping: row.mapping,
  role: row.role,
  choice: JSON.parse(row.choice) as Choice,
  by: row.by_whom,
  at: row.at,
})

export async function decisions(db: Db, sources: readonly ResourceRef[]): Promise<readonly Decision[]> {
  if (sources.length === 0) return []
  const { rows } = await sql<DecisionRow>`
    select * from decision where source = any(${texts(sources.map(refKey))}) and applied_at is null
    order by source, at, conflict`.execute(db)
  return rows.map(decisionOf)
}

/**
 * The decision and the forced mark stand or fall together: a decision nobody takes up would be lost in plain sight. The
 * mark comes before the conflict, since a SAVE locks the record's row before its conflicts; it is undone when the conflict is not open.
 */
export async function decide(
  tx: Tx,
  id: string,
  choice: Choice,
  by: string,
  correlationId: string,
  now: Instant,
): Promise<Decision> {
  const found = await sql<ConflictRow>`select * from conflict where id = ${id}`.execute(tx)
  const row = found.rows[0]
  if (row === undefined) throw new Undo()
  const { kind, source, mapping, role } = row
  const ref = parseRefKey(source)
  await journal(tx, [
    {
      at: now,
      correlationId,
      ref,
      step: 'decided',
      mapping,
      role,
      target: choice.do === 'link' ? choice.crm : null,
      plan: null,
      fields: [],
      detail: choice.do === 'take' ? `take ${choice.side}` : choice.do,
      attempt: 0,
      durationMs: null,
    },
  ])
  await markAgain(tx, ref, `decision:${id}`, correlationId, now)
  const open = await sql`
    update conflict set state = 'decided' where id = ${id} and state = 'open' returning id`.execute(tx)
  if (open.rows.length === 0) throw new Undo()
  await sql`
    insert into decision (conflict, kind, source, mapping, role, choice, by_whom, at)
    values (${id}, ${kind}, ${source}, ${mapping}, ${role}, ${JSON.stringify(choice)}, ${by}, ${now}::timestamptz)`.execute(
    tx,
  )
  return decisionOf({ conflict: id, kind, source, mapping, role, choice: JSON.stringify(choice), by_whom: by, at: now })
}
