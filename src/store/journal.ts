/** The story of each record, line by line: written in bulk, read by correlation id or by record. */
import { type RawBuilder, sql } from 'kysely'
import type { JournalEntry } from '../model/outcome.ts'
import { parseRefKey, type ResourceRef, refKey } from '../model/resource.ts'
import type { Tx } from './tables.ts'
import { unnest } from './unnest.ts'

export async function journal(tx: Tx, entries: readonly JournalEntry[]): Promise<void> {
  if (entries.length === 0) return
  const lines = unnest('e', entries, {
    at: ['timestamptz', ({ at }) => at],
    correlation_id: ['text', ({ correlationId }) => correlationId],
    ref: ['text', ({ ref }) => refKey(ref)],
    step: ['text', ({ step }) => step],
    mapping: ['text', ({ mapping }) => mapping],
    role: ['text', ({ role }) => role],
    target: ['text', ({ target }) => target && refKey(target)],
    plan: ['text', ({ plan }) => plan],
    fields: ['text', ({ fields }) => (fields.length === 0 ? null : JSON.stringify(fields))],
    detail: ['text', ({ detail }) => detail],
    attempt: ['integer', ({ attempt }) => attempt],
    duration_ms: ['integer', ({ durationMs }) => durationMs && Math.round(durationMs)],
  })
  await sql`
    insert into journal (at, correlation_id, ref, step, mapping, role, target, plan, fields, detail, attempt, duration_ms)
    select at, correlation_id, ref, step, mapping, role, target, plan, fields, detail, attempt, duration_ms
    from ${lines} order by n`.execute(tx)
}

type Line = {
  at: string
  correlation_id: string
  ref: string
  step: string
  mapping: string | null
  role: string | null
  target: string | null
  plan: string | null
  fields: string | null
  detail: string | null
  attempt: number
  duration_ms: number | null
}

const entryOf = (line: Line): JournalEntry => ({
  at: line.at,
  correlationId: line.correlation_id,
  ref: parseRefKey(line.ref),
  step: line.step,
  mapping: line.mapping,
  role: line.role,
  target: line.target === null ? null : parseRefKey(line.target),
  plan: line.plan,
  fields: line.fields === null ? [] : (JSON.parse(line.fields) as string[]),
  detail: line.detail,
  attempt: line.attempt,
  durationMs: line.duration_ms,
})

/** The newest `limit` lines, oldest first. A record's story includes that of the records it is linked with. */
export async function trace(
  tx: Tx,
  of: { readonly correlationId: string } | { readonly ref: ResourceRef },
  limit: number,
): Promise<readonly JournalEntry[]> {
  const { rows } = await sql<Line>`
    select * from (${'ref' in of ? ofRecord(refKey(of.ref), limit) : ofCorrelation(of.correlationId, limit)}) newest
    order by id`.execute(tx)
  return rows.map(entryOf)
}

const ofCorrelation = (id: string, limit: number): RawBuilder<unknown> =>
  sql`select * from journal where correlation_id = ${id} order by id desc limit ${limit}`

/**
 * Per record its newest lines by the index, then the newest of all: never the whole history of a busy one. `distinct`
 * apart from the look-ups (here and wherever two are joined by `union all`): a sorting union walks whole indexes.
 */
const ofRecord = (ref: string, limit: number): RawBuilder<unknown> => sql`
  with ends as materialized (
    select ${ref}::text as ref
    union all select commerce from link where crm = ${ref}
    union all select crm from link where commerce = ${ref}
  )
  select line.* from (select distinct ref from ends) one cross join lateral (
    select * from journal j where j.ref = one.ref order by id desc limit ${limit}
  ) line order by line.id desc limit ${limit}`
