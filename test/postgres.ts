/** A fresh database on a PostgreSQL server, where there is one. */
import { randomUUID } from 'node:crypto'
import pg from 'pg'

const serverUrl = process.env.TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres'

/** One statement outside of any test database, on a connection of its own. */
async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl, connectionTimeoutMillis: 3_000 })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

let looked: Promise<null | Error> | undefined

/** Why no server answers; null when one does. Asked once a process. Rejects where one is demanded and there is none. */
export function serverMissing(): Promise<null | Error> {
  looked ??= administer('select 1').then(
    () => null,
    (cause: unknown) => {
      const error = new Error('no PostgreSQL server answered at TEST_DATABASE_URL or 127.0.0.1:5432', { cause })
      if (process.env.CTSF_REQUIRE_POSTGRES === '1') throw error
      return error
    },
  )
  return looked
}

export type ServerDatabase = { readonly url: string; close(): Promise<void> }

/** A database of its own, empty. `close` drops it, whoever is still connected. */
export async function serverDatabase(): Promise<ServerDatabase> {
  const name = `ctsf_test_${randomUUID().replaceAll('-', '').slice(0, 16)}`
  await administer(`create database ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return { url: url.href, close: () => administer(`drop database if exists ${name} with (force)`) }
}
