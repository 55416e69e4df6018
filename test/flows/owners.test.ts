import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../ports.ts'
import { type Customer, type World, world } from '../world.ts'

/** Owners as a merchant would set them, and a poll that does not make a test wait. */
const config = {
  pace: { pollMs: 1_000 },
  mappings: {
    'customer-person': {
      fields: {
        'Contact.FirstName': { owner: 'crm' },
        'Contact.LastName': { owner: 'latest' },
        'Contact.Birthdate': { owner: 'review' },
        'Contact.Title': { owner: 'seed' },
      },
    },
  },
}

describe('an owner per field, end to end', () => {
  let now: World
  let customer: Customer

  beforeAll(async () => {
    now = await world({ config })
    customer = await now.shopper.signsUp({
      email: 'owner@example.com',
      password: 'secret-enough',
      firstName: 'Anna',
      lastName: 'Beck',
      title: 'Dr.',
      dateOfBirth: '1980-01-01',
    })
    await now.quiet()
  })
  afterAll(async () => {
    await now[Symbol.asyncDispose]()
  })

  const contact = async () => (await now.crm.contact(customer)) ?? { Id: '' }
  const agentEdits = async (fields: Record<string, unknown>): Promise<unknown> =>
    now.agent.edits('Contact', (await contact()).Id, fields)
  const comesTrue = (wanted: Record<string, unknown>): Promise<unknown> =>
    until(
      () => now.shopper.sees(customer),
      seen => Object.entries(wanted).every(([field, value]) => seen[field] === value),
      20_000,
    )

  it('crm: what sales writes reaches the shop, and a new record leaves the field to sales', async () => {
    expect(await contact()).toMatchObject({ LastName: 'Beck', FirstName: null })
    await agentEdits({ FirstName: 'Annika' })
    await comesTrue({ firstName: 'Annika' })
  })

  it('crm: what the shop writes there is put back', async () => {
    customer = await now.shopper.changes(await now.shopper.sees(customer), {
      action: 'setFirstName',
      firstName: 'Shop',
    })
    await comesTrue({ firstName: 'Annika' })
    expect(await contact()).toMatchObject({ FirstName: 'Annika' })
  })

  it('latest: the later edit stands, whoever made it', async () => {
    await agentEdits({ LastName: 'Sales' })
    await comesTrue({ lastName: 'Sales' })
    customer = await now.shopper.changes(await now.shopper.sees(customer), { action: 'setLastName', lastName: 'Shop' })
    await now.quiet()
    expect(await contact()).toMatchObject({ LastName: 'Shop' })
  })

  it('seed: stays what sales made of it', async () => {
    expect(await contact()).toMatchObject({ Title: 'Dr.' })
    await agentEdits({ Title: 'Head of Purchasing' })
    customer = await now.shopper.changes(await now.shopper.sees(customer), { action: 'setTitle', title: 'Prof.' })
    await now.quiet()
    expect(await contact()).toMatchObject({ Title: 'Head of Purchasing' })
    expect(await now.shopper.sees(customer)).toMatchObject({ title: 'Prof.' })
  })

  it('commerce: an edit in Salesforce is put right', async () => {
    await agentEdits({ Email: 'typo@example.com' })
    await until(contact, row => 'Email' in row && row.Email === 'owner@example.com', 20_000)
    expect(await now.shopper.sees(customer)).toMatchObject({ email: 'owner@example.com' })
  })

  it('review: two edits wait for a person, and the decision is carried out on both sides', async () => {
    await agentEdits({ Birthdate: '1981-02-03' })
    customer = await now.shopper.changes(await now.shopper.sees(customer), {
      action: 'setDateOfBirth',
      dateOfBirth: '1982-03-04',
    })
    const { items } = await until(
      () => now.api<{ items: { id: string; kind: string }[] }>('/conflicts?state=open'),
      page => page.items.length === 1,
      20_000,
    )
    expect(items).toMatchObject([{ kind: 'both-changed' }])
    await now.decide(items[0]?.id ?? '', { do: 'take', side: 'crm' })
    await comesTrue({ dateOfBirth: '1981-02-03' })
    expect(await contact()).toMatchObject({ Birthdate: '1981-02-03' })
  })
})
