// Channels of an org's own: which events they show, what they add to them, and what they leave out.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { type EmulatorOptions, type OrgOptions, SetupError, salesforceEmulator } from '../src/index.ts'
import { scratch, type Wire, wire, writePackage } from './org.ts'
import { type Bus, bus, type Decoded } from './pubsub.ts'

let org: Wire & AsyncDisposable
let events: Bus
afterEach(async () => {
  events?.close()
  await org?.[Symbol.asyncDispose]()
})

const SYNC = '/data/CT_Sync__chn'

async function begin(options: Partial<OrgOptions>, more: EmulatorOptions = {}): Promise<void> {
  org = await wire({ org: options, grpcPort: 0, ...more })
  const [{ Id = '' } = {}] = await org.query('SELECT Id FROM Organization')
  const meta = { accesstoken: await org.login(), instanceurl: org.emulator.url, tenantid: String(Id) }
  events = bus(org.emulator.pubSub?.url ?? '', meta)
}
const sync = (members: object[]): Partial<OrgOptions> =>
  ({ channels: [{ name: 'CT_Sync__chn', members }] }) as Partial<OrgOptions>
async function create(object: string, body: object): Promise<string> {
  const made = await org.call('POST', `/sobjects/${object}`, body)
  expect(made.status).toBe(201)
  return (made.body as { id: string }).id
}
const change = (id: string, body: object) => org.call('PATCH', `/sobjects/Contact/${id}`, body)
const from = (topic_name: string, num_requested = 100) => ({ topic_name, replay_preset: 'EARLIEST', num_requested })
const read = async (topic: string, count: number): Promise<Decoded[]> => {
  const stream = events.subscribe(from(topic))
  const list = await stream.events(count)
  stream.cancel()
  return list
}
const shapes = (list: Decoded[]): string[] => list.map(({ header }) => `${header.entityName} ${header.changeType}`)

test('a channel shows its members, and the standard channel its own', async () => {
  await begin({
    changeDataCapture: ['Account'],
    ...sync([{ event: 'ContactChangeEvent' }, { event: 'CT_Cart__ChangeEvent' }]),
  })
  await create('Account', { Name: 'A' })
  const id = await create('Contact', { LastName: 'C' })
  await create('Lead', { LastName: 'L', Company: 'L' })
  await create('CT_Cart__c', {})
  await create('Account', { Name: 'B' })
  expect(await events.unary('GetTopic', { topic_name: SYNC })).toMatchObject({
    can_subscribe: true,
    can_publish: false,
  })
  expect(shapes(await read(SYNC, 2))).toEqual(['Contact CREATE', 'CT_Cart__c CREATE'])
  expect(shapes(await read('/data/ChangeEvents', 2))).toEqual(['Account CREATE', 'Account CREATE'])
  expect((await read('/data/ContactChangeEvent', 1))[0]?.header.recordIds).toEqual([id])
})

test('a channel adds fields to what has changed and to what is gone', async () => {
  await begin(sync([{ event: 'ContactChangeEvent', enrichedFields: ['CT_Id__c', 'FirstName', 'MailingAddress'] }]))
  const id = await create('Contact', { LastName: 'Doe', FirstName: 'Jane', CT_Id__c: 'c1', MailingCity: 'Ulm' })
  await change(id, { Phone: '1', FirstName: null })
  await org.call('DELETE', `/sobjects/Contact/${id}`)
  const [made, changed, deleted] = await read(SYNC, 3)
  expect(made?.values).toMatchObject({ CT_Id__c: 'c1', Name: { LastName: 'Doe', FirstName: 'Jane' } })
  expect(changed?.changed.sort()).toEqual(['LastModifiedDate', 'Name.FirstName', 'Phone'])
  expect(changed?.nulled).toEqual(['Name.FirstName'])
  expect(changed?.values).toEqual({
    CT_Id__c: 'c1',
    Phone: '1',
    MailingAddress: { City: 'Ulm' },
    LastModifiedDate: changed?.values.LastModifiedDate,
  })
  expect(deleted?.header).toMatchObject({ changeType: 'DELETE', changedFields: [] })
  expect(deleted?.values).toEqual({ CT_Id__c: 'c1', MailingAddress: { City: 'Ulm' } })
  // The channel of one object has nothing added.
  const plain = await read('/data/ContactChangeEvent', 3)
  expect(plain[1]?.values).not.toHaveProperty('CT_Id__c')
  expect(plain[2]?.values).toEqual({})
})

test('what is added is as it is when the event is delivered', async () => {
  await begin(sync([{ event: 'ContactChangeEvent', enrichedFields: ['Title'] }]))
  const id = await create('Contact', { LastName: 'Doe', Title: 'Old' })
  await change(id, { Phone: '1' })
  await change(id, { Title: 'New' })
  const list = await read(SYNC, 3)
  expect(list.map(({ values }) => values.Title)).toEqual(['Old', 'New', 'New'])
})

test('records that changed alike come one by one, as many as were asked for', async () => {
  await begin(sync([{ event: 'ContactChangeEvent', enrichedFields: ['CT_Id__c'] }]))
  await org.control('POST', '/clock', { freeze: true })
  const ids: string[] = []
  for (const CT_Id__c of ['a', 'b', 'c']) ids.push(await create('Contact', { LastName: 'X', CT_Id__c }))
  const records = ids.map(id => ({ attributes: { type: 'Contact' }, id, Phone: '7' }))
  await org.call('PATCH', '/composite/sobjects', { records })
  await create('Contact', { LastName: 'Last' })
  const [, , , alike] = await read('/data/ContactChangeEvent', 4)
  expect(alike?.header.recordIds).toEqual(ids)
  const stream = events.subscribe(from(SYNC, 4))
  const first = await stream.next()
  expect([first.events?.length, first.pending_num_requested ?? 0]).toEqual([4, 0])
  stream.ask({ num_requested: 10 })
  const rest = await stream.events(3)
  expect(rest.map(({ header, values }) => [header.recordIds[0], values.CT_Id__c])).toEqual([
    [ids[1], 'b'],
    [ids[2], 'c'],
    [rest[2]?.header.recordIds[0], undefined],
  ])
  expect(rest[0]?.replayId).toEqual(alike?.replayId)
  expect(rest[1]?.replayId).toEqual(alike?.replayId)
  stream.cancel()
})

test('a filter passes what it says, and adds the fields that it names', async () => {
  const filter = "CT_Id__c != null AND (MailingCity = 'Ulm' OR Title LIKE 'Chief%')"
  await begin(sync([{ event: 'ContactChangeEvent', filter }]))
  const id = await create('Contact', { LastName: 'Doe', CT_Id__c: 'c1', MailingCity: 'ulm' })
  await create('Contact', { LastName: 'Nobody' })
  const other = await create('Contact', { LastName: 'Roe', CT_Id__c: 'c2', MailingCity: 'Bonn' })
  await change(id, { Phone: '1' })
  await change(other, { Title: 'Chief of all' })
  await org.call('DELETE', `/sobjects/Contact/${id}`)
  const list = await read(SYNC, 4)
  expect(list.map(({ header }) => [header.recordIds[0], header.changeType])).toEqual([
    [id, 'CREATE'],
    [id, 'UPDATE'],
    [other, 'UPDATE'],
    [id, 'DELETE'],
  ])
  expect(list[1]?.values).toMatchObject({ CT_Id__c: 'c1', MailingAddress: { City: 'ulm' }, Phone: '1' })
})

test('a filter may look at the header', async () => {
  const filter = "ChangeEventHeader.changeType = 'DELETE' OR (NOT ChangeEventHeader.changeOrigin LIKE '%client=sync')"
  await begin(sync([{ event: 'ContactChangeEvent', filter }]))
  const mine = { 'sforce-call-options': 'client=sync' }
  const { body } = await org.call('POST', '/sobjects/Contact', { LastName: 'Mine' }, mine)
  const { id } = body as { id: string }
  await change(id, { Phone: '1' })
  await org.call('DELETE', `/sobjects/Contact/${id}`, undefined, mine)
  expect(shapes(await read(SYNC, 2))).toEqual(['Contact UPDATE', 'Contact DELETE'])
})

test('a channel of platform events, filtered', async () => {
  const members = [{ event: 'Order_Event__e', filter: 'Amount__c > 10 AND Has_Shipped__c = true' }]
  await begin({ channels: [{ name: 'Big__chn', type: 'event', members }] })
  const topic_name = '/event/Order_Event__e'
  const amount = (id: string, double: number, shipped = true) => ({
    id,
    Amount__c: { double },
    Has_Shipped__c: { boolean: shipped },
  })
  const produced = await events.produce(topic_name, [
    amount('small', 9),
    amount('big', 11),
    amount('waits', 12, false),
    amount('bigger', 99),
  ])
  await events.unary('Publish', { topic_name, events: produced })
  expect((await read('/event/Big__chn', 2)).map(({ id }) => id)).toEqual(['big', 'bigger'])
})

test('channels, members, subscriptions and the selection of objects come from the package', async () => {
  using directory = scratch()
  writePackage(directory.path)
  const put = (folder: string, file: string, xml: string): void => {
    const path = join(directory.path, 'core/main/default', folder)
    mkdirSync(path, { recursive: true })
    writeFileSync(join(path, file), `<?xml version="1.0" encoding="UTF-8"?>${xml}`)
  }
  put(
    'platformEventChannels',
    'CT_Sync__chn.platformEventChannel-meta.xml',
    '<PlatformEventChannel xmlns="http://soap.sforce.com/2006/04/metadata"><channelType>data</channelType><label>Sync</label></PlatformEventChannel>',
  )
  const member = (name: string, xml: string): void =>
    put(
      'platformEventChannelMembers',
      `${name}.platformEventChannelMember-meta.xml`,
      `<PlatformEventChannelMember xmlns="http://soap.sforce.com/2006/04/metadata">${xml}</PlatformEventChannelMember>`,
    )
  member(
    'ChangeEvents_AccountChangeEvent',
    '<eventChannel>ChangeEvents</eventChannel><selectedEntity>AccountChangeEvent</selectedEntity>',
  )
  member(
    'CT_Sync_chn_ContactChangeEvent',
    '<enrichedFields><name>CT_Id__c</name></enrichedFields><enrichedFields><name>Title</name></enrichedFields><eventChannel>CT_Sync__chn</eventChannel><filterExpression>Phone != null</filterExpression><selectedEntity>ContactChangeEvent</selectedEntity>',
  )
  put(
    'managedEventSubscriptions',
    'Sync.managedEventSubscription-meta.xml',
    '<ManagedEventSubscription xmlns="http://soap.sforce.com/2006/04/metadata"><defaultReplay>EARLIEST</defaultReplay><errorRecoveryReplay>LATEST</errorRecoveryReplay><label>Sync</label><state>RUN</state><topicName>/data/CT_Sync__chn</topicName></ManagedEventSubscription>',
  )
  await begin({}, { packageDir: directory.path })
  await create('Account', { Name: 'A' })
  const id = await create('Contact', { LastName: 'Silent', CT_Id__c: 'c1', Title: 'T' })
  await change(id, { Phone: '1' })
  expect(shapes(await read('/data/ChangeEvents', 1))).toEqual(['Account CREATE'])
  const stream = events.open('ManagedSubscribe', { developer_name: 'Sync', num_requested: 5 })
  const [changed] = await stream.events(1)
  expect(changed?.values).toMatchObject({ CT_Id__c: 'c1', Title: 'T', Phone: '1' })
  stream.cancel()
  // An org that the package was not deployed to has none of it.
  await expect(
    salesforceEmulator({
      packageDir: directory.path,
      org: { withoutPackage: true, managedSubscriptions: [{ developerName: 'A', topicName: SYNC }] },
    }),
  ).rejects.toThrow('is no topic')
})

test.each<[string, unknown]>([
  ['"Nope" is no channel', { name: 'Nope' }],
  ['"NopeChangeEvent", which is no event', { name: 'A__chn', members: [{ event: 'NopeChangeEvent' }] }],
  ['channels[0].members[0] has no "event"', { name: 'A__chn', members: [{}] }],
  ['channels[0].type must be data or event', { name: 'A__chn', type: 'both' }],
  ['channels[0].member is unknown (known: name, type, members)', { name: 'A__chn', member: [] }],
  ['not both', { name: 'A__chn', type: 'event', members: [{ event: 'ContactChangeEvent' }] }],
  [
    'no field of a changed record',
    { name: 'A__chn', members: [{ event: 'ContactChangeEvent', enrichedFields: ['X'] }] },
  ],
  ["No such column 'X'", { name: 'A__chn', members: [{ event: 'ContactChangeEvent', filter: 'X = 1' }] }],
  ['unexpected', { name: 'A__chn', members: [{ event: 'ContactChangeEvent', filter: 'Phone =' }] }],
  ['nothing more', { name: 'A__chn', members: [{ event: 'ContactChangeEvent', filter: 'Phone = null LIMIT 1' }] }],
  [
    'no semi-joins',
    { name: 'A__chn', members: [{ event: 'ContactChangeEvent', filter: 'Id IN (SELECT Id FROM Contact)' }] },
  ],
])('a channel that cannot be is refused at the start: %s', async (message, channel) => {
  const starting = salesforceEmulator({ org: { channels: [channel] } as Partial<OrgOptions> })
  await expect(starting).rejects.toThrow(message)
  await expect(starting).rejects.toThrow(SetupError)
})
