/** Who is who where it takes more than a sign-up: many at once, in two stores, while sales converts Leads, as person accounts. */
import { describe, expect, it } from 'vitest'
import { until } from '../../ports.ts'
import { type Customer, type World, world } from '../../world.ts'
import { at, home } from './guestSteps.ts'

type Open = { kind: string; source: { id: string }; candidates: { id: string }[] }
const conflictsOf = async (now: World): Promise<readonly Open[]> =>
  (await now.api<{ items: Open[] }>('/conflicts?state=open&limit=200')).items
const byEmail = async (now: World, email: string) => (await now.crm.rows('Contact')).filter(row => row.Email === email)
const signsUp = (now: World, name: string, more: Readonly<Record<string, unknown>> = {}): Promise<Customer> =>
  now.shopper.signsUp({ email: at(name), password: 'secret-enough', lastName: 'Beck', ...more })

describe('of many who arrive at once', { timeout: 120_000 }, () => {
  it('three are unclear, and the other 197 are written', async () => {
    await using now = await world()
    for (const n of [1, 2, 3])
      for (const Title of ['one', 'other'])
        await now.agent.makes('Contact', { Email: at(`unclear${n}`), LastName: 'Beck', Title })
    await now.service.stop()
    const names = Array.from({ length: 200 }, (_, n) => (n < 3 ? `unclear${n + 1}` : `clear${n}`))
    await Promise.all(names.map(name => signsUp(now, name)))
    await now.service.start()
    await now.quiet()
    const status = await now.api<{ totals: Record<string, number> }>('/status')
    expect(status.totals).toMatchObject({ created: 2 * 197, review: 3, failed: 0 })
    const open = await conflictsOf(now)
    expect(open.map(one => [one.kind, one.candidates.length])).toEqual(open.map(() => ['ambiguous', 2]))
    expect(open).toHaveLength(3)
  })

  it('some are Leads whom sales converts in that moment: one contact each, and nobody is asked in the end', async () => {
    await using now = await world({
      config: { pace: { pollMs: 1_000 }, mappings: { 'customer-person': { leads: 'review' } } },
    })
    const names = Array.from({ length: 12 }, (_, n) => `lead${n}`)
    const leads = await Promise.all(
      names.map(name => now.agent.makes('Lead', { Email: at(name), LastName: 'Beck', Company: `${name} Ltd` })),
    )
    await now.service.stop()
    const people = await Promise.all(names.map(name => signsUp(now, name)))
    await now.service.start()
    for (const lead of leads) await now.agent.converts(lead)
    for (const one of await conflictsOf(now)) expect(one.kind).toBe('lead')
    // Who was asked about before their conversion is looked at again when they are told of; here by a change.
    await now.quiet()
    const asked = new Set((await conflictsOf(now)).map(one => one.source.id))
    for (const one of people)
      if (asked.has(`demo/${one.id}`)) await now.shopper.changes(one, { action: 'setFirstName', firstName: 'Ann' })
    await until(
      () => conflictsOf(now),
      open => open.length === 0,
      30_000,
    )
    await now.quiet()
    for (const [n, name] of names.entries()) {
      const found = await byEmail(now, at(name))
      expect(found).toHaveLength(1)
      expect(found[0]?.CT_Id__c).toBe(`demo/${people[n]?.id}`)
    }
  })
})

describe('one email in two stores', { timeout: 60_000 }, () => {
  it('is a question by default: the second customer waits, and the first keeps the contact', async () => {
    await using now = await world()
    for (const key of ['berlin', 'paris']) await now.merchant.makes('stores', { key })
    const store = (key: string) => ({ stores: [{ typeId: 'store', key }] })
    const first = await signsUp(now, 'twostores', store('berlin'))
    await now.quiet()
    const second = await signsUp(now, 'twostores', store('paris'))
    await now.quiet()
    const [contact, ...others] = await byEmail(now, at('twostores'))
    expect([contact?.CT_Id__c, others]).toEqual([`demo/${first.id}`, []])
    expect(await conflictsOf(now)).toMatchObject([
      { kind: 'claimed', source: { id: `demo/${second.id}` }, candidates: [{ id: contact?.Id }] },
    ])
  })
})

describe('as person accounts', { timeout: 120_000 }, () => {
  it('a guest becomes the customer who signs up, one Account all along; two who cannot be told apart are asked about', async () => {
    await using now = await world({
      config: { people: 'person-account' },
      org: { personAccounts: true },
      subscribeTo: ['order'],
    })
    await now.buyer.orders({ customerEmail: at('gil'), ...home('Guest') })
    await now.quiet()
    const [guest] = await now.crm.rows('Account')
    expect(guest).toMatchObject({ IsPersonAccount: true, PersonEmail: at('gil'), LastName: 'Guest' })
    expect(String(guest?.CT_Id__c)).toMatch(/^demo\/guest\//)
    const gil = await signsUp(now, 'gil', { firstName: 'Gilbert', lastName: 'Guest' })
    await now.buyer.orders({ customerEmail: 'GIL@example.com', ...home('Guest') })
    await now.quiet()
    expect(await now.crm.rows('Account')).toMatchObject([
      { Id: guest?.Id, CT_Id__c: `demo/${gil.id}`, FirstName: 'Gilbert', PersonEmail: at('gil') },
    ])
    expect(await now.crm.rows('Contact')).toHaveLength(1)

    for (const FirstName of ['A', 'B'])
      await now.agent.makes('Account', {
        FirstName,
        LastName: 'Beck',
        PersonEmail: at('twins'),
        RecordTypeId: guest?.RecordTypeId,
      })
    const twin = await signsUp(now, 'twins')
    await now.quiet()
    expect(await conflictsOf(now)).toMatchObject([{ kind: 'ambiguous', source: { id: `demo/${twin.id}` } }])
    expect(await now.crm.account(twin)).toBeUndefined()
  })
})
