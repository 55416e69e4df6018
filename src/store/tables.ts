/** The tables as the query builder sees them; what each column means is said once, in `migrations/`. */
import type { Generated, Kysely, Transaction } from 'kysely'
import type { Instant } from '../model/resource.ts'

/** Both drivers hand out timestamps as ISO texts and bigints as numbers: see `parse.ts`. */
export type Tables = {
  dirty: {
    ref: string
    side: string
    lane: number
    version: number | null
    mark: number
    forced: number | null
    deleted: number | null
    erase: number | null
    uncertain: number | null
    due_at: Instant
    not_before: Instant | null
    attempts: number
    marked_at: Instant
    remarked_at: Instant
    correlation_id: string
    token: string | null
    claimed_mark: number | null
  }
  claim: { token: string; side: string; lane: number; lease_until: Instant; seen: string }
  lease: { link: number; token: string; ref: string; commerce: string; crm: string }
  settled: { ref: string; version: number; gone: boolean; xid: string }
  link: {
    id: Generated<number>
    mapping: string
    role: string
    commerce: string
    crm: string
    is_primary: boolean
    base: string
    restores: string
    revision: number
    since: Instant
    saved_at: Instant
    xid: string
  }
  wait: { waiting: string; awaited: string; since: Instant }
  conflict: {
    id: string
    source: string
    mapping: string
    role: string
    kind: string
    candidates: string
    sealed: string | null
    correlation_id: string
    opened_at: Instant
    state: string
    closed_at: Instant | null
    fields: string | null
  }
  sighting: { seen_in: string; who: string | null; at: Instant; erased_at: Instant | null }
  hold: { key: string; token: string; ref: string }
  decision: {
    id: Generated<number>
    conflict: string
    kind: string
    source: string
    mapping: string
    role: string
    choice: string
    by_whom: string
    at: Instant
    applied_at: Instant | null
    undone_at: Instant | null
    undone_by: string | null
  }
  failure: {
    id: string
    source: string
    mapping: string
    role: string
    kind: string
    code: string
    retry_at: Instant | null
    sealed: string | null
    attempts: number
    correlation_id: string
    failed_at: Instant
    state: string
    closed_at: Instant | null
  }
  checkpoint: { stream: string; position: string; at: Instant }
  meta: { key: string; value: string }
  journal: {
    id: Generated<number>
    at: Instant
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
}

export type Db = Kysely<Tables>
/** A transaction, or the whole database where a statement is a transaction by itself. */
export type Tx = Transaction<Tables> | Db
