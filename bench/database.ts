/** A database of the benchmark's own on a PostgreSQL server, filled by SQL and dropped at the end. */
import pg from 'pg'
import { databases } from '../test/contract/databases.ts'
import { NotHere } from './figure.ts'

export type Database = AsyncDisposable & { readonly url: string }

/** Null where no server answers. */
export async function databaseIfAny(): Promise<Database | null> {
  const opened = await databases.find(({ name }) => name === 'PostgreSQL')?.open()
  if (opened === undefined || opened.url === null) return null
  return { url: opened.url, [Symbol.asyncDispose]: () => opened.close() }
}

export async function database(): Promise<Database> {
  const found = await databaseIfAny()
  if (found === null) throw new NotHere('needs a PostgreSQL server, at 127.0.0.1:5432 or TEST_DATABASE_URL')
  return found
}

/** One statement on a connection of its own. */
export async function statement<T extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<T[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<T>(text, values)).rows
  } finally {
    await client.end()
  }
}

/** SQL that makes these customers due, as a mark would; `ids` is an SQL expression for a set of commerce ids. */
export const dirtySql = (ids: string): string => `
  insert into dirty (ref, side, lane, due_at, marked_at, remarked_at, correlation_id)
  select 'commerce:customer:demo/' || id, 'commerce', 0, now(), now(), now(), 'bench' from ${ids} as id
  on conflict (ref) do nothing`

/** The id of the nth made-up customer, the same in SQL and in JavaScript: scattered over the index as real ids are. */
export const idSql = (n: string): string => `md5((${n})::text)::uuid::text`
