import { expect, it } from 'vitest'
import { memoryQueue } from '../../test/memory/queue.ts'
import { settle, steppedClock } from '../../test/memory/steppedClock.ts'
import { tapped } from '../../test/memory/tapped.ts'
import { memoryWorld } from '../../test/memory/world.ts'
import { type Delivery, type Log, StoreDown } from '../model/ports.ts'
import { consume } from './consume.ts'

/** What the Subscription says, as short as can be: `{ "customer": "1", "version": 2 }`. */
function decode(body: unknown, { at, correlationId }: { at: string; correlationId: string }): Delivery {
  const { customer, version, of = 'customer' } = (body ?? {}) as { customer?: string; version?: number; of?: string }
  if (customer === undefined || version === undefined) return { is: 'bad', why: 'no customer' }
  const ref = { side: 'commerce' as const, type: of, id: `demo/${customer}` }
  const event = { id: `${customer}@${version}`, ref, kind: 'changed' as const, version, at, correlationId }
  return { is: 'events', events: [{ ...event, lane: 'live', erase: false }], form: 'platform' }
}
const told = (customer: number, version = 1): string => JSON.stringify({ customer: String(customer), version })

/** A service that reads a queue, with a database that does what the test says. */
function stage(options: { readonly receivers?: number } = {}) {
  const world = memoryWorld()
  const { clock, advance } = steppedClock(world.clock)
  const queue = memoryQueue(clock)
  const lines: string[] = []
  const say = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`)
  const log: Log = { debug() {}, info: say, warn: say, error: say, child: () => log }
  let database: 'well' | 'slow' | 'down' | 'broken' = 'well'
  const slow: (() => void)[] = []
  const engine = tapped(
    { ...world.engine, clock, log, systems: { ...world.engine.systems, commerce: { ...world.commerce, decode } } },
    async (call, effect) => {
      if (call.method !== 'mark') return effect()
      if (database === 'down') throw new StoreDown('the database cannot be reached')
      if (database === 'broken') throw new Error('a bug')
      if (database === 'slow') await new Promise<void>(done => slow.push(done))
      return effect()
    },
  )
  const stop = new AbortController()
  const results: string[] = []
  const failed: string[] = []
  let woken = 0
  const consumer = consume(engine, {
    queue,
    signal: stop.signal,
    receivers: options.receivers ?? 1,
    hiddenMs: 30_000,
    wake: () => void woken++,
    observe: { took: result => void results.push(result), failed: (call, code) => void failed.push(`${call} ${code}`) },
  })
  return {
    world,
    queue,
    consumer,
    results,
    failed,
    lines,
    advance,
    woken: () => woken,
    async put(...texts: string[]): Promise<void> {
      queue.put(...texts)
      await settle()
    },
    set(how: typeof database): void {
      database = how
    },
    async answer(): Promise<void> {
      for (const done of slow.splice(0)) done()
      await settle()
    },
    marked: () => [...world.store.dirtyRows.values()].map(({ ref, version }) => `${ref.id} ${version}`).sort(),
    async stop(): Promise<void> {
      stop.abort(new Error('the service stops'))
      await consumer.done
    },
  }
}

it('marks what it takes, tells the worker, and removes it', async () => {
  const now = stage()
  await now.put(told(1), told(2), told(1, 3))
  expect(now.marked()).toEqual(['demo/1 3', 'demo/2 1'])
  expect([now.woken(), now.results]).toEqual([1, ['stored', 'stored', 'stored']])
  expect(now.queue.calls).toEqual(['receive 3', 'remove 3'])
  expect(now.queue.messages.size).toBe(0)
  await now.stop()
})

it('removes nothing before the commit, and keeps it hidden for as long as that takes', async () => {
  const now = stage()
  now.set('slow')
  await now.put(told(1))
  for (let minutes = 0; minutes < 30; minutes++) await now.advance(10_000)
  expect(now.queue.calls.filter(call => call.startsWith('remove'))).toEqual([])
  expect(now.queue.calls.filter(call => call === 'hide 1 for 30000').length).toBeGreaterThan(25)
  expect(now.queue.messages.get('m1')).toMatchObject({ receives: 1 })
  await now.answer()
  expect(now.queue.calls.at(-1)).toBe('remove 1')
  const settled = now.queue.calls.length
  await now.advance(60_000)
  expect(now.queue.calls).toHaveLength(settled)
  await now.stop()
})

it('holds what it has while the database is away, and takes no more', async () => {
  const now = stage()
  now.set('down')
  await now.put(told(1), told(2))
  await now.put(told(3))
  for (let n = 0; n < 40; n++) await now.advance(10_000)
  // Received once: a database that was away for minutes brings nothing nearer to the dead-letter queue.
  expect([...now.queue.messages.values()].map(({ receives }) => receives)).toEqual([1, 1, 0])
  expect(now.queue.calls.filter(call => !call.startsWith('hide'))).toEqual(['receive 2'])
  now.set('well')
  for (let n = 0; n < 4; n++) await now.advance(10_000)
  expect(now.marked()).toEqual(['demo/1 1', 'demo/2 1', 'demo/3 1'])
  expect(now.queue.messages.size).toBe(0)
  await now.stop()
})

it('gives back at once what it cannot store when it stops', async () => {
  const now = stage()
  now.set('down')
  await now.put(told(1))
  await now.advance(500)
  await now.stop()
  expect(now.results).toEqual(['returned'])
  expect(now.queue.calls.at(-1)).toBe('hide 1 for 0')
  expect(now.queue.messages.get('m1')).toMatchObject({ receives: 1, hiddenUntilMs: now.world.clock.monotonicMs() })
})

it('leaves what is no delivery in the queue, later each time, and tells of it without its words', async () => {
  const now = stage()
  await now.put('Anna Beck, anna@example.com', told(1), '{"name":"Anna Beck"}', '['.repeat(100_000))
  expect(now.results).toEqual(['bad', 'stored', 'bad', 'bad'])
  expect([...now.queue.messages.keys()]).toEqual(['m1', 'm3', 'm4'])
  expect(now.lines.filter(line => line.includes('no delivery'))).toHaveLength(3)
  expect(now.lines.join()).toContain('it is no JSON')
  expect(now.lines.join()).not.toMatch(/anna/i)
  const waits: number[] = []
  for (let times = 0; times < 7; times++) {
    const message = now.queue.messages.get('m1')
    const waitMs = (message?.hiddenUntilMs ?? 0) - now.world.clock.monotonicMs()
    waits.push(waitMs / 1_000)
    await now.advance(waitMs)
    // Its turn comes with the end of a long poll.
    await now.advance(20_000)
  }
  expect(waits.map(seconds => seconds > 0)).not.toContain(false)
  expect(now.queue.calls.filter(call => call.startsWith('hide 1 for')).slice(0, 30)).toEqual(
    expect.arrayContaining(['hide 1 for 30000', 'hide 1 for 60000', 'hide 1 for 480000', 'hide 1 for 900000']),
  )
  expect(now.queue.calls.join()).not.toContain('960000')
  await now.stop()
})

it('removes what nobody maps', async () => {
  const now = stage()
  await now.put(JSON.stringify({ customer: '1', version: 1, of: 'product' }))
  expect(now.results).toEqual(['ignored'])
  expect([now.queue.messages.size, now.woken(), now.marked()]).toEqual([0, 0, []])
  await now.stop()
})

it('leaves a delivery that meets a bug in the queue, and goes on', async () => {
  const now = stage()
  now.set('broken')
  await now.put(told(1))
  expect(now.results).toEqual(['failed'])
  expect(now.queue.messages.size).toBe(1)
  now.set('well')
  await now.put(told(2))
  expect(now.marked()).toEqual(['demo/2 1'])
  await now.advance(30_000)
  await now.advance(20_000)
  expect(now.marked()).toEqual(['demo/1 1', 'demo/2 1'])
  await now.stop()
})

it('tries a removal again, and what is doubled because none was carried out changes nothing', async () => {
  const now = stage()
  now.queue.refuse('remove', 1)
  now.world.commerce.put('demo/1', { lastName: 'Beck' })
  await now.put(told(1))
  await now.advance(1_000)
  expect(now.queue.messages.size).toBe(0)
  expect(now.failed).toEqual(['remove InternalError'])

  now.queue.refuse('remove', 3, 'whole')
  await now.put(told(1))
  for (let n = 0; n < 5; n++) await now.advance(1_000)
  expect(now.queue.messages.size).toBe(1)
  expect(now.lines.join()).toContain('will come again')
  await now.world.quiet()
  expect(now.world.writes()).toHaveLength(1)
  for (let n = 0; n < 4; n++) await now.advance(15_000)
  expect(now.results).toEqual(['stored', 'stored', 'stored'])
  expect(now.queue.messages.size).toBe(0)
  await now.world.quiet()
  expect(now.world.writes()).toHaveLength(1)
  await now.stop()
})

it('waits longer and longer for a queue that cannot be read, tells of it once, and says when it is back', async () => {
  const now = stage()
  await now.advance(20_000)
  expect(now.consumer.state()).toMatchObject({ problem: null, answeredAt: expect.any(String) })
  now.queue.refuse('receive', 8, 'whole')
  for (let n = 0; n < 15; n++) await now.advance(5_000)
  expect(now.failed.length).toBeGreaterThan(3)
  expect(now.failed.length).toBeLessThan(8)
  expect(now.consumer.state().problem).toMatchObject({ code: 'ECONNREFUSED', is: 'unavailable' })
  expect(now.lines.filter(line => line.includes('cannot be read now'))).toHaveLength(1)
  for (let n = 0; n < 60; n++) await now.advance(5_000)
  await now.put(told(1))
  expect(now.consumer.state().problem).toBeNull()
  expect(now.lines.filter(line => line.includes('can be read again'))).toHaveLength(1)
  expect(now.marked()).toEqual(['demo/1 1'])
  await now.stop()
})

it('has several batches in hand', async () => {
  const now = stage({ receivers: 3 })
  await settle()
  expect(now.queue.waiting()).toBe(3)
  now.set('slow')
  await now.put(...Array.from({ length: 35 }, (_, at) => told(at)))
  expect(now.queue.calls).toEqual(['receive 10', 'receive 10', 'receive 10'])
  now.set('well')
  await now.answer()
  expect(now.marked()).toHaveLength(35)
  expect(now.queue.messages.size).toBe(0)
  await now.stop()
})
