/** What sales edits reaches the shop in every form that a field can have; what the shop refuses is listed, mended and tried again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../ports.ts'
import { type Customer, type World, world } from '../world.ts'

const latest = { owner: 'latest' } as const
const config = {
  pace: { pollMs: 1_000 },
  mappings: {
    'customer-person': {
      fields: {
        'Contact.CT_Customer_Group__c': { owner: 'crm' },
        'Contact.CT_Store_Keys__c': { owner: 'crm' },
        'Contact.MailingStreet': latest,
        'Contact.MailingStateCode': latest,
        'Account.BillingStreet': latest,
      },
    },
  },
}

type Failed = {
  readonly id: string
  readonly state: string
  readonly source: { readonly side: string; readonly type: string; readonly id: string }
  readonly failure: { readonly code: string; readonly fields: string[]; readonly message: string }
}
type Page = { readonly items: readonly Failed[] }

describe('the way back, end to end', () => {
  let now: World
  let customer: Customer
  let gold: Customer

  beforeAll(async () => {
    now = await world({ config })
    for (const key of ['b2c-at', 'b2c-de']) await now.merchant.makes('stores', { key })
    gold = await now.merchant.makes('customer-groups', { groupName: 'Gold' })
    customer = await now.shopper.signsUp({
      email: 'back@example.com',
      password: 'secret-enough',
      lastName: 'Beck',
      addresses: [{ country: 'US', streetName: 'Ring', streetNumber: '1', region: 'California' }],
      defaultBillingAddress: 0,
    })
    await now.quiet()
  })
  afterAll(async () => {
    await now[Symbol.asyncDispose]()
  })

  const contact = async () => (await now.crm.contact(customer)) ?? { Id: '' }
  const account = async () => (await now.crm.account(customer)) ?? { Id: '' }
  const edits = async (fields: Record<string, unknown>): Promise<unknown> =>
    now.agent.edits('Contact', (await contact()).Id, fields)
  const address = async (): Promise<unknown> => [(await now.shopper.sees(customer)).addresses].flat()[0]
  const comes = <T>(look: () => Promise<T>, is: (seen: T) => boolean): Promise<T> => until(look, is, 20_000)
  const groupOf = async () => {
    const { customerGroup } = await now.shopper.sees(customer)
    return (customerGroup as { id: string } | undefined)?.id
  }
  const open = (): Promise<Page> => now.api<Page>('/failures?state=open')

  it('a name becomes a reference, keys become a list, and no value goes to and fro', async () => {
    await edits({ CT_Customer_Group__c: 'Gold', CT_Store_Keys__c: 'b2c-de;b2c-at' })
    await comes(groupOf, id => id === gold.id)
    expect(await now.shopper.sees(customer)).toMatchObject({ stores: [{ key: 'b2c-de' }, { key: 'b2c-at' }] })
    await now.quiet()
    const { version } = await now.shopper.sees(customer)
    await edits({ Department: 'looked at, so that it is polled' })
    await now.quiet()
    expect((await now.shopper.sees(customer)).version).toBe(version)
    expect(await now.status()).toMatchObject({ conflicts: 0, failures: 0 })
  })

  it('a street comes apart, a state goes where the shop keeps it, and the other record follows', async () => {
    await edits({ MailingStreet: 'Neue Straße 12a\nHinterhaus', MailingStateCode: 'TX' })
    await comes(address, seen => (seen as { region?: string }).region === 'TX')
    expect(await address()).toMatchObject({
      streetName: 'Neue Straße',
      streetNumber: '12a',
      additionalStreetInfo: 'Hinterhaus',
      region: 'TX',
      country: 'US',
    })
    expect(await address()).not.toHaveProperty('state')
    await now.quiet()
    const street = 'Neue Straße 12a\nHinterhaus'
    expect(await contact()).toMatchObject({ MailingStreet: street, MailingStateCode: 'TX' })
    expect(await account()).toMatchObject({ BillingStreet: street, BillingStateCode: 'TX' })
    expect(await now.status()).toMatchObject({ conflicts: 0, failures: 0 })
  })

  it('what the shop does not know is listed under the Salesforce record, and goes through once it is mended and retried', async () => {
    await edits({ CT_Customer_Group__c: 'Platinum' })
    const { items } = await comes(open, page => page.items.length > 0)
    const { Id } = await contact()
    expect(items).toMatchObject([
      {
        source: { side: 'crm', type: 'Contact', id: Id },
        failure: { code: 'NO_SUCH_RECORD', fields: ['customerGroup.obj.name'] },
      },
    ])
    expect(items[0]?.failure.message).not.toContain('Platinum')
    expect(await now.ctsf<Page>('failures', 'list')).toEqual({ items, next: null })
    expect(await groupOf()).toBe(gold.id)
    const platinum = await now.merchant.makes('customer-groups', { groupName: 'Platinum' })
    await now.ctsf('failures', 'retry', items[0]?.id ?? '')
    await comes(groupOf, id => id === platinum.id)
    await now.quiet()
    expect((await open()).items).toEqual([])
    expect((await now.api<Failed>(`/failures/${items[0]?.id}`)).state).toBe('retried')
  })

  it('what commercetools refuses is listed too, and a corrected value closes it by itself', async () => {
    await edits({ CT_Store_Keys__c: 'b2c-de;b2c-xx' })
    const { items } = await comes(open, page => page.items.length > 0)
    expect(items).toMatchObject([{ failure: { code: 'ReferencedResourceNotFound', fields: ['stores'] } }])
    await edits({ CT_Store_Keys__c: 'b2c-de' })
    await comes(
      () => now.shopper.sees(customer),
      seen => [seen.stores].flat().length === 1,
    )
    await now.quiet()
    expect((await open()).items).toEqual([])
    expect(await now.status()).toMatchObject({ conflicts: 0, failures: 0 })
  })
})
