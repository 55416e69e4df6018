/** The claimed rows of a SAVE: which of them go, which go back to the queue, and who is woken by it. */
import { sql, type Transaction } from 'kysely'
import type { RowSettlement } from '../model/outcome.ts'
import { type Instant, refKey } from '../model/resource.ts'
import { laneNumber } from './pack.ts'
import type { Tables } from './tables.ts'
import { texts, unnest } from './unnest.ts'

/**
 * Marks rows again from inside: their links were taken by another pass, or what they waited for has come. `uncertain`
 * makes the next pass read the target: something was written that no base speaks of. It does what it was asked to do all
 * over again, so that the record is gone, or to be erased, is not forgotten.
 */
export async function remark(
  tx: Transaction<Tables>,
  refs: readonly string[],
  { uncertain, now }: { readonly uncertain: boolean; readonly now: Instant },
): Promise<void> {
  if (refs.length === 0) return
  await sql`
    update dirty set mark = mark + 1, forced = mark + 1, uncertain = case when ${uncertain} then mark + 1 else uncertain end,
      deleted = case when ${uncertain} and deleted is not null then mark + 1 else deleted end,
      erase = case when ${uncertain} and erase is not null then mark + 1 else erase end,
      due_at = greatest(least(due_at, ${now}::timestamptz), not_before), remarked_at = ${now}::timestamptz
    where ref = any(${texts(refs)})`.execute(tx)
}

/**
 * A row goes if it was not marked since it was claimed. Else it is due now, and keeps only what came after the claim.
 * `settled` rises to the version that was read, except for `unfinished` rows: part of what was read was not kept.
 */
export async function settle(
  tx: Transaction<Tables>,
  rows: readonly RowSettlement[],
  announced: ReadonlyMap<string, number | null>,
  unfinished: ReadonlySet<string>,
  now: Instant,
): Promise<void> {
  if (rows.length === 0) return
  const refs = texts(rows.map(({ ref }) => refKey(ref)))
  const versions = rows.flatMap(({ ref, version, gone }) => {
    const key = refKey(ref)
    const known = version ?? (gone ? (announced.get(key) ?? 0) : null)
    return known === null || unfinished.has(key) ? [] : [{ key, version: known, gone }]
  })
  const table = unnest('s', versions, {
    ref: ['text', ({ key }) => key],
    version: ['bigint', ({ version }) => version],
    gone: ['boolean', ({ gone }) => gone],
  })
  await sql`
    with done as (
      delete from dirty where ref = any(${refs}) and mark = claimed_mark
    ), again as (
      update dirty set token = null, claimed_mark = null, attempts = 0, marked_at = remarked_at,
        due_at = greatest(${now}::timestamptz, not_before),
        forced = case when forced > claimed_mark then forced end,
        deleted = case when deleted > claimed_mark then deleted end,
        erase = case when erase > claimed_mark then erase end,
        uncertain = case when uncertain > claimed_mark then uncertain end
      where ref = any(${refs}) and mark <> claimed_mark
    )
    insert into settled (ref, version, gone, xid)
    select ref, version, gone, pg_current_xact_id() from ${table} order by ref collate "C"
    on conflict (ref) do update set version = greatest(settled.version, excluded.version), gone = excluded.gone,
      xid = excluded.xid`.execute(tx)
}

/**
 * Back to the queue. A row that waits for another one is only late, not held: the next mark may take it up at once, so
 * its time goes to `due_at` alone. What was marked meanwhile keeps the more urgent lane.
 */
export async function free(
  tx: Transaction<Tables>,
  rows: readonly RowSettlement[],
  waiting: ReadonlySet<string>,
  now: Instant,
): Promise<void> {
  if (rows.length === 0) return
  const table = unnest('f', rows, {
    ref: ['text', ({ ref }) => refKey(ref)],
    not_before: ['timestamptz', ({ notBefore }) => notBefore],
    waits: ['boolean', ({ ref }) => waiting.has(refKey(ref))],
    counts: ['integer', ({ countsAttempt }) => (countsAttempt ? 1 : 0)],
    uncertain: ['boolean', ({ uncertain }) => uncertain],
    lane: ['integer', ({ lane }) => lane && laneNumber(lane)],
  })
  await sql`
    update dirty d set token = null, claimed_mark = null,
      lane = case when d.mark > d.claimed_mark then least(d.lane, f.lane) else coalesce(f.lane, d.lane) end,
      attempts = d.attempts + f.counts,
      uncertain = case when f.uncertain then d.mark else d.uncertain end,
      not_before = case when not f.waits then f.not_before end,
      due_at = case when f.waits and d.mark > d.claimed_mark then ${now}::timestamptz
        else coalesce(f.not_before, ${now}::timestamptz) end
    from ${table} where d.ref = f.ref`.execute(tx)
}
