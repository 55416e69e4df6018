/** The thread that PGlite lives in: its statements are synchronous wasm and would stop everything else for as long as they run. */
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { parsers } from './parse.ts'
import { sessionSettings } from './session.ts'

/** What the thread is asked. `id` pairs it with its answer. */
export type Question =
  | { readonly id: number; readonly do: 'query'; readonly sql: string; readonly parameters: readonly unknown[] }
  | { readonly id: number; readonly do: 'close' }

/** What it answers. An error keeps its SQL code: a bridge that loses it was seen to report a duplicate key as success. */
export type Answer =
  | { readonly id: number; readonly rows: readonly unknown[]; readonly affected: number | null }
  | { readonly id: number; readonly error: ThreadError }

export type ThreadError = {
  readonly message: string
  readonly code: string | null
  readonly table: string | null
  readonly constraint: string | null
  readonly routine: string | null
}

export type Start = { readonly dataDir: string }

function describe(error: unknown): ThreadError {
  const known = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>
  const text = (name: string): string | null => {
    const value = known[name]
    return typeof value === 'string' ? value : null
  }
  return {
    message: error instanceof Error ? error.message : 'PGlite failed without an error',
    code: text('code'),
    table: text('table'),
    constraint: text('constraint'),
    routine: text('routine'),
  }
}

const port = parentPort
if (port === null) throw new Error('pglite-worker.ts runs only as a worker thread')

const { dataDir } = workerData as Start
const opened = PGlite.create({ dataDir, parsers: { ...parsers } }).then(async database => {
  await database.query(sessionSettings())
  return database
})
// Reported with the first answer; without this a failed start would end the process before it can be told.
opened.catch(() => undefined)

async function answer(question: Question): Promise<Answer> {
  const database = await opened
  if (question.do === 'close') {
    await database.close()
    return { id: question.id, rows: [], affected: null }
  }
  const { rows, affectedRows } = await database.query(question.sql, [...question.parameters])
  return { id: question.id, rows, affected: affectedRows ?? null }
}

// One statement after the other, in the order asked: the other thread keeps transactions apart.
let last: Promise<void> = Promise.resolve()
port.on('message', (question: Question) => {
  last = last.then(async () => {
    const reply = await answer(question).catch(
      (error: unknown): Answer => ({ id: question.id, error: describe(error) }),
    )
    port.postMessage(reply)
    if (question.do === 'close') port.close()
  })
})
