/** When a record is listed as failed, and when that is over. */
import { describe, expect, it } from 'vitest'
import { failure } from '../../test/memory/systems.ts'
import { memoryWorld } from '../../test/memory/world.ts'

const anna = { firstName: 'Anna', lastName: 'Beck', email: 'anna@example.com', note: 'met at the fair' }

describe('the list of failures', () => {
  it('slows down, and lists the record in the end, when one row that travels alone is stale again and again', async () => {
    const world = memoryWorld({ maxAttempts: 6 })
    await world.shopper.saves('demo/1', anna)
    await world.quiet()
    world.crm.calls.length = 0
    world.crm.fault = () => failure('stale', 'UNABLE_TO_LOCK_ROW')
    await world.shopper.saves('demo/1', { ...anna, email: 'anna@example.org' })
    for (let turns = 0; turns < 50; turns++) await world.pass()
    expect(world.writes().length, 'writes without any time going by').toBeLessThanOrEqual(4)
    await world.quiet()
    expect(world.store.failureRows).toMatchObject([{ failure: { code: 'UNABLE_TO_LOCK_ROW' }, state: 'open' }])
  })

  it('closes what it listed of a record when that is there after all, or is deleted', async () => {
    const world = memoryWorld()
    for (const id of ['demo/late', 'demo/left'])
      await world.announce({ side: 'commerce', type: 'customer', id }, { version: 1 })
    await world.quiet()
    expect(world.store.failureRows.map(one => one.state)).toEqual(['open', 'open'])
    world.commerce.put('demo/late', anna)
    await world.shopper.saves('demo/late', anna)
    await world.announce({ side: 'commerce', type: 'customer', id: 'demo/left' }, { version: 2, deleted: true })
    await world.quiet()
    expect(world.store.failureRows.map(one => one.state)).toEqual(['resolved', 'resolved'])
  })

  it('does not list a customer who is known to be gone when the group marks them once more', async () => {
    const world = memoryWorld()
    const ref = await world.shopper.saves('demo/1', anna)
    await world.quiet()
    await world.shopper.leaves('demo/1')
    await world.quiet()
    await world.announce(ref, { version: null })
    await world.quiet()
    expect(world.store.failureRows).toEqual([])
  })
})
