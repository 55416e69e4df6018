/** Worker processes on one PostgreSQL database, killed with -9 at random: what they did, and what was left when all was quiet. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { open } from '../../src/store/open.ts'
import { changed, customer, key, quiet } from '../contract/storeWords.ts'
import { handClock } from '../contract/storeWorld.ts'
import { die as seeded } from '../properties/sim/gates.ts'

export type Crowd = {
  /** Store calls by kind, and what was done beside them. */
  readonly counts: Readonly<Record<string, number>>
  readonly operations: number
  readonly kills: number
  /** Deadlocks that the server broke; each must have been repeated by the store. */
  readonly deadlocks: number
  readonly violations: readonly string[]
  readonly left: {
    readonly lost: number
    readonly dirty: number
    readonly claims: number
    readonly leases: number
    readonly sleeping: number
    readonly doubled: number
  }
}

export type Options = {
  readonly databaseUrl: string
  readonly workers: number
  readonly operations: number
  readonly seed: number
  readonly say?: (line: string) => void
}

const script = fileURLToPath(new URL('./worker.ts', import.meta.url))
/** Not calls of the store. */
const beside = ['claimed records', 'waits', 'reaches for a shared record']

/** Awaited and linked, and still waiting: nobody will wake that one. */
const sleepingSql = `select count(*)::int as n from wait w where exists (select 1 from link l where l.commerce = w.awaited)`
const leftSql = `select
  (select count(*)::int from announced a left join settled s on s.ref = a.ref where coalesce(s.version < a.version, true)) as lost,
  (select count(*)::int from dirty) as dirty, (select count(*)::int from claim) as claims, (select count(*)::int from lease) as leases,
  (select count(*)::int from (select 1 from link where is_primary group by crm, mapping, role having count(*) > 1) d)
    + (select count(*)::int from (select 1 from link group by commerce, mapping, role having count(*) > 1) d) as doubled`

export async function crowd({ databaseUrl, workers, operations, seed, say }: Options): Promise<Crowd> {
  const die = seeded(seed)
  const counts: Record<string, number> = {}
  const violations: string[] = []
  let kills = 0
  let born = 0
  const done = (): number => Object.entries(counts).reduce((sum, [what, n]) => sum + (beside.includes(what) ? 0 : n), 0)
  await using opened = await open({
    clock: handClock(),
    log: quiet,
    encryptionKey: key,
    database: { databaseUrl },
  }).then(({ store }) => store)
  const client = new pg.Pool({ connectionString: databaseUrl, max: workers + 1 })
  // An idle connection that the server ends; whoever asks next gets another one.
  client.on('error', () => undefined)
  const ask = async <T extends pg.QueryResultRow>(text: string): Promise<T | undefined> =>
    (await client.query<T>(text)).rows[0]
  await client.query(`
    create table running (ref text collate "C" primary key, worker text not null);
    create table announced (ref text collate "C" primary key, version bigint not null);
    create sequence versions`)
  const deadlocks = async (): Promise<number> =>
    (await ask<{ n: number }>('select deadlocks::int as n from pg_stat_database where datname = current_database()'))
      ?.n ?? 0
  const before = await deadlocks()
  const living = new Set<ChildProcess>()

  /** One process, to its end; then its leases run out, as they would by themselves. */
  async function life(mode: 'stir' | 'finish', killAfter: number): Promise<void> {
    const name = `w${++born}`
    const words = [databaseUrl, name, String(die.below(1_000_000_000)), mode]
    const child = spawn(process.execPath, [script, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
    living.add(child)
    let did = 0
    const lines = createInterface({ input: child.stdout })
    lines.on('line', text => {
      const said = JSON.parse(text) as { counts?: Record<string, number>; violation?: string; about?: string }
      if (said.violation !== undefined) violations.push(`${said.violation}: ${said.about} (${name})`)
      for (const [what, n] of Object.entries(said.counts ?? {})) {
        counts[what] = (counts[what] ?? 0) + n
        did += n
      }
      if (did < killAfter || child.killed) return
      kills++
      // Somewhere in what it does next, not right after it spoke.
      setTimeout(() => child.kill('SIGKILL'), die.below(20))
    })
    await Promise.all([once(child, 'exit'), once(lines, 'close')])
    living.delete(child)
    // The server may still be at what the dead one asked for last.
    const isAtWork = `select 1 as n from pg_stat_activity where application_name = 'ctsf ${name}'`
    while (await ask(isAtWork)) await sleep(5)
    await client.query(`update claim set lease_until = '-infinity' where token like '${name}:%'`)
  }

  const stir = async (): Promise<void> => {
    while (done() < operations) await life('stir', 20 + die.below(operations / workers / 4))
  }
  const told = setInterval(() => say?.(`${done()} operations, ${kills} kills, ${violations.length} violations`), 10_000)
  const enough = setInterval(() => {
    if (done() >= operations) for (const child of living) child.kill('SIGTERM')
  }, 50)
  try {
    await Promise.all(Array.from({ length: workers }, stir))
    clearInterval(enough)
    const sleeping = (await ask<{ n: number }>(sleepingSql))?.n ?? -1
    // Parents that were never announced, or whose link was removed: all are linked now, and wake who waits for them.
    await opened.mark(
      Array.from({ length: 20 }, (_, n) => changed(customer(n))),
      { force: true },
    )
    await Promise.all(Array.from({ length: workers }, () => life('finish', Number.POSITIVE_INFINITY)))
    await life('finish', Number.POSITIVE_INFINITY)
    const left = await ask<Omit<Crowd['left'], 'sleeping'>>(leftSql)
    if (left === undefined) throw new Error('the database has no answer')
    return {
      counts,
      operations: done(),
      kills,
      deadlocks: (await deadlocks()) - before,
      violations,
      left: { ...left, sleeping },
    }
  } finally {
    clearInterval(told)
    clearInterval(enough)
    for (const child of living) child.kill('SIGKILL')
    await client.end()
  }
}
