/** MARK: what makes a record dirty, what is dropped, and that many callers share a commit. */
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import type { ChangeEvent } from '../../src/model/resource.ts'
import { after, changed, contact, customer, deleted, ids, settle, settlement, start } from './storeWords.ts'
import { onEachDatabase } from './storeWorld.ts'

onEachDatabase('MARK', world => {
  const settled = async (event: ChangeEvent, version: number, gone = false) => {
    await world.store.mark([event])
    const { token } = await world.claimed(event.ref.side)
    expect(await world.store.save(token, settlement({ rows: [settle(event.ref, version, gone)] }))).toBe(true)
  }

  it('makes one row of many events of a record: highest version, most urgent lane, everything sticky', async () => {
    const { store, claimed } = world
    expect(
      await store.mark([
        changed(customer(1), { version: 3, lane: 'backfill', correlationId: 'first' }),
        changed(customer(1), { version: 7, lane: 'live', correlationId: 'urgent' }),
        deleted(customer(1), { version: 5, lane: 'retry', erase: true, correlationId: 'last' }),
      ]),
    ).toEqual({ marked: 3, dropped: 0 })
    const { rows } = await claimed()
    expect(rows).toEqual([
      {
        ref: customer(1),
        lane: 'live',
        version: 7,
        deleted: true,
        erase: true,
        forced: false,
        uncertain: false,
        attempts: 0,
        markedAt: start,
        correlationId: 'urgent',
      },
    ])
  })

  it('does the same across calls, and keeps the time of the first mark', async () => {
    const { store, claimed, clock } = world
    await store.mark([deleted(customer(1), { version: 4, lane: 'reconcile', correlationId: 'a' })])
    clock.advance(1_000)
    await store.mark([changed(customer(1), { version: 9, lane: 'backfill', correlationId: 'b' })], { force: true })
    clock.advance(1_000)
    await store.mark([changed(customer(1), { version: 2, lane: 'reconcile', correlationId: 'c', erase: true })])
    const { rows, lane } = await claimed()
    expect(lane).toBe('backfill')
    expect(rows[0]).toMatchObject({
      version: 9,
      deleted: true,
      erase: true,
      forced: true,
      markedAt: start,
      correlationId: 'b',
    })
  })

  it('promotes a record of the backfill that is edited now', async () => {
    const { store, claimed } = world
    await store.mark([1, 2, 3].map(n => changed(customer(n), { lane: 'backfill' })))
    await store.mark([changed(customer(2))])
    const claim = await claimed()
    expect([claim.lane, ids(claim)]).toEqual(['live', ['demo/c2']])
  })

  it('drops a commerce event that is not above what was settled, a CRM event only below it', async () => {
    const { store } = world
    await settled(changed(customer(1)), 5)
    await settled(changed(contact(1)), 5_000)
    const marks = (ref: typeof contact extends (n: number) => infer R ? R : never, version: number | null) =>
      store.mark([changed(ref, { version })])
    expect(await marks(customer(1), 4)).toEqual({ marked: 0, dropped: 1 })
    expect(await marks(customer(1), 5)).toEqual({ marked: 0, dropped: 1 })
    expect(await store.dirty(customer(1))).toBeNull()
    expect(await marks(customer(1), 6)).toEqual({ marked: 1, dropped: 0 })
    expect(await marks(contact(1), 4_999)).toEqual({ marked: 0, dropped: 1 })
    expect(await store.dirty(contact(1))).toBeNull()
    expect(await marks(contact(1), 5_000)).toEqual({ marked: 1, dropped: 0 })
  })

  it('never drops an event without a version, nor one with force', async () => {
    const { store } = world
    await settled(changed(customer(1)), 5)
    await settled(changed(customer(2)), 5)
    expect(await store.mark([changed(customer(1))])).toEqual({ marked: 1, dropped: 0 })
    expect(await store.mark([changed(customer(2), { version: 1 })], { force: true })).toEqual({ marked: 1, dropped: 0 })
  })

  it('takes a delete at its word until the record is known to be gone', async () => {
    const { store } = world
    await settled(changed(customer(1)), 5)
    expect(await store.mark([deleted(customer(1), { version: 5 })])).toEqual({ marked: 1, dropped: 0 })
    const { token } = await world.claimed()
    await store.save(token, settlement({ rows: [settle(customer(1), null, true)] }))
    expect(await store.settled(customer(1))).toEqual({ version: 5, gone: true })
    expect(await store.mark([deleted(customer(1), { version: 5 })])).toEqual({ marked: 0, dropped: 1 })
  })

  it('tells in the journal what was received and what was dropped', async () => {
    const { store } = world
    await settled(changed(customer(1)), 5)
    await store.mark([
      changed(customer(1), { version: 5, correlationId: 'old' }),
      changed(customer(1), { version: 6, correlationId: 'new' }),
    ])
    const step = async (correlationId: string) => (await store.trace({ correlationId }, 10)).map(entry => entry.step)
    expect([await step('old'), await step('new')]).toEqual([['dropped'], ['received']])
  })

  it('holds a mark until its time, and lets an earlier one pull it forward', async () => {
    const { store, claim, clock } = world
    await store.mark([changed(customer(1))], { notBefore: after(60_000) })
    expect(await claim()).toBeNull()
    expect(await store.nextDue('commerce')).toBe(after(60_000))
    await store.mark([changed(customer(1))], { notBefore: after(10_000) })
    expect(await store.nextDue('commerce')).toBe(after(10_000))
    await store.mark([changed(customer(1))], { notBefore: after(90_000) })
    clock.advance(10_000)
    expect(ids(await claim())).toEqual(['demo/c1'])
  })

  it('marks ten thousand records in any order from many callers, each exactly once', async () => {
    const { store, db } = world
    const refs = Array.from({ length: 1_000 }, (_, n) => customer((n * 7_919) % 1_000))
    const marked = await Promise.all(
      Array.from({ length: 10 }, (_, part) =>
        store.mark((part % 2 === 0 ? refs : refs.toReversed()).map(ref => changed(ref, { version: part + 1 }))),
      ),
    )
    expect(marked.every(({ marked: rows, dropped }) => rows === 1_000 && dropped === 0)).toBe(true)
    const { rows } = await sql<{ rows: number; marks: number }>`
      select count(*) as rows, sum(mark) as marks from dirty where version = 10`.execute(db)
    expect(Number(rows[0]?.rows)).toBe(1_000)
  })

  it('joins callers that come together in one commit, and tells each of its own events', async () => {
    const { store } = world
    await settled(changed(customer(0)), 5)
    const journalled = async () => (await store.trace({ ref: customer(0) }, 100)).length
    const before = await journalled()
    const answers = await Promise.all([
      store.mark([changed(customer(0), { version: 4 })]),
      store.mark([changed(customer(1), { version: 4 }), changed(customer(0), { version: 3 })]),
      store.mark([]),
      store.mark([changed(customer(0), { version: 6 })]),
    ])
    expect(answers).toEqual([
      { marked: 0, dropped: 1 },
      { marked: 1, dropped: 1 },
      { marked: 0, dropped: 0 },
      { marked: 1, dropped: 0 },
    ])
    expect(await journalled()).toBe(before + 3)
  })

  it('does not refuse a delivery because its neighbour cannot be stored', async () => {
    const { store } = world
    const [good, bad, other] = await Promise.allSettled([
      store.mark([changed(customer(1))]),
      store.mark([changed({ ...customer(2), id: 'demo/\u0000' })]),
      store.mark([changed(customer(3))]),
    ])
    expect([good?.status, bad?.status, other?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await store.dirty(customer(3))).not.toBeNull()
  })

  it('stores ids with every character that needs quoting', async () => {
    const { store } = world
    const odd = { ...customer(1), id: `demo/a"b\\c{d},e'f NULL ü ${'x'.repeat(300)}` }
    await store.mark([changed(odd, { correlationId: '' })])
    expect((await store.dirty(odd))?.ref).toEqual(odd)
    expect((await world.claimed()).rows[0]?.ref).toEqual(odd)
  })
})
