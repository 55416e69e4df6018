// All that jsforce can do with rows: every way to write, read, find and page them, and what it makes of refusals.

import type { Connection } from '@jsforce/jsforce-node'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { VERSION, type Wire, wire } from '../org.ts'
import { connected } from './jsforce.ts'

let org: Wire & AsyncDisposable
let conn: Connection
beforeAll(async () => {
  org = await wire()
})
beforeEach(async () => {
  org.emulator.reset()
  conn = await connected(org.emulator.url)
})
afterAll(() => org[Symbol.asyncDispose]())

const names = async (): Promise<unknown[]> =>
  (await conn.query('SELECT Name FROM Account ORDER BY Name')).records.map(row => row.Name)
const accounts = (...list: string[]): { Name: string }[] => list.map(Name => ({ Name }))
const idsOf = (results: { id?: string | undefined }[]): string[] => results.map(({ id }) => id ?? '')

describe('one row', () => {
  test('insert and del are create and destroy', async () => {
    const { id = '' } = await conn.sobject('Account').insert({ Name: 'A' })
    expect(await names()).toEqual(['A'])
    expect(await conn.sobject('Account').del(id)).toMatchObject({ id, success: true })
    expect(await names()).toEqual([])
  })

  test('a record reference retrieves, updates and destroys', async () => {
    const { id = '' } = await conn.sobject('Account').create({ Name: 'A' })
    const record = conn.sobject('Account').record(id)
    await record.update({ Name: 'B' })
    expect(await record.retrieve()).toMatchObject({ Id: id, Name: 'B', attributes: { type: 'Account' } })
    await record.destroy()
    expect(await names()).toEqual([])
  })

  test('a field cleared by null, one that is left out stays', async () => {
    const { id = '' } = await conn.sobject('Account').create({ Name: 'A', Phone: '1', Fax: '2' })
    await conn.sobject('Account').update({ Id: id, Phone: null })
    expect(await conn.sobject('Account').retrieve(id)).toMatchObject({ Phone: null, Fax: '2' })
  })

  test('a parent by external ID', async () => {
    await conn.sobject('Account').create({ Name: 'A', CT_Id__c: 'a' })
    const { id = '' } = await conn.sobject('Contact').create({ LastName: 'L', Account: { CT_Id__c: 'a' } })
    const [found] = (await conn.query(`SELECT Account.Name FROM Contact WHERE Id = '${id}'`)).records
    expect(found).toMatchObject({ Account: { Name: 'A' } })
  })

  test('an upsert by an encoded key, and by one that two have', async () => {
    const key = 'a/b c#1?é'
    const made = await conn.sobject('Account').upsert({ Name: 'A', CT_Id__c: encodeURIComponent(key) }, 'CT_Id__c')
    expect(made).toMatchObject({ success: true, created: true })
    expect((await conn.query('SELECT CT_Id__c FROM Account')).records).toMatchObject([{ CT_Id__c: key }])
    await conn.sobject('Account').create([1, 2].map(() => ({ Name: 'E', ERP_Id__c: 'e' })))
    const twice = conn.sobject('Account').upsert({ Name: 'F', ERP_Id__c: 'e' }, 'ERP_Id__c')
    await expect(twice).rejects.toMatchObject({ errorCode: 'MULTIPLE_CHOICES' })
  })

  test('its own headers go through: If-Unmodified-Since, allowSave', async () => {
    const { id = '' } = await conn.sobject('Account').create({ Name: 'A' })
    const headers = { 'If-Unmodified-Since': 'Thu, 01 Jan 2015 00:00:00 GMT' }
    await expect(conn.sobject('Account').update({ Id: id, Name: 'B' }, { headers })).rejects.toMatchObject({
      errorCode: 'PRECONDITION_FAILED',
    })
    const saved = await conn
      .sobject('Account')
      .create({ Name: 'A' }, { headers: { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' } })
    expect(saved.success).toBe(true)
  })
})

describe('many rows', () => {
  test('450 go in three calls when it may, and are refused in one when it may not', async () => {
    const rows = accounts(...Array.from({ length: 450 }, (_, at) => `A${at}`))
    await expect(conn.sobject('Account').create(rows)).rejects.toMatchObject({ errorCode: 'EXCEEDED_ID_LIMIT' })
    const { body: before } = await org.control('GET', '/requests')
    const results = await conn.sobject('Account').create(rows, { allowRecursive: true })
    expect(results.every(({ success }) => success)).toBe(true)
    const { last } = before as { last: number }
    const { body } = await org.control('GET', `/requests?since=${last}`)
    expect((body as { requests: unknown[] }).requests).toHaveLength(3)
    expect(new Set(idsOf(results)).size).toBe(450)
  })

  test('allOrNone takes all back, for creates, updates, upserts and deletes', async () => {
    const all = { allOrNone: true }
    const halted = { success: false, errors: [{ statusCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK' }] }
    expect(await conn.sobject('Account').create([{ Name: 'A' }, {}], all)).toMatchObject([halted, { success: false }])
    const ids = idsOf(await conn.sobject('Account').create(accounts('A', 'B')))
    const [first = '', second = ''] = ids
    const updates = [
      { Id: first, Name: 'C' },
      { Id: second, Name: null },
    ]
    expect(await conn.sobject('Account').update(updates, all)).toMatchObject([halted, { success: false }])
    const upserts = [{ CT_Id__c: 'k', Name: 'K' }, { CT_Id__c: 'l' }]
    expect(await conn.sobject('Account').upsert(upserts, 'CT_Id__c', all)).toMatchObject([halted, { success: false }])
    expect(await conn.sobject('Account').destroy([first, '001000000000001AAA'], all)).toMatchObject([
      halted,
      { success: false },
    ])
    expect(await names()).toEqual(['A', 'B'])
  })

  test('without it each row stands by itself', async () => {
    const [one = ''] = idsOf(await conn.sobject('Account').create(accounts('A')))
    expect(
      await conn.sobject('Account').update([
        { Id: one, Name: 'B' },
        { Id: '001000000000001AAA', Name: 'C' },
      ]),
    ).toMatchObject([{ success: true }, { success: false, errors: [{ statusCode: 'INVALID_CROSS_REFERENCE_KEY' }] }])
    const upserts = await conn.sobject('Account').upsert([{ CT_Id__c: 'k', Name: 'K' }, { CT_Id__c: 'l' }], 'CT_Id__c')
    expect(upserts).toMatchObject([{ success: true, created: true }, { success: false }])
    expect(await conn.sobject('Account').destroy([one, 'x'])).toMatchObject([{ success: true }, { success: false }])
    expect(await names()).toEqual(['K'])
  })

  test('a retrieve of many has null for those that there are not', async () => {
    const [one = ''] = idsOf(await conn.sobject('Account').create(accounts('A')))
    const found = await conn.sobject('Account').retrieve([one, '001000000000001AAA'], { fields: ['Name'] })
    expect(found).toMatchObject([{ Name: 'A' }, null])
  })

  test('a composite in which one part names another', async () => {
    const under = `/services/data/${VERSION}/sobjects`
    const reply = await conn.requestPost<{ compositeResponse: unknown }>('/composite', {
      allOrNone: true,
      compositeRequest: [
        { method: 'PATCH', url: `${under}/Account/CT_Id__c/a`, referenceId: 'acc', body: { Name: 'A' } },
        {
          method: 'POST',
          url: `${under}/Contact`,
          referenceId: 'con',
          body: { LastName: 'L', AccountId: '@{acc.id}' },
        },
      ],
    })
    expect(reply.compositeResponse).toMatchObject([
      { httpStatusCode: 201, referenceId: 'acc', body: { created: true } },
      {
        httpStatusCode: 201,
        referenceId: 'con',
        httpHeaders: { Location: expect.stringContaining('/sobjects/Contact/003') },
      },
    ])
  })
})

describe('finding', () => {
  beforeEach(async () => {
    const made = await conn.sobject('Account').create(accounts('A', 'B', 'C'))
    await conn.sobject('Contact').create(['X', 'Y'].map(LastName => ({ LastName, AccountId: made[0]?.id ?? '' })))
  })

  test('find with conditions, order, limit and offset', async () => {
    const rows = await conn
      .sobject('Account')
      .find({ Name: { $in: ['A', 'B', 'C'] }, Phone: null }, 'Id, Name')
      .sort({ Name: -1 })
      .limit(2)
      .skip(1)
    expect(rows.map(({ Name }) => Name)).toEqual(['B', 'A'])
    expect(await conn.sobject('Account').find({ Name: { $like: 'B%' } })).toMatchObject([{ Name: 'B' }])
  })

  test('findOne, count, and children by include', async () => {
    expect(await conn.sobject('Account').findOne({ Name: 'C' })).toMatchObject({ Name: 'C' })
    expect(await conn.sobject('Account').findOne({ Name: 'Z' })).toBeNull()
    expect(await conn.sobject('Account').count({ Name: { $ne: 'A' } })).toBe(2)
    const soql = "SELECT Name, (SELECT LastName FROM Contacts ORDER BY LastName) FROM Account WHERE Name = 'A'"
    const [first] = (await conn.query(soql)).records
    expect(first).toMatchObject({
      Contacts: { totalSize: 2, done: true, records: [{ LastName: 'X' }, { LastName: 'Y' }] },
    })
  })

  test('aggregates', async () => {
    const { records } = await conn.query(
      'SELECT AccountId, COUNT(Id) amount, MAX(LastName) FROM Contact GROUP BY AccountId',
    )
    expect(records).toMatchObject([{ attributes: { type: 'AggregateResult' }, amount: 2, expr0: 'Y' }])
  })

  test('a query that changes and one that destroys what it finds', async () => {
    await conn
      .sobject('Account')
      .find({ Name: { $ne: 'A' } })
      .update({ Phone: '7' }, 'Account')
    expect(await conn.sobject('Account').count({ Phone: '7' })).toBe(2)
    await conn.sobject('Account').find({ Phone: '7' }).destroy('Account')
    expect(await names()).toEqual(['A'])
  })
})

describe('paging', () => {
  beforeEach(async () => {
    const rows = accounts(...Array.from({ length: 650 }, (_, at) => String(at)))
    await conn.sobject('Account').create(rows, { allowRecursive: true })
  })
  const small = { headers: { 'Sforce-Query-Options': 'batchSize=200' } }

  test('queryMore by url and by locator', async () => {
    const first = await conn.query('SELECT Id FROM Account', small)
    expect([first.totalSize, first.done, first.records.length]).toEqual([650, false, 200])
    const { nextRecordsUrl = '' } = first
    const second = await conn.queryMore(nextRecordsUrl)
    expect([second.done, second.records.length]).toEqual([true, 450])
    const locator = nextRecordsUrl.split('/').at(-1) ?? ''
    expect((await conn.queryMore(locator)).records).toHaveLength(450)
  })

  test('autoFetch takes all, or as many as it is told', async () => {
    const all = await conn.query('SELECT Id FROM Account', { autoFetch: true, maxFetch: 1000, ...small })
    expect([all.records.length, all.done]).toEqual([650, true])
    const some = await conn.query('SELECT Id FROM Account', { autoFetch: true, maxFetch: 300, ...small })
    expect(some.records).toHaveLength(300)
  })

  test('a query told record by record', async () => {
    let count = 0
    const query = conn.query('SELECT Id FROM Account', { autoFetch: true, maxFetch: 1000, ...small })
    query.on('record', () => {
      count++
    })
    await query
    expect(count).toBe(650)
  })

  test('queryAll sees the recycle bin', async () => {
    const [one] = (await conn.query('SELECT Id FROM Account LIMIT 1')).records
    await conn.sobject('Account').destroy(one?.Id ?? '')
    expect((await conn.query('SELECT COUNT() FROM Account')).totalSize).toBe(649)
    expect((await conn.query('SELECT COUNT() FROM Account', { scanAll: true })).totalSize).toBe(650)
  })
})
