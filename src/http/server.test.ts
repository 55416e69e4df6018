/** The way in, over a real database in memory: bad deliveries, credentials, strangers, lists, pages. */
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Engine } from '../engine/engine.ts'
import { clock } from '../lib/clock.ts'
import { digester } from '../lib/digester.ts'
import { log } from '../lib/log.ts'
import { customerPerson } from '../mappings/customer-person/index.ts'
import { RemoteFailure } from '../model/outcome.ts'
import { type CrmFeed, type CrmSystem, type Store, StoreDown } from '../model/ports.ts'
import { store as openStore } from '../store/index.ts'
import { commercetools } from '../systems/commercetools/index.ts'
import { metrics } from './metrics.ts'
import type { Served } from './served.ts'
import { server } from './server.ts'

const quiet = log('silent')
const away = async (): Promise<never> => {
  throw new RemoteFailure({ is: 'unavailable', code: 'refused', message: 'nothing there', fields: [], retryAt: null })
}
const crm: CrmSystem & CrmFeed = {
  side: 'crm',
  batch: { rowsPerGroup: 200, groupsPerCall: 5 },
  schema: away,
  find: away,
  keyed: away,
  read: away,
  write: away,
  changes: away,
  limits: away,
  check: away,
  orgId: away,
}
const project = {
  key: 'demo',
  clientId: 'id',
  clientSecret: 'secret',
  authUrl: 'http://127.0.0.1:1',
  apiUrl: 'http://127.0.0.1:1',
  scopes: [],
}

let store: Store
let woken = 0
let served: Served
let app: FastifyInstance
let reasons: string[] = []

beforeAll(async () => {
  store = await openStore({
    database: { memory: true },
    clock: clock(),
    log: quiet,
    encryptionKey: Buffer.alloc(32, 1),
  })
  const board = metrics()
  const engine: Engine = {
    systems: { commerce: commercetools({ projects: [project] }, { clock: clock(), log: quiet }), crm },
    store,
    mappings: [customerPerson()],
    digester: digester('k'.repeat(32)),
    clock: clock(),
    log: quiet,
    pace: {
      passSize: 1_000,
      callsInFlight: 4,
      leaseMs: 60_000,
      maxDelayMs: 2_000,
      reserve: 0.2,
      burst: 8,
      pollMs: 15_000,
      sweepMs: 0,
      dueMs: 0,
      maxAttempts: 10,
    },
    observe: board.observer,
    projections: new WeakMap(),
  }
  const state = { paused: null, passes: { count: 0, rows: 0, sizes: [] }, recent: [], budget: null, lastPassAt: null }
  served = {
    engine,
    drain: { wake: () => woken++, done: Promise.resolve(), state: () => state },
    queue: null,
    metrics: board,
    unready: async () => reasons,
    about: { version: '0.0.0', roles: ['intake'], startedAt: clock().now(), org: () => '00D000000000001AAA' },
    access: { host: '127.0.0.1', deliverySecret: null, oidc: null, apiTokens: [] },
    signal: new AbortController().signal,
  }
  board.watch(store, null, null)
  app = await server(served)
})
afterAll(async () => {
  await app.close()
  await store[Symbol.asyncDispose]()
})
beforeEach(() => {
  reasons = []
  woken = 0
})

const id = '1f2b3c4d-0000-4000-8000-000000000001'
const changed = {
  notificationType: 'ResourceUpdated',
  projectKey: 'demo',
  resource: { typeId: 'customer', id },
  version: 3,
  modifiedAt: '2026-01-01T00:00:00.000Z',
}
const host = { host: '127.0.0.1:8080' }
const deliver = (payload: string | object, headers: Record<string, string> = {}, to = app) =>
  to.inject({
    method: 'POST',
    url: '/deliveries/commercetools',
    headers: { ...host, 'content-type': 'application/json', ...headers },
    payload,
  })
const get = (url: string, headers: Record<string, string> = {}, to = app) =>
  to.inject({ method: 'GET', url, headers: { ...host, ...headers } })
const errorOf = (answer: { json(): unknown }) => (answer.json() as { error: Record<string, string> }).error

describe('deliveries', () => {
  it('stores one, wakes the worker, and carries the correlation id through', async () => {
    const answer = await deliver(changed, { 'x-correlation-id': 'shop-1' })
    expect(answer.statusCode).toBe(204)
    expect(answer.headers['x-correlation-id']).toBe('shop-1')
    expect(woken).toBe(1)
    expect((await get('/api/v1/status')).json()).toMatchObject({ backlog: 1, lanes: { live: { due: 1 } } })
    const record = await get(`/api/v1/records/commerce/customer/demo/${id}`)
    expect(record.json()).toMatchObject({ dirty: { version: 3, correlationId: 'shop-1' } })
    expect((await get(`/api/v1/records/commerce/customer/demo%2F${id}`)).statusCode).toBe(200)
  })
  it('takes the envelope of Pub/Sub push, and any content type', async () => {
    const data = Buffer.from(JSON.stringify(changed)).toString('base64')
    expect((await deliver({ message: { data, messageId: '1' } })).statusCode).toBe(204)
    for (const type of ['application/cloudevents+json', 'text/plain; charset=UTF-8'])
      expect((await deliver(JSON.stringify(changed), { 'content-type': type })).statusCode).toBe(204)
  })
  it.each([
    ['no JSON', '{"a":', 400],
    ['nothing', '', 400],
    ['an unknown form', '{"hello":"world"}', 400],
    ['a list', '[1,2]', 400],
    ['null', 'null', 400],
    ['a deep nest', '['.repeat(500_000), 400],
    ['two megabytes', JSON.stringify({ a: 'x'.repeat(2_000_000) }), 413],
  ])('answers %s', async (_name, body, status) => {
    const answer = await deliver(body)
    expect(answer.statusCode).toBe(status)
    expect(errorOf(answer)).toMatchObject({
      code: expect.any(String),
      message: expect.any(String),
      fix: expect.any(String),
    })
    expect(woken).toBe(0)
  })
  it('keeps quotes in an id from doing anything', async () => {
    const odd = { ...changed, resource: { typeId: 'customer', id: `'; drop table dirty; --"<script>` } }
    expect([204, 400]).toContain((await deliver(odd)).statusCode)
    expect((await get('/api/v1/status')).statusCode).toBe(200)
  })
  it('acknowledges nothing while the database is away', async () => {
    const down = async (): Promise<never> => {
      throw new StoreDown('away')
    }
    const engine = { ...served.engine, store: { ...store, mark: down, backlog: down } }
    const cut = await server({ ...served, engine })
    const answer = await deliver(changed, {}, cut)
    expect([answer.statusCode, errorOf(answer).code]).toEqual([503, 'store-down'])
    const page = await get('/', {}, cut)
    expect([page.statusCode, page.headers['content-type']]).toEqual([503, expect.stringContaining('text/html')])
    await cut.close()
  })
  it('are taken in only where that is the role', async () => {
    const worker = await server({ ...served, about: { ...served.about, roles: ['worker'] } })
    expect((await deliver(changed, {}, worker)).statusCode).toBe(404)
    expect((await get('/healthz', {}, worker)).statusCode).toBe(200)
    await worker.close()
  })
  it('asks for the secret, in the header or in the address', async () => {
    const guarded = await server({ ...served, access: { ...served.access, deliverySecret: 'sesame' } })
    expect((await deliver(changed, {}, guarded)).statusCode).toBe(401)
    expect((await deliver(changed, { authorization: 'Bearer sesam' }, guarded)).statusCode).toBe(401)
    expect((await deliver(changed, { authorization: 'Bearer sesame' }, guarded)).statusCode).toBe(204)
    const url = '/deliveries/commercetools?token=sesame'
    const answer = await guarded.inject({ method: 'POST', url, headers: host, payload: changed })
    expect(answer.statusCode).toBe(204)
    await guarded.close()
  })
})

describe('strangers', () => {
  it('refuses names that lead here by rebinding, and posts from other sites', async () => {
    expect((await get('/api/v1/status', { host: 'evil.example' })).statusCode).toBe(421)
    expect((await get('/', { host: 'evil.example:8080' })).statusCode).toBe(421)
    expect((await get('/', { host: 'localhost:8080' })).statusCode).toBe(200)
    expect((await deliver(changed, { origin: 'https://evil.example' })).statusCode).toBe(403)
  })
  it('asks for a token where one is set, of browsers too', async () => {
    const guarded = await server({
      ...served,
      access: { ...served.access, apiTokens: [{ name: 'ann', token: 'open' }] },
    })
    expect((await get('/api/v1/status', {}, guarded)).statusCode).toBe(401)
    expect((await get('/api/v1/status', { authorization: 'Bearer open' }, guarded)).statusCode).toBe(200)
    const page = await get('/', {}, guarded)
    expect([page.statusCode, page.headers['www-authenticate']]).toEqual([401, expect.stringContaining('Basic')])
    const basic = `Basic ${Buffer.from('me:open').toString('base64')}`
    expect((await get('/', { authorization: basic }, guarded)).statusCode).toBe(200)
    expect((await get('/healthz', {}, guarded)).statusCode).toBe(200)
    await guarded.close()
  })
})

describe('the API', () => {
  it('says why it is not ready', async () => {
    expect((await get('/readyz')).statusCode).toBe(200)
    reasons = ['Salesforce is away']
    const answer = await get('/readyz')
    expect([answer.statusCode, answer.json()]).toEqual([503, { ready: false, reasons: ['Salesforce is away'] }])
  })
  it('lists, and tells a wrong cursor, method, path or state', async () => {
    expect((await get('/api/v1/conflicts')).json()).toEqual({ items: [], next: null })
    expect((await get('/api/v1/failures?state=all&limit=1')).json()).toEqual({ items: [], next: null })
    expect(errorOf(await get('/api/v1/conflicts?cursor=abc')).code).toBe('bad-cursor')
    expect((await get('/api/v1/conflicts?state=odd')).statusCode).toBe(400)
    expect((await get('/api/v1/conflicts/none')).statusCode).toBe(404)
    expect((await get('/api/v1/conflicts/a%00b')).statusCode).toBe(400)
    expect(errorOf(await get('/api/v1/nonsense')).code).toBe('no-such-route')
    const wrong = await app.inject({ method: 'DELETE', url: '/api/v1/status', headers: host })
    expect([wrong.statusCode, wrong.headers.allow]).toEqual([405, 'GET'])
    const retry = await app.inject({ method: 'POST', url: '/api/v1/failures/none/retry', headers: host })
    expect(retry.statusCode).toBe(404)
  })
  it('pages through conflicts and decides one', async () => {
    const ref = { side: 'commerce', type: 'customer', id: `demo/${id}` } as const
    const claim = await store.claim({ side: 'commerce', limit: 10, leaseMs: 60_000, lanes: ['live', 'retry'] })
    const row = { ref, do: 'settle', version: 3, gone: false, notBefore: null, countsAttempt: false } as const
    const conflict = { kind: 'ambiguous', why: '<b>two of them</b>', candidates: [], fields: [], source: ref } as const
    const saved = await store.save(claim?.token ?? '', {
      rows: [{ ...row, uncertain: false, lane: null }],
      links: [],
      conflicts: ['account', 'contact'].map(role => ({
        ...conflict,
        mapping: 'customer-person',
        role,
        correlationId: 'shop-1',
      })),
      failures: [],
      resolved: [],
      listings: [],
      applied: [],
      waits: [],
      marks: [],
      wakes: [],
      erased: [],
      forgotten: [],
      sightings: [],
      journal: [],
    })
    expect(saved).toBe(true)
    const first = (await get('/api/v1/conflicts?limit=1')).json()
    const second = (await get(`/api/v1/conflicts?limit=1&cursor=${first.next}`)).json()
    expect([first.items.length, second.items.length, second.next]).toEqual([1, 1, null])
    expect(first.items[0].id).not.toBe(second.items[0].id)
    expect((await get('/')).body).toContain('&lt;b&gt;two of them&lt;/b&gt;')
    const url = `/api/v1/conflicts/${first.items[0].id}/decision`
    const post = (payload: object) => app.inject({ method: 'POST', url, headers: host, payload })
    expect((await post({ do: 'link' })).statusCode).toBe(400)
    expect((await post({ do: 'explode' })).statusCode).toBe(400)
    const decided = await post({ do: 'create', by: 'ann' })
    expect([decided.statusCode, decided.json()]).toMatchObject([200, { by: 'ann', choice: { do: 'create' } }])
    expect((await post({ do: 'create', by: 'bob' })).statusCode).toBe(409)
    expect(woken).toBe(1)
  })
  it('plans, and hands on what a remote says', async () => {
    const answer = await get(`/api/v1/plan?type=customer&id=${id}`)
    expect([answer.statusCode, errorOf(answer).fix]).toEqual([503, 'Try again later.'])
    expect((await get('/api/v1/plan?type=widget&id=1')).statusCode).toBe(404)
  })
  it('describes itself', async () => {
    const { openapi, paths } = (await get('/api/openapi.json')).json()
    expect(openapi).toMatch(/^3/)
    expect(Object.keys(paths)).toContain('/api/v1/conflicts/{id}/decision')
    expect((await get('/api/v1/mappings')).json().items[0].parts[1].fields[0]).toMatchObject({ crm: 'Salutation' })
    expect((await get('/metrics')).body).toMatch(/ctsf_backlog\{lane="live",state="due"\} \d/)
  })
})

describe('the stream', () => {
  it('tells each pass, and ends when the service stops', async () => {
    const stop = new AbortController()
    const live = await server({ ...served, signal: stop.signal })
    const url = await live.listen({ host: '127.0.0.1', port: 0 })
    const answer = await fetch(`${url}/api/v1/events`)
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    expect(answer.headers.get('x-correlation-id')).not.toBeNull()
    const counts = { rows: 1, created: 2, updated: 0, unchanged: 0, failed: 0, waiting: 0, review: 0 }
    served.metrics.observer.pass({ at: clock().now(), lane: 'live', ...counts, durationMs: 5, lagMs: 9 })
    stop.abort()
    expect(await answer.text()).toMatch(/event: pass\ndata: \{.*"created":2/)
    await live.close()
    expect((await get('/metrics')).body).toContain('ctsf_rows_total{lane="live",result="created"} 2')
  })
})

describe('the sweep', () => {
  it('is told in the status and in the figures', async () => {
    expect((await get('/api/v1/status')).json().swept).toBeNull()
    const report = { at: clock().now(), listed: 7, found: 3 }
    served.metrics.observer.swept(report)
    expect((await get('/api/v1/status')).json().swept).toEqual(report)
    const figures = (await get('/metrics')).body
    for (const line of ['ctsf_sweeps_total 1', 'ctsf_sweep_listed_total 7', 'ctsf_sweep_found_total 3'])
      expect(figures).toContain(line)
  })
})

describe('the page', () => {
  it('escapes what it shows and runs no script of others', async () => {
    const answer = await get(`/trace?of=${encodeURIComponent('<script>alert(1)</script>')}`)
    expect(answer.statusCode).toBe(404)
    expect(answer.body).not.toContain('<script>alert')
    expect(answer.headers['content-security-policy']).toContain("script-src 'self'")
    expect((await get('/page.js')).headers['content-type']).toContain('text/javascript')
  })
})
