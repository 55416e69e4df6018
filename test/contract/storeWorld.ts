/** What the store's suites share: a store on each database, a clock moved by hand, and the words to say what is settled. */
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { IdentityLink } from '../../src/model/identity.ts'
import type { Claim, Clock, Store } from '../../src/model/ports.ts'
import { type Lane, lanes, type ResourceRef, type Side } from '../../src/model/resource.ts'
import { expireLeases } from '../../src/store/lease.ts'
import { type Opened, open } from '../../src/store/open.ts'
import type { Db } from '../../src/store/tables.ts'
import { databases, type OpenedDatabase, postgresMissing, type TestDatabase } from './databases.ts'
import { changed, key, put, quiet, settle, settlement, start } from './storeWords.ts'

export type HandClock = Clock & { advance(ms: number): void; set(at: string): void }

export function handClock(): HandClock {
  let ms = Date.parse(start)
  return {
    now: () => new Date(ms).toISOString(),
    monotonicMs: () => 0,
    sleep: async () => {},
    advance: by => {
      ms += by
    },
    set: at => {
      ms = Date.parse(at)
    },
  }
}

/** A store, as the tests of one suite on one database see it. */
export type StoreWorld = {
  readonly name: TestDatabase['name']
  readonly url: string | null
  readonly store: Store
  readonly db: Db
  readonly clock: HandClock
  /** Claims with the test's defaults. */
  claim(side?: Side, options?: { limit?: number; lanes?: readonly Lane[] }): Promise<Claim | null>
  /** Claims, and fails the test when there was nothing. */
  claimed(side?: Side, options?: { limit?: number; lanes?: readonly Lane[] }): Promise<Claim>
  expire(): Promise<void>
  /** A second store on the same database, as another process has it. PostgreSQL only. */
  another(): Promise<Opened>
}

/** Table names from the database itself, so that a new table is wiped too. */
async function wipe(db: Db): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%'`.execute(db)
  // Not TRUNCATE: it makes new files for each table and index, a third of a second each time.
  for (const { name } of rows) await sql.raw(`delete from ${name}`).execute(db)
}

/** Connections of ours that sit in a transaction or hold an advisory lock after the test has ended. */
async function leaks(db: Db): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and application_name like 'ctsf %'
      and state in ('idle in transaction', 'idle in transaction (aborted)', 'active')`.execute(db)
  return rows[0]?.count ?? 0
}

const threads = () => process.getActiveResourcesInfo().filter(name => name === 'MessagePort').length

/** Defines the tests once for each database, each suite with a database of its own, wiped before each test. */
export function onEachDatabase(title: string, tests: (world: StoreWorld) => void): void {
  for (const database of databases) describe(`${title} on ${database.name}`, () => tests(suite(database)))
  if (postgresMissing !== null) it.skip(`${title} on PostgreSQL. ${postgresMissing}`, () => {})
}

function suite(database: TestDatabase): StoreWorld {
  let opened: (Opened & { at: OpenedDatabase }) | null = null
  let others: Opened[] = []
  let threadsBefore = 0
  const clock = handClock()
  const now = () => {
    if (opened === null) throw new Error('the suite has not started')
    return opened
  }
  const options = { clock, log: quiet, encryptionKey: key }

  beforeAll(async () => {
    const at = await database.open()
    opened = { at, ...(await open({ ...options, database: at.database })) }
  })
  beforeEach(async () => {
    clock.set(start)
    await wipe(now().db)
    threadsBefore = threads()
  })
  afterEach(async () => {
    for (const other of others) await other.store[Symbol.asyncDispose]()
    others = []
    expect(await leaks(now().db), 'transactions the test left open').toBe(0)
    expect(threads(), 'threads the test left running').toBeLessThanOrEqual(threadsBefore)
  })
  afterAll(async () => {
    await opened?.store[Symbol.asyncDispose]()
    await opened?.at.close()
  })

  const claim: StoreWorld['claim'] = (side = 'commerce', { limit = 100, lanes: of = lanes } = {}) =>
    now().store.claim({ side, limit, lanes: of, leaseMs: 60_000 })
  return {
    name: database.name,
    get url() {
      return now().at.url
    },
    get store() {
      return now().store
    },
    get db() {
      return now().db
    },
    clock,
    claim,
    claimed: async (side, of) => {
      const taken = await claim(side, of)
      if (taken === null) throw new Error('nothing was due')
      return taken
    },
    expire: () => expireLeases(now().db),
    another: async () => {
      const other = await open({ ...options, database: now().at.database, instance: `other${others.length}` })
      others.push(other)
      return other
    },
  }
}

/** Makes a link the way a pass does, and leaves nothing dirty of its commerce end. */
export async function linked(
  { store, claimed }: StoreWorld,
  commerce: ResourceRef,
  crm: ResourceRef,
): Promise<IdentityLink> {
  await store.mark([changed(commerce)])
  const { token } = await claimed('commerce')
  await store.save(token, settlement({ rows: [settle(commerce)], links: [put(commerce, crm)] }))
  const [link] = await store.links([commerce])
  if (link === undefined) throw new Error('the link was not made')
  return link
}
