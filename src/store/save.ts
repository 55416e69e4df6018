/**
 * SAVE: everything a pass leaves behind, in one transaction fenced by the claim's token.
 *
 * Locks are taken in one order everywhere: the claim's row, the advisory locks of what is awaited, `sighting` and `dirty` by
 * ref, `link` by id, `lease`. The claim's row is the fence: a claim that ran out is taken apart under the same lock (see `claim.ts`),
 * so whoever holds it either still owns all of the token's rows or finds none.
 */
import { sql, type Transaction } from 'kysely'
import type { RowSettlement, Settlement } from '../model/outcome.ts'
import { type ChangeEvent, type Instant, type Lane, parseRefKey, refKey, type Side } from '../model/resource.ts'
import { saveConflicts } from './conflicts.ts'
import { erase } from './erase.ts'
import { saveFailures } from './failures.ts'
import { forget } from './forget.ts'
import { journal } from './journal.ts'
import { lookNow } from './lookAgain.ts'
import { forcedMark, type Mark, mark } from './mark.ts'
import { laneOf } from './pack.ts'
import { type SavedLinks, saveLinks } from './saveLinks.ts'
import { free, remark, settle } from './saveRows.ts'
import { answered, lockAwaited, saveWaits } from './saveWaits.ts'
import type { Seal } from './seal.ts'
import { saveSightings } from './sightings.ts'
import type { Tables } from './tables.ts'
import { Undo } from './transact.ts'
import { texts, unnest } from './unnest.ts'

type Fence = { readonly side: Side; readonly lane: Lane; readonly seen: string }
type Held = { ref: string; token: string | null; version: number | null; waits: boolean }

async function fence(tx: Transaction<Tables>, token: string): Promise<Fence | null> {
  const { rows } = await sql<{ side: string; lane: number; seen: string }>`
    select side, lane, seen::text as seen from claim where token = ${token} for update`.execute(tx)
  const claim = rows[0]
  if (claim === undefined) return null
  return { side: claim.side === 'crm' ? 'crm' : 'commerce', lane: laneOf(claim.lane), seen: claim.seen }
}

const forced = (event: ChangeEvent): Mark => ({ event, force: true, notBefore: null })

/** Marks, and locks the rows of this save and those its wakes will touch, all in the order of their refs. */
async function lockRows(
  tx: Transaction<Tables>,
  { rows, wakes, marks }: Settlement,
  now: Instant,
): Promise<readonly Held[]> {
  const waiters = sql`select waiting from wait where awaited = any(${texts(wakes.map(refKey))})`
  const refs = sql`select unnest(${texts(rows.map(({ ref }) => refKey(ref)))}) union all ${waiters}`
  await mark(tx, marks.map(forced), now, refs)
  const held = await sql<Held>`
    select ref, token, version, ref = any(array(${waiters})) as waits from dirty
    where ref = any(array(${refs})) order by ref for update`.execute(tx)
  return held.rows
}

/**
 * The named rows whose link another pass took, or which this save has moved behind their back; a record that is not named
 * here is marked from outside. What was moved has its target read first: its base is no longer what it has seen.
 */
async function again(
  tx: Transaction<Tables>,
  { clashes, moved }: SavedLinks,
  named: ReadonlySet<string>,
  { lane }: Fence,
  now: Instant,
): Promise<ReadonlySet<string>> {
  const mine = new Set<string>(moved.filter(ref => named.has(ref)))
  const others: Mark[] = moved
    .filter(ref => !named.has(ref))
    .map(ref => {
      const id = `heir:${ref}`
      return forcedMark({ id, ref: parseRefKey(ref), correlationId: id, lane, doubt: true }, now)
    })
  for (const { link } of clashes) {
    const ends = [refKey(link.commerce), refKey(link.crm)].filter(ref => named.has(ref))
    for (const ref of ends) mine.add(ref)
    if (ends.length > 0) continue
    const { commerce: ref } = link
    const id = `clash:${refKey(ref)}`
    others.push(forcedMark({ id, ref, correlationId: id, lane }, now))
  }
  await mark(tx, others, now)
  await remark(tx, [...mine], { uncertain: true, now })
  return mine
}

/** A row that stays claimed owns the links it has made, too. */
async function leaseMade(
  tx: Transaction<Tables>,
  token: string,
  side: Side,
  made: readonly { id: number; commerce: string; crm: string }[],
  kept: ReadonlySet<string>,
): Promise<void> {
  const leased = made.filter(link => kept.has(link[side]))
  if (leased.length === 0) return
  const table = unnest('m', leased, {
    link: ['bigint', ({ id }) => id],
    ref: ['text', link => link[side]],
    commerce: ['text', ({ commerce }) => commerce],
    crm: ['text', ({ crm }) => crm],
  })
  await sql`
    insert into lease (link, token, ref, commerce, crm) select link, ${token}, ref, commerce, crm from ${table}
    order by link on conflict do nothing`.execute(tx)
}

/** Rows that left the claim give back their links; a claim without rows is over. */
const tidy = (tx: Transaction<Tables>, token: string, ended: readonly string[]) =>
  sql`
    with leases as (delete from lease where token = ${token} and ref = any(${texts(ended)})),
      holds as (delete from hold where token = ${token} and ref = any(${texts(ended)}))
    delete from claim where token = ${token} and not exists (select 1 from dirty where token = ${token})`.execute(tx)

const of = (rows: readonly RowSettlement[], what: RowSettlement['do']) => rows.filter(row => row.do === what)

/** Undone when the token does not hold every row named. */
export async function save(
  tx: Transaction<Tables>,
  token: string,
  settlement: Settlement,
  seal: Seal,
  now: Instant,
): Promise<true> {
  const claim = await fence(tx, token)
  if (claim === null) throw new Undo()
  await lockAwaited(tx, settlement)

  const { rows } = settlement
  const named = new Set(rows.map(({ ref }) => refKey(ref)))
  const marks = [...settlement.marks, ...(await saveSightings(tx, settlement.sightings, now))]
  const held = await lockRows(tx, { ...settlement, marks }, now)
  if (held.filter(row => row.token === token && named.has(row.ref)).length < named.size) throw new Undo()

  const saved = await saveLinks(tx, settlement.links, now)
  const { made } = saved
  const unfinished = await again(tx, saved, named, claim, now)
  const woken = held.filter(({ ref, waits }) => waits && !named.has(ref)).map(({ ref }) => ref)
  await remark(tx, woken, { uncertain: false, now })

  const going = await answered(tx, settlement, claim.seen)
  const waiting = new Set(settlement.waits.map(wait => refKey(wait.waiting)))
  const announced = new Map(held.map(row => [row.ref, row.version]))
  await settle(tx, of(rows, 'settle'), announced, unfinished, now)
  const freed = of(rows, 'free').map(row => (going.has(refKey(row.ref)) ? { ...row, notBefore: null } : row))
  await free(tx, freed, waiting, now)

  const ended = [...of(rows, 'settle'), ...of(rows, 'free')].map(({ ref }) => refKey(ref))
  await saveWaits(tx, settlement, ended, going, now)
  await leaseMade(tx, token, claim.side, made, new Set(of(rows, 'keep').map(({ ref }) => refKey(ref))))
  await tidy(tx, token, ended)

  // Closes what is resolved, so it comes before the failures of this same save.
  await saveConflicts(tx, settlement, seal, now)
  if (claim.side === 'crm')
    await lookNow(
      tx,
      rows.map(({ ref }) => ref),
      now,
    )
  await saveFailures(tx, settlement, seal, now)
  await erase(tx, settlement.erased, now)
  await forget(tx, settlement.forgotten, settlement.erased, now)
  const forgotten = new Set(settlement.forgotten.map(refKey))
  await journal(
    tx,
    settlement.journal.filter(({ ref }) => !forgotten.has(refKey(ref))),
  )
  return true
}
