import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../ports.ts'
import { ask, type Customer, type World, world } from '../world.ts'

/** Owners as a merchant would set them. `news` is consent in the shop; Salesforce keeps its opposite. */
const config = {
  pace: { pollMs: 1_000 },
  mappings: {
    'customer-person': {
      fields: {
        'Contact.LastName': { owner: 'latest' },
        'Contact.Birthdate': { owner: 'review' },
        'Contact.FirstName': { owner: 'seed' },
        'Account.BillingCity': { owner: 'latest' },
        'Contact.MailingCity': { owner: 'latest' },
        'Contact.Title': { owner: 'strictest', stricter: ['never', 'monthly', 'daily'] },
        'Contact.HasOptedOutOfEmail': {
          commerce: 'custom.fields.news',
          owner: 'strictest',
          codec: 'not',
          stricter: [true, false],
          personal: false,
        },
      },
    },
  },
}

type Request = { method: string; path: string; status: number }

/** Both sides edit while the service is down, so that it finds two edits whatever it looks at first. */
describe('edits of both sides, end to end', { timeout: 90_000 }, () => {
  let now: World
  let customer: Customer

  beforeAll(async () => {
    now = await world({ config })
    await shop('types', {
      key: 'consent',
      name: { en: 'Consent' },
      resourceTypeIds: ['customer'],
      fieldDefinitions: [
        { name: 'news', label: { en: 'News' }, required: false, type: { name: 'Boolean' }, inputHint: 'SingleLine' },
      ],
    })
    customer = await now.shopper.signsUp({
      email: 'owner@example.com',
      password: 'secret-enough',
      firstName: 'Anna',
      lastName: 'Beck',
      title: 'monthly',
      dateOfBirth: '1980-01-01',
      addresses: [{ city: 'Zurich', country: 'CH' }],
      defaultBillingAddress: 0,
      custom: { type: { typeId: 'type', key: 'consent' }, fields: { news: true } },
    })
    await now.quiet()
  })
  afterAll(async () => {
    await now[Symbol.asyncDispose]()
  })

  async function shop(resource: string, draft: unknown): Promise<unknown> {
    const { access_token: token } = await ask<{ access_token: string }>(`${now.urls.commerce}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('shop:shop')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    return ask(`${now.urls.commerce}/demo/${resource}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(draft),
    })
  }
  /** Time passes in one of the two worlds. */
  const passes = (where: 'crm' | 'commerce', advanceMs: number): Promise<unknown> =>
    ask(`${now.urls[where]}/__emulator/clock`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ advanceMs }),
    })
  const contact = async () => (await now.crm.contact(customer)) ?? { Id: '' }
  const bothEdit = async (fields: Record<string, unknown>, ...actions: Record<string, unknown>[]): Promise<void> => {
    await now.service.stop()
    await now.agent.edits('Contact', (await contact()).Id, fields)
    customer = await now.shopper.changes(await now.shopper.sees(customer), ...actions)
    await now.service.start()
  }
  const stands = (crm: Record<string, unknown>, commerce: Record<string, unknown>): Promise<unknown> =>
    until(
      async () => ({ crm: await contact(), commerce: await now.shopper.sees(customer) }),
      seen => {
        const holds = (row: Record<string, unknown>, wanted: Record<string, unknown>): boolean =>
          Object.entries(wanted).every(([field, value]) => JSON.stringify(row[field]) === JSON.stringify(value))
        return holds(seen.crm, crm) && holds(seen.commerce, commerce)
      },
      30_000,
    )
  const news = (value: boolean) => ({ custom: { ...(customer.custom as object), fields: { news: value } } })

  it('strictest: the stricter value of Salesforce wins on both sides', async () => {
    await bothEdit({ Title: 'never' }, { action: 'setTitle', title: 'daily' })
    await stands({ Title: 'never' }, { title: 'never' })
  })

  it('strictest: a looser value travels when only one side changed it, either way', async () => {
    await now.agent.edits('Contact', (await contact()).Id, { Title: 'daily' })
    await stands({ Title: 'daily' }, { title: 'daily' })
    customer = await now.shopper.changes(await now.shopper.sees(customer), { action: 'setTitle', title: 'monthly' })
    await stands({ Title: 'monthly' }, { title: 'monthly' })
  })

  it('strictest: the stricter value of the shop wins on both sides, in a request of its own', async () => {
    const before = (await ask<{ last: number }>(`${now.urls.crm}/__emulator/requests?since=999999999`)).last
    await bothEdit({ Title: 'daily' }, { action: 'setTitle', title: 'never' })
    await stands({ Title: 'never' }, { title: 'never' })
    const log = await ask<{ requests: Request[] }>(`${now.urls.crm}/__emulator/requests?since=${before}`)
    const { Id } = await contact()
    const alone = log.requests.some(one => one.method === 'PATCH' && one.path.includes(`/sobjects/Contact/${Id}`))
    // A poll that came first has looked at Salesforce's edit already: then nothing unseen is overwritten.
    const story = JSON.stringify(await now.api(`/trace/${Id}`))
    expect(alone || story.includes('commerce restores Title')).toBe(true)
  })

  it('strictest, through the codec not: an opt-out of either side is everybody’s', async () => {
    expect(await contact()).toMatchObject({ HasOptedOutOfEmail: false })
    await now.agent.edits('Contact', (await contact()).Id, { HasOptedOutOfEmail: true })
    await stands({ HasOptedOutOfEmail: true }, news(false))
    customer = await now.shopper.changes(await now.shopper.sees(customer), {
      action: 'setCustomField',
      name: 'news',
      value: true,
    })
    await stands({ HasOptedOutOfEmail: false }, news(true))
    customer = await now.shopper.changes(await now.shopper.sees(customer), {
      action: 'setCustomField',
      name: 'news',
      value: false,
    })
    await stands({ HasOptedOutOfEmail: true }, news(false))
  })

  it('latest: the later of two edits wins, made in the shop or in Salesforce', async () => {
    await passes('crm', 60_000)
    await bothEdit({ LastName: 'Sales' }, { action: 'setLastName', lastName: 'Shop' })
    await stands({ LastName: 'Sales' }, { lastName: 'Sales' })
    await passes('commerce', 600_000)
    await bothEdit({ LastName: 'Early' }, { action: 'setLastName', lastName: 'Late' })
    await stands({ LastName: 'Late' }, { lastName: 'Late' })
  })

  it.each(['commerce', 'crm'] as const)('review: a person takes %s, and it stands on both sides', async side => {
    const [theirs, ours] = side === 'crm' ? ['1981-02-03', '1982-03-04'] : ['1983-04-05', '1984-05-06']
    await bothEdit({ Birthdate: theirs }, { action: 'setDateOfBirth', dateOfBirth: ours })
    const { items } = await until(
      () => now.api<{ items: { id: string; kind: string }[] }>('/conflicts?state=open'),
      page => page.items.length === 1,
      30_000,
    )
    await now.decide(items[0]?.id ?? '', { do: 'take', side })
    const wins = side === 'crm' ? theirs : ours
    await stands({ Birthdate: wins }, { dateOfBirth: wins })
  })

  it('seed: never flows again, in neither direction', async () => {
    await bothEdit({ FirstName: 'Annie' }, { action: 'setFirstName', firstName: 'Annika' })
    await now.agent.edits('Contact', (await contact()).Id, { Birthdate: '1990-01-01' })
    await stands({ Birthdate: '1990-01-01', FirstName: 'Annie' }, { dateOfBirth: '1990-01-01', firstName: 'Annika' })
  })

  it('two fields that feed one place: a person says which is right, and everything else goes on', async () => {
    const account = async () => (await now.crm.account(customer)) ?? { Id: '' }
    const cityOf = async () =>
      ((await now.shopper.sees(customer)).addresses as { city?: string }[]).map(one => one.city).join()
    await now.service.stop()
    await now.agent.edits('Account', (await account()).Id, { BillingCity: 'Bern' })
    await now.agent.edits('Contact', (await contact()).Id, { MailingCity: 'Basel', LastName: 'Both' })
    await now.service.start()
    await stands({ LastName: 'Both' }, { lastName: 'Both' })
    const { items } = await until(
      () => now.api<{ items: { id: string; role: string }[] }>('/conflicts?state=open'),
      page => page.items.length === 2,
      30_000,
    )
    expect(await cityOf()).toBe('Zurich')
    await now.decide(items.find(one => one.role === 'contact')?.id ?? '', { do: 'take', side: 'crm' })
    await until(
      async () => [await cityOf(), (await account()) as Record<string, unknown>, await contact()] as const,
      ([city, one, two]) => city === 'Basel' && one.BillingCity === 'Basel' && JSON.stringify(two).includes('Basel'),
      30_000,
    )
    const open = await now.api<{ items: unknown[] }>('/conflicts?state=open')
    expect(open.items).toEqual([])
    expect((await now.status()).failures).toBe(0)
  })
})
