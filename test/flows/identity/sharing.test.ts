/** Many customers, one person; and the links come back from Salesforce when the database is lost. With everything that runs. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../../ports.ts'
import { ask, type CrmRow, type Customer, type World, world } from '../../world.ts'

const config = {
  pace: { pollMs: 1_000 },
  mappings: { 'customer-person': { onClaimed: 'share', fields: { 'Contact.Title': { owner: 'latest' } } } },
}

type Part = { role: string; looked: number; differing: number; counts: Record<string, number> }

describe('many customers, one person', { timeout: 90_000 }, () => {
  let now: World
  const people: Record<string, Customer> = {}

  beforeAll(async () => {
    now = await world({ config, databaseUrl: null })
    for (const key of ['at', 'de', 'fr']) await now.merchant.makes('stores', { key })
    people.at = await signsUp('at', { firstName: 'Anna', dateOfBirth: '1980-01-01' })
    await now.quiet()
    people.de = await signsUp('de', { firstName: 'Anni' })
    await now.quiet()
    people.fr = await signsUp('fr', { firstName: 'Anne' })
    await now.quiet()
  }, 90_000)
  afterAll(async () => {
    await now[Symbol.asyncDispose]()
  })

  const signsUp = (store: string, more: Record<string, unknown>): Promise<Customer> =>
    now.shopper.signsUp({
      email: 'anna@example.com',
      password: 'secret-enough',
      lastName: 'Beck',
      stores: [{ typeId: 'store', key: store }],
      ...more,
    })
  const of = (name: string): Customer => people[name] ?? ({ id: '', version: 0 } as Customer)
  const rows = async (): Promise<Record<string, CrmRow>> =>
    Object.fromEntries(
      (await now.crm.rows('CT_Identity__c')).map(row => {
        const name = Object.keys(people).find(one => row.CT_Id__c === `demo/${of(one).id}`)
        return [name ?? String(row.CT_Id__c), row]
      }),
    )
  const contacts = (): Promise<CrmRow[]> => now.crm.rows('Contact')

  it('one email in three stores is one contact, with a row for each, which names project, store and email', async () => {
    const [contact, another] = await contacts()
    expect(another).toBeUndefined()
    expect(contact).toMatchObject({ FirstName: 'Anna', CT_Id__c: `demo/${of('at').id}`, CT_Store_Keys__c: 'at' })
    const found = await rows()
    expect(Object.keys(found).sort()).toEqual(['at', 'de', 'fr'])
    for (const [name, row] of Object.entries(found))
      expect(row).toMatchObject({
        CT_Contact__c: contact?.Id,
        CT_Project__c: 'demo',
        CT_Store_Keys__c: name,
        CT_Email__c: 'anna@example.com',
        CT_Is_Primary__c: name === 'at',
      })
    expect(await now.crm.rows('Account')).toHaveLength(1)
    expect(await now.status()).toMatchObject({ conflicts: 0, failures: 0 })
  })

  it('loses its database, links all of it again from Salesforce, and then has nothing to write', async () => {
    const before = { contacts: await contacts(), rows: await rows() }
    await now.service.kill()
    await rm(join(String(now.env.DATA_DIR)), { recursive: true, force: true })
    await now.service.start()
    const dry = await now.ctsf<{ parts: Part[] }>('relink', '--dry-run')
    expect(dry.parts.map(one => [one.role, one.counts.linked])).toEqual([
      ['account', 1],
      ['contact', 1],
      ['identity', 3],
    ])
    expect(await now.status()).toMatchObject({ links: 0 })
    const done = await now.ctsf<{ parts: Part[] }>('relink')
    expect(done.parts.map(one => [one.counts.linked, one.differing])).toEqual([
      [1, 0],
      [1, 0],
      [3, 0],
    ])
    expect((await now.ctsf<{ parts: Part[] }>('relink')).parts.map(one => one.counts.known)).toEqual([1, 1, 3])
    expect(await now.status()).toMatchObject({ links: 7 })

    // Every customer is looked at: what is not different is not written.
    for (const name of Object.keys(people))
      people[name] = await now.shopper.changes(of(name), { action: 'setKey', key: `key-${name}` })
    await now.quiet()
    const after = await contacts()
    expect(after).toHaveLength(1)
    expect(after[0]).toMatchObject({
      ...before.contacts[0],
      CT_Key__c: 'key-at',
      SystemModstamp: expect.anything(),
      LastModifiedDate: expect.anything(),
    })
    expect(await rows()).toEqual(before.rows)
  })

  it('lets another one take the place of the one who leaves, without what is no longer theirs', async () => {
    await now.shopper.leaves(of('at'), { erase: true })
    // Links that came back from Salesforce are of one age: either may be it.
    const isHeir = ({ CT_Id__c: key }: CrmRow): boolean => ['de', 'fr'].some(name => key === `demo/${of(name).id}`)
    const [contact] = await until(contacts, some => some.some(isHeir), 30_000)
    await now.quiet()
    const heir = contact?.CT_Id__c === `demo/${of('de').id}` ? 'de' : 'fr'
    const FirstName = heir === 'de' ? 'Anni' : 'Anne'
    expect(contact).toMatchObject({ FirstName, CT_Store_Keys__c: heir, CT_Key__c: `key-${heir}` })
    expect(contact?.Birthdate ?? null).toBeNull()
    const found = await rows()
    expect(
      Object.entries(found)
        .map(([name, row]) => [name, row.CT_Is_Primary__c])
        .sort(),
    ).toEqual([
      ['de', heir === 'de'],
      ['fr', heir === 'fr'],
    ])
  })

  it('makes one of two persons whose contacts people merge', async () => {
    const other = await now.shopper.signsUp({ email: 'other@example.com', password: 'secret-enough', lastName: 'Kern' })
    people.other = other
    await now.quiet()
    const [kept] = await contacts()
    const gone = await now.crm.contact(other)
    await now.agent.merges('Contact', String(kept?.Id), String(gone?.Id))
    const found = await until(rows, all => all.other !== undefined, 30_000)
    await now.quiet()
    expect(found.other).toMatchObject({ CT_Contact__c: kept?.Id, CT_Is_Primary__c: false })
    expect(await contacts()).toMatchObject([{ Id: kept?.Id, CT_Id__c: kept?.CT_Id__c, LastName: 'Beck' }])
    expect(await now.status()).toMatchObject({ conflicts: 0, failures: 0 })
  })
})

describe('a person says that two customers are one person', { timeout: 90_000 }, () => {
  it('and may take it back until it is carried out', async () => {
    await using now = await world({})
    const signsUp = (lastName: string, key: string) =>
      now.shopper.signsUp({
        email: 'same@example.com',
        password: 'secret-enough',
        lastName,
        stores: [{ typeId: 'store', key }],
      })
    for (const key of ['at', 'de']) await now.merchant.makes('stores', { key })
    const first = await signsUp('Beck', 'at')
    await now.quiet()
    const second = await signsUp('Kern', 'de')
    await now.quiet()
    type Conflict = { id: string; kind: string; state: string; foreseen?: { choice: { do: string } }[] }
    const [one] = (await now.api<{ items: Conflict[] }>('/conflicts?state=open')).items
    expect(one).toMatchObject({ kind: 'claimed' })
    const id = one?.id ?? ''
    const seen = await now.ctsf<Conflict>('conflicts', 'show', id, '--preview')
    expect(seen.foreseen?.map(each => each.choice.do)).toContain('share')
    // While Salesforce is away nothing can be written, so the word can be taken back.
    await now.crm.faults([{ on: 'any', do: 'status', status: 503 }])
    await now.decide(id, { do: 'share' })
    const undo = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"by":"ben"}' }
    await until(
      () => ask(`${now.urls.service}/api/v1/conflicts/${id}/undo`, undo).catch(() => null),
      answer => answer !== null,
      30_000,
    )
    expect(await now.api<Conflict>(`/conflicts/${id}`)).toMatchObject({ state: 'open' })
    await ask(`${now.urls.crm}/__emulator/faults`, { method: 'DELETE' })
    await now.ctsf('conflicts', 'resolve', id, '--do', 'share', '--by', 'ann')
    await until(
      () => now.crm.rows('CT_Identity__c'),
      rows => rows.length === 2,
      30_000,
    )
    await now.quiet()
    expect(await now.api<Conflict>(`/conflicts/${id}`)).toMatchObject({ state: 'closed' })
    const contacts = await now.crm.rows('Contact')
    expect(contacts).toMatchObject([{ CT_Id__c: `demo/${first.id}`, LastName: 'Beck' }])
    const rows = await now.crm.rows('CT_Identity__c')
    expect(rows.map(row => [row.CT_Id__c, row.CT_Is_Primary__c])).toEqual([
      [`demo/${second.id}`, false],
      [`demo/${first.id}`, true],
    ])
  })
})
