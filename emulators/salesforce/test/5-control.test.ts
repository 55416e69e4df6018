// Steering the org: faults, clock, limits, latency, the request log, and edits by hand.

import { generateKeyPairSync } from 'node:crypto'
import { SignJWT } from 'jose'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type OrgOptions, SetupError, salesforceEmulator } from '../src/index.ts'
import { client, VERSION, type Wire, wire } from './org.ts'

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const publicKey = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString()

let org: Wire & AsyncDisposable
const start = async (options: Partial<OrgOptions> = {}): Promise<void> => {
  org = await wire({ org: options })
}
afterEach(async () => {
  await org?.[Symbol.asyncDispose]()
})

const fault = (...faults: object[]) => org.control('POST', '/faults', faults)
const add = (Name = 'A') => org.call('POST', '/sobjects/Account', { Name })
const accounts = async (): Promise<number> => (await org.query('SELECT Id FROM Account')).length
const collection = (count: number) =>
  org.call('POST', '/composite/sobjects', {
    records: Array.from({ length: count }, (_, at) => ({ attributes: { type: 'Account' }, Name: `${at}` })),
  })

describe('faults', () => {
  test('status stands in for the work, the nth time, once', async () => {
    await start()
    await fault({ on: 'row', do: 'status', nth: 2 })
    expect((await add()).status).toBe(201)
    expect(await add()).toMatchObject({ status: 503, body: [{ errorCode: 'SERVER_UNAVAILABLE' }] })
    expect((await add()).status).toBe(201)
    expect(await accounts()).toBe(2)
  })

  test('commit-then-drop commits, drop-before and connection-reset do not', async () => {
    await start()
    for (const action of ['commit-then-drop', 'drop-before', 'connection-reset']) {
      await fault({ on: 'row', do: action, nth: 1 })
      await expect(add(action)).rejects.toThrow()
      await org.control('DELETE', '/faults')
    }
    expect((await org.query('SELECT Name FROM Account')).map(row => row.Name)).toEqual(['commit-then-drop'])
    const { body } = await org.control('GET', '/requests?since=1')
    expect(body).toMatchObject({
      requests: [
        { operation: 'row', status: 201, cost: 1, fault: 'commit-then-drop' },
        { operation: 'row', status: 0, cost: 0, fault: 'drop-before' },
        { operation: 'row', status: 0, cost: 0, fault: 'connection-reset' },
        { operation: 'query', status: 200, cost: 1 },
      ],
      totals: { cost: 2, byOperation: { token: 1, row: 3, query: 1 } },
    })
  })

  test('truncate breaks off in the middle, html is a page, hang never answers', async () => {
    await start()
    await fault({ on: 'row', do: 'truncate', nth: 1 })
    await expect(add()).rejects.toThrow()
    await fault({ on: 'query', do: 'html', times: 1, status: 502 })
    const response = await fetch(`${org.emulator.url}/services/data/${VERSION}/query?q=SELECT+Id+FROM+Account`)
    expect([response.status, response.headers.get('content-type')]).toEqual([502, 'text/html; charset=UTF-8'])
    expect(await response.text()).toContain('<html>')
    await fault({ on: 'limits', do: 'hang', nth: 1 })
    const signal = AbortSignal.timeout(100)
    await expect(fetch(`${org.emulator.url}/services/data/${VERSION}/limits`, { signal })).rejects.toThrow()
    expect(await accounts()).toBe(1)
  })

  test('locks refuse every row, partial every second one', async () => {
    await start()
    await fault({ on: 'collections', do: 'unable-to-lock-row', nth: 1 }, { on: 'collections', do: 'partial', nth: 2 })
    const locked = { success: false, errors: [{ statusCode: 'UNABLE_TO_LOCK_ROW' }] }
    expect((await collection(3)).body).toMatchObject([locked, locked, locked])
    expect((await collection(3)).body).toMatchObject([{ success: true }, locked, { success: true }])
  })

  test('sessions expire and limits are exceeded', async () => {
    await start()
    await fault({ on: 'any', do: 'expire-session', nth: 1 })
    expect(await add()).toMatchObject({
      status: 401,
      body: [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }],
    })
    expect((await add()).status).toBe(401)
    await org.login()
    await fault({ on: 'row', do: 'limit-exceeded', times: 1 })
    expect(await add()).toMatchObject({
      status: 403,
      body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }],
    })
    expect((await add()).status).toBe(201)
  })

  test('a rate draws the same requests each time, and every counts', async () => {
    await start()
    const draw = async (): Promise<number[]> => {
      await org.control('DELETE', '/faults')
      await fault({ on: 'row', do: 'status', rate: 0.5, seed: 7 })
      const seen: number[] = []
      for (let at = 0; at < 12; at++) seen.push((await add()).status)
      return seen
    }
    const first = await draw()
    expect(new Set(first)).toEqual(new Set([201, 503]))
    expect(await draw()).toEqual(first)
    await org.control('DELETE', '/faults')
    await fault({ on: 'row', do: 'status', every: 3, status: 500 })
    const seen: number[] = []
    for (let at = 0; at < 6; at++) seen.push((await add()).status)
    expect(seen).toEqual([201, 201, 500, 201, 201, 500])
  })

  test('seeds that lie close together draw apart, from the first request on', async () => {
    await start()
    let struck = 0
    for (let seed = 1; seed <= 40; seed++) {
      await org.control('DELETE', '/faults')
      await fault({ on: 'row', do: 'status', rate: 0.2, seed })
      if ((await add()).status === 503) struck++
    }
    expect(struck).toBeGreaterThan(2)
    expect(struck).toBeLessThan(16)
  })

  test('unknown faults are refused', async () => {
    await start()
    expect((await fault({ on: 'row', do: 'explode' })).status).toBe(400)
  })
})

describe('clock and limits', () => {
  test('sessions end after two hours without use', async () => {
    await start()
    await org.control('POST', '/clock', { advanceMs: 60 * 60 * 1000 })
    expect((await add()).status).toBe(201)
    await org.control('POST', '/clock', { advanceMs: 2 * 60 * 60 * 1000 })
    expect((await add()).status).toBe(401)
  })

  test('a hard limit shuts, and opens again as the day rolls', async () => {
    await start({ apiLimit: 3, apiLimitMode: 'hard' })
    for (const used of [1, 2, 3]) expect((await add()).headers.get('sforce-limit-info')).toBe(`api-usage=${used}/3`)
    expect(await add()).toMatchObject({ status: 403, body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED' }] })
    await org.control('POST', '/clock', { advanceMs: 25 * 60 * 60 * 1000 })
    await org.login()
    expect((await add()).headers.get('sforce-limit-info')).toBe('api-usage=1/3')
  })

  test('a soft limit only counts', async () => {
    await start({ apiLimit: 1 })
    await add()
    expect((await add()).headers.get('sforce-limit-info')).toBe('api-usage=2/1')
  })

  test('a frozen clock stands still', async () => {
    await start()
    await org.control('POST', '/clock', { freeze: true })
    const { body: first } = await org.control('GET', '/clock')
    await add()
    expect((await org.control('GET', '/clock')).body).toEqual(first)
  })

  test('stamps and the Date of replies follow the clock, after a reset as well', async () => {
    await start()
    const stamps = async () => {
      const { headers } = await add()
      const [account] = await org.query('SELECT SystemModstamp FROM Account')
      return [Date.parse(headers.get('date') ?? ''), Date.parse(String(account?.SystemModstamp))]
    }
    await org.control('POST', '/clock', { freeze: true, advanceMs: 3_600_000 })
    const { body } = await org.control('GET', '/clock')
    const second = Math.floor(Date.parse((body as { now: string }).now) / 1000) * 1000
    expect(await stamps()).toEqual([second, second])
    await org.control('POST', '/reset')
    await org.login()
    for (const at of await stamps()) expect(Math.abs(at - Date.now())).toBeLessThan(60_000)
  })

  test('latency is per request and per record', async () => {
    await start()
    await org.control('POST', '/latency', { ms: 20, perRecordMs: 2 })
    const before = performance.now()
    await collection(50)
    expect(performance.now() - before).toBeGreaterThan(115)
  })
})

describe('reset, rows and edits', () => {
  test('a reset empties state, log and faults', async () => {
    await start()
    await add()
    await fault({ on: 'any', do: 'status' })
    await org.control('POST', '/reset')
    await org.login()
    expect(await accounts()).toBe(0)
    expect((await org.control('GET', '/requests')).body).toMatchObject({
      last: 2,
      totals: { cost: 1, byOperation: { token: 1, query: 1 } },
    })
  })

  test('rows come raw, deleted ones too, page by page', async () => {
    await start()
    const { body } = await collection(3)
    const ids = (body as { id: string }[]).map(row => row.id)
    await org.call('DELETE', `/sobjects/Account/${ids[1]}`)
    const first = await org.control('GET', '/rows/Account?limit=2')
    expect(first.body).toMatchObject({
      rows: [
        { Id: ids[0], IsDeleted: false },
        { Id: ids[1], IsDeleted: true },
      ],
      next: ids[1],
    })
    expect((await org.control('GET', `/rows/Account?limit=2&after=${ids[1]}`)).body).toMatchObject({
      rows: [{ Id: ids[2] }],
      next: null,
    })
  })

  test("a salesperson's edit keeps the rules, costs no call and has its own name", async () => {
    await start()
    const { body } = await add('Before')
    const { id } = body as { id: string }
    const edited = await org.control('POST', '/edit', { object: 'Account', id, fields: { Name: 'After' } })
    expect(edited.body).toMatchObject({ Name: 'After' })
    const [row] = await org.query('SELECT LastModifiedBy.Name FROM Account')
    expect(row).toMatchObject({ LastModifiedBy: { Name: 'Sam Sales' } })
    expect((await org.control('POST', '/edit', { object: 'Account', id, fields: { Name: '' } })).status).toBe(400)
    expect((await org.control('GET', '/requests')).body).toMatchObject({ totals: { cost: 2 } })
  })

  test('the page escapes what records hold, and its form saves', async () => {
    await start()
    const { body } = await add('<script>alert(1)</script>')
    const { id } = body as { id: string }
    const at = `${org.emulator.url}/?object=Account&id=${id}`
    const text = await (await fetch(at)).text()
    expect(text).toContain('&lt;script&gt;')
    expect(text).not.toContain('<script>')
    const form = new URLSearchParams({ __object: 'Account', __id: id, Name: 'Edited' })
    expect(await (await fetch(`${org.emulator.url}/`, { method: 'POST', body: form })).text()).toContain('Saved: Name')
    expect(await org.query('SELECT Name FROM Account')).toMatchObject([{ Name: 'Edited' }])
    const foreign = await fetch(`${org.emulator.url}/`, {
      method: 'POST',
      body: form,
      headers: { origin: 'http://evil.example' },
    })
    expect(foreign.status).toBe(403)
    const steered = await fetch(`${org.emulator.url}/__emulator/reset`, { method: 'POST', headers: { origin: 'null' } })
    expect(steered.status).toBe(403)
  })
})

describe('log in', () => {
  const clients = [{ clientId: 'app', clientSecret: 'hush', username: 'sync@example.org', publicKey }]
  const tokenOf = async (form: Record<string, string>): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(`${org.emulator.url}/services/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
    })
    return { status: response.status, body: await response.json() }
  }
  const assertion = (key = keys.privateKey, audience = org.emulator.url, exp: string | number = '3m') =>
    new SignJWT({})
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuer('app')
      .setSubject('sync@example.org')
      .setAudience(audience)
      .setExpirationTime(exp)
      .sign(key)
  const jwt = async (text: Promise<string>) =>
    tokenOf({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: await text })

  test('named clients need their secret', async () => {
    org = await wire({ org: { clients: [...clients, { clientId: 'any', clientSecret: 'any' }] } })
    expect(await tokenOf({ grant_type: 'client_credentials', client_id: 'nobody' })).toMatchObject({
      status: 400,
      body: { error: 'invalid_client_id' },
    })
    expect(await tokenOf({ grant_type: 'client_credentials', client_id: 'app', client_secret: 'x' })).toMatchObject({
      status: 400,
      body: { error: 'invalid_client' },
    })
    const { body } = await tokenOf({ grant_type: 'client_credentials', client_id: 'app', client_secret: 'hush' })
    expect(body).toMatchObject({
      instance_url: org.emulator.url,
      token_type: 'Bearer',
      id: expect.stringMatching(/\/id\/00D\w{15}\/005\w{15}$/),
    })
    expect(await tokenOf({ grant_type: 'magic', client_id: 'app' })).toMatchObject({
      body: { error: 'unsupported_grant_type' },
    })
  })

  test('a JWT is verified: key, audience, expiry', async () => {
    org = await wire({ org: { clients: [...clients, { clientId: 'any', clientSecret: 'any' }] } })
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    const { body } = await jwt(assertion())
    const { access_token: bearer } = body as { access_token: string }
    const who = await fetch(`${org.emulator.url}/services/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${bearer}` },
    })
    expect(await who.json()).toMatchObject({
      preferred_username: 'sync@example.org',
      organization_id: expect.stringMatching(/^00D/),
    })
    for (const wrong of [
      assertion(other),
      assertion(keys.privateKey, 'https://elsewhere.example'),
      assertion(keys.privateKey, org.emulator.url, 1000),
    ]) {
      expect(await jwt(wrong)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    }
    await fetch(`${org.emulator.url}/services/oauth2/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ token: bearer }),
    })
    const gone = await fetch(`${org.emulator.url}/services/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${bearer}` },
    })
    expect(gone.status).toBe(401)
  })
})

describe('set-up', () => {
  beforeAll(() => start())
  test('an org without the package has none of its fields', async () => {
    await org[Symbol.asyncDispose]()
    await start({ withoutPackage: true })
    const { body } = await org.call('GET', '/sobjects/Contact/describe')
    const names = (body as { fields: { name: string }[] }).fields.map(field => field.name)
    expect(names).not.toContain('CT_Id__c')
    expect((await org.call('GET', '/sobjects/CT_Cart__c/describe')).status).toBe(404)
  })

  test('the package of this repository loads', async () => {
    await using emulator = await salesforceEmulator()
    const talk = client(emulator.url)
    await talk.login()
    for (const object of ['Account', 'Contact']) {
      const { body } = await talk.call('GET', `/sobjects/${object}/describe`)
      const key = (body as { fields: { name: string }[] }).fields.find(field => field.name === 'CT_Id__c')
      expect(key).toMatchObject({ externalId: true, unique: true, custom: true })
    }
  })

  test('bad options and a taken port are told plainly', async () => {
    await start()
    await expect(salesforceEmulator({ port: org.emulator.port })).rejects.toThrow(/is taken/)
    await expect(salesforceEmulator({ org: { apiLimits: 1 } as Partial<OrgOptions> })).rejects.toThrow(SetupError)
    await expect(salesforceEmulator({ host: '0.0.0.0' })).rejects.toThrow(/loopback only/)
    await expect(salesforceEmulator({ org: 'no-such-file.json' })).rejects.toThrow(/cannot read the org file/)
  })
})
