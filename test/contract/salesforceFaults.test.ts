/** What our Salesforce client makes of a bad day: dropped, hanging, cut off, refused, expired, exhausted. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { clock } from '../../src/lib/clock.ts'
import { log } from '../../src/lib/log.ts'
import type { CrmSystem } from '../../src/model/ports.ts'
import { salesforce } from '../../src/systems/salesforce/index.ts'
import { child, context, credentials, type SalesforceWorld, salesforceWorld, upsert } from './salesforceWorld.ts'

/** A client of its own; only what never answers needs a short time limit, which a busy machine could miss. */
const client = (loginUrl: string, timeoutMs = 10_000) =>
  salesforce(
    { loginUrl, auth: credentials, apiVersion: '67.0', timeoutMs },
    { clock: clock(), log: log('silent', () => {}) },
  )

let world: SalesforceWorld
let hurried: ReturnType<typeof client>
beforeAll(async () => {
  world = await salesforceWorld()
  hurried = client(world.url, 250)
})
afterAll(async () => {
  await hurried[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await world.control('POST', 'reset')
  // A session, so that a fault of `any` does not hit the login.
  await world.crm.schema(['Contact'], { refresh: true }, context())
  await hurried.schema(['Contact'], { refresh: true }, context())
  await world.requests()
})

const fault = (body: object) => world.control('POST', 'faults', body)
const contact = (key: string, more = {}) => upsert('Contact', key, { fields: { LastName: 'Doe' }, ...more })
const one = (crm: CrmSystem = world.crm) => crm.write({ groups: [[contact('demo/1')]] }, context())
const two = (crm: CrmSystem = world.crm) =>
  crm.write(
    {
      groups: [
        [upsert('Account', 'demo/a', { fields: { Name: 'A' } })],
        [contact('demo/1', { links: [child('demo/a')] })],
      ],
    },
    context(),
  )
const find = (crm: CrmSystem = world.crm, signal?: AbortSignal) =>
  crm.find(
    [
      {
        object: 'Contact',
        by: { by: 'external-id', crm: 'CT_Id__c', commerce: 'key' },
        field: 'CT_Id__c',
        values: ['demo/1'],
        fields: [],
      },
    ],
    context(signal),
  )
const operations = async () => (await world.requests()).map(request => request.operation)

describe('a write that was sent and not answered is uncertain', () => {
  for (const how of ['commit-then-drop', 'drop-before', 'connection-reset', 'truncate', 'hang']) {
    test(how, async () => {
      await fault([
        { on: 'collections', do: how },
        { on: 'composite', do: how },
      ])
      const crm = how === 'hang' ? hurried : world.crm
      expect(await one(crm)).toMatchObject([{ ok: false, failure: { is: 'uncertain', fields: [] } }])
      const both = await two(crm)
      expect(both.map(outcome => !outcome.ok && outcome.failure.is)).toEqual(['uncertain', 'uncertain'])
      expect(await operations()).toEqual(['collections', 'composite'])
      const landed = how === 'commit-then-drop' || how === 'truncate'
      expect(await world.rows('Contact')).toHaveLength(landed ? 1 : 0)
    })
  }

  test('a server error after a write is uncertain too, 503 is not', async () => {
    await fault({ on: 'collections', do: 'status', status: 500, times: 1 })
    expect(await one()).toMatchObject([{ failure: { is: 'uncertain', code: 'UNKNOWN_EXCEPTION' } }])
    await fault({ on: 'collections', do: 'html', times: 1 })
    expect(await one()).toMatchObject([{ failure: { is: 'unavailable', code: 'HTTP_503' } }])
    await fault({ on: 'collections', do: 'status', status: 503, times: 1 })
    expect(await one()).toMatchObject([{ failure: { is: 'unavailable', code: 'SERVER_UNAVAILABLE' } }])
  })
})

describe('a read that was not answered is unavailable', () => {
  for (const how of ['drop-before', 'connection-reset', 'truncate', 'hang', 'html']) {
    test(how, async () => {
      await fault({ on: 'composite', do: how })
      const crm = how === 'hang' ? hurried : world.crm
      await expect(find(crm)).rejects.toMatchObject({ name: 'RemoteFailure', failure: { is: 'unavailable' } })
      expect(await operations()).toEqual(['composite'])
    })
  }
})

describe('allowances and locks', () => {
  test('a used-up allowance is throttled, for reads and writes', async () => {
    await fault({ on: 'any', do: 'limit-exceeded' })
    await expect(find()).rejects.toMatchObject({
      failure: { is: 'throttled', code: 'REQUEST_LIMIT_EXCEEDED', retryAt: null },
    })
    expect(await one()).toMatchObject([{ failure: { is: 'throttled' } }])
    expect(await two()).toMatchObject([{ failure: { is: 'throttled' } }, { failure: { is: 'throttled' } }])
  })

  test('a locked row is stale, its neighbours are written', async () => {
    await fault({ on: 'collections', do: 'partial' })
    const outcomes = await world.crm.write(
      { groups: [[contact('demo/1'), contact('demo/2'), contact('demo/3')]] },
      context(),
    )
    expect(outcomes.map(outcome => (outcome.ok ? 'ok' : outcome.failure.code))).toEqual([
      'ok',
      'UNABLE_TO_LOCK_ROW',
      'ok',
    ])
    expect(outcomes[1]).toMatchObject({ failure: { is: 'stale' } })
  })
})

describe('sessions', () => {
  test('20 calls that meet an expired session share one login, and none is lost', async () => {
    await world.control('POST', 'clock', { advanceMs: 3 * 60 * 60 * 1000 })
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, at) => world.crm.write({ groups: [[contact(`demo/${at}`)]] }, context())),
    )
    expect(outcomes.flat().every(outcome => outcome.ok)).toBe(true)
    const requests = await world.requests()
    expect(requests.filter(request => request.operation === 'token')).toHaveLength(1)
    expect(requests.filter(request => request.status === 401).length).toBeLessThanOrEqual(20)
    expect(await world.rows('Contact')).toHaveLength(20)
  })

  test('a second refusal is denied, not a loop', async () => {
    await fault({ on: 'collections', do: 'status', status: 401 })
    expect(await one()).toMatchObject([{ failure: { is: 'denied', code: 'INVALID_SESSION_ID' } }])
    expect(await operations()).toEqual(['collections', 'token', 'collections'])
  })
})

describe('stopping', () => {
  test('a signal that fires first sends nothing', async () => {
    const stop = AbortSignal.abort(new Error('enough'))
    await expect(find(world.crm, stop)).rejects.toThrow('enough')
    await expect(world.crm.read([], {}, context(stop))).rejects.toThrow('enough')
    const outcomes = await world.crm.write({ groups: [[contact('demo/1')]] }, context(stop))
    expect(outcomes).toMatchObject([{ failure: { is: 'unavailable', code: 'STOPPED' } }])
    expect(await operations()).toEqual([])
  })

  test('a signal that fires during a call ends it: a read with the reason, a write as uncertain', async () => {
    await fault({ on: 'any', do: 'hang' })
    const stop = new AbortController()
    const read = find(world.crm, stop.signal)
    const written = world.crm.write({ groups: [[contact('demo/1')]] }, context(stop.signal))
    setTimeout(() => stop.abort(new Error('enough')), 50)
    await expect(read).rejects.toThrow('enough')
    expect(await written).toMatchObject([{ failure: { is: 'uncertain' } }])
  })
})

describe('servers that are no Salesforce', () => {
  test('a port that nobody listens on is unavailable, for writes too', async () => {
    const server = createServer()
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as AddressInfo
    await new Promise(done => server.close(done))
    await using crm = client(`http://127.0.0.1:${port}`)
    await expect(find(crm)).rejects.toMatchObject({ failure: { is: 'unavailable', code: 'UNREACHABLE' } })
    expect(await crm.write({ groups: [[contact('demo/1')]] }, context())).toMatchObject([
      { failure: { is: 'unavailable' } },
    ])
    expect(await crm.check(context().signal)).toMatchObject([{ place: 'SF_LOGIN_URL' }])
  })

  test('an org that goes away after the login is unavailable for writes: nothing was sent', async () => {
    const gone = await salesforceWorld()
    await using crm = client(gone.url)
    await crm.orgId(context())
    await gone[Symbol.asyncDispose]()
    // The first call may still go out on the connection that was kept: then nobody can tell.
    expect(await crm.write({ groups: [[contact('demo/1')]] }, context())).toMatchObject([{ ok: false }])
    const again = await crm.write({ groups: [[contact('demo/1')]] }, context())
    expect(again).toMatchObject([{ failure: { is: 'unavailable', code: 'UNREACHABLE' } }])
  })

  test('whatever a server answers, writes never reject and reads only with a failure', async () => {
    let answer = { status: 200, body: '', headers: {} }
    const server = createServer((request, response) => {
      request.resume().on('end', () => {
        const { port } = server.address() as AddressInfo
        const url = `http://127.0.0.1:${port}`
        const token = { access_token: 't', instance_url: url, id: `${url}/id/00D000000000001AAA/005000000000001AAA` }
        if (request.url === '/services/oauth2/token') return response.end(JSON.stringify(token))
        response.writeHead(answer.status, answer.headers).end(answer.body)
      })
    })
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as AddressInfo
    try {
      await using crm = client(`http://127.0.0.1:${port}`)
      const body = fc.oneof(
        fc.constantFrom(
          '',
          '<html>',
          '{',
          'null',
          '[]',
          '{}',
          '[{}]',
          '{"compositeResponse":[]}',
          '{"compositeResponse":null}',
        ),
        fc.json(),
        fc.json().map(json => `{"compositeResponse":[{"referenceId":"s0","httpStatusCode":200,"body":${json}}]}`),
        fc
          .record({ success: fc.boolean(), errors: fc.jsonValue(), id: fc.option(fc.string()) })
          .map(row => JSON.stringify([row])),
      )
      const headers = fc.constantFrom(
        {},
        { 'content-encoding': 'gzip' },
        { 'sforce-limit-info': 'api-usage=x/y' },
        { 'retry-after': 'soon' },
      )
      const status = fc.constantFrom(
        200,
        200,
        200,
        201,
        204,
        300,
        302,
        400,
        401,
        403,
        404,
        412,
        414,
        429,
        500,
        502,
        503,
      )
      await fc.assert(
        fc.asyncProperty(status, body, headers, async (code, text, extra) => {
          answer = { status: code, body: text, headers: extra }
          const outcomes = await crm.write({ groups: [[contact('demo/1')], [contact('demo/2')]] }, context())
          expect(outcomes).toHaveLength(2)
          for (const call of [
            () => find(crm),
            () => crm.schema(['Contact'], { refresh: true }, context()),
            () => crm.limits({ ask: true }, context()),
            () => crm.changes({ objects: ['Contact'], position: null, limit: 5 }, context()),
          ])
            await call().catch(error => expect(error).toMatchObject({ name: 'RemoteFailure' }))
          expect(Array.isArray(await crm.check(context().signal))).toBe(true)
        }),
        { numRuns: 60 },
      )
      const limits = { DailyApiRequests: { Max: 10, Remaining: 4 } }
      answer = { status: 200, body: '', headers: { 'content-encoding': 'gzip' } }
      const zipped = gzipSync(JSON.stringify(limits))
      server.removeAllListeners('request')
      server.on('request', (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(zipped))
      expect(await crm.limits({ ask: true }, context())).toMatchObject({ used: 6, max: 10 })
    } finally {
      server.closeAllConnections()
      await new Promise(done => server.close(done))
    }
  })
})
