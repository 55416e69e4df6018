/** What a pass does with its claim besides saving: renew it, or give it back. And what ends all claims at once. */
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Claim } from '../model/ports.ts'
import type { Instant, Side } from '../model/resource.ts'
import { type ClaimOptions, look, reap, take } from './claim.ts'
import type { Db } from './tables.ts'
import { retried, transact } from './transact.ts'

/** So many claims in a row may pass over a lane that has work; the next one is served from it. */
const patience = 7

/**
 * The floor for less urgent lanes: the order in which the lanes that have work are tried. Lanes passed over take the lead
 * in turn. A side on which only one lane has work owes the others nothing.
 */
function turns() {
  const passedOver: Record<Side, number> = { commerce: 0, crm: 0 }
  let turn = 0

  return (side: Side, due: readonly number[]): readonly number[] => {
    const [first, ...others] = due
    if (first === undefined || others.length === 0) {
      passedOver[side] = 0
      return due
    }
    if (passedOver[side] < patience) {
      passedOver[side]++
      return due
    }
    passedOver[side] = 0
    const lead = turn++ % others.length
    return [...others.slice(lead), ...others.slice(0, lead), first]
  }
}

/** `instance` stands in the token, so that an operator sees in `claim` which process works on what. */
export function claims(db: Db, instance: string, now: () => Instant) {
  const order = turns()

  return async (options: ClaimOptions): Promise<Claim | null> => {
    let found = await retried(() => look(db, options, now()))
    if (found.expired) {
      await transact(db, reap)
      found = await retried(() => look(db, options, now()))
    }
    for (const lane of order(options.side, found.lanes)) {
      const token = `${instance}:${randomUUID()}`
      const claim = await transact(db, tx => take(tx, options, lane, token, now()))
      if (claim !== null) return claim
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
      with leases as (delete from lease where token = ${token}), holds as (delete from hold where token = ${token})
      delete from claim where token = ${token}`.execute(tx)
  })

/** For the start on a directory that is ours alone (every claim is that of a dead process), and for tests. */
export async function expireLeases(db: Db): Promise<void> {
  await retried(() => sql`update claim set lease_until = '-infinity'`.execute(db))
}
