import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Customer, type World, world } from '../world.ts'

const anna = { email: 'Anna.Beck@Example.com', firstName: 'Anna', lastName: 'Beck', locale: 'de-CH' }

describe('a customer reaches Salesforce', () => {
  let now: World
  let shopper: Customer

  beforeAll(async () => {
    now = await world({ databaseUrl: null })
  })
  afterAll(async () => {
    await now[Symbol.asyncDispose]()
  })

  it('as a Contact in an Account of its own, soon after signing up', async () => {
    shopper = await now.shopper.signsUp({
      ...anna,
      password: 'secret-enough',
      addresses: [
        {
          streetName: 'Hauptstraße',
          streetNumber: '12',
          city: 'Zürich',
          postalCode: '8001',
          country: 'CH',
          state: 'ZH',
          phone: '044 668 18 00',
        },
      ],
      defaultBillingAddress: 0,
    })
    await now.quiet()
    const contact = await now.crm.contact(shopper)
    expect(contact).toMatchObject({
      FirstName: 'Anna',
      LastName: 'Beck',
      Email: 'anna.beck@example.com',
      MailingStreet: 'Hauptstraße 12',
      MailingCountryCode: 'CH',
      Phone: '+41446681800',
      CT_Locale__c: 'de-CH',
    })
    expect(contact?.AccountId).toBe((await now.crm.account(shopper))?.Id)
  })

  it('with what changed, and nothing else', async () => {
    const before = await now.crm.calls()
    shopper = await now.shopper.changes(shopper, { action: 'setFirstName', firstName: 'Anne' })
    await now.quiet()
    expect(await now.crm.contact(shopper)).toMatchObject({ FirstName: 'Anne', LastName: 'Beck' })
    expect((await now.crm.calls()) - before).toBe(1)
  })

  it('without a call when nothing that is mapped changed', async () => {
    const before = await now.crm.calls()
    shopper = await now.shopper.changes(shopper, { action: 'setMiddleName', middleName: 'Maria' })
    await now.quiet()
    expect((await now.crm.calls()) - before).toBe(0)
  })

  it('leaving to sales what was only seeded', async () => {
    const account = await now.crm.account(shopper)
    await now.agent.edits('Account', account?.Id ?? '', { Phone: '+41 44 000 00 00' })
    shopper = await now.shopper.changes(shopper, { action: 'setVatId', vatId: 'CHE-123' })
    await now.quiet()
    expect(await now.crm.account(shopper)).toMatchObject({ Phone: '+41 44 000 00 00', CT_Vat_Id__c: 'CHE-123' })
  })

  it('once, however often and in whatever order the deliveries come', async () => {
    await now.commerce.disturb({ doubleRate: 1, shuffle: true, seed: 7 })
    const others = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        now.shopper.signsUp({ email: `twice${at}@example.com`, password: 'secret-enough', lastName: `No ${at}` }),
      ),
    )
    await now.quiet()
    await now.commerce.disturb({ doubleRate: 0, shuffle: false })
    const contacts = await now.crm.rows('Contact')
    for (const { id } of others) expect(contacts.filter(row => row.CT_Id__c === `demo/${id}`)).toHaveLength(1)
  })

  it('even without a name, by a name made from the email', async () => {
    const nameless = await now.shopper.signsUp({ email: 'no.name@example.com', password: 'secret-enough' })
    await now.quiet()
    expect(await now.crm.contact(nameless)).toMatchObject({ LastName: 'no.name' })
  })

  it('unless Salesforce refuses the email: then it is listed with the reason, and the rest goes on', async () => {
    const odd = await now.shopper.signsUp({ email: 'umläut..dots@example.com', password: 'secret-enough' })
    const fine = await now.shopper.signsUp({ email: 'fine@example.com', password: 'secret-enough', lastName: 'Fine' })
    await now.quiet()
    expect(await now.crm.contact(fine)).toBeDefined()
    expect(await now.crm.contact(odd)).toBeUndefined()
    const { items } = await now.api<{
      items: { source: { id: string }; failure: { code: string; message: string } }[]
    }>('/failures')
    const listed = items.find(one => one.source.id === `demo/${odd.id}`)
    expect(listed?.failure.code).toBe('INVALID_EMAIL_ADDRESS')
    expect(JSON.stringify(listed)).not.toContain('dots@example.com')
  })

  it('and stays, unlinked, when the customer is deleted', async () => {
    const links = (await now.status()).links
    await now.shopper.leaves(shopper)
    await now.quiet()
    expect((await now.status()).links).toBe(links - 2)
    expect((await now.crm.rows('Contact')).some(row => row.CT_Id__c === `demo/${shopper.id}`)).toBe(true)
  })

  it('with one correlation id from the delivery to the journal', async () => {
    const correlationId = `test-${crypto.randomUUID()}`
    const answer = await fetch(`${now.urls.service}/deliveries/commercetools`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${now.secret}`,
        'x-correlation-id': correlationId,
      },
      body: JSON.stringify({
        notificationType: 'ResourceUpdated',
        projectKey: 'demo',
        resource: { typeId: 'customer', id: shopper.id },
        version: 99,
        modifiedAt: new Date().toISOString(),
      }),
    })
    expect(answer.status).toBe(204)
    expect(answer.headers.get('x-correlation-id')).toBe(correlationId)
    const { entries } = await now.api<{ entries: { step: string }[] }>(`/trace/${correlationId}`)
    expect(entries.map(one => one.step)).toContain('received')
  })
})
