/**
 * Waiting and waking, without a lost wake-up. Waiter and parent take one advisory lock per awaited record; under it the
 * waiter asks whether anything of the awaited record was saved that its pass cannot have seen: then it does not wait.
 */
import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { Settlement } from '../model/outcome.ts'
import { type Instant, refKey } from '../model/resource.ts'
import type { Tables } from './tables.ts'
import { texts, unnest } from './unnest.ts'

/** Held to the end of the transaction, taken in the order of the numbers they hash to. */
export async function lockAwaited(tx: Transaction<Tables>, { waits, wakes }: Settlement): Promise<void> {
  const awaited = new Set([...waits.map(wait => refKey(wait.awaited)), ...wakes.map(refKey)])
  if (awaited.size === 0) return
  await sql`
    select pg_advisory_xact_lock(key) from (
      select distinct hashtextextended(ref, 0) as key from unnest(${texts([...awaited])}) as ref order by key
    ) sorted`.execute(tx)
}

/**
 * There is such a row, and it was saved by a transaction the claim could not see, but we can: a database restored from a
 * dump holds transaction numbers from the future, and a waiter must not run in circles for them. `limit 1`: see `unleased`.
 */
const unseen = (rows: RawBuilder<unknown>, seen: string) => sql`(
  select 1 from ${rows} and not pg_visible_in_snapshot(l.xid, ${seen}::pg_snapshot)
    and (pg_visible_in_snapshot(l.xid, pg_current_snapshot()) or l.xid = pg_current_xact_id()) limit 1) = 1`

/** Waiting records that need not wait: what they wait for was saved after their claim, perhaps by this very save. */
export async function answered(
  tx: Transaction<Tables>,
  { waits, wakes }: Settlement,
  seen: string,
): Promise<ReadonlySet<string>> {
  if (waits.length === 0) return new Set()
  const woken = new Set(wakes.map(refKey))
  const table = unnest('w', waits, {
    waiting: ['text', ({ waiting }) => refKey(waiting)],
    awaited: ['text', ({ awaited }) => refKey(awaited)],
  })
  const { rows } = await sql<{ waiting: string }>`
    select distinct w.waiting from ${table}
    where ${unseen(sql`link l where l.commerce = w.awaited`, seen)} or ${unseen(sql`link l where l.crm = w.awaited`, seen)}
      or ${unseen(sql`settled l where l.ref = w.awaited`, seen)}`.execute(tx)
  const here = waits.filter(({ awaited }) => woken.has(refKey(awaited))).map(({ waiting }) => refKey(waiting))
  return new Set([...here, ...rows.map(({ waiting }) => waiting)])
}

/** `ended`: rows this save takes out of the claim, whose old waits are over. `going`: those that do not wait after all. */
export async function saveWaits(
  tx: Transaction<Tables>,
  { waits, wakes }: Settlement,
  ended: readonly string[],
  going: ReadonlySet<string>,
  now: Instant,
): Promise<void> {
  if (ended.length > 0 || wakes.length > 0)
    await sql`delete from wait where ctid = any(array(
      select ctid from wait where waiting = any(${texts(ended)})
      union all select ctid from wait where awaited = any(${texts(wakes.map(refKey))})))`.execute(tx)
  const real = waits.filter(({ waiting }) => !going.has(refKey(waiting)))
  if (real.length === 0) return
  const table = unnest('w', real, {
    waiting: ['text', ({ waiting }) => refKey(waiting)],
    awaited: ['text', ({ awaited }) => refKey(awaited)],
  })
  await sql`
    insert into wait (waiting, awaited, since) select waiting, awaited, ${now}::timestamptz from ${table}
    order by awaited, waiting on conflict do nothing`.execute(tx)
}
