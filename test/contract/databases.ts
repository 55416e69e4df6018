/** A fresh database for each suite: PGlite always, PostgreSQL where there is a server. The same tests run on both. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { layTemplate } from '../template.ts'

export type OpenedDatabase = {
  /** For a service under test: null means that it uses PGlite in its own directory. */
  readonly url: string | null
  /** For `store(…)`. */
  readonly database: { readonly databaseUrl: string } | { readonly dataDir: string }
  close(): Promise<void>
}

export type TestDatabase = { readonly name: 'PGlite' | 'PostgreSQL'; open(): Promise<OpenedDatabase> }

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

const pglite: TestDatabase = {
  name: 'PGlite',
  open: async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'ctsf-pglite-'))
    await layTemplate(dataDir)
    return { url: null, database: { dataDir }, close: () => rm(dataDir, { recursive: true, force: true }) }
  },
}

const postgres: TestDatabase = {
  name: 'PostgreSQL',
  open: async () => {
    const name = `ctsf_test_${randomUUID().replaceAll('-', '').slice(0, 16)}`
    await administer(`create database ${name}`)
    const url = new URL(serverUrl)
    url.pathname = `/${name}`
    return {
      url: url.href,
      database: { databaseUrl: url.href },
      close: () => administer(`drop database if exists ${name} with (force)`),
    }
  },
}

/** Null when a server answers; else why not, in a sentence that the skipped half of the suite shows. */
async function lookForServer(): Promise<string | null> {
  try {
    await administer('select 1')
    return null
  } catch (error) {
    const sentence =
      'The PostgreSQL half of this suite did not run: no server answered at TEST_DATABASE_URL or 127.0.0.1:5432.'
    if (process.env.CTSF_REQUIRE_POSTGRES === '1') throw new Error(sentence, { cause: error })
    console.warn(sentence)
    return sentence
  }
}

export const postgresMissing = await lookForServer()

export const databases: readonly TestDatabase[] = postgresMissing === null ? [pglite, postgres] : [pglite]
