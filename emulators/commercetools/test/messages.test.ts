/** The Messages Query API: numbering, order, filters, expansion and retention, on the emulator's clock. */
import { describe, expect, test } from 'vitest'
import { at, type Json, tokenOf, world } from './world.ts'

const DAY_MS = 86_400_000

/** Two customers whose stories are told in turns, two messages a minute. */
async function stories() {
  const it = await world()
  await it.control('POST', 'clock', { freeze: true })
  const pass = () => it.control('POST', 'clock', { advanceMs: 60_000 })
  let ada = await it.signUp({ email: 'ada@example.com', key: 'ada' })
  let bob = await it.signUp({ email: 'bob@example.com' })
  for (let n = 0; n < 5; n += 1) {
    await pass()
    ada = await it.act(ada, { action: 'setFirstName', firstName: `Ada ${n}` })
    bob = await it.act(
      bob,
      { action: 'setLocale', locale: n % 2 ? 'de' : 'en' },
      { action: 'changeEmail', email: `bob${n}@example.com` },
    )
  }
  const messages = async (args: Record<string, string | string[]>) =>
    (await it.query('messages', args)).results as Json[]
  return { ...it, ada, bob, messages, [Symbol.asyncDispose]: it[Symbol.asyncDispose] }
}

describe('messages', () => {
  test('are numbered without gaps for each resource, whatever happened between', async () => {
    await using it = await stories()
    for (const { id } of [it.ada, it.bob]) {
      const told = await it.messages({ where: `resource(id="${id}")`, sort: 'sequenceNumber asc' })
      expect(told.map(each => each.sequenceNumber)).toEqual([1, 2, 3, 4, 5, 6])
    }
    await it.act(it.bob, { action: 'setLocale', locale: 'fr' })
    const last = await it.messages({ where: `resource(id="${it.bob.id}")`, sort: 'sequenceNumber desc', limit: '1' })
    expect(last[0]).toMatchObject({ sequenceNumber: 6, type: 'CustomerEmailChanged' })
    const gone = await it.ok('DELETE', `/demo/customers/${it.ada.id}?version=${it.ada.version}`)
    const end = await it.messages({ where: `resource(id="${gone.id}")`, sort: 'sequenceNumber desc', limit: '1' })
    expect(end[0]).toMatchObject({ sequenceNumber: 7, type: 'CustomerDeleted', resourceVersion: 6 })
  })

  test('come in the order asked for, and by pages of time and id without a loss', async () => {
    await using it = await stories()
    const all = await it.messages({ sort: ['createdAt desc', 'id desc'], limit: '500' })
    expect(all).toHaveLength(12)
    const keys = all.map(each => `${each.createdAt} ${each.id}`)
    expect(keys).toEqual(keys.toSorted().toReversed())
    const seen: string[] = []
    let where = 'createdAt <= :end'
    let last = { at: '', id: '' }
    for (;;) {
      const page = await it.messages({
        where,
        sort: ['createdAt asc', 'id asc'],
        limit: '5',
        withTotal: 'false',
        'var.end': '2100-01-01T00:00:00.000Z',
        'var.at': last.at,
        'var.id': last.id,
      })
      const end = page.at(-1)
      if (!end) break
      seen.push(...page.map(each => String(each.id)))
      last = { at: String(end.createdAt), id: String(end.id) }
      where = '(createdAt > :at or (createdAt = :at and id > :id)) and createdAt <= :end'
    }
    expect(seen).toEqual(all.map(each => each.id).toReversed())
  })

  test('are filtered by resource, type, time and their own fields', async () => {
    await using it = await stories()
    const count = async (where: string) => (await it.query('messages', { where })).total
    expect(await count('type = "CustomerFirstNameSet"')).toBe(5)
    expect(await count('type in ("CustomerFirstNameSet", "CustomerCreated")')).toBe(7)
    expect(await count('resource(typeId = "customer" and id = "nobody")')).toBe(0)
    expect(await count('resource(typeId = "customer")')).toBe(12)
    expect(await count('resource(typeId = "order")')).toBe(0)
    expect(await count('firstName = "Ada 3"')).toBe(1)
    expect(await count('oldEmail is defined and email = "bob2@example.com"')).toBe(1)
    expect(await count('sequenceNumber > 5')).toBe(2)
    expect(await count('resourceVersion >= 6')).toBe(4)
    expect(await count('resourceUserProvidedIdentifiers(key = "ada")')).toBe(6)
    expect(await count('lastModifiedBy(clientId = "sync")')).toBe(12)
    const half = new Date(Date.parse(String(it.ada.createdAt)) + 3 * 60_000).toISOString()
    expect(await count(`createdAt > "${half}"`)).toBe(4)
    expect(await count(`createdAt <= "${half}"`)).toBe(8)
  })

  test('are found by id, and show their resource on request', async () => {
    await using it = await stories()
    const [first] = await it.messages({
      where: `resource(id="${it.ada.id}")`,
      sort: 'sequenceNumber asc',
      expand: 'resource',
    })
    expect(at(first, 'resource', 'obj', 'firstName')).toBe('Ada 4')
    const alone = await it.ok('GET', `/demo/messages/${first?.id}`)
    expect(alone).toMatchObject({
      id: first?.id,
      type: 'CustomerCreated',
      customer: { email: 'ada@example.com', version: 1 },
    })
    expect(alone.resource).toEqual({ typeId: 'customer', id: it.ada.id })
    expect((await it.call('GET', '/demo/messages/nobody')).status).toBe(404)
  })

  test('go when their days are over, even when nothing happens then', async () => {
    await using it = await stories()
    await it.ok('POST', '/demo', {
      version: 1,
      actions: [
        { action: 'changeMessagesConfiguration', messagesConfiguration: { enabled: true, deleteDaysAfterCreation: 1 } },
      ],
    })
    const [first] = await it.messages({ sort: 'createdAt asc', limit: '1' })
    // The last messages are five minutes younger than the first.
    await it.control('POST', 'clock', { advanceMs: DAY_MS - 4.5 * 60_000 })
    expect((await it.query('messages', {})).total).toBe(10)
    expect((await it.call('GET', `/demo/messages/${first?.id}`)).status).toBe(404)
    await it.control('POST', 'clock', { advanceMs: 5 * 60_000 })
    expect((await it.query('messages', {})).total).toBe(0)
    const ada = await it.act(it.ada, { action: 'setFirstName', firstName: 'Ada Five' })
    expect((await it.messages({})).map(each => each.sequenceNumber)).toEqual([7])
    expect(ada.version).toBe(7)
  })

  test('are kept only where the project asks for it, and numbered and delivered all the same', async () => {
    await using it = await world({ receives: true, autoSubscribe: true })
    const configured = (version: number, enabled: boolean) =>
      it.ok('POST', '/demo', {
        version,
        actions: [
          { action: 'changeMessagesConfiguration', messagesConfiguration: { enabled, deleteDaysAfterCreation: 15 } },
        ],
      })
    await configured(1, false)
    const ada = await it.signUp({ email: 'ada@example.com' })
    await it.inbox.until(pushes => pushes.some(each => each.payload.type === 'CustomerCreated'))
    expect((await it.query('messages', {})).total).toBe(0)
    await configured(2, true)
    await it.act(ada, { action: 'setFirstName', firstName: 'Ada' })
    expect((await it.query('messages', {})).results).toMatchObject([{ sequenceNumber: 2 }])
  })

  test('need the scope for them', async () => {
    await using it = await stories()
    const as = async (scope: string) => {
      const token = await tokenOf(it.emulator.url, 'reader:x', scope)
      return (await it.call('GET', '/demo/messages', undefined, { authorization: `Bearer ${token}` })).status
    }
    expect(await as('view_customers:demo')).toBe(403)
    expect(await as('view_messages:demo')).toBe(200)
  })
})
