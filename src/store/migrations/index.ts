/** Brings the database to the newest shape, also when several processes start at once. */
import { Migrator } from 'kysely/migration'
import type { Db } from '../tables.ts'
import * as start from './001-start.ts'
import * as hold from './003-hold.ts'
import * as decisions from './004-decisions.ts'
import * as sightings from './005-sightings.ts'

/** Each runs once a database, in the order of their names: a new one needs a higher number than any that was ever run. */
const migrations = { '001-start': start, '003-hold': hold, '004-decisions': decisions, '005-sightings': sightings }

/** On a server the migrator holds an advisory lock; PGlite has one connection, and the data directory one process. */
export async function migrate(db: Db): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
}
