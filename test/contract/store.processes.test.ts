/** Real processes, killed with -9: the lock on a data directory, and workers that share a server. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { afterEach, describe, expect, it } from 'vitest'
import { DataDirectoryInUse } from '../../src/store/index.ts'
import { lockDirectory } from '../../src/store/lock.ts'
import { open } from '../../src/store/open.ts'
import { databases, postgresMissing } from './databases.ts'
import { changed, customer, key, quiet } from './storeWords.ts'
import { handClock } from './storeWorld.ts'

type Said = { did: string; name?: string; rows?: unknown; saved?: boolean; error?: string }

const script = fileURLToPath(new URL('./storeProcess.ts', import.meta.url))
const running = new Set<ChildProcess>()
const directories: string[] = []
const opened: (() => Promise<void>)[] = []

async function directory(...deeper: string[]): Promise<string> {
  const made = await realpath(await mkdtemp(join(tmpdir(), 'ctsf-store-')))
  directories.push(made)
  return join(made, ...deeper)
}

/** A child that tells `hear` each line it says. `ended` resolves with the last. */
function run(words: readonly string[], hear: (said: Said) => void = () => {}) {
  const child = spawn(process.execPath, [script, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
  running.add(child)
  const heard: Said[] = []
  const lines = createInterface({ input: child.stdout })
  lines.on('line', text => {
    const said = JSON.parse(text) as Said
    heard.push(said)
    hear(said)
  })
  const ended = Promise.all([once(child, 'exit'), once(lines, 'close')]).then(() => {
    running.delete(child)
    return heard.at(-1)
  })
  return { child, ended, kill: () => child.kill('SIGKILL') }
}

/** The first thing it says. */
const says = (words: readonly string[]) =>
  new Promise<ReturnType<typeof run> & { said: Said }>(resolve => {
    const started = run(words, said => resolve({ ...started, said }))
  })

afterEach(async () => {
  for (const child of running) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  for (const close of opened.splice(0).reverse()) await close()
  for (const made of directories.splice(0)) await rm(made, { recursive: true, force: true })
})

describe('Processes on one data directory', () => {
  it('refuses the second, naming the first; after kill -9 the next takes over, and what was at work is uncertain', async () => {
    const data = await directory('data')
    const holder = await says(['hold', data])
    expect(holder.said).toEqual({ did: 'hold', rows: 1 })
    const refused = await run(['take', data]).ended
    expect(refused?.error).toContain('DataDirectoryInUse')
    expect(refused?.error).toContain(`process ${holder.child.pid}`)
    expect(refused?.error).toContain('DATABASE_URL')
    holder.kill()
    await holder.ended
    const next = await run(['take', data]).ended
    expect(next).toMatchObject({ did: 'take' })
    expect(next?.rows).toEqual([
      expect.objectContaining({ ref: customer(1), version: 1, uncertain: true }),
      expect.objectContaining({ ref: customer(2), lane: 'retry', uncertain: false }),
    ])
  })

  it('lets one of several in, also over the socket of a dead one', async () => {
    const data = await directory()
    const holder = await says(['hold', data])
    holder.kill()
    await holder.ended
    for (let round = 0; round < 5; round++) {
      const tried = await Promise.allSettled(Array.from({ length: 8 }, () => lockDirectory(data)))
      const won = tried.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
      expect(won).toHaveLength(1)
      const lost = tried.flatMap(result => (result.status === 'rejected' ? [result.reason] : []))
      expect(lost.every(error => error instanceof DataDirectoryInUse && error.pid === process.pid)).toBe(true)
      await won[0]?.release()
    }
  })

  it('locks a directory whose path is too long for a socket', async () => {
    const data = await directory('a'.repeat(120))
    const options = { database: { dataDir: data }, clock: handClock(), log: quiet, encryptionKey: key }
    const first = await open(options)
    await first.store.mark([changed(customer(1))])
    await expect(open(options)).rejects.toThrow(DataDirectoryInUse)
    await first.store[Symbol.asyncDispose]()
    const second = await open(options)
    expect(await second.store.dirty(customer(1))).not.toBeNull()
    await second.store[Symbol.asyncDispose]()
  })
})

const server = databases.find(({ name }) => name === 'PostgreSQL')

describe.skipIf(server === undefined)(`Workers on one server. ${postgresMissing ?? ''}`, () => {
  it('lose nothing and run nothing twice at once, with random kill -9', { timeout: 120_000 }, async () => {
    const at = await server?.open()
    const url = at?.url
    if (at === undefined || typeof url !== 'string') throw new Error('skipped above')
    opened.push(at.close)
    const { store, db } = await open({ ...at, clock: handClock(), log: quiet, encryptionKey: key })
    opened.push(() => store[Symbol.asyncDispose]())
    await sql`create table running (ref text primary key, worker text not null, runs integer not null default 0)`.execute(
      db,
    )
    const refs = Array.from({ length: 2_000 }, (_, n) => customer(n))
    await store.mark(refs.map((ref, n) => changed(ref, { version: n + 1 })))

    let state = 7
    const die = (sides: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((state / 2 ** 32) * sides)
    }
    const failures: Said[] = []
    let kills = 0
    /** Runs a worker after the other: each is killed at its nth word, the last ones may finish. */
    const shift = async (place: string) => {
      for (let nth = 0; ; nth++) {
        const name = `${place}${nth}`
        let words = nth < 8 ? 2 + die(12) : Number.POSITIVE_INFINITY
        const worker = run(['work', url, name], said => {
          if (said.did === 'fail' || said.saved === false) failures.push(said)
          if (--words === 0) worker.kill()
        })
        const last = await worker.ended
        if (last?.did === 'idle') return
        kills++
        // Its lease would run out by itself; the test does not wait for it.
        await sql`update claim set lease_until = '-infinity' where token like ${`${name}:%`}`.execute(db)
      }
    }
    await Promise.all([shift('a'), shift('b')])
    // The other worker may have gone home before the last lease was taken apart.
    await shift('c')
    expect(failures).toEqual([])
    expect(kills).toBeGreaterThan(8)
    const { rows } = await sql<{ dirty: number; settled: number; running: number; claims: number; leases: number }>`
      select (select count(*) from dirty) as dirty, (select count(*) from settled) as settled,
        (select count(*) from running) as running, (select count(*) from claim) as claims,
        (select count(*) from lease) as leases`.execute(db)
    expect(rows[0]).toEqual({ dirty: 0, settled: 2_000, running: 0, claims: 0, leases: 0 })
  })
})
