/** What deliveries say, form by form, and that nothing a sender may post makes the decoder throw or repeat it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Log } from '../../../model/ports.ts'
import { decode } from './decode.ts'

const warnings: string[] = []
const log: Log = {
  debug: () => {},
  info: () => {},
  warn: (_fields, message) => warnings.push(message),
  error: () => {},
  child: () => log,
}
const at = '2026-11-23T12:00:00.000Z'
const received = { at, correlationId: 'corr-1', projects: new Set(['demo', 'shop-b']), log }
const read = (body: unknown) => decode(body, received)

const id = '5f1c9d0e-3a53-4a41-9a55-0f2f9c1b7e10'
const created = {
  notificationType: 'ResourceCreated',
  projectKey: 'demo',
  resource: { typeId: 'customer', id },
  resourceUserProvidedIdentifiers: { key: 'lukas-schmidt' },
  version: 1,
  modifiedAt: '2026-11-23T11:59:58.384Z',
}
const updated = { ...created, notificationType: 'ResourceUpdated', version: 5, oldVersion: 3 }
const deleted = { ...created, notificationType: 'ResourceDeleted', version: 6, dataErasure: true }
const message = {
  notificationType: 'Message',
  projectKey: 'demo',
  id: '0c1a2b3c-1111-4222-8333-444455556666',
  version: 1,
  sequenceNumber: 2,
  resource: { typeId: 'customer', id },
  resourceVersion: 4,
  resourceUserProvidedIdentifiers: {},
  type: 'CustomerLastNameSet',
  lastName: 'Doe',
  createdAt: '2026-11-23T11:59:57.760Z',
  lastModifiedAt: '2026-11-23T11:59:57.760Z',
}
const cloudEvent = {
  id: message.id,
  source: '/demo/customers',
  specversion: '1.0',
  type: 'com.commercetools.customer.message.CustomerLastNameSet',
  subject: id,
  time: message.createdAt,
  dataref: `/demo/messages/${message.id}`,
  sequence: '2',
  sequencetype: 'Integer',
  data: message,
}
const push = (content: unknown) => ({
  message: { data: Buffer.from(JSON.stringify(content)).toString('base64'), messageId: '1', attributes: {} },
  subscription: 'projects/p/subscriptions/s',
})
const expected = {
  id: `customer/${id}@1`,
  ref: { side: 'commerce', type: 'customer', id: `demo/${id}` },
  kind: 'changed',
  version: 1,
  at: created.modifiedAt,
  correlationId: 'corr-1',
  lane: 'live',
  erase: false,
}
const told = { ...expected, id: message.id, version: 4, at: message.createdAt }

describe('raw notifications', () => {
  it('reads a creation', () => expect(read(created)).toEqual({ is: 'events', events: [expected], form: 'platform' }))

  it('reads an update that skipped versions', () =>
    expect(read(updated)).toMatchObject({ events: [{ id: `customer/${id}@5`, kind: 'changed', version: 5 }] }))

  it('reads a deletion, and whether the person is to be erased', () => {
    expect(read(deleted)).toMatchObject({ events: [{ kind: 'deleted', version: 6, erase: true }] })
    const { dataErasure: _gone, ...plain } = deleted
    expect(read(plain)).toMatchObject({ events: [{ kind: 'deleted', erase: false }] })
    expect(read({ ...updated, dataErasure: true })).toMatchObject({ events: [{ kind: 'changed', erase: false }] })
  })

  it('reads a message as a mark of its resource', () =>
    expect(read(message)).toEqual({ is: 'events', events: [told], form: 'platform' }))

  it('needs no payload of a message', () => {
    const { lastName: _left, ...rest } = message
    const cut = { ...rest, payloadNotIncluded: { reason: 'Payload too large.', payloadType: 'CustomerLastNameSet' } }
    expect(read(cut)).toMatchObject({ is: 'events', events: [told] })
  })

  it('takes a message of a deletion for one', () => {
    expect(read({ ...message, type: 'CustomerDeleted' })).toMatchObject({ events: [{ kind: 'deleted' }] })
    const group = { ...message, resource: { typeId: 'customer-group', id }, type: 'CustomerGroupDeleted' }
    expect(read(group)).toMatchObject({ events: [{ kind: 'deleted', ref: { type: 'customer-group' } }] })
    expect(read({ ...message, type: 'CustomerAddressRemoved' })).toMatchObject({ events: [{ kind: 'changed' }] })
  })

  it('does without a version or a time it cannot read', () => {
    const odd = { ...created, version: 'seven', modifiedAt: 'yesterday' }
    expect(read(odd)).toMatchObject({ events: [{ id: `customer/${id}@unknown`, version: null, at }] })
  })
})

describe('envelopes', () => {
  it('opens CloudEvents', () => expect(read(cloudEvent)).toEqual({ is: 'events', events: [told], form: 'cloudevents' }))

  it('opens a Pub/Sub push around either', () => {
    expect(read(push(created))).toEqual({ is: 'events', events: [expected], form: 'pubsub' })
    expect(read(push(cloudEvent))).toEqual({ is: 'events', events: [told], form: 'pubsub' })
  })

  it('opens an SNS notification, and says what its confirmation wants', () => {
    const sns = { Type: 'Notification', MessageId: 'm', TopicArn: 'arn', Message: JSON.stringify(created) }
    expect(read(sns)).toEqual({ is: 'events', events: [expected], form: 'sns' })
    const confirm = { Type: 'SubscriptionConfirmation', Message: 'You have chosen', SubscribeURL: 'https://sns' }
    expect(read(confirm)).toMatchObject({ is: 'ignored', why: expect.stringContaining('SubscribeURL') })
    const ended = { ...confirm, Type: 'UnsubscribeConfirmation' }
    expect(read(ended)).toMatchObject({ is: 'ignored', why: expect.stringContaining('ended') })
    expect(read({ ...sns, Message: '{oops' })).toMatchObject({ is: 'bad', why: expect.stringContaining('not JSON') })
  })

  it('opens Event Grid events around either, and says what its handshake wants', () => {
    const grid = (data: unknown, eventType = 'ResourceCreated') => ({
      id: 'e',
      topic: '/subscriptions/s',
      subject: `customer/${id}`,
      eventType,
      eventTime: at,
      dataVersion: '1',
      data,
    })
    expect(read([grid(created)])).toEqual({ is: 'events', events: [expected], form: 'eventgrid' })
    expect(read([grid(created), grid(cloudEvent)])).toMatchObject({ events: [expected, told], form: 'eventgrid' })
    expect(read([grid(created), message])).toMatchObject({ events: [expected, told], form: 'batch' })
    expect(read([grid('text')])).toMatchObject({ is: 'bad' })
    const asks = { validationCode: 'secret-code', validationUrl: 'https://grid/secret' }
    const handshake = read([grid(asks, 'Microsoft.EventGrid.SubscriptionValidationEvent')])
    expect(handshake).toEqual({ is: 'ignored', why: expect.stringContaining('validationUrl') })
    expect(JSON.stringify(handshake)).not.toContain('secret')
    const other = grid({}, 'Microsoft.EventGrid.SubscriptionDeletedEvent')
    expect(read([other])).toMatchObject({ is: 'ignored', why: expect.stringContaining('Event Grid') })
  })

  it('reads lists, and keeps the good of a mixed one', () => {
    expect(read([created, push(message), cloudEvent])).toEqual({
      is: 'events',
      events: [expected, told, told],
      form: 'batch',
    })
    warnings.length = 0
    expect(read([created, 'no'])).toMatchObject({ is: 'events', events: [expected] })
    expect(warnings).toHaveLength(1)
    expect(read([created, 'no', { ...updated, projectKey: 'other' }])).toMatchObject({ events: [expected] })
    expect(read([])).toMatchObject({ is: 'ignored' })
    expect(read([1, 2])).toMatchObject({ is: 'bad' })
  })

  it.each([
    [push('text'), 'JSON object'],
    [{ message: { data: Buffer.from('{oops').toString('base64') } }, 'not JSON'],
    [{ message: { attributes: {} } }, 'not JSON'],
    [{ ...cloudEvent, data: undefined }, 'without data'],
    [{ ...cloudEvent, specversion: '0.3' }, 'specversion'],
    [push(push(push(push(push(created))))), 'too many envelopes'],
    [null, 'JSON object'],
    ['text', 'JSON object'],
    [{}, 'notificationType'],
  ])('calls %j bad', (body, why) => expect(read(body)).toEqual({ is: 'bad', why: expect.stringContaining(why) }))
})

describe('what is no change of a record we read', () => {
  const event = {
    id: 'e1',
    notificationType: 'Event',
    projectKey: 'demo',
    type: 'ImportContainerCreated',
    resourceType: 'import-api',
    data: {},
    createdAt: at,
  }
  it.each([
    ['probe', { ...created, resource: { typeId: 'subscription', id } }, 'test notification'],
    ['Event', event, 'an Event'],
    ['type nobody reads', { ...created, resource: { typeId: 'product', id } }, 'type product'],
    ['project that is not ours', { ...created, projectKey: 'other-shop' }, 'project other-shop'],
    ['kind that does not exist yet', { ...created, notificationType: 'ResourceMoved' }, 'not known'],
    ['foreign CloudEvent', { ...cloudEvent, type: 'Microsoft.EventGrid.Ping' }, 'not from commercetools'],
  ])('ignores a %s', (_name, body, why) => {
    expect(read(body)).toEqual({ is: 'ignored', why: expect.stringContaining(why) })
  })

  it.each([
    ['an id with quotes', { ...created, resource: { typeId: 'customer', id: 'x") or (id is defined' } }],
    ['an id with a line break', { ...created, resource: { typeId: 'customer', id: 'x\nforged' } }],
    ['an empty id', { ...created, resource: { typeId: 'customer', id: '' } }],
    ['an endless id', { ...created, resource: { typeId: 'customer', id: 'x'.repeat(257) } }],
    ['an id that is no text', { ...created, resource: { typeId: 'customer', id: 7 } }],
    ['a type with markup', { ...created, resource: { typeId: '<b>forged</b>', id } }],
    ['a project with a line break', { ...created, projectKey: 'demo\nforged' }],
  ])('refuses %s without repeating it', (_name, body) => {
    const result = read(body)
    expect(result).toMatchObject({ is: 'bad' })
    expect(JSON.stringify(result)).not.toMatch(/forged|is defined|xxx/)
  })

  it('keeps the ids of another served project apart', () =>
    expect(read({ ...created, projectKey: 'shop-b' })).toMatchObject({ events: [{ ref: { id: `shop-b/${id}` } }] }))
})

describe('never throws', () => {
  const sane = (body: unknown) => {
    const result = read(body)
    if (result.is !== 'events') {
      expect(result.why.length).toBeLessThan(200)
      return
    }
    for (const event of result.events) {
      expect(event.ref.id).toMatch(/^(demo|shop-b)\/[A-Za-z0-9_-]{1,256}$/)
      expect(event.at).toBe(new Date(event.at).toISOString())
      expect(event.version === null || Number.isSafeInteger(event.version)).toBe(true)
    }
  }
  /** Puts a value in the place of any part of a body. */
  const mutate = (body: unknown, path: readonly number[], value: unknown): unknown => {
    const [turn, ...rest] = path
    if (turn === undefined || typeof body !== 'object' || body === null) return value
    const names = Object.keys(body)
    const name = names[turn % Math.max(1, names.length)] ?? 'added'
    const copy = new Map<string, unknown>(Object.entries(body))
    return Object.fromEntries(copy.set(name, mutate(copy.get(name), rest, value)))
  }

  it('over any JSON', () => fc.assert(fc.property(fc.jsonValue({ maxDepth: 6 }), sane), { numRuns: 500 }))

  it('over real payloads with any part replaced, in any envelope', () => {
    const bodies = fc.constantFrom(created, updated, deleted, message, cloudEvent)
    const wraps = fc.array(
      fc.constantFrom(
        push,
        (body: unknown) => [body, created],
        (body: unknown) => [{ eventType: 'x', data: body }],
      ),
      { maxLength: 3 },
    )
    const path = fc.array(fc.nat(12), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(
        bodies,
        path,
        fc.jsonValue(),
        wraps,
        path,
        fc.jsonValue(),
        (body, where, value, around, there, more) => {
          const inner = mutate(body, where, value)
          const whole = around.reduce((content, wrap) => wrap(content), inner)
          sane(whole)
          sane(mutate(whole, there, more))
        },
      ),
      { numRuns: 500 },
    )
  })
})
