/** People of one email who arrive in the same instant at two worker processes: one record each, whatever happens. */
import { afterAll, describe, expect, it } from 'vitest'
import { databases } from '../contract/databases.ts'
import { world } from '../world.ts'

const pairs = 250

describe.each(databases.filter(({ name }) => name !== 'PGlite'))('one email at two workers, on $name', database => {
  const opened: (() => Promise<void>)[] = []
  afterAll(async () => {
    for (const close of opened) await close()
  })

  it('makes no duplicate and loses nobody', { timeout: 120_000 }, async () => {
    const { url, close } = await database.open()
    opened.push(close)
    await using now = await world({
      latencyMs: 20,
      // Small passes: so that both workers are busy all the time.
      config: { pace: { passSize: 5, burst: 10_000 } },
      databaseUrl: url,
    })
    await now.service.helper()
    for (const key of ['at', 'de']) await now.merchant.makes('stores', { key })
    const signsUp = (n: number, store: string): Promise<unknown> =>
      now.shopper.signsUp({
        email: `Same.${n}@example.com`,
        password: 'secret-enough',
        lastName: 'Beck',
        stores: [{ typeId: 'store', key: store }],
      })
    for (let n = 0; n < pairs; n += 25)
      await Promise.all(
        Array.from({ length: 25 }, (_, at) => Promise.all([signsUp(n + at, 'at'), signsUp(n + at, 'de')])),
      )
    await now.quiet(90_000)
    const contacts = await now.crm.rows('Contact')
    const emails = new Set(contacts.map(row => row.Email))
    expect([contacts.length, emails.size]).toEqual([pairs, pairs])
    expect(await now.crm.rows('Account')).toHaveLength(pairs)
    expect(await now.status()).toMatchObject({ conflicts: pairs, failures: 0 })
    const page = await now.api<{ items: { kind: string; candidates: unknown[] }[] }>('/conflicts?state=open&limit=200')
    expect(new Set(page.items.map(one => `${one.kind} ${one.candidates.length}`))).toEqual(new Set(['claimed 1']))
  })

  it('shares one contact, with exactly one primary customer, where that is the policy', {
    timeout: 120_000,
  }, async () => {
    const { url, close } = await database.open()
    opened.push(close)
    await using now = await world({
      latencyMs: 20,
      config: { pace: { passSize: 5, burst: 10_000 }, mappings: { 'customer-person': { onClaimed: 'share' } } },
      databaseUrl: url,
    })
    await now.service.helper()
    for (const key of ['at', 'de']) await now.merchant.makes('stores', { key })
    const signsUp = (n: number, store: string): Promise<unknown> =>
      now.shopper.signsUp({
        email: `shared.${n}@example.com`,
        password: 'secret-enough',
        lastName: 'Beck',
        stores: [{ typeId: 'store', key: store }],
      })
    const some = Array.from({ length: 50 }, (_, n) => n)
    await Promise.all(some.map(n => Promise.all([signsUp(n, 'at'), signsUp(n, 'de')])))
    await now.quiet(90_000)
    const contacts = await now.crm.rows('Contact')
    const rows = await now.crm.rows('CT_Identity__c')
    expect([contacts.length, rows.length]).toEqual([some.length, 2 * some.length])
    const primary = rows.filter(row => row.CT_Is_Primary__c === true)
    expect(new Set(primary.map(row => row.CT_Contact__c))).toEqual(new Set(contacts.map(row => row.Id)))
    expect(primary.map(row => row.CT_Id__c).sort()).toEqual(contacts.map(row => row.CT_Id__c).sort())
    expect(await now.status()).toMatchObject({ conflicts: 0, failures: 0 })
  })
})
