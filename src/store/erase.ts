/** Wipes what the memory shows people of a record: sealed values, also of what is closed, and the words of its story. */
import { sql } from 'kysely'
import { type Instant, type ResourceRef, refKey } from '../model/resource.ts'
import type { Tx } from './tables.ts'
import { texts } from './unnest.ts'

/** Ids, times and field names stay: they tell what was done, and that it was done. */
export async function erase(tx: Tx, refs: readonly ResourceRef[], now: Instant): Promise<void> {
  if (refs.length === 0) return
  const these = texts(refs.map(refKey))
  const over = sql`sealed = null, closed_at = coalesce(closed_at, ${now}::timestamptz)`
  await sql`
    with conflicts as (
      update conflict set ${over}, state = 'closed' where source = any(${these}) and (sealed is not null or state <> 'closed')
    ), failures as (
      update failure set ${over}, state = case when state = 'open' then 'resolved' else state end
      where source = any(${these}) and (sealed is not null or state = 'open')
    )
    update journal set detail = null where ref = any(${these}) and detail is not null`.execute(tx)
}
