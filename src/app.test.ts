/** The service as a whole, between two emulators: what it does while the org is away, and when its place is taken. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { queues } from '../test/contract/queue.world.ts'
import { issuer, subscription } from '../test/issuer.ts'
import { app, check } from './app.ts'
import { type Emulator, emulator } from './cli/demo/emulator.ts'
import { ConfigError, configure } from './config.ts'
import { log } from './lib/log.ts'
import { WrongDatabase } from './model/ports.ts'

let folder: string
let commerce: Emulator
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'app-'))
  commerce = await emulator('commercetools', ['--port', '0'])
})
afterEach(async () => {
  await commerce[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const quiet = log('silent')
const configFor = (crm: string, more: Record<string, string> = {}) =>
  configure({
    env: {
      CTP_PROJECT_KEY: 'demo',
      CTP_CLIENT_ID: 'id',
      CTP_CLIENT_SECRET: 'secret',
      CTP_AUTH_URL: commerce.url,
      CTP_API_URL: commerce.url,
      SF_LOGIN_URL: crm,
      SF_CLIENT_ID: 'id',
      SF_CLIENT_SECRET: 'secret',
      DATA_DIR: folder,
      PORT: '0',
      ...more,
    },
    cwd: folder,
  })

async function until(what: () => Promise<boolean>): Promise<void> {
  const endAt = performance.now() + 20_000
  while (!(await what())) {
    if (performance.now() > endAt) throw new Error('waited too long')
    await setTimeout(50)
  }
}

it('takes deliveries in while Salesforce is away, and goes on when it is back', async () => {
  const gone = await emulator('salesforce', ['--port', '0'])
  const port = new URL(gone.url).port
  await gone[Symbol.asyncDispose]()
  await using running = await app(await configFor(gone.url), { log: quiet })
  const ready = await fetch(`${running.url}/readyz`)
  expect([ready.status, await ready.json()]).toEqual([
    503,
    { ready: false, reasons: [expect.stringContaining('Salesforce')] },
  ])
  await commerce.ask('/play', { scenario: 'arrivals', customers: 1, rate: 10, projectKey: 'demo' })
  const { results } = (await commerce.ask('/resources/demo/customers')) as { results: { id: string }[] }
  const delivery = {
    notificationType: 'ResourceCreated',
    projectKey: 'demo',
    resource: { typeId: 'customer', id: results[0]?.id },
    version: 1,
    modifiedAt: '2026-01-01T00:00:00.000Z',
  }
  const sent = await fetch(`${running.url}/deliveries/commercetools`, {
    method: 'POST',
    body: JSON.stringify(delivery),
  })
  expect(sent.status).toBe(204)
  expect(await running.status()).toMatchObject({ backlog: 1, ready: false, org: null })
  await using _back = await emulator('salesforce', ['--port', port])
  // Two counts of one look, that need not be of one moment.
  await until(async () => {
    const { links, backlog } = await running.status()
    return links === 2 && backlog === 0
  })
  expect(await running.status()).toMatchObject({ backlog: 0, ready: true, totals: { created: 2 } })
})

it('says whose the port and the data directory are, and leaves both as they were', async () => {
  await using crm = await emulator('salesforce', ['--port', '0'])
  await using running = await app(await configFor(crm.url), { log: quiet })
  const port = new URL(running.url ?? '').port
  const other = join(folder, 'other')
  const taken = app(await configFor(crm.url, { DATA_DIR: other, PORT: port }), { log: quiet })
  await expect(taken).rejects.toThrow(ConfigError)
  await expect(taken).rejects.toThrow(`${port} is taken`)
  await expect(app(await configFor(crm.url), { log: quiet })).rejects.toThrow(/DATA_DIR: .* in use by process/)
  // Nothing of the failed start holds its own directory.
  await using _again = await app(await configFor(crm.url, { DATA_DIR: other }), { log: quiet })
  expect((await fetch(`${running.url}/readyz`)).status).toBe(200)
})

it('refuses a database that serves another org', async () => {
  const state = join(folder, 'org')
  {
    await using crm = await emulator('salesforce', ['--port', '0', '--state', state])
    await using _running = await app(await configFor(crm.url), { log: quiet })
  }
  // Another project is missing now: the same refusal as for another org, without needing one.
  await using crm = await emulator('salesforce', ['--port', '0', '--state', state])
  await expect(app(await configFor(crm.url, { CTP_PROJECT_KEY: 'elsewhere' }), { log: quiet })).rejects.toThrow(
    WrongDatabase,
  )
})

it('checks both systems and the fields of the mappings', async () => {
  await using crm = await emulator('salesforce', ['--port', '0'])
  const signal = AbortSignal.timeout(20_000)
  expect(await check(await configFor(crm.url), { signal })).toEqual([])
  const config = await configFor(crm.url)
  const [first, ...rest] = config.mappings
  if (!first) throw new Error('there is no mapping')
  const problems = await check({ ...config, mappings: [{ ...first, keyField: 'ERP_Id__c' }, ...rest] }, { signal })
  expect(problems.map(({ place }) => place)).toEqual(['Account.ERP_Id__c', 'Contact.ERP_Id__c'])
  expect((await check(await configFor('http://127.0.0.1:1'), { signal }))[0]).toMatchObject({ place: 'SF_LOGIN_URL' })
})

it('checks that the org can hold people in the form that was chosen', async () => {
  const orgFile = join(folder, 'org.json')
  writeFileSync(orgFile, JSON.stringify({ personAccounts: true }))
  await using plain = await emulator('salesforce', ['--port', '0'])
  await using personal = await emulator('salesforce', ['--port', '0', '--org', orgFile])
  const checked = async (crm: Emulator, config: string) => {
    const file = join(folder, `sync.${Buffer.from(config).toString('hex')}.config.ts`)
    writeFileSync(file, `export default ${config}`)
    return check(await configFor(crm.url, { CTSF_CONFIG: file }), { signal: AbortSignal.timeout(20_000) })
  }
  const asked = "{ people: 'person-account' }"
  expect(await checked(personal, asked)).toEqual([])
  expect(await checked(personal, '{}')).toMatchObject([{ place: 'sync.config.people', hint: true }])
  const none = await checked(plain, asked)
  expect(none).toMatchObject([{ place: 'sync.config.people', fix: expect.stringContaining('for good') }])
  expect(none[0]).not.toHaveProperty('hint')
  const typed = `{ people: 'person-account', mappings: { 'customer-person': { recordType: 'Shopper' } } }`
  expect(await checked(personal, typed)).toMatchObject([
    { place: "sync.config.mappings['customer-person'].recordType", fix: expect.stringContaining('PersonAccount') },
  ])
  writeFileSync(orgFile, JSON.stringify({ personAccounts: true, withoutPackage: true }))
  await using bare = await emulator('salesforce', ['--port', '0', '--org', orgFile])
  const missing = await checked(bare, asked)
  expect(missing.map(({ place }) => place)).toContain('Account.CT_Locale__pc')
  expect(missing.every(({ fix }) => fix.includes('CT_Sync_Person_Accounts'))).toBe(true)
})

it('takes the signed pushes of the subscription that the configuration names', async () => {
  await using google = await issuer()
  const deliveries = { oidc: { ...subscription, keysUrl: google.keysUrl } }
  writeFileSync(join(folder, 'sync.config.ts'), `export default ${JSON.stringify({ deliveries })}`)
  const config = await configFor('http://127.0.0.1:1')
  await using running = await app(config, { log: quiet, roles: ['intake'] })
  const data = Buffer.from(
    JSON.stringify({
      notificationType: 'ResourceUpdated',
      projectKey: 'demo',
      resource: { typeId: 'customer', id: '1f2b3c4d-0000-4000-8000-000000000001' },
      version: 3,
      modifiedAt: '2026-01-01T00:00:00.000Z',
    }),
  ).toString('base64')
  const push = async (headers: Record<string, string>): Promise<number> => {
    const body = JSON.stringify({ message: { data, messageId: '1' }, subscription: 'projects/shop/subscriptions/sync' })
    return (await fetch(`${running.url}/deliveries/commercetools`, { method: 'POST', headers, body })).status
  }
  expect(await push({})).toBe(401)
  expect((await running.status()).backlog).toBe(0)
  expect(await push({ authorization: `Bearer ${await google.token()}` })).toBe(204)
  expect((await running.status()).backlog).toBe(1)
})

it('looks at the queue too, and tells what is in its way without a word of secrets', async () => {
  await using crm = await emulator('salesforce', ['--port', '0'])
  await using amazon = await queues({ maxReceives: null })
  const env = {
    CTSF_SQS_QUEUE_URL: amazon.url,
    AWS_ENDPOINT_URL_SQS: amazon.endpoint,
    AWS_REGION: amazon.region,
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'hush',
  }
  const look = async () => check(await configFor(crm.url, env), { signal: AbortSignal.timeout(20_000) })
  expect(await look()).toEqual([expect.objectContaining({ hint: true, place: 'CTSF_SQS_QUEUE_URL' })])
  await amazon.drop()
  const gone = await look()
  expect(gone).toEqual([
    {
      place: 'CTSF_SQS_QUEUE_URL',
      problem: expect.stringContaining('There is no such queue'),
      fix: expect.any(String),
    },
  ])
  expect(JSON.stringify(gone)).not.toContain('hush')
})
