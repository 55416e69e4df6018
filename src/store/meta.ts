/** Small things with a name: checkpoints, and whom this database serves. */
import { sql } from 'kysely'
import { WrongDatabase } from '../model/ports.ts'
import type { Checkpoint } from '../model/resource.ts'
import type { Db, Tx } from './tables.ts'

export async function checkpoint(db: Db, stream: string): Promise<Checkpoint | null> {
  const row = await db.selectFrom('checkpoint').selectAll().where('stream', '=', stream).executeTakeFirst()
  return row ?? null
}

export const checkpoints = (db: Db): Promise<readonly Checkpoint[]> =>
  db.selectFrom('checkpoint').selectAll().orderBy('stream').execute()

export async function putCheckpoint(db: Db, { stream, position, at }: Checkpoint): Promise<void> {
  await sql`
    insert into checkpoint (stream, position, at) values (${stream}, ${position}, ${at}::timestamptz)
    on conflict (stream) do update set position = excluded.position, at = excluded.at`.execute(db)
}

/**
 * The first to come decides. A project may be added later, none may be missing: its links and rows would be orphans, and
 * most likely this is another installation's database.
 */
export async function bind(tx: Tx, org: string, projects: readonly string[]): Promise<void> {
  await sql`insert into meta (key, value) values ('org', ${org}) on conflict (key) do nothing`.execute(tx)
  const { rows } = await sql<{ value: string }>`select value from meta where key = 'org' for update`.execute(tx)
  const bound = rows[0]?.value
  if (bound !== org)
    throw new WrongDatabase(
      `this database serves the Salesforce org ${bound}, not ${org}. Give this org a database of its own ` +
        '(DATABASE_URL or DATA_DIR), or correct the Salesforce credentials.',
    )
  const found = await sql<{ value: string }>`select value from meta where key = 'projects'`.execute(tx)
  const served = found.rows[0] === undefined ? [] : (JSON.parse(found.rows[0].value) as string[])
  const missing = served.filter(project => !projects.includes(project))
  if (missing.length > 0)
    throw new WrongDatabase(
      `this database also serves the commercetools project ${missing.join(', ')}, which is not configured. Add it, or ` +
        'name another database (DATABASE_URL or DATA_DIR).',
    )
  const value = JSON.stringify([...new Set(projects)].toSorted())
  await sql`insert into meta (key, value) values ('projects', ${value}) on conflict (key) do update set value = excluded.value`.execute(
    tx,
  )
}
