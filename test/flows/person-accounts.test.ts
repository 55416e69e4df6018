import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../ports.ts'
import { ask, type CrmRow, type Customer, type World, world } from '../world.ts'

const config = {
  people: 'person-account',
  pace: { pollMs: 1_000 },
  mappings: {
    'customer-person': {
      fields: { PersonTitle: { owner: 'crm' }, FirstName: { owner: 'latest' } },
    },
  },
}

describe('people as person accounts, end to end', () => {
  let now: World
  let customer: Customer

  beforeAll(async () => {
    now = await world({ config, org: { personAccounts: true, states: { DE: { BY: 'Bavaria' } } } })
    customer = await now.shopper.signsUp({
      email: 'Anna@Example.com',
      password: 'secret-enough',
      firstName: 'Anna',
      lastName: 'Beck',
      dateOfBirth: '1980-01-01',
      addresses: [{ streetName: 'Hauptstraße', streetNumber: '1', city: 'München', state: 'BY', country: 'DE' }],
      defaultBillingAddress: 0,
    })
    await now.quiet()
  })
  afterAll(async () => {
    await now[Symbol.asyncDispose]()
  })

  const account = async (whose = customer): Promise<CrmRow> => (await now.crm.account(whose)) ?? { Id: '' }
  const contact = async (whose = customer): Promise<CrmRow | undefined> => {
    const { PersonContactId } = await account(whose)
    return (await now.crm.rows('Contact')).find(row => row.Id === PersonContactId)
  }

  const failures = () => failuresOf(now)

  it('a sign-up is one Account of ours, and the Contact that the platform keeps for it', async () => {
    expect(await now.crm.rows('Account')).toHaveLength(1)
    expect(await now.crm.rows('Contact')).toHaveLength(1)
    expect(await account()).toMatchObject({
      IsPersonAccount: true,
      Name: 'Anna Beck',
      PersonEmail: 'anna@example.com',
      PersonBirthdate: '1980-01-01',
      PersonMailingCity: 'München',
      PersonMailingStateCode: 'BY',
      CT_Email_Verified__pc: false,
    })
    expect(await contact()).toMatchObject({ Email: 'anna@example.com', CT_Id__c: null })
    expect(await now.status()).toMatchObject({ links: 1, failures: 0, conflicts: 0 })
  })

  it('a change in the shop reaches both, and costs no second record', async () => {
    customer = await now.shopper.changes(
      customer,
      { action: 'setLastName', lastName: 'Meier' },
      { action: 'setDateOfBirth', dateOfBirth: '1981-02-03' },
    )
    await now.quiet()
    expect(await account()).toMatchObject({ Name: 'Anna Meier', PersonBirthdate: '1981-02-03' })
    expect(await contact()).toMatchObject({ LastName: 'Meier', Birthdate: '1981-02-03' })
    expect(await now.crm.rows('Account')).toHaveLength(1)
  })

  it('what sales writes in a field of its own reaches the shop; what is the shop’s is put right', async () => {
    await now.agent.edits('Account', (await account()).Id, { PersonTitle: 'Dr.', PersonEmail: 'typo@example.com' })
    await until(
      () => now.shopper.sees(customer),
      seen => seen.title === 'Dr.',
      20_000,
    )
    await until(account, row => 'PersonEmail' in row && row.PersonEmail === 'anna@example.com', 20_000)
    expect(await contact()).toMatchObject({ Title: 'Dr.', Email: 'anna@example.com' })
  })

  it('latest: the later edit stands, whoever made it', async () => {
    await now.agent.edits('Account', (await account()).Id, { FirstName: 'Annika' })
    await until(
      () => now.shopper.sees(customer),
      seen => seen.firstName === 'Annika',
      20_000,
    )
    customer = await now.shopper.changes(await now.shopper.sees(customer), {
      action: 'setFirstName',
      firstName: 'Anne',
    })
    await now.quiet()
    expect(await account()).toMatchObject({ Name: 'Anne Meier' })
  })

  it('a renamed customer group is read again for its customers', async () => {
    const headers = { 'content-type': 'application/json', authorization: await tokenOf(now) }
    const post = <T>(path: string, body: unknown): Promise<T> =>
      ask<T>(`${now.urls.commerce}/demo/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    const group = await post<{ id: string; version: number }>('customer-groups', { groupName: 'Gold' })
    customer = await now.shopper.changes(await now.shopper.sees(customer), {
      action: 'setCustomerGroup',
      customerGroup: { typeId: 'customer-group', id: group.id },
    })
    await now.quiet()
    expect(await account()).toMatchObject({ CT_Customer_Group__pc: 'Gold' })
    const actions = [{ action: 'changeName', name: 'Platinum' }]
    await post(`customer-groups/${group.id}`, { version: group.version, actions })
    await until(account, row => 'CT_Customer_Group__pc' in row && row.CT_Customer_Group__pc === 'Platinum', 20_000)
    expect(await contact()).toMatchObject({ CT_Customer_Group__c: 'Platinum' })
  })

  it('an email that Salesforce refuses lists that person, and nobody else; half a person is never left', async () => {
    const odd = { email: 'two..dots@example.com', password: 'secret-enough', lastName: 'Odd' }
    const bad = await now.shopper.signsUp(odd)
    const good = await now.shopper.signsUp({ email: 'fine@example.com', password: 'secret-enough', lastName: 'Fine' })
    await until(now.status, status => status.failures === 1 && status.links === 2, 20_000)
    expect(await account(good)).toMatchObject({ Name: 'Fine', IsPersonAccount: true })
    expect(await now.crm.account(bad)).toBeUndefined()
    expect(await now.crm.rows('Contact')).toHaveLength(2)
    expect(await failures()).toMatchObject([{ code: 'INVALID_EMAIL_ADDRESS', fields: ['PersonEmail'] }])
  })

  it('a load of people arrives complete and once, as the comparison finds', async () => {
    await now.people.play('arrivals', { rate: 100, customers: 60 })
    await now.people.done()
    await now.quiet()
    const compared = await now.compare()
    expect(compared).toMatchObject({ lost: 0, duplicates: 0, differences: [], commerce: { customer: 63 } })
    // Who is not there is listed: for an email that Salesforce refuses, or because another customer has the same one.
    const refused = await failures()
    expect(new Set(refused.map(each => each.code))).toEqual(new Set(['INVALID_EMAIL_ADDRESS']))
    const listed = refused.length + (await now.status()).conflicts
    expect(compared.listed).toBe(listed)
    expect(compared.crm).toEqual({ Account: 63 - listed, Contact: 63 - listed })
  })
})

describe('a business Account that has our key already', () => {
  it('is no person: the customer is listed with the reason, and the others go on', async () => {
    await using now = await world({ config, org: { personAccounts: true } })
    await now.service.stop()
    const taken = await now.shopper.signsUp({ email: 'a@example.com', password: 'secret-enough', lastName: 'Was' })
    const { access_token } = await ask<{ access_token: string }>(`${now.urls.crm}/services/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'admin', client_secret: 'admin' }),
    })
    await ask(`${now.urls.crm}/services/data/v67.0/sobjects/Account`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${access_token}` },
      body: JSON.stringify({ Name: 'Was Ltd', CT_Id__c: `demo/${taken.id}` }),
    })
    await now.service.start()
    const other = await now.shopper.signsUp({ email: 'b@example.com', password: 'secret-enough', lastName: 'New' })
    await until(now.status, status => status.failures === 1 && status.links === 1, 60_000)
    expect(await now.crm.account(taken)).toMatchObject({ Name: 'Was Ltd', IsPersonAccount: false })
    expect(await now.crm.account(other)).toMatchObject({ Name: 'New', IsPersonAccount: true })
    const [failure] = await failuresOf(now)
    expect(failure).toMatchObject({ code: 'INVALID_FIELD_FOR_INSERT_UPDATE' })
    expect(failure?.message).toContain('not of the kind (person or business)')
  })
})

describe('a form that is changed when records are there', () => {
  it('lists who is of the old form, makes new people in the new one, and is taken back without loss', async () => {
    await using now = await world({ config: {}, org: { personAccounts: true } })
    const signUp = (name: string) =>
      now.shopper.signsUp({ email: `${name}@example.com`, password: 'secret-enough', lastName: name })
    const restart = async (people: string): Promise<void> => {
      await now.service.stop()
      await writeFile(now.env.CTSF_CONFIG ?? '', `export default { people: '${people}' }\n`)
      await now.service.start()
    }
    const old = await signUp('Old')
    await now.quiet()
    expect(await now.crm.account(old)).toMatchObject({ IsPersonAccount: false, Name: 'Old' })
    expect(await now.crm.contact(old)).toMatchObject({ IsPersonAccount: false, LastName: 'Old' })
    await restart('person-account')
    await now.shopper.changes(old, { action: 'setLastName', lastName: 'Other' })
    const young = await signUp('Young')
    await until(now.status, status => status.failures === 1, 30_000)
    await now.quiet()
    expect(await now.crm.account(young)).toMatchObject({ IsPersonAccount: true, Name: 'Young' })
    expect(await now.crm.account(old)).toMatchObject({ Name: 'Old' })
    await restart('contact-with-own-account')
    const { items } = await now.api<{ items: { id: string }[] }>('/failures?state=open')
    await ask(`${now.urls.service}/api/v1/failures/${items[0]?.id}/retry`, { method: 'POST' })
    await until(now.status, status => status.failures === 0, 30_000)
    await now.quiet()
    expect(await now.crm.account(old)).toMatchObject({ Name: 'Other' })
    expect(await now.crm.contact(old)).toMatchObject({ LastName: 'Other' })
    expect(await now.crm.rows('Account')).toHaveLength(2)
  })
})

type Told = { readonly code: string; readonly message: string; readonly fields: readonly string[] }

const failuresOf = async (now: World): Promise<readonly Told[]> =>
  (await now.api<{ items: { failure: Told }[] }>('/failures?state=open&limit=200')).items.map(item => item.failure)

async function tokenOf(now: World): Promise<string> {
  const token = await ask<{ access_token: string }>(`${now.urls.commerce}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('shop:shop')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  return `Bearer ${token.access_token}`
}
