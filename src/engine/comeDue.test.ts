import { describe, expect, it } from 'vitest'
import { failure } from '../../test/memory/systems.ts'
import { memoryWorld, personMapping } from '../../test/memory/world.ts'
import { cartCart } from '../mappings/cart-cart/index.ts'
import { guestPerson } from '../mappings/guest-person/index.ts'
import type { JsonObject } from '../model/resource.ts'
import { comeDue, comeDueOnce, dueStream } from './comeDue.ts'
import { rollStream } from './rollCall.ts'

const signal = new AbortController().signal
const hourMs = 3_600_000
const minuteMs = 60_000

const euros = (cents: number): JsonObject => ({ currencyCode: 'EUR', centAmount: cents, fractionDigits: 2 })
const cart = (some: JsonObject = {}): JsonObject => ({
  cartState: 'Active',
  customerEmail: 'gil@example.com',
  totalPrice: euros(10_000),
  deleteDaysAfterLastModification: 90,
  lineItems: [{ id: 'l', name: { en: 'Mug' }, variant: { sku: 'MUG' }, quantity: 2, totalPrice: euros(10_000) }],
  ...some,
})

/** A shop whose carts are looked at by hand; those left for an hour and worth fifty euros count. */
async function stage() {
  const world = memoryWorld({
    mappings: [personMapping, guestPerson(), cartCart({ abandonedAfterMs: hourMs, minimumValue: { EUR: 50 } })],
  })
  const look = (how: { rollMs?: number } = {}) => comeDueOnce(world.engine, signal, { rollMs: hourMs * 24, ...how })
  await look()
  world.clock.advance(minuteMs)
  return {
    ...world,
    quiet: () => world.quiet(),
    look,
    changes: (id: string, some: JsonObject = {}) => world.commerce.put(`demo/${id}`, cart({ id, ...some }), 'cart'),
    async lookAfter(ms: number) {
      world.clock.advance(ms)
      const seen = await look()
      await world.quiet()
      return seen
    },
    stateOf: (id: string) =>
      world.crm.of('CT_Cart__c').find(row => row.fields.CT_Id__c === `demo/${id}`)?.fields.CT_Status__c,
  }
}

describe('carts that come due', () => {
  it('are taken up once they were left alone for long enough, and no sooner', async () => {
    const shop = await stage()
    shop.changes('1')
    expect(await shop.lookAfter(50 * minuteMs)).toMatchObject({ due: 0 })
    expect(shop.stateOf('1')).toBeUndefined()
    expect(await shop.lookAfter(20 * minuteMs)).toMatchObject({ due: 1 })
    expect(shop.stateOf('1')).toBe('Abandoned')
    expect(await shop.lookAfter(hourMs)).toEqual({ listed: 0, due: 0, moved: 0, failure: null })
  })

  it.each([
    ['worth too little', { totalPrice: euros(4_999) }],
    ['empty', { lineItems: [] }],
    ['anonymous without an email', { customerEmail: null }],
    ['ordered', { cartState: 'Ordered' }],
    ['merged', { cartState: 'Merged' }],
    ['frozen', { cartState: 'Frozen' }],
  ])('are left alone when %s, without a word to Salesforce', async (_, some) => {
    const shop = await stage()
    shop.changes('1', some)
    expect(await shop.lookAfter(2 * hourMs)).toMatchObject({ due: 0, moved: 0 })
    expect(shop.crm.calls).toEqual([])
    expect(shop.store.journalRows).toEqual([])
  })

  it('are active again when their shopper comes back, and abandoned again when they leave again', async () => {
    const shop = await stage()
    shop.changes('1')
    await shop.lookAfter(2 * hourMs)
    shop.changes('1', { totalPrice: euros(6_000) })
    expect(await shop.lookAfter(minuteMs)).toMatchObject({ moved: 1, due: 0 })
    expect(shop.stateOf('1')).toBe('Active')
    await shop.lookAfter(2 * hourMs)
    expect(shop.stateOf('1')).toBe('Abandoned')
    expect(shop.crm.of('CT_Cart__c')).toHaveLength(1)
  })

  it.each(['Ordered', 'Merged'])('are %s with the next look, and forgotten', async cartState => {
    const shop = await stage()
    shop.changes('1')
    await shop.lookAfter(2 * hourMs)
    shop.changes('1', { cartState })
    await shop.lookAfter(minuteMs)
    expect(shop.stateOf('1')).toBe(cartState)
    expect(shop.store.linkRows.size).toBe(0)
    shop.changes('1', { cartState, locale: 'de' })
    expect(await shop.lookAfter(minuteMs)).toMatchObject({ due: 0, moved: 0 })
  })

  it('that are bought between the look and the pass get no record', async () => {
    const shop = await stage()
    shop.changes('1')
    shop.clock.advance(2 * hourMs)
    expect(await shop.look()).toMatchObject({ due: 1 })
    shop.changes('1', { cartState: 'Ordered' })
    await shop.quiet()
    expect(shop.stateOf('1')).toBeUndefined()
    expect(shop.crm.calls).toEqual([])
  })

  it('that are bought after the pass has read them, and looked at before it has saved, do not stay abandoned', async () => {
    const shop = await stage()
    shop.changes('1')
    shop.clock.advance(2 * hourMs)
    await shop.look()
    const { write } = shop.crm
    let looked = 0
    shop.crm.write = async (call, context) => {
      if (looked++ === 0) {
        shop.changes('1', { cartState: 'Ordered' })
        shop.clock.advance(1_000)
        // Nothing is linked yet: that it is under way must be enough.
        expect(await shop.look()).toMatchObject({ moved: 1 })
      }
      return write(call, context)
    }
    await shop.quiet()
    expect(shop.stateOf('1')).toBe('Ordered')
  })

  it('that the shop deleted, or that grew too old, are Deleted when the roll is called', async () => {
    const shop = await stage()
    for (const id of ['1', '2']) shop.changes(id)
    await shop.lookAfter(2 * hourMs)
    shop.commerce.remove('demo/2', 'cart')
    expect(await shop.lookAfter(minuteMs)).toMatchObject({ moved: 0 })
    expect(await shop.lookAfter(24 * hourMs)).toMatchObject({ moved: 1 })
    expect([shop.stateOf('1'), shop.stateOf('2')]).toEqual(['Abandoned', 'Deleted'])
    expect(await shop.store.linked({ project: 'demo', type: 'cart', after: null, limit: 9 })).toHaveLength(1)
  })

  it('point at the customer for whom they wait, and at a guest who is known', async () => {
    const shop = await stage()
    shop.changes('1', { customerId: 'anna' })
    shop.commerce.put('demo/anna', { firstName: 'Anna', lastName: 'Beck', email: 'anna@example.com' })
    shop.changes('2', { customerEmail: 'nobody@example.com' })
    shop.changes('3', { customerEmail: 'Gil@example.com' })
    await shop.shopper.saves(
      'demo/o1',
      { customerEmail: 'gil@example.com', billingAddress: { lastName: 'Gray' } },
      'order',
    )
    await shop.quiet()
    await shop.lookAfter(2 * hourMs)
    const contactOf = (id: string) =>
      shop.crm.of('CT_Cart__c').find(row => row.fields.CT_Id__c === `demo/${id}`)?.fields.CT_Contact__c
    expect(contactOf('1')).toBe(shop.contact('demo/anna')?.id)
    expect(contactOf('2') ?? null).toBeNull()
    expect(contactOf('3')).toBe(shop.crm.of('Contact').find(row => row.fields.Email === 'gil@example.com')?.id)
  })

  it('are looked at page by page, and from the last page on after a death between mark and position', async () => {
    const shop = await stage()
    shop.commerce.pageSize = 500
    for (let n = 0; n < 2_000; n++) shop.changes(`c${String(n).padStart(4, '0')}`)
    shop.clock.advance(2 * hourMs)
    const put = shop.store.putCheckpoint
    let pages = 0
    shop.store.putCheckpoint = async checkpoint => {
      if (++pages === 3) throw new Error('killed')
      await put(checkpoint)
    }
    await expect(shop.look()).rejects.toThrow('killed')
    shop.store.putCheckpoint = put
    // All of one millisecond: the third page comes again, and nothing is passed over.
    expect(await shop.look()).toMatchObject({ listed: 1_000, due: 1_000 })
    await shop.quiet()
    expect(shop.crm.of('CT_Cart__c')).toHaveLength(2_000)
    expect(new Set(shop.crm.of('CT_Cart__c').map(row => row.fields.CT_Status__c))).toEqual(new Set(['Abandoned']))
  })

  it('lose nobody to a clock that was far ahead', async () => {
    const shop = await stage()
    shop.changes('1', { totalPrice: euros(1) })
    shop.clock.advance(48 * hourMs)
    expect(await shop.look()).toMatchObject({ listed: 1, due: 0 })
    shop.clock.advance(-48 * hourMs + minuteMs)
    shop.changes('2')
    await shop.lookAfter(2 * hourMs)
    expect(shop.stateOf('2')).toBe('Abandoned')
  })

  it('begin on a new database with those of the day before', async () => {
    const world = memoryWorld({ mappings: [personMapping, guestPerson(), cartCart({ abandonedAfterMs: hourMs })] })
    world.commerce.put('demo/old', cart(), 'cart')
    world.clock.advance(24 * hourMs)
    world.commerce.put('demo/new', cart(), 'cart')
    world.clock.advance(2 * hourMs)
    expect(await comeDueOnce(world.engine, signal)).toMatchObject({ listed: 1, due: 1 })
  })

  it('cost one query a look, and are left to another process that looked just now', async () => {
    const shop = await stage()
    let lists = 0
    const { list } = shop.commerce
    shop.commerce.list = (query, context) => {
      lists++
      return list(query, context)
    }
    const looks = async (afterMs: number): Promise<number> => {
      shop.clock.advance(afterMs)
      const before = lists
      const stop = new AbortController()
      shop.clock.sleep = async () => stop.abort()
      await comeDue(shop.engine, { signal: stop.signal, everyMs: minuteMs, wake: () => undefined })
      return lists - before
    }
    expect(await looks(minuteMs)).toBe(1)
    expect(await looks(minuteMs / 2)).toBe(0)
    expect(await looks(minuteMs)).toBe(1)
    expect(shop.commerce.calls).toEqual([])
  })

  it('say why they could not be looked at, and go on from where they were', async () => {
    const shop = await stage()
    shop.changes('1')
    shop.clock.advance(2 * hourMs)
    const before = await shop.store.checkpoint(dueStream('demo', 'cart'))
    shop.commerce.failWith = failure('unavailable')
    expect((await shop.look()).failure?.failure.is).toBe('unavailable')
    expect(await shop.store.checkpoint(dueStream('demo', 'cart'))).toEqual(before)
    shop.commerce.failWith = null
    expect(await shop.look()).toMatchObject({ due: 1, failure: null })
    expect((await shop.store.checkpoint(rollStream('demo', 'cart')))?.position).toBe('')
  })
})
