/**
 * A process of its own for `store.processes.test.ts`, told what to do by its arguments. It says what it did as JSON lines,
 * so that the test can kill it at a known moment.
 *
 *   hold <data dir>              marks two records, claims one, and stays
 *   take <data dir>              opens, claims everything, and ends
 *   work <database url> <name>   claims and saves until killed; notes in `running` which records it is at
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { lanes } from '../../src/model/resource.ts'
import { type Opened, open } from '../../src/store/open.ts'
import { unnest } from '../../src/store/unnest.ts'
import { changed, customer, key, quiet, settle, settlement } from './storeWords.ts'

const say = (what: object) => process.stdout.write(`${JSON.stringify(what)}\n`)
const clock = {
  now: () => new Date().toISOString(),
  monotonicMs: () => performance.now(),
  sleep: async (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }),
}
const settings = { clock, log: quiet, encryptionKey: key }
const everything = { side: 'commerce', limit: 100, lanes, leaseMs: 600_000 } as const

async function hold(dataDir: string): Promise<void> {
  const { store } = await open({ ...settings, database: { dataDir } })
  await store.mark([changed(customer(1), { version: 1 }), changed(customer(2), { lane: 'retry' })])
  const claim = await store.claim(everything)
  say({ did: 'hold', rows: claim?.rows.length })
  await sleep(600_000)
}

async function take(dataDir: string): Promise<void> {
  const { store } = await open({ ...settings, database: { dataDir } })
  const claims = [await store.claim(everything), await store.claim(everything)]
  say({ did: 'take', rows: claims.flatMap(claim => claim?.rows ?? []) })
  await store[Symbol.asyncDispose]()
}

/** A record in `running` is being worked on. Only who claimed it as uncertain may find it there: its worker is dead. */
async function pass({ store, db }: Opened, name: string): Promise<boolean> {
  const claim = await store.claim({ ...everything, limit: 20 })
  if (claim === null) return false
  say({ did: 'claim', name })
  const rows = unnest('r', claim.rows, {
    ref: ['text', ({ ref }) => ref.id],
    uncertain: ['boolean', ({ uncertain }) => uncertain],
  })
  await sql`
    with dead as (delete from running where ref = any(array(select ref from ${rows} where uncertain)))
    select 1`.execute(db)
  await sql`insert into running (ref, worker) select ref, ${name} from ${rows}`.execute(db)
  say({ did: 'work', name })
  await sql`update running set runs = runs + 1 where worker = ${name}`.execute(db)
  await sql`delete from running where worker = ${name}`.execute(db)
  const saved = await store.save(
    claim.token,
    settlement({ rows: claim.rows.map(({ ref, version }) => settle(ref, version)) }),
  )
  say({ did: 'save', name, saved, rows: claim.rows.length })
  return true
}

async function work(databaseUrl: string, name: string): Promise<void> {
  const opened = await open({ ...settings, database: { databaseUrl }, instance: name })
  while (await pass(opened, name));
  say({ did: 'idle', name })
  await opened.store[Symbol.asyncDispose]()
}

const [role, where = '', name = ''] = process.argv.slice(2)
try {
  if (role === 'hold') await hold(where)
  else if (role === 'take') await take(where)
  else await work(where, name)
} catch (error) {
  say({ did: 'fail', error: error instanceof Error ? `${error.name}: ${error.message}` : 'unknown' })
  process.exitCode = 1
}
