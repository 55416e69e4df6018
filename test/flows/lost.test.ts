/** Deliveries that never come: the sweep finds what they would have told, and costs next to nothing when none was lost. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../ports.ts'
import { ask, type World, world } from '../world.ts'

type Asked = { readonly last: number; readonly requests: readonly { readonly operation: string }[] }

describe('a lost delivery', () => {
  let now: World
  beforeAll(async () => {
    now = await world({ config: { pace: { sweepMs: 500, lagMs: 0 } } })
  })
  afterAll(async () => {
    await now[Symbol.asyncDispose]()
  })

  const asked = (url: string, since: number): Promise<Asked> => ask(`${url}/__emulator/requests?since=${since}`)
  const looks = async (): Promise<number> =>
    (await now.api<{ feeds: { stream: string; at: string }[] }>('/status')).feeds.filter(({ stream }) =>
      stream.startsWith('sweep/demo/'),
    ).length

  it('of a sign-up and of a change is made good', async () => {
    const known = await now.shopper.signsUp({ email: 'known@example.com', password: 'p', lastName: 'Known' })
    await now.quiet()
    await now.commerce.disturb({ loseRate: 1 })
    await now.shopper.changes(known, { action: 'setLastName', lastName: 'Renamed' })
    for (let n = 0; n < 20; n++)
      await now.shopper.signsUp({ email: `lost.${n}@example.com`, password: 'p', lastName: `Lost ${n}` })
    await until(
      () => now.compare(),
      ({ lost, differences }) => lost === 0 && differences.length === 0,
      30_000,
    )
    expect(await now.compare()).toMatchObject({ lost: 0, duplicates: 0, differences: [] })
    // Customers, their groups, and orders, which show guests.
    expect(await looks()).toBe(3)
  })

  it('costs one query a type and no call to Salesforce when nothing was lost', async () => {
    await now.commerce.disturb({ loseRate: 0 })
    await now.quiet()
    const [crm, commerce] = await Promise.all([asked(now.urls.crm, 999_999_999), asked(now.urls.commerce, 999_999_999)])
    const queries = async (): Promise<readonly string[]> =>
      (await asked(now.urls.commerce, commerce.last)).requests.map(({ operation }) => operation)
    await until(queries, some => some.length >= 4, 10_000)
    expect(new Set(await queries())).toEqual(new Set(['query']))
    expect((await asked(now.urls.crm, crm.last)).requests).toEqual([])
    expect(await now.status()).toMatchObject({ backlog: 0 })
  })
})
