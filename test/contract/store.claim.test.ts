/** CLAIM: order of service, leases on rows and links, and what happens when a lease runs out. */
import { expect, it } from 'vitest'
import type { Claim } from '../../src/model/ports.ts'
import { after, changed, contact, customer, free, ids, keep, put, settle, settlement } from './storeWords.ts'
import { linked, onEachDatabase } from './storeWorld.ts'

onEachDatabase('CLAIM', world => {
  it('takes up to the limit, what became due first, of one side and one lane', async () => {
    const { store, claim, clock } = world
    for (const n of [3, 1, 2]) {
      await store.mark([changed(customer(n))])
      clock.advance(10)
    }
    await store.mark([changed(contact(1)), changed(customer(9), { lane: 'retry' })])
    expect(ids(await claim('commerce', { limit: 2 }))).toEqual(['demo/c3', 'demo/c1'])
    expect(ids(await claim('commerce', { limit: 9 }))).toEqual(['demo/c2'])
    expect(ids(await claim('crm'))).toEqual(['0031'])
    expect(ids(await claim('commerce'))).toEqual(['demo/c9'])
    expect(await claim('commerce')).toBeNull()
  })

  it('serves the most urgent of the lanes it was asked for', async () => {
    const { store, claim } = world
    await store.mark(
      (['reconcile', 'backfill', 'retry', 'live'] as const).map((lane, n) => changed(customer(n), { lane })),
    )
    expect((await claim('commerce', { lanes: ['retry', 'backfill'] }))?.lane).toBe('retry')
    expect((await claim('commerce', { lanes: ['reconcile'] }))?.lane).toBe('reconcile')
    expect((await claim())?.lane).toBe('live')
    expect((await claim())?.lane).toBe('backfill')
  })

  it('lets the other lanes have a claim now and then while live work never ends', async () => {
    const { store, claim } = world
    await store.mark([1, 2, 3].map(n => changed(customer(`b${n}`), { lane: 'backfill' })))
    await store.mark([1, 2, 3].map(n => changed(customer(`r${n}`), { lane: 'reconcile' })))
    await store.mark(Array.from({ length: 40 }, (_, n) => changed(customer(n))))
    const served: string[] = []
    for (let n = 0; n < 32; n++) served.push((await claim('commerce', { limit: 1 }))?.lane ?? 'none')
    expect(served.filter(lane => lane === 'live')).toHaveLength(28)
    expect(served).toContain('backfill')
    expect(served).toContain('reconcile')
  })

  it('does not take a row before its time', async () => {
    const { store, claim, clock } = world
    await store.mark([changed(customer(1))], { notBefore: after(5_000) })
    clock.advance(4_999)
    expect(await claim()).toBeNull()
    clock.advance(1)
    expect(ids(await claim())).toEqual(['demo/c1'])
  })

  it('gives the links of its rows with it, from either side', async () => {
    const link = await linked(world, customer(1), contact(1))
    await world.store.mark([changed(customer(1))])
    const forward = await world.claimed('commerce')
    expect(forward.links).toEqual([link])
    await world.store.release(forward.token, { notBefore: null })
    await world.store.mark([changed(contact(1))])
    expect((await world.claimed('crm')).links).toEqual([link])
  })

  it('leaves the other end of a leased link, and takes it when the lease is given back', async () => {
    await linked(world, customer(1), contact(1))
    const { store, claim, claimed } = world
    await store.mark([changed(customer(1)), changed(contact(1)), changed(contact(2))])
    const forward = await claimed('commerce')
    expect(ids(await claim('crm'))).toEqual(['0032'])
    expect(await claim('crm')).toBeNull()
    await store.save(forward.token, settlement({ rows: [settle(customer(1))] }))
    expect(ids(await claim('crm'))).toEqual(['0031'])
  })

  it('keeps the lease of a link while the pass still works on its row', async () => {
    await linked(world, customer(1), contact(1))
    const { store, claim, claimed } = world
    await store.mark([changed(customer(1)), changed(customer(2)), changed(contact(1)), changed(contact(2))])
    const forward = await claimed('commerce')
    await store.save(
      forward.token,
      settlement({ rows: [keep(customer(1)), keep(customer(2))], links: [put(customer(2), contact(2))] }),
    )
    expect(await claim('crm'), 'also the link it has just made').toBeNull()
    await store.save(forward.token, settlement({ rows: [free(customer(1)), settle(customer(2))] }))
    expect(ids(await claim('crm'))).toEqual(['0031', '0032'])
  })

  it('steps over any number of held back rows to the ones behind them', async () => {
    const { store, claim, claimed, clock } = world
    const many = Array.from({ length: 30 }, (_, n) => n)
    await store.mark(many.map(n => changed(customer(n))))
    const first = await claimed()
    const links = many.map(n => put(customer(n), contact(n)))
    await store.save(first.token, settlement({ rows: many.map(n => settle(customer(n))), links }))
    await store.mark(many.map(n => changed(customer(n))))
    await claimed()
    await store.mark(many.map(n => changed(contact(n))))
    clock.advance(1_000)
    await store.mark([changed(contact('free'))])
    expect(ids(await claim('crm', { limit: 5 }))).toEqual(['003free'])
  })

  it('makes rows claimed over an expired lease uncertain, and they stay so until settled', async () => {
    const { store, claimed, claim, expire } = world
    await store.mark([changed(customer(1))])
    const first = await claimed()
    expect(first.rows[0]?.uncertain).toBe(false)
    expect(await claim()).toBeNull()
    await expire()
    const second = await claimed()
    expect(second.rows[0]?.uncertain).toBe(true)
    await store.save(second.token, settlement({ rows: [free(customer(1))] }))
    const third = await claimed()
    expect(third.rows[0]?.uncertain).toBe(true)
    await store.save(third.token, settlement({ rows: [settle(customer(1))] }))
    await store.mark([changed(customer(1))])
    expect((await claimed()).rows[0]?.uncertain).toBe(false)
  })

  it('frees the links of an expired claim together with its rows', async () => {
    await linked(world, customer(1), contact(1))
    const { store, claimed, claim, expire } = world
    await store.mark([changed(customer(1)), changed(contact(1))])
    const dead = await claimed('commerce')
    await expire()
    expect(ids(await claim('crm'))).toEqual(['0031'])
    expect(await claim('commerce'), 'the other end is at work now').toBeNull()
    expect(await store.save(dead.token, settlement({ rows: [settle(customer(1))] }))).toBe(false)
  })

  it('renews what it holds, says when it was lost, and forgets what is wholly saved', async () => {
    const { store, claimed, claim, expire } = world
    await store.mark([changed(customer(1)), changed(customer(2))])
    const first = await claimed()
    expect(await store.renew(first.token, 60_000)).toBe(true)
    await expire()
    expect(await store.renew(first.token, 60_000), 'expired, but nobody came').toBe(true)
    expect(await claim()).toBeNull()
    await expire()
    await claimed()
    expect(await store.renew(first.token, 60_000)).toBe(false)
    expect(await store.renew('nobody', 60_000)).toBe(false)
  })

  it('gives rows back untouched, not before the time asked for', async () => {
    await linked(world, customer(1), contact(1))
    const { store, claimed, claim, clock } = world
    await store.mark([changed(customer(1), { version: 3 }), changed(contact(1))])
    const first = await claimed()
    await store.release(first.token, { notBefore: after(30_000) })
    expect(ids(await claim('crm')), 'its link is free at once').toEqual(['0031'])
    expect(await store.save(first.token, settlement({ rows: [settle(customer(1))] }))).toBe(false)
    await store.mark([changed(customer(1))])
    clock.advance(29_999)
    expect(await claim(), 'a new mark does not lift it').toBeNull()
    clock.advance(1)
    expect(await claim(), 'its link is leased now').toBeNull()
    await world.expire()
    const [row] = (await claimed()).rows
    expect(row).toMatchObject({ version: 3, attempts: 0, uncertain: false })
    await store.release('nobody', { notBefore: null })
  })

  it('says when the next row becomes due, or the lease that holds it back ends', async () => {
    const { store, claimed, clock } = world
    expect(await store.nextDue('commerce')).toBeNull()
    await store.mark([changed(customer(1))], { notBefore: after(9_000) })
    await store.mark([changed(customer(2), { lane: 'backfill' })], { notBefore: after(7_000) })
    expect([await store.nextDue('commerce'), await store.nextDue('crm')]).toEqual([after(7_000), null])
    clock.advance(10_000)
    expect(await store.nextDue('commerce')).toBe(after(7_000))
    await claimed()
    await claimed()
    const leaseEnds = Date.parse((await store.nextDue('commerce')) ?? '')
    expect(leaseEnds).toBeGreaterThan(Date.parse(after(10_000)))
    expect(leaseEnds).toBeLessThanOrEqual(Date.parse(after(70_000)))
  })

  it('counts what is due up to a limit', async () => {
    const { store } = world
    await store.mark(Array.from({ length: 20 }, (_, n) => changed(customer(n), { lane: n < 12 ? 'live' : 'backfill' })))
    await store.mark([changed(customer('later'))], { notBefore: after(1) })
    expect(await store.due('commerce', ['live'], 100)).toBe(12)
    expect(await store.due('commerce', ['live', 'backfill'], 100)).toBe(20)
    expect(await store.due('commerce', ['live', 'backfill'], 15)).toBe(15)
    expect(await store.due('crm', ['live'], 100)).toBe(0)
    expect(await store.due('commerce', [], 100)).toBe(0)
  })

  it('never gives a row to two claims that run at once', async () => {
    const { store, claim, another, name } = world
    const stores = name === 'PostgreSQL' ? [store, (await another()).store, (await another()).store] : [store]
    const refs = Array.from({ length: 300 }, (_, n) => customer(n))
    await store.mark(refs.map(ref => changed(ref)))
    const claims: Claim[] = []
    await Promise.all(
      Array.from({ length: 12 }, async (_, n) => {
        const from = stores[n % stores.length] ?? store
        for (;;) {
          const taken = await from.claim({ side: 'commerce', limit: 17, lanes: ['live'], leaseMs: 60_000 })
          if (taken === null) return
          claims.push(taken)
        }
      }),
    )
    // A claimer that lost every candidate to another may have gone home early; nothing may be left all the same.
    for (let last = await claim(); last !== null; last = await claim()) claims.push(last)
    const taken = claims.flatMap(ids)
    expect(taken).toHaveLength(300)
    expect(new Set(taken).size).toBe(300)
  })

  it('never has both ends of a link at work in two claims that run at once', async () => {
    const { store, claimed } = world
    const all = Array.from({ length: 40 }, (_, n) => n)
    await store.mark(all.map(n => changed(customer(n))))
    const { token } = await claimed()
    const links = all.map(n => put(customer(n), contact(n)))
    await store.save(token, settlement({ rows: all.map(n => settle(customer(n))), links }))
    for (let round = 0; round < 10; round++) {
      await store.mark(all.flatMap(n => [changed(customer(n)), changed(contact(n))]))
      const sides = ['commerce', 'crm', 'commerce', 'crm', 'crm', 'commerce'] as const
      const claims = await Promise.all(sides.map(side => world.claim(side, { limit: 15 })))
      const ends = claims.flatMap(claim => ids(claim).map(id => id.replace(/^\D+|^003/, '')))
      expect(new Set(ends).size).toBe(ends.length)
      for (const claim of claims)
        if (claim !== null)
          await store.save(claim.token, settlement({ rows: claim.rows.map(({ ref }) => settle(ref)) }))
    }
  })
})
