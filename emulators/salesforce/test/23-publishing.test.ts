// Platform events: what publishers may write, what becomes of each event, and what subscribers get.

import { join } from 'node:path'
import { type ServiceError, status } from '@grpc/grpc-js'
import { afterEach, expect, test } from 'vitest'
import { type OrgOptions, SetupError, salesforceEmulator } from '../src/index.ts'
import { client, scratch, type Wire, wire, writePackage } from './org.ts'
import { type Bus, bus, type Result } from './pubsub.ts'

let org: Wire & AsyncDisposable
let events: Bus
afterEach(async () => {
  events?.close()
  await org?.[Symbol.asyncDispose]()
})

const ORDERS = '/event/Order_Event__e'
const CODE = 'sfdc.platform.eventbus.grpc.'

async function begin(options: Partial<OrgOptions> = {}): Promise<void> {
  org = await wire({ org: { changeDataCapture: ['Contact'], ...options }, grpcPort: 0 })
  const [{ Id = '' } = {}] = await org.query('SELECT Id FROM Organization')
  const meta = { accesstoken: await org.login(), instanceurl: org.emulator.url, tenantid: String(Id) }
  events = bus(org.emulator.pubSub?.url ?? '', meta)
}
const number = (value: string) => ({ Order_Number__c: { string: value } })
const publish = (topic_name: string, list: object[]): Promise<{ results: Result[]; schema_id: string }> =>
  events.unary('Publish', { topic_name, events: list })
const refusal = (request: object): Promise<unknown> =>
  events.unary('Publish', request).then(
    () => 'answered',
    ({ code, metadata }: ServiceError) => [code, metadata.get('error-code')[0]],
  )

test('a published event reaches its subscribers as it was written', async () => {
  await begin()
  expect(await events.unary('GetTopic', { topic_name: ORDERS })).toMatchObject({
    can_publish: true,
    can_subscribe: true,
  })
  const stream = events.subscribe({ topic_name: ORDERS, replay_preset: 'LATEST', num_requested: 5 })
  const filled = { ...number('17'), Has_Shipped__c: { boolean: true }, Amount__c: { double: 1.5 }, CreatedDate: 1234 }
  const produced = await events.produce(ORDERS, [{ id: 'mine', ...filled }, number('18')])
  const { results, schema_id } = await publish(ORDERS, produced)
  expect(schema_id).toBe(produced[0]?.schema_id)
  expect(results.map(({ error }) => error)).toEqual([undefined, undefined])
  expect(results[0]?.correlation_key).toBe('mine')
  const list = await stream.events(2)
  expect(list.map(({ replayId }) => replayId)).toEqual(results.map(({ replay_id }) => replay_id))
  expect(list[0]).toMatchObject({
    id: 'mine',
    values: { Order_Number__c: '17', Has_Shipped__c: true, Amount__c: 1.5, CreatedDate: 1234 },
  })
  // Who names none gets one.
  expect(list[1]?.id).toBe(results[1]?.correlation_key)
  expect(list[1]?.id).toMatch(/^[0-9a-f-]{36}$/)
  stream.cancel()
})

test('its schema says who made it and when, then the fields', async () => {
  await begin()
  const { schema_id } = await events.unary<{ schema_id: string }>('GetTopic', { topic_name: ORDERS })
  const { schema_json } = await events.unary<{ schema_json: string }>('GetSchema', { schema_id })
  const schema = JSON.parse(schema_json) as { name: string; namespace: string; fields: object[] }
  expect(schema).toMatchObject({ name: 'Order_Event__e', namespace: 'com.sforce.eventbus' })
  const types = Object.fromEntries(schema.fields.map(field => Object.values(field).slice(0, 2) as [string, unknown]))
  expect(Object.keys(types).slice(0, 2)).toEqual(['CreatedDate', 'CreatedById'])
  expect(types).toEqual({
    CreatedDate: 'long',
    CreatedById: 'string',
    Order_Number__c: ['null', 'string'],
    Has_Shipped__c: ['null', 'boolean'],
    Amount__c: ['null', 'double'],
    Shipped_At__c: ['null', 'long'],
  })
})

test('an event that does not fit fails alone', async () => {
  await begin()
  const [good, other, huge] = await events.produce(ORDERS, [number('1'), number('2'), number('x'.repeat(1_000_000))])
  const { results } = await publish(ORDERS, [
    { ...good, id: 'first' },
    { ...other, id: 'cut', payload: other?.payload.subarray(0, 5) },
    { ...other, id: 'stranger', schema_id: 'nope' },
    { ...huge, id: 'huge' },
    { ...other, id: 'last' },
  ])
  expect(results.map(({ correlation_key, error }) => [correlation_key, error?.code])).toEqual([
    ['first', undefined],
    ['cut', 'PUBLISH'],
    ['stranger', 'PUBLISH'],
    ['huge', 'PUBLISH'],
    ['last', undefined],
  ])
  expect(results.map(({ replay_id }) => replay_id?.length ?? 0)).toEqual([8, 0, 0, 0, 8])
  const list = await events.subscribe({ topic_name: ORDERS, replay_preset: 'EARLIEST', num_requested: 9 }).events(2)
  expect(list.map(({ id }) => id)).toEqual(['first', 'last'])
})

test('a request that cannot be is refused as a whole', async () => {
  await begin()
  const produced = await events.produce(ORDERS, [number('1')])
  const invalid = status.INVALID_ARGUMENT
  expect(await refusal({ topic_name: ORDERS })).toEqual([invalid, `${CODE}publish.event.count.invalid`])
  expect(await refusal({ topic_name: '', events: produced })).toEqual([
    invalid,
    `${CODE}publish.topic.validation.empty`,
  ])
  expect(await refusal({ topic_name: '/event/Nope__e', events: produced })).toEqual([
    status.NOT_FOUND,
    `${CODE}topic.not.found`,
  ])
  expect(await refusal({ topic_name: '/data/ContactChangeEvent', events: produced })).toEqual([
    status.PERMISSION_DENIED,
    `${CODE}publish.not.permitted`,
  ])
})

test('a publish stream answers in order, whatever was sent meanwhile', async () => {
  await begin()
  const produced = await events.produce(
    ORDERS,
    Array.from({ length: 60 }, (_, at) => ({ id: `e${at}`, ...number('1') })),
  )
  const stream = events.open('PublishStream', { topic_name: ORDERS, events: produced.slice(0, 1) })
  for (const event of produced.slice(1)) stream.ask({ events: [event] })
  const keys: string[] = []
  const ids: bigint[] = []
  while (keys.length < produced.length) {
    for (const { correlation_key, replay_id } of (await stream.next()).results ?? []) {
      keys.push(correlation_key)
      ids.push(replay_id?.readBigUInt64BE() ?? 0n)
    }
  }
  expect(keys).toEqual(produced.map(({ id }) => id))
  expect(ids).toEqual([...ids].sort((a, b) => (a < b ? -1 : 1)))
  await stream.finish()
})

test.each<[string, string, object]>([
  ['another topic', 'publish.topic.mismatch', { topic_name: '/event/Other__e' }],
  ['no events', 'publish.event.count.invalid', { events: [] }],
])('a publish stream ends at a request with %s', async (_name, code, more) => {
  await begin()
  const produced = await events.produce(ORDERS, [number('1')])
  const stream = events.open('PublishStream', { topic_name: ORDERS, events: produced })
  await stream.next()
  stream.ask({ events: produced, ...more })
  const failed = await stream.failure()
  expect([failed.code, failed.metadata.get('error-code')[0]]).toEqual([status.INVALID_ARGUMENT, CODE + code])
})

test('a publish stream that is idle for 70 seconds is closed', async () => {
  await begin()
  const produced = await events.produce(ORDERS, [number('1')])
  const stream = events.open('PublishStream', { topic_name: ORDERS, events: produced })
  await stream.next()
  await org.control('POST', '/clock', { advanceMs: 69_000 })
  stream.ask({ events: produced })
  await stream.next()
  await org.control('POST', '/clock', { advanceMs: 69_000 })
  stream.ask({ events: produced })
  await stream.next()
  await org.control('POST', '/clock', { advanceMs: 70_000 })
  expect((await stream.failure()).metadata.get('error-code')[0]).toBe(`${CODE}publish.stream.sweeper.timeout`)
})

test('an org file may define events too, and a wrong one is refused', async () => {
  await begin({ platformEvents: [{ name: 'Cart_Event__e', fields: { Total__c: 'Currency' } }] })
  const [produced] = await events.produce('/event/Cart_Event__e', [{ Total__c: { double: 3 } }])
  const { results } = await publish('/event/Cart_Event__e', [produced ?? {}])
  expect(results[0]?.error).toBeUndefined()
  const wrong = (platformEvents: unknown): Promise<unknown> =>
    salesforceEmulator({ org: { platformEvents } as Partial<OrgOptions> })
  await expect(wrong([{ name: 'Cart_Event' }])).rejects.toThrow('must end in __e')
  await expect(wrong([{ name: 'A__e', fields: { B__c: 'Nope' } }])).rejects.toThrow('the type "Nope"')
  await expect(wrong([{ name: 7 }])).rejects.toThrow(SetupError)
  await expect(wrong(['A__e'])).rejects.toThrow(SetupError)
})

test('published events outlive the process', async () => {
  using directory = scratch()
  const packageDir = join(directory.path, 'package')
  writePackage(packageDir)
  const keys: unknown[] = []
  for (const round of [1, 2]) {
    await using emulator = await salesforceEmulator({
      grpcPort: 0,
      stateDir: join(directory.path, 'state'),
      packageDir,
    })
    const caller = client(emulator.url)
    const accesstoken = await caller.login()
    const [{ Id = '' } = {}] = await caller.query('SELECT Id FROM Organization')
    const feed = bus(emulator.pubSub?.url ?? '', { accesstoken, instanceurl: emulator.url, tenantid: String(Id) })
    const produced = await feed.produce(ORDERS, [{ id: `round ${round}`, ...number('1') }])
    await feed.unary('Publish', { topic_name: ORDERS, events: produced })
    const list = await feed.subscribe({ topic_name: ORDERS, replay_preset: 'EARLIEST', num_requested: 9 }).events(round)
    keys.push(list.map(({ id }) => id))
    feed.close()
  }
  expect(keys).toEqual([['round 1'], ['round 1', 'round 2']])
})
