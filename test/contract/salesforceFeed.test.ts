/** The contract of `CrmFeed` over HTTP: what changed in the org, by polling, while the org's clock is moved by hand. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { clock } from '../../src/lib/clock.ts'
import { log } from '../../src/lib/log.ts'
import type { Outcome } from '../../src/model/outcome.ts'
import type { CrmFeed } from '../../src/model/ports.ts'
import type { ChangeEvent, ResourceRef } from '../../src/model/resource.ts'
import { salesforce } from '../../src/systems/salesforce/index.ts'
import {
  context,
  credentials,
  remove,
  type SalesforceWorld,
  salesforceWorld,
  update,
  upsert,
} from './salesforceWorld.ts'

let world: SalesforceWorld
beforeAll(async () => {
  world = await salesforceWorld()
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(async () => {
  await world.control('POST', 'reset')
  await world.control('POST', 'clock', { freeze: true })
  await world.requests()
})

const objects = ['Account', 'Contact']
const advance = (ms: number) => world.control('POST', 'clock', { advanceMs: ms })
const write = async (...groups: Parameters<typeof world.crm.write>[0]['groups']): Promise<ResourceRef[]> =>
  (await world.crm.write({ groups }, context())).map(refOf)
const contact = (key: string, name = 'Doe') => upsert('Contact', key, { fields: { LastName: name } })
const costs = async () => (await world.requests()).reduce((sum, one) => sum + one.cost, 0)
const keyOf = ({ ref, at }: ChangeEvent) => `${ref.id} ${at}`

function refOf(outcome: Outcome): ResourceRef {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome))
  return outcome.ref
}

/** A service that polls: all it keeps is the position. Time enough passes before each poll. */
function feed(of: { objects?: readonly string[]; limit?: number; crm?: CrmFeed } = {}) {
  let position: string | null = null
  const once = async () => {
    const { crm = world.crm, limit = 500 } = of
    const answer = await crm.changes({ objects: of.objects ?? objects, position, limit }, context())
    expect(answer.events.length).toBeLessThanOrEqual(limit)
    position = answer.position
    return answer
  }
  const poll = async (): Promise<ChangeEvent[]> => {
    await advance(10_000)
    const events: ChangeEvent[] = []
    for (let more = true; more; ) {
      const answer = await once()
      events.push(...answer.events)
      more = answer.more
    }
    return events
  }
  return { once, poll }
}

const contacts = (n: number) => {
  const rows = Array.from({ length: n }, (_, at) => contact(`demo/${at}`))
  return Array.from({ length: Math.ceil(n / 200) }, (_, at) => rows.slice(at * 200, at * 200 + 200))
}

describe('changes', () => {
  test('a feed begins now; then each change is told once: ours, an edit, a deletion, a merge', async () => {
    const [old] = await write([contact('demo/old')])
    if (!old) throw new Error('not made')
    const { poll } = feed()
    expect(await poll()).toEqual([])
    expect(await poll()).toEqual([])

    const [account, one, two] = await write(
      [upsert('Account', 'demo/a', { fields: { Name: 'A' } })],
      [contact('demo/1'), contact('demo/2')],
    )
    if (!account || !one || !two) throw new Error('not made')
    const events = await poll()
    expect(events.map(event => event.ref)).toEqual([account, one, two])
    const { at } = events[0] ?? { at: '' }
    expect(events[0]).toEqual({
      id: `Account/${account.id}@${at}`,
      ref: account,
      kind: 'changed',
      version: Date.parse(at),
      at,
      correlationId: 'c-1',
      lane: 'live',
      erase: false,
    })
    expect(await poll()).toEqual([])

    await world.control('POST', 'edit', { object: 'Contact', id: one.id, fields: { LastName: 'Roe' } })
    expect((await poll()).map(event => event.ref)).toEqual([one])
    const [read] = await world.crm.read([one], { Contact: [] }, context())
    await write([update(one, { fields: { LastName: 'Poe' } })], [remove(old)])
    expect(await poll()).toMatchObject([
      { ref: old, kind: 'deleted' },
      { ref: one, kind: 'changed' },
    ])
    expect(read).toMatchObject({ state: 'present' })
    await world.control('POST', 'undelete', { object: 'Contact', id: old.id })
    expect(await poll()).toMatchObject([{ ref: old, kind: 'changed' }])
    await world.control('POST', 'merge', { object: 'Contact', masterId: one.id, loserId: two.id })
    expect(await poll()).toMatchObject([
      { ref: one, kind: 'changed' },
      { ref: two, kind: 'deleted' },
    ])
    for (let times = 0; times < 15; times++) expect(await poll()).toEqual([])
  })

  test('an edit within the second of another is told, too', async () => {
    const { poll, once } = feed()
    await poll()
    const [one] = await write([contact('demo/1')])
    if (!one) throw new Error('not made')
    await once()
    await world.control('POST', 'edit', { object: 'Contact', id: one.id, fields: { LastName: 'Roe' } })
    await once()
    const events = await poll()
    expect(events.map(event => event.ref)).toEqual([one])
  })

  test('2,500 records of one second come in pages of 500, each once, across restarts', async () => {
    const { poll } = feed()
    await poll()
    const groups = contacts(2_500)
    const refs: ResourceRef[] = []
    for (let at = 0; at < groups.length; at += 5) refs.push(...(await write(...groups.slice(at, at + 5))))
    const events = await poll()
    expect(events).toHaveLength(2_500)
    expect(new Set(events.map(event => event.at)).size).toBe(1)
    expect(events.map(event => event.ref.id).sort()).toEqual(refs.map(ref => ref.id).sort())
    // The window is read again, from a position with 2,500 changes in it, and without.
    for (let times = 0; times < 30; times++) expect(await poll()).toEqual([])
  })

  test('an idle poll is one call, after many changes as well; six objects are two', async () => {
    const many = ['Account', 'Contact', 'User', 'RecordType', 'Organization']
    await world.crm.schema(many, { refresh: false }, context())
    const idle = feed({ objects: many })
    await idle.once()
    await world.requests()
    await idle.poll()
    expect(await costs()).toBe(1)
    await write(...contacts(800))
    await idle.poll()
    await world.requests()
    await idle.poll()
    expect(await costs()).toBe(1)
    const wide = feed({ objects: [...many, 'CT_Nothing__c'] })
    await expect(wide.once()).rejects.toMatchObject({ failure: { is: 'denied', code: 'INVALID_TYPE' } })
    expect(await costs()).toBe(2)
  })

  test('no objects, no call; a stopped signal, no call; a failure leaves the position as it was', async () => {
    expect(await feed({ objects: [] }).once()).toMatchObject({ events: [], more: false })
    const stopped = world.crm.changes({ objects, position: null, limit: 5 }, context(AbortSignal.abort()))
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' })
    expect(await costs()).toBe(0)
    const { poll, once } = feed()
    await poll()
    await write([contact('demo/1')])
    await advance(10_000)
    for (const [how, failure] of [
      ['status', { is: 'unavailable' }],
      ['truncate', { is: 'unavailable' }],
      ['limit-exceeded', { is: 'throttled' }],
    ] as const) {
      await world.control('POST', 'faults', { on: 'composite', do: how, times: 1 })
      await expect(once()).rejects.toMatchObject({ name: 'RemoteFailure', failure })
    }
    expect(await poll()).toHaveLength(1)
  })
})

/** Stands before the org and hides records until their transaction "ends"; all else passes through. */
async function veil(): Promise<{ url: string; hidden: Set<string>; server: Server }> {
  const hidden = new Set<string>()
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk)
    const { authorization = '', 'content-type': type = 'application/json' } = request.headers
    const answer = await fetch(`${world.url}${request.url}`, {
      method: request.method ?? 'GET',
      headers: { authorization, 'content-type': type },
      ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
    })
    const text = (await answer.text()).replaceAll(world.url, url)
    const json = JSON.stringify(JSON.parse(text), (_, value: unknown) =>
      Array.isArray(value) ? value.filter(one => !hidden.has(idIn(one))) : value,
    )
    response.writeHead(answer.status, { date: answer.headers.get('date') ?? '' }).end(json)
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, hidden, server }
}

const idIn = (value: unknown): string =>
  typeof value === 'object' && value !== null && 'Id' in value ? String(value.Id) : ''

test('a transaction that ends late is told when it ends, though its stamp is older than what was told', async () => {
  const { url, hidden, server } = await veil()
  try {
    await using crm = salesforce(
      { loginUrl: url, auth: credentials, apiVersion: '67.0', overlapMs: 60_000 },
      { clock: clock(), log: log('silent', () => {}) },
    )
    const { poll } = feed({ crm })
    const [late, later] = await write([contact('demo/1')], [upsert('Account', 'demo/a', { fields: { Name: 'A' } })])
    if (!late || !later) throw new Error('not made')
    hidden.add(late.id).add(later.id)
    await poll()
    const [second] = await write([contact('demo/2')])
    expect((await poll()).map(event => event.ref)).toEqual([second])
    hidden.delete(late.id)
    const [third] = await write([contact('demo/3')])
    const events = await poll()
    expect(events.map(event => event.ref)).toEqual([late, third])
    expect(new Set(events.map(keyOf)).size).toBe(2)
    await poll()
    hidden.delete(later.id)
    expect((await poll()).map(event => event.ref)).toEqual([later])
    for (let times = 0; times < 8; times++) expect(await poll()).toEqual([])
  } finally {
    server.closeAllConnections()
    await new Promise(done => server.close(done))
  }
})
