import { afterAll, describe, expect, it } from 'vitest'
import { databases } from '../contract/databases.ts'
import { world } from '../world.ts'

/** A seeded die, so that a run can be repeated. */
function die(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 4294967296
  }
}

describe.each(databases)('kill -9 of the service, ten times during 5,000 customers, on $name', database => {
  const opened: (() => Promise<void>)[] = []
  afterAll(async () => {
    for (const close of opened) await close()
  })

  it('loses nothing and doubles nothing', { timeout: 300_000 }, async () => {
    const { url, close } = await database.open()
    opened.push(close)
    const next = die(20_260)
    // A short lease: on a server a dead worker's records come back when it runs out.
    await using now = await world({
      latencyMs: 5,
      config: { pace: { leaseMs: 5_000 } },
      databaseUrl: url,
    })
    await now.people.play('arrivals', { customers: 5_000, rate: 500 })
    for (let kills = 0; kills < 10; kills++) {
      // Not a wait for something to become true: how long the service lives is the experiment.
      await new Promise(resolve => setTimeout(resolve, 200 + next() * 800))
      await now.service.kill()
      await now.service.start()
    }
    await now.people.done()
    await now.quiet(240_000)
    const compared = await now.compare()
    expect(compared).toMatchObject({ lost: 0, duplicates: 0, commerce: { customer: 5_000 }, differences: [] })
    // Of two customers with one email, in two stores, a person is asked about the second: of nobody else.
    const { conflicts } = await now.status()
    expect((compared.crm.Account ?? 0) + conflicts).toBe(5_000)
    expect(conflicts).toBeLessThan(5)
  })
})
