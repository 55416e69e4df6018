/** HOLD: one identity key, one row at a time, for as long as its claim lives. */
import { expect, it } from 'vitest'
import { changed, customer, keep, settle, settlement } from './storeWords.ts'
import { onEachDatabase } from './storeWorld.ts'

onEachDatabase('HOLD', world => {
  /** A claim of one customer each. */
  const claimOf = async (n: number) => {
    await world.store.mark([changed(customer(n))])
    return world.claimed('commerce')
  }
  const wants = (n: number, ...keys: string[]) => ({ ref: customer(n), keys })

  it('gives a key to one claim, and refuses it to another one until the row is saved', async () => {
    const { store } = world
    const [first, second] = [await claimOf(1), await claimOf(2)]
    expect(await store.hold(first.token, [wants(1, 'a', 'b')])).toEqual([])
    expect(await store.hold(first.token, [wants(1, 'b', 'a')])).toEqual([])
    expect(await store.hold(second.token, [wants(2, 'b', 'c')])).toEqual([customer(2)])
    // What was refused has left nothing behind.
    const third = await claimOf(3)
    expect(await store.hold(third.token, [wants(3, 'c')])).toEqual([])
    await store.save(first.token, settlement({ rows: [settle(customer(1), 1)] }))
    expect(await store.hold(second.token, [wants(2, 'b')])).toEqual([])
  })

  it('gives a key to one row of a claim, the first, and keeps it while that row is kept', async () => {
    const { store } = world
    await store.mark([1, 2].map(n => changed(customer(n))))
    const claim = await world.claimed('commerce')
    expect(await store.hold(claim.token, [wants(1, 'a'), wants(2, 'a', 'b')])).toEqual([customer(2)])
    await store.save(claim.token, settlement({ rows: [keep(customer(1))] }))
    expect(await store.hold(claim.token, [wants(2, 'a')])).toEqual([customer(2)])
    await store.save(claim.token, settlement({ rows: [settle(customer(1), 1)] }))
    expect(await store.hold(claim.token, [wants(2, 'a')])).toEqual([])
  })

  it('takes a key over from a claim that died or was given back', async () => {
    const { store } = world
    const [first, second] = [await claimOf(1), await claimOf(2)]
    await store.hold(first.token, [wants(1, 'a')])
    await store.release(first.token, { notBefore: null })
    expect(await store.hold(second.token, [wants(2, 'a')])).toEqual([])
    await world.expire()
    const third = await claimOf(3)
    expect(await store.hold(third.token, [wants(3, 'a')])).toEqual([])
    // The dead one gets nothing any more.
    expect(await store.hold(second.token, [wants(2, 'z')])).toEqual([customer(2)])
  })

  it('takes keys of any kind as they are, and none for nothing', async () => {
    const { store } = world
    const [first, second] = [await claimOf(1), await claimOf(2)]
    const odd = ['Contact.Email=o\'hara"\\{},@example.com', 'é', 'É', ' ', 'x'.repeat(255)]
    expect(await store.hold(first.token, [wants(1, ...odd)])).toEqual([])
    for (const key of odd) expect(await store.hold(second.token, [wants(2, key)])).toEqual([customer(2)])
    expect(await store.hold(second.token, [wants(2)])).toEqual([])
    expect(await store.hold(second.token, [])).toEqual([])
  })
})
