// Every fault on every operation: what the client gets, and what the org has kept when it is looked at again.

import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { FAULT_ACTIONS, type FaultAction } from '../src/org/faults.ts'
import { VERSION, type Wire, wire } from './org.ts'

let org: Wire & AsyncDisposable
let token: string

beforeAll(async () => {
  org = await wire({ org: { bulkQueueMs: 0, bulkRecordMs: 0 } })
})
beforeEach(async () => {
  org.emulator.reset()
  token = await org.login()
})
afterAll(() => org[Symbol.asyncDispose]())

type Outcome = { status: number; type: string; text: string; whole: boolean; error: string | null }

/** One request on a connection of its own, and how that connection ended. */
function ask(
  method: string,
  path: string,
  body?: unknown,
  type = 'application/json',
): { reply: Promise<Outcome>; leave(): void } {
  const headers = { authorization: `Bearer ${token}`, 'content-type': type }
  const sent = httpRequest(`${org.emulator.url}${path}`, { method, headers, agent: false })
  const reply = new Promise<Outcome>(resolve => {
    const none: Outcome = { status: 0, type: '', text: '', whole: false, error: null }
    sent.on('error', (error: NodeJS.ErrnoException) => resolve({ ...none, error: error.code ?? error.message }))
    sent.on('response', response => {
      const { statusCode: status = 0, headers: got } = response
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      const end = (): void =>
        resolve({ status, type: got['content-type'] ?? '', text, whole: response.complete, error: null })
      response.on('end', end).on('error', end)
    })
  })
  sent.end(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body))
  return { reply, leave: () => sent.destroy() }
}

const under = `/services/data/${VERSION}`
const account = (Name: string): object => ({ attributes: { type: 'Account' }, Name })
const post = (Name: string): object => ({
  method: 'POST',
  url: `${under}/sobjects/Account`,
  referenceId: Name,
  body: { Name },
})

/** One request of each operation; those that write, write accounts (Bulk: a job). */
const CALLS = {
  token: [
    'POST',
    '/services/oauth2/token',
    'grant_type=client_credentials&client_id=x',
    'application/x-www-form-urlencoded',
  ],
  describe: ['GET', `${under}/sobjects/Account/describe`],
  query: ['GET', `${under}/query?q=SELECT+Id+FROM+Account`],
  row: ['POST', `${under}/sobjects/Account`, { Name: 'a' }],
  collections: ['POST', `${under}/composite/sobjects`, { records: ['a', 'b', 'c'].map(account) }],
  composite: ['POST', `${under}/composite`, { compositeRequest: ['a', 'b', 'c'].map(post), collateSubrequests: false }],
  bulk: ['POST', `${under}/jobs/ingest`, { object: 'Account', operation: 'insert' }],
  limits: ['GET', `${under}/limits`],
} as const
type Name = keyof typeof CALLS
const NAMES = Object.keys(CALLS) as Name[]
const WRITERS: readonly Name[] = ['row', 'collections', 'composite', 'bulk']
const PLAIN: Record<Name, number> = {
  ...{ token: 200, describe: 200, query: 200, row: 201, collections: 200, composite: 200, bulk: 200, limits: 200 },
}

/** What the org has of a call that was carried out: accounts by name, or jobs. */
async function kept(name: Name): Promise<string[] | number> {
  if (name !== 'bulk') return (await org.query('SELECT Name FROM Account ORDER BY Name')).map(row => String(row.Name))
  const { body } = await org.call('GET', '/jobs/ingest')
  return (body as { records: unknown[] }).records.length
}
const all = (name: Name): string[] | number => (name === 'bulk' ? 1 : name === 'row' ? ['a'] : ['a', 'b', 'c'])
const none = (name: Name): string[] | number => (name === 'bulk' ? 0 : [])

/** What the log says of the call that was hit. */
async function logged(): Promise<unknown> {
  const { body } = await org.control('GET', '/requests')
  return (body as { requests: { fault?: string }[] }).requests.find(({ fault }) => fault !== undefined)
}

const plan = (on: Name, action: FaultAction, more: object = {}): Promise<unknown> =>
  org.control('POST', '/faults', [{ on, do: action, nth: 1, ...more }])
const send = (name: Name): { reply: Promise<Outcome>; leave(): void } => {
  const [method, path, body, type] = CALLS[name]
  return ask(method, path, body, type)
}

/** Waits, by asking, until the call that was sent has met its fault. */
async function isHit(): Promise<void> {
  for (;;) {
    const { body } = await org.control('GET', '/faults')
    if ((body as { hits: number }[])[0]?.hits === 1) return
  }
}

type Expected = { status: number; cost: number; keeps: boolean; reply: object }
const json = (status: number, errorCode: string): object => ({
  ...{ status, whole: true, type: expect.stringContaining('application/json') },
  text: expect.stringContaining(`"errorCode":"${errorCode}"`),
})
const closed = { status: 0, text: '', error: expect.stringMatching(/ECONNRESET|socket hang up/) }

/** The faults that do the same to every operation. */
const SAME: Partial<Record<FaultAction, (name: Name) => Expected>> = {
  status: () => ({ status: 503, cost: 0, keeps: false, reply: json(503, 'SERVER_UNAVAILABLE') }),
  html: () => ({
    ...{ status: 503, cost: 0, keeps: false },
    reply: {
      status: 503,
      whole: true,
      type: expect.stringContaining('text/html'),
      text: expect.stringContaining('<h1>'),
    },
  }),
  'drop-before': () => ({ status: 0, cost: 0, keeps: false, reply: closed }),
  'connection-reset': () => ({ status: 0, cost: 0, keeps: false, reply: closed }),
  'commit-then-drop': name => ({ status: PLAIN[name], cost: name === 'token' ? 0 : 1, keeps: true, reply: closed }),
  truncate: name => ({
    ...{ status: PLAIN[name], cost: name === 'token' ? 0 : 1, keeps: true },
    reply: { status: PLAIN[name], whole: false },
  }),
  'limit-exceeded': () => ({ status: 403, cost: 0, keeps: false, reply: json(403, 'REQUEST_LIMIT_EXCEEDED') }),
}

describe.each(Object.entries(SAME))('%s', (action, expected) => {
  test.each(NAMES)('on %s', async name => {
    const { status, cost, keeps, reply } = expected(name)
    await plan(name, action as FaultAction)
    expect(await send(name).reply).toMatchObject(reply)
    expect(await logged()).toMatchObject({ operation: name, status, cost, fault: action })
    if (WRITERS.includes(name)) expect(await kept(name)).toEqual(keeps ? all(name) : none(name))
    const again = await send(name).reply
    expect([again.status, again.whole]).toEqual([PLAIN[name], true])
  })
})

describe('slow', () => {
  test.each(NAMES)('on %s answers when its time is over, and not before', async name => {
    await plan(name, 'slow', { ms: 3_600_000 })
    let isOver = false
    const reply = send(name).reply.finally(() => {
      isOver = true
    })
    await isHit()
    await org.control('POST', '/clock', { advanceMs: 3_599_000 })
    expect(isOver).toBe(false)
    if (WRITERS.includes(name)) expect(await kept(name)).toEqual(none(name))
    await org.control('POST', '/clock', { advanceMs: 1000 })
    expect(await reply).toMatchObject({ status: PLAIN[name], whole: true })
    if (WRITERS.includes(name)) expect(await kept(name)).toEqual(all(name))
  })
})

describe('hang', () => {
  test.each(NAMES)('on %s never answers and does nothing', async name => {
    await plan(name, 'hang')
    const call = send(name)
    await isHit()
    await org.control('POST', '/clock', { advanceMs: 24 * 3_600_000 })
    call.leave()
    expect(await call.reply).toMatchObject(closed)
    token = await org.login()
    expect(await logged()).toMatchObject({ operation: name, status: 0, cost: 0, fault: 'hang' })
    if (WRITERS.includes(name)) expect(await kept(name)).toEqual(none(name))
  })

  test.each(NAMES)('on %s ends by itself after its time', async name => {
    await plan(name, 'hang', { ms: 1 })
    expect(await send(name).reply).toMatchObject(closed)
  })
})

describe('expire-session', () => {
  test.each(NAMES.filter(name => name !== 'token'))('on %s', async name => {
    await plan(name, 'expire-session')
    expect(await send(name).reply).toMatchObject(json(401, 'INVALID_SESSION_ID'))
    expect(await logged()).toMatchObject({ operation: name, status: 401, cost: 0, fault: 'expire-session' })
    expect(await send(name).reply).toMatchObject(json(401, 'INVALID_SESSION_ID'))
    token = await org.login()
    if (WRITERS.includes(name)) expect(await kept(name)).toEqual(none(name))
    expect((await send(name).reply).status).toBe(PLAIN[name])
  })

  test('on token ends no session', async () => {
    await plan('token', 'expire-session')
    expect((await send('token').reply).status).toBe(200)
    expect((await send('limits').reply).status).toBe(200)
  })
})

/** A job of three rows, closed; what became of it. */
async function load(): Promise<{ numberRecordsProcessed: number; numberRecordsFailed: number; failed: string }> {
  const { body } = await org.call('POST', '/jobs/ingest', { object: 'Account', operation: 'insert' })
  const path = `${under}/jobs/ingest/${(body as { id: string }).id}`
  await ask('PUT', `${path}/batches`, 'Name\na\nb\nc\n', 'text/csv').reply
  await ask('PATCH', path, { state: 'UploadComplete' }).reply
  await org.control('POST', '/clock', { advanceMs: 1000 })
  const read = await ask('GET', path).reply
  const failed = await ask('GET', `${path}/failedResults`).reply
  return { ...JSON.parse(read.text), failed: failed.text }
}

const LOCKED = expect.stringContaining('UNABLE_TO_LOCK_ROW')
const fails = { success: false, errors: [{ statusCode: 'UNABLE_TO_LOCK_ROW' }] }
const subFails = { httpStatusCode: 400, body: [{ errorCode: 'UNABLE_TO_LOCK_ROW' }] }

describe.each(['unable-to-lock-row', 'partial'] as const)('%s', action => {
  test.each(['token', 'describe', 'query', 'limits'] as const)('on %s finds no row to refuse', async name => {
    await plan(name, action)
    expect((await send(name).reply).status).toBe(PLAIN[name])
    expect(await logged()).toMatchObject({ operation: name, status: PLAIN[name], fault: action })
  })

  test('on row', async () => {
    await plan('row', action)
    const reply = await send('row').reply
    // The second of one row is none.
    if (action === 'partial') expect(reply.status).toBe(201)
    else expect(reply).toMatchObject(json(400, 'UNABLE_TO_LOCK_ROW'))
    expect(await kept('row')).toEqual(action === 'partial' ? ['a'] : [])
  })

  test('on collections', async () => {
    await plan('collections', action)
    const rows: unknown = JSON.parse((await send('collections').reply).text)
    expect(rows).toMatchObject(
      action === 'partial' ? [{ success: true }, fails, { success: true }] : [fails, fails, fails],
    )
    expect(await kept('collections')).toEqual(action === 'partial' ? ['a', 'c'] : [])
  })

  test('on composite', async () => {
    await plan('composite', action)
    const { compositeResponse } = JSON.parse((await send('composite').reply).text)
    const made = { httpStatusCode: 201 }
    expect(compositeResponse).toMatchObject(
      action === 'partial' ? [made, subFails, made] : [subFails, subFails, subFails],
    )
    expect(await kept('composite')).toEqual(action === 'partial' ? ['a', 'c'] : [])
  })

  test('on bulk holds for the rows of the job whose closing it hits', async () => {
    // The third request of the job closes it.
    await plan('bulk', action, { nth: 3 })
    const { numberRecordsProcessed, numberRecordsFailed, failed } = await load()
    expect([numberRecordsProcessed, numberRecordsFailed]).toEqual([3, action === 'partial' ? 1 : 3])
    expect(failed).toEqual(LOCKED)
    expect(await kept('row')).toEqual(action === 'partial' ? ['a', 'c'] : [])
  })
})

describe('a commit that was not heard of', () => {
  test.each(['commit-then-drop', 'truncate'] as const)('%s of an update and of a delete', async action => {
    const { body } = await org.call('POST', '/sobjects/Account', { Name: 'Before' })
    const path = `${under}/sobjects/Account/${(body as { id: string }).id}`
    await plan('row', action)
    expect((await ask('PATCH', path, { Name: 'After' }).reply).whole).toBe(false)
    expect(await kept('row')).toEqual(['After'])
    await org.control('DELETE', '/faults')
    await plan('row', action)
    expect((await ask('DELETE', path).reply).whole).toBe(false)
    expect(await kept('row')).toEqual([])
  })

  test('an upsert sent again finds what it made', async () => {
    await plan('row', 'commit-then-drop')
    const upsert = (): Promise<Outcome> => ask('PATCH', `${under}/sobjects/Account/CT_Id__c/k`, { Name: 'Once' }).reply
    expect((await upsert()).status).toBe(0)
    const again = await upsert()
    expect([again.status, JSON.parse(again.text)]).toMatchObject([200, { created: false }])
    expect(await kept('row')).toEqual(['Once'])
  })

  test('the closing of a job is carried out', async () => {
    await plan('bulk', 'commit-then-drop', { nth: 3 })
    const { numberRecordsProcessed, numberRecordsFailed } = await load()
    expect([numberRecordsProcessed, numberRecordsFailed]).toEqual([3, 0])
    expect(await kept('row')).toEqual(['a', 'b', 'c'])
  })
})

test('no fault is left out', () => {
  const told = new Set([...Object.keys(SAME), 'slow', 'hang', 'expire-session', 'unable-to-lock-row', 'partial'])
  expect([...told].sort()).toEqual([...FAULT_ACTIONS].sort())
})
