import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { ChangeEvent } from '../../model/resource.ts'
import { changes } from './changes.ts'
import type { Client } from './client.ts'
import { type Window, windowOf } from './place.ts'

const startMs = Date.UTC(2026, 0, 1)
const context = { correlationId: 'c-1', signal: new AbortController().signal }
const idOf = (n: number): string => `003${String(n).padStart(12, '0')}AAA`
const bodyForm = z.object({ compositeRequest: z.array(z.object({ url: z.string(), referenceId: z.string() })) })

/** `edit` numbers the states of records, which stamps do not tell apart: what a read would find. */
type Stored = { object: string; id: string; stamp: number; isDeleted: boolean; by: string; edit: number }

/** An org that knows the feed's questions and nothing else. Stamps are seconds; nothing is visible before its commit. */
function org() {
  const rows = new Map<string, Stored>()
  let nowMs = startMs
  let calls = 0
  /** How far the clock of the machine that answers is behind. */
  let behindMs = 0
  const answer = (soql: string): object => {
    const [, object, direction, limit] = /FROM (\w+) .*ORDER BY SystemModstamp( DESC)?.* LIMIT (\d+)$/.exec(soql) ?? []
    const [, from] = / >= (\S+)/.exec(soql) ?? []
    const [, after, id] = / AND \(SystemModstamp > (\S+) OR Id > '(\w+)'\)/.exec(soql) ?? []
    const second = (text = ''): number => Date.parse(text) / 1000
    const found = [...rows.values()]
      .filter(row => row.object === object && row.stamp >= second(from))
      .filter(row => after === undefined || row.stamp > second(after) || row.id > (id ?? ''))
      .sort((a, b) => a.stamp - b.stamp || (a.id < b.id ? -1 : 1))
    if (direction) found.reverse()
    const records = found.slice(0, Number(limit)).map(row => ({
      Id: row.id,
      SystemModstamp: new Date(row.stamp * 1000).toISOString().replace('Z', '+0000'),
      IsDeleted: row.isDeleted,
      LastModifiedById: row.by,
    }))
    return { done: true, records }
  }
  const client: Client = {
    root: '/services/data/v67.0',
    deadline: () => 0,
    limits: async () => null,
    session: async () => ({ token: 't', instanceUrl: 'http://localhost', orgId: '00D000000000001AAA' }),
    async call({ body = '' }) {
      calls++
      const { compositeRequest } = bodyForm.parse(JSON.parse(body))
      expect(compositeRequest.length).toBeLessThanOrEqual(5)
      const compositeResponse = compositeRequest.map(({ url, referenceId }) => ({
        referenceId,
        httpStatusCode: 200,
        body: answer(decodeURIComponent(url.split('?q=')[1] ?? '')),
      }))
      // The Date header has whole seconds.
      const sentAtMs = Math.floor((nowMs - behindMs) / 1000) * 1000
      return { status: 200, json: { compositeResponse }, sentAtMs }
    },
  }
  const clock = { now: () => new Date(nowMs).toISOString(), monotonicMs: () => 0, sleep: async () => {} }
  const deps = { client, describe: { schema: async () => new Map(), known: () => undefined }, clock }
  return {
    rows,
    calls: () => calls,
    now: () => Math.floor(nowMs / 1000),
    advance: (ms: number) => {
      nowMs += ms
    },
    falls: (ms: number) => {
      behindMs = ms
    },
    put: (row: Stored) => rows.set(`${row.object}/${row.id}`, row),
    poll: (window: Window, objects: readonly string[], position: string | null, limit: number) =>
      changes(deps, window, { objects, position, limit }, context),
  }
}

const overlapS = 20
const everything = ['A', 'B', 'C', 'D', 'E', 'F', 'G']

const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 6_000 }) }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('change' as const),
        object: fc.constantFrom('A', 'A', 'B', 'G'),
        n: fc.integer({ min: 1, max: 9 }),
        isDeleted: fc.boolean(),
        lateS: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: overlapS - 1 })),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('poll' as const),
        limit: fc.integer({ min: 1, max: 4 }),
        behindMs: fc.constantFrom(0, 0, 1_500),
      }),
    },
  ),
  { maxLength: 80 },
)

type Step = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never

/** Carries out the steps, then polls until nothing comes; which changes were told, and which are there at the end. */
async function run(window: Window, history: readonly Step[]) {
  const there = org()
  const told: { event: ChangeEvent; edit: number }[] = []
  let { position } = await there.poll(window, everything, null, 10)
  there.advance(2_000)
  let edits = 0
  const poll = async (limit: number): Promise<boolean> => {
    const answer = await there.poll(window, everything, position, limit)
    expect(answer.events.length).toBeLessThanOrEqual(limit)
    position = answer.position
    for (const event of answer.events)
      told.push({ event, edit: there.rows.get(`${event.ref.type}/${event.ref.id}`)?.edit ?? 0 })
    return answer.more
  }
  const drain = async (): Promise<void> => {
    for (let times = 0; await poll(3); times++) expect(times).toBeLessThan(500)
  }
  for (const step of history) {
    if (step.do === 'advance') there.advance(step.ms)
    else if (step.do === 'poll') {
      there.falls(step.behindMs)
      await poll(step.limit)
      there.falls(0)
    } else {
      const { object, n, isDeleted, lateS } = step
      const id = idOf(n)
      const before = there.rows.get(`${object}/${id}`)?.stamp ?? 0
      // A record is locked until its transaction ends: its stamps never go back.
      const stamp = Math.max(before, there.now() - lateS)
      const edit = ++edits
      const by = lateS === 0 ? 'us' : `somebody ${edit}`
      there.put({ object, id, stamp, isDeleted, by, edit })
    }
  }
  for (let rounds = 0; rounds < 3 * overlapS; rounds += 5) {
    there.advance(5_000)
    await drain()
  }
  return { there, told, position, poll }
}

const small: Window = { overlapS, few: 1_000, mostSeen: 20_000, pageRows: 2_000 }

test('whatever changes when, however late and with whatever limit, its last state is told, and nothing twice', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async history => {
      const { there, told } = await run(small, history)
      for (const { object, id, stamp, isDeleted, edit } of there.rows.values()) {
        const last = told.findLast(one => one.event.ref.type === object && one.event.ref.id === id)
        expect(last).toMatchObject({ edit, event: { version: stamp * 1000, kind: isDeleted ? 'deleted' : 'changed' } })
      }
      const keys = told.map(({ event, edit }) => `${event.id} ${edit}`)
      expect(keys).toEqual([...new Set(keys)])
    }),
    { numRuns: 300 },
  )
})

test('so it is when pages are tiny, much is seen and little remembered; then polls fall silent', async () => {
  const windows = [
    { ...small, few: 2, pageRows: 2 },
    { ...small, few: 2, pageRows: 3, mostSeen: 3 },
    { ...small, few: 0, pageRows: 1, mostSeen: 0 },
  ]
  await fc.assert(
    fc.asyncProperty(steps, fc.constantFrom(...windows), async (history, window) => {
      const { there, told, poll } = await run(window, history)
      for (const { object, id, stamp, edit } of there.rows.values()) {
        const last = told.findLast(one => one.event.ref.type === object && one.event.ref.id === id)
        expect(last).toMatchObject({ edit, event: { version: stamp * 1000 } })
      }
      const count = told.length
      const calls = there.calls()
      expect(await poll(3)).toBe(false)
      expect(told).toHaveLength(count)
      expect(there.calls() - calls).toBe(2)
    }),
    { numRuns: 300 },
  )
})

test('a mass change is read some three times in all, not once a poll', async () => {
  const there = org()
  const window = windowOf(120_000)
  let { position } = await there.poll(window, ['A'], null, 500)
  let told = 0
  const before = there.calls()
  for (let at = 0; at < 40; at++) {
    // 20,000 changes within 100 seconds, then none.
    for (let n = 0; n < 2_000 && at < 10; n++)
      there.put({ object: 'A', id: idOf(at * 2_000 + n), stamp: there.now(), isDeleted: false, by: 'us', edit: n })
    there.advance(10_000)
    for (let more = true; more; ) {
      const answer = await there.poll(window, ['A'], position, 2_000)
      position = answer.position
      more = answer.more
      told += answer.events.length
    }
  }
  expect(told).toBe(20_000)
  // Idle polls take 40; each reading of everything 10 and a little.
  expect(there.calls() - before).toBeLessThan(90)
  expect(position.length).toBeLessThan(500)
})

test('a round ends even if changes never do', async () => {
  const there = org()
  const put = (n: number) =>
    there.put({ object: 'A', id: idOf(n), stamp: there.now(), isDeleted: false, by: 'us', edit: n })
  let { position } = await there.poll(small, ['A'], null, 1)
  for (let n = 1; n <= 3; n++) put(n)
  there.advance(3_000)
  const rounds: boolean[] = []
  for (let n = 4; n <= 40; n++) {
    const answer = await there.poll(small, ['A'], position, 1)
    position = answer.position
    rounds.push(answer.more)
    put(n)
    there.advance(1_000)
  }
  expect(rounds).toContain(false)
})

test('an object that joins begins then; one that pauses goes on where it was', async () => {
  const there = org()
  const put = (object: string, n: number) =>
    there.put({ object, id: idOf(n), stamp: there.now(), isDeleted: false, by: 'us', edit: n })
  const window = windowOf(120_000)
  const first = await there.poll(window, ['A'], null, 10)
  put('A', 1)
  put('B', 1)
  there.advance(5_000)
  const second = await there.poll(window, ['B'], first.position, 10)
  expect(second.events).toEqual([])
  put('B', 2)
  there.advance(5_000)
  const third = await there.poll(window, ['A', 'B'], second.position, 10)
  expect(third.events.map(event => `${event.ref.type}${Number(event.ref.id.slice(3, 15))}`)).toEqual(['A1', 'B2'])
})

test('only its own positions come back', async () => {
  const there = org()
  const poll = (position: string) => there.poll(windowOf(120_000), ['A'], position, 10)
  for (const bad of ['', 'x', '[]', '{"A":{}}', '{"A":{"to":1,"whole":1,"reading":null}}'])
    await expect(poll(bad)).rejects.toThrow(RangeError)
  expect(there.calls()).toBe(0)
})
