// Change data capture: what changes of records look like on the event bus.

import { createHash } from 'node:crypto'
import avsc from 'avsc'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { type OrgOptions, SetupError, salesforceEmulator } from '../src/index.ts'
import { changeSchema } from '../src/pubsub/avro.ts'
import { bitmaps } from '../src/pubsub/bitmap.ts'
import { textDiff } from '../src/pubsub/diff.ts'
import { makeEntity, makeField } from '../src/schema/table.ts'
import { type Wire, wire } from './org.ts'
import { type Bus, bus, type Decoded } from './pubsub.ts'

let org: Wire & AsyncDisposable
let events: Bus
let token: string
afterEach(async () => {
  events?.close()
  await org?.[Symbol.asyncDispose]()
})

const CLIENT = { 'sforce-call-options': 'client=tester' }
const CONTACTS = '/data/ContactChangeEvent'

async function begin(options: Partial<OrgOptions> = { changeDataCapture: ['Contact'] }): Promise<void> {
  org = await wire({ org: options, grpcPort: 0 })
  token = await org.login()
  const [{ Id = '' } = {}] = await org.query('SELECT Id FROM Organization')
  events = bus(org.emulator.pubSub?.url ?? '', {
    accesstoken: token,
    instanceurl: org.emulator.url,
    tenantid: String(Id),
  })
}
async function create(object: string, body: object): Promise<string> {
  const { body: made, status } = await org.call('POST', `/sobjects/${object}`, body, CLIENT)
  expect(status).toBe(201)
  return (made as { id: string }).id
}

test('a contact that is made, changed and deleted is three events in order', async () => {
  await begin()
  const topic = await events.unary<{ schema_id: string; can_subscribe: boolean }>('GetTopic', { topic_name: CONTACTS })
  expect(topic).toMatchObject({ can_subscribe: true, can_publish: false, topic_name: CONTACTS })
  const stream = events.subscribe({ topic_name: CONTACTS, replay_preset: 'EARLIEST', num_requested: 10 })
  const id = await create('Contact', {
    LastName: 'Doe',
    FirstName: 'Jane',
    MailingCity: 'Ulm',
    Birthdate: '1990-02-03',
  })
  const change = { LastName: 'Roe', MailingCity: 'Bonn', Birthdate: null, Score__c: 1.5 }
  await org.call('PATCH', `/sobjects/Contact/${id}`, change, CLIENT)
  await org.call('DELETE', `/sobjects/Contact/${id}`, undefined, CLIENT)
  const [made, changed, deleted] = await stream.events(3)

  expect(made?.header).toMatchObject({
    entityName: 'Contact',
    recordIds: [id],
    changeType: 'CREATE',
    changeOrigin: 'com/salesforce/api/rest/67.0;client=tester',
    sequenceNumber: 1,
    changedFields: [],
    nulledFields: [],
  })
  expect(made?.values).toMatchObject({
    Name: { FirstName: 'Jane', LastName: 'Doe' },
    MailingAddress: { City: 'Ulm' },
    Birthdate: Date.UTC(1990, 1, 3),
    Vip__c: true,
    Tier__c: 'Silver',
  })
  expect(made?.values).not.toHaveProperty('OtherAddress')
  expect(changed?.header).toMatchObject({ changeType: 'UPDATE', recordIds: [id] })
  expect(changed?.changed.sort()).toEqual(
    ['Birthdate', 'LastModifiedDate', 'MailingAddress.City', 'Name.LastName', 'Score__c'].sort(),
  )
  expect(changed?.nulled).toEqual(['Birthdate'])
  expect(changed?.values).toEqual({
    Name: { LastName: 'Roe' },
    MailingAddress: { City: 'Bonn' },
    Score__c: 1.5,
    LastModifiedDate: changed?.values.LastModifiedDate,
  })
  expect(deleted?.header).toMatchObject({ changeType: 'DELETE', recordIds: [id], changedFields: [] })
  expect(deleted?.values).toEqual({})
  expect(new Set([made, changed, deleted].map(event => event?.header.transactionKey)).size).toBe(3)
  stream.cancel()
})

/** What the org publishes while `work` runs, `count` events of it. */
async function published(count: number, work: () => Promise<unknown>): Promise<Decoded[]> {
  const stream = events.subscribe({ topic_name: '/data/ChangeEvents', replay_preset: 'EARLIEST', num_requested: 100 })
  await work()
  const list = await stream.events(count)
  stream.cancel()
  return list
}
const shapes = (list: Decoded[]): string[] => list.map(({ header }) => `${header.entityName} ${header.changeType}`)

test('objects that nobody selected have no events, and what an org begins with is no news', async () => {
  await begin({ changeDataCapture: ['CT_Cart__c', 'Contact'] })
  const list = await published(1, async () => {
    await create('Account', { Name: 'Silent' })
    await create('CT_Cart__c', {})
  })
  expect(shapes(list)).toEqual(['CT_Cart__c CREATE'])
  const topic = { topic_name: '/data/CT_Cart__ChangeEvent' }
  expect(await events.unary('GetTopic', topic)).toMatchObject(topic)
  await expect(salesforceEmulator({ org: { changeDataCapture: ['Nope'] } })).rejects.toThrow('"Nope"')
  await expect(salesforceEmulator({ org: { changeDataCapture: ['User', 'Group'] } })).rejects.toThrow(SetupError)
})

test('records that one transaction changes alike share an event', async () => {
  await begin({ changeDataCapture: ['Account'] })
  await org.control('POST', '/clock', { freeze: true })
  const list = await published(7, async () => {
    const ids = [await create('Account', { Name: 'A' }), await create('Account', { Name: 'B' })]
    ids.push(await create('Account', { Name: 'C' }))
    const record = (id: string | undefined, body: object): object => ({ attributes: { type: 'Account' }, id, ...body })
    const same = { Phone: '1', Name: 'Same' }
    const records = [record(ids[0], same), record(ids[1], { ...same, Phone: '2' }), record(ids[2], same)]
    await org.call('PATCH', '/composite/sobjects', { records }, CLIENT)
    await org.call('DELETE', `/composite/sobjects?ids=${ids.join(',')}`)
    await org.control('POST', '/undelete', { object: 'Account', id: ids[1] })
  })
  expect(shapes(list)).toEqual([
    ...Array(3).fill('Account CREATE'),
    ...Array(2).fill('Account UPDATE'),
    'Account DELETE',
    'Account UNDELETE',
  ])
  const [a, b, c, alike, other, deleted, back] = list.map(({ header }) => header)
  const ids = [a, b, c].flatMap(header => header?.recordIds ?? [])
  expect(alike).toMatchObject({ recordIds: [ids[0], ids[2]], sequenceNumber: 1 })
  expect(other).toMatchObject({ recordIds: [ids[1]], sequenceNumber: 2, transactionKey: alike?.transactionKey })
  expect(other?.commitNumber).toBe(alike?.commitNumber)
  expect(deleted).toMatchObject({ recordIds: ids, changeOrigin: 'com/salesforce/api/rest/67.0' })
  expect(back).toMatchObject({ recordIds: [ids[1]], changeOrigin: '' })
  expect(list[6]?.values).toMatchObject({ Name: 'Same', Phone: '2' })
})

test('one event tells what a transaction did to a record in all, and nothing of what was taken back', async () => {
  await begin()
  const list = await published(2, async () => {
    const made = { method: 'POST', url: '/services/data/v67.0/sobjects/Contact', referenceId: 'made' }
    const changed = { method: 'PATCH', url: '/services/data/v67.0/sobjects/Contact/@{made.id}', referenceId: 'changed' }
    const run = (allOrNone: boolean, LastName: string, second: object) =>
      org.call('POST', '/composite', {
        allOrNone,
        compositeRequest: [
          { ...made, body: { LastName } },
          { ...changed, body: second },
        ],
      })
    await run(true, 'Kept', { Phone: '7' })
    await run(true, 'TakenBack', { Nope: 1 })
    await create('Contact', { LastName: 'Last' })
  })
  expect(shapes(list)).toEqual(['Contact CREATE', 'Contact CREATE'])
  expect(list.map(({ values }) => [values.Name, values.Phone])).toEqual([
    [{ LastName: 'Kept' }, '7'],
    [{ LastName: 'Last' }, undefined],
  ])
})

test('a merge is an update, a delete and the children; nothing says merge', async () => {
  await begin({ changeDataCapture: ['Account', 'Contact'] })
  const list = await published(6, async () => {
    const masterId = await create('Account', { Name: 'Master' })
    const loserId = await create('Account', { Name: 'Loser' })
    await create('Contact', { LastName: 'Child', AccountId: loserId })
    await org.control('POST', '/merge', { object: 'Account', masterId, loserId })
  })
  expect(shapes(list.slice(3)).sort()).toEqual(['Account DELETE', 'Account UPDATE', 'Contact UPDATE'])
  expect(new Set(list.slice(3).map(({ header }) => header.transactionKey)).size).toBe(1)
  const child = list.find(({ header }) => header.entityName === 'Contact' && header.changeType === 'UPDATE')
  expect(child?.changed.sort()).toEqual(['AccountId', 'LastModifiedById', 'LastModifiedDate'])
  expect(child?.values.AccountId).toBe(list[0]?.header.recordIds[0])
})

test('a lead conversion is one transaction, whose update of the lead lacks LastModifiedDate', async () => {
  await begin({ changeDataCapture: 'all' })
  const list = await published(4, async () => {
    const leadId = await create('Lead', { LastName: 'Lee', Company: 'Lee Ltd' })
    await org.control('POST', '/convert', { leadId, opportunityName: null })
  })
  const converted = list.slice(1).filter(({ header }) => ['Account', 'Contact', 'Lead'].includes(header.entityName))
  expect(shapes(converted).slice(0, 3).sort()).toEqual(['Account CREATE', 'Contact CREATE', 'Lead UPDATE'])
  const lead = converted.find(({ header }) => header.entityName === 'Lead')
  expect(lead?.changed).toEqual(expect.arrayContaining(['IsConverted', 'ConvertedContactId']))
  expect(lead?.changed).not.toContain('LastModifiedDate')
})

test('a person account changes twice, its name as a record', async () => {
  await begin({ changeDataCapture: ['Account', 'Contact'], personAccounts: true })
  const [type] = await org.query("SELECT Id FROM RecordType WHERE DeveloperName = 'PersonAccount'")
  const list = await published(4, async () => {
    const id = await create('Account', { RecordTypeId: type?.Id, FirstName: 'Pia', LastName: 'Poe' })
    await org.call('PATCH', `/sobjects/Account/${id}`, { LastName: 'Pym' })
  })
  expect(shapes(list).sort()).toEqual(['Account CREATE', 'Account UPDATE', 'Contact CREATE', 'Contact UPDATE'])
  const names = list.map(({ header, values }) => [header.entityName, header.changeType, values.Name])
  expect(names).toContainEqual(['Account', 'CREATE', { FirstName: 'Pia', LastName: 'Poe' }])
  expect(names).toContainEqual(['Account', 'UPDATE', { LastName: 'Pym' }])
  const account = list.find(({ header }) => header.entityName === 'Account' && header.changeType === 'UPDATE')
  expect(account?.changed).toContain('Name.LastName')
  expect(account?.changed).not.toContain('Name')
})

test('changes beyond the limit of a transaction overflow', async () => {
  await begin({ changeDataCapture: ['Account'], changeEventsMost: 2 })
  const list = await published(3, () => {
    const records = ['A', 'B', 'C', 'D'].map(Name => ({ attributes: { type: 'Account' }, Name }))
    return org.call('POST', '/composite/sobjects', { records })
  })
  expect(shapes(list)).toEqual(['Account CREATE', 'Account CREATE', 'Account GAP_OVERFLOW'])
  expect(list[2]).toMatchObject({ values: {}, header: { recordIds: ['000000000000000AAA'] } })
})

test('changes by a Bulk job name its client', async () => {
  await begin()
  const list = await published(2, async () => {
    const job = { object: 'Contact', operation: 'insert' }
    const { body } = await org.call('POST', '/jobs/ingest', job, CLIENT)
    const path = `/jobs/ingest/${(body as { id: string }).id}`
    const upload = await fetch(`${org.emulator.url}/services/data/v67.0${path}/batches`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv' },
      body: 'LastName\nOne\nTwo\n',
    })
    expect(upload.status).toBe(201)
    await org.call('PATCH', path, { state: 'UploadComplete' })
    await org.control('POST', '/clock', { advanceMs: 10_000 })
  })
  expect(list.map(({ header }) => header.sequenceNumber)).toEqual([1, 2])
  for (const { header } of list) expect(header.changeOrigin).toBe('com/salesforce/api/bulkapi/67.0;client=tester')
})

/** The value that a difference leads to, by the book: lines of hunks in the place of what they replace. */
function patched(before: string, diff: string): string {
  const [, digest = '', ...lines] = diff.split('\n')
  const result = before.split('\n')
  let shift = 0
  for (let at = 0; at < lines.length; ) {
    const [, from = 0, removed = 0, , added = 0] = (
      /^@@ -(\d+),(\d+) \+(\d+),(\d+) @@$/.exec(lines[at] ?? '') ?? []
    ).map(Number)
    const old = lines.slice(at + 1, at + 1 + removed).map(line => line.slice(1))
    const fresh = lines.slice(at + 1 + removed, at + 1 + removed + added).map(line => line.slice(1))
    const start = (removed === 0 ? from : from - 1) + shift
    expect(result.splice(start, removed, ...fresh)).toEqual(old)
    shift += added - removed
    at += 1 + removed + added
  }
  const value = result.join('\n')
  expect(digest).toBe(`+++ ${createHash('sha256').update(value).digest('hex')}`)
  return value
}
const paragraphs = Array.from({ length: 40 }, (_, at) => `Paragraph ${at} of a long story.`)

test('of a large text that changes in few places the differences are sent', async () => {
  await begin()
  const before = paragraphs.join('\n')
  const after = paragraphs
    .with(3, 'Another third paragraph.')
    .toSpliced(20, 1)
    .toSpliced(30, 0, 'One', 'Two')
    .join('\n')
  const list = await published(3, async () => {
    const id = await create('Contact', { LastName: 'Doe', Notes__c: before })
    await org.call('PATCH', `/sobjects/Contact/${id}`, { Notes__c: after })
    await org.call('PATCH', `/sobjects/Contact/${id}`, { Notes__c: `${after.slice(0, 999)}` })
  })
  const [made, changed, cut] = list
  expect(made?.values.Notes__c).toBe(before)
  expect(made?.differing).toEqual([])
  expect(changed?.differing).toEqual(['Notes__c'])
  expect(changed?.changed).toContain('Notes__c')
  expect(String(changed?.values.Notes__c).split('\n')).toEqual([
    '--- ',
    expect.stringMatching(/^\+\+\+ [0-9a-f]{64}$/),
    '@@ -4,1 +4,1 @@',
    '-Paragraph 3 of a long story.',
    '+Another third paragraph.',
    '@@ -21,1 +20,0 @@',
    '-Paragraph 20 of a long story.',
    '@@ -31,0 +31,2 @@',
    '+One',
    '+Two',
  ])
  expect(patched(before, String(changed?.values.Notes__c))).toBe(after)
  expect(cut?.differing).toEqual([])
  expect(cut?.values.Notes__c).toBe(after.slice(0, 999))
})

test.each<[string, string, string]>([
  ['short', 'a\n'.repeat(20), `${'a\n'.repeat(20)}b`],
  ['half as long again', paragraphs.join('\n'), [...paragraphs, ...paragraphs].join('\n')],
  [
    'changed in more than a quarter of its lines',
    paragraphs.join('\n'),
    paragraphs.map((line, at) => (at % 3 ? line : `${line}!`)).join('\n'),
  ],
  ['one line', 'x'.repeat(2000), 'x'.repeat(2001)],
])('a text that is %s is sent whole', (_name, before, after) => {
  expect(textDiff(before, after)).toBeNull()
})

test('a difference leads from the old text to the new one', () => {
  const line = fc.constantFrom(
    ...['a line of text that is long enough', 'another one, which is longer still'],
    ...[
      '-- and one that looks like a head',
      '+ and one that looks like an addition',
      '@@ -1,1 +1,1 @@ and like a hunk',
    ],
  )
  const edits = fc.array(fc.record({ at: fc.nat(60), gone: fc.nat(2), come: fc.array(line, { maxLength: 2 }) }), {
    maxLength: 4,
  })
  let sent = 0
  fc.assert(
    fc.property(fc.array(line, { minLength: 50, maxLength: 60 }), edits, (lines, list) => {
      const fresh = list.reduce((now, { at, gone, come }) => now.toSpliced(at, gone, ...come), lines)
      const [before, after] = [lines.join('\n'), fresh.join('\n')]
      const diff = before === after ? null : textDiff(before, after)
      if (diff === null) return
      sent++
      expect(patched(before, diff)).toBe(after)
    }),
  )
  expect(sent).toBeGreaterThan(20)
})

test('an event of more than a megabyte is a gap', () => {
  const head = { name: 'Note', label: 'Note', labelPlural: 'Notes', keyPrefix: 'a00', custom: true }
  const schema = changeSchema(
    makeEntity({ ...head, writable: true, mergeable: false }, [makeField('Text__c', 'Text', 'textarea')]),
  )
  const type = avsc.Type.forSchema(JSON.parse(schema.json), { wrapUnions: true })
  const written = (size: number): unknown => {
    const stamps = { createdAt: 0, createdBy: 'u', modifiedAt: 0, modifiedBy: 'u', deleted: false, mergedInto: null }
    const row = { id: 'x', ...stamps, values: { Text__c: 'x'.repeat(size) } }
    const event = { replayId: 3, object: 'Note', ids: ['x'], type: 'CREATE' as const, origin: '', transaction: 1 }
    return type.fromBuffer(schema.encode({ ...event, sequence: 4, at: 0, userId: 'u', row, changed: [] }, 'org'))
  }
  expect(written(900_000)).toMatchObject({ ChangeEventHeader: { changeType: 'CREATE', sequenceNumber: 4 } })
  expect(written(1_100_000)).toMatchObject({
    ChangeEventHeader: { changeType: 'GAP_CREATE', sequenceNumber: 1 },
    Text__c: null,
  })
})

test('bits are counted from the lowest, parts in bitmaps of their own', () => {
  expect(
    bitmaps([
      { slot: 11, part: null },
      { slot: 22, part: null },
    ]),
  ).toEqual(['0x400800'])
  const parts = [
    { slot: 30, part: 0 },
    { slot: 4, part: 3 },
    { slot: 1, part: null },
    { slot: 30, part: 9 },
  ]
  expect(bitmaps(parts)).toEqual(['0x02', '4-0x08', '30-0x0201'])
  expect(bitmaps([])).toEqual([])
})
