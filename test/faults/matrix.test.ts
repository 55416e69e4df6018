/** The real service between two emulators that fail: each fault on each operation leaves the same end state, and no hot loop. */
import { describe, expect, it } from 'vitest'
import { until } from '../ports.ts'
import { ask, type Customer, type World, world } from '../world.ts'
import { type Case, cases, clear, compared, disturb, requests, suffer, together } from './matrix.ts'

/** A faulty answer may be asked for again a few times; a loop would ask hundreds of times in the same seconds. */
const mostCalls = 60

const agreed = { lost: 0, listed: 0, duplicates: 0, differences: [] }
const operation = ({ name }: Case): string => name.slice(0, name.indexOf(':'))

async function all(some: readonly Case[]): Promise<void> {
  await using now = await world()
  await disturb(now, 1)
  let known: Customer | null = null
  for (const [of, ways] of Map.groupBy(some, operation)) {
    for (const one of ways) {
      const { calls, customer } = await suffer(now, one, known)
      expect(await now.status(), one.name).toMatchObject({ failures: 0, conflicts: 0 })
      expect(calls, `${one.name}: requests`).toBeLessThan(mostCalls)
      known = customer
    }
    expect(await compared(now), of).toMatchObject(agreed)
  }
}

const attemptsOf = (now: World, { id }: Customer): Promise<{ dirty: { attempts: number } | null }> =>
  ask(`${now.urls.service}/api/v1/records/commerce/customer/demo/${id}`)

describe('faults', { timeout: 120_000, concurrent: true }, () => {
  const short = cases(1).filter(one => !one.isLong && !one.restarts)
  // What is used at the start only costs a restart each: the long form (`npm run faults`) has them all.
  const starts = cases(1).filter(one => one.restarts && /(status|truncate)$/.test(one.name))

  it('of Salesforce, each one once on each operation', () => all(short.filter(one => one.crm.length > 0)))
  it('of commercetools and its deliveries, each one once on each operation', () =>
    all([...short.filter(one => one.commerce.length > 0), ...starts.filter(one => one.commerce.length > 0)]))

  it('while the service starts; then all together at 5 %; then denied', async () => {
    await all(starts.filter(one => one.crm.length > 0))
    await using now = await world()
    await disturb(now, 2)
    let known: Customer | null = null
    for (let round = 0; round < 6; round++) {
      const { calls, customer } = await suffer(now, together(0.05, round), known)
      expect(calls).toBeLessThan(mostCalls)
      known = customer
    }
    expect(await compared(now)).toMatchObject(agreed)

    // The session is refused however often it is renewed: the lane pauses, says so, and no attempt is burnt.
    await now.crm.faults([
      { on: 'composite', do: 'expire-session' },
      { on: 'query', do: 'expire-session' },
    ])
    const waiting = await now.shopper.signsUp({ email: 'denied@example.com', password: 'p', lastName: 'Denied' })
    const readyz = async (): Promise<string> => (await fetch(`${now.urls.service}/readyz`)).text()
    await until(readyz, text => text.includes('INVALID_SESSION_ID'), 20_000)
    const before = await requests(now)
    await new Promise(resolve => setTimeout(resolve, 2_000))
    expect((await requests(now)).crm - before.crm, 'requests while denied').toBeLessThan(5)
    expect((await attemptsOf(now, waiting)).dirty).toMatchObject({ attempts: 0 })
    await clear(now)
    await now.service.stop()
    await now.service.start()
    expect(await compared(now)).toMatchObject(agreed)
  })
})
