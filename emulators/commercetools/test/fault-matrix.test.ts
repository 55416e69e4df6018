/** Each way to misbehave on each operation: what the client sees of it, and whether what it asked for has happened. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { endpoint } from './endpoint.ts'
import { at, type Json, SUBSCRIPTION, world } from './world.ts'

type Seen = { status: number; body: Json; headers: Headers }
type Operation = {
  name: 'token' | 'get' | 'query' | 'create' | 'update' | 'delete'
  /** One call, on a customer made for it. */
  call(customer: Json): Promise<Seen>
  /** Whether the call has had its effect; null where a call has none. */
  isDone(customer: Json): Promise<boolean | null>
}

let it: Awaited<ReturnType<typeof world>>
let people = 0
beforeAll(async () => {
  it = await world()
})
afterAll(() => it[Symbol.asyncDispose]())

const basic = { authorization: `Basic ${btoa('sync:secret')}`, 'content-type': 'application/x-www-form-urlencoded' }
const noEffect = async () => null

const OPERATIONS: Operation[] = [
  {
    name: 'token',
    call: () => it.call('POST', '/oauth/token', 'grant_type=client_credentials', basic),
    isDone: noEffect,
  },
  { name: 'get', call: ({ id }) => it.call('GET', `/demo/customers/${id}`), isDone: noEffect },
  {
    name: 'query',
    call: ({ email }) => it.call('GET', `/demo/customers?where=${encodeURIComponent(`email="${email}"`)}`),
    isDone: noEffect,
  },
  {
    name: 'create',
    call: ({ email }) => it.call('POST', '/demo/customers', { email: `new-${email}`, password: 'x' }),
    isDone: async ({ email }) => (await it.query('customers', { where: `email="new-${email}"` })).count === 1,
  },
  {
    name: 'update',
    call: ({ id }) =>
      it.call('POST', `/demo/customers/${id}`, { version: 1, actions: [{ action: 'setFirstName', firstName: 'New' }] }),
    isDone: async ({ id }) => (await it.ok('GET', `/demo/customers/${id}`)).version === 2,
  },
  {
    name: 'delete',
    call: ({ id }) => it.call('DELETE', `/demo/customers/${id}?version=1`),
    isDone: async ({ id }) => (await it.call('GET', `/demo/customers/${id}`)).status === 404,
  },
]

/** Strikes the next call of the operation; the answer is null when there was none. */
async function struck(operation: Operation, fault: Json) {
  people += 1
  const customer = await it.signUp({ email: `person-${people}@example.com` })
  await it.control('POST', 'faults', [{ on: operation.name, times: 1, ...fault }])
  const seen = await operation.call(customer).catch(() => null)
  const [listed] = (await (await fetch(`${it.emulator.url}/__emulator/faults`)).json()) as Json[]
  expect(listed).toMatchObject({ hits: 1 })
  await it.control('DELETE', 'faults')
  return { customer, seen, done: await operation.isDone(customer), again: () => operation.call(customer) }
}

describe.each(OPERATIONS)('$name', operation => {
  const happened = operation.isDone === noEffect ? null : true
  const nothing = happened === null ? null : false

  test.each([
    [undefined, 503, 'OverCapacity'],
    [500, 500, 'General'],
    [502, 502, 'BadGateway'],
    [504, 504, 'QueryTimedOut'],
    [401, 401, 'invalid_token'],
    [403, 403, 'insufficient_scope'],
    [404, 404, 'ResourceNotFound'],
    [400, 400, 'InvalidInput'],
  ])('status %s: is answered with its code, and does nothing', async (status, expected, code) => {
    const { seen, done, again } = await struck(operation, { do: 'status', ...(status === undefined ? {} : { status }) })
    expect(seen?.status).toBe(expected)
    expect(seen?.body).toMatchObject({ statusCode: expected, errors: [{ code, message: seen?.body.message }] })
    expect(done).toBe(nothing)
    expect((await again()).status).toBeLessThan(300)
  })

  test('throttle: is told when to come back, and does nothing', async () => {
    const { seen, done, again } = await struck(operation, { do: 'throttle', ms: 2_500 })
    expect([seen?.status, seen?.headers.get('retry-after')]).toEqual([429, '3'])
    expect(seen?.body).toMatchObject({ statusCode: 429, errors: [{ code: 'OverCapacity' }] })
    expect(done).toBe(nothing)
    expect((await again()).status).toBeLessThan(300)
    const busy = await struck(operation, { do: 'throttle', status: 503 })
    expect(busy.seen).toMatchObject({ status: 503, body: { statusCode: 503 } })
  })

  test('html: is answered by a proxy, and does nothing', async () => {
    const { seen, done, again } = await struck(operation, { do: 'html' })
    expect([seen?.status, seen?.headers.get('content-type')]).toEqual([502, 'text/html'])
    expect(seen?.body.text).toContain('<html>')
    expect(done).toBe(nothing)
    expect((await again()).status).toBeLessThan(300)
  })

  test.each(['drop-before', 'connection-reset', 'hang'])('%s: is never answered, and does nothing', async way => {
    const { seen, done, again } = await struck(operation, { do: way, ms: 5 })
    expect(seen).toBeNull()
    expect(done).toBe(nothing)
    expect((await again()).status).toBeLessThan(300)
  })

  test.each(['commit-then-drop', 'truncate'])('%s: is not answered in full, and has happened', async way => {
    const { seen, done, again } = await struck(operation, { do: way })
    expect(seen).toBeNull()
    expect(done).toBe(happened)
    // Whoever asks again meets what was done.
    const repeated = { create: 400, update: 409, delete: 404, get: 200, query: 200, token: 200 }[operation.name]
    expect((await again()).status).toBe(repeated)
  })

  test('slow: is answered late, and has happened', async () => {
    const { seen, done } = await struck(operation, { do: 'slow', ms: 5 })
    expect(seen?.status).toBeLessThan(300)
    expect(done).toBe(happened)
  })

  test('conflict: is refused where versions count, and is as ever elsewhere', async () => {
    const { seen, done, again } = await struck(operation, { do: 'conflict' })
    if (operation.name !== 'update' && operation.name !== 'delete') {
      expect(seen?.status).toBeLessThan(300)
      expect(done).toBe(happened)
      return
    }
    expect(seen).toMatchObject({
      status: 409,
      body: { errors: [{ code: 'ConcurrentModification', currentVersion: 1 }] },
    })
    expect(done).toBe(false)
    expect((await again()).status).toBe(200)
  })
})

/** How often a delivery arrives whole that meets the fault at its first attempt, and is sent again. */
describe('deliver', () => {
  test.each([
    ['status', 1],
    ['throttle', 1],
    ['conflict', 1],
    ['drop-before', 1],
    ['connection-reset', 1],
    ['truncate', 1],
    ['html', 1],
    ['hang', 1],
    ['commit-then-drop', 2],
    ['slow', 1],
  ])('%s', async (way, arrivals) => {
    await using inbox = await endpoint(({ json }) => ({ status: json === undefined ? 400 : 200 }))
    await using shop = await world({ deliverTo: inbox.url })
    await shop.control('POST', 'faults', [{ on: 'deliver', do: way, times: 1, ms: 5 }])
    await shop.ok('POST', '/demo/subscriptions', SUBSCRIPTION)
    await shop.until('/__emulator/deliveries', body => body.pending === 0 && body.acknowledged === 1)
    const whole = inbox.requests.filter(each => at(each.json, 'message') !== undefined)
    expect(whole).toHaveLength(arrivals)
    expect(new Set(whole.map(each => at(each.json, 'message', 'messageId'))).size).toBe(1)
    const refused = way === 'slow' ? 0 : 1
    expect(await shop.control('GET', 'deliveries')).toMatchObject({ refused, sent: 1 + refused, lost: 0 })
  })
})
