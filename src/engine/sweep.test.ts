import { describe, expect, it } from 'vitest'
import { failure } from '../../test/memory/systems.ts'
import { memoryWorld } from '../../test/memory/world.ts'
import { RemoteFailure } from '../model/outcome.ts'
import { streamOf, sweep, sweepOnce } from './sweep.ts'

const anna = { firstName: 'Anna', lastName: 'Beck', email: 'anna@example.com' }
const signal = new AbortController().signal

/** A world whose sweeps have begun, in which what the shop saves may be announced or not. */
async function stage() {
  const world = memoryWorld()
  await sweepOnce(world.engine, signal)
  return { ...world, quiet: () => world.quiet(), sweep: () => sweepOnce(world.engine, signal) }
}

describe('a sweep', () => {
  it('finds a change that no delivery told of, and nothing of what one did', async () => {
    const world = await stage()
    await world.shopper.saves('demo/told', anna)
    await world.quiet()
    world.clock.advance(1_000)
    world.commerce.put('demo/lost', anna)
    expect(await world.sweep()).toEqual({ listed: 2, found: 1, failure: null })
    await world.quiet()
    expect(world.contact('demo/lost')?.fields.LastName).toBe('Beck')
    expect(await world.sweep()).toMatchObject({ listed: 0, found: 0 })
  })

  it('finds the lost change of a record that is known', async () => {
    const world = await stage()
    await world.shopper.saves('demo/1', anna)
    await world.quiet()
    world.clock.advance(1_000)
    world.commerce.put('demo/1', { ...anna, email: 'anna@example.org' })
    expect(await world.sweep()).toMatchObject({ found: 1 })
    await world.quiet()
    expect(world.contact('demo/1')?.fields.Email).toBe('anna@example.org')
  })

  it('leaves alone what waits to be read, and leaves no line in the journal', async () => {
    const world = await stage()
    await world.shopper.saves('demo/1', anna)
    const lines = world.store.journalRows.length
    expect(await world.sweep()).toMatchObject({ listed: 1, found: 0 })
    expect(world.store.journalRows).toHaveLength(lines)
    expect(world.crm.calls).toEqual([])
  })

  it('is no backfill: a new database begins a little before now', async () => {
    const world = memoryWorld()
    world.commerce.put('demo/old', anna)
    world.clock.advance(3_600_000)
    world.commerce.put('demo/new', anna)
    expect(await sweepOnce(world.engine, signal)).toMatchObject({ listed: 1, found: 1 })
  })

  it('goes on where it stopped, however long ago that was', async () => {
    const world = await stage()
    world.clock.advance(1_000)
    world.commerce.put('demo/1', anna)
    world.clock.advance(86_400_000)
    expect(await world.sweep()).toMatchObject({ found: 1 })
  })

  it('leaves to another process what that one looked at just now', async () => {
    const world = await stage()
    const looks = async (afterMs: number): Promise<number> => {
      world.clock.advance(afterMs)
      const before = world.swept.length
      const stop = new AbortController()
      world.clock.sleep = async () => stop.abort()
      await sweep(world.engine, { signal: stop.signal, everyMs: 60_000, wake: () => undefined })
      return world.swept.length - before
    }
    expect(await looks(20_000)).toBe(0)
    expect(await looks(40_000)).toBe(1)
    expect(await looks(20_000)).toBe(0)
    // Whose clock was an hour ahead held nobody up.
    expect(await looks(-3_600_000)).toBe(1)
  })

  it('looks again when it died between the mark and its position', async () => {
    const world = await stage()
    world.clock.advance(1_000)
    world.commerce.put('demo/1', anna)
    const put = world.store.putCheckpoint
    world.store.putCheckpoint = () => Promise.reject(new Error('killed'))
    await expect(world.sweep()).rejects.toThrow('killed')
    world.store.putCheckpoint = put
    expect(await world.sweep()).toMatchObject({ listed: 1, found: 0 })
    await world.quiet()
    expect(world.contact('demo/1')?.fields.LastName).toBe('Beck')
    expect((await world.store.checkpoint(streamOf('demo', 'customer')))?.position).toContain('demo/1')
  })
  it('does not bring back what is listed as failed', async () => {
    const world = await stage()
    world.crm.fault = () => failure('invalid', 'STRING_TOO_LONG')
    await world.shopper.saves('demo/refused', anna)
    await world.quiet()
    expect(world.store.failureRows).not.toEqual([])
    expect(await world.sweep()).toMatchObject({ listed: 1, found: 0 })
  })

  it('looks at the other types where one cannot be listed, and says so', async () => {
    const world = memoryWorld()
    const { list } = world.commerce
    world.commerce.list = (query, context) => {
      if (query.project === 'away') throw new RemoteFailure(failure('unavailable'))
      return list(query, context)
    }
    Object.assign(world.commerce, { projects: ['away', 'demo'] })
    world.commerce.put('demo/1', anna)
    let woken = 0
    const stop = new AbortController()
    world.clock.sleep = async () => stop.abort()
    await sweep(world.engine, { signal: stop.signal, everyMs: 1_000, wake: () => woken++ })
    expect(woken).toBe(1)
    expect(await world.store.checkpoint(streamOf('away', 'customer'))).toBeNull()
    expect(await world.store.checkpoint(streamOf('demo', 'customer'))).not.toBeNull()
    expect(world.swept).toMatchObject([{ listed: 1, found: 1 }])
  })
})
