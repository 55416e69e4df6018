/** Decisions with a history: taken back, decided anew, waiting for a record merge; and conflicts found by their fields. */
import { type Kysely, sql } from 'kysely'

const statements = [
  /** A conflict may be decided, opened again and decided anew: at most one decision of each is still to be carried out. */
  'alter table decision drop constraint decision_pkey',
  'alter table decision add column id bigint generated always as identity primary key',
  'alter table decision add column undone_at timestamptz, add column undone_by text',
  'create unique index decision_of on decision (conflict) where undone_at is null and applied_at is null',
  'create index decision_conflict on decision (conflict, id)',

  /** What passes ask for. To ignore a record is never done with, so it is found after it was heeded, too. */
  'drop index decision_pending',
  `create index decision_pending on decision (source)
    where undone_at is null and (applied_at is null or choice = '{"do":"ignore"}')`,

  /**
   * One question a part: a conflict that awaits a record merge is still one, and is refreshed like an open one. `fields`
   * are the names of what is disputed, without the values, for those who decide many at once; null for conflicts from
   * before, until a pass meets them again.
   */
  'alter table conflict add column fields text',
  'drop index conflict_open',
  `create unique index conflict_open on conflict (source, mapping, role) where state in ('open', 'awaits-merge')`,

  /** Until now an ignored record's conflict stayed as \`decided\`, with its values. */
  `update conflict c set state = 'ignored', sealed = null from decision d
    where d.conflict = c.id and d.choice = '{"do":"ignore"}' and c.state = 'decided'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
