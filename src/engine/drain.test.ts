import { describe, expect, it } from 'vitest'
import { settle, steppedClock } from '../../test/memory/steppedClock.ts'
import { failure } from '../../test/memory/systems.ts'
import { type PortCall, tapped } from '../../test/memory/tapped.ts'
import { memoryWorld } from '../../test/memory/world.ts'
import type { ChangeEvent } from '../model/resource.ts'
import { drain } from './drain.ts'

/** A worker over the in-memory world whose Salesforce answers when the test says so. */
function stage(pace: { passSize?: number; callsInFlight?: number } = {}, maxDelayMs = 60_000) {
  const world = memoryWorld()
  const { clock, advance } = steppedClock(world.clock)
  const held: { call: PortCall; answer: () => void }[] = []
  const engine = tapped(
    { ...world.engine, clock, pace: { ...world.engine.pace, maxDelayMs, ...pace } },
    async (call, effect) => {
      if (call.port === 'crm' && call.method === 'write') await new Promise<void>(answer => held.push({ call, answer }))
      return effect()
    },
  )
  const stop = new AbortController()
  const worker = drain(engine, { signal: stop.signal })
  let people = 0
  return {
    world,
    worker,
    stop,
    held,
    advance,
    async signUp(count: number): Promise<void> {
      for (let n = 0; n < count; n++) await world.shopper.saves(`demo/${++people}`, { lastName: `L${people}` })
      worker.wake()
      await settle()
    },
    /** So many sign up in one moment. */
    async floodOf(count: number): Promise<void> {
      const { commerce, store } = world
      const events = Array.from({ length: count }, (): ChangeEvent => {
        const ref = commerce.put(`demo/${++people}`, { lastName: `L${people}` })
        const at = clock.now()
        return { id: ref.id, ref, kind: 'changed', version: 1, at, correlationId: ref.id, lane: 'live', erase: false }
      })
      await store.mark(events)
      worker.wake()
      await settle()
    },
    async answer(): Promise<void> {
      held.shift()?.answer()
      await settle()
    },
  }
}

/** A worker that has done its first pass, and waits for more. */
async function afterOne() {
  const now = stage({ passSize: 1_000 }, 2_000)
  await now.signUp(1)
  while (now.held.length > 0) await now.answer()
  return now
}

describe('the loop of a worker', () => {
  it('begins at once when nothing is under way', async () => {
    const now = stage()
    await now.signUp(1)
    expect(now.held).toHaveLength(1)
    await now.answer()
    expect(now.worker.state().passes).toMatchObject({ count: 1, sizes: [1] })
    now.stop.abort()
    await now.worker.done
  })

  it('lets what is less than a pass wait for the one under way', async () => {
    const now = stage({ passSize: 3 })
    await now.signUp(1)
    await now.signUp(2)
    await now.advance(200)
    expect(now.held).toHaveLength(1)
    await now.answer()
    await now.answer()
    expect(now.worker.state().passes.sizes).toEqual([1, 2])
    now.stop.abort()
    await now.worker.done
  })

  it('begins another pass while a full one waits, and no more than it may have under way', async () => {
    const now = stage({ passSize: 3, callsInFlight: 2 })
    await now.signUp(1)
    await now.signUp(7)
    await now.advance(200)
    expect(now.held).toHaveLength(2)
    await now.answer()
    expect(now.held).toHaveLength(2)
    while (now.held.length > 0) await now.answer()
    expect(now.worker.state().passes.sizes.toSorted()).toEqual([1, 1, 3, 3])
    expect(now.world.store.dirtyRows.size).toBe(0)
    now.stop.abort()
    await now.worker.done
  })

  it('gathers a flood into one pass though calls are not short, and no longer than a change may wait', async () => {
    const now = await afterOne()
    for (let turns = 0; turns < 39; turns++) {
      await now.floodOf(20)
      await now.advance(50)
      expect(now.held).toHaveLength(0)
    }
    await now.floodOf(20)
    await now.advance(50)
    expect(now.held.length).toBeGreaterThan(0)
    while (now.held.length > 0) await now.answer()
    expect(now.worker.state().passes.sizes).toEqual([1, 800])
    now.stop.abort()
    await now.worker.done
  })

  it('begins with a burst as soon as it is over', async () => {
    const now = await afterOne()
    await now.floodOf(60)
    expect(now.held).toHaveLength(0)
    await now.advance(50)
    expect(now.held).toHaveLength(0)
    await now.advance(50)
    expect(now.held.length).toBeGreaterThan(0)
    while (now.held.length > 0) await now.answer()
    expect(now.worker.state().passes.sizes).toEqual([1, 60])
    now.stop.abort()
    await now.worker.done
  })

  it('does not wait for a call that has been away for longer than a change may wait', async () => {
    const now = stage({ passSize: 3 }, 10_000)
    await now.signUp(1)
    await now.signUp(1)
    await now.advance(8_900)
    expect(now.held).toHaveLength(1)
    await now.advance(200)
    expect(now.held).toHaveLength(2)
    while (now.held.length > 0) await now.answer()
    now.stop.abort()
    await now.worker.done
  })

  it('counts passes that fail together as one trouble, and goes on by itself', async () => {
    const now = stage({ passSize: 1, callsInFlight: 3 })
    const trouble = failure('unavailable', 'HTTP_503')
    now.world.crm.fault = () => trouble
    await now.signUp(3)
    await now.advance(200)
    expect(now.held).toHaveLength(3)
    const began = Date.parse(now.world.clock.now())
    while (now.held.length > 0) await now.answer()
    const { paused } = now.worker.state()
    expect(paused).toMatchObject({ is: 'unavailable', code: 'HTTP_503' })
    // The first trouble pauses for a second at most; three of them in a row would pause for up to four.
    expect(Date.parse(paused?.until ?? '') - began).toBeLessThanOrEqual(1_000)
    now.world.crm.fault = () => null
    for (let turns = 0; turns < 20; turns++) {
      await now.advance(500)
      while (now.held.length > 0) await now.answer()
    }
    expect(now.world.store.dirtyRows.size).toBe(0)
    expect(now.worker.state().paused).toBeNull()
    now.stop.abort()
    await now.worker.done
  })

  it('ends when what is under way has ended', async () => {
    const now = stage()
    await now.signUp(1)
    now.stop.abort()
    let over = false
    void now.worker.done.then(() => {
      over = true
    })
    await settle()
    expect(over).toBe(false)
    await now.answer()
    expect(over).toBe(true)
    expect(now.world.store.linkRows.size).toBe(2)
  })
})
