// Managed subscriptions: the org keeps where a client has come to.

import { join } from 'node:path'
import { status } from '@grpc/grpc-js'
import { afterEach, expect, test } from 'vitest'
import { type EmulatorOptions, type OrgOptions, SetupError, salesforceEmulator } from '../src/index.ts'
import { client, scratch, VERSION, type Wire, wire, writePackage } from './org.ts'
import { type Bus, bus, type Decoded, type Request, type Stream } from './pubsub.ts'

let org: Wire & AsyncDisposable
let events: Bus
afterEach(async () => {
  events?.close()
  await org?.[Symbol.asyncDispose]()
})

const CODE = 'sfdc.platform.eventbus.grpc.'
const HOUR_MS = 3_600_000
const SYNC = { developerName: 'Sync', topicName: '/data/ContactChangeEvent', defaultReplay: 'EARLIEST' as const }
const ORG: Partial<OrgOptions> = {
  changeDataCapture: ['Contact'],
  sessionMs: 1000 * HOUR_MS,
  managedSubscriptions: [
    { ...SYNC, errorRecoveryReplay: 'EARLIEST' },
    { ...SYNC, developerName: 'Tip', defaultReplay: 'LATEST' },
    { ...SYNC, developerName: 'Off', state: 'STOP' },
  ],
}

async function begin(options: EmulatorOptions = {}): Promise<void> {
  org = await wire({ org: ORG, grpcPort: 0, ...options })
  events = await busOf(org, org.emulator)
}
async function busOf(caller: Pick<Wire, 'login' | 'query'>, emulator: Wire['emulator']): Promise<Bus> {
  const accesstoken = await caller.login()
  const [{ Id = '' } = {}] = await caller.query('SELECT Id FROM Organization')
  return bus(emulator.pubSub?.url ?? '', { accesstoken, instanceurl: emulator.url, tenantid: String(Id) })
}
const create = (LastName: string) => org.call('POST', '/sobjects/Contact', { LastName })
const names = (list: Decoded[]): unknown[] => list.map(({ values }) => (values.Name as { LastName: string }).LastName)
const managed = (more: Request = {}): Stream =>
  events.open('ManagedSubscribe', { developer_name: 'Sync', num_requested: 10, ...more })
const commit = (replay_id: Buffer, id = 'c1'): Request => ({
  commit_replay_id_request: { commit_request_id: id, replay_id },
})
/** A subscription has one stream: the next may begin when the server has seen the end of the last. */
const finished = (stream: Stream): Promise<void> => stream.finish()

test('a client goes on where it last committed', async () => {
  await begin()
  for (const name of ['One', 'Two', 'Three']) await create(name)
  const stream = managed()
  const list = await stream.events(3)
  expect(names(list)).toEqual(['One', 'Two', 'Three'])
  stream.ask(commit(list[1]?.replayId ?? Buffer.alloc(0)))
  const answer = await stream.next()
  expect(answer.commit_response).toMatchObject({ commit_request_id: 'c1', replay_id: list[1]?.replayId })
  expect(answer.commit_response?.error ?? null).toBeNull()
  expect(answer.events).toBeUndefined()
  await finished(stream)
  const again = managed()
  expect(names(await again.events(1))).toEqual(['Three'])
  await finished(again)
  // What was not committed is delivered again.
  const third = managed()
  expect(names(await third.events(1))).toEqual(['Three'])
  third.cancel()
})

test('a subscription without a position begins as it is configured', async () => {
  await begin()
  await create('Old')
  const tip = managed({ developer_name: 'Tip' })
  const begun = async (): Promise<number> =>
    ((await org.control('GET', '/requests')).body as { totals: { byOperation: { subscribe?: number } } }).totals
      .byOperation.subscribe ?? 0
  while ((await begun()) < 1);
  await create('New')
  expect(names(await tip.events(1))).toEqual(['New'])
  tip.cancel()
})

test('a position that is no longer kept is recovered from', async () => {
  await begin()
  await create('Old')
  const stream = managed()
  const [old] = await stream.events(1)
  stream.ask(commit(old?.replayId ?? Buffer.alloc(0)))
  await stream.next()
  await finished(stream)
  await org.control('POST', '/clock', { advanceMs: 50 * HOUR_MS })
  await create('Middle')
  await org.control('POST', '/clock', { advanceMs: 30 * HOUR_MS })
  await create('Young')
  expect(names(await managed().events(2))).toEqual(['Middle', 'Young'])
})

test('a commit that cannot be is told in its answer, and the stream goes on', async () => {
  await begin()
  await create('One')
  await create('Two')
  const stream = managed({ num_requested: 1 })
  const [one] = await stream.events(1)
  const id = one?.replayId ?? Buffer.alloc(0)
  const next = Buffer.alloc(8)
  next.writeBigUInt64BE(id.readBigUInt64BE() + 3n)
  const answered = async (replayId: Buffer, requestId: string): Promise<unknown> => {
    stream.ask(commit(replayId, requestId))
    const { commit_response } = await stream.next()
    return [commit_response?.commit_request_id, commit_response?.error?.code, commit_response?.error?.msg]
  }
  expect(await answered(Buffer.alloc(0), 'none')).toEqual(['none', 'COMMIT', expect.stringContaining('missing')])
  expect(await answered(Buffer.alloc(8), 'gone')).toEqual(['gone', 'COMMIT', expect.stringContaining('corrupted')])
  expect(await answered(next, 'early')).toEqual(['early', 'COMMIT', expect.stringContaining('not been delivered')])
  stream.ask({ num_requested: 1 })
  const [two] = await stream.events(1)
  expect(await answered(two?.replayId ?? id, 'two')).toEqual(['two', undefined, undefined])
  expect(await answered(id, 'older')).toEqual(['older', 'COMMIT', expect.stringContaining('newer')])
  stream.cancel()
})

test.each<[name: string, code: status, error: string, request: Request, more?: Request]>([
  ['both names', status.INVALID_ARGUMENT, 'id.or.developer.name.empty', { subscription_id: '18xgL0000000001AAA' }],
  ['no name', status.INVALID_ARGUMENT, 'id.or.developer.name.empty', { developer_name: '' }],
  ['an unknown name', status.NOT_FOUND, 'developer.name.not.found', { developer_name: 'Nope' }],
  [
    'an unknown id',
    status.NOT_FOUND,
    'subscription.id.not.found',
    { developer_name: '', subscription_id: '18xgL000000009zAAA' },
  ],
  ['half an id', status.INVALID_ARGUMENT, 'subscription.id.invalid', { developer_name: '', subscription_id: '18x' }],
  ['a stopped one', status.FAILED_PRECONDITION, 'config.stopped', { developer_name: 'Off' }],
  ['less than nothing', status.INVALID_ARGUMENT, 'fetch.request.events.invalid', { num_requested: -1 }],
  ['a commit at once', status.INVALID_ARGUMENT, 'fetch.request.commit.request.restricted', commit(Buffer.alloc(8))],
  ['nothing later', status.INVALID_ARGUMENT, 'fetch.request.invalid', {}, { num_requested: 0 }],
])('a managed subscription with %s ends with the code of it', async (_name, code, error, request, more) => {
  await begin()
  const stream = managed(request)
  if (more) stream.ask(more)
  const failed = await stream.failure()
  expect([failed.code, failed.metadata.get('error-code')]).toEqual([code, [`${CODE}managed.subscription.${error}`]])
})

test('a subscription has one stream at a time', async () => {
  await begin()
  await create('One')
  const stream = managed()
  await stream.events(1)
  const second = await managed().failure()
  expect(second.metadata.get('error-code')).toEqual([`${CODE}managed.subscription.already.active`])
  await finished(stream)
  expect(names(await managed().events(1))).toEqual(['One'])
})

test('the tooling API tells what is configured', async () => {
  await begin()
  const tooling = async (soql: string) => {
    const { status: code, body } = await org.call('GET', `/tooling/query/?q=${encodeURIComponent(soql)}`)
    return { code, body: body as { size: number; records: { Id: string; DeveloperName: string }[] } }
  }
  const select = 'SELECT Id, DeveloperName, Metadata FROM ManagedEventSubscription'
  const { body } = await tooling(`${select} WHERE DeveloperName='Sync' LIMIT 1`)
  expect(body).toMatchObject({
    size: 1,
    totalSize: 1,
    done: true,
    records: [
      {
        attributes: { type: 'ManagedEventSubscription' },
        DeveloperName: 'Sync',
        Metadata: { topicName: SYNC.topicName, state: 'RUN', defaultReplay: 'EARLIEST' },
      },
    ],
  })
  const [{ Id = '' } = {}] = body.records
  expect(Id).toMatch(/^18x\w{15}$/)
  expect((await tooling(`${select} WHERE Id = '${Id}'`)).body.records).toHaveLength(1)
  expect((await tooling(`SELECT DeveloperName FROM ManagedEventSubscription`)).body.records).toEqual(
    ['Sync', 'Tip', 'Off'].map(DeveloperName => ({ attributes: expect.anything(), DeveloperName })),
  )
  expect((await tooling(`${select} WHERE DeveloperName = 'Nope'`)).body).toMatchObject({ size: 0, records: [] })
  expect((await tooling('SELECT Id FROM ApexClass')).body).toMatchObject([{ errorCode: 'INVALID_TYPE' }])
  expect((await tooling('SELECT Nope FROM ManagedEventSubscription')).body).toMatchObject([
    { errorCode: 'INVALID_FIELD' },
  ])
  expect((await tooling('SELECT')).body).toMatchObject([{ errorCode: 'MALFORMED_QUERY' }])
  expect((await org.call('GET', `/tooling/query`)).body).toMatchObject([{ errorCode: 'MALFORMED_QUERY' }])
  expect((await org.call('GET', `/tooling/sobjects`)).status).toBe(404)
  expect(VERSION).toBe('v67.0')
  await create('One')
  expect(names(await managed({ developer_name: '', subscription_id: Id.slice(0, 15) }).events(1))).toEqual(['One'])
})

test('a wrong configuration is refused', async () => {
  const start = (entry: object): Promise<unknown> =>
    salesforceEmulator({ org: { managedSubscriptions: [entry] } as Partial<OrgOptions> })
  await expect(start({ developerName: 'A' })).rejects.toThrow('managedSubscriptions[0] has no "topicName"')
  await expect(start({ ...SYNC, state: 'GO' })).rejects.toThrow(SetupError)
  await expect(start({ ...SYNC, topicName: '/data/Nope' })).rejects.toThrow('/data/Nope')
})

test('a position outlives the process, and a rewrite of its journal', async () => {
  using directory = scratch()
  const packageDir = join(directory.path, 'package')
  writePackage(packageDir)
  for (const round of [1, 2, 3]) {
    await using emulator = await salesforceEmulator({
      org: ORG,
      grpcPort: 0,
      stateDir: join(directory.path, 'state'),
      packageDir,
    })
    const caller = client(emulator.url)
    const feed = await busOf(caller, emulator)
    const { body } = await caller.call('POST', '/sobjects/Contact', { LastName: `Round ${round}` })
    // A journal with many lines of one row is rewritten at the next start.
    for (let at = 0; at < 300 && round === 1; at++)
      await caller.call('PATCH', `/sobjects/Contact/${(body as { id: string }).id}`, { Title: `${at}` })
    const stream = feed.open('ManagedSubscribe', { developer_name: 'Sync', num_requested: 100 })
    const list: Decoded[] = []
    while (list.length < (round === 1 ? 301 : round - 1)) {
      list.push(...(await stream.events(1)))
      stream.ask({ num_requested: 100 })
    }
    // Committed once: the second process rewrites the journal, and the third has that only.
    const made = list.filter(({ header }) => header.changeType === 'CREATE')
    expect(names(made)).toEqual([['Round 1'], ['Round 2'], ['Round 2', 'Round 3']][round - 1])
    if (round === 1) stream.ask(commit(list.at(-1)?.replayId ?? Buffer.alloc(0)))
    while (round === 1 && !(await stream.next()).commit_response);
    feed.close()
  }
})
