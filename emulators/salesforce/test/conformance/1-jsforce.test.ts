// The emulator as jsforce sees it: a client that nobody here wrote.

import { Connection } from '@jsforce/jsforce-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Wire, wire } from '../org.ts'

let org: Wire & AsyncDisposable
let conn: Connection

beforeAll(async () => {
  org = await wire()
  conn = new Connection({
    version: '67.0',
    loginUrl: org.emulator.url,
    oauth2: { clientId: 'c', clientSecret: 's', loginUrl: org.emulator.url },
    callOptions: { client: 'ctsf' },
  })
  await conn.authorize({ grant_type: 'client_credentials' })
})
afterAll(() => org[Symbol.asyncDispose]())

describe('jsforce', () => {
  test('is logged in and knows who it is', async () => {
    expect(conn.instanceUrl).toBe(org.emulator.url)
    expect(conn.userInfo?.organizationId).toMatch(/^00D.{15}$/)
    const identity = await conn.identity()
    expect(identity.username).toBe('integration@emulated.org')
  })

  test('logs in by name and password', async () => {
    const other = new Connection({
      version: '67.0',
      oauth2: { clientId: 'c', clientSecret: 's', loginUrl: org.emulator.url },
    })
    const user = await other.login('sam@example.org', 'secret')
    expect(user.id).toMatch(/^005/)
    expect((await other.identity()).username).toBe('sam@example.org')
  })

  test('describes the org and an object with the package fields', async () => {
    const global = await conn.describeGlobal()
    expect(global.sobjects.map(found => found.name)).toEqual(
      expect.arrayContaining(['Account', 'Contact', 'User', 'CT_Cart__c']),
    )
    const contact = await conn.describe('Contact')
    const key = contact.fields.find(field => field.name === 'CT_Id__c')
    expect(key).toMatchObject({
      externalId: true,
      unique: true,
      caseSensitive: true,
      length: 255,
      type: 'string',
      idLookup: true,
    })
    expect(contact.fields.find(field => field.name === 'LastName')).toMatchObject({ nillable: false, createable: true })
    expect(contact.fields.find(field => field.name === 'AccountId')).toMatchObject({
      referenceTo: ['Account'],
      relationshipName: 'Account',
    })
    const account = await conn.describe('Account')
    expect(account.childRelationships.find(found => found.childSObject === 'Contact')?.relationshipName).toBe(
      'Contacts',
    )
  })

  test('creates, retrieves, updates and destroys one record', async () => {
    const made = await conn
      .sobject('Account')
      .create({ Name: ' ACME ', BillingCountryCode: 'US', BillingStateCode: 'CA' })
    expect(made).toMatchObject({ success: true, errors: [] })
    const id = made.id ?? ''
    const account = await conn.sobject('Account').retrieve(id)
    expect(account).toMatchObject({
      Id: id,
      Name: 'ACME',
      BillingCountry: 'United States',
      BillingState: 'California',
      IsDeleted: false,
    })
    expect(await conn.sobject('Account').update({ Id: id, Phone: '030' })).toMatchObject({ success: true })
    expect((await conn.sobject('Account').retrieve(id, { fields: ['Phone'] })).Phone).toBe('030')
    expect(await conn.sobject('Account').destroy(id)).toMatchObject({ success: true })
    await expect(conn.sobject('Account').retrieve(id)).rejects.toMatchObject({ errorCode: 'ENTITY_IS_DELETED' })
  })

  test('upserts one by external id, and then the same again', async () => {
    const contacts = conn.sobject('Contact')
    const first = await contacts.upsert({ CT_Id__c: 'one', LastName: 'One' }, 'CT_Id__c')
    expect(first).toMatchObject({ success: true, created: true })
    expect(await contacts.upsert({ CT_Id__c: 'one', LastName: 'Two' }, 'CT_Id__c')).toMatchObject({
      id: first.id,
      created: false,
    })
    expect((await contacts.retrieve(first.id ?? '')).LastName).toBe('Two')
  })

  test('upserts a collection: each row has its own result', async () => {
    const rows = [
      { CT_Id__c: 'c1', LastName: 'A' },
      { CT_Id__c: 'c2' },
      { CT_Id__c: 'c3', LastName: 'C', Email: 'Big@Example.ORG' },
    ]
    const results = await conn.sobject('Contact').upsert(rows, 'CT_Id__c')
    expect(results.map(result => result.success)).toEqual([true, false, true])
    expect(results[1]?.errors).toEqual([
      {
        statusCode: 'REQUIRED_FIELD_MISSING',
        message: 'Required fields are missing: [LastName]',
        fields: ['LastName'],
      },
    ])
    const [found] = (await conn.query("SELECT Id, Email FROM Contact WHERE CT_Id__c = 'c3'")).records
    expect(found).toMatchObject({ Id: results[2]?.id, Email: 'big@example.org' })
  })

  test('queries page by page', async () => {
    const rows = Array.from({ length: 2500 }, (_, at) => ({ Name: `Page ${String(at).padStart(4, '0')}` }))
    await conn.sobject('Account').create(rows, { allowRecursive: true })
    const soql = "SELECT Id, Name FROM Account WHERE Name LIKE 'Page %' ORDER BY Name"
    const first = await conn.query(soql)
    expect(first).toMatchObject({ totalSize: 2500, done: false })
    expect(first.records).toHaveLength(2000)
    const second = await conn.queryMore(first.nextRecordsUrl ?? '')
    expect(second).toMatchObject({ done: true, totalSize: 2500 })
    expect(second.records.at(-1)).toMatchObject({ Name: 'Page 2499' })
    expect((await conn.query("SELECT COUNT() FROM Account WHERE Name LIKE 'Page %'")).totalSize).toBe(2500)
  })

  test('updates, retrieves and destroys collections', async () => {
    const made = await conn.sobject('Contact').create([{ LastName: 'X' }, { LastName: 'Y' }])
    const ids = made.map(result => result.id ?? '')
    const updated = await conn.sobject('Contact').update(ids.map(Id => ({ Id, Title: 'Dr' })))
    expect(updated.every(result => result.success)).toBe(true)
    const read = await conn.sobject('Contact').retrieve(ids, { fields: ['LastName', 'Title'] })
    expect(read.map(row => [row.LastName, row.Title])).toEqual([
      ['X', 'Dr'],
      ['Y', 'Dr'],
    ])
    expect((await conn.sobject('Contact').destroy(ids)).map(result => result.success)).toEqual([true, true])
  })

  test('sees its API usage', async () => {
    const before = conn.limitInfo.apiUsage?.used ?? 0
    const limits = await conn.limits()
    expect(conn.limitInfo.apiUsage).toEqual({ used: before + 1, limit: 100_000 })
    expect(limits.DailyApiRequests).toEqual({ Max: 100_000, Remaining: 100_000 - before - 1 })
  })

  test('gets errors in the shape it knows', async () => {
    await expect(conn.sobject('Account').create({})).rejects.toMatchObject({ errorCode: 'REQUIRED_FIELD_MISSING' })
    await expect(conn.query('SELECT Nope FROM Account')).rejects.toMatchObject({ errorCode: 'INVALID_FIELD' })
    await expect(conn.query('SELECT Id FORM Account')).rejects.toMatchObject({ errorCode: 'MALFORMED_QUERY' })
    await expect(conn.sobject('Nope').describe()).rejects.toMatchObject({ errorCode: 'NOT_FOUND' })
    const stranger = new Connection({ instanceUrl: org.emulator.url, accessToken: 'wrong', version: '67.0' })
    await expect(stranger.query('SELECT Id FROM Account')).rejects.toMatchObject({ errorCode: 'INVALID_SESSION_ID' })
  })

  test('lists what changed and what went', async () => {
    const made = await conn.sobject('Account').create({ Name: 'Gone' })
    await conn.sobject('Account').destroy(made.id ?? '')
    const [start, end] = [new Date(Date.now() - 60_000).toISOString(), new Date(Date.now() + 60_000).toISOString()]
    expect((await conn.sobject('Account').deleted(start, end)).deletedRecords.map(row => row.id)).toContain(made.id)
    expect((await conn.sobject('Account').updated(start, end)).ids.length).toBeGreaterThan(2000)
  })
})
