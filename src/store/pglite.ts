/**
 * The database without a server: PGlite in a worker thread, its files in a directory of ours.
 *
 * It survives a killed process, also `kill -9`: every acknowledged transaction was there in the measurements. It does
 * NOT survive a power cut or a crash of the operating system: PGlite never calls fsync, so what the system had not yet
 * written to the disk is lost and the files may be damaged. Where that matters, use a PostgreSQL server.
 */
import { mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { PGliteDialect } from 'kysely'
import { StoreDown } from '../model/ports.ts'
import type { Adapter } from './adapter.ts'
import { lockDirectory } from './lock.ts'
import type { Answer, Question, Start, ThreadError } from './pglite-worker.ts'
import { statementMs } from './session.ts'

/** The Omit of a union, case by case. */
type Asked = Question extends infer Q ? (Q extends { id: number } ? Omit<Q, 'id'> : never) : never

type Rows<T = unknown> = { rows: T[]; affectedRows?: number; fields: [] }

/** An error that looks to the rest of the store like one of the driver's own. */
function thrown(told: ThreadError): Error {
  const error = new Error(told.message)
  const known = Object.entries(told).filter(([name, value]) => name !== 'message' && value !== null)
  return Object.assign(error, Object.fromEntries(known))
}

/** The thread, as questions and answers. */
function thread(start: Start) {
  const worker = new Worker(new URL('./pglite-worker.ts', import.meta.url), { workerData: start })
  const waiting = new Map<number, { resolve(answer: Rows): void; reject(error: unknown): void }>()
  let asked = 0
  let dead: Error | null = null
  const ended = new Promise<void>(resolve => worker.once('exit', () => resolve()))

  const die = (why: string) => {
    dead ??= new StoreDown(why)
    for (const { reject } of waiting.values()) reject(dead)
    waiting.clear()
  }
  worker.on('error', () => die('the database thread failed; start the process again'))
  worker.once('exit', () => die('the database is closed'))
  worker.on('message', (answer: Answer) => {
    const question = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (question === undefined) return
    if ('error' in answer) question.reject(thrown(answer.error))
    else
      question.resolve({
        fields: [],
        rows: [...answer.rows],
        ...(answer.affected === null ? {} : { affectedRows: answer.affected }),
      })
  })
  return {
    ask: (question: Asked): Promise<Rows> =>
      new Promise((resolve, reject) => {
        if (dead !== null) return reject(dead)
        const id = ++asked
        waiting.set(id, { resolve, reject })
        worker.postMessage({ ...question, id })
      }),
    ended,
  }
}

/** What kysely's own dialect needs of PGlite. One session: a transaction has it for itself until it ends. */
function session(start: Start) {
  const { ask, ended } = thread(start)
  let turn: Promise<unknown> = Promise.resolve()
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work)
    turn = mine.catch(() => undefined)
    return mine
  }
  const run = <T>(sql: string, parameters: readonly unknown[] = []) =>
    ask({ do: 'query', sql, parameters }) as Promise<Rows<T>>

  return {
    ready: true,
    closed: false,
    waitReady: Promise.resolve(),
    query: <T>(sql: string, parameters?: readonly unknown[]) => alone(() => run<T>(sql, parameters)),
    transaction: <T>(work: (tx: { query: typeof run; rollback(): Promise<void> }) => Promise<T>): Promise<T> =>
      alone(async () => {
        // The dialect waits for `work` to begin: were it not called after a failed `begin`, it would wait for ever.
        const begun = await run('begin').catch((error: unknown) => ({ error }))
        if ('error' in begun) {
          await work({ query: () => Promise.reject(begun.error), rollback: async () => {} })
          throw begun.error
        }
        try {
          const result = await work({ query: run, rollback: async () => void (await run('rollback')) })
          await run('commit')
          return result
        } catch (error) {
          await run('rollback')
          throw error
        }
      }),
    async close(): Promise<void> {
      if (this.closed) return
      this.closed = true
      await alone(() => ask({ do: 'close' }))
      await ended
    },
  }
}

async function opened(dataDir: string, release: () => Promise<void>): Promise<Adapter> {
  const database = session({ dataDir })
  return {
    name: 'pglite',
    alone: true,
    clean: async statements => {
      const limit = (ms: number) => database.query(`set statement_timeout = ${ms}`)
      await limit(0)
      try {
        for (const statement of statements) await database.query(statement)
        // The log is written back only now; without it that of a busy day stayed at hundreds of megabytes.
        await database.query('checkpoint')
      } finally {
        await limit(statementMs)
      }
    },
    dialect: new PGliteDialect({ pglite: database }),
    close: async () => {
      await database.close()
      await release()
    },
  }
}

/** For tests and previews: gone when closed. */
export const pgliteInMemory = (): Promise<Adapter> => opened('memory://', async () => {})

/** The directory belongs to one process at a time: two would silently overwrite each other's pages. */
export async function pgliteIn(dataDir: string): Promise<Adapter> {
  await mkdir(dataDir, { recursive: true })
  const directory = await realpath(dataDir)
  const lock = await lockDirectory(directory)
  try {
    return await opened(join(directory, 'pg'), lock.release)
  } catch (error) {
    await lock.release()
    throw error
  }
}
