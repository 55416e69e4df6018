/** SQS: what is published lies in the queue, put there by Amazon's own client, which meets a queue that nobody here wrote. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { buildApp } from 'fauxqs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readArguments } from '../src/options.ts'
import { at, type Json, world } from './world.ts'

const REGION = 'eu-central-1'
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
/** Built by hand: its own starter listens on every address of the machine. */
const amazon = buildApp({ logger: false, defaultRegion: REGION })
let client: SQSClient
let endpoint = ''
let queueUrl = ''
let queues = 0

beforeAll(async () => {
  endpoint = await amazon.listen({ port: 0, host: '127.0.0.1' })
  client = new SQSClient({ region: REGION, endpoint, credentials })
})
afterAll(async () => {
  client.destroy()
  await amazon.close()
})
beforeEach(async () => {
  queues += 1
  const made = await client.send(new CreateQueueCommand({ QueueName: `ctsf-${queues}` }))
  queueUrl = String(made.QueueUrl)
})

const destination = () => ({ type: 'SQS', region: REGION, queueUrl, authenticationMode: 'IAM' })
const subscription = (more: Json = {}): Json => ({
  key: 'ctsf',
  destination: destination(),
  changes: [{ resourceTypeId: 'customer' }],
  messages: [{ resourceTypeId: 'customer' }],
  ...more,
})
const shop = (more = {}) => world({ sqs: { endpoint, ...credentials }, ...more })

/** Takes messages out of the queue until there are so many. */
async function received(count: number): Promise<Json[]> {
  const all: Json[] = []
  while (all.length < count) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 }),
    )
    for (const { Body = '', ReceiptHandle } of Messages) {
      all.push(JSON.parse(Body) as Json)
      await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }))
    }
  }
  return all
}

describe('a subscription with an SQS destination', () => {
  test('puts the test notification, changes and messages into the queue', async () => {
    await using it = await shop()
    const made = await it.ok('POST', '/demo/subscriptions', subscription())
    const probe = await received(1)
    expect(probe[0]).toMatchObject({
      notificationType: 'ResourceCreated',
      resource: { typeId: 'subscription', id: made.id },
      resourceUserProvidedIdentifiers: { key: 'ctsf' },
    })
    const { id } = await it.signUp({ email: 'a@example.com' })
    const told = await received(2)
    expect(told.map(each => each.type ?? each.notificationType).toSorted()).toEqual([
      'CustomerCreated',
      'ResourceCreated',
    ])
    expect(told.map(each => at(each, 'resource', 'id'))).toEqual([id, id])
    const counts = await it.until('/__emulator/deliveries', body => body.pending === 0)
    expect(counts).toMatchObject({ sent: 3, acknowledged: 3, refused: 0, deliverTo: null })
  })

  test('takes CloudEvents as they are, and large payloads without', async () => {
    await using it = await shop()
    const format = { type: 'CloudEvents', cloudEventsVersion: '1.0' }
    await it.ok('POST', '/demo/subscriptions', subscription({ changes: [], format }))
    const addresses = Array.from({ length: 400 }, () => ({ country: 'DE', additionalAddressInfo: 'x'.repeat(700) }))
    await it.signUp({ email: 'a@example.com', addresses })
    const message = (await received(2)).find(each => each.sequence !== undefined)
    expect(message).toMatchObject({
      type: 'com.commercetools.customer.message.CustomerCreated',
      data: { payloadNotIncluded: { payloadType: 'CustomerCreated' } },
    })
  })

  test('is not made, and not changed, when the queue does not take the test notification', async () => {
    await using it = await shop()
    const gone = { ...destination(), queueUrl: `${queueUrl}-gone` }
    const refused = { status: 400, body: { errors: [{ code: 'InvalidInput' }] } }
    const answer = await it.call('POST', '/demo/subscriptions', subscription({ destination: gone }))
    expect(answer).toMatchObject(refused)
    expect(answer.body.message).toContain('A test message could not be delivered to this destination: SQS')
    expect((await it.query('subscriptions', {})).total).toBe(0)
    await it.ok('POST', '/demo/subscriptions', subscription())
    const actions = [{ action: 'changeDestination', destination: gone }]
    expect(await it.call('POST', '/demo/subscriptions/key=ctsf', { version: 1, actions })).toMatchObject(refused)
    expect((await it.ok('GET', '/demo/subscriptions/key=ctsf')).version).toBe(1)
  })

  test('is in configuration error while the queue is gone, and delivers what it kept into the new one', async () => {
    await using it = await shop()
    await it.ok('POST', '/demo/subscriptions', subscription({ messages: [] }))
    await client.send(new DeleteQueueCommand({ QueueUrl: queueUrl }))
    const { id } = await it.signUp({ email: 'kept@example.com' })
    await it.until('/demo/subscriptions/key=ctsf', body => body.status === 'ConfigurationError')
    const made = await client.send(new CreateQueueCommand({ QueueName: `ctsf-${queues}-again` }))
    queueUrl = String(made.QueueUrl)
    const actions = [{ action: 'changeDestination', destination: destination() }]
    await it.ok('POST', '/demo/subscriptions/key=ctsf', { version: 1, actions })
    const told = await received(2)
    expect(told.map(each => at(each, 'resource', 'id'))).toContain(id)
    await it.until('/demo/subscriptions/key=ctsf', body => body.status === 'Healthy')
  })

  test('is in temporary error while Amazon does not answer', async () => {
    await using it = await shop()
    await it.ok('POST', '/demo/subscriptions', subscription({ messages: [] }))
    await it.control('POST', 'faults', [{ on: 'deliver', do: 'drop-before', times: 1 }])
    const { id } = await it.signUp({ email: 'late@example.com' })
    await it.until('/__emulator/deliveries', body => body.refused === 1)
    expect((await received(2)).map(each => at(each, 'resource', 'id'))).toContain(id)
    await it.until('/demo/subscriptions/key=ctsf', body => body.status === 'Healthy')
  })

  test('puts into the queue after a restart what it could not before', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'emulator-'))
    try {
      await using first = await shop({ stateDir })
      await first.ok('POST', '/demo/subscriptions', subscription({ messages: [] }))
      await received(1)
      await first.control('POST', 'faults', [{ on: 'deliver', do: 'status' }])
      const { id } = await first.signUp({ email: 'kept@example.com' })
      await first.until('/demo/subscriptions/key=ctsf', body => body.status === 'TemporaryError')
      await first.emulator.close()
      await using second = await shop({ stateDir })
      expect((await received(1)).map(each => at(each, 'resource', 'id'))).toEqual([id])
      await second.until('/demo/subscriptions/key=ctsf', body => body.status === 'Healthy')
    } finally {
      rmSync(stateDir, { recursive: true, force: true })
    }
  })

  test('puts a message twice when the answer to the first was lost', async () => {
    await using it = await shop()
    await it.ok('POST', '/demo/subscriptions', subscription({ messages: [] }))
    await it.control('POST', 'faults', [{ on: 'deliver', do: 'commit-then-drop', times: 1 }])
    const { id } = await it.signUp({ email: 'twice@example.com' })
    const ids = (await received(3)).map(each => at(each, 'resource', 'id'))
    expect(ids.filter(each => each === id)).toHaveLength(2)
  })

  test('does not hold up what goes to an HTTP receiver', async () => {
    await using it = await shop({ receives: true })
    await it.ok('POST', '/demo/subscriptions', subscription({ messages: [] }))
    const pubsub = { type: 'GoogleCloudPubSub', projectId: 'p', topic: 't' }
    await it.ok('POST', '/demo/subscriptions', subscription({ key: 'push', destination: pubsub, messages: [] }))
    await client.send(new DeleteQueueCommand({ QueueUrl: queueUrl }))
    const { id } = await it.signUp({ email: 'a@example.com' })
    await it.inbox.until(pushes => pushes.some(each => at(each.payload, 'resource', 'id') === id))
  })
})

describe('--sqs', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key' }

  test('names Amazon or a stand-in, with credentials from the environment', () => {
    const expected = { accessKeyId: 'id', secretAccessKey: 'key' }
    expect(readArguments(['--sqs', 'aws'], keys).sqs).toEqual(expected)
    expect(readArguments(['--sqs', endpoint], { ...keys, AWS_SESSION_TOKEN: 't' }).sqs).toEqual({
      ...expected,
      endpoint,
      sessionToken: 't',
    })
    expect(readArguments([], keys).sqs).toBeUndefined()
  })

  test('is refused without them, and when it names something else', () => {
    expect(() => readArguments(['--sqs', 'aws'], {})).toThrow('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set')
    expect(() => readArguments(['--sqs', 'pigeon'], keys)).toThrow("'pigeon' is neither 'aws' nor an http or https URL")
  })
})
