/** Records that cannot succeed as they are: one open failure per record, mapping and role, closed by a person or by success. */
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { erasureFailed, type FailedRecord, type Failure, type Settlement } from '../model/outcome.ts'
import type { Listed } from '../model/ports.ts'
import { type Instant, parseRefKey, refKey } from '../model/resource.ts'
import { aboutOf } from './conflicts.ts'
import { page, readCursor } from './cursor.ts'
import { journal } from './journal.ts'
import { forcedMark, mark } from './mark.ts'
import type { Seal } from './seal.ts'
import type { Db, Tx } from './tables.ts'
import { Undo } from './transact.ts'
import { unnest } from './unnest.ts'

type FailureRow = {
  id: string
  source: string
  mapping: string
  role: string
  kind: string
  code: string
  retry_at: string | null
  sealed: string | null
  attempts: number
  correlation_id: string
  failed_at: string
  state: string
}

/** What is sealed: a remote's message may quote a value in spite of all care. */
type Secret = Pick<Failure, 'message' | 'fields'>

function failureOf(row: FailureRow, seal: Seal): FailedRecord {
  const opened = row.sealed === null ? null : seal.open(row.sealed, aboutOf(row))
  const secret = opened === null ? { message: '', fields: [] } : (JSON.parse(opened) as Secret)
  return {
    id: row.id,
    source: parseRefKey(row.source),
    mapping: row.mapping,
    role: row.role,
    failure: {
      is: row.kind as Failure['is'],
      code: row.code,
      message: secret.message,
      fields: secret.fields,
      retryAt: row.retry_at,
    },
    attempts: row.attempts,
    correlationId: row.correlation_id,
    failedAt: row.failed_at,
    state: row.state as FailedRecord['state'],
  }
}

/** The newest failure of a record replaces the one that is open, under the same id. */
export async function saveFailures(tx: Tx, { failures }: Settlement, seal: Seal, now: Instant): Promise<void> {
  if (failures.length === 0) return
  const byRecord = new Map(failures.map(failed => [aboutOf({ ...failed, source: refKey(failed.source) }), failed]))
  const rows = unnest('f', [...byRecord], {
    id: ['text', () => randomUUID()],
    source: ['text', ([, { source }]) => refKey(source)],
    mapping: ['text', ([, { mapping }]) => mapping],
    role: ['text', ([, { role }]) => role],
    kind: ['text', ([, { failure }]) => failure.is],
    code: ['text', ([, { failure }]) => failure.code],
    retry_at: ['timestamptz', ([, { failure }]) => failure.retryAt],
    sealed: [
      'text',
      ([about, { failure }]) => {
        const { message, fields } = failure
        return seal.close(JSON.stringify({ message, fields } satisfies Secret), about)
      },
    ],
    attempts: ['integer', ([, { attempts }]) => attempts],
    correlation_id: ['text', ([, { correlationId }]) => correlationId],
  })
  await sql`
    insert into failure (id, source, mapping, role, kind, code, retry_at, sealed, attempts, correlation_id, failed_at, state)
    select id, source, mapping, role, kind, code, retry_at, sealed, attempts, correlation_id, ${now}::timestamptz, 'open'
    from ${rows} order by source, mapping, role
    on conflict (source, mapping, role) where state = 'open' do update set kind = excluded.kind, code = excluded.code,
      retry_at = excluded.retry_at, sealed = excluded.sealed, attempts = excluded.attempts,
      correlation_id = excluded.correlation_id, failed_at = excluded.failed_at`.execute(tx)
}

export async function failures(
  db: Db,
  seal: Seal,
  { state, cursor, limit }: { state: FailedRecord['state'] | 'all'; cursor: string | null; limit: number },
): Promise<Listed<FailedRecord>> {
  const after = readCursor(cursor)
  const { rows } = await sql<FailureRow>`
    select * from failure where ${state === 'all' ? sql`true` : sql`state = ${state}`}
      and ${after === null ? sql`true` : sql`(failed_at, id) < (${after.at}::timestamptz, ${after.id})`}
    order by failed_at desc, id desc limit ${limit + 1}`.execute(db)
  return page(
    rows,
    limit,
    row => ({ at: row.failed_at, id: row.id }),
    row => failureOf(row, seal),
  )
}

export async function failure(db: Db, seal: Seal, id: string): Promise<FailedRecord | null> {
  const { rows } = await sql<FailureRow>`select * from failure where id = ${id}`.execute(db)
  return rows[0] === undefined ? null : failureOf(rows[0], seal)
}

/** The mark comes first, as in `decide`. */
export async function closeFailure(
  tx: Tx,
  seal: Seal,
  id: string,
  how: 'retry' | 'discard',
  correlationId: string,
  now: Instant,
): Promise<FailedRecord> {
  const found = await sql<FailureRow>`select * from failure where id = ${id}`.execute(tx)
  const row = found.rows[0]
  if (row === undefined) throw new Undo()
  const state = how === 'retry' ? 'retried' : 'discarded'
  const failed: FailedRecord = { ...failureOf(row, seal), state }
  const { source, mapping, role, attempts } = failed
  await journal(tx, [
    {
      at: now,
      correlationId,
      ref: source,
      step: 'decided',
      mapping,
      role,
      target: null,
      plan: null,
      fields: [],
      detail: state,
      attempt: attempts,
      durationMs: null,
    },
  ])
  if (how === 'retry') {
    const again = { id: `retry:${id}`, ref: source, correlationId, lane: 'live' } as const
    const erased = row.code === erasureFailed ? ({ kind: 'deleted', erase: true } as const) : {}
    await mark(tx, [forcedMark({ ...again, ...erased }, now)], now)
  }
  const open = await sql`
    update failure set state = ${state}, closed_at = ${now}::timestamptz, sealed = null
    where id = ${id} and state = 'open' returning id`.execute(tx)
  if (open.rows.length === 0) throw new Undo()
  return failed
}
