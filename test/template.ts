/**
 * An empty PGlite directory, made once a run of the suite and copied by each test that wants a database of its own: making
 * one takes two seconds of a core, copying it a twentieth of one. That a service makes its own is shown by the tests that start the command as a user does.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'

const variable = 'CTSF_TEST_TEMPLATE'

/** For the test runner, before the first file; what it answers is called after the last one. */
export default async function makeTemplate(): Promise<() => Promise<void>> {
  const scratch = await mkdtemp(join(tmpdir(), 'ctsf-template-'))
  const directory = join(scratch, 'pg')
  const database = await PGlite.create(directory)
  await database.close()
  process.env[variable] = directory
  return () => rm(scratch, { recursive: true, force: true })
}

/** Lays an empty database into `dataDir`. Outside of a run of the suite it does nothing: the service makes one itself. */
export async function layTemplate(dataDir: string): Promise<void> {
  const template = process.env[variable]
  if (template !== undefined) await cp(template, join(dataDir, 'pg'), { recursive: true })
}
