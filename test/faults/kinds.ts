/** The stores on which workers are made to die: in memory, and on a database, emptied before each run. */
import { sql } from 'kysely'
import { afterAll, beforeAll } from 'vitest'
import type { Mapping } from '../../src/model/mapping.ts'
import type { Clock, Store } from '../../src/model/ports.ts'
import { expireLeases } from '../../src/store/lease.ts'
import { type Opened, open } from '../../src/store/open.ts'
import { key, quiet } from '../contract/storeWords.ts'
import { memoryStore } from '../memory/store.ts'
import { type ServerDatabase, serverDatabase, serverMissing } from '../postgres.ts'
import { type Stage as PersonStage, stage } from './stage.ts'

export type KindOf<Stage> = {
  readonly name: string
  fresh(mapping?: Mapping): Promise<Stage>
  /** Every lease runs out. */
  expire(on: Stage): Promise<void>
}
export type Kind = KindOf<PersonStage>

/** Sets a scene on a store, which it may ask for once, for its clock. */
type MakeStage<Stage> = (storeFor: (clock: Clock) => Store, mapping?: Mapping) => Stage

export function inMemoryOf<Stage extends object>(make: MakeStage<Stage>): KindOf<Stage> {
  const stores = new WeakMap<Stage, ReturnType<typeof memoryStore>>()
  return {
    name: 'the store in memory',
    async fresh(mapping) {
      const made: ReturnType<typeof memoryStore>[] = []
      const on = make(clock => {
        const store = memoryStore(clock)
        made.push(store)
        return store
      }, mapping)
      for (const store of made) stores.set(on, store)
      return on
    },
    expire: async on => stores.get(on)?.expire(),
  }
}

/**
 * One database for all runs, emptied before each; its clock is that of the stage at hand. Of a server where there is one: that
 * the statements mean the same on PGlite is what the contract of the store shows.
 */
export function onDatabaseOf<Stage extends object>(make: MakeStage<Stage>): KindOf<Stage> {
  let opened: Opened | null = null
  let own: ServerDatabase | null = null
  let clock: Clock | null = null
  let empty = ''
  const db = (): Opened => {
    if (opened === null) throw new Error('the suite has not started')
    return opened
  }
  beforeAll(async () => {
    const now = (): string => clock?.now() ?? new Date(0).toISOString()
    const handed: Clock = { now, monotonicMs: () => clock?.monotonicMs() ?? 0, sleep: async () => {} }
    own = (await serverMissing()) === null ? await serverDatabase() : null
    const database = own === null ? ({ memory: true } as const) : { databaseUrl: own.url }
    opened = await open({ database, clock: handed, log: quiet, encryptionKey: key })
    const tables = await sql<{ name: string }>`
      select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%'`.execute(
      opened.db,
    )
    empty = `with ${tables.rows.map(({ name }, at) => `t${at} as (delete from ${name})`).join(', ')} select 1`
  })
  afterAll(async () => {
    await opened?.store[Symbol.asyncDispose]()
    await own?.close()
  })
  return {
    name: 'a database',
    async fresh(mapping) {
      await sql.raw(empty).execute(db().db)
      return make((hand): Store => {
        clock = hand
        return db().store
      }, mapping)
    },
    expire: () => expireLeases(db().db),
  }
}

export const inMemory = (): Kind => inMemoryOf(stage)
export const onDatabase = (): Kind => onDatabaseOf(stage)
