/** What a duplicate rule refused, once the org took it or nothing is left to write: asked of nobody any more. */
import { sql } from 'kysely'
import type { Settlement } from '../model/outcome.ts'
import { type Instant, refKey } from '../model/resource.ts'
import type { Tx } from './tables.ts'
import { unnest } from './unnest.ts'

/** Other conflicts need a look at both sides to be over; this one was never about what the other side holds. */
export async function closeRefused(tx: Tx, { resolved }: Settlement, now: Instant): Promise<void> {
  if (resolved.length === 0) return
  const over = unnest('r', resolved, {
    source: ['text', ({ source }) => refKey(source)],
    mapping: ['text', ({ mapping }) => mapping],
    role: ['text', ({ role }) => role],
  })
  await sql`
    update conflict c set state = 'closed', closed_at = ${now}::timestamptz, sealed = null from ${over}
    where c.kind = 'duplicate-rule' and c.state = 'open'
      and c.source = r.source and c.mapping = r.mapping and c.role = r.role`.execute(tx)
}
