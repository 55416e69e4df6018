/** Who settles an identity key at this moment: of records with one email, one is decided at a time, across processes. */
import { type Kysely, sql } from 'kysely'

const statements = [
  /**
   * A hold lasts while the claim of its token does. `ref` is the claimed row that it was taken for: of two rows of one
   * claim with one key, one goes first as well.
   */
  `create table hold (
    key text collate "C" primary key,
    token text not null,
    ref text collate "C" not null
  ) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0)`,
  'create index hold_token on hold (token, ref)',
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
