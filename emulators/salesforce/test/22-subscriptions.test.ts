// Subscriptions to change events: flow control, replay, keepalives, and how they end.

import { join } from 'node:path'
import { credentials, type ServiceError, status } from '@grpc/grpc-js'
import { afterEach, expect, test } from 'vitest'
import { type EmulatorOptions, salesforceEmulator } from '../src/index.ts'
import { certificate } from './certificate.ts'
import { client, scratch, type Wire, wire, writePackage } from './org.ts'
import { type Bus, bus, type Decoded, type Request } from './pubsub.ts'

let org: Wire & AsyncDisposable
let events: Bus
let meta: Record<string, string>
afterEach(async () => {
  events?.close()
  await org?.[Symbol.asyncDispose]()
})

const HOUR_MS = 3_600_000
const CONTACTS = '/data/ContactChangeEvent'
const SELECTED = { changeDataCapture: ['Contact'], sessionMs: 1000 * HOUR_MS }
const CODE = 'sfdc.platform.eventbus.grpc.'

async function begin(options: EmulatorOptions = {}): Promise<void> {
  org = await wire({ org: SELECTED, grpcPort: 0, ...options })
  const [{ Id = '' } = {}] = await org.query('SELECT Id FROM Organization')
  meta = { accesstoken: await org.login(), instanceurl: org.emulator.url, tenantid: String(Id) }
  events = bus(org.emulator.pubSub?.url ?? '', meta)
}
const create = (LastName: string) => org.call('POST', '/sobjects/Contact', { LastName })
const names = (list: Decoded[]): unknown[] => list.map(({ values }) => (values.Name as { LastName: string }).LastName)
const from = (replay_preset: string, more: Request = {}): Request => ({
  topic_name: CONTACTS,
  replay_preset,
  num_requested: 100,
  ...more,
})

test('no more events come than were asked for, and what is asked adds up to a hundred', async () => {
  await begin()
  for (let at = 1; at <= 5; at++) await create(`L${at}`)
  const stream = events.subscribe(from('EARLIEST', { num_requested: 2 }))
  const first = await stream.next()
  expect([first.events?.length, first.pending_num_requested ?? 0]).toEqual([2, 0])
  expect(first.latest_replay_id).toEqual(first.events?.[1]?.replay_id)
  stream.ask({ num_requested: 1 })
  expect(names(await stream.events(1))).toEqual(['L3'])
  stream.ask({ num_requested: 90, topic_name: CONTACTS })
  const third = await stream.next()
  expect([third.events?.length, third.pending_num_requested]).toEqual([2, 88])
  stream.ask({ num_requested: 90 })
  await create('L6')
  const seen = [await stream.next()]
  expect(seen[0]?.events?.length).toBe(1)
  expect([87, 99]).toContain(seen[0]?.pending_num_requested)
  stream.cancel()
})

test('a subscription begins at the tip, at the oldest event, or behind a known one', async () => {
  await begin()
  await create('Old')
  const early = events.subscribe(from('EARLIEST'))
  const [old] = await early.events(1)
  await create('Second')
  await create('Third')
  const list = await early.events(2)
  expect(names(list)).toEqual(['Second', 'Third'])
  const again = events.subscribe(from('CUSTOM', { replay_id: old?.replayId ?? Buffer.alloc(0) }))
  expect(names(await again.events(2))).toEqual(['Second', 'Third'])
  const ids = [old, ...list].map(event => event?.replayId.readBigUInt64BE() ?? 0n)
  expect(ids).toEqual([...ids].sort((a, b) => (a < b ? -1 : 1)))
  expect((ids[1] ?? 0n) - (ids[0] ?? 0n)).not.toBe(1n)
  // Its beginning is logged: from then on a change is news to it.
  const tip = events.subscribe(from('LATEST'))
  const begun = async (): Promise<number> =>
    ((await org.control('GET', '/requests')).body as { totals: { byOperation: { subscribe: number } } }).totals
      .byOperation.subscribe
  while ((await begun()) < 3);
  await create('New')
  expect(names(await tip.events(1))).toEqual(['New'])
  for (const stream of [early, again, tip]) stream.cancel()
})

test('an empty answer keeps a quiet stream alive, with an id to go on from', async () => {
  await begin()
  await create('One')
  const stream = events.subscribe(from('EARLIEST'))
  const [one] = await stream.events(1)
  await org.control('POST', '/clock', { advanceMs: 269_000 })
  await create('Two')
  expect(names(await stream.events(1))).toEqual(['Two'])
  await org.control('POST', '/clock', { advanceMs: 270_000 })
  const alive = await stream.next()
  expect(alive.events).toBeUndefined()
  expect(alive.latest_replay_id.compare(one?.replayId ?? Buffer.alloc(0))).toBe(1)
  await create('Three')
  const next = events.subscribe(from('CUSTOM', { replay_id: alive.latest_replay_id }))
  expect(names(await next.events(1))).toEqual(['Three'])
  for (const each of [stream, next]) each.cancel()
})

test('events are kept for 72 hours', async () => {
  await begin()
  await create('Old')
  const [old] = await events.subscribe(from('EARLIEST')).events(1)
  await org.control('POST', '/clock', { advanceMs: 71 * HOUR_MS })
  await create('Young')
  const custom = from('CUSTOM', { replay_id: old?.replayId ?? Buffer.alloc(0) })
  expect(names(await events.subscribe(custom).events(1))).toEqual(['Young'])
  await org.control('POST', '/clock', { advanceMs: 2 * HOUR_MS })
  expect(names(await events.subscribe(from('EARLIEST')).events(1))).toEqual(['Young'])
  const gone = await events.subscribe(custom).failure()
  expect(gone.code).toBe(status.INVALID_ARGUMENT)
  expect(gone.metadata.get('error-code')).toEqual([`${CODE}subscription.fetch.replayid.corrupted`])
})

test.each<[name: string, code: status, error: string, request: Request, more?: Request]>([
  ['an unknown topic', status.NOT_FOUND, 'topic.not.found', { topic_name: '/data/NopeChangeEvent' }],
  ['no topic', status.INVALID_ARGUMENT, 'topic.validation.empty', { topic_name: '' }],
  ['nothing requested', status.INVALID_ARGUMENT, 'subscription.fetch.requested.events.invalid', { num_requested: 0 }],
  ['less than nothing', status.INVALID_ARGUMENT, 'subscription.fetch.requested.events.invalid', { num_requested: -1 }],
  ['no id', status.INVALID_ARGUMENT, 'subscription.fetch.replayid.validation.failed', { replay_preset: 'CUSTOM' }],
  [
    'an id that never was',
    status.INVALID_ARGUMENT,
    'subscription.fetch.replayid.corrupted',
    { replay_preset: 'CUSTOM', replay_id: Buffer.from('0000000000000001', 'hex') },
  ],
  [
    'an id of another length',
    status.INVALID_ARGUMENT,
    'subscription.fetch.replayid.corrupted',
    { replay_preset: 'CUSTOM', replay_id: Buffer.from('abc') },
  ],
  [
    'another topic later',
    status.INVALID_ARGUMENT,
    'subscription.fetch.topic.mismatch',
    {},
    { topic_name: '/data/ChangeEvents', num_requested: 1 },
  ],
])('a subscription with %s ends with the code of it', async (_name, code, error, request, more) => {
  await begin()
  const stream = events.subscribe(from('LATEST', request))
  if (more) stream.ask(more)
  const failed = await stream.failure()
  expect([failed.code, failed.metadata.get('error-code')]).toEqual([code, [CODE + error]])
  expect(failed.details).toContain(`rpcId: ${failed.metadata.get('rpc-id')[0]}`)
})

test.each<[string, Record<string, string>]>([
  ['no session', { accesstoken: 'nope' }],
  ['no token', { accesstoken: '' }],
  ['another tenant', { tenantid: '00D000000000002EAA' }],
  ['no instance', { instanceurl: '' }],
])('a caller with %s is not let in', async (_name, wrong) => {
  await begin()
  const stranger = bus(org.emulator.pubSub?.url ?? '', { ...meta, ...wrong })
  const refused = { code: status.UNAUTHENTICATED }
  await expect(stranger.unary('GetTopic', { topic_name: CONTACTS })).rejects.toMatchObject(refused)
  expect(await stranger.subscribe(from('LATEST')).failure()).toMatchObject(refused)
  stranger.close()
})

test('what cannot be had is refused: schemas, topics', async () => {
  await begin()
  const refusal = (method: string, request: object) =>
    events.unary(method, request).then(
      () => 'answered',
      (error: ServiceError) => [error.code, error.metadata.get('error-code')[0]],
    )
  expect(await refusal('GetSchema', { schema_id: 'nope' })).toEqual([status.NOT_FOUND, `${CODE}schema.meta.permission`])
  expect(await refusal('GetSchema', { schema_id: '' })).toEqual([
    status.INVALID_ARGUMENT,
    `${CODE}schema.validation.failed`,
  ])
  expect(await refusal('GetTopic', { topic_name: '/event/Nope__e' })).toEqual([
    status.NOT_FOUND,
    `${CODE}topic.not.found`,
  ])
})

test.each<[fault: string, code: status, error: string | null]>([
  ['status', status.UNAVAILABLE, 'service.unavailable'],
  ['limit-exceeded', status.RESOURCE_EXHAUSTED, 'subscription.limit.exceeded'],
  ['expire-session', status.UNAUTHENTICATED, 'service.auth.error'],
  ['connection-reset', status.UNAVAILABLE, null],
])('the fault %s ends a subscription', async (fault, code, error) => {
  await begin()
  await org.control('POST', '/faults', { on: 'subscribe', do: fault, nth: 1 })
  const failed = await events.subscribe(from('LATEST')).failure()
  expect([failed.code, failed.metadata.get('error-code')]).toEqual([code, error === null ? [] : [CODE + error]])
  const { body } = await org.control('GET', '/requests')
  expect((body as { requests: object[] }).requests.at(-1)).toMatchObject({
    path: '/eventbus.v1.PubSub/Subscribe',
    operation: 'subscribe',
    cost: 0,
    fault,
  })
})

test('a stream that breaks after its first events can be gone on with, a slow one begins later', async () => {
  await begin()
  const faults = [
    { on: 'subscribe', do: 'commit-then-drop', nth: 1 },
    { on: 'subscribe', do: 'slow', nth: 2, ms: HOUR_MS },
  ]
  await org.control('POST', '/faults', faults)
  await create('One')
  const stream = events.subscribe(from('EARLIEST'))
  const [one] = await stream.events(1)
  expect((await stream.failure()).code).toBe(status.UNAVAILABLE)
  await create('Two')
  const next = events.subscribe(from('CUSTOM', { replay_id: one?.replayId ?? Buffer.alloc(0) }))
  const hits = async () => ((await org.control('GET', '/faults')).body as { hits: number }[]).map(({ hits }) => hits)
  while ((await hits())[1] === 0);
  await org.control('POST', '/clock', { advanceMs: HOUR_MS })
  expect(names(await next.events(1))).toEqual(['Two'])
  next.cancel()
})

test('a reset empties the bus and ends its streams', async () => {
  await begin()
  await create('One')
  const stream = events.subscribe(from('EARLIEST'))
  const [one] = await stream.events(1)
  await org.control('POST', '/reset')
  expect((await stream.failure()).code).toBe(status.UNAVAILABLE)
  events.close()
  events = bus(org.emulator.pubSub?.url ?? '', { ...meta, accesstoken: await org.login() })
  const stale = await events.subscribe(from('CUSTOM', { replay_id: one?.replayId ?? Buffer.alloc(0) })).failure()
  expect(stale.code).toBe(status.INVALID_ARGUMENT)
})

test('speaks TLS with a key and a certificate', async () => {
  const grpcTls = certificate()
  await begin({ grpcTls })
  const url = org.emulator.pubSub?.url ?? ''
  expect(url).toMatch(/^https:/)
  await expect(events.unary('GetTopic', { topic_name: CONTACTS })).rejects.toMatchObject({ code: status.UNAVAILABLE })
  const secure = bus(url, meta, credentials.createSsl(Buffer.from(grpcTls.cert)))
  expect(await secure.unary('GetTopic', { topic_name: CONTACTS })).toMatchObject({ topic_name: CONTACTS })
  secure.close()
})

test('events outlive the process, and a rewrite of its journal', async () => {
  using directory = scratch()
  const packageDir = join(directory.path, 'package')
  writePackage(packageDir)
  const options = { org: SELECTED, grpcPort: 0, stateDir: join(directory.path, 'state'), packageDir }
  let last = Buffer.alloc(0)
  let id = ''
  for (const round of [1, 2, 3]) {
    await using emulator = await salesforceEmulator(options)
    const caller = client(emulator.url)
    const accesstoken = await caller.login()
    const [{ Id = '' } = {}] = await caller.query('SELECT Id FROM Organization')
    const feed = bus(emulator.pubSub?.url ?? '', { accesstoken, instanceurl: emulator.url, tenantid: String(Id) })
    if (round === 1) {
      const { body } = await caller.call('POST', '/sobjects/Contact', { LastName: 'Kept' })
      id = (body as { id: string }).id
      const [made] = await feed.subscribe(from('EARLIEST')).events(1)
      last = Buffer.from(made?.replayId ?? '')
    }
    const stream = feed.subscribe(from('CUSTOM', { replay_id: last }))
    for (let at = 0; at < 150; at++) {
      await caller.call('PATCH', `/sobjects/Contact/${id}`, { Title: `${round}/${at}` })
      if (at % 50 === 0) stream.ask({ num_requested: 50 })
    }
    const list = await stream.events(round === 1 ? 50 : 90)
    expect(list.slice(0, 2).map(({ values }) => values.Title)).toEqual(['1/0', '1/1'])
    expect(list[0]?.header).toMatchObject({ changeType: 'UPDATE', recordIds: [id] })
    feed.close()
  }
})
