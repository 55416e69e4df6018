/** A duplicate rule of the org stands in a customer's way: a person is asked, and what they say is done, end to end. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../../ports.ts'
import { ask, type CrmRow, type Customer, type World, world } from '../../world.ts'

const org = {
  duplicateRules: [{ object: 'Contact', fields: ['LastName', 'MailingPostalCode'], name: 'Same_Household' }],
}

type Open = {
  id: string
  kind: string
  why: string
  role: string
  source: { id: string }
  candidates: { type: string; id: string }[]
}
type Asked = { operation: string; cost: number }

describe('a duplicate rule of the org', () => {
  let now: World

  beforeAll(async () => {
    now = await world({ org })
  })
  afterAll(async () => {
    await now[Symbol.asyncDispose]()
  })

  const signsUp = (firstName: string, lastName: string, postalCode: string): Promise<Customer> =>
    now.shopper.signsUp({
      email: `${firstName}.${lastName}@example.com`,
      password: 'secret-enough',
      firstName,
      lastName,
      addresses: [{ streetName: 'Weg', streetNumber: '1', city: 'Horgen', postalCode, country: 'CH' }],
      defaultBillingAddress: 0,
    })
  /** A contact that sales made, with nothing of ours on it. */
  const salesKnows = async (fields: Record<string, string>): Promise<CrmRow> => {
    const { access_token: token } = await ask<{ access_token: string }>(`${now.urls.crm}/services/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'sales', client_secret: 'sales' }),
    })
    const { id } = await ask<{ id: string }>(`${now.urls.crm}/services/data/v67.0/sobjects/Contact`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(fields),
    })
    return { Id: id }
  }
  const contactOf = async (id: string): Promise<CrmRow | undefined> =>
    (await now.crm.rows('Contact')).find(row => row.Id === id)
  const open = async (): Promise<readonly Open[]> => (await now.api<{ items: Open[] }>('/conflicts?state=open')).items
  const askedAbout = async (customer: Customer): Promise<Open> => {
    const found = await until(open, items => items.some(one => one.source.id === `demo/${customer.id}`), 20_000)
    const one = found.find(each => each.source.id === `demo/${customer.id}`)
    if (one === undefined) throw new Error('nobody was asked')
    return one
  }

  it('refuses one customer: the matches are known, the Account is there, nobody else waits, nothing failed', async () => {
    const old = await salesKnows({ LastName: 'Beck', FirstName: 'A.', MailingPostalCode: '8810' })
    const before = await ask<{ last: number }>(`${now.urls.crm}/__emulator/requests?since=999999999`)
    const [anna, other] = await Promise.all([signsUp('Anna', 'Beck', '8810'), signsUp('Ben', 'Roe', '8810')])
    await now.quiet()
    expect(await askedAbout(anna)).toMatchObject({
      kind: 'duplicate-rule',
      role: 'contact',
      why: expect.stringContaining('Same_Household'),
      candidates: [{ type: 'Contact', id: old.Id }],
    })
    expect(await now.crm.account(anna)).toBeDefined()
    expect(await now.crm.contact(anna)).toBeUndefined()
    expect(await now.crm.contact(other)).toBeDefined()
    expect(await now.status()).toMatchObject({ failures: 0, conflicts: 1 })
    const log = await ask<{ requests: Asked[] }>(`${now.urls.crm}/__emulator/requests?since=${before.last}`)
    // The try of the one row is a request by itself: there is no other to share a call with.
    expect(log.requests.filter(one => one.operation === 'row')).toHaveLength(1)

    await now.decide((await askedAbout(anna)).id, { do: 'link', crm: { type: 'Contact', id: old.Id } })
    await until(
      () => contactOf(old.Id),
      row => row?.CT_Id__c === `demo/${anna.id}`,
      20_000,
    )
    await now.quiet()
    expect(await contactOf(old.Id)).toMatchObject({ FirstName: 'Anna', Email: 'anna.beck@example.com' })
    await now.shopper.changes(await now.shopper.sees(anna), { action: 'setFirstName', firstName: 'Annika' })
    await now.quiet()
    expect(await contactOf(old.Id)).toMatchObject({ FirstName: 'Annika' })
    expect(await open()).toEqual([])
  })

  it('gives way to a person who says that this is somebody else, for that record alone', async () => {
    const clara = await signsUp('Clara', 'Beck', '8810')
    await now.quiet()
    await now.decide((await askedAbout(clara)).id, { do: 'create' })
    await until(
      () => now.crm.contact(clara),
      row => row !== undefined,
      20_000,
    )
    await now.quiet()
    expect(await now.crm.contact(clara)).toMatchObject({ FirstName: 'Clara', MailingPostalCode: '8810' })
    expect(await open()).toEqual([])
    const dora = await signsUp('Dora', 'Beck', '8810')
    await now.quiet()
    expect((await askedAbout(dora)).candidates).toHaveLength(2)
  })

  it('refuses a change of a customer who is linked: `take commerce` writes it all the same', async () => {
    const ben = (await now.crm.rows('Contact')).find(row => row.LastName === 'Roe')
    const [, id = ''] = String(ben?.CT_Id__c).split('/')
    const customer = await now.shopper.sees({ id, version: 0 })
    await now.shopper.changes(customer, { action: 'setLastName', lastName: 'Beck' })
    await now.quiet()
    expect(await contactOf(ben?.Id ?? '')).toMatchObject({ LastName: 'Roe' })
    await now.decide((await askedAbout(customer)).id, { do: 'take', side: 'commerce' })
    await until(
      () => contactOf(ben?.Id ?? ''),
      row => row?.LastName === 'Beck',
      20_000,
    )
    await now.quiet()
    expect((await now.status()).failures).toBe(0)
    // Dora still waits; nobody asks about Ben any more.
    expect(await open()).toHaveLength(1)
  })
})
