/** SAVE of links that share one CRM record: exactly one is primary, whoever comes and goes, also in the same moment. */
import { expect, it } from 'vitest'
import { formerKey } from '../../src/model/identity.ts'
import type { LinkChange } from '../../src/model/outcome.ts'
import type { ResourceRef } from '../../src/model/resource.ts'
import { changed, contact, customer, deleted, put, settle, settlement } from './storeWords.ts'
import { linked, onEachDatabase } from './storeWorld.ts'

onEachDatabase('SAVE of shared records', world => {
  const save = async (ref: ResourceRef, links: readonly LinkChange[], gone = false): Promise<boolean> => {
    await world.store.mark([gone ? deleted(ref) : changed(ref)])
    const claim = await world.store.claim({ side: 'commerce', limit: 10, leaseMs: 60_000, lanes: ['live'] })
    const rows = (claim?.rows ?? []).map(row => settle(row.ref, 1, gone))
    return world.store.save(claim?.token ?? '', settlement({ rows, links }))
  }
  const behind = (n: number, crm: ResourceRef) => put(customer(n), crm, { primary: false, base: {} })
  const on = async (crm: ResourceRef) =>
    (await world.store.claimants([crm])).map(one => [one.commerce.id, one.primary] as const)
  const linkOf = async (n: number) => {
    const [link] = await world.store.links([customer(n)])
    if (link === undefined) throw new Error(`customer ${n} is not linked`)
    return link
  }
  const remove = async (n: number, ifShared?: ResourceRef): Promise<LinkChange> => ({
    do: 'remove',
    link: await linkOf(n),
    ...(ifShared === undefined ? {} : { ifShared }),
  })

  it('the oldest that remains is primary once the primary one has gone, with what was agreed on, and is looked at', async () => {
    await linked(world, customer(1), contact(1))
    await save(customer(2), [behind(2, contact(1))])
    await save(customer(3), [behind(3, contact(1))])
    expect(await on(contact(1))).toEqual([
      ['demo/c1', true],
      ['demo/c2', false],
      ['demo/c3', false],
    ])
    expect(await save(customer(1), [await remove(1, contact(1))], true)).toBe(true)
    expect(await on(contact(1))).toEqual([
      ['demo/c2', true],
      ['demo/c3', false],
    ])
    expect(await linkOf(2)).toMatchObject({ revision: 2, base: { FirstName: 'k1.aaa', [formerKey]: 'of.former' } })
    expect(await world.store.dirty(customer(2))).toMatchObject({ forced: true, uncertain: true })
    expect(await world.store.dirty(customer(3))).toBeNull()
  })

  it('one that comes behind a primary one who has gone meanwhile is looked at again', async () => {
    await linked(world, customer(1), contact(1))
    await save(customer(1), [await remove(1)], true)
    await save(customer(2), [behind(2, contact(1))])
    expect(await on(contact(1))).toEqual([])
    expect(await world.store.dirty(customer(2))).toMatchObject({ forced: true, uncertain: true })
  })

  it('a record that is no more is left by all that shared it', async () => {
    await linked(world, customer(1), contact(1))
    await save(customer(2), [behind(2, contact(1))])
    await linked(world, customer(3), contact(3))
    const { revision } = await linkOf(1)
    await save(customer(1), [{ ...put(customer(1), contact(3), { primary: false, base: {}, revision }), brings: true }])
    expect(await on(contact(1))).toEqual([])
    expect((await on(contact(3))).toSorted()).toEqual([
      ['demo/c1', false],
      ['demo/c2', false],
      ['demo/c3', true],
    ])
    expect(await world.store.dirty(customer(2))).toMatchObject({ forced: true, uncertain: true })
  })

  it('what rests on sharing is looked at again when nobody shares it any more, and stays a deletion', async () => {
    await linked(world, customer(1), contact(1))
    await save(customer(2), [behind(2, contact(1))])
    await save(customer(2), [await remove(2)], true)
    await save(customer(1), [await remove(1, contact(1))], true)
    expect(await on(contact(1))).toEqual([['demo/c1', true]])
    expect(await world.store.dirty(customer(1))).toMatchObject({ deleted: true, uncertain: true })
  })

  it('ends with exactly one primary when two claim a record in the same moment, and when one goes as one comes', async () => {
    for (let round = 0; round < 20; round++) {
      const [a, b, c] = [round * 10 + 100, round * 10 + 101, round * 10 + 102]
      const crm = contact(a)
      const claimed = async (n: number) => {
        await world.store.mark([changed(customer(n))])
        const claim = await world.store.claim({ side: 'commerce', limit: 1, leaseMs: 60_000, lanes: ['live'] })
        return { n, token: claim?.token ?? '', rows: (claim?.rows ?? []).map(row => settle(row.ref, 1)) }
      }
      const [first, second] = [await claimed(a), await claimed(b)]
      await Promise.all(
        [first, second].map(({ n, token, rows }) =>
          world.store.save(token, settlement({ rows, links: [put(customer(n), crm)] })),
        ),
      )
      const held = await on(crm)
      expect(held.map(([, primary]) => primary)).toEqual([true])
      const winner = held[0]?.[0] === customer(a).id ? a : b
      const link = await linkOf(winner)
      // The loser is marked again; it and a third one come behind while the winner goes.
      await world.store.mark([changed(customer(winner)), changed(customer(c))])
      const claim = await world.store.claim({ side: 'commerce', limit: 10, leaseMs: 60_000, lanes: ['live'] })
      const rowsOf = (n: number) => (claim?.rows ?? []).filter(row => row.ref.id === customer(n).id)
      expect(rowsOf(winner)).toHaveLength(1)
      await world.store.release(claim?.token ?? '', { notBefore: null })
      const one = await world.store.claim({ side: 'commerce', limit: 1, leaseMs: 60_000, lanes: ['live'] })
      const two = await world.store.claim({ side: 'commerce', limit: 1, leaseMs: 60_000, lanes: ['live'] })
      const links = (id: string): LinkChange[] =>
        id === customer(winner).id
          ? [{ do: 'remove', link }]
          : [put({ side: 'commerce', type: 'customer', id }, crm, { primary: false, base: {} })]
      await Promise.all(
        [one, two].map(async each => {
          const [row] = each?.rows ?? []
          if (each === null || row === undefined) return
          await world.store.save(each.token, settlement({ rows: [settle(row.ref, 2)], links: links(row.ref.id) }))
        }),
      )
      const after = await on(crm)
      expect(after.filter(([, primary]) => primary).length, JSON.stringify(after)).toBe(after.length === 0 ? 0 : 1)
    }
  })
})
