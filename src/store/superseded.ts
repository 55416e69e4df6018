/** Decisions about a part of a record that a later one overtook: once that is carried out they must not speak again. */
import { sql } from 'kysely'
import type { Settlement } from '../model/outcome.ts'
import { type Instant, refKey } from '../model/resource.ts'
import type { Tx } from './tables.ts'
import { unnest } from './unnest.ts'

export async function closeSuperseded(tx: Tx, { applied }: Settlement, now: Instant): Promise<void> {
  if (applied.length === 0) return
  const over = unnest('a', applied, {
    source: ['text', ({ source }) => refKey(source)],
    mapping: ['text', ({ mapping }) => mapping],
    role: ['text', ({ role }) => role],
    at: ['timestamptz', ({ at }) => at],
  })
  await sql`
    with overtaken as (
      update decision d set applied_at = ${now}::timestamptz from ${over}
      where d.applied_at is null and d.source = a.source and d.mapping = a.mapping and d.role = a.role and d.at < a.at
      returning d.conflict)
    update conflict c set state = 'closed', closed_at = ${now}::timestamptz, sealed = null
    from overtaken where c.id = overtaken.conflict and c.state <> 'closed'`.execute(tx)
}
