/** Envelopes and handshakes: what each kind of destination puts around a delivery on its way to an HTTP endpoint. */
import { describe, expect, test } from 'vitest'
import { endpoint, type Request } from './endpoint.ts'
import { at, type Json, world } from './world.ts'

const SNS = { type: 'SNS', topicArn: 'arn:aws:sns:eu-central-1:123456789012:ctsf', authenticationMode: 'IAM' }
const GRID = { type: 'EventGrid', uri: 'https://ctsf.westeurope-1.eventgrid.azure.net/api/events', accessKey: 'key' }
const CLOUD_EVENTS = { type: 'CloudEvents', cloudEventsVersion: '1.0' }
const draft = (destination: Json, more: Json = {}): Json => ({
  key: 'ctsf',
  destination,
  messages: [{ resourceTypeId: 'customer' }],
  changes: [{ resourceTypeId: 'customer' }],
  ...more,
})

describe('SNS', () => {
  const notifications = (requests: Request[]) => requests.filter(each => at(each.json, 'Type') === 'Notification')

  test('confirms first, and then posts notifications as plain text with their headers', async () => {
    await using inbox = await endpoint()
    await using it = await world({ deliverTo: inbox.url })
    await it.ok('POST', '/demo/subscriptions', draft(SNS))
    await it.signUp({ email: 'a@example.com', key: 'key-a' })
    await inbox.until(all => all.length === 4)
    const [first, ...rest] = inbox.requests
    expect(first?.json).toMatchObject({
      Type: 'SubscriptionConfirmation',
      TopicArn: SNS.topicArn,
      Token: expect.stringMatching(/^[0-9a-f]{48}$/),
      SubscribeURL: expect.stringContaining('/__emulator/confirm/'),
      SignatureVersion: '1',
    })
    expect(first?.headers['x-amz-sns-message-type']).toBe('SubscriptionConfirmation')
    for (const { json, headers } of rest) {
      expect(json).toEqual({
        Type: 'Notification',
        MessageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        TopicArn: SNS.topicArn,
        Message: expect.any(String),
        Timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
        SignatureVersion: '1',
        Signature: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
        SigningCertURL: expect.stringMatching(/^https:\/\/sns\.eu-central-1\.amazonaws\.com\//),
        UnsubscribeURL: expect.stringMatching(/^https:\/\/sns\.eu-central-1\.amazonaws\.com\//),
      })
      expect(headers).toMatchObject({
        'content-type': 'text/plain; charset=UTF-8',
        'x-amz-sns-message-type': 'Notification',
        'x-amz-sns-message-id': at(json, 'MessageId'),
        'x-amz-sns-topic-arn': SNS.topicArn,
      })
    }
    const told = rest.map(each => JSON.parse(String(at(each.json, 'Message'))) as Json)
    expect(
      told.map(each => each.type ?? `${each.notificationType} ${at(each, 'resource', 'typeId')}`).toSorted(),
    ).toEqual(['CustomerCreated', 'ResourceCreated customer', 'ResourceCreated subscription'])
    expect(new Set(rest.map(each => at(each.json, 'MessageId'))).size).toBe(3)
  })

  test('keeps the id of a notification that it posts again', async () => {
    let refusals = 0
    await using inbox = await endpoint(({ json }) => ({
      status: at(json, 'Type') === 'Notification' && ++refusals <= 1 ? 500 : 200,
    }))
    await using it = await world({ deliverTo: inbox.url })
    await it.ok('POST', '/demo/subscriptions', draft(SNS))
    await inbox.until(all => notifications(all).length === 2)
    const [one, two] = notifications(inbox.requests)
    expect(one?.text).toBe(two?.text)
  })

  test('delivers nothing before the confirmation, where that is required', async () => {
    await using inbox = await endpoint()
    await using it = await world({ deliverTo: inbox.url })
    await it.control('POST', 'deliveries', { handshake: 'require' })
    await it.ok('POST', '/demo/subscriptions', draft(SNS))
    await it.signUp({ email: 'a@example.com' })
    await inbox.until(all => all.length === 1)
    expect(await it.control('GET', 'deliveries')).toMatchObject({ pending: 3, sent: 0 })
    const confirmed = await fetch(String(at(inbox.requests[0]?.json, 'SubscribeURL')))
    expect(confirmed.status).toBe(200)
    await inbox.until(all => notifications(all).length === 3)
    expect(inbox.requests).toHaveLength(4)
    expect((await fetch(`${it.emulator.url}/__emulator/confirm/made-up`)).status).toBe(400)
  })
})

describe('Event Grid', () => {
  test('hands on CloudEvents, after it asked whether it may', async () => {
    await using inbox = await endpoint(() => ({ status: 200, headers: { 'webhook-allowed-origin': '*' } }))
    await using it = await world({ deliverTo: inbox.url })
    await it.control('POST', 'deliveries', { handshake: 'require' })
    await it.ok('POST', '/demo/subscriptions', draft(GRID, { format: CLOUD_EVENTS }))
    const { id } = await it.signUp({ email: 'a@example.com' })
    await inbox.until(all => all.length === 4)
    const [asked, ...events] = inbox.requests
    expect(asked).toMatchObject({ method: 'OPTIONS', headers: { 'webhook-request-origin': 'eventgrid.azure.net' } })
    expect(events.every(each => each.headers['aeg-event-type'] === 'Notification')).toBe(true)
    expect(events.map(each => each.headers['content-type'])).toContain('application/cloudevents+json; charset=utf-8')
    const created = events.find(each => at(each.json, 'type') === 'com.commercetools.customer.message.CustomerCreated')
    expect(created?.json).toMatchObject({ specversion: '1.0', subject: id, source: '/demo/customers' })
  })

  test('hands on lists of events in its own schema, after its code came back', async () => {
    const code = (json: unknown) => at(json, 0, 'data', 'validationCode')
    await using inbox = await endpoint(({ json }) => ({
      status: 200,
      body: code(json) === undefined ? '' : JSON.stringify({ validationResponse: code(json) }),
    }))
    await using it = await world({ deliverTo: inbox.url })
    await it.control('POST', 'deliveries', { handshake: 'require', eventGridSchema: 'EventGridSchema' })
    await it.ok('POST', '/demo/subscriptions', draft(GRID, { format: CLOUD_EVENTS }))
    const { id } = await it.signUp({ email: 'a@example.com' })
    await inbox.until(all => all.length === 4)
    const [asked, ...posts] = inbox.requests
    expect(asked?.headers['aeg-event-type']).toBe('SubscriptionValidation')
    expect(at(asked?.json, 0)).toMatchObject({
      eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
      topic: GRID.uri,
      data: { validationUrl: expect.stringContaining('/__emulator/confirm/') },
    })
    const events = posts.flatMap(each => each.json as Json[])
    expect(events).toHaveLength(3)
    expect(events.find(each => String(each.eventType).endsWith('.CustomerCreated'))).toMatchObject({
      subject: id,
      topic: GRID.uri,
      data: { notificationType: 'Message', type: 'CustomerCreated', customer: { email: 'a@example.com' } },
    })
  })

  test('delivers nothing to who does not give the code back, until its URL is opened', async () => {
    await using inbox = await endpoint(() => ({ status: 204 }))
    await using it = await world({ deliverTo: inbox.url })
    await it.control('POST', 'deliveries', { handshake: 'require', eventGridSchema: 'EventGridSchema' })
    await it.ok('POST', '/demo/subscriptions', draft(GRID, { format: CLOUD_EVENTS }))
    await inbox.until(all => all.length === 1)
    expect(await it.control('GET', 'deliveries')).toMatchObject({ sent: 0, pending: 1 })
    await fetch(String(at(inbox.requests[0]?.json, 0, 'data', 'validationUrl')))
    await inbox.until(all => all.length === 2)
  })

  test('takes CloudEvents only', async () => {
    await using it = await world()
    const refused = { status: 400, body: { errors: [{ code: 'InvalidInput' }] } }
    expect(await it.call('POST', '/demo/subscriptions', draft(GRID))).toMatchObject(refused)
    await it.ok('POST', '/demo/subscriptions', draft(SNS))
    const actions = [{ action: 'changeDestination', destination: GRID }]
    expect(await it.call('POST', '/demo/subscriptions/key=ctsf', { version: 1, actions })).toMatchObject(refused)
  })
})

const OTHERS: Json[] = [
  { type: 'EventBridge', region: 'eu-central-1', accountId: '123456789012' },
  { type: 'AzureServiceBus', connectionString: 'Endpoint=sb://ctsf.servicebus.windows.net/;SharedAccessKey=x' },
  { type: 'ConfluentCloud', bootstrapServer: 's', apiKey: 'k', apiSecret: 's', acks: 'all', topic: 't' },
  { type: 'SQS', region: 'eu-central-1', queueUrl: 'https://sqs.eu-central-1.amazonaws.com/1/ctsf' },
]

test.each(OTHERS)('$type: what was published arrives without an envelope', async destination => {
  await using inbox = await endpoint()
  await using it = await world({ deliverTo: inbox.url })
  for (const [key, format] of [['platform', { type: 'Platform' }] as const, ['events', CLOUD_EVENTS] as const]) {
    await it.ok('POST', '/demo/subscriptions', draft(destination, { key, format }))
  }
  await inbox.until(all => all.length === 2)
  const [platform, event] = inbox.requests.toSorted((a, b) => a.text.length - b.text.length)
  expect(platform?.json).toMatchObject({ notificationType: 'ResourceCreated', resource: { typeId: 'subscription' } })
  expect(event?.json).toMatchObject({ specversion: '1.0', data: { notificationType: 'ResourceCreated' } })
})

describe('a payload that is too large', () => {
  /** About 300 KB as JSON: more than SQS and SNS take, less than Pub/Sub takes. */
  const addresses = Array.from({ length: 400 }, (_, n) => ({
    country: 'DE',
    additionalAddressInfo: `${n} ${'ü'.repeat(350)}`,
  }))

  test.each([
    ['SNS', SNS, {}],
    ['SNS with CloudEvents', SNS, { format: CLOUD_EVENTS }],
  ])('is left out for %s, and said to be', async (_name, destination, more) => {
    await using inbox = await endpoint()
    await using it = await world({ deliverTo: inbox.url })
    await it.ok('POST', '/demo/subscriptions', draft(destination, { changes: [], ...more }))
    const { id } = await it.signUp({ email: 'large@example.com', key: 'large', addresses })
    await inbox.until(all => all.length === 3)
    const posts = inbox.requests.slice(1).map(each => JSON.parse(String(at(each.json, 'Message'))) as Json)
    const payloads = posts.map(each => (each.specversion === undefined ? each : (each.data as Json)))
    expect(payloads.find(each => each.notificationType === 'Message')).toEqual({
      notificationType: 'Message',
      projectKey: 'demo',
      id: expect.any(String),
      version: 1,
      sequenceNumber: 1,
      resource: { typeId: 'customer', id },
      resourceVersion: 1,
      resourceUserProvidedIdentifiers: { key: 'large' },
      createdAt: expect.any(String),
      lastModifiedAt: expect.any(String),
      payloadNotIncluded: { reason: 'Payload too large.', payloadType: 'CustomerCreated' },
    })
  })

  test('fits Pub/Sub, and is whole in the messages of the API', async () => {
    await using it = await world({ receives: true, autoSubscribe: true })
    await it.signUp({ email: 'large@example.com', addresses })
    await it.inbox.until(pushes => pushes.some(each => each.payload.type === 'CustomerCreated'))
    const message = it.inbox.payloads().find(each => each.type === 'CustomerCreated')
    expect(at(message, 'customer', 'addresses')).toHaveLength(400)
    const { results } = await it.query('messages', {})
    expect(at(results, 0, 'customer', 'addresses')).toHaveLength(400)
  })
})
