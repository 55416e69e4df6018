/** People who have no record of their own in commercetools, by what they were seen in: a guest, by their orders. */
import { type Kysely, sql } from 'kysely'

const statements = [
  /**
   * What a person was seen in who was erased shows nobody ever again: \`who\` is null, and the row is their tombstone, an id
   * and a time.
   */
  `create table sighting (
    seen_in text collate "C" primary key,
    who text collate "C",
    at timestamptz not null,
    erased_at timestamptz
  )`,
  'create index sighting_who on sighting (who, at desc, seen_in) where who is not null',
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
