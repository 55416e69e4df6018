/** CLAIM: takes due rows of one lane for one pass, with a lease on every link they have. */
import { sql, type Transaction } from 'kysely'
import type { Claim, ClaimedRow } from '../model/ports.ts'
import { type Instant, type Lane, parseRefKey, type Side } from '../model/resource.ts'
import { type LinkRow, laneNumber, laneOf, linkOf } from './pack.ts'
import type { Db, Tables } from './tables.ts'
import { numbers, texts } from './unnest.ts'

export type ClaimOptions = {
  readonly side: Side
  readonly limit: number
  readonly leaseMs: number
  readonly lanes: readonly Lane[]
}

export type DirtyRow = {
  ref: string
  lane: number
  version: number | null
  deleted: number | null
  erase: number | null
  forced: number | null
  uncertain: number | null
  attempts: number
  marked_at: string
  correlation_id: string
}

export const rowOf = (row: DirtyRow): ClaimedRow => ({
  ref: parseRefKey(row.ref),
  lane: laneOf(row.lane),
  version: row.version,
  deleted: row.deleted !== null,
  erase: row.erase !== null,
  forced: row.forced !== null,
  uncertain: row.uncertain !== null,
  attempts: row.attempts,
  markedAt: row.marked_at,
  correlationId: row.correlation_id,
})

/** The end of a link that a side's rows are. */
export const endOf = (side: Side) => sql.ref<string>(side)

/**
 * No link of this row is leased. `limit 1`, here and in `look`, keeps the planner from turning it into a join of its own
 * devising (80 ms at 100,000 rows): it stays one look into a small index for each row that the claim walks over.
 */
export const unleased = (side: Side) =>
  sql<boolean>`(select 1 from lease e where e.${endOf(side)} = d.ref limit 1) is null`

/** Lanes that have work, the most urgent first, in one statement and outside a transaction: most looks find none. */
export async function look(db: Db, { side, lanes }: ClaimOptions, now: Instant) {
  const { rows } = await sql<{ expired: boolean; lane: number | null }>`
    select exists (select 1 from claim where lease_until < clock_timestamp()) as expired, due.lane
    from (select 1) one left join lateral (
      select l.lane from unnest(${numbers(lanes.map(laneNumber))}) as l(lane)
      where (
        select 1 from dirty d where d.side = ${side} and d.lane = l.lane and d.token is null
          and d.due_at <= ${now}::timestamptz and ${unleased(side)} limit 1) = 1
    ) due on true order by due.lane`.execute(db)
  return { expired: rows[0]?.expired ?? false, lanes: rows.flatMap(({ lane }) => (lane === null ? [] : [lane])) }
}

/**
 * Takes claims whose lease ran out apart: their rows go back to the queue as `uncertain`, since nobody knows how far they
 * got, and their tokens are worth nothing from then on. The claim's row is locked first, as by every work of a token, so that
 * a SAVE under way ends before, and one that comes later is refused.
 */
export async function reap(tx: Transaction<Tables>): Promise<void> {
  const { rows } = await sql<{ token: string }>`
    select token from claim where lease_until < clock_timestamp() order by token for update skip locked`.execute(tx)
  if (rows.length === 0) return
  const tokens = texts(rows.map(({ token }) => token))
  await sql`
    update dirty set token = null, claimed_mark = null, uncertain = mark
    where ref = any(array(select ref from dirty where token = any(${tokens}) order by ref for update))`.execute(tx)
  await sql`
    with leases as (delete from lease where token = any(${tokens})),
      holds as (delete from hold where token = any(${tokens}))
    delete from claim where token = any(${tokens})`.execute(tx)
}

/**
 * Candidates are locked with `skip locked`, so that a claim waits for nobody; the claim asks for `limit` rows of one index
 * range and stops. A row whose link is leased is stepped over. Null when this lane had nothing for us after all.
 *
 * All rows of a claim are of one side, and a link has one end on each: the other end of a claimed row's link can never be
 * in the same claim, only in another one, which then holds the lease.
 */
export async function take(
  tx: Transaction<Tables>,
  { side, limit, leaseMs }: ClaimOptions,
  lane: number,
  token: string,
  now: Instant,
): Promise<Claim | null> {
  const candidates = await sql<{ ref: string }>`
    select d.ref from dirty d
    where d.side = ${side} and d.lane = ${lane} and d.token is null and d.due_at <= ${now}::timestamptz and ${unleased(side)}
    order by d.due_at limit ${limit} for update skip locked`.execute(tx)
  if (candidates.rows.length === 0) return null
  const refs = candidates.rows.map(({ ref }) => ref)

  // The lease is the primary key of `lease`: of two claims that reach for both ends of a link one gets nothing back.
  // Sorted apart from the look-up: in one piece the planner was seen to walk the whole table by id to save the sort.
  await sql`
    with mine as materialized (select id, commerce, crm from link l where l.${endOf(side)} = any(${texts(refs)}))
    insert into lease (link, token, ref, commerce, crm)
    select id, ${token}, ${endOf(side)}, commerce, crm from mine order by id on conflict (link) do nothing`.execute(tx)
  // A statement of its own, so that it sees what the former holder of a lease has just saved.
  const links = await sql<LinkRow & { token: string | null }>`
    select l.*, (select e.token from lease e where e.link = l.id) as token from link l
    where l.${endOf(side)} = any(${texts(refs)})`.execute(tx)
  const blocked = new Set(links.rows.filter(link => link.token !== token).map(link => link[side]))
  const taken = refs.filter(ref => !blocked.has(ref))
  if (blocked.size > 0)
    await sql`delete from lease where token = ${token} and ref = any(${texts([...blocked])})`.execute(tx)
  if (taken.length === 0) return null

  await sql`
    insert into claim (token, side, lane, lease_until, seen)
    values (${token}, ${side}, ${lane}, clock_timestamp() + ${leaseMs} * interval '1 millisecond', pg_current_snapshot())`.execute(
    tx,
  )
  const rows = await sql<DirtyRow>`
    update dirty set token = ${token}, claimed_mark = mark where ref = any(${texts(taken)})
    returning ref, lane, version, deleted, erase, forced, uncertain, attempts, marked_at, correlation_id`.execute(tx)
  const byRef = new Map(rows.rows.map(row => [row.ref, row]))
  return {
    token,
    lane: laneOf(lane),
    // In the order they became due: `returning` has none.
    rows: taken.flatMap(ref => byRef.get(ref) ?? []).map(rowOf),
    links: links.rows
      .filter(link => !blocked.has(link[side]))
      .toSorted((a, b) => a.id - b.id)
      .map(linkOf),
  }
}
