/** What the store's suites share: a store on each database, a clock moved by hand, and the words to say what is settled. */
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { IdentityLink } from '../../src/model/identity.ts'
import type { JournalEntry, LinkChange, RowSettlement, Settlement } from '../../src/model/outcome.ts'
import type { Claim, Clock, Log, Store } from '../../src/model/ports.ts'
import { type ChangeEvent, type Lane, lanes, type ResourceRef, type Side } from '../../src/model/resource.ts'
import { expireLeases } from '../../src/store/lease.ts'
import { type Opened, open } from '../../src/store/open.ts'
import type { Db } from '../../src/store/tables.ts'
import { databases, type OpenedDatabase, postgresMissing, type TestDatabase } from './databases.ts'

export const start = '2026-01-01T00:00:00.000Z'
export const after = (ms: number): string => new Date(Date.parse(start) + ms).toISOString()
export const key = Buffer.alloc(32, 7)

export const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet }

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

export const customer = (n: number | string): ResourceRef => ({ side: 'commerce', type: 'customer', id: `demo/c${n}` })
export const contact = (n: number | string): ResourceRef => ({ side: 'crm', type: 'Contact', id: `003${n}` })

let events = 0

export function changed(ref: ResourceRef, of: Partial<ChangeEvent> = {}): ChangeEvent {
  const id = `event${++events}`
  const kind = 'changed'
  return { id, ref, kind, version: null, at: start, correlationId: `of ${id}`, lane: 'live', erase: false, ...of }
}

export const deleted = (ref: ResourceRef, of: Partial<ChangeEvent> = {}): ChangeEvent =>
  changed(ref, { kind: 'deleted', ...of })

const nothing: Settlement = {
  rows: [],
  links: [],
  conflicts: [],
  failures: [],
  resolved: [],
  applied: [],
  waits: [],
  marks: [],
  wakes: [],
  journal: [],
}

export const settlement = (of: Partial<Settlement>): Settlement => ({ ...nothing, ...of })

const row: Omit<RowSettlement, 'ref' | 'do'> = {
  version: null,
  gone: false,
  notBefore: null,
  countsAttempt: false,
  uncertain: false,
  lane: null,
}

export const settle = (ref: ResourceRef, version: number | null = null, gone = false): RowSettlement => ({
  ...row,
  ref,
  do: 'settle',
  version,
  gone,
})
export const free = (ref: ResourceRef, of: Partial<RowSettlement> = {}): RowSettlement => ({
  ...row,
  ref,
  do: 'free',
  ...of,
})
export const keep = (ref: ResourceRef): RowSettlement => ({ ...row, ref, do: 'keep' })

type Put = Extract<LinkChange, { do: 'put' }>

/** A link of a customer with a contact, new unless a revision is given. */
export const put = (
  commerce: ResourceRef,
  crm: ResourceRef,
  of: Partial<Put['link']> & { revision?: number | null } = {},
): Put => {
  const { revision = null, ...link } = of
  const base = { FirstName: 'k1.aaa', LastName: 'k1.bbb' }
  return {
    do: 'put',
    revision,
    link: { mapping: 'person', role: 'contact', commerce, crm, primary: true, base, restores: {}, ...link },
  }
}

export const basis = (link: IdentityLink, base: IdentityLink['base']): LinkChange => ({
  do: 'base',
  link,
  base,
  restores: {},
})

export const line = (ref: ResourceRef, of: Partial<JournalEntry> = {}): JournalEntry => ({
  at: start,
  correlationId: 'correlation',
  ref,
  step: 'written',
  mapping: null,
  role: null,
  target: null,
  plan: null,
  fields: [],
  detail: null,
  attempt: 0,
  durationMs: null,
  ...of,
})

export const ids = (claim: Claim | null): readonly string[] => claim?.rows.map(({ ref }) => ref.id) ?? []

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
