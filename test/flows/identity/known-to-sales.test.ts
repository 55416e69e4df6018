/** Newcomers whom sales knows already, though not as a contact with their email: by their company, a Lead, an open case. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../../ports.ts'
import { type CrmRow, type Customer, type World, world } from '../../world.ts'

const config = {
  mappings: {
    'customer-person': {
      match: {
        Account: [
          { by: 'fallback', crm: 'CT_Vat_Id__c', commerce: 'vatId', as: 'vat-id' },
          {
            by: 'fallback',
            crm: 'Name',
            commerce: 'companyName',
            as: 'company-name',
            legalForms: ['GmbH'],
            agree: ['BillingCountryCode'],
          },
        ],
        Contact: [
          {
            by: 'fallback',
            crm: 'Email',
            commerce: 'email',
            agree: ['LastName'],
            prefer: [{ related: 'Cases', where: { IsClosed: false } }],
          },
        ],
      },
    },
  },
} as const

const at = (name: string): string => `${name}@example.com`

describe('a newcomer whom sales knows', { timeout: 60_000 }, () => {
  let now: World
  beforeAll(async () => {
    now = await world({ config: structuredClone(config) })
  }, 60_000)
  afterAll(async () => {
    await now[Symbol.asyncDispose]()
  })
  const theirs = (customer: Customer, is: (row: CrmRow) => boolean = () => true): Promise<CrmRow | undefined> =>
    until(
      () => now.crm.contact(customer),
      row => row !== undefined && is(row),
      30_000,
    )
  const signsUp = (email: string, more: Readonly<Record<string, unknown>> = {}): Promise<Customer> =>
    now.shopper.signsUp({ password: 'secret-enough', email, lastName: 'Beck', ...more })

  it('by the VAT id of the company becomes a contact of it', async () => {
    const company = await now.agent.makes('Account', { Name: 'Werk', CT_Vat_Id__c: 'DE 123 456 789' })
    const customer = await signsUp(at('vat'), { vatId: 'DE123456789' })
    expect((await theirs(customer))?.AccountId).toBe(company)
  })

  it('by the name and country of the company becomes a contact of it, whatever its legal form', async () => {
    const company = await now.agent.makes('Account', { Name: 'BACKEREI', BillingCountryCode: 'DE' })
    const addresses = { addresses: [{ country: 'DE' }], defaultBillingAddress: 0 }
    const customer = await signsUp(at('name'), { companyName: 'Bäckerei GmbH', ...addresses })
    expect((await theirs(customer))?.AccountId).toBe(company)
  })

  it('as one of two of whom one has an open case is that one', async () => {
    const person = { Email: at('cases'), LastName: 'Beck' }
    const quiet = await now.agent.makes('Contact', person)
    const busy = await now.agent.makes('Contact', person)
    await now.agent.makes('Case', { ContactId: quiet, Status: 'Closed', Origin: 'Web' })
    await now.agent.makes('Case', { ContactId: busy, Status: 'New', Origin: 'Web' })
    expect((await theirs(await signsUp(at('cases'))))?.Id).toBe(busy)
  })

  it('as a Lead that was converted is its contact, also after that has got another email', async () => {
    const lead = await now.agent.makes('Lead', { Email: at('converted'), LastName: 'Beck', Company: 'ACME' })
    const contact = await now.agent.converts(lead)
    await now.agent.edits('Contact', contact, { Email: 'private@example.org' })
    expect((await theirs(await signsUp(at('converted'))))?.Id).toBe(contact)
  })

  it('as an open Lead does not wait: the story of the contact names it', async () => {
    const lead = await now.agent.makes('Lead', { Email: at('lead'), LastName: 'Beck', Company: 'ACME' })
    const customer = await signsUp(at('lead'))
    await theirs(customer)
    await now.quiet()
    expect(JSON.stringify(await now.ctsf<unknown>('trace', customer.id))).toContain(
      `open Lead with the same key: ${lead}`,
    )
  })
})
