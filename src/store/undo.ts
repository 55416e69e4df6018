/**
 * A decision is taken back while nothing can have been written because of it. The order of locks is that of a SAVE and a
 * CLAIM: the record's row in `dirty` first. Whoever has it is alone with the record: a pass that claimed it may have read
 * the decision already, and one that comes later does not find it any more.
 */
import { sql } from 'kysely'
import type { Choice, Undone } from '../model/plan.ts'
import { type Instant, parseRefKey } from '../model/resource.ts'
import { asked, type ConflictRow } from './conflicts.ts'
import { told } from './decisions.ts'
import { journal } from './journal.ts'
import { forcedMark, mark } from './mark.ts'
import type { Tx } from './tables.ts'
import { texts } from './unnest.ts'

/**
 * Whose pass may carry out a decision about this record: its own; of a Salesforce record also that of the other records
 * of the same customer, which look at it when they feed the same field.
 */
async function carriers(tx: Tx, source: string): Promise<readonly string[]> {
  if (parseRefKey(source).side === 'commerce') return [source]
  const { rows } = await sql<{ crm: string }>`
    select distinct b.crm from link a join link b on b.commerce = a.commerce where a.crm = ${source}`.execute(tx)
  return [...new Set([source, ...rows.map(({ crm }) => crm)])]
}

/** Anything but `undone` must be rolled back by the caller: the marks are made before it is known. */
export async function undo(tx: Tx, id: string, by: string, correlationId: string, now: Instant): Promise<Undone> {
  const found = await sql<ConflictRow>`select * from conflict where id = ${id}`.execute(tx)
  const row = found.rows[0]
  if (row === undefined) return 'not-decided'
  const refs = await carriers(tx, row.source)
  await mark(
    tx,
    refs.map(ref => forcedMark({ id: `undo:${id}`, ref: parseRefKey(ref), correlationId, lane: 'live' }, now)),
    now,
  )
  // Read now, with the row locked: a pass may have carried it out while we waited for that.
  const decided = await sql<{ id: number; choice: string; applied_at: string | null }>`
    select d.id, d.choice, d.applied_at from decision d join conflict c on c.id = d.conflict
    where c.id = ${id} and c.state <> 'open' and d.undone_at is null order by d.id desc limit 1`.execute(tx)
  const decision = decided.rows[0]
  if (decision === undefined) return 'not-decided'
  const choice = JSON.parse(decision.choice) as Choice
  if (decision.applied_at !== null && choice.do !== 'ignore') return 'carried-out'
  const held = await sql<{ claimed: boolean; uncertain: boolean }>`
    select coalesce(bool_or(token is not null), false) as claimed, coalesce(bool_or(uncertain is not null), false) as uncertain
    from dirty where ref = any(${texts(refs)})`.execute(tx)
  if (held.rows[0]?.claimed) return 'at-work'
  if (held.rows[0]?.uncertain) return 'uncertain'
  const other = await sql`
    select 1 from conflict where ${asked} and id <> ${id}
      and source = ${row.source} and mapping = ${row.mapping} and role = ${row.role}`.execute(tx)
  if (other.rows.length > 0) return 'asked-again'
  const opened = await sql`
    update conflict set state = 'open', closed_at = null where id = ${id} and state in ('decided', 'awaits-merge', 'ignored')
    returning id`.execute(tx)
  if (opened.rows.length === 0) return 'not-decided'
  await sql`
    update decision set undone_at = ${now}::timestamptz, undone_by = ${by} where id = ${decision.id}`.execute(tx)
  await journal(tx, [told(row, 'undone', choice, correlationId, now)])
  return 'undone'
}
