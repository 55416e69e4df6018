/** Checkpoints, whom the database serves, counting, cleaning up, and a database that goes away. */
import { readdirSync } from 'node:fs'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { StoreDown, WrongDatabase } from '../../src/model/ports.ts'
import { isRace } from '../../src/store/errors.ts'
import { store as openStore, StoreFault } from '../../src/store/index.ts'
import { open } from '../../src/store/open.ts'
import { retried } from '../../src/store/transact.ts'
import { after, changed, contact, customer, key, line, quiet, settle, settlement } from './storeWords.ts'
import { handClock, linked, onEachDatabase } from './storeWorld.ts'

onEachDatabase('Housekeeping', world => {
  it('keeps the newest checkpoint of each stream', async () => {
    const { store } = world
    expect(await store.checkpoint('changes')).toBeNull()
    await store.putCheckpoint({ stream: 'changes', position: 'abc', at: after(1) })
    await store.putCheckpoint({ stream: 'other', position: '', at: after(2) })
    await store.putCheckpoint({ stream: 'changes', position: 'abd', at: after(3) })
    expect(await store.checkpoint('changes')).toEqual({ stream: 'changes', position: 'abd', at: after(3) })
    expect(await store.checkpoint('other')).toEqual({ stream: 'other', position: '', at: after(2) })
    expect(await store.checkpoints()).toEqual([
      { stream: 'changes', position: 'abd', at: after(3) },
      { stream: 'other', position: '', at: after(2) },
    ])
  })

  it('knows of which records no delivery told', async () => {
    const { store, claimed } = world
    await store.mark([changed(customer(1), { version: 3 }), changed(customer(2), { version: 3 })])
    const claim = await claimed('commerce', { limit: 2 })
    await store.save(claim.token, settlement({ rows: claim.rows.map(({ ref }) => settle(ref, 3)) }))
    await store.mark([changed(customer(2), { version: 4 }), changed(customer(3), { version: 1 })])
    await store.mark([changed(customer(4), { version: null })], { force: true })
    const seen = (n: number, version: number) => ({ ref: customer(n), version })
    const known = [seen(1, 3), seen(1, 2), seen(2, 4), seen(3, 1), seen(4, 9)]
    expect(await store.unheard(known)).toEqual([])
    const news = [seen(1, 4), seen(2, 5), seen(3, 2), seen(5, 1)]
    expect(await store.unheard([...known, ...news])).toEqual(news.map(({ ref }) => ref))
    expect(await store.unheard([])).toEqual([])
    // A forced row that is being read just now may have been read before the change.
    await claimed('commerce', { limit: 10 })
    expect(await store.unheard([seen(4, 9)])).toEqual([customer(4)])
  })

  it('knows which records are linked, wait or are under way, and lists those that are linked', async () => {
    const { store, claimed } = world
    for (const n of [2, 1]) await linked(world, customer(n), contact(n))
    await store.mark([changed(customer(3), { version: 1 })])
    const all = [4, 3, 2, 1].map(customer)
    expect(await store.known(all)).toEqual([3, 2, 1].map(customer))
    const claim = await claimed('commerce')
    expect(await store.known(all)).toEqual([3, 2, 1].map(customer))
    await store.save(claim.token, settlement({ rows: [settle(customer(3), 1)] }))
    expect(await store.known(all)).toEqual([2, 1].map(customer))
    expect(await store.known([])).toEqual([])
    const [project = ''] = customer(1).id.split('/')
    const query = { project, type: 'customer', after: null, limit: 9 }
    expect(await store.linked(query)).toEqual([1, 2].map(customer))
    expect(await store.linked({ ...query, limit: 1 })).toEqual([customer(1)])
    expect(await store.linked({ ...query, after: customer(1) })).toEqual([customer(2)])
    expect(await store.linked({ ...query, project: `${project}2` })).toEqual([])
    expect(await store.linked({ ...query, type: 'custom' })).toEqual([])
  })

  it('serves one org and its projects: a project may join, none may be missing', async () => {
    const { store } = world
    await store.bind('00D1', ['demo'])
    await store.bind('00D1', ['outlet', 'demo'])
    await expect(store.bind('00D2', ['outlet', 'demo'])).rejects.toThrow(WrongDatabase)
    await expect(store.bind('00D1', ['demo'])).rejects.toThrow(/outlet/)
    await store.bind('00D1', ['demo', 'outlet'])
  })

  it('binds once when several processes start at once', async () => {
    const { store } = world
    const bound = await Promise.allSettled(['00D1', '00D2', '00D1', '00D3'].map(org => store.bind(org, ['demo'])))
    expect(bound.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0)
    const { rows } = await sql<{ value: string }>`select value from meta where key = 'org'`.execute(world.db)
    expect(rows).toHaveLength(1)
  })

  it('counts what waits by lane, and since when', async () => {
    const { store, claimed, clock } = world
    const none = { due: 0, later: 0, claimed: 0, oldestDueAt: null }
    expect(await store.backlog()).toEqual({
      lanes: { live: none, retry: none, backfill: none, reconcile: none },
      links: 0,
      conflicts: 0,
      failures: 0,
      waiting: 0,
    })
    await linked(world, customer(1), contact(1))
    await store.mark([1, 2, 3].map(n => changed(customer(n), { lane: 'backfill' })))
    await claimed('commerce', { limit: 1 })
    clock.advance(10)
    await store.mark([changed(contact(5), { lane: 'backfill' }), changed(customer(6))])
    await store.mark([changed(customer(7))], { notBefore: after(60_000) })
    expect(await store.backlog()).toMatchObject({
      lanes: {
        live: { due: 1, later: 1, claimed: 0, oldestDueAt: after(10) },
        backfill: { due: 3, later: 0, claimed: 1, oldestDueAt: after(0) },
        retry: none,
      },
      links: 1,
    })
  })

  it('forgets what is past its retention and nothing that is open', async () => {
    const { store, clock } = world
    const conflict = {
      kind: 'claimed',
      why: '',
      candidates: [],
      fields: [],
      mapping: 'person',
      role: 'contact',
      correlationId: 'c',
    } as const
    const failure = { is: 'invalid', code: 'X', message: '', fields: [], retryAt: null } as const
    const pass = async (n: number, of: Parameters<typeof settlement>[0]) => {
      await store.mark([changed(customer(n))])
      const { token } = await world.claimed()
      await store.save(token, settlement({ rows: [settle(customer(n))], ...of }))
    }
    for (const n of [1, 2]) {
      const source = customer(n)
      await pass(n, {
        conflicts: [{ ...conflict, source }],
        failures: [{ source, mapping: 'person', role: 'contact', failure, attempts: 1, correlationId: 'c' }],
        journal: [line(source)],
      })
    }
    await pass(1, { resolved: [{ source: customer(1), mapping: 'person', role: 'contact', seen: true }] })
    clock.advance(31 * 86_400_000)
    await store.journal([line(customer(1), { at: clock.now(), step: 'new' })])
    await store.maintain({ journalDays: 30 })
    expect((await store.trace({ ref: customer(1) }, 99)).map(({ step }) => step)).toEqual(['new'])
    expect((await store.conflicts({ state: 'all', cursor: null, limit: 9 })).items).toEqual([
      expect.objectContaining({ source: customer(2), state: 'open' }),
    ])
    expect((await store.failures({ state: 'all', cursor: null, limit: 9 })).items).toHaveLength(1)
    await store.ping()
  })

  it('gives the space of settled rows back', async () => {
    const { store, db } = world
    const size = async () =>
      (await sql<{ size: number }>`select pg_relation_size('dirty') as size`.execute(db)).rows[0]?.size ?? 0
    for (let round = 0; round < 3; round++) {
      await store.mark(Array.from({ length: 1_000 }, (_, n) => changed(customer(n))))
      const { token, rows } = await world.claimed('commerce', { limit: 1_000 })
      await store.save(token, settlement({ rows: rows.map(({ ref }) => settle(ref)) }))
    }
    const before = await size()
    await store.maintain({ journalDays: 1 })
    expect(await size()).toBeLessThan(before / 2)
  })

  it('tells a refused statement without telling values', async () => {
    const { store } = world
    const told = await store
      .mark([changed({ ...customer(1), id: 'demo/ada@example.com\u0000' })])
      .catch((error: unknown) => error)
    expect(told).toBeInstanceOf(StoreFault)
    expect(JSON.stringify(told, Object.getOwnPropertyNames(told))).not.toContain('ada@')
  })

  it('repeats work that lost a race, and only that', async () => {
    let tried = 0
    const fails = (times: number, code: string) => async () => {
      if (++tried <= times) throw Object.assign(new Error('lost'), { code })
      return tried
    }
    expect(await retried(fails(3, '40P01'))).toBe(4)
    tried = 0
    expect(await retried(fails(2, '40001'))).toBe(3)
    tried = 0
    await expect(retried(fails(1, '23505'))).rejects.toThrow('23505')
    expect([tried, isRace(new Error('40P01'))]).toEqual([1, false])
  })

  it('says that a closed store is gone', async () => {
    if (world.name === 'PGlite') {
      const { store } = await open({ database: { memory: true }, clock: handClock(), log: quiet, encryptionKey: key })
      await Promise.all([
        store.mark([changed(customer(1))]),
        store[Symbol.asyncDispose](),
        store[Symbol.asyncDispose](),
      ])
      await expect(store.ping()).rejects.toThrow(StoreDown)
    } else {
      const { store } = await world.another()
      await store[Symbol.asyncDispose]()
      await expect(store.ping()).rejects.toThrow(StoreDown)
    }
  })

  it.runIf(world.name === 'PostgreSQL')('is StoreDown while no server answers', async () => {
    const database = { databaseUrl: 'postgres://nobody@127.0.0.1:1/nowhere' }
    await expect(openStore({ database, clock: handClock(), log: quiet, encryptionKey: key })).rejects.toThrow(StoreDown)
  })

  it.runIf(world.name === 'PostgreSQL')(
    'is StoreDown when its connections are cut, and back with the server',
    async () => {
      const { store, db, another } = world
      const other = await another()
      await store.mark([changed(customer(1))])
      const sleeping = other.db.connection().execute(connection => sql`select pg_sleep(30)`.execute(connection))
      const cut = expect(retried(() => sleeping)).rejects.toThrow(StoreDown)
      for (let busy = 0; busy === 0; ) {
        const { rows } = await sql<{ count: number }>`
        select count(pg_terminate_backend(pid)) as count from pg_stat_activity
        where datname = current_database() and query like 'select pg_sleep%'`.execute(db)
        busy = rows[0]?.count ?? 0
      }
      await cut
      // The pool may not have heard yet that this connection is gone, and hand it out once more.
      const again = () => other.store.dirty(customer(1)).catch((error: unknown) => error)
      let found = await again()
      while (found instanceof StoreDown) found = await again()
      expect(found).toMatchObject({ ref: customer(1) })
    },
  )

  it.runIf(world.name === 'PostgreSQL')(
    'comes up once when several processes bring the database to the newest shape',
    async () => {
      const { db, another } = world
      await sql`drop schema public cascade`.execute(db)
      await sql`create schema public`.execute(db)
      const opened = await Promise.all([another(), another(), another(), another()])
      await opened[3]?.store.mark([changed(customer(1))])
      expect(await opened[0]?.store.dirty(customer(1))).not.toBeNull()
      const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
      const shapes = readdirSync(new URL('../../src/store/migrations', import.meta.url)).filter(name =>
        /^\d/.test(name),
      )
      expect(rows.map(({ name }) => `${name}.ts`)).toEqual(shapes.sort())
    },
  )
})
