/** Conflicts over HTTP: shown, decided by somebody, taken back, and many at once. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { memoryWorld } from '../../test/memory/world.ts'
import { metrics } from './metrics.ts'
import type { ApiToken, Served } from './served.ts'
import { server } from './server.ts'

type World = ReturnType<typeof memoryWorld>
type Body = Record<string, unknown> & { readonly error?: Record<string, string> }

let world: World
let woken: number
let logged: string[]
let close: (() => Promise<unknown>)[]

/** The API over the engine in memory. `on(…)` asks it. */
async function api(apiTokens: readonly ApiToken[] = []) {
  const log: Served['engine']['log'] = {
    debug: (...of) => void logged.push(JSON.stringify(of)),
    info: (...of) => void logged.push(JSON.stringify(of)),
    warn: (...of) => void logged.push(JSON.stringify(of)),
    error: (...of) => void logged.push(JSON.stringify(of)),
    child: () => log,
  }
  const state = { paused: null, passes: { count: 0, rows: 0, sizes: [] }, recent: [], budget: null, lastPassAt: null }
  const app = await server({
    engine: { ...world.engine, log },
    drain: { wake: () => woken++, done: Promise.resolve(), state: () => state },
    queue: null,
    metrics: metrics(),
    unready: async () => [],
    about: { version: '0.0.0', roles: [], startedAt: world.clock.now(), org: () => null },
    access: { host: '127.0.0.1', deliverySecret: null, oidc: null, apiTokens },
    signal: new AbortController().signal,
  })
  close.push(() => app.close())
  return async (method: 'GET' | 'POST', path: string, payload?: object, authorization?: string) => {
    const headers = { host: '127.0.0.1:8080', ...(authorization === undefined ? {} : { authorization }) }
    const url = `/api/v1/conflicts${path}`
    const answer = await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) })
    const body = answer.json() as Body
    return { status: answer.statusCode, body, code: body.error?.code }
  }
}

/** Customers of whom each has two Accounts; answers the ids of their conflicts. */
async function unclear(count: number): Promise<readonly string[]> {
  for (let n = 0; n < count; n++) {
    for (const id of [`a${n}`, `b${n}`].map(one => one.padEnd(15, 'x')))
      world.crm.rows.set(id, { id, object: 'Account', fields: { CT_Id__c: `demo/${n}` }, modified: 0, deleted: false })
    await world.shopper.saves(`demo/${n}`, { firstName: 'Anna', lastName: `Secret${n}`, email: `${n}@example.com` })
  }
  await world.quiet()
  return world.store.conflictRows.map(({ id }) => id)
}

beforeEach(() => {
  world = memoryWorld()
  woken = 0
  logged = []
  close = []
})
afterEach(async () => {
  for (const one of close) await one()
})

describe('one conflict', () => {
  it('is shown with what was decided and what each decision would write, and no value is logged', async () => {
    const [id = ''] = await unclear(1)
    const ask = await api()
    expect((await ask('GET', `/${id}`)).body).toMatchObject({ id, state: 'open', waiting: 0, decisions: [] })
    expect((await ask('GET', `/${id}`)).body).not.toHaveProperty('foreseen')
    const { status, body } = await ask('GET', `/${id}?preview=true`)
    expect(status).toBe(200)
    expect(body.foreseen).toMatchObject([
      { choice: { do: 'link' }, parts: [{ do: 'update', values: { Name: 'Anna Secret0' } }, {}] },
      { choice: { do: 'link' } },
      { choice: { do: 'create' } },
      { choice: { do: 'wait' } },
      { choice: { do: 'ignore' } },
    ])
    expect(logged.join()).not.toContain('Secret0')
    expect((await ask('GET', '/nowhere?preview=true')).status).toBe(404)
  })

  it('is decided by somebody, once, and taken back by somebody', async () => {
    const [id = ''] = await unclear(1)
    const ask = await api()
    expect((await ask('POST', `/${id}/decision`, { do: 'create' })).code).toBe('who')
    expect((await ask('POST', `/${id}/undo`, {})).code).toBe('who')
    expect((await ask('POST', `/${id}/undo`)).code).toBe('who')
    expect((await ask('POST', `/${id}/undo`, { by: 'ann' })).code).toBe('not-decided')
    expect((await ask('POST', '/nowhere/undo', { by: 'ann' })).status).toBe(404)
    const odd = await ask('POST', `/${id}/decision`, { do: 'take', side: 'crm', by: 'ann' })
    expect([odd.status, odd.code]).toEqual([409, 'no-answer'])
    expect(woken).toBe(0)

    const first = await ask('POST', `/${id}/decision`, { do: 'wait', by: 'ann' })
    expect(first.body).toMatchObject({ by: 'ann', choice: { do: 'wait' } })
    const second = await ask('POST', `/${id}/decision`, { do: 'create', by: 'bob' })
    expect([second.status, second.code, second.body.error?.message]).toEqual([
      409,
      'decided-already',
      expect.stringMatching(/^ann decided 'wait' at 2026/),
    ])
    const undone = await ask('POST', `/${id}/undo`, { by: 'bob' })
    expect([undone.status, undone.body]).toMatchObject([200, { id, state: 'open' }])
    expect(woken).toBe(2)
    await ask('POST', `/${id}/decision`, { do: 'link', crm: { type: 'Account', id: 'a0xxxxxxxxxxxxx' }, by: 'ann' })
    expect((await ask('GET', `/${id}`)).body.decisions).toMatchObject([
      { by: 'ann', choice: { do: 'wait' }, undoneBy: 'bob', appliedAt: null },
      { by: 'ann', choice: { do: 'link' }, undoneBy: null },
    ])
  })

  it('tells why a decision is not taken back', async () => {
    const [id = ''] = await unclear(1)
    const ask = await api()
    await ask('POST', `/${id}/decision`, { do: 'create', by: 'ann' })
    const claim = await world.store.claim({ side: 'commerce', limit: 9, leaseMs: 60_000, lanes: ['live'] })
    const busy = await ask('POST', `/${id}/undo`, { by: 'ann' })
    expect([busy.status, busy.code, busy.body.error?.fix]).toEqual([409, 'at-work', 'Try again in a moment.'])
    await world.store.release(claim?.token ?? '', { notBefore: null })
    await world.quiet()
    expect((await ask('POST', `/${id}/undo`, { by: 'ann' })).code).toBe('carried-out')
    expect((await ask('POST', `/${id}/decision`, { do: 'create', by: 'ann' })).code).toBe('not-open')
  })

  it('takes the name of the token, whatever the body says', async () => {
    const [id = ''] = await unclear(1)
    const ask = await api([{ name: 'ann', token: 'open' }])
    expect((await ask('POST', `/${id}/decision`, { do: 'ignore' })).status).toBe(401)
    const decided = await ask('POST', `/${id}/decision`, { do: 'ignore', by: 'somebody else' }, 'Bearer open')
    expect(decided.body).toMatchObject({ by: 'ann' })
  })
})

describe('many conflicts', () => {
  const filter = { kind: 'ambiguous' }
  const choice = { do: 'ignore' }

  it('are counted first, and decided only as many', async () => {
    const ids = await unclear(25)
    const ask = await api()
    const preview = await ask('POST', '/resolve', { filter, choice })
    expect(preview.body).toMatchObject({ is: 'previewed', meant: { total: 25, kinds: { ambiguous: 25 } }, misfits: [] })
    expect(preview.body.examples).toHaveLength(20)
    const real = { filter, choice, dryRun: false, by: 'ann' }
    expect((await ask('POST', '/resolve', real)).code).toBe('no-preview')
    const moved = await ask('POST', '/resolve', { ...real, expected: 24 })
    expect([moved.status, moved.code, moved.body.error?.message]).toEqual([
      409,
      'count-moved',
      'It is 25 conflicts now, not 24: nothing was decided.',
    ])
    expect((await ask('POST', '/resolve', { filter, choice, dryRun: false, expected: 25 })).code).toBe('who')
    expect(woken).toBe(0)
    const done = await ask('POST', '/resolve', { ...real, expected: 25 })
    expect(done.body).toEqual({ is: 'decided', decided: 25, skipped: 0, left: 0 })
    expect(woken).toBe(1)
    expect((await ask('POST', '/resolve', { ...real, expected: 25 })).code).toBe('count-moved')
    expect((await world.store.pastDecisions(ids[0] ?? '')).map(({ by }) => by)).toEqual(['ann'])
  })

  it('are meant by any of the filters', async () => {
    await unclear(3)
    const ask = await api()
    const total = async (of: object) => {
      const { body } = await ask('POST', '/resolve', { filter: of, choice })
      return (body.meant as { total: number }).total
    }
    expect(await total({ source: 'customer/demo/1' })).toBe(1)
    expect(await total({ source: 'commerce:customer:demo/1', role: 'contact' })).toBe(0)
    expect(await total({ mapping: 'customer-person', role: 'account' })).toBe(3)
    expect(await total({ openedBefore: '2025-12-31T00:00:00+01:00' })).toBe(0)
    expect(await total({ openedBefore: '2027-01-01T00:00:00Z' })).toBe(3)
    expect(await total({ field: 'LastName' })).toBe(0)
  })

  it.each([
    [{ filter: {}, choice }],
    [{ choice }],
    [{ filter: { colour: 'red' }, choice }],
    [{ filter: { openedBefore: 'yesterday' }, choice }],
    [{ filter: { source: 'widget/1' }, choice }],
    [{ filter, choice: { do: 'link' } }],
    [{ filter, choice: { do: 'take' } }],
    [{ filter, choice, expected: -1 }],
  ])('%j is refused', async body => {
    const ask = await api()
    expect((await ask('POST', '/resolve', body)).status).toBe(400)
  })
})
