/** Faults, clock, latency, tokens and the request log: the emulator misbehaves exactly as it is told. */
import { describe, expect, test } from 'vitest'
import { at, tokenOf, world } from './world.ts'

describe('faults', () => {
  test('answer with a status, or an HTML page, or too much', async () => {
    await using it = await world()
    await it.control('POST', 'faults', [{ on: 'query', do: 'status', status: 502, times: 1 }])
    expect((await it.call('GET', '/demo/customers')).status).toBe(502)
    expect((await it.call('GET', '/demo/customers')).status).toBe(200)
    await it.control('POST', 'faults', [{ on: 'any', do: 'html' }])
    expect(await it.call('GET', '/demo/customers')).toMatchObject({
      status: 502,
      body: { text: expect.stringContaining('<html>') },
    })
    await it.control('POST', 'faults', [{ on: 'create', do: 'throttle', ms: 3_000 }])
    const throttled = await it.call('POST', '/demo/customers', { email: 'a@example.com', password: 'x' })
    expect([throttled.status, throttled.headers.get('retry-after')]).toEqual([429, '3'])
    await it.control('DELETE', 'faults')
    expect((await it.signUp({ email: 'a@example.com' })).version).toBe(1)
  })

  test('fall on the nth, on every nth, and with a rate', async () => {
    await using it = await world()
    const statuses = async () => {
      const all: number[] = []
      for (let n = 0; n < 6; n += 1) all.push((await it.call('GET', '/demo/customers')).status)
      return all
    }
    await it.control('POST', 'faults', [{ on: 'query', do: 'status', nth: 2 }])
    expect(await statuses()).toEqual([200, 503, 200, 200, 200, 200])
    await it.control('POST', 'faults', [{ on: 'query', do: 'status', every: 3, status: 500 }])
    expect(await statuses()).toEqual([200, 200, 500, 200, 200, 500])
    await it.control('POST', 'faults', [{ on: 'query', do: 'status', rate: 0.5 }])
    const first = await statuses()
    await it.control('POST', 'faults', [{ on: 'query', do: 'status', rate: 0.5 }])
    expect(await statuses()).toEqual(first)
    const drawn = new Set<string>()
    for (let seed = 1; seed <= 8; seed++) {
      await it.control('POST', 'faults', [{ on: 'query', do: 'status', rate: 0.5, seed }])
      drawn.add(String(await statuses()))
    }
    expect(drawn.size).toBeGreaterThan(4)
  })

  test('a dropped request does nothing; a dropped answer hides what was done', async () => {
    await using it = await world()
    const create = () => it.call('POST', '/demo/customers', { email: 'a@example.com', password: 'x' })
    for (const how of ['drop-before', 'connection-reset', 'hang']) {
      await it.control('POST', 'faults', [{ on: 'create', do: how, ms: 5, times: 1 }])
      await expect(create(), how).rejects.toThrow()
    }
    expect((await it.query('customers', {})).total).toBe(0)
    await it.control('POST', 'faults', [{ on: 'create', do: 'commit-then-drop', times: 1 }])
    await expect(create()).rejects.toThrow()
    expect((await it.query('customers', {})).total).toBe(1)
    expect((await create()).body).toMatchObject({ errors: [{ code: 'DuplicateField', field: 'email' }] })
  })

  test('an answer can be cut short', async () => {
    await using it = await world()
    await it.control('POST', 'faults', [{ on: 'query', do: 'truncate', times: 1 }])
    await expect(it.call('GET', '/demo/customers')).rejects.toThrow()
    expect((await it.call('GET', '/demo/customers')).status).toBe(200)
  })

  test('a conflict shows the present version', async () => {
    await using it = await world()
    const customer = await it.signUp({ email: 'a@example.com' })
    await it.control('POST', 'faults', [{ on: 'update', do: 'conflict', times: 1 }])
    const actions = [{ action: 'setFirstName', firstName: 'A' }]
    const refused = await it.call('POST', `/demo/customers/${customer.id}`, { version: 1, actions })
    expect(refused).toMatchObject({
      status: 409,
      body: { errors: [{ code: 'ConcurrentModification', currentVersion: 1 }] },
    })
    expect((await it.act(customer, ...actions)).version).toBe(2)
  })
})

describe('the clock', () => {
  test('runs with the wall, ahead of it, or stands still', async () => {
    await using it = await world()
    const frozen = await it.control('POST', 'clock', { freeze: true })
    const a = await it.signUp({ email: 'a@example.com' })
    expect(a.createdAt).toBe(frozen.now)
    await it.control('POST', 'clock', { advanceMs: 90_000 })
    const b = await it.signUp({ email: 'b@example.com' })
    expect(Date.parse(String(b.createdAt)) - Date.parse(String(a.createdAt))).toBe(90_000)
    await it.control('POST', 'clock', { freeze: false })
    const c = await it.signUp({ email: 'c@example.com' })
    expect(String(c.createdAt) >= String(b.createdAt)).toBe(true)
  })

  test('ends tokens', async () => {
    await using it = await world()
    await it.control('POST', 'clock', { advanceMs: 172_800_000 })
    const refused = await it.call('GET', '/demo/customers')
    expect(refused).toMatchObject({
      status: 401,
      body: { error: 'invalid_token', errors: [{ code: 'invalid_token' }] },
    })
    const token = await tokenOf(it.emulator.url)
    expect((await it.call('GET', '/demo/customers', undefined, { authorization: `Bearer ${token}` })).status).toBe(200)
  })

  test('lets messages go after their days', async () => {
    await using it = await world()
    await it.signUp({ email: 'a@example.com' })
    await it.control('POST', 'clock', { advanceMs: 16 * 86_400_000 })
    const token = await tokenOf(it.emulator.url)
    const headers = { authorization: `Bearer ${token}` }
    await it.call('POST', '/demo/customers', { email: 'b@example.com', password: 'x' }, headers)
    const { body } = await it.call('GET', '/demo/messages', undefined, headers)
    expect(body.total).toBe(1)
  })
})

describe('tokens and projects', () => {
  test('reach as far as their scopes', async () => {
    await using it = await world()
    const token = await tokenOf(it.emulator.url, 'reader:x', 'view_customers:demo')
    const as = { authorization: `Bearer ${token}` }
    expect((await it.call('GET', '/demo/customers', undefined, as)).status).toBe(200)
    const refused = await it.call('POST', '/demo/customers', { email: 'a@example.com', password: 'x' }, as)
    expect(refused).toMatchObject({ status: 403, body: { errors: [{ code: 'insufficient_scope' }] } })
    expect((await it.call('GET', '/elsewhere/customers', undefined, as)).status).toBe(404)
    expect((await it.call('GET', '/demo/customers', undefined, { authorization: 'Bearer made-up' })).status).toBe(401)
  })
})

describe('the request log', () => {
  test('counts operations; tokens cost nothing', async () => {
    await using it = await world()
    await it.control('POST', 'reset')
    await tokenOf(it.emulator.url)
    const customer = await it.signUp({ email: 'a@example.com' })
    await it.query('customers', { where: 'email = "a@example.com"' })
    await it.ok('GET', `/demo/customers/${customer.id}`)
    await it.call('GET', '/demo/customers/nobody')
    const log = await it.control('GET', 'requests?since=1')
    expect(log.last).toBe(5)
    expect(log.totals).toEqual({ cost: 4, byOperation: { token: 1, create: 1, query: 1, get: 2 } })
    expect(at(log, 'requests', 0)).toMatchObject({ n: 2, method: 'POST', operation: 'create', status: 201, cost: 1 })
    expect(at(log, 'requests', 3)).toMatchObject({ status: 404 })
  })

  test('reset empties everything', async () => {
    await using it = await world({ receives: true, autoSubscribe: true })
    await it.signUp({ email: 'a@example.com' })
    await it.control('POST', 'faults', [{ on: 'query', do: 'status' }])
    await it.control('POST', 'reset')
    expect((await it.query('customers', {})).total).toBe(0)
    expect((await it.query('messages', {})).total).toBe(0)
    expect((await it.query('subscriptions', {})).total).toBe(1)
    expect(at(await it.control('GET', 'requests'), 'last')).toBe(3)
  })

  test('a longer URL than allowed is refused as the proxies of the real API do', async () => {
    await using it = await world({ maxUrlBytes: 1_000 })
    expect((await it.call('GET', `/demo/customers?where=${'x'.repeat(1_000)}`)).status).toBe(414)
  })
})
