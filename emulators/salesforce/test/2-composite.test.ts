// Composite requests: references, order, all or nothing, and the limits of a call.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { VERSION, type Wire, wire } from './org.ts'

const base = `/services/data/${VERSION}`
type Sub = { body: unknown; httpStatusCode: number; referenceId: string }

let org: Wire & AsyncDisposable
beforeAll(async () => {
  org = await wire()
})
afterAll(() => org[Symbol.asyncDispose]())
beforeEach(async () => {
  org.emulator.reset()
  await org.login()
})

const composite = async (compositeRequest: object[], more: object = {}): Promise<Sub[]> => {
  const { status, body } = await org.call('POST', '/composite', {
    compositeRequest,
    collateSubrequests: false,
    ...more,
  })
  expect(status).toBe(200)
  return (body as { compositeResponse: Sub[] }).compositeResponse
}
const upsert = (referenceId: string, type: string, records: object[], allOrNone = false): object => ({
  method: 'PATCH',
  url: `${base}/composite/sobjects/${type}/CT_Id__c`,
  referenceId,
  body: { allOrNone, records: records.map(record => ({ attributes: { type }, ...record })) },
})

describe('composite', () => {
  test('builds later subrequests from earlier answers, in bodies and urls', async () => {
    const [account, contact, read] = await composite([
      { method: 'PATCH', url: `${base}/sobjects/Account/CT_Id__c/a%2F1`, referenceId: 'acc', body: { Name: 'ACME' } },
      {
        method: 'POST',
        url: `${base}/sobjects/Contact`,
        referenceId: 'con',
        body: { LastName: 'Doe', AccountId: '@{acc.id}' },
      },
      { method: 'GET', url: `${base}/sobjects/Contact/@{con.id}?fields=LastName,AccountId`, referenceId: 'read' },
    ])
    expect(account).toMatchObject({ httpStatusCode: 201, body: { created: true, success: true } })
    expect(contact?.httpStatusCode).toBe(201)
    expect(read?.body).toMatchObject({ LastName: 'Doe', AccountId: (account as { body: { id: string } }).body.id })
    expect((await org.query("SELECT Id FROM Account WHERE CT_Id__c = 'a/1'")).length).toBe(1)
  })

  test('names a row of a collection by its index, and a parent by its external id', async () => {
    const [, children, task] = await composite([
      upsert('accounts', 'Account', [
        { CT_Id__c: 'a', Name: 'A' },
        { CT_Id__c: 'b', Name: 'B' },
      ]),
      upsert('contacts', 'Contact', [
        { CT_Id__c: 'c', LastName: 'C', Account: { CT_Id__c: 'b' } },
        { CT_Id__c: 'd', LastName: 'D', Account: { CT_Id__c: 'nobody' } },
      ]),
      {
        method: 'PATCH',
        url: `${base}/sobjects/Contact/@{contacts[0].id}`,
        referenceId: 'edit',
        body: { Title: 'Dr' },
      },
    ])
    expect(children?.body).toMatchObject([
      { success: true, created: true },
      {
        success: false,
        errors: [
          {
            statusCode: 'INVALID_FIELD',
            message: 'Foreign key external ID: nobody not found for field CT_Id__c in entity Account',
            fields: [],
          },
        ],
      },
    ])
    expect(task?.httpStatusCode).toBe(204)
    const [row] = await org.query("SELECT Title, Account.CT_Id__c FROM Contact WHERE CT_Id__c = 'c'")
    expect(row).toMatchObject({ Title: 'Dr', Account: { CT_Id__c: 'b' } })
  })

  test('halts what depends on a failure and runs the rest', async () => {
    const [bad, dependent, other] = await composite([
      { method: 'POST', url: `${base}/sobjects/Account`, referenceId: 'bad', body: {} },
      {
        method: 'POST',
        url: `${base}/sobjects/Contact`,
        referenceId: 'dep',
        body: { LastName: 'X', AccountId: '@{bad.id}' },
      },
      { method: 'POST', url: `${base}/sobjects/Account`, referenceId: 'other', body: { Name: 'Fine' } },
    ])
    expect(bad).toMatchObject({ httpStatusCode: 400, body: [{ errorCode: 'REQUIRED_FIELD_MISSING' }] })
    expect(dependent).toMatchObject({ httpStatusCode: 400, body: [{ errorCode: 'PROCESSING_HALTED' }] })
    expect(other?.httpStatusCode).toBe(201)
  })

  test('with allOrNone takes everything back, rows of collections too', async () => {
    const subs = await composite(
      [
        { method: 'POST', url: `${base}/sobjects/Account`, referenceId: 'one', body: { Name: 'One' } },
        upsert('rows', 'Contact', [{ CT_Id__c: 'x', LastName: 'X' }, { CT_Id__c: 'y' }]),
      ],
      { allOrNone: true },
    )
    expect(subs[0]).toMatchObject({ httpStatusCode: 400, body: [{ errorCode: 'PROCESSING_HALTED' }] })
    expect(subs[1]?.body).toMatchObject([
      { success: false, errors: [{ statusCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK' }] },
      { success: false, errors: [{ statusCode: 'REQUIRED_FIELD_MISSING' }] },
    ])
    expect(await org.query('SELECT Id FROM Account')).toEqual([])
    expect(await org.query("SELECT Id FROM Contact WHERE CT_Id__c = 'x'")).toEqual([])
  })

  test('runs collated subrequests in no order a client may lean on', async () => {
    const subs = await composite(
      [
        upsert('accounts', 'Account', [{ CT_Id__c: 'late', Name: 'Late' }]),
        upsert('contacts', 'Contact', [{ CT_Id__c: 'early', LastName: 'E', Account: { CT_Id__c: 'late' } }]),
      ],
      { collateSubrequests: true },
    )
    expect(subs.map(sub => sub.referenceId)).toEqual(['accounts', 'contacts'])
    expect(subs[1]?.body).toMatchObject([{ success: false }])
  })

  test('is one API call, whatever it holds', async () => {
    const before = await org.control('GET', '/requests')
    await composite([
      upsert('a', 'Account', [{ CT_Id__c: '1', Name: '1' }]),
      { method: 'GET', url: `${base}/query?q=SELECT+Id+FROM+Account`, referenceId: 'q' },
    ])
    const { last } = before.body as { last: number }
    const after = (await org.control('GET', `/requests?since=${last}`)).body
    expect(after).toMatchObject({ requests: [{ operation: 'composite', cost: 1, status: 200 }] })
  })

  test('refuses more than 25 subrequests, more than five collections, and bad references', async () => {
    const read = (at: number): object => ({ method: 'GET', url: `${base}/limits`, referenceId: `r${at}` })
    const many = { compositeRequest: Array.from({ length: 26 }, (_, at) => read(at)) }
    const refused = (errorCode: string): object => ({
      compositeResponse: [{ httpStatusCode: 400, referenceId: null, body: [{ errorCode }] }],
    })
    expect((await org.call('POST', '/composite', many)).body).toMatchObject(refused('LIMIT_EXCEEDED'))
    const heavy = { compositeRequest: Array.from({ length: 6 }, (_, at) => upsert(`u${at}`, 'Account', [])) }
    expect((await org.call('POST', '/composite', heavy)).body).toMatchObject(refused('LIMIT_EXCEEDED'))
    const named = { compositeRequest: [{ method: 'GET', url: `${base}/limits`, referenceId: '-no' }] }
    expect((await org.call('POST', '/composite', named)).body).toMatchObject(refused('INVALID_INPUT'))
  })
})

describe('collections', () => {
  test('refuse 201 records, and answer 200 when all rows fail', async () => {
    const records = Array.from({ length: 201 }, () => ({ attributes: { type: 'Account' }, Name: 'x' }))
    const { status, body } = await org.call('POST', '/composite/sobjects', { records })
    expect([status, body]).toMatchObject([400, [{ errorCode: 'EXCEEDED_ID_LIMIT' }]])
    const bad = await org.call('POST', '/composite/sobjects', { records: [{ attributes: { type: 'Account' } }] })
    expect([bad.status, bad.body]).toMatchObject([200, [{ success: false }]])
  })

  test('fail all rows of a key that comes twice in one upsert', async () => {
    const { body } = await org.call('PATCH', '/composite/sobjects/Contact/CT_Id__c', {
      records: ['k', 'other', 'k'].map(CT_Id__c => ({ attributes: { type: 'Contact' }, CT_Id__c, LastName: 'L' })),
    })
    const twice = {
      success: false,
      errors: [{ statusCode: 'DUPLICATE_VALUE', message: 'Duplicate external id specified: k' }],
    }
    expect(body).toMatchObject([twice, { success: true }, twice])
  })

  test('tell several matches of a key that is not unique from one', async () => {
    for (const Name of ['A', 'B']) await org.call('POST', '/sobjects/Account', { Name, ERP_Id__c: 'same' })
    const single = await org.call('PATCH', '/sobjects/Account/ERP_Id__c/same', { Name: 'C' })
    expect(single.status).toBe(300)
    expect(single.body).toHaveLength(2)
    const { body } = await org.call('PATCH', '/composite/sobjects/Account/ERP_Id__c', {
      records: [{ attributes: { type: 'Account' }, ERP_Id__c: 'same', Name: 'C' }],
    })
    expect(body).toMatchObject([{ success: false, errors: [{ statusCode: 'DUPLICATE_EXTERNAL_ID' }] }])
  })

  test('retrieve null for what is missing, and mix types when they delete', async () => {
    const made = await org.call('POST', '/composite/sobjects', {
      records: [
        { attributes: { type: 'Account' }, Name: 'A' },
        { attributes: { type: 'Contact' }, LastName: 'C' },
      ],
    })
    const ids = (made.body as { id: string }[]).map(row => row.id)
    const read = await org.call('POST', '/composite/sobjects/Account', {
      ids: [ids[0], '001gL0000000zzzQAA'],
      fields: ['Name'],
    })
    expect(read.body).toMatchObject([{ Name: 'A' }, null])
    const gone = await org.call('DELETE', `/composite/sobjects?ids=${ids.join(',')}&allOrNone=true`)
    expect(gone.body).toMatchObject(ids.map(id => ({ id, success: true })))
    const again = await org.call('DELETE', `/composite/sobjects?ids=${ids[0]}`)
    expect(again.body).toMatchObject([{ success: false, errors: [{ statusCode: 'ENTITY_IS_DELETED' }] }])
  })
})
