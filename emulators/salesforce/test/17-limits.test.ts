// What the org allows in a day and at a time, counted as it counts, and what it says when it is used up.

import { afterEach, describe, expect, test } from 'vitest'
import type { OrgOptions } from '../src/index.ts'
import { client, VERSION, type Wire, wire } from './org.ts'

let org: Wire & AsyncDisposable
const start = async (options: Partial<OrgOptions> = {}): Promise<void> => {
  org = await wire({ org: options })
}
afterEach(async () => {
  await org[Symbol.asyncDispose]()
})

type Limits = Record<string, { Max: number; Remaining: number }>
const limits = async (): Promise<Limits> => (await org.call('GET', '/limits')).body as Limits
const usage = (headers: Headers): string | null => headers.get('sforce-limit-info')
const add = (Name = 'A') => org.call('POST', '/sobjects/Account', { Name })
const advance = (advanceMs: number) => org.control('POST', '/clock', { advanceMs })
const HOUR = 3_600_000
const refused = (what: string): object => ({
  status: 403,
  body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: `${what} Limit exceeded.` }],
})

describe('calls of a day', () => {
  test('each request is one, whatever became of it; a composite is one; a batch is its subrequests', async () => {
    await start({ apiLimit: 1000 })
    const sub = (referenceId: string) => ({ method: 'GET', url: `/services/data/${VERSION}/limits`, referenceId })
    const spent: [what: string, request: Parameters<Wire['call']>, calls: number][] = [
      ['a write', ['POST', '/sobjects/Account', { Name: 'A' }], 1],
      ['a refused write', ['POST', '/sobjects/Account', {}], 1],
      ['an unknown path', ['GET', '/nothing'], 1],
      ['a query', ['GET', '/query?q=SELECT+Id+FROM+Account'], 1],
      ['a describe', ['GET', '/sobjects/Account/describe'], 1],
      [
        '200 records',
        [
          'POST',
          '/composite/sobjects',
          { records: Array.from({ length: 200 }, () => ({ attributes: { type: 'Account' }, Name: 'x' })) },
        ],
        1,
      ],
      ['a composite of three', ['POST', '/composite', { compositeRequest: ['a', 'b', 'c'].map(sub) }], 1],
      ['a batch of three', ['POST', '/composite/batch', { batchRequests: ['a', 'b', 'c'].map(sub) }], 3],
      ['a job opened', ['POST', '/jobs/ingest', { object: 'Account', operation: 'insert' }], 1],
      ['jobs listed', ['GET', '/jobs/ingest'], 1],
      ['limits', ['GET', '/limits'], 1],
    ]
    let used = 0
    for (const [what, request, calls] of spent) {
      used += calls
      expect([what, usage((await org.call(...request)).headers)]).toEqual([what, `api-usage=${used}/1000`])
    }
    expect((await limits()).DailyApiRequests).toEqual({ Max: 1000, Remaining: 1000 - used - 1 })
  })

  test('a login, who one is, versions and a refused session are none', async () => {
    await start()
    const token = await org.login()
    const paths = ['/services/data', '/services/oauth2/userinfo']
    for (const path of paths) {
      const headers = { authorization: `Bearer ${token}` }
      expect((await fetch(`${org.emulator.url}${path}`, { headers })).status).toBe(200)
    }
    expect((await client(org.emulator.url).call('GET', '/limits')).status).toBe(401)
    expect(usage((await add()).headers)).toBe('api-usage=1/100000')
  })

  test('each reply says how many, refusals too', async () => {
    await start({ apiLimit: 2, apiLimitMode: 'hard' })
    expect(usage((await add()).headers)).toBe('api-usage=1/2')
    expect(usage((await org.call('POST', '/sobjects/Account', {})).headers)).toBe('api-usage=2/2')
    const shut = await add()
    expect(shut).toMatchObject(refused('TotalRequests'))
    expect(usage(shut.headers)).toBe('api-usage=2/2')
    expect(usage((await client(org.emulator.url).call('GET', '/limits')).headers)).toBe('api-usage=2/2')
  })

  test('a hard org shuts for all calls, and opens call by call as they become a day old', async () => {
    await start({ apiLimit: 2, apiLimitMode: 'hard', sessionMs: 48 * HOUR })
    await add()
    await advance(HOUR)
    await add()
    for (const path of ['/limits', '/query?q=SELECT+Id+FROM+Account', '/jobs/ingest', '/sobjects'])
      expect(await org.call('GET', path)).toMatchObject(refused('TotalRequests'))
    await advance(23 * HOUR + 5 * 60_000)
    expect(usage((await add()).headers)).toBe('api-usage=2/2')
    expect(await add()).toMatchObject(refused('TotalRequests'))
    expect((await org.control('GET', '/rows/Account')).body).toMatchObject({ rows: [{}, {}, {}] })
  })

  test('a soft org goes on and says so', async () => {
    await start({ apiLimit: 1 })
    await add()
    expect(usage((await add()).headers)).toBe('api-usage=2/1')
    expect((await limits()).DailyApiRequests).toEqual({ Max: 1, Remaining: 0 })
  })
})

describe('long calls at a time', () => {
  test.each([
    ['twenty-five', 25, { apiLimit: 1000 }],
    ['five in a Developer Edition', 5, { edition: 'Developer Edition' }],
    ['as many as told', 2, { concurrentCalls: 2 }],
  ] as const)('%s', async (_, most, options) => {
    await start(options)
    await org.control('POST', '/latency', { ms: HOUR })
    const calls = Array.from({ length: most }, () => add())
    // Calls count from their arrival: look until all have come.
    const seen = async (): Promise<number> => ((await org.control('GET', '/running')).body as { calls: number }).calls
    while ((await seen()) < most);
    await advance(19_000)
    const late = add('not long yet')
    while ((await seen()) < most + 1);
    await advance(1000)
    expect(await add()).toMatchObject(refused('ConcurrentRequests (Concurrent API Requests)'))
    await org.control('POST', '/latency', { ms: 0 })
    await advance(HOUR)
    expect((await Promise.all([...calls, late])).map(({ status }) => status)).toEqual(Array(most + 1).fill(201))
    expect((await add()).status).toBe(201)
  })
})

describe('Bulk API', () => {
  const open = () => org.call('POST', '/jobs/ingest', { object: 'Account', operation: 'insert' })
  const load = async (rows: number): Promise<string> => {
    const { id } = (await open()).body as { id: string }
    await fetch(`${org.emulator.url}/services/data/${VERSION}/jobs/ingest/${id}/batches`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${await org.login()}`, 'content-type': 'text/csv' },
      body: `Name\n${'x\n'.repeat(rows)}`,
    })
    await org.call('PATCH', `/jobs/ingest/${id}`, { state: 'UploadComplete' })
    return id
  }
  const state = async (id: string): Promise<unknown> => {
    const { body } = await org.call('GET', `/jobs/ingest/${id}`)
    const { state: now, numberRecordsProcessed } = body as { state: string; numberRecordsProcessed: number }
    return [now, numberRecordsProcessed]
  }

  test('10,000 rows are a batch of the day; a job without room for one waits for it, and no other is taken', async () => {
    await start({ bulkBatches: 2, bulkQueueMs: 0, bulkRecordMs: 0, sessionMs: 96 * HOUR })
    const first = await load(1)
    await advance(1000)
    expect(await state(first)).toEqual(['JobComplete', 1])
    expect((await limits()).DailyBulkApiBatches).toEqual({ Max: 2, Remaining: 1 })
    const second = await load(10_001)
    await advance(1000)
    expect(await state(second)).toEqual(['InProgress', 10_000])
    expect((await limits()).DailyBulkApiBatches).toEqual({ Max: 2, Remaining: 0 })
    expect(await open()).toMatchObject(refused('DailyBulkApiBatches'))
    await advance(25 * HOUR)
    expect(await state(second)).toEqual(['JobComplete', 10_001])
    expect((await open()).status).toBe(200)
  })

  test('records of a day', async () => {
    await start({ bulkRecords: 3, bulkQueueMs: 0, bulkRecordMs: 0, sessionMs: 96 * HOUR })
    await load(3)
    await advance(1000)
    expect(await open()).toMatchObject(refused('DailyBulkV2Records'))
    await advance(25 * HOUR)
    expect((await open()).status).toBe(200)
  })

  test('query jobs of a day, and what their results take', async () => {
    await start({ bulkQueries: 1, bulkQueueMs: 0, bulkRecordMs: 0, sessionMs: 96 * HOUR })
    const query = () => org.call('POST', '/jobs/query', { operation: 'query', query: 'SELECT Id FROM Account' })
    expect((await query()).status).toBe(200)
    await advance(1000)
    const { DailyBulkV2QueryJobs, DailyBulkV2QueryFileStorageMB } = await limits()
    expect(DailyBulkV2QueryJobs).toEqual({ Max: 1, Remaining: 0 })
    expect(DailyBulkV2QueryFileStorageMB).toEqual({ Max: 976_562, Remaining: 976_561 })
    expect(await query()).toMatchObject(refused('DailyBulkV2QueryJobs'))
    await advance(25 * HOUR)
    expect((await query()).status).toBe(200)
  })

  test('limits are named as their version names them', async () => {
    await start()
    const names = async (version: string): Promise<string[]> => {
      const headers = { authorization: `Bearer ${await org.login()}` }
      const reply = await fetch(`${org.emulator.url}/services/data/${version}/limits`, { headers })
      return Object.keys((await reply.json()) as object).filter(name => name.includes('Bulk'))
    }
    expect(await names('v46.0')).toEqual(['DailyBulkApiRequests'])
    expect(await names('v48.0')).toEqual([
      'DailyBulkApiRequests',
      'DailyBulkV2QueryFileStorageMB',
      'DailyBulkV2QueryJobs',
    ])
    expect(await names('v67.0')).toContain('DailyBulkApiBatches')
  })
})

describe('query locators', () => {
  const more = async (): Promise<string> => {
    const { body } = await org.call('GET', '/query?q=SELECT+Id+FROM+Account', undefined, {
      'sforce-query-options': 'batchSize=200',
    })
    return (body as { nextRecordsUrl: string }).nextRecordsUrl.replace(`/services/data/${VERSION}`, '')
  }
  const fill = async (): Promise<void> => {
    for (let at = 0; at < 2; at++) {
      const records = Array.from({ length: 200 }, () => ({ attributes: { type: 'Account' }, Name: 'x' }))
      await org.call('POST', '/composite/sobjects', { records })
    }
  }
  const gone = { status: 400, body: [{ errorCode: 'INVALID_QUERY_LOCATOR', message: 'invalid query locator' }] }

  test('of eleven the oldest is gone', async () => {
    await start()
    await fill()
    const urls: string[] = []
    for (let at = 0; at < 11; at++) urls.push(await more())
    expect(await org.call('GET', urls[0] ?? '')).toMatchObject(gone)
    expect(await org.call('GET', urls[1] ?? '')).toMatchObject({ status: 200, body: { done: true } })
  })

  test('one that nobody asks for ends after a quarter of an hour, one in use does not', async () => {
    await start()
    await fill()
    const [used, idle] = [await more(), await more()]
    await advance(10 * 60_000)
    expect((await org.call('GET', used)).status).toBe(200)
    await advance(10 * 60_000)
    expect((await org.call('GET', used)).status).toBe(200)
    expect(await org.call('GET', idle)).toMatchObject(gone)
  })

  test("nobody reads another user's, and none beyond the end", async () => {
    await start()
    await fill()
    const url = await more()
    expect(await org.call('GET', url.replace(/\d+$/, '9999'))).toMatchObject(gone)
    const other = client(org.emulator.url)
    await other.login({ grant_type: 'password', client_id: 'x', username: 'sam@example.org', password: 'y' })
    expect(await other.call('GET', url)).toMatchObject(gone)
  })
})
