// Change data capture: what changes of records look like on the event bus.

import { afterEach, expect, test } from 'vitest'
import type { OrgOptions } from '../src/index.ts'
import { type Wire, wire } from './org.ts'
import { type Bus, bus } from './pubsub.ts'

let org: Wire & AsyncDisposable
let events: Bus
afterEach(async () => {
  events?.close()
  await org?.[Symbol.asyncDispose]()
})

const CLIENT = { 'sforce-call-options': 'client=tester' }
const CONTACTS = '/data/ContactChangeEvent'

async function begin(options: Partial<OrgOptions> = { changeDataCapture: ['Contact'] }): Promise<void> {
  org = await wire({ org: options, grpcPort: 0 })
  const [{ Id = '' } = {}] = await org.query('SELECT Id FROM Organization')
  events = bus(org.emulator.pubSub?.url ?? '', {
    accesstoken: await org.login(),
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
