/** Deliveries: what is told, in which words, and that it is told at least once. */
import { describe, expect, test } from 'vitest'
import { at, SUBSCRIPTION, world } from './world.ts'

const kinds = (payloads: Record<string, unknown>[]) =>
  payloads.map(each => String(each.type ?? each.notificationType)).toSorted()

describe('a subscription', () => {
  test('is probed when it is made and when its destination changes', async () => {
    await using it = await world({ receives: true })
    const made = await it.ok('POST', '/demo/subscriptions', SUBSCRIPTION)
    await it.inbox.until(pushes => pushes.length === 1)
    expect(it.inbox.payloads()[0]).toEqual({
      notificationType: 'ResourceCreated',
      projectKey: 'demo',
      resource: { typeId: 'subscription', id: made.id },
      resourceUserProvidedIdentifiers: { key: 'ctsf' },
      version: 1,
      modifiedAt: made.createdAt,
    })
    const destination = { type: 'GoogleCloudPubSub', projectId: 'p', topic: 'other' }
    await it.ok('POST', '/demo/subscriptions/key=ctsf', {
      version: 1,
      actions: [{ action: 'changeDestination', destination }],
    })
    await it.inbox.until(pushes => pushes.length === 2)
    expect(at(it.inbox.pushes[1]?.body, 'subscription')).toBe('projects/p/subscriptions/other')
  })

  test('tells of changes and messages in the Platform format, in the envelope of Pub/Sub', async () => {
    await using it = await world({ receives: true, deliverToken: 'hush' })
    await it.ok('POST', '/demo/subscriptions', SUBSCRIPTION)
    const customer = await it.signUp({ email: 'a@example.com', key: 'key-a', customerNumber: '7', externalId: 'e' })
    const changed = await it.act(
      customer,
      { action: 'setVatId', vatId: 'X' },
      { action: 'changeEmail', email: 'B@example.com' },
    )
    await it.ok('DELETE', `/demo/customers/${customer.id}?version=3&dataErasure=true`)
    await it.inbox.until(pushes => pushes.length === 7)
    const payloads = it.inbox.payloads().slice(1)
    expect(kinds(payloads)).toEqual([
      'CustomerCreated',
      'CustomerDeleted',
      'CustomerEmailChanged',
      'ResourceCreated',
      'ResourceDeleted',
      'ResourceUpdated',
    ])
    const identifiers = { key: 'key-a', externalId: 'e', customerNumber: '7' }
    const resource = { typeId: 'customer', id: customer.id }
    expect(payloads.find(each => each.notificationType === 'ResourceUpdated')).toEqual({
      notificationType: 'ResourceUpdated',
      projectKey: 'demo',
      resource,
      resourceUserProvidedIdentifiers: identifiers,
      version: 3,
      oldVersion: 1,
      modifiedAt: changed.lastModifiedAt,
    })
    expect(payloads.find(each => each.notificationType === 'ResourceDeleted')).toMatchObject({
      version: 3,
      dataErasure: true,
    })
    expect(payloads.find(each => each.type === 'CustomerEmailChanged')).toMatchObject({
      notificationType: 'Message',
      projectKey: 'demo',
      version: 1,
      sequenceNumber: 2,
      resource,
      resourceVersion: 3,
      email: 'B@example.com',
      oldEmail: 'a@example.com',
    })
    expect(payloads.find(each => each.type === 'CustomerDeleted')).not.toHaveProperty('email')
    expect(payloads.every(each => !('lastModifiedBy' in each))).toBe(true)
    expect(it.inbox.pushes[0]?.headers.authorization).toBe('Bearer hush')
    expect(it.inbox.pushes[0]?.body).toMatchObject({
      subscription: 'projects/p/subscriptions/ctsf',
      message: { attributes: {} },
    })
  })

  test('tells only the message types it asked for, and raw CloudEvents when it asked for these', async () => {
    await using it = await world({ receives: true })
    await it.ok('POST', '/demo/subscriptions', {
      destination: { type: 'EventGrid', uri: 'https://example.com', accessKey: 'k' },
      format: { type: 'CloudEvents', cloudEventsVersion: '1.0' },
      changes: [{ resourceTypeId: 'customer' }],
      messages: [{ resourceTypeId: 'customer', types: ['CustomerDeleted'] }],
    })
    const { id } = await it.signUp({ email: 'a@example.com' })
    await it.ok('DELETE', `/demo/customers/${id}?version=1`)
    await it.inbox.until(pushes => pushes.length === 4)
    const [, ...bodies] = it.inbox.pushes.map(each => each.body)
    expect(bodies.map(each => each.type).toSorted()).toEqual([
      'com.commercetools.customer.change.ResourceCreated',
      'com.commercetools.customer.change.ResourceDeleted',
      'com.commercetools.customer.message.CustomerDeleted',
    ])
    expect(bodies.find(each => String(each.type).includes('message'))).toMatchObject({
      specversion: '1.0',
      source: '/demo/customers',
      subject: id,
      sequence: '2',
      sequencetype: 'Integer',
      data: { notificationType: 'Message', email: 'a@example.com' },
    })
  })

  test('is not told of what does not change anything', async () => {
    await using it = await world({ receives: true })
    const customer = await it.signUp({ email: 'a@example.com', firstName: 'A' })
    await it.ok('POST', '/demo/subscriptions', SUBSCRIPTION)
    await it.act(customer, { action: 'setFirstName', firstName: 'A' })
    await it.ok('POST', '/demo/customer-groups', { groupName: 'Gold' })
    await it.inbox.until(pushes => pushes.length === 2)
    expect(it.inbox.payloads().map(each => at(each, 'resource', 'typeId'))).toEqual(['subscription', 'customer-group'])
  })
})

describe('a delivery', () => {
  test('comes again until it is acknowledged', async () => {
    await using it = await world({ receives: true, autoSubscribe: true })
    let refusals = 0
    it.inbox.answers(push => (push.payload.type === 'CustomerCreated' && ++refusals < 3 ? 503 : 200))
    await it.signUp({ email: 'a@example.com' })
    await it.inbox.until(pushes => pushes.filter(each => each.payload.type === 'CustomerCreated').length === 3)
    const ids = it.inbox.pushes.filter(each => each.payload.type === 'CustomerCreated').map(each => each.messageId)
    expect(new Set(ids).size).toBe(1)
    const counts = await it.until('/__emulator/deliveries', body => body.pending === 0)
    expect(counts).toMatchObject({ acknowledged: 2, refused: 2, sent: 4, lost: 0 })
  })

  test('does not storm a receiver that is down, and all arrive when it is back', async () => {
    await using it = await world({ receives: true, autoSubscribe: true })
    it.inbox.answers(() => 503)
    await it.control('POST', 'play', { scenario: 'arrivals', rate: 100_000, customers: 500 })
    const down = await it.until('/__emulator/deliveries', body => body.pending === 1_006 && Number(body.refused) > 66)
    expect(down.sent).toBeLessThan(100)
    it.inbox.answers(() => 204)
    await it.until('/__emulator/deliveries', body => body.pending === 0)
    expect(await it.control('GET', 'deliveries')).toMatchObject({ acknowledged: 1_006, lost: 0 })
  })

  test('can be late', async () => {
    await using it = await world({ receives: true, autoSubscribe: true })
    await it.control('POST', 'deliveries', { delayRate: 1, delayMs: 60_000 })
    await it.signUp({ email: 'late@example.com' })
    await it.control('POST', 'deliveries', { delayRate: 0 })
    await it.signUp({ email: 'soon@example.com' })
    await it.inbox.until(pushes => pushes.length === 2)
    expect(it.inbox.payloads().find(each => each.type)).toMatchObject({ customer: { email: 'soon@example.com' } })
    expect(await it.control('GET', 'deliveries')).toMatchObject({ pending: 2 })
  })

  test('can be doubled, shuffled and lost, the same way for the same seed', async () => {
    const play = async () => {
      await using it = await world({ receives: true, autoSubscribe: true })
      await it.control('POST', 'deliveries', { doubleRate: 0.3, loseRate: 0.2, shuffle: true, seed: 5 })
      await it.control('POST', 'play', { scenario: 'arrivals', rate: 100_000, customers: 100 })
      const counts = await it.until(
        '/__emulator/deliveries',
        body => Number(body.lost) + Number(body.acknowledged) >= 206 && body.pending === 0,
      )
      const order = it.inbox.pushes.map(each => each.messageId)
      const numbers = order.map(Number)
      expect(numbers).not.toEqual(numbers.toSorted((a, b) => a - b))
      const { doubled, lost, sent } = counts
      expect(new Set(order).size).toBe(206 - Number(lost))
      expect(sent).toBe(206 - Number(lost) + Number(doubled))
      expect(Number(doubled)).toBeGreaterThan(20)
      expect(Number(lost)).toBeGreaterThan(20)
      return { doubled, lost }
    }
    expect(await play()).toEqual(await play())
  })

  test('meets faults of its own, and arrives all the same', async () => {
    for (const fault of ['status', 'drop-before', 'commit-then-drop', 'connection-reset', 'truncate', 'html', 'hang']) {
      await using it = await world({ receives: true, autoSubscribe: true })
      it.inbox.answers(push => ('text' in push.payload ? 400 : 204))
      await it.control('POST', 'faults', [{ on: 'deliver', do: fault, times: 1, ms: 5 }])
      const { id } = await it.signUp({ email: 'a@example.com' })
      await it.inbox.until(
        pushes =>
          new Set(pushes.filter(each => at(each.payload, 'resource', 'id') === id).map(each => each.messageId)).size ===
          2,
      )
      const counts = await it.until('/__emulator/deliveries', body => body.pending === 0)
      expect(counts, fault).toMatchObject({ acknowledged: 2, refused: 1 })
    }
  })

  test('goes nowhere without a reader, and starts when one is named', async () => {
    await using it = await world({ autoSubscribe: true })
    await it.signUp({ email: 'a@example.com' })
    expect(await it.control('GET', 'deliveries')).toMatchObject({ sent: 0, pending: 0, deliverTo: null })
    await it.control('POST', 'deliveries', { deliverTo: it.inbox.url })
    await it.signUp({ email: 'b@example.com' })
    await it.inbox.until(pushes => pushes.length === 2)
  })
})
