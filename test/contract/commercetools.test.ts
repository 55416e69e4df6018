/** The port to commercetools over HTTP, against the emulator: what it reads, lists, checks and sets up. */
import { describe, expect, it } from 'vitest'
import type { Clock } from '../../src/model/ports.ts'
import type { ResourceRef } from '../../src/model/resource.ts'
import type { Options } from '../../src/systems/commercetools/index.ts'
import { ensureSubscription, told } from '../../src/systems/commercetools/setup.ts'
import {
  all,
  bearer,
  calls,
  context,
  customers,
  deps,
  emulator,
  failureOf,
  faults,
  ids,
  nobody,
  post,
  project,
  realClock,
  ref,
  system,
} from './commercetools.world.ts'

describe('read', () => {
  it('answers in the order asked, and absent for what is not there', async () => {
    const [a = '', b = ''] = await customers(2)
    const got = await system().read([ref(b), ref('nobody'), ref(a), ref(b)], [], context())
    expect(got.map(each => each.state)).toEqual(['present', 'absent', 'present', 'present'])
    expect(ids(got)).toEqual([b, 'nobody', a, b].map(id => `demo/${id}`))
    expect(got[0]).toMatchObject({
      version: 1,
      modifiedBy: { clientId: 'shop', marker: null },
      body: { id: b, firstName: 'Ada' },
    })
  })

  it('reads 1,000 records in as few calls as fit a URL of 8,000 characters, with one token', async () => {
    const made = await customers(1_000)
    const tokensBefore = (await calls('token')).length
    const got = await system().read(
      made.map(id => ref(id)),
      ['customerGroup'],
      context(),
    )
    expect(got.every(each => each.state === 'present')).toBe(true)
    expect(ids(got)).toEqual(made.map(id => `demo/${id}`))
    const queries = await calls('query')
    expect(queries).toHaveLength(6)
    expect(Math.max(...queries.map(path => emulator.url.length + path.length))).toBeLessThanOrEqual(8_000)
    expect((await calls('token')).length - tokensBefore).toBe(1)
  })

  it('groups by type, and asks nothing for nothing', async () => {
    const [a = ''] = await customers(1)
    const got = await system().read([ref(a), ref('g1', 'customer-group')], [], context())
    expect(got.map(each => each.state)).toEqual(['present', 'absent'])
    expect(await calls('query')).toHaveLength(2)
    expect(await system().read([], [], context())).toEqual([])
  })

  it('refuses what no delivery can have named', async () => {
    const foreign: ResourceRef = { side: 'commerce', type: 'customer', id: 'elsewhere/1' }
    await expect(system().read([foreign], [], context())).rejects.toThrow(RangeError)
    await expect(system().read([ref('a" or id="b')], [], context())).rejects.toThrow(RangeError)
    await expect(system().read([ref('a', 'product')], [], context())).rejects.toThrow(RangeError)
  })
})

describe('list', () => {
  const query = { project: 'demo', type: 'customer', position: null, expand: [] }

  it('walks over a full page of equal times, once each, oldest change first', async () => {
    await post('/__emulator/clock', { freeze: true })
    const made = await customers(1_203)
    await post('/__emulator/clock', { freeze: false })
    const pages = await all(system().list(query, context()))
    expect(pages.map(page => page.snapshots.length)).toEqual([500, 500, 203])
    const listed = pages.flatMap(page => ids(page.snapshots))
    expect(new Set(listed).size).toBe(1_203)
    expect(listed).toEqual(made.map(id => `demo/${id}`).sort())
    expect(await calls('query')).toHaveLength(3)
  })

  it('resumes after a position, and ends without a page where nothing is left', async () => {
    await customers(502)
    const [first, second] = await all(system().list(query, context()))
    const again = await all(system().list({ ...query, position: first?.position ?? '' }, context()))
    expect(again).toEqual([second])
    expect(await all(system().list({ ...query, position: second?.position ?? '' }, context()))).toEqual([])
    const odd = system().list({ ...query, position: 'x" or id is defined' }, context())
    await expect(all(odd)).rejects.toThrow(RangeError)
  })

  it('begins after a time', async () => {
    const [first = ''] = await customers(1)
    const since = new Date(Date.now() + 1).toISOString()
    await post('/__emulator/clock', { advanceMs: 1_000 })
    const [second = ''] = await customers(1)
    const later: Clock = { ...realClock(), now: () => new Date(Date.now() + 2_000).toISOString() }
    const from = async (at: string): Promise<readonly string[]> => {
      const it = system({}, later)
      const pages = await all(it.list({ ...query, position: it.positionAt(at) }, context()))
      return pages.flatMap(page => ids(page.snapshots))
    }
    expect(await from('2026-01-01T00:00:00.000Z')).toEqual([`demo/${first}`, `demo/${second}`])
    expect(await from(since)).toEqual([`demo/${second}`])
  })

  it('stops a safety lag before now', async () => {
    await customers(3)
    expect(await all(system({ lagMs: 60_000 }).list(query, context()))).toEqual([])
    const later: Clock = { ...realClock(), now: () => new Date(Date.now() + 61_000).toISOString() }
    const pages = await all(system({ lagMs: 60_000 }, later).list(query, context()))
    expect(pages.flatMap(page => page.snapshots)).toHaveLength(3)
  })

  it('takes a condition of its own', async () => {
    const [, b = ''] = await customers(3)
    const pages = await all(system().list({ ...query, where: `id = "${b}" or id = "x"` }, context()))
    expect(pages.flatMap(page => ids(page.snapshots))).toEqual([`demo/${b}`])
  })

  it('asks for one page ahead at most, and for no more once the reader leaves', async () => {
    await customers(1_001)
    for await (const page of system().list(query, context())) {
      expect(page.snapshots).toHaveLength(500)
      break
    }
    expect((await calls('query')).length).toBeLessThanOrEqual(2)
  })

  it('gives what came before a failure, then fails', async () => {
    await customers(501)
    await faults({ on: 'query', do: 'status', status: 503, nth: 2 })
    const seen: number[] = []
    const walk = async () => {
      for await (const page of system().list(query, context())) seen.push(page.snapshots.length)
    }
    expect(await failureOf(walk())).toMatchObject({ is: 'unavailable' })
    expect(seen).toEqual([500])
  })
})

describe('check', () => {
  const found = (more: Partial<Options['projects'][number]> = {}) =>
    system({ projects: [project(more)] }).check(new AbortController().signal)

  it('finds nothing where all is well', async () => expect(await found()).toEqual([]))

  it.each([
    ['a scope that is missing', { scopes: ['view_customers:demo'] }, 'CTP_SCOPES'],
    [
      'a scope for one store only',
      { scopes: ['view_customers:demo:berlin', 'view_customer_groups:demo'] },
      'CTP_SCOPES',
    ],
    ['a project that does not exist', { key: 'nowhere', scopes: ['manage_project:nowhere'] }, 'CTP_PROJECT_KEY'],
    ['an API host that is none', { apiUrl: 'api.example.com' }, 'CTP_API_URL'],
    ['a client that is unknown', { clientId: '' }, 'CTP_CLIENT_SECRET'],
  ])('names %s, once, with a fix', async (_name, more, place) => {
    const problems = await found(more)
    expect(problems).toMatchObject([{ place, problem: expect.any(String), fix: expect.any(String) }])
    expect(JSON.stringify(problems)).not.toContain('secret"')
  })

  it('asks for permission to change what is changed', async () => {
    const writes = ['customer']
    const signal = new AbortController().signal
    expect(await system({ writes }).check(signal)).toEqual([])
    const reader = project({ scopes: ['view_customers:demo', 'view_customer_groups:demo'] })
    expect(await system({ projects: [reader], writes }).check(signal)).toMatchObject([
      { place: 'CTP_SCOPES', problem: expect.stringMatching(/lacks manage_customers:demo\.$/) },
    ])
    const writer = project({ scopes: ['manage_customers:demo', 'view_customer_groups:demo'] })
    expect(await system({ projects: [writer], writes }).check(signal)).toEqual([])
  })

  it('says that messages are not kept, where they are read; and what keeps it from seeing that', async () => {
    const types = ['customer', 'message']
    const signal = new AbortController().signal
    expect(await system({ types }).check(signal)).toEqual([])
    const reader = project({ scopes: ['view_customers:demo', 'view_messages:demo'] })
    expect(await system({ projects: [reader], types }).check(signal)).toMatchObject([
      { place: 'messages.enabled', fix: expect.stringContaining('view_project_settings:demo'), hint: true },
    ])
    const keeps = async (enabled: boolean): Promise<void> => {
      const headers = { authorization: `Bearer ${await bearer()}` }
      const { version } = (await (await fetch(`${emulator.url}/demo`, { headers })).json()) as { version: number }
      const messagesConfiguration = { enabled, deleteDaysAfterCreation: 15 }
      const action = { action: 'changeMessagesConfiguration', messagesConfiguration }
      await post('/demo', { version, actions: [action] }, headers)
    }
    await keeps(false)
    expect(await system({ types }).check(signal)).toMatchObject([{ place: 'messages.enabled' }])
    await keeps(true)
  })

  it('names a host where nobody listens', async () => {
    expect(await found({ apiUrl: nobody })).toMatchObject([{ place: 'CTP_API_URL' }])
    expect(await found({ authUrl: nobody })).toMatchObject([{ place: 'CTP_AUTH_URL' }])
  })

  it('does not reject when it is stopped', async () => {
    expect(await system().check(AbortSignal.abort())).toHaveLength(1)
  })

  it('wants a project', async () => {
    expect(await system({ projects: [] }).check(new AbortController().signal)).toMatchObject([
      { place: 'CTP_PROJECT_KEY' },
    ])
  })
})

describe('setup', () => {
  const wanted = {
    project: 'demo',
    key: 'ctsf',
    destination: { type: 'GoogleCloudPubSub', projectId: 'p', topic: 'ctsf' },
  } as const
  const ensure = (more: object = {}) =>
    ensureSubscription({ projects: [project()] }, { ...wanted, ...more }, context(), deps())

  it('creates the subscription, and does nothing the second time', async () => {
    expect(await ensure({ dryRun: true })).toMatchObject({ did: 'created', status: null })
    expect(await ensure()).toEqual({ did: 'created', actions: [], status: 'Healthy' })
    expect(await ensure()).toEqual({ did: 'nothing', actions: [], status: 'Healthy' })
    expect(await calls('create')).toHaveLength(1)
  })

  it('leaves its mark on what it writes, with the correlation id', async () => {
    await ensure()
    const headers = { authorization: `Bearer ${await bearer()}` }
    const answer = await fetch(`${emulator.url}/demo/subscriptions/key=ctsf`, { headers })
    const by = { clientId: 'ctsf', externalUserId: 'ctsf:corr-1' }
    expect(await answer.json()).toMatchObject({ lastModifiedBy: by })
  })

  it('does not call a write harmless that may have been carried out', async () => {
    await faults({ on: 'create', do: 'commit-then-drop', times: 1 })
    expect(await failureOf(ensure())).toMatchObject({ is: 'uncertain' })
    expect(await ensure()).toMatchObject({ did: 'nothing' })
  })

  it('changes only what differs', async () => {
    await ensure()
    const changes = [...told.changes, { resourceTypeId: 'order' }]
    expect(await ensure({ changes, dryRun: true })).toMatchObject({ did: 'updated', actions: ['setChanges'] })
    expect(await ensure({ changes })).toMatchObject({ did: 'updated', actions: ['setChanges'] })
    expect(await ensure({ changes })).toMatchObject({ did: 'nothing' })
    const destination = { ...wanted.destination, topic: 'other' }
    expect(await ensure({ changes, destination })).toMatchObject({ actions: ['changeDestination'] })
    await expect(ensure({ format: 'CloudEvents' })).rejects.toThrow('cannot change')
  })
})
