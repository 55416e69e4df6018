/** What a pass does with its claim besides saving: renew it, or give it back. And what ends all claims at once. */
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Claim } from '../model/ports.ts'
import type { Instant, Lane, Side } from '../model/resource.ts'
import { type ClaimOptions, look, reap, take } from './claim.ts'
import type { Db } from './tables.ts'
import { retried, transact } from './transact.ts'

/** Every so many claims of a side begin with another lane than the most urgent: a floor for the others. */
const floorEvery = 8

/** The order in which the lanes are tried, for the nth claim of a side. The others take the lead in turn. */
export function order(lanes: readonly Lane[], nth: number): readonly Lane[] {
  const [first, ...others] = lanes
  if (first === undefined || others.length === 0 || nth % floorEvery !== floorEvery - 1) return lanes
  const turn = Math.floor(nth / floorEvery) % others.length
  return [...others.slice(turn), ...others.slice(0, turn), first]
}

/** `instance` stands in the token, so that an operator sees in `claim` which process works on what. */
export function claims(db: Db, instance: string, now: () => Instant) {
  const count: Record<Side, number> = { commerce: 0, crm: 0 }

  return async (options: ClaimOptions): Promise<Claim | null> => {
    const tried = { ...options, lanes: order(options.lanes, count[options.side]) }
    let found = await retried(() => look(db, tried, now()))
    if (found.expired) {
      await transact(db, reap)
      found = await retried(() => look(db, tried, now()))
    }
    for (const lane of found.lanes) {
      const token = `${instance}:${randomUUID()}`
      const claim = await transact(db, tx => take(tx, tried, lane, token, now()))
      if (claim === null) continue
      count[options.side]++
      return claim
    }
    return null
  }
}

/** One row for the whole pass. A claim that was taken apart has no row any more, nor has one that is wholly saved. */
export async function renew(db: Db, token: string, leaseMs: number): Promise<boolean> {
  const { numAffectedRows } = await retried(() =>
    sql`
      update claim set lease_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
      where token = ${token}`.execute(db),
  )
  return numAffectedRows === 1n
}

/** Nothing was sent, so nothing is uncertain and no attempt is counted. */
export const release = (db: Db, token: string, notBefore: Instant | null): Promise<void> =>
  transact(db, async tx => {
    await sql`select 1 from claim where token = ${token} for update`.execute(tx)
    await sql`
      update dirty set token = null, claimed_mark = null,
        not_before = greatest(not_before, ${notBefore}::timestamptz), due_at = greatest(due_at, ${notBefore}::timestamptz)
      where ref = any(array(select ref from dirty where token = ${token} order by ref for update))`.execute(tx)
    await sql`
      with leases as (delete from lease where token = ${token}) delete from claim where token = ${token}`.execute(tx)
  })

/** For the start on a directory that is ours alone (every claim is that of a dead process), and for tests. */
export async function expireLeases(db: Db): Promise<void> {
  await retried(() => sql`update claim set lease_until = '-infinity'`.execute(db))
}
