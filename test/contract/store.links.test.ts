/** SAVE of links, waits and wakes: another pass may have been there first, and no wake-up is lost. */
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import type { LinkChange, Settlement } from '../../src/model/outcome.ts'
import { after, basis, changed, contact, customer, free, ids, keep, put, settle, settlement } from './storeWords.ts'
import { linked, onEachDatabase } from './storeWorld.ts'

onEachDatabase('SAVE of links', world => {
  /** One pass over one customer with these link changes. */
  const pass = async (n: number, links: readonly LinkChange[], of: Partial<Settlement> = {}) => {
    await world.store.mark([changed(customer(n))])
    const { token } = await world.claimed('commerce')
    return world.store.save(token, settlement({ rows: [settle(customer(n), 1)], links, ...of }))
  }

  it('makes a link, finds it from both ends, and moves its base', async () => {
    const { store, clock } = world
    const link = await linked(world, customer(1), contact(1))
    expect(link).toMatchObject({
      mapping: 'person',
      role: 'contact',
      commerce: customer(1),
      crm: contact(1),
      primary: true,
      base: { FirstName: 'k1.aaa', LastName: 'k1.bbb' },
      revision: 1,
      restores: {},
    })
    expect(await store.links([contact(1), customer(1)])).toEqual([link])
    expect(await store.links([customer(2)])).toEqual([])
    clock.advance(1_000)
    await pass(1, [{ do: 'base', link, base: { LastName: 'k2.c.c', Odd: 'nodot' }, restores: { LastName: 2 } }])
    expect(await store.links([customer(1)])).toEqual([
      {
        ...link,
        base: { LastName: 'k2.c.c', Odd: 'nodot' },
        restores: { LastName: 2 },
        revision: 2,
        savedAt: after(1_000),
      },
    ])
    expect(await store.claimants([contact(1), contact(2), customer(1)])).toHaveLength(1)
  })

  it('keeps several roles of one record apart', async () => {
    const { store } = world
    const account = { side: 'crm', type: 'Account', id: '001' } as const
    expect(await pass(1, [put(customer(1), account, { role: 'account' }), put(customer(1), contact(1))])).toBe(true)
    expect((await store.links([customer(1)])).map(({ role }) => role).toSorted()).toEqual(['account', 'contact'])
    expect(await store.dirty(customer(1))).toBeNull()
  })

  it('refuses a base of an older revision: the record is looked at again, the rest goes on', async () => {
    const { store, claimed } = world
    const link = await linked(world, customer(1), contact(1))
    await pass(1, [basis(link, { FirstName: 'k1.new' })])
    await store.mark([changed(customer(1)), changed(customer(2))])
    const { token } = await claimed('commerce')
    const rows = [settle(customer(1), 9), settle(customer(2), 9)]
    const links = [basis(link, { FirstName: 'k1.stale' }), put(customer(2), contact(2))]
    expect(await store.save(token, settlement({ rows, links }))).toBe(true)
    const [now] = await store.links([customer(1)])
    expect(now).toMatchObject({ base: { FirstName: 'k1.new' }, revision: 2 })
    expect(await store.links([customer(2)])).toHaveLength(1)
    expect(await store.settled(customer(1))).toMatchObject({ version: 1 })
    expect((await claimed('commerce')).rows).toEqual([
      expect.objectContaining({ ref: customer(1), uncertain: true, forced: true }),
    ])
  })

  it('refuses a second commerce record on one CRM record, unless it is not the primary one', async () => {
    const { store, claimed } = world
    await linked(world, customer(1), contact(1))
    await pass(2, [put(customer(2), contact(1))])
    expect(await store.links([customer(2)])).toEqual([])
    const again = await claimed('commerce')
    expect(ids(again)).toEqual(['demo/c2'])
    const shared = put(customer(2), contact(1), { primary: false })
    await store.save(again.token, settlement({ rows: [settle(customer(2))], links: [shared] }))
    expect((await store.claimants([contact(1)])).map(link => [link.commerce.id, link.primary])).toEqual([
      ['demo/c1', true],
      ['demo/c2', false],
    ])
    await pass(3, [put(customer(3), contact(1), { primary: false })])
    expect(await store.claimants([contact(1)]), 'any number that are not').toHaveLength(3)
  })

  it('lets the first of two in one batch have the CRM record', async () => {
    const { store, claimed } = world
    await store.mark([changed(customer(1)), changed(customer(2)), changed(customer(3))])
    const { token } = await claimed('commerce')
    const links = [put(customer(2), contact(1)), put(customer(1), contact(1)), put(customer(3), contact(3))]
    const rows = [1, 2, 3].map(n => settle(customer(n)))
    expect(await store.save(token, settlement({ rows, links }))).toBe(true)
    expect((await store.claimants([contact(1)])).map(({ commerce }) => commerce)).toEqual([customer(2)])
    expect(ids(await claimed('commerce'))).toEqual(['demo/c1'])
  })

  it('keeps a clashing row that another call still works on, and frees it at its last', async () => {
    const { store, claimed, claim } = world
    await linked(world, customer(1), contact(1))
    await store.mark([changed(customer(2))])
    const { token } = await claimed('commerce')
    await store.save(token, settlement({ rows: [keep(customer(2))], links: [put(customer(2), contact(1))] }))
    expect(await claim('commerce')).toBeNull()
    expect(await store.save(token, settlement({ rows: [settle(customer(2), 1)] }))).toBe(true)
    expect((await claimed('commerce')).rows[0]).toMatchObject({ ref: customer(2), uncertain: true })
  })

  it('points a link at another CRM record, and frees the old one in the same batch', async () => {
    const { store } = world
    const link = await linked(world, customer(1), contact(1))
    await pass(1, [put(customer(1), contact(2), { revision: link.revision })])
    expect(await store.claimants([contact(1)])).toEqual([])
    const [moved] = await store.claimants([contact(2)])
    expect(moved).toMatchObject({ revision: 2, since: link.since })
    if (moved === undefined) return
    await pass(2, [put(customer(2), contact(2)), { do: 'remove', link: moved }])
    expect((await store.claimants([contact(2)])).map(({ commerce }) => commerce)).toEqual([customer(2)])
    expect(await pass(3, [{ do: 'remove', link: moved }]), 'gone already').toBe(true)
    expect(await store.dirty(customer(3))).toBeNull()
  })

  it('survives two passes that link one CRM record at the same moment', async () => {
    const { store, claim } = world
    for (let round = 0; round < 10; round++) {
      const [a, b] = [customer(`a${round}`), customer(`b${round}`)]
      await store.mark([changed(a)])
      const first = await claim('commerce')
      await store.mark([changed(b)])
      const second = await claim('commerce')
      const saved = await Promise.all([
        store.save(first?.token ?? '', settlement({ rows: [settle(a, 1)], links: [put(a, contact(round))] })),
        store.save(second?.token ?? '', settlement({ rows: [settle(b, 1)], links: [put(b, contact(round))] })),
      ])
      expect(saved).toEqual([true, true])
      expect(await store.claimants([contact(round)])).toHaveLength(1)
      const loser = await world.claimed('commerce')
      expect(loser.rows).toHaveLength(1)
      await store.save(loser.token, settlement({ rows: loser.rows.map(({ ref }) => settle(ref)) }))
    }
  })

  it('marks the record when the clash is of a row this save does not name', async () => {
    const { store, claimed } = world
    await linked(world, customer(1), contact(1))
    await store.mark([changed(customer(2))])
    const { token } = await claimed('commerce')
    await store.save(token, settlement({ rows: [keep(customer(2))], links: [put(customer(3), contact(1))] }))
    expect((await store.dirty(customer(3)))?.forced).toBe(true)
  })
})

onEachDatabase('Waiting and waking', world => {
  const fallback = after(600_000)

  it('leaves a waiting row until it is woken, and wakes it once', async () => {
    const { store, claimed, claim } = world
    await store.mark([changed(customer('child'))])
    const child = await claimed()
    const waits = [{ waiting: customer('child'), awaited: customer('parent') }]
    await store.save(child.token, settlement({ rows: [free(customer('child'), { notBefore: fallback })], waits }))
    expect(await claim()).toBeNull()
    expect((await store.backlog()).waiting).toBe(1)
    await store.mark([changed(customer('parent'))])
    const parent = await claimed()
    const rows = [settle(customer('parent'), 1)]
    const links = [put(customer('parent'), contact(1))]
    await store.save(parent.token, settlement({ rows, links, wakes: [customer('parent')] }))
    const woken = await claimed()
    expect(woken.rows).toEqual([expect.objectContaining({ ref: customer('child'), forced: true })])
    expect((await store.backlog()).waiting).toBe(0)
  })

  it('takes a waiting row up by itself when nobody wakes it', async () => {
    const { store, claimed, claim, clock } = world
    await store.mark([changed(customer(1))])
    const { token } = await claimed()
    const waits = [{ waiting: customer(1), awaited: customer(2) }]
    await store.save(token, settlement({ rows: [free(customer(1), { notBefore: fallback })], waits }))
    expect(await store.nextDue('commerce')).toBe(fallback)
    clock.set(fallback)
    expect(ids(await claim())).toEqual(['demo/c1'])
  })

  it('is only late, not held: a new event takes a waiting row up at once', async () => {
    const { store, claimed, claim } = world
    await store.mark([changed(customer(1))])
    const { token } = await claimed()
    const waits = [{ waiting: customer(1), awaited: customer(2) }]
    await store.save(token, settlement({ rows: [free(customer(1), { notBefore: fallback })], waits }))
    await store.mark([changed(customer(1))])
    expect(ids(await claim())).toEqual(['demo/c1'])
  })

  it('does not wait for what was saved after its claim: it cannot have seen it', async () => {
    const { store, claimed } = world
    await store.mark([changed(customer('child'))])
    const child = await claimed()
    await linked(world, customer('parent'), contact(1))
    const waits = [{ waiting: customer('child'), awaited: customer('parent') }]
    await store.save(child.token, settlement({ rows: [free(customer('child'), { notBefore: fallback })], waits }))
    const again = await claimed()
    expect(ids(again)).toEqual(['demo/cchild'])
    expect((await store.backlog()).waiting).toBe(0)
    await store.save(again.token, settlement({ rows: [free(customer('child'), { notBefore: fallback })], waits }))
    expect(await world.claim(), 'now it has seen it, and waits all the same').toBeNull()
  })

  it('does not wait for a record that was settled without a link meanwhile', async () => {
    const { store, claimed } = world
    await store.mark([changed(customer('child')), changed(customer('parent'), { lane: 'retry' })])
    const child = await claimed()
    const parent = await claimed()
    await store.save(parent.token, settlement({ rows: [settle(customer('parent'), 3, true)] }))
    const waits = [{ waiting: customer('child'), awaited: customer('parent') }]
    await store.save(child.token, settlement({ rows: [free(customer('child'), { notBefore: fallback })], waits }))
    expect(ids(await claimed())).toEqual(['demo/cchild'])
  })

  it('waits in a database that was restored from a dump, whose transaction numbers are from the future', async () => {
    const { store, claimed, claim, db } = world
    await linked(world, customer('parent'), contact(1))
    await sql`update link set xid = '999999999999'`.execute(db)
    await sql`update settled set xid = '999999999999'`.execute(db)
    await store.mark([changed(customer('child'))])
    const { token } = await claimed()
    const waits = [{ waiting: customer('child'), awaited: customer('parent') }]
    await store.save(token, settlement({ rows: [free(customer('child'), { notBefore: fallback })], waits }))
    expect(await claim()).toBeNull()
  })

  it('goes on at once when this very save has brought what it waits for', async () => {
    const { store, claimed } = world
    await store.mark([changed(customer('child')), changed(customer('parent'))])
    const { token } = await claimed()
    const waits = [{ waiting: customer('child'), awaited: customer('parent') }]
    const rows = [free(customer('child'), { notBefore: fallback }), settle(customer('parent'), 1)]
    await store.save(token, settlement({ rows, waits, links: [put(customer('parent'), contact(1))] }))
    expect(ids(await claimed())).toEqual(['demo/cchild'])
  })

  it('loses no wake-up when waiter and parent save at the same moment', async () => {
    const { store, claimed } = world
    for (let round = 0; round < 25; round++) {
      const [child, parent] = [customer(`child${round}`), customer(`parent${round}`)]
      await store.mark([changed(child), changed(parent, { lane: 'retry' })])
      const waiter = await claimed('commerce', { lanes: ['live'] })
      const awaited = await claimed('commerce', { lanes: ['retry'] })
      const waits = [{ waiting: child, awaited: parent }]
      const links = [put(parent, contact(round))]
      const saves = [
        () => store.save(waiter.token, settlement({ rows: [free(child, { notBefore: fallback })], waits })),
        () => store.save(awaited.token, settlement({ rows: [settle(parent, 1)], links, wakes: [parent] })),
      ]
      await Promise.all((round % 2 === 0 ? saves : saves.toReversed()).map(save => save()))
      const woken = await claimed()
      expect(ids(woken)).toEqual([child.id])
      await store.save(woken.token, settlement({ rows: [settle(child)] }))
      const { rows } = await sql<{ count: number }>`select count(*) as count from wait`.execute(world.db)
      expect(rows[0]?.count).toBe(0)
    }
  })
})
