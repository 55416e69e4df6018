// Bulk API 2.0: jobs that take time on the org's clock, the rules of their CSV, and what became of each row.

import { Connection } from '@jsforce/jsforce-node'
import { parse } from 'csv-parse/sync'
import { afterEach, describe, expect, test } from 'vitest'
import { type OrgOptions, salesforceEmulator } from '../src/index.ts'
import { type Answer, client, scratch, VERSION, type Wire, wire, writePackage } from './org.ts'

let org: Wire & AsyncDisposable
let token = ''
afterEach(async () => {
  await org?.[Symbol.asyncDispose]()
})

/** An org whose clock stands still: nothing moves but by `pass`. */
async function start(options: Partial<OrgOptions> = {}): Promise<void> {
  org = await wire({ org: { bulkQueueMs: 1000, bulkRecordMs: 1, ...options } })
  await org.control('POST', '/clock', { freeze: true })
  token = await org.login()
}
const pass = (advanceMs: number) => org.control('POST', '/clock', { advanceMs })

type Info = { id: string; state: string; errorMessage?: string; [name: string]: unknown }
const info = async (id: string): Promise<Info> => (await org.call('GET', `/jobs/ingest/${id}`)).body as Info
const open = async (more: object): Promise<Info> => {
  const { body, status } = await org.call('POST', '/jobs/ingest', { object: 'Contact', operation: 'insert', ...more })
  expect(status).toBe(200)
  return body as Info
}

async function raw(
  method: string,
  path: string,
  body?: string,
): Promise<{ status: number; text: string; headers: Headers }> {
  const response = await fetch(`${org.emulator.url}/services/data/${VERSION}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv' },
    ...(body === undefined ? {} : { body }),
  })
  return { status: response.status, text: await response.text(), headers: response.headers }
}
const upload = (id: string, csv: string) => raw('PUT', `/jobs/ingest/${id}/batches`, csv)
const close = (id: string): Promise<Answer> => org.call('PATCH', `/jobs/ingest/${id}`, { state: 'UploadComplete' })

async function results(id: string, name: string): Promise<Record<string, string>[]> {
  const { status, text } = await raw('GET', `/jobs/ingest/${id}/${name}`)
  expect(status).toBe(200)
  return parse(text, { columns: true })
}

/** Opens, uploads, closes, and waits for the end. */
async function load(
  csv: string,
  more: object,
): Promise<Info & { bad: Record<string, string>[]; good: Record<string, string>[] }> {
  const { id } = await open(more)
  expect((await upload(id, csv)).status).toBe(201)
  expect((await close(id)).body).toMatchObject({ state: 'UploadComplete' })
  await pass(100_000)
  return {
    ...(await info(id)),
    good: await results(id, 'successfulResults'),
    bad: await results(id, 'failedResults'),
  }
}

const lines = (header: string, rows: string[]): string => [header, ...rows, ''].join('\n')
const many = (count: number): string =>
  lines(
    'LastName,CT_Id__c',
    Array.from({ length: count }, (_, at) => `L${at},k${at}`),
  )

describe('a job', () => {
  test('waits, works through its rows as time goes by, and ends', async () => {
    await start()
    const { id, ...opened } = await open({ operation: 'upsert', externalIdFieldName: 'CT_Id__c' })
    expect(id).toMatch(/^750.{15}$/)
    expect(opened).toMatchObject({
      state: 'Open',
      object: 'Contact',
      externalIdFieldName: 'CT_Id__c',
      concurrencyMode: 'Parallel',
      contentType: 'CSV',
      apiVersion: 67,
      contentUrl: `services/data/${VERSION}/jobs/ingest/${id}/batches`,
      lineEnding: 'LF',
      columnDelimiter: 'COMMA',
    })
    await upload(id, many(450))
    await close(id)
    await pass(999)
    expect(await info(id)).toMatchObject({ state: 'UploadComplete', numberRecordsProcessed: 0 })
    await pass(202)
    expect(await info(id)).toMatchObject({ state: 'InProgress', numberRecordsProcessed: 200, jobType: 'V2Ingest' })
    expect(await org.query('SELECT Id FROM Contact')).toHaveLength(200)
    await pass(250)
    expect(await info(id)).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 450, numberRecordsFailed: 0 })
    expect(await org.query('SELECT Id FROM Contact')).toHaveLength(450)
    expect((await org.call('GET', '/limits')).body).toMatchObject({ DailyBulkApiBatches: { Remaining: 14_999 } })
  })

  test('can be aborted half way: what was not reached is handed back', async () => {
    await start()
    const { id } = await open({})
    await upload(id, many(450))
    await close(id)
    await pass(1250)
    expect((await org.call('PATCH', `/jobs/ingest/${id}`, { state: 'Aborted' })).body).toMatchObject({
      state: 'Aborted',
    })
    await pass(10_000)
    expect(await results(id, 'successfulResults')).toHaveLength(200)
    const left = await raw('GET', `/jobs/ingest/${id}/unprocessedrecords`)
    expect(left.text.split('\n').slice(0, 2)).toEqual(['"LastName","CT_Id__c"', '"L200","k200"'])
    expect(left.headers.get('content-type')).toContain('text/csv')
  })

  test('refuses steps that its state does not allow, and is forgotten when deleted or after seven days', async () => {
    await start()
    const { id } = await open({})
    const state = { status: 400, body: [{ errorCode: 'INVALIDJOBSTATE' }] }
    expect(await org.call('DELETE', `/jobs/ingest/${id}`)).toMatchObject(state)
    expect(await org.call('GET', `/jobs/ingest/${id}/successfulResults`)).toMatchObject(state)
    await upload(id, many(1))
    expect((await upload(id, many(1))).status).toBe(400)
    await close(id)
    expect((await close(id)).body).toEqual([
      { errorCode: 'INVALIDJOBSTATE', message: 'Closing already UploadComplete Job not allowed', fields: [] },
    ])
    await pass(10_000)
    expect((await org.call('PATCH', `/jobs/ingest/${id}`, { state: 'Aborted' })).status).toBe(400)
    expect((await org.call('DELETE', `/jobs/ingest/${id}`)).status).toBe(204)
    expect((await org.call('GET', `/jobs/ingest/${id}`)).status).toBe(404)
    const kept = await open({})
    expect((await org.call('GET', '/jobs/ingest')).body).toMatchObject({ done: true, records: [{ id: kept.id }] })
    await pass(8 * 24 * 3_600_000)
    await org.login()
    expect((await org.call('GET', '/jobs/ingest')).body).toMatchObject({ records: [] })
  })

  test.each([
    [{ object: 'Nope' }, 'INVALIDJOB'],
    [{ operation: 'merge' }, 'INVALIDJOB'],
    [{ operation: 'upsert' }, 'INVALIDJOB'],
    [{ operation: 'upsert', externalIdFieldName: 'LastName' }, 'INVALIDJOB'],
    [{ lineEnding: 'CR' }, 'INVALIDJOB'],
    [{ operation: 'hardDelete' }, 'FEATURENOTENABLED'],
  ])('cannot be opened with %j', async (more, errorCode) => {
    await start()
    const answer = await org.call('POST', '/jobs/ingest', { object: 'Contact', operation: 'insert', ...more })
    expect(answer).toMatchObject({ status: 400, body: [{ errorCode }] })
  })

  test('goes on after the process was killed between two chunks', async () => {
    using directory = scratch()
    writePackage(`${directory.path}/package`)
    const options = {
      packageDir: `${directory.path}/package`,
      stateDir: `${directory.path}/state`,
      org: { bulkQueueMs: 0, bulkRecordMs: 1 },
    }
    const first = await salesforceEmulator(options)
    const before = client(first.url)
    await before.control('POST', '/clock', { freeze: true })
    token = await before.login()
    org = { ...before, emulator: first, [Symbol.asyncDispose]: async () => {} }
    const { id } = await open({ operation: 'upsert', externalIdFieldName: 'CT_Id__c' })
    await upload(id, many(500))
    await close(id)
    await pass(200)
    await first.close()
    const second = await salesforceEmulator(options)
    const after = client(second.url)
    token = await after.login()
    org = { ...after, emulator: second, [Symbol.asyncDispose]: () => second.close() }
    expect(await info(id)).toMatchObject({ state: 'InProgress', numberRecordsProcessed: 200 })
    await pass(1000)
    expect(await info(id)).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 500, numberRecordsFailed: 0 })
    const good = await results(id, 'successfulResults')
    expect(new Set(good.map(row => row.sf__Id)).size).toBe(500)
    expect(await org.query('SELECT Id FROM Contact')).toHaveLength(500)
  })
})

describe('rows', () => {
  test('tell what became of them, in the columns of the API', async () => {
    await start()
    await org.call('POST', '/sobjects/Contact', {
      LastName: 'Old',
      CT_Id__c: 'a',
      Title: 'Dr',
      Department: 'D',
      Vip__c: false,
    })
    const csv = lines('Id,CT_Id__c,LastName,Title,Department,Vip__c,Score__c,Birthdate,Seen_At__c', [
      ',a,New,#N/A,,yes,12.345,1990-02-03,2026-01-02T03:04:05Z',
      ',b,"Two ""quoted""\nlines",,,0,,,',
      ',c,#N/A,,,,,,',
      ',d,D,,,,many,,',
      ',d2,D,,,maybe,,,',
      ',e,E,,,,,2026-02-30,',
      ',f,F,,,,,,',
      ',f,F,,,,,,',
      ',,G,,,,,,',
    ])
    const job = await load(csv, { operation: 'upsert', externalIdFieldName: 'CT_Id__c' })
    expect(job).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 9, numberRecordsFailed: 7 })
    expect(Object.keys(job.good[0] ?? {}).slice(0, 4)).toEqual(['sf__Id', 'sf__Created', 'Id', 'CT_Id__c'])
    expect(job.good.map(row => [row.sf__Created, row.LastName])).toEqual([
      ['false', 'New'],
      ['true', 'Two "quoted"\nlines'],
    ])
    expect(job.bad.map(row => [row.CT_Id__c, row.sf__Error])).toEqual([
      ['c', 'REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --'],
      ['d', 'INVALID_TYPE_ON_FIELD_IN_RECORD:Score: value not of required type: many:Score__c --'],
      ['d2', 'INVALID_TYPE_ON_FIELD_IN_RECORD:Vip: value not of required type: maybe:Vip__c --'],
      ['e', 'INVALID_TYPE_ON_FIELD_IN_RECORD:Birthdate: value not of required type: 2026-02-30:Birthdate --'],
      ['f', 'DUPLICATE_VALUE:Duplicate external id specified: f:CT_Id__c --'],
      ['f', 'DUPLICATE_VALUE:Duplicate external id specified: f:CT_Id__c --'],
      ['', 'MISSING_ARGUMENT:CT_Id__c not specified:--'],
    ])
    const [row] = await org.query(
      "SELECT LastName, Title, Department, Vip__c, Score__c, Seen_At__c FROM Contact WHERE CT_Id__c = 'a'",
    )
    expect(row).toMatchObject({
      LastName: 'New',
      Title: null,
      Department: 'D',
      Vip__c: true,
      Score__c: 12.35,
      Seen_At__c: '2026-01-02T03:04:05.000+0000',
    })
  })

  test('name parents by external ID, but none that comes in the same job', async () => {
    await start()
    await org.call('POST', '/sobjects/Account', { Name: 'Top', CT_Id__c: 'top' })
    const job = await load(lines('CT_Id__c,Name,Parent.CT_Id__c', ['one,One,top', 'two,Two,one', 'three,Three,#N/A']), {
      object: 'Account',
      operation: 'upsert',
      externalIdFieldName: 'CT_Id__c',
    })
    expect(job.good.map(row => row.Name)).toEqual(['One', 'Three'])
    expect(job.bad.map(row => row.sf__Error)).toEqual([
      'INVALID_FIELD:Foreign key external ID: one not found for field CT_Id__c in entity Account:--',
    ])
    expect(await org.query("SELECT Parent.Name FROM Account WHERE CT_Id__c = 'one'")).toMatchObject([
      { Parent: { Name: 'Top' } },
    ])
  })

  test('are updated and deleted by id; a hard delete leaves nothing in the bin', async () => {
    await start({ bulkHardDelete: true })
    const made = await load(many(3), {})
    const [one, two, three] = made.good.map(row => row.sf__Id)
    const updated = await load(lines('Id,Title', [`${one},Dr`, `${two},`, '003000000000000AAA,X', ',Y']), {
      operation: 'update',
    })
    expect(updated.good.map(row => row.sf__Id)).toEqual([one, two])
    expect(updated.bad.map(row => row.sf__Error?.split(':')[0])).toEqual([
      'INVALID_CROSS_REFERENCE_KEY',
      'MISSING_ARGUMENT',
    ])
    expect((await load(lines('Id', [`${one}`, `${one}`, `${two}`]), { operation: 'delete' })).numberRecordsFailed).toBe(
      2,
    )
    expect((await load(lines('Id', [`${three}`]), { operation: 'hardDelete' })).good).toHaveLength(1)
    const all = await org.call(
      'GET',
      `/queryAll?q=${encodeURIComponent('SELECT Id, IsDeleted FROM Contact ORDER BY Id')}`,
    )
    expect(all.body).toMatchObject({
      records: [
        { Id: one, IsDeleted: false },
        { Id: two, IsDeleted: true },
      ],
    })
  })

  test('are locked by a fault on the closing of the job', async () => {
    await start()
    await org.control('POST', '/faults', { on: 'bulk', do: 'partial' })
    const job = await load(many(4), {})
    expect(job.bad.map(row => row.sf__Error?.split(':')[0])).toEqual(['UNABLE_TO_LOCK_ROW', 'UNABLE_TO_LOCK_ROW'])
  })
})

describe('a file', () => {
  const bom = String.fromCodePoint(0xfeff)
  test.each<[string, string, object, string]>([
    ['of an unknown column', lines('LastName,Nope', ['A,B']), {}, 'InvalidBatch : Field name not found : Nope'],
    [
      'of the other line ending',
      'LastName\r\nA\r\n',
      {},
      'ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF',
    ],
    [
      'declared CRLF',
      'LastName\nA\n',
      { lineEnding: 'CRLF' },
      'ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is CRLF',
    ],
    [
      'with a byte order mark',
      `${bom}"LastName"\n"A"\n`,
      {},
      'InvalidBatch : Failed to parse CSV. Found unescaped quote. A value with quote should be within a quote',
    ],
    [
      'that ends inside quotes',
      'LastName\n"A\n',
      {},
      'InvalidBatch : Failed to parse CSV. EOF reached before closing an opened quote',
    ],
    ['without rows', 'LastName\n', {}, 'InvalidBatch : Records not found'],
    ['without the key', many(1), { operation: 'update' }, 'InvalidBatch : Field name not found : Id'],
    [
      'with a text too long',
      lines('LastName', ['x'.repeat(32_001)]),
      {},
      'InvalidBatch : Field size exceeds the maximum of 32000 characters',
    ],
    ['with a column twice', lines('LastName,lastname', ['A,B']), {}, 'InvalidBatch : Duplicate field name : lastname'],
  ])('%s fails the job', async (_name, csv, more, errorMessage) => {
    await start()
    expect(await load(csv, more)).toMatchObject({ state: 'Failed', errorMessage, numberRecordsProcessed: 0 })
    expect(await org.query('SELECT Id FROM Contact')).toEqual([])
  })

  test.each([
    ['CRLF', 'COMMA', '\r\n', ','],
    ['LF', 'TAB', '\n', '\t'],
    ['LF', 'SEMICOLON', '\n', ';'],
    ['LF', 'PIPE', '\n', '|'],
    ['LF', 'CARET', '\n', '^'],
    ['LF', 'BACKQUOTE', '\n', '`'],
  ])('of %s and %s is read and answered alike', async (lineEnding, columnDelimiter, eol, delimiter) => {
    await start()
    const csv = ['LastName,Title', 'A,"x,y"', 'B,'].map(line => line.replace(',', delimiter)).join(eol)
    const { id } = await open({ lineEnding, columnDelimiter })
    await upload(id, csv)
    await close(id)
    await pass(10_000)
    const { text } = await raw('GET', `/jobs/ingest/${id}/successfulResults`)
    const rows = parse(text, { columns: true, delimiter, record_delimiter: eol }) as Record<string, string>[]
    expect(rows.map(row => [row.LastName, row.Title])).toEqual([
      ['A', 'x,y'],
      ['B', ''],
    ])
  })

  test('of more than one batch is read on from where the last ended', async () => {
    await start()
    const { id } = await open({})
    await upload(id, many(20_450))
    await close(id)
    for (let at = 0; at < 3; at++) await pass(100_000)
    expect(await info(id)).toMatchObject({
      state: 'JobComplete',
      numberRecordsProcessed: 20_450,
      numberRecordsFailed: 0,
    })
    expect(
      (await org.query("SELECT LastName FROM Contact WHERE CT_Id__c IN ('k9999', 'k10000', 'k20449')")).length,
    ).toBe(3)
    expect((await org.call('GET', '/limits')).body).toMatchObject({ DailyBulkApiBatches: { Remaining: 14_997 } })
  })
})

describe('a query job', () => {
  test('pages its result by locator', async () => {
    await start()
    await org.call('POST', '/sobjects/Account', { Name: 'ACME "and" co', CT_Id__c: 'a' })
    await load(lines('LastName,Account.CT_Id__c,Notes__c', ['A,a,"one\ntwo"', 'B,,', 'C,a,']), {})
    const query = 'SELECT LastName, Account.Name, Notes__c, CreatedDate, Vip__c FROM Contact ORDER BY LastName'
    const made = await org.call('POST', '/jobs/query', { operation: 'query', query })
    const { id } = made.body as Info
    expect(made.body).toMatchObject({ state: 'UploadComplete', object: 'Contact', operation: 'query' })
    expect((await org.call('GET', `/jobs/query/${id}/results`)).status).toBe(400)
    await pass(2000)
    expect((await org.call('GET', `/jobs/query/${id}`)).body).toMatchObject({
      state: 'JobComplete',
      numberRecordsProcessed: 3,
      jobType: 'V2Query',
    })
    const first = await raw('GET', `/jobs/query/${id}/results?maxRecords=2`)
    expect(first.headers.get('sforce-numberofrecords')).toBe('2')
    const rows = parse(first.text, { columns: true }) as Record<string, string>[]
    expect(rows.map(row => [row.LastName, row['Account.Name'], row.Notes__c, row.Vip__c])).toEqual([
      ['A', 'ACME "and" co', 'one\ntwo', 'true'],
      ['B', '', '', 'true'],
    ])
    expect(rows[0]?.CreatedDate).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    const second = await raw(
      'GET',
      `/jobs/query/${id}/results?maxRecords=2&locator=${first.headers.get('sforce-locator')}`,
    )
    expect(second.headers.get('sforce-locator')).toBe('null')
    expect(parse(second.text, { columns: true })).toMatchObject([{ LastName: 'C' }])
    expect((await org.call('GET', '/limits')).body).toMatchObject({ DailyBulkV2QueryJobs: { Remaining: 9999 } })
  })

  test.each([
    ['SELECT COUNT() FROM Contact', 'API_ERROR'],
    ['SELECT Id, (SELECT Id FROM Contacts) FROM Account', 'API_ERROR'],
    ['SELECT MailingAddress FROM Contact', 'API_ERROR'],
    ['SELECT Id FROM Contact LIMIT 1 OFFSET 1', 'API_ERROR'],
    ['SELECT Nope FROM Contact', 'INVALID_FIELD'],
    ['SELECT Id FORM Contact', 'MALFORMED_QUERY'],
  ])('cannot be %s', async (query, errorCode) => {
    await start()
    expect(await org.call('POST', '/jobs/query', { operation: 'query', query })).toMatchObject({
      status: 400,
      body: [{ errorCode }],
    })
  })
})

test('jsforce loads and queries by Bulk 2.0', async () => {
  org = await wire({ org: { bulkQueueMs: 20, bulkRecordMs: 0.01 } })
  const conn = new Connection({
    version: '67.0',
    loginUrl: org.emulator.url,
    oauth2: { clientId: 'c', clientSecret: 's', loginUrl: org.emulator.url },
  })
  await conn.authorize({ grant_type: 'client_credentials' })
  conn.bulk2.pollInterval = 20
  await conn.sobject('Account').create({ Name: 'ACME', CT_Id__c: 'acme' })
  const input = [
    { CT_Id__c: 'x', LastName: 'X', Vip__c: false, Title: null, 'Account.CT_Id__c': 'acme' },
    { CT_Id__c: 'y', LastName: null, Vip__c: true, Title: 'Dr', 'Account.CT_Id__c': 'acme' },
  ]
  const loaded = await conn.bulk2.loadAndWaitForResults({
    object: 'Contact',
    operation: 'upsert',
    externalIdFieldName: 'CT_Id__c',
    input,
  })
  expect(loaded.successfulResults).toMatchObject([{ sf__Created: 'true', CT_Id__c: 'x' }])
  expect(loaded.failedResults).toMatchObject([
    { sf__Error: expect.stringContaining('REQUIRED_FIELD_MISSING'), CT_Id__c: 'y' },
  ])
  expect(loaded.unprocessedRecords).toEqual([])
  const rows = await (await conn.bulk2.query('SELECT LastName, Account.Name FROM Contact')).toArray()
  expect(rows).toEqual([{ LastName: 'X', 'Account.Name': 'ACME' }])
})
