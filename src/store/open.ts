/** Opens a database and brings it to the newest shape. */
import { Kysely } from 'kysely'
import type { Clock, Log, Store } from '../model/ports.ts'
import type { Adapter } from './adapter.ts'
import { translate } from './errors.ts'
import { expireLeases } from './lease.ts'
import { migrate } from './migrations/index.ts'
import { pgliteIn, pgliteInMemory } from './pglite.ts'
import { portOver } from './port.ts'
import { postgres } from './postgres.ts'
import { seal as sealed } from './seal.ts'
import type { Db, Tables } from './tables.ts'

export type StoreOptions = {
  /** A server, a directory of our own, or (for tests and previews) nothing that stays. */
  readonly database: { readonly databaseUrl: string } | { readonly dataDir: string } | { readonly memory: true }
  readonly clock: Clock
  readonly log: Log
  /** 32 bytes. Conflicts and failures sealed under another key are listed without their values. */
  readonly encryptionKey: Buffer
  /** Names this process in tokens and connections. */
  readonly instance?: string
}

/** For the contract suite: the database behind the port, to look at it and to let leases run out. */
export type Opened = { readonly store: Store; readonly db: Db }

async function adapterFor({ database, log }: StoreOptions, instance: string): Promise<Adapter> {
  if ('databaseUrl' in database) return postgres(database.databaseUrl, instance, log)
  return 'dataDir' in database ? pgliteIn(database.dataDir) : pgliteInMemory()
}

export async function open(options: StoreOptions): Promise<Opened> {
  const { clock, encryptionKey, instance = `${process.pid}` } = options
  const seal = sealed(encryptionKey)
  const adapter = await adapterFor(options, instance)
  const db: Db = new Kysely<Tables>({ dialect: adapter.dialect })
  try {
    await migrate(db)
    if (adapter.alone) await expireLeases(db)
  } catch (error) {
    await db.destroy().catch(() => undefined)
    await adapter.close().catch(() => undefined)
    throw translate(error)
  }
  return { db, store: portOver({ db, adapter, clock, seal, instance }) }
}
