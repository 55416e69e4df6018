/** Somebody signs up and buys as a guest in the same instant, at two worker processes: one record, and it is the customer's. */
import { afterAll, describe, expect, it } from 'vitest'
import { databases } from '../contract/databases.ts'
import { type CrmRow, world } from '../world.ts'

const people = 500
const atOnce = 50

describe.each(databases.filter(({ name }) => name !== 'PGlite'))('a guest and a customer, on $name', database => {
  const opened: (() => Promise<void>)[] = []
  afterAll(async () => {
    for (const close of opened) await close()
  })

  it('are one person, whoever is first, and nothing of either is lost', { timeout: 240_000 }, async () => {
    const { url, close } = await database.open()
    opened.push(close)
    await using now = await world({
      subscribeTo: ['order'],
      latencyMs: 20,
      // Small passes: so that both workers are busy all the time.
      config: { pace: { passSize: 5, burst: 10_000, sweepMs: 0 } },
      databaseUrl: url,
    })
    await now.service.helper()
    const home = { country: 'DE', city: 'Köln' }
    const signsUp = (n: number): Promise<unknown> =>
      now.shopper.signsUp({
        email: `Same.${n}@example.com`,
        password: 'secret-enough',
        firstName: 'Customer',
        lastName: 'Beck',
        addresses: [home],
        defaultBillingAddress: 0,
      })
    const buys = (n: number): Promise<unknown> =>
      now.buyer.orders({
        customerEmail: `same.${n}@EXAMPLE.com`,
        billingAddress: { ...home, firstName: 'Guest', lastName: 'Beck', mobile: '0170 1234567' },
      })
    const first = await now.shopper.signsUp({
      email: 'first@example.com',
      password: 'secret-enough',
      lastName: 'First',
    })
    /** The order is so many calls ahead of the registration: a guest is known one pass later than a customer is. */
    const aheadBy = async (calls: number, n: number): Promise<void> => {
      await buys(n)
      for (let call = 0; call < calls; call++) await now.shopper.sees(first)
      await signsUp(n)
    }
    for (let n = 0; n <= people; n += atOnce) {
      const batch = Array.from({ length: atOnce }, (_, at) => n + at).filter(one => one < people)
      // Of the batch before: guests who have been there for a while buy again as they sign up.
      const known = Array.from({ length: atOnce }, (_, at) => n - atOnce + at).filter(one => one >= 0 && one % 3 === 0)
      await Promise.all([
        ...batch.map(one =>
          one % 3 === 0 ? buys(one) : one % 3 === 1 ? aheadBy(one % 7, one) : Promise.all([buys(one), signsUp(one)]),
        ),
        ...known.flatMap(one => [signsUp(one), buys(one)]),
      ])
      await now.quiet(60_000)
    }
    await now.quiet(180_000)
    const contacts = await now.crm.rows('Contact')
    const accounts = await now.crm.rows('Account')
    const status = await now.status()
    const isGuests = (row: CrmRow): boolean => String(row.CT_Id__c).startsWith('demo/guest/')
    expect([contacts.length, accounts.length]).toEqual([people + 1, people + 1])
    expect(new Set(contacts.map(row => row.Email)).size).toBe(people + 1)
    expect([contacts.filter(isGuests).length, accounts.filter(isGuests).length]).toEqual([0, 0])
    expect(new Set(contacts.map(row => row.FirstName ?? 'First'))).toEqual(new Set(['Customer', 'First']))
    expect(status).toMatchObject({ conflicts: 0, failures: 0 })
    expect((await now.compare()).differences).toEqual([])

    // Both ways were taken: only a guest's order told of a mobile phone, and what was known is kept.
    const byGuest = contacts.filter(row => typeof row.MobilePhone === 'string').length
    expect(byGuest).toBeGreaterThan(0)
    expect(byGuest).toBeLessThan(people)

    // Whoever buys as a guest again is the customer: nothing is made, and nothing of the customer's is overwritten.
    for (let n = 0; n < atOnce; n++) await buys(n)
    await now.quiet(60_000)
    expect((await now.crm.rows('Contact')).length).toBe(people + 1)
    expect(await now.status()).toMatchObject({ conflicts: 0, failures: 0 })
  })
})
