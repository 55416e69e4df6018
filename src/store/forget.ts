/**
 * Takes away all that bears the id of a person whose id tells who they are: a digest of their email, which whoever guesses
 * the email can make again. What they were seen in stays, as an id and a time, so that it never brings them back.
 */
import { sql, type Transaction } from 'kysely'
import { type Instant, type ResourceRef, refKey } from '../model/resource.ts'
import type { Tables } from './tables.ts'
import { texts } from './unnest.ts'

/** `near`: records whose story may name them, such as the Contact they were. Their links go with the SAVE's own changes. */
export async function forget(
  tx: Transaction<Tables>,
  who: readonly ResourceRef[],
  near: readonly ResourceRef[],
  now: Instant,
): Promise<void> {
  if (who.length === 0) return
  const these = texts(who.map(refKey))
  await sql`update sighting set who = null, erased_at = ${now}::timestamptz where who = any(${these})`.execute(tx)
  const stories = texts(near.map(refKey))
  await sql`update journal set target = null where ref = any(${stories}) and target = any(${these})`.execute(tx)
  for (const table of ['journal', 'settled'])
    await sql`delete from ${sql.table(table)} where ref = any(${these})`.execute(tx)
  for (const table of ['decision', 'conflict', 'failure'])
    await sql`delete from ${sql.table(table)} where source = any(${these})`.execute(tx)
  await sql`delete from wait where ctid = any(array(
    select ctid from wait where waiting = any(${these}) union all select ctid from wait where awaited = any(${these})))`.execute(
    tx,
  )
}
