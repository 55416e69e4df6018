/** The first shape of the memory: each table with the reason for its key and its indexes. */
import { type Kysely, sql } from 'kysely'

/**
 * Words: a *row* is a line of `dirty`; a *claim* is what one pass took, named by its token; a *lease* keeps one link for
 * one claim. Refs are the texts of `refKey`, compared as bytes, so that every process locks in the same order.
 */
const statements = [
  /**
   * The queue: one row per record. `lane` is 0 (live) to 3 (reconcile), so that the least is the most urgent.
   * `mark` counts the marks of this row. `forced`, `deleted`, `erase` and `uncertain` hold the number of the mark that set
   * them last: what came after `claimed_mark` survives the settling of the claim.
   * `due_at` is never before `not_before`, so that one index serves the claim.
   */
  `create table dirty (
    ref text collate "C" primary key,
    side text not null,
    lane smallint not null,
    version bigint,
    mark integer not null default 1,
    forced integer,
    deleted integer,
    erase integer,
    uncertain integer,
    due_at timestamptz not null,
    not_before timestamptz,
    attempts integer not null default 0,
    marked_at timestamptz not null,
    remarked_at timestamptz not null,
    correlation_id text not null,
    token text,
    claimed_mark integer
  ) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0)`,
  'create index dirty_due on dirty (side, lane, due_at) where token is null',
  'create index dirty_token on dirty (token, ref) where token is not null',

  /**
   * One row per pass at work. The lease time stands here once, not on each row and link: renewing costs one row, and
   * whoever holds this row's lock is alone with everything of the token. `seen` is what the pass can have read.
   */
  `create table claim (
    token text primary key,
    side text not null,
    lane smallint not null,
    lease_until timestamptz not null,
    seen pg_snapshot not null
  ) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0)`,

  /**
   * Which links are leased, and for which claimed row. Apart from \`link\`, because leasing would rewrite rows of a
   * kilobyte twice a pass; as a table of its own it stays as small as the work in hand, whatever its statistics say.
   */
  `create table lease (
    link bigint primary key,
    token text not null,
    ref text collate "C" not null,
    commerce text collate "C" not null,
    crm text collate "C" not null
  ) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0)`,
  'create index lease_token on lease (token, ref)',
  'create index lease_commerce on lease (commerce)',
  'create index lease_crm on lease (crm)',

  /** Up to which version each record is done. `xid` tells whether a pass could have seen it: see `wait`. */
  `create table settled (
    ref text collate "C" primary key,
    version bigint not null,
    gone boolean not null,
    xid xid8 not null
  ) with (fillfactor = 90)`,

  /**
   * Which records are the same. One link per commerce record, mapping and role; of all links on one CRM record in a
   * mapping and role at most one is primary, which the second index enforces: a primary link counts as '' there, the
   * others by their commerce record. `base` is packed text: see `pack.ts`.
   */
  `create table link (
    id bigint generated always as identity primary key,
    mapping text not null,
    role text not null,
    commerce text collate "C" not null,
    crm text collate "C" not null,
    is_primary boolean not null,
    base text not null,
    restores text not null default '{}',
    revision integer not null default 1,
    since timestamptz not null,
    saved_at timestamptz not null,
    xid xid8 not null
  ) with (fillfactor = 85)`,
  'create unique index link_commerce on link (commerce, mapping, role)',
  `create unique index link_crm on link (crm, mapping, role, (case when is_primary then '' else commerce end))`,

  /** Who waits for whom. Rows go when the waiting record is taken up again. */
  `create table wait (
    waiting text collate "C" not null,
    awaited text collate "C" not null,
    since timestamptz not null,
    primary key (waiting, awaited)
  )`,
  'create index wait_awaited on wait (awaited)',

  /** Disagreements for a person. `sealed` holds why and the values, encrypted, and is wiped when the conflict is closed. */
  `create table conflict (
    id text primary key,
    source text collate "C" not null,
    mapping text not null,
    role text not null,
    kind text not null,
    candidates text not null,
    sealed text,
    correlation_id text not null,
    opened_at timestamptz not null,
    state text not null,
    closed_at timestamptz
  )`,
  `create unique index conflict_open on conflict (source, mapping, role) where state = 'open'`,
  'create index conflict_by_time on conflict (opened_at, id)',
  'create index conflict_by_state on conflict (state, opened_at, id)',

  /** What a person chose, until a pass has carried it out. */
  `create table decision (
    conflict text primary key,
    kind text not null,
    source text collate "C" not null,
    mapping text not null,
    role text not null,
    choice text not null,
    by_whom text not null,
    at timestamptz not null,
    applied_at timestamptz
  )`,
  'create index decision_pending on decision (source) where applied_at is null',

  /** Records that cannot succeed as they are. `sealed` holds message and fields, as in \`conflict\`. */
  `create table failure (
    id text primary key,
    source text collate "C" not null,
    mapping text not null,
    role text not null,
    kind text not null,
    code text not null,
    retry_at timestamptz,
    sealed text,
    attempts integer not null,
    correlation_id text not null,
    failed_at timestamptz not null,
    state text not null,
    closed_at timestamptz
  )`,
  `create unique index failure_open on failure (source, mapping, role) where state = 'open'`,
  'create index failure_by_time on failure (failed_at, id)',
  'create index failure_by_state on failure (state, failed_at, id)',

  'create table checkpoint (stream text primary key, position text not null, at timestamptz not null)',
  'create table meta (key text primary key, value text not null)',

  /** The story of each record. No primary key: nothing names a line, and each index costs on every event. */
  `create table journal (
    id bigint generated always as identity,
    at timestamptz not null,
    correlation_id text not null,
    ref text collate "C" not null,
    step text not null,
    mapping text,
    role text,
    target text,
    plan text,
    fields text,
    detail text,
    attempt integer not null,
    duration_ms integer
  )`,
  'create index journal_ref on journal (ref, id)',
  'create index journal_correlation on journal (correlation_id, id)',
  'create index journal_at on journal (at)',
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
