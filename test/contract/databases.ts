/** A fresh database for each suite: PGlite always, PostgreSQL where there is a server. The same tests run on both. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serverDatabase, serverMissing } from '../postgres.ts'
import { layTemplate } from '../template.ts'

export type OpenedDatabase = {
  /** For a service under test: null means that it uses PGlite in its own directory. */
  readonly url: string | null
  /** For `store(…)`. */
  readonly database: { readonly databaseUrl: string } | { readonly dataDir: string }
  close(): Promise<void>
}

export type TestDatabase = { readonly name: 'PGlite' | 'PostgreSQL'; open(): Promise<OpenedDatabase> }

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
    const { url, close } = await serverDatabase()
    return { url, database: { databaseUrl: url }, close }
  },
}

/** Null when a server answers; else why not, in a sentence that the skipped half of the suite shows. */
async function lookForServer(): Promise<string | null> {
  const missing = await serverMissing()
  if (missing === null) return null
  const sentence = `The PostgreSQL half of this suite did not run: ${missing.message}.`
  console.warn(sentence)
  return sentence
}

export const postgresMissing = await lookForServer()

export const databases: readonly TestDatabase[] = postgresMissing === null ? [pglite, postgres] : [pglite]
