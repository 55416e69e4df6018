/** Records whose candidates a person will merge in Salesforce: looked at every hour, and when one of the candidates changes. */
import { sql } from 'kysely'
import { type Instant, parseRefKey, type ResourceRef, refKey } from '../model/resource.ts'
import { forcedMark, mark } from './mark.ts'
import type { Tx } from './tables.ts'
import { texts } from './unnest.ts'

/** A merge is a person's work, and each look costs a query to Salesforce: for up to 200 records together, one. */
export const lookAgainMs = 3_600_000

const markAll = (tx: Tx, sources: readonly string[], notBefore: Instant | null, now: Instant) =>
  mark(
    tx,
    sources.map(source => {
      const id = `merged?${source}`
      return forcedMark({ id, ref: parseRefKey(source), correlationId: id, lane: 'retry' }, now, notBefore)
    }),
    now,
  )

/** The next look stands in the queue by itself: no scheduler, and no restart, can forget it. */
export async function lookAgain(tx: Tx, sources: readonly string[], now: Instant): Promise<void> {
  if (sources.length === 0) return
  await markAll(tx, sources, new Date(Date.parse(now) + lookAgainMs).toISOString(), now)
}

/** A pass has seen these Salesforce records change: perhaps one of them was merged into another. */
export async function lookNow(tx: Tx, changed: readonly ResourceRef[], now: Instant): Promise<void> {
  const { rows } = await sql<{ source: string }>`
    select source from conflict where state = 'awaits-merge' and exists (
      select 1 from json_array_elements_text(candidates::json) as one where one = any(${texts(changed.map(refKey))}))`.execute(
    tx,
  )
  if (rows.length > 0)
    await markAll(
      tx,
      rows.map(({ source }) => source),
      null,
      now,
    )
}
