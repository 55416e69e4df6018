/** Retention, and the space that deleted rows leave: PGlite has no autovacuum, and a queue is mostly deleted rows. */
import { sql } from 'kysely'
import type { Instant } from '../model/resource.ts'
import type { Adapter } from './adapter.ts'
import type { Db } from './tables.ts'
import { retried } from './transact.ts'

const dayMs = 86_400_000
/** A delete of this size takes some milliseconds: intake and passes go on in between. */
const atOnce = 5_000
const hot = ['dirty', 'claim', 'lease', 'link', 'settled', 'wait', 'journal', 'conflict', 'decision', 'failure']

/** What goes, each statement again until it finds less than a batch. `decision` first: it names its conflict. */
const removals = (before: Instant) => [
  sql`delete from journal where ctid = any(array(
    select ctid from journal where at < ${before}::timestamptz order by at limit ${atOnce}))`,
  sql`delete from decision where ctid = any(array(
    select d.ctid from decision d join conflict c on c.id = d.conflict
    where c.state = 'closed' and c.closed_at < ${before}::timestamptz limit ${atOnce}))`,
  sql`delete from conflict where ctid = any(array(
    select ctid from conflict where state = 'closed' and closed_at < ${before}::timestamptz limit ${atOnce}))`,
  sql`delete from failure where ctid = any(array(
    select ctid from failure where state <> 'open' and closed_at < ${before}::timestamptz limit ${atOnce}))`,
]

export async function maintain(db: Db, adapter: Adapter, now: Instant, journalDays: number): Promise<void> {
  const before = new Date(Date.parse(now) - journalDays * dayMs).toISOString()
  for (const removal of removals(before)) {
    for (;;) {
      const { numAffectedRows } = await retried(() => removal.execute(db))
      if ((numAffectedRows ?? 0n) < BigInt(atOnce)) break
    }
  }
  // One table after the other, for PGlite: everything else waits for the statement at hand. On a server several processes
  // may do this at once: the second leaves what the first is at.
  await retried(() => adapter.clean(hot.map(table => `vacuum (analyze, skip_locked) ${table}`)))
}
