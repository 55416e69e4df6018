/** The stores on which workers are made to die: in memory, and on PGlite, emptied before each run. */
import { sql } from 'kysely'
import { afterAll, beforeAll } from 'vitest'
import type { Mapping } from '../../src/model/mapping.ts'
import type { Clock, Store } from '../../src/model/ports.ts'
import { expireLeases } from '../../src/store/lease.ts'
import { type Opened, open } from '../../src/store/open.ts'
import { key, quiet } from '../contract/storeWords.ts'
import { memoryStore } from '../memory/store.ts'
import { type Stage, stage } from './stage.ts'

export type Kind = {
  readonly name: string
  fresh(mapping?: Mapping): Promise<Stage>
  /** Every lease runs out. */
  expire(on: Stage): Promise<void>
}

export function inMemory(): Kind {
  const stores = new WeakMap<Stage, ReturnType<typeof memoryStore>>()
  return {
    name: 'the store in memory',
    async fresh(mapping) {
      let store: ReturnType<typeof memoryStore> | null = null
      const on = stage(clock => {
        store = memoryStore(clock)
        return store
      }, mapping)
      if (store !== null) stores.set(on, store)
      return on
    },
    expire: async on => stores.get(on)?.expire(),
  }
}

/** One database for all runs, emptied before each; its clock is that of the stage at hand. */
export function onPGlite(): Kind {
  let opened: Opened | null = null
  let clock: Clock | null = null
  const db = (): Opened => {
    if (opened === null) throw new Error('the suite has not started')
    return opened
  }
  beforeAll(async () => {
    const now = (): string => clock?.now() ?? new Date(0).toISOString()
    const handed: Clock = { now, monotonicMs: () => clock?.monotonicMs() ?? 0, sleep: async () => {} }
    opened = await open({ database: { memory: true }, clock: handed, log: quiet, encryptionKey: key })
  })
  afterAll(async () => opened?.store[Symbol.asyncDispose]())
  return {
    name: 'PGlite',
    async fresh(mapping) {
      const tables = await sql<{ name: string }>`
        select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%'`.execute(
        db().db,
      )
      for (const { name } of tables.rows) await sql.raw(`delete from ${name}`).execute(db().db)
      return stage((hand): Store => {
        clock = hand
        return db().store
      }, mapping)
    },
    expire: () => expireLeases(db().db),
  }
}
