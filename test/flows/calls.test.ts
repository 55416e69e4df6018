import { expect, it } from 'vitest'
import { world } from '../world.ts'

/** What logging in, describing and looking at the limits may cost, whatever the number of customers. */
const startUp = 20
const perThousand = 2.5

it('5,000 customers arrive, then each changes one field, within 2.5 calls a thousand records', {
  timeout: 240_000,
}, async () => {
  await using now = await world({ latencyMs: 5, databaseUrl: null })
  await now.people.play('arrivals', { customers: 5_000, rate: 500 })
  await now.people.done()
  await now.quiet()
  const first = await now.crm.calls()
  const compared = await now.compare()
  expect(compared).toMatchObject({ lost: 0, duplicates: 0, commerce: { customer: 5_000 } })
  // Of two customers with one email, in two stores, a person is asked about the second.
  expect((compared.crm.Account ?? 0) + (await now.status()).conflicts).toBe(5_000)
  expect(first).toBeLessThanOrEqual(startUp + perThousand * 10)

  await now.people.play('one-change-each', { rate: 500 })
  await now.people.done()
  await now.quiet()
  const second = (await now.crm.calls()) - first
  expect(await now.compare()).toMatchObject({ lost: 0, duplicates: 0 })
  expect(second).toBeLessThanOrEqual(startUp + perThousand * 5)
  process.stderr.write(`calls: ${first} for 10,000 new records, ${second} for 5,000 changed customers\n`)
})
