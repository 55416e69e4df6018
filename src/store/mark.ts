/** MARK: makes records dirty in one statement, with the rule that drops what is known already, and its line in the journal. */
import { type RawBuilder, sql } from 'kysely'
import { type ChangeEvent, type Instant, refKey } from '../model/resource.ts'
import { laneNumber } from './pack.ts'
import type { Tx } from './tables.ts'
import { unnest } from './unnest.ts'

export type Mark = { readonly event: ChangeEvent; readonly force: boolean; readonly notBefore: Instant | null }

/** Rows that are only locked: `n` 0 tells them from events. */
const held = (locks: RawBuilder<unknown>) => sql`
  union all select ref, side, lane, null, false, false, false, false, due_at, correlation_id, 0 from dirty
  where ref = any(array(${locks}))`

/**
 * Positions of the events that were dropped. An event is dropped when its version is not above what was settled (CRM:
 * lower, since a modstamp may be whole seconds); a delete only when the record is known to be gone, because a sender may
 * give it the version of the state before; an erasure never, because the same deletion may have come without it. Rows are written in the order of their refs, as everywhere.
 *
 * Several events of one record become one row first: `on conflict` may touch a row once a statement. A mark on a claimed
 * row raises `mark` and leaves the claim alone; the settling sees it. The row keeps the correlation id of its most
 * urgent mark, the last of equals.
 *
 * `locks` selects refs whose rows are to be locked and not written, in one sequence with those that are: a transaction
 * that locked them first and marked afterwards would meet another one that goes by order, and lose a second to a
 * deadlock. A row that goes in that very moment comes back as an empty mark, which costs one read.
 */
export async function mark(
  tx: Tx,
  marks: readonly Mark[],
  now: Instant,
  locks: RawBuilder<unknown> | null = null,
): Promise<ReadonlySet<number>> {
  if (marks.length === 0) return new Set()
  const events = unnest('e', marks, {
    ref: ['text', ({ event }) => refKey(event.ref)],
    side: ['text', ({ event }) => event.ref.side],
    lane: ['integer', ({ event }) => laneNumber(event.lane)],
    version: ['bigint', ({ event }) => event.version],
    deleted: ['boolean', ({ event }) => event.kind === 'deleted'],
    erase: ['boolean', ({ event }) => event.erase],
    forced: ['boolean', ({ force }) => force],
    doubt: ['boolean', ({ event }) => event.doubt === true],
    due_at: ['timestamptz', ({ notBefore }) => notBefore ?? now],
    correlation_id: ['text', ({ event }) => event.correlationId],
  })
  const { rows } = await sql<{ n: number }>`
    with event as materialized (
      select e.*, coalesce(
        not e.forced and not e.erase and (not e.deleted or s.gone)
          and case e.side when 'commerce' then e.version <= s.version else e.version < s.version end, false) as dropped
      from ${events} left join settled s on s.ref = e.ref
    ), touched as (
      select ref, side, lane, version, deleted, erase, forced, doubt, due_at, correlation_id, n from event where not dropped
      ${locks === null ? sql`` : held(locks)}
    ), wanted as (
      select ref, min(side) as side, min(lane) as lane, max(version) as version, bool_or(deleted) as deleted,
        bool_or(erase) as erase, bool_or(forced) as forced, bool_or(doubt) as doubt, min(due_at) as due_at, least(max(n), 1) as mark,
        (array_agg(correlation_id order by lane, n desc))[1] as correlation_id
      from touched group by ref
    ), marked as (
      insert into dirty as d (ref, side, lane, version, mark, deleted, erase, forced, uncertain, due_at, marked_at, remarked_at, correlation_id)
      select ref, side, lane, version, mark, case when deleted then 1 end, case when erase then 1 end,
        case when forced then 1 end, case when doubt then 1 end, due_at, ${now}::timestamptz, ${now}::timestamptz, correlation_id
      from wanted order by ref collate "C"
      on conflict (ref) do update set
        lane = least(d.lane, excluded.lane),
        version = greatest(d.version, excluded.version),
        mark = d.mark + 1,
        deleted = case when excluded.deleted = 1 then d.mark + 1 else d.deleted end,
        erase = case when excluded.erase = 1 then d.mark + 1 else d.erase end,
        forced = case when excluded.forced = 1 then d.mark + 1 else d.forced end,
        uncertain = case when excluded.uncertain = 1 then d.mark + 1 else d.uncertain end,
        due_at = greatest(least(d.due_at, excluded.due_at), d.not_before),
        remarked_at = excluded.remarked_at,
        correlation_id = case when excluded.lane <= d.lane then excluded.correlation_id else d.correlation_id end
      where excluded.mark = 1
    ), told as (
      insert into journal (at, correlation_id, ref, step, detail, attempt)
      select ${now}::timestamptz, correlation_id, ref, case when dropped then 'dropped' else 'received' end,
        case when dropped then 'not newer than what is settled' when forced then 'forced' end, 0
      from event order by n
    )
    select n from event where dropped`.execute(tx)
  return new Set(rows.map(({ n }) => n - 1))
}

/** A mark that no version can drop: a person, or what was saved, wants the record to be looked at. */
export const forcedMark = (
  of: Pick<ChangeEvent, 'id' | 'ref' | 'correlationId' | 'lane'> &
    Partial<Pick<ChangeEvent, 'kind' | 'erase' | 'doubt'>>,
  at: Instant,
  notBefore: Instant | null = null,
): Mark => ({ event: { kind: 'changed', erase: false, version: null, at, ...of }, force: true, notBefore })
