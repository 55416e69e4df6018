// What a user may see and change by permission sets, those of the package and those of the org file; nobody is bound by
// them to whom none is assigned.

import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type OrgOptions, SetupError } from '../src/index.ts'
import { client, VERSION, type Wire, wire } from './org.ts'

type Client = Omit<Wire, 'emulator'>

let org: Wire & AsyncDisposable
/** A user with the set `Narrow`, beside the administrator that `org` itself speaks for. */
let narrow: Client

const options: Partial<OrgOptions> = {
  bulkQueueMs: 0,
  bulkRecordMs: 0,
  users: [{ username: 'narrow@example.org', lastName: 'Narrow', permissionSets: ['Narrow', 'More'] }],
  permissionSets: [
    {
      name: 'Narrow',
      objects: { Account: ['create', 'read', 'edit'], Contact: ['read', 'edit'] },
      fields: {
        'Account.Phone': 'read',
        'Account.CT_Id__c': 'edit',
        'Account.BillingAddress': 'read',
        'Contact.AccountId': 'read',
        'Contact.Email': 'edit',
      },
    },
    { name: 'More', fields: { 'Account.Fax': 'edit', 'Account.Phone': 'read' } },
  ],
}
const asNarrow = { grant_type: 'password', client_id: 'x', username: 'narrow@example.org', password: 'y' }

beforeEach(async () => {
  org = await wire({ org: options })
  narrow = client(org.emulator.url)
  await narrow.login(asNarrow)
})
afterEach(async () => {
  await org[Symbol.asyncDispose]()
})

type Described = { name: string; createable: boolean; updateable: boolean }
const describeOf = async (who: Client, object: string): Promise<Record<string, unknown> & { fields: Described[] }> =>
  (await who.call('GET', `/sobjects/${object}/describe`)).body as Record<string, unknown> & { fields: Described[] }
const make = async (object: string, body: object): Promise<string> =>
  ((await org.call('POST', `/sobjects/${object}`, body)).body as { id: string }).id
const refused = (status: number, errorCode: string, more: object = {}): object => ({
  status,
  body: [{ errorCode, ...more }],
})
const soql = (text: string) => narrow.call('GET', `/query?q=${encodeURIComponent(text)}`)

describe('fields', () => {
  test('describe shows those that may be read, and which of them may be written', async () => {
    const { fields } = await describeOf(narrow, 'Account')
    const flags = Object.fromEntries(fields.map(field => [field.name, [field.createable, field.updateable]]))
    expect(flags).toMatchObject({
      Name: [true, true],
      Phone: [false, false],
      Fax: [true, true],
      CT_Id__c: [true, true],
      BillingCity: [false, false],
      BillingAddress: [false, false],
      OwnerId: [true, true],
    })
    for (const hidden of ['Website', 'ERP_Id__c', 'ShippingCity', 'ParentId']) expect(flags).not.toHaveProperty(hidden)
    const whole = (await describeOf(org, 'Account')).fields.map(({ name }) => name)
    expect(whole).toEqual(expect.arrayContaining(['Website', 'ERP_Id__c', 'ShippingCity', 'ParentId']))
  })

  test('SOQL knows no others: not in SELECT, WHERE, ORDER BY, GROUP BY, or by way of a parent', async () => {
    await make('Account', { Name: 'A', Phone: '1', Website: 'w', CT_Id__c: 'a' })
    expect((await soql("SELECT Name, Phone FROM Account WHERE CT_Id__c = 'a'")).body).toMatchObject({
      records: [{ Name: 'A', Phone: '1' }],
    })
    for (const text of [
      'SELECT Website FROM Account',
      "SELECT Id FROM Account WHERE Website = 'w'",
      'SELECT Id FROM Account ORDER BY Website',
      'SELECT Website, COUNT(Id) FROM Account GROUP BY Website',
      'SELECT Id, Account.Website FROM Contact',
      'SELECT Parent.Name FROM Account',
      'SELECT Id FROM Contact WHERE AccountId IN (SELECT ParentId FROM Account)',
    ])
      expect([text, await soql(text)]).toMatchObject([text, refused(400, 'INVALID_FIELD')])
    const { body } = await soql('SELECT FIELDS(ALL) FROM Account LIMIT 1')
    const [row] = (body as { records: object[] }).records
    expect(row).toHaveProperty('Fax')
    expect(row).not.toHaveProperty('Website')
  })

  test('a record shows no others', async () => {
    const id = await make('Account', { Name: 'A', Phone: '1', Website: 'w' })
    const { body } = await narrow.call('GET', `/sobjects/Account/${id}`)
    expect(body).toMatchObject({ Name: 'A', Phone: '1' })
    expect(body).not.toHaveProperty('Website')
    expect(await narrow.call('GET', `/sobjects/Account/${id}?fields=Website`)).toMatchObject(
      refused(400, 'INVALID_FIELD'),
    )
    expect(await narrow.call('POST', '/composite/sobjects/Account', { ids: [id], fields: ['Website'] })).toMatchObject(
      refused(400, 'INVALID_FIELD'),
    )
  })

  test('what may only be read is not written, what is hidden is unknown', async () => {
    expect(await narrow.call('POST', '/sobjects/Account', { Name: 'A', Phone: '1' })).toMatchObject(
      refused(400, 'INVALID_FIELD_FOR_INSERT_UPDATE', { fields: ['Phone'] }),
    )
    expect(await narrow.call('POST', '/sobjects/Account', { Name: 'A', Website: 'w' })).toMatchObject(
      refused(400, 'INVALID_FIELD', { message: "No such column 'Website' on sobject of type Account" }),
    )
    const id = await make('Account', { Name: 'A' })
    const city = await narrow.call('PATCH', `/sobjects/Account/${id}`, { BillingCity: 'Rome' })
    expect(city).toMatchObject(refused(400, 'INVALID_FIELD_FOR_INSERT_UPDATE', { fields: ['BillingCity'] }))
    const contact = await make('Contact', { LastName: 'L' })
    for (const link of [{ AccountId: id }, { Account: { CT_Id__c: 'a' } }])
      expect(await narrow.call('PATCH', `/sobjects/Contact/${contact}`, link)).toMatchObject(
        refused(400, 'INVALID_FIELD_FOR_INSERT_UPDATE', { fields: ['AccountId'] }),
      )
  })

  test('rows of a collection are told one by one', async () => {
    const records = [{ Name: 'A' }, { Name: 'B', Phone: '1' }, { Name: 'C', Website: 'w' }].map(row => ({
      attributes: { type: 'Account' },
      ...row,
    }))
    const { body } = await narrow.call('POST', '/composite/sobjects', { records })
    expect(body).toMatchObject([
      { success: true },
      { success: false, errors: [{ statusCode: 'INVALID_FIELD_FOR_INSERT_UPDATE' }] },
      { success: false, errors: [{ statusCode: 'INVALID_FIELD' }] },
    ])
  })

  test('an external ID is no key for those who do not see it', async () => {
    expect((await narrow.call('PATCH', '/sobjects/Account/CT_Id__c/k', { Name: 'A' })).status).toBe(201)
    expect(await narrow.call('PATCH', '/sobjects/Account/ERP_Id__c/k', { Name: 'A' })).toMatchObject(
      refused(404, 'NOT_FOUND'),
    )
  })

  test('what is hidden stays as it is, and gets its default', async () => {
    const { body } = await narrow.call('POST', '/sobjects/Account', { Name: 'A' })
    const { id } = body as { id: string }
    await org.call('PATCH', `/sobjects/Account/${id}`, { Website: 'w' })
    expect((await narrow.call('PATCH', `/sobjects/Account/${id}`, { Name: 'B' })).status).toBe(204)
    expect(await org.query('SELECT Name, Website, OwnerId FROM Account')).toMatchObject([
      { Name: 'B', Website: 'w', OwnerId: expect.stringMatching(/^005/) },
    ])
    const contact = await make('Contact', { LastName: 'L' })
    expect((await narrow.call('PATCH', `/sobjects/Contact/${contact}`, { Email: 'a@b.de' })).status).toBe(204)
    expect(await org.query('SELECT Tier__c, Vip__c FROM Contact')).toEqual([
      expect.objectContaining({ Tier__c: 'Silver', Vip__c: true }),
    ])
  })
})

describe('objects', () => {
  test('one that may not be read is not there', async () => {
    const { body } = await narrow.call('GET', '/sobjects')
    const names = (body as { sobjects: { name: string }[] }).sobjects.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['Account', 'Contact', 'User', 'Organization', 'RecordType', 'Task']))
    expect(names).not.toContain('Lead')
    expect(await narrow.call('GET', '/sobjects/Lead/describe')).toMatchObject(refused(404, 'NOT_FOUND'))
    expect(await narrow.call('POST', '/sobjects/Lead', { LastName: 'L', Company: 'C' })).toMatchObject(
      refused(404, 'NOT_FOUND'),
    )
    expect(await soql('SELECT Id FROM Lead')).toMatchObject(refused(400, 'INVALID_TYPE'))
    expect(await soql('SELECT (SELECT Id FROM Opportunities) FROM Account')).toMatchObject(refused(400, 'INVALID_TYPE'))
  })

  test('rights to create, edit and delete are one each', async () => {
    const head = await describeOf(narrow, 'Contact')
    expect(head).toMatchObject({ createable: false, updateable: true, deletable: false })
    expect(await narrow.call('POST', '/sobjects/Contact', { LastName: 'L' })).toMatchObject(
      refused(403, 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY'),
    )
    const id = await make('Contact', { LastName: 'L' })
    expect(await narrow.call('DELETE', `/sobjects/Contact/${id}`)).toMatchObject(
      refused(403, 'INSUFFICIENT_ACCESS_OR_READONLY', { message: 'insufficient access rights on object id' }),
    )
    expect((await narrow.call('DELETE', `/composite/sobjects?ids=${id}`)).body).toMatchObject([
      { success: false, errors: [{ statusCode: 'INSUFFICIENT_ACCESS_OR_READONLY' }] },
    ])
    expect((await narrow.call('PATCH', `/sobjects/Contact/${id}`, { LastName: 'M' })).status).toBe(204)
    expect(await narrow.call('POST', '/sobjects/Task', { Subject: 's' })).toMatchObject(
      refused(403, 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY'),
    )
    expect((await org.call('DELETE', `/sobjects/Contact/${id}`)).status).toBe(204)
  })
})

test('Bulk jobs do what their user may do', async () => {
  const job = { object: 'Account', operation: 'insert' }
  const load = async (csv: string): Promise<unknown> => {
    const { id } = (await narrow.call('POST', '/jobs/ingest', job)).body as { id: string }
    await fetch(`${org.emulator.url}/services/data/${VERSION}/jobs/ingest/${id}/batches`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${await narrow.login(asNarrow)}`, 'content-type': 'text/csv' },
      body: csv,
    })
    await narrow.call('PATCH', `/jobs/ingest/${id}`, { state: 'UploadComplete' })
    await org.control('POST', '/clock', { advanceMs: 1000 })
    return (await narrow.call('GET', `/jobs/ingest/${id}`)).body
  }
  expect(await load('Name,Website\nA,w\n')).toMatchObject({
    state: 'Failed',
    errorMessage: 'InvalidBatch : Field name not found : Website',
  })
  expect(await load('Name,Phone\nA,1\nB,\n')).toMatchObject({ state: 'JobComplete', numberRecordsFailed: 1 })
  expect(await narrow.call('POST', '/jobs/ingest', { ...job, object: 'Lead' })).toMatchObject(
    refused(400, 'INVALIDJOB'),
  )
  const query = { operation: 'query', query: 'SELECT Website FROM Account' }
  expect(await narrow.call('POST', '/jobs/query', query)).toMatchObject(refused(400, 'INVALID_FIELD'))
})

test('permissions outlast a reset, and indexes are those of the org', async () => {
  org.emulator.reset()
  await narrow.login(asNarrow)
  expect((await narrow.call('PATCH', '/sobjects/Account/CT_Id__c/k', { Name: 'A' })).status).toBe(201)
  await org.login()
  await org.call('PATCH', '/sobjects/Account/CT_Id__c/k', { ERP_Id__c: 'e' })
  expect((await org.call('GET', '/sobjects/Account/ERP_Id__c/e')).status).toBe(200)
  expect(await soql('SELECT ERP_Id__c FROM Account')).toMatchObject(refused(400, 'INVALID_FIELD'))
})

describe('the permission sets of the package', () => {
  const own = fileURLToPath(new URL('../../../salesforce/', import.meta.url))
  const clients = [{ clientId: 'sync', clientSecret: 's', permissionSets: ['CT_Sync_Integration'] }]

  test('a client with the integration set reads and writes its fields, and deletes nothing', async () => {
    await using emulated = await wire({
      packageDir: own,
      org: { clients: [...clients, { clientId: 'any', username: 'admin@example.org' }] },
    })
    const sync = client(emulated.emulator.url)
    await sync.login({ grant_type: 'client_credentials', client_id: 'sync', client_secret: 's' })
    const upsert = await sync.call('PATCH', '/sobjects/Contact/CT_Id__c/c1', {
      LastName: 'L',
      Email: 'a@b.de',
      MailingCity: 'Rome',
    })
    expect(upsert.status).toBe(201)
    const { id } = upsert.body as { id: string }
    expect(await sync.call('DELETE', `/sobjects/Contact/${id}`)).toMatchObject(
      refused(403, 'INSUFFICIENT_ACCESS_OR_READONLY'),
    )
    const names = (await describeOf(sync, 'Contact')).fields.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['CT_Id__c', 'Email', 'MailingCity', 'LastName']))
    expect(names).not.toContain('Department')
    expect((await emulated.call('DELETE', `/sobjects/Contact/${id}`)).status).toBe(204)
  })

  test('one that there is not is told at the start', async () => {
    const entries = [{ clientId: 'x', permissionSets: ['Nope'] }]
    await expect(wire({ org: { clients: entries } })).rejects.toThrow(SetupError)
  })
})
