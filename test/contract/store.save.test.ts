/** SAVE: the fence, what becomes of rows, and that nothing marked meanwhile is lost. */
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { lanes } from '../../src/model/resource.ts'
import { after, changed, contact, customer, deleted, free, ids, keep, line, settle, settlement } from './storeWords.ts'
import { onEachDatabase } from './storeWorld.ts'

onEachDatabase('SAVE of rows', world => {
  it('settles a row: it goes, and what was read is known', async () => {
    const { store, claimed } = world
    await store.mark([changed(customer(1), { version: 3 })])
    const { token } = await claimed()
    expect(await store.save(token, settlement({ rows: [settle(customer(1), 4)] }))).toBe(true)
    expect(await store.dirty(customer(1))).toBeNull()
    expect(await store.settled(customer(1))).toEqual({ version: 4, gone: false })
    expect(await store.nextDue('commerce')).toBeNull()
  })

  it('never lowers what was settled, and remembers that a record is gone', async () => {
    const { store, claimed } = world
    for (const row of [settle(customer(1), 9), settle(customer(1), 4), settle(customer(1), null, true)]) {
      await store.mark([changed(customer(1))])
      const { token } = await claimed()
      await store.save(token, settlement({ rows: [row] }))
    }
    expect(await store.settled(customer(1))).toEqual({ version: 9, gone: true })
    await store.mark([deleted(customer(2), { version: 6 })])
    await store.save((await claimed()).token, settlement({ rows: [settle(customer(2), null, true)] }))
    expect(await store.settled(customer(2))).toEqual({ version: 6, gone: true })
    await store.mark([changed(customer(3))])
    await store.save((await claimed()).token, settlement({ rows: [settle(customer(3))] }))
    expect(await store.settled(customer(3)), 'nothing was learnt').toBeNull()
  })

  it('refuses all of it when one row named is not held by the token', async () => {
    const { store, claimed } = world
    await store.mark([changed(customer(1))])
    const first = await claimed()
    await store.mark([changed(customer(2)), changed(customer(3))])
    const second = await claimed()
    const stranger = settlement({
      rows: [settle(customer(1)), settle(customer(2))],
      journal: [line(customer(1))],
      marks: [changed(contact(1))],
    })
    expect(await store.save(first.token, stranger)).toBe(false)
    expect(await store.save('nobody', stranger)).toBe(false)
    expect(await store.save(first.token, settlement({ rows: [settle(customer(9))] })), 'not even there').toBe(false)
    expect([await store.dirty(customer(1)), await store.dirty(contact(1))]).toEqual([expect.anything(), null])
    expect(await store.trace({ correlationId: 'correlation' }, 10)).toEqual([])
    expect(await store.save(second.token, settlement({ rows: [settle(customer(2)), settle(customer(3))] }))).toBe(true)
  })

  it('still takes the save of an expired claim that nobody else has taken', async () => {
    const { store, claimed, expire } = world
    await store.mark([changed(customer(1))])
    const { token } = await claimed()
    await expire()
    expect(await store.save(token, settlement({ rows: [settle(customer(1), 1)] }))).toBe(true)
    expect(await store.dirty(customer(1))).toBeNull()
  })

  it('refuses the save of a claim whose rows were taken over', async () => {
    const { store, claimed, expire } = world
    await store.mark([changed(customer(1))])
    const stalled = await claimed()
    await expire()
    const next = await claimed()
    expect(await store.save(stalled.token, settlement({ rows: [settle(customer(1), 1)] }))).toBe(false)
    expect(await store.settled(customer(1))).toBeNull()
    expect(await store.save(next.token, settlement({ rows: [settle(customer(1), 1)] }))).toBe(true)
  })

  it('does not lose a mark that came while the row was claimed', async () => {
    const { store, claimed, claim, clock } = world
    await store.mark([changed(customer(1), { version: 3, correlationId: 'first', lane: 'backfill' })], { force: true })
    const first = await claimed()
    clock.advance(1_000)
    await store.mark([deleted(customer(1), { version: 4, correlationId: 'second' })])
    expect(await claim(), 'the claim stands').toBeNull()
    clock.advance(1_000)
    expect(await store.save(first.token, settlement({ rows: [settle(customer(1), 3)] }))).toBe(true)
    const again = await claimed()
    expect(again.rows[0]).toMatchObject({
      version: 4,
      deleted: true,
      forced: false,
      lane: 'live',
      attempts: 0,
      markedAt: after(1_000),
      correlationId: 'second',
    })
    expect(await store.settled(customer(1))).toEqual({ version: 3, gone: false })
  })

  it('keeps what came after the claim, and only that', async () => {
    const { store, claimed } = world
    await store.mark([deleted(customer(1), { erase: true })])
    const first = await claimed()
    await store.mark([changed(customer(1))], { force: true })
    await store.save(first.token, settlement({ rows: [settle(customer(1))] }))
    const [row] = (await claimed()).rows
    expect(row).toMatchObject({ forced: true, deleted: false, erase: false, uncertain: false })
  })

  it('frees a row: later, counted, uncertain and in another lane, as asked', async () => {
    const { store, claimed, claim, clock } = world
    await store.mark([changed(customer(1), { version: 3 })])
    const first = await claimed()
    const row = free(customer(1), { notBefore: after(5_000), countsAttempt: true, uncertain: true, lane: 'retry' })
    await store.save(first.token, settlement({ rows: [row] }))
    await store.mark([changed(customer(1), { lane: 'retry' })])
    clock.advance(4_999)
    expect(await claim(), 'a new mark does not lift it').toBeNull()
    clock.advance(1)
    const second = await claimed()
    expect(second.lane).toBe('retry')
    expect(second.rows[0]).toMatchObject({ attempts: 1, uncertain: true, version: 3 })
    await store.save(second.token, settlement({ rows: [free(customer(1))] }))
    expect((await claimed()).rows[0], 'now, and not counted').toMatchObject({ attempts: 1, lane: 'retry' })
  })

  it('does not demote a row that was marked live while it was at work', async () => {
    const { store, claimed } = world
    await store.mark([changed(customer(1))])
    const { token } = await claimed()
    await store.mark([changed(customer(1))])
    await store.save(token, settlement({ rows: [free(customer(1), { lane: 'reconcile' })] }))
    expect((await claimed()).lane).toBe('live')
  })

  it('settles call by call: a kept row stays claimed until its last call', async () => {
    const { store, claimed, claim } = world
    await store.mark([changed(customer(1)), changed(customer(2))])
    const { token } = await claimed()
    expect(await store.save(token, settlement({ rows: [keep(customer(1)), settle(customer(2), 1)] }))).toBe(true)
    expect(await claim()).toBeNull()
    expect(await store.renew(token, 60_000)).toBe(true)
    expect(await store.save(token, settlement({ rows: [settle(customer(2))] })), 'already settled').toBe(false)
    expect(await store.save(token, settlement({ rows: [settle(customer(1), 1)] }))).toBe(true)
    expect(await store.renew(token, 60_000), 'nothing left to hold').toBe(false)
  })

  it('takes the saves of several calls of one pass at once', async () => {
    const { store, claimed, claim } = world
    const refs = Array.from({ length: 40 }, (_, n) => customer(n))
    await store.mark(refs.map(ref => changed(ref)))
    const { token } = await claimed()
    const calls = [0, 1, 2, 3].map(call => refs.filter((_, n) => n % 4 === call))
    const saved = await Promise.all(
      calls.map(call => store.save(token, settlement({ rows: call.map(ref => settle(ref, 1)) }))),
    )
    expect(saved).toEqual([true, true, true, true])
    expect([await claim(), await store.renew(token, 1_000)]).toEqual([null, false])
  })

  it('marks with force what follows from a pass, in the same transaction', async () => {
    const { store, claimed } = world
    await store.mark([changed(contact(1), { version: 5_000 })])
    await store.save((await claimed('crm')).token, settlement({ rows: [settle(contact(1), 5_000)] }))
    await store.mark([changed(customer(1))])
    const { token } = await claimed()
    const marks = [changed(contact(1), { version: 1, lane: 'retry' }), changed(customer(1))]
    await store.save(token, settlement({ rows: [settle(customer(1), 1)], marks }))
    expect((await claimed('crm')).rows[0]).toMatchObject({ ref: contact(1), forced: true, lane: 'retry' })
    expect((await claimed()).rows[0], 'also the row it settles').toMatchObject({ ref: customer(1), forced: true })
  })

  it('saves a thousand rows of one pass, some settled, some freed, some kept', async () => {
    const { store, claimed, db } = world
    const refs = Array.from({ length: 1_000 }, (_, n) => customer(n))
    await store.mark(refs.map(ref => changed(ref)))
    const claim = await claimed('commerce', { limit: 1_000 })
    const rows = refs.map((ref, n) => (n % 3 === 0 ? settle(ref, n) : n % 3 === 1 ? free(ref) : keep(ref)))
    expect(await store.save(claim.token, settlement({ rows, journal: refs.map(ref => line(ref)) }))).toBe(true)
    const { lanes: waiting } = await store.backlog()
    expect(waiting.live).toMatchObject({ due: 333, claimed: 333 })
    const { rows: counted } = await sql<{ count: number }>`select count(*) as count from settled`.execute(db)
    expect(counted[0]?.count).toBe(334)
  })

  it.runIf(world.name === 'PostgreSQL')('tries again after a deadlock, and loses nothing', async () => {
    const { store, db, claimed, another } = world
    const other = await another()
    await store.mark([changed(customer(1)), changed(customer(2))])
    const { token } = await claimed()
    const lock = (n: number) => sql`select 1 from dirty where ref = ${`commerce:customer:demo/c${n}`} for update`
    let saved: Promise<boolean> | null = null
    await other.db.transaction().execute(async tx => {
      await lock(2).execute(tx)
      saved = store.save(token, settlement({ rows: [settle(customer(1), 1), settle(customer(2), 1)] }))
      // The save holds row 1 and waits for row 2 of this transaction.
      for (let waiting = 0; waiting === 0; ) {
        const { rows } = await sql<{ count: number }>`
          select count(*) as count from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
        waiting = rows[0]?.count ?? 0
      }
      await lock(1).execute(tx)
    })
    expect(await saved).toBe(true)
    expect([await store.dirty(customer(1)), await store.settled(customer(2))]).toEqual([
      null,
      { version: 1, gone: false },
    ])
  })

  it('loses no mark in any order of marks, claims, crashes and saves', async () => {
    const { store, expire, claim } = world
    const newest = new Map<string, number>()
    let state = 42
    const die = (sides: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((state / 2 ** 32) * sides)
    }
    const open: { token: string; read: [number, number][] }[] = []
    for (let step = 0; step < 400; step++) {
      const n = die(6)
      const what = die(10)
      if (what < 4) {
        const version = (newest.get(`${n}`) ?? 0) + 1
        newest.set(`${n}`, version)
        await store.mark([changed(customer(n), { version, lane: lanes[die(4)] ?? 'live' })])
      } else if (what < 7) {
        const taken = await claim('commerce', { limit: 1 + die(3) })
        if (taken === null) continue
        const read = taken.rows.map(({ ref }): [number, number] => {
          const id = ref.id.replace('demo/c', '')
          return [Number(id), newest.get(id) ?? 0]
        })
        open.push({ token: taken.token, read })
      } else if (what === 7) await expire()
      else {
        const pass = open.splice(die(open.length), 1)[0]
        if (pass === undefined) continue
        const rows = pass.read.map(([id, version]) => (what === 8 ? settle(customer(id), version) : free(customer(id))))
        await store.save(pass.token, settlement({ rows }))
      }
      for (const [id, version] of newest) {
        const known = (await store.settled(customer(id)))?.version ?? 0
        const waits = await store.dirty(customer(id))
        if (known < version) expect(waits, `step ${step}: version ${version} of ${id}, settled ${known}`).not.toBeNull()
      }
    }
    await expire()
    for (let taken = await claim(); taken !== null; taken = await claim())
      await store.save(taken.token, settlement({ rows: taken.rows.map(({ ref, version }) => settle(ref, version)) }))
    for (const [id, version] of newest) expect(await store.settled(customer(id))).toEqual({ version, gone: false })
    expect(ids(await claim())).toEqual([])
  })
})
