/**
 * `npm run conformance:pubsub-client`: `salesforce-pubsub-api-client`, a Pub/Sub client that nobody here wrote, against an
 * emulated org over TLS. Not part of the suite, since it downloads 119 MB: into a folder of its own that is gone at the end,
 * or into PUBSUB_CLIENT, where it stays for the next time.
 */

import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { certificate } from '../certificate.ts'
import { scratch, wire } from '../org.ts'
import {
  CLIENT_VERSION,
  type Ear,
  ear,
  type PublishedClient,
  type PublishedEvent,
  publishedClient,
} from './published-client.ts'

const CONTACTS = '/data/ContactChangeEvent'
const ORDERS = '/event/Order_Event__e'
const ALL = '/data/ChangeEvents'
const CODE = 'sfdc.platform.eventbus.grpc.'
const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

const keys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const home = scratch()
const directory = process.env.PUBSUB_CLIENT ?? home.path
mkdirSync(directory, { recursive: true })
const Client = await publishedClient(directory)
const org = await wire({
  org: {
    changeDataCapture: ['Contact', 'Account'],
    clients: [
      { clientId: 'any', clientSecret: 'any' },
      { clientId: 'keyed', publicKey: keys.publicKey, username: 'keyed@emulated.org' },
    ],
    channels: [
      {
        name: 'CT_Sync__chn',
        members: [{ event: 'ContactChangeEvent', enrichedFields: ['CT_Id__c'], filter: 'CT_Id__c != null' }],
      },
    ],
    managedSubscriptions: [
      { developerName: 'Orders', topicName: ORDERS, defaultReplay: 'EARLIEST' },
      { developerName: 'Stopped', topicName: ORDERS, state: 'STOP' },
    ],
  },
  grpcPort: 0,
  grpcTls: certificate(),
})
const endpoint = `localhost:${org.emulator.pubSub?.port}`
const [{ Id: organizationId = '' } = {}] = await org.query('SELECT Id FROM Organization')

// Certificates are checked against a bundle of its own, and only this turns the check off.
const secure = { pubSubEndpoint: endpoint, rejectUnauthorizedSsl: false }
const byClientCredentials = {
  ...secure,
  authType: 'oauth-client-credentials',
  loginUrl: org.emulator.url,
  clientId: 'any',
  clientSecret: 'any',
}
const client = new Client({ ...byClientCredentials }, SILENT)
/** A client has one stream a topic and never ends it: a second look at a topic needs a second client. */
async function anotherClient(): Promise<PublishedClient> {
  const other = new Client({ ...byClientCredentials }, SILENT)
  await other.connect()
  return other
}

function holds(what: unknown, so: boolean): void {
  if (!so) throw new Error(`not as it should be: ${JSON.stringify(what)?.slice(0, 2000)}`)
}

const create = async (fields: object): Promise<string> => {
  const { body, status } = await org.call('POST', '/sobjects/Contact', fields)
  holds(body, status === 201)
  return (body as { id: string }).id
}
const eventsOf = async (from: Ear, count: number): Promise<PublishedEvent[]> =>
  (await from.hear('event', count)).map(({ data }) => data as PublishedEvent)
/** Salesforce's code of the error that ended a stream; its text must name the call. */
async function failureOf(heard: Ear): Promise<string | undefined> {
  const [failed] = await heard.hear('error')
  const problem = failed?.data as { metadata: { get(name: string): string[] }; details: string } | undefined
  holds(problem, problem?.details.includes('rpcId: ') === true)
  return problem?.metadata.get('error-code')[0]
}
type Header = {
  changeType: string
  recordIds: string[]
  changedFields: string[]
  nulledFields: string[]
  diffFields: string[]
}
/** An event to publish, its optional fields as a union of null and their type wants them. */
const order = (number: string): object => ({
  CreatedDate: 1_700_000_000_000,
  CreatedById: '005000000000001AAA',
  Order_Number__c: { string: number },
})
const numbers = (list: PublishedEvent[]): string => list.map(({ payload }) => payload.Order_Number__c).join()
const headerOf = (event: PublishedEvent | undefined): Header => event?.payload.ChangeEventHeader as Header

/** Streams that began, as the request log counts them: from then on a change is news to the newest. */
async function begun(): Promise<number> {
  const { body } = await org.control('GET', '/requests')
  return (body as { totals: { byOperation: { subscribe: number } } }).totals.byOperation.subscribe ?? 0
}
async function beginning(work: () => void | Promise<void>): Promise<void> {
  const before = await begun()
  await work()
  while ((await begun()) === before);
}

let contact = ''
let first: PublishedEvent | undefined

const steps: [what: string, act: () => Promise<void>][] = [
  ['connect by client credentials', () => client.connect()],
  [
    'connect by a token of the user',
    async () => {
      const config = { ...secure, authType: 'user-supplied', accessToken: await org.login(), organizationId }
      const other = new Client({ ...config, instanceUrl: org.emulator.url.replace('http:', 'https:') }, SILENT)
      await other.connect()
      const heard = ear()
      await beginning(() => other.subscribe(CONTACTS, heard.callback, 1))
      contact = await create({ FirstName: 'Jane', LastName: 'Doe', Birthdate: '1990-02-03' })
      ;[first] = await eventsOf(heard, 1)
      holds(first, headerOf(first).changeType === 'CREATE' && headerOf(first).recordIds[0] === contact)
      await heard.hear('lastEvent')
    },
  ],
  [
    'connect by a signed assertion',
    async () => {
      const { loginUrl } = byClientCredentials
      const { privateKey } = keys
      const config = { ...secure, authType: 'oauth-jwt-bearer', loginUrl, clientId: 'keyed', privateKey }
      await new Client({ ...config, username: 'keyed@emulated.org' }, SILENT).connect()
    },
  ],
  [
    'subscribe from the tip, bitmaps read',
    async () => {
      const heard = ear()
      await beginning(() => client.subscribe(CONTACTS, heard.callback, 2))
      await org.call('PATCH', `/sobjects/Contact/${contact}`, { LastName: 'Roe', Birthdate: null, Email: 'j@x.org' })
      const [changed] = await eventsOf(heard, 1)
      const { changedFields, nulledFields, changeType } = headerOf(changed)
      const names = changedFields.sort().join()
      holds(changed, changeType === 'UPDATE' && names === 'Birthdate,Email,LastModifiedDate,Name.LastName')
      holds(changed, nulledFields.join() === 'Birthdate')
      await org.call('DELETE', `/sobjects/Contact/${contact}`)
      const [deleted] = await eventsOf(heard, 1)
      holds(deleted, headerOf(deleted).changeType === 'DELETE')
      await heard.hear('lastEvent')
    },
  ],
  [
    'subscribe from the oldest event, and ask for more',
    async () => {
      const heard = ear()
      client.subscribeFromEarliestEvent(ALL, heard.callback, 2)
      const list = await eventsOf(heard, 2)
      holds(list, list.map(event => headerOf(event).changeType).join() === 'CREATE,UPDATE')
      await heard.hear('lastEvent')
      client.requestAdditionalEvents(ALL, 1)
      const [deleted] = await eventsOf(heard, 1)
      holds(deleted, headerOf(deleted).changeType === 'DELETE')
    },
  ],
  [
    'subscribe from a replay id, without end',
    async () => {
      const other = await anotherClient()
      const heard = ear()
      other.subscribeFromReplayId(CONTACTS, heard.callback, null, first?.replayId ?? 0)
      const list = await eventsOf(heard, 2)
      holds(list, list.map(event => headerOf(event).changeType).join() === 'UPDATE,DELETE')
      // More than it asks for at once: it asks again by itself.
      const records = Array.from({ length: 150 }, (_, at) => ({ attributes: { type: 'Contact' }, LastName: `L${at}` }))
      await org.call('POST', '/composite/sobjects', { records })
      const names = (await eventsOf(heard, 150)).map(({ payload }) => (payload.Name as { LastName: string }).LastName)
      holds(names, names.join() === records.map(({ LastName }) => LastName).join())
    },
  ],
  [
    'a keepalive has an id to go on from',
    async () => {
      const heard = ear()
      await beginning(() => client.subscribe('/data/AccountChangeEvent', heard.callback))
      await org.control('POST', '/clock', { advanceMs: 270_000 })
      const [alive] = await heard.hear('grpcKeepAlive')
      holds(alive, (alive?.info.lastReplayId ?? 0) > (first?.replayId ?? 0))
      const other = await anotherClient()
      const late = ear()
      other.subscribeFromReplayId('/data/AccountChangeEvent', late.callback, 1, alive?.info.lastReplayId ?? 0)
      await org.call('POST', '/sobjects/Account', { Name: 'ACME' })
      const [made] = await eventsOf(late, 1)
      holds(made, made?.payload.Name === 'ACME')
    },
  ],
  [
    'a corrupt replay id ends the stream with its code',
    async () => {
      const other = await anotherClient()
      const heard = ear()
      other.subscribeFromReplayId(CONTACTS, heard.callback, 1, 1)
      holds('corrupt', (await failureOf(heard)) === `${CODE}subscription.fetch.replayid.corrupted`)
    },
  ],
  [
    'publish, and subscribe to what was published',
    async () => {
      const heard = ear()
      await beginning(() => client.subscribe(ORDERS, heard.callback, 4))
      const result = await client.publish(ORDERS, order('1'), 'mine')
      holds(result, result.correlationKey === 'mine')
      const [event] = await eventsOf(heard, 1)
      holds(event, event?.id === 'mine' && event.replayId === result.replayId && numbers([event]) === '1')
      const answers = ear()
      await client.publishBatch(ORDERS, [{ id: 'b2', payload: order('2') }, { payload: order('3') }], answers.callback)
      await client.publishBatch(ORDERS, [{ payload: order('4') }], answers.callback)
      const list = (await answers.hear('publishResponse', 2)).flatMap(
        ({ data }) => (data as { results: { replayId: number; correlationKey: string }[] }).results,
      )
      holds(list, list.length === 3 && list[0]?.correlationKey === 'b2')
      const delivered = await eventsOf(heard, 3)
      holds(delivered, numbers(delivered) === '2,3,4')
      holds(
        delivered,
        delivered.every(({ replayId }, at) => replayId === list[at]?.replayId),
      )
    },
  ],
  [
    'an idle publish stream is closed with its code',
    async () => {
      const other = await anotherClient()
      const answers = ear()
      await other.publishBatch(ORDERS, [{ payload: order('5') }], answers.callback)
      await answers.hear('publishResponse')
      await org.control('POST', '/clock', { advanceMs: 70_000 })
      holds('idle', (await failureOf(answers)) === `${CODE}publish.stream.sweeper.timeout`)
    },
  ],
  [
    'a managed subscription goes on where it committed',
    async () => {
      const heard = ear()
      // It writes its session into what it was configured by.
      const config: { authType: string; accessToken?: string } = { ...byClientCredentials }
      const other = new Client(config, SILENT)
      await other.connect()
      await other.subscribeWithManagedSubscription('Orders', heard.callback, 5)
      const list = await eventsOf(heard, 5)
      holds(list, numbers(list) === '1,2,3,4,5')
      const [{ info } = {}] = await heard.hear('lastEvent')
      const requestId = other.commitReplayId(info?.subscriptionId ?? '', list[2]?.replayId ?? 0)
      // The client has no callback of its own for the answer to a commit: it takes it for a sign of life.
      const [alive] = await heard.hear('grpcKeepAlive')
      holds(alive, requestId !== '' && alive?.info.lastReplayId === list[4]?.replayId)
      const subscriptionId = info?.subscriptionId ?? ''
      const refused = ear()
      const second = await anotherClient()
      await second.subscribeWithManagedSubscription(subscriptionId, refused.callback, 5)
      holds('active', (await failureOf(refused)) === `${CODE}managed.subscription.already.active`)
      // It never ends a stream by itself, but a session that is over does.
      await fetch(`${org.emulator.url}/services/oauth2/revoke?token=${config.accessToken}`, { method: 'POST' })
      other.requestAdditionalManagedEvents(subscriptionId, 1)
      holds('over', (await failureOf(heard)) === `${CODE}service.auth.error`)
      const again = ear()
      await (await anotherClient()).subscribeWithManagedSubscription(subscriptionId, again.callback, 2)
      const rest = await eventsOf(again, 2)
      holds(rest, numbers(rest) === '4,5')
    },
  ],
  [
    'a stopped managed subscription, and one that is not there',
    async () => {
      const said = (name: string): Promise<string> =>
        client.subscribeWithManagedSubscription(name, ear().callback).then(
          () => 'nothing',
          (error: Error) => error.message,
        )
      holds('stopped', (await said('Stopped')).includes('STOP state'))
      holds('not there', (await said('Nope')).includes('Failed to retrieve managed event subscription'))
    },
  ],
  [
    'a channel filters, and adds a field',
    async () => {
      const heard = ear()
      await create({ LastName: 'Unseen' })
      const id = await create({ LastName: 'Seen', CT_Id__c: 'c1' })
      await org.call('PATCH', `/sobjects/Contact/${id}`, { Phone: '1' })
      client.subscribeFromEarliestEvent('/data/CT_Sync__chn', heard.callback, 2)
      const list = await eventsOf(heard, 2)
      holds(
        list,
        list.every(event => headerOf(event).recordIds[0] === id && event.payload.CT_Id__c === 'c1'),
      )
      holds(list, headerOf(list[1]).changedFields.sort().join() === 'LastModifiedDate,Phone')
    },
  ],
  [
    'a large text comes as its differences',
    async () => {
      const lines = Array.from({ length: 50 }, (_, at) => `Line ${at} of a text that is long enough.`)
      const id = await create({ LastName: 'Long', Notes__c: lines.join('\n') })
      const other = await anotherClient()
      const heard = ear()
      await beginning(() => other.subscribe(CONTACTS, heard.callback, 1))
      await org.call('PATCH', `/sobjects/Contact/${id}`, { Notes__c: lines.with(7, 'Another line.').join('\n') })
      const [changed] = await eventsOf(heard, 1)
      holds(changed, headerOf(changed).diffFields.join() === 'Notes__c')
      holds(changed, String(changed?.payload.Notes__c).includes('@@ -8,1 +8,1 @@\n-Line 7'))
    },
  ],
]

async function run(): Promise<number> {
  process.stdout.write(`salesforce-pubsub-api-client ${CLIENT_VERSION}\n`)
  let passed = 0
  for (const [what, act] of steps) {
    try {
      await act()
      passed++
      process.stdout.write(`passed  ${what}\n`)
    } catch (error) {
      const { message, cause } = error instanceof Error ? error : { message: String(error), cause: undefined }
      process.stdout.write(`FAILED  ${what}\n        ${message}${cause ? ` (${cause})` : ''}\n`)
    }
  }
  process.stdout.write(`${passed} of ${steps.length} steps passed\n`)
  return passed === steps.length ? 0 : 1
}

const code = await run()
// Not by the client's own close(): it takes its listeners away while its streams are open, and their end is then unhandled.
await org[Symbol.asyncDispose]()
home[Symbol.dispose]()
process.exit(code)
