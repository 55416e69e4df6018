/** What waits, counted for screens and for the engine's pace. */
import { sql } from 'kysely'
import type { Backlog } from '../model/ports.ts'
import { type Instant, type Lane, lanes, type Side } from '../model/resource.ts'
import { unleased } from './claim.ts'
import { laneNumber, laneOf } from './pack.ts'
import type { Db } from './tables.ts'

/** Above this many links the figure is the database's own estimate: to count millions for a screen would cost more than a pass. */
const countedLinks = 100_000

type LaneRow = { lane: number; due: number; later: number; claimed: number; oldest: string | null }
type Counts = { links: number; many: number; conflicts: number; failures: number; waiting: number }

export async function backlog(db: Db, now: Instant): Promise<Backlog> {
  const byLane = await sql<LaneRow>`
    select lane, sum(due)::bigint as due, sum(later)::bigint as later, sum(claimed)::bigint as claimed, min(oldest) as oldest
    from (
      select lane, count(*) filter (where due_at <= ${now}::timestamptz) as due,
        count(*) filter (where due_at > ${now}::timestamptz) as later, 0 as claimed,
        min(due_at) filter (where due_at <= ${now}::timestamptz) as oldest
      from dirty where token is null and side in ('commerce', 'crm') group by lane
      union all
      select lane, 0, 0, count(*), null from dirty where token is not null group by lane
    ) parts group by lane`.execute(db)
  const counts = await sql<Counts>`
    select (select count(*) from (select 1 from link limit ${countedLinks + 1}) counted) as links,
      (select greatest(reltuples, 0)::bigint from pg_class where oid = 'link'::regclass) as many,
      (select count(*) from conflict where state = 'open') as conflicts,
      (select count(*) from failure where state = 'open') as failures,
      (select count(distinct waiting) from wait) as waiting`.execute(db)
  const count = counts.rows[0] ?? { links: 0, many: 0, conflicts: 0, failures: 0, waiting: 0 }
  const none = { due: 0, later: 0, claimed: 0, oldestDueAt: null }
  const result: Record<Lane, Backlog['lanes'][Lane]> = { live: none, retry: none, backfill: none, reconcile: none }
  for (const { lane, due, later, claimed, oldest } of byLane.rows)
    result[laneOf(lane)] = { due, later, claimed, oldestDueAt: oldest }
  return {
    lanes: result,
    links: count.links > countedLinks ? Math.max(count.links, count.many) : count.links,
    conflicts: count.conflicts,
    failures: count.failures,
    waiting: count.waiting,
  }
}

/**
 * One count at a time, and a slow one is shown again for as long as it pays: counting a million rows takes half a
 * second, and every screen and the metrics ask.
 */
export function sharedBacklog(count: () => Promise<Backlog>, monotonicMs: () => number): () => Promise<Backlog> {
  const worthKeepingMs = 250
  const keptTimes = 20
  let running: Promise<Backlog> | null = null
  let last: { readonly value: Backlog; readonly until: number } | null = null
  return () => {
    const began = monotonicMs()
    if (last !== null && began < last.until) return Promise.resolve(last.value)
    running ??= count()
      .then(value => {
        const took = monotonicMs() - began
        last = took > worthKeepingMs ? { value, until: monotonicMs() + took * keptTimes } : null
        return value
      })
      .finally(() => {
        running = null
      })
    return running
  }
}

/** Stops counting at `upTo`: the caller asks whether a batch is full, not how long the queue is. */
export async function due(db: Db, side: Side, of: readonly Lane[], upTo: number, now: Instant): Promise<number> {
  if (of.length === 0) return 0
  const each = of.map(
    lane => sql`select one from (select 1 as one from dirty where side = ${side} and lane = ${laneNumber(lane)}
      and token is null and due_at <= ${now}::timestamptz limit ${upTo}) counted`,
  )
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from (${sql.join(each, sql` union all `)} limit ${upTo}) total`.execute(db)
  return rows[0]?.count ?? 0
}

/**
 * The earliest row that no leased link holds back, or the end of the lease that does: a claim that dies is work again,
 * and what it held back too. Lease ends are told on the caller's clock.
 */
export async function nextDue(db: Db, side: Side, now: Instant): Promise<Instant | null> {
  const each = lanes.map(
    lane => sql`(select d.due_at from dirty d where d.side = ${side} and d.lane = ${laneNumber(lane)} and d.token is null
      and ${unleased(side)} order by d.due_at limit 1)`,
  )
  const { rows } = await sql<{ next: string | null }>`
    select min(due_at) as next from (
      ${sql.join(each, sql` union all `)}
      union all select ${now}::timestamptz + greatest(interval '0', lease_until - clock_timestamp()) from claim
        where isfinite(lease_until)
      union all select ${now}::timestamptz from claim where not isfinite(lease_until)
    ) times`.execute(db)
  return rows[0]?.next ?? null
}
