/** Both ways to log in to Salesforce, and what each refusal tells the operator to change. */
import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clock } from '../../src/lib/clock.ts'
import { log } from '../../src/lib/log.ts'
import { missing, type SalesforceOptions, salesforce } from '../../src/systems/salesforce/index.ts'
import { context, type SalesforceWorld, salesforceWorld } from './salesforceWorld.ts'

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = (key: typeof pair.privateKey, type: 'pkcs8' | 'pkcs1' = 'pkcs8') => `${key.export({ type, format: 'pem' })}`
const username = 'integration@example.com'

let world: SalesforceWorld
beforeAll(async () => {
  const publicKey = `${pair.publicKey.export({ type: 'spki', format: 'pem' })}`
  world = await salesforceWorld({
    org: {
      clients: [
        { clientId: 'ctsf', clientSecret: 'secret-1' },
        { clientId: 'signed', username, publicKey },
      ],
    },
  })
})
afterAll(() => world[Symbol.asyncDispose]())

const client = (options: Partial<SalesforceOptions>) =>
  salesforce(
    {
      loginUrl: world.url,
      auth: { flow: 'client-credentials', clientId: 'ctsf', clientSecret: 'secret-1' },
      apiVersion: '67.0',
      ...options,
    },
    { clock: clock(), log: log('debug', line => world.lines.push(line)) },
  )
const signed = { flow: 'jwt-bearer', clientId: 'signed', username, privateKey: pem(pair.privateKey) } as const

test('client credentials log in', async () => {
  await using crm = client({})
  expect(await crm.orgId(context())).toMatch(/^00D/)
})

test('a signed assertion logs in, from a key in either form, and from an environment variable', async () => {
  for (const privateKey of [
    signed.privateKey,
    pem(pair.privateKey, 'pkcs1'),
    signed.privateKey.replaceAll('\n', '\\n'),
  ]) {
    await using crm = client({ auth: { ...signed, privateKey } })
    expect(await crm.orgId(context())).toMatch(/^00D/)
  }
})

test('each refusal names what to change', async () => {
  const auths: [SalesforceOptions['auth'], string, string][] = [
    [{ flow: 'client-credentials', clientId: 'nobody', clientSecret: 'x' }, 'invalid_client_id', 'SF_CLIENT_ID'],
    [{ flow: 'client-credentials', clientId: 'ctsf', clientSecret: 'wrong' }, 'invalid_client', 'SF_CLIENT_ID'],
    [{ ...signed, privateKey: pem(other.privateKey) }, 'invalid_grant', 'SF_PRIVATE_KEY'],
    [{ ...signed, privateKey: 'no key' }, 'INVALID_PRIVATE_KEY', 'SF_PRIVATE_KEY'],
    [{ ...signed, username: 'someone@example.com' }, 'invalid_grant', 'SF_USERNAME'],
  ]
  for (const [auth, code, place] of auths) {
    await using crm = client({ auth })
    await expect(crm.orgId(context())).rejects.toMatchObject({ failure: { is: 'denied', code } })
    const [problem, ...more] = await crm.check(context().signal)
    expect(problem).toMatchObject({ place, problem: expect.stringContaining(place) })
    expect(more).toEqual([])
    const [outcome] = await crm.write(
      {
        groups: [
          [
            {
              plan: 0,
              do: 'delete',
              object: 'Contact',
              id: '003000000000001AAA',
              key: null,
              fields: {},
              links: [],
              ifUnmodifiedSince: null,
            },
          ],
        ],
      },
      context(),
    )
    expect(outcome).toMatchObject({ failure: { is: 'denied', code } })
  }
})

test('a login that the server cannot answer is unavailable', async () => {
  await world.control('POST', 'faults', { on: 'token', do: 'html', times: 1 })
  await using crm = client({})
  await expect(crm.orgId(context())).rejects.toMatchObject({ failure: { is: 'unavailable' } })
  expect(await crm.orgId(context())).toMatch(/^00D/)
})

test('one caller that stops does not take the login from the others', async () => {
  await world.control('POST', 'faults', { on: 'token', do: 'slow', ms: 100, times: 1 })
  await using crm = client({})
  const stop = new AbortController()
  const first = crm.orgId(context(stop.signal))
  const second = crm.orgId(context())
  stop.abort(new Error('enough'))
  await expect(first).rejects.toThrow('enough')
  expect(await second).toMatch(/^00D/)
})

test('check names an API version that the org does not have', async () => {
  await using crm = client({ apiVersion: '99.0' })
  expect(await crm.check(context().signal)).toMatchObject([
    { place: 'SF_API_VERSION', fix: 'Set it to 67.0 or below.' },
  ])
})

test('what a mapping wants and the org lacks is listed', async () => {
  await using crm = client({})
  const schema = await crm.schema(['Contact', 'Nothing__c'], { refresh: false }, context())
  const found = missing(schema, { Contact: ['LastName', 'Nothing__c'], Nothing__c: ['Name'] })
  expect(found.map(problem => problem.place)).toEqual(['Contact.Nothing__c', 'Nothing__c'])
})

test('the log holds calls with their correlation id, and no secret', () => {
  const text = world.lines.join('\n')
  expect(text).toContain('"correlationId":"c-1"')
  for (const secret of ['secret-1', 'Bearer', 'PRIVATE KEY']) expect(text).not.toContain(secret)
})
