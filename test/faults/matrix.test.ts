/** The real service between two emulators that fail: each fault on each operation leaves the same end state, and no hot loop. */
import { describe, expect, it } from 'vitest'
import { until } from '../ports.ts'
import { ask, type Customer, type World, world } from '../world.ts'
import { type Case, cases, clear, compared, config, disturb, requests, suffer, together } from './matrix.ts'

/** A faulty answer may be asked for again a few times; a loop would ask hundreds of times in the same seconds. */
const mostCalls = 60

const agreed = { lost: 0, listed: 0, duplicates: 0, differences: [] }
const operation = ({ name }: Case): string => name.slice(0, name.indexOf(':'))

/** A world in trouble, and somebody whom both sides know. */
async function stage(seed: number): Promise<{ now: World; known: Customer }> {
  const now = await world({ config })
  const known = await now.shopper.signsUp({ email: 'known@example.com', password: 'p', lastName: 'Known' })
  await now.quiet()
  await disturb(now, seed)
  return { now, known }
}

/** What waits for a person, as a person would see it. */
const listed = async (now: World, what: 'failures' | 'conflicts'): Promise<readonly unknown[]> =>
  (await now.api<{ items: readonly unknown[] }>(`/${what}?state=open`)).items

async function all(some: readonly Case[]): Promise<void> {
  const { now, known } = await stage(1)
  await using _ = now
  for (const [of, ways] of Map.groupBy(some, operation)) {
    for (const one of ways) {
      const { calls, struck } = await suffer(now, one, known)
      expect(
        struck.map(({ hits }) => hits > 0),
        `${one.name}: it struck`,
      ).toEqual([true])
      expect([...(await listed(now, 'failures')), ...(await listed(now, 'conflicts'))], one.name).toEqual([])
      expect(calls, `${one.name}: requests`).toBeLessThan(mostCalls)
    }
    expect(await compared(now, known), of).toMatchObject(agreed)
  }
}

const attemptsOf = (now: World, { id }: Customer): Promise<{ dirty: { attempts: number } | null }> =>
  ask(`${now.urls.service}/api/v1/records/commerce/customer/demo/${id}`)

/** Refused however often it is asked: the lane pauses, says so, and no attempt is burnt. */
async function denied(now: World, side: 'crm' | 'commerce', faults: readonly object[], code: string): Promise<void> {
  await now[side].faults([...faults])
  const waiting = await now.shopper.signsUp({ email: `${side}@example.com`, password: 'p', lastName: 'Denied' })
  const readyz = async (): Promise<string> => (await fetch(`${now.urls.service}/readyz`)).text()
  await until(readyz, text => text.includes(code), 20_000)
  const before = await requests(now)
  await new Promise(resolve => setTimeout(resolve, 2_000))
  const after = await requests(now)
  // The poll and the sweep look on, each with its own pauses; a loop would ask hundreds of times.
  expect(after[side] - before[side], `requests while ${side} denies`).toBeLessThan(15)
  expect((await attemptsOf(now, waiting)).dirty).toMatchObject({ attempts: 0 })
  await clear(now)
  await now.service.stop()
  await now.service.start()
  await now.quiet()
}

describe('faults', { timeout: 300_000, concurrent: true }, () => {
  const short = cases(1).filter(one => !one.isLong && !one.restarts)
  // What is used at the start only costs a restart each: the long form (`npm run faults`) has them all.
  const starts = cases(1).filter(one => one.restarts && /(status|truncate)$/.test(one.name))

  const of = (some: readonly Case[], ...operations: string[]): readonly Case[] =>
    some.filter(({ name }) => operations.some(one => name.startsWith(`${one}:`)))

  it('of calls that write to Salesforce', () => all(of(short, 'crm composite', 'crm collections')))
  it('of calls that read Salesforce, and of single rows', () => all(of(short, 'crm composite that reads', 'crm row')))
  it('of commercetools and its deliveries', () =>
    all(of(short, 'commerce query', 'commerce update', 'commerce deliver')))
  it('while the service starts', () => all(starts))

  it('all together at 5 %; then denied', async () => {
    const { now, known } = await stage(2)
    await using _ = now
    let hits = 0
    for (let round = 0; round < 5; round++) {
      const { calls, struck } = await suffer(now, together(0.05, round), known)
      expect(calls).toBeLessThan(mostCalls)
      hits += struck.reduce((sum, one) => sum + one.hits, 0)
    }
    expect(hits, 'faults that struck').toBeGreaterThan(0)
    expect(await compared(now, known)).toMatchObject(agreed)
    await now.commerce.disturb({})
    const expired = ['composite', 'collections'].map(on => ({ on, do: 'expire-session' }))
    await denied(now, 'crm', expired, 'INVALID_SESSION_ID')
    await denied(now, 'commerce', [{ on: 'query', do: 'status', status: 403 }], 'insufficient_scope')
    expect(await compared(now, known)).toMatchObject(agreed)
  })
})
