// Who jsforce is, what the org is, and what it is told of limits, sessions and failures.

import { Connection } from '@jsforce/jsforce-node'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { VERSION, type Wire, wire } from '../org.ts'
import { connected } from './jsforce.ts'

let org: Wire & AsyncDisposable
let conn: Connection
beforeAll(async () => {
  org = await wire()
})
beforeEach(async () => {
  org.emulator.reset()
  conn = await connected(org.emulator.url)
})
afterAll(() => org[Symbol.asyncDispose]())

test('identity, found by the resources of the version and by what the login said', async () => {
  const identity = await conn.identity()
  expect(identity).toMatchObject({
    user_id: conn.userInfo?.id,
    organization_id: conn.userInfo?.organizationId,
    username: 'integration@emulated.org',
    active: true,
    urls: { rest: expect.any(String), sobjects: expect.any(String), query: expect.any(String) },
  })
  // Without user info it asks the version for the identity's path first.
  const bare = new Connection({ instanceUrl: org.emulator.url, accessToken: conn.accessToken ?? '', version: '67.0' })
  expect((await bare.identity()).user_id).toBe(identity.user_id)
})

test('userinfo', async () => {
  expect(await conn.requestGet('/services/oauth2/userinfo')).toMatchObject({
    user_id: conn.userInfo?.id,
    organization_id: conn.userInfo?.organizationId,
    preferred_username: 'integration@emulated.org',
  })
})

test('versions and resources', async () => {
  const versions = await conn.requestGet<{ version: string }[]>('/services/data')
  expect(versions.at(-1)).toMatchObject({ version: '67.0', url: `/services/data/${VERSION}` })
  expect(await conn.requestGet(`/services/data/${VERSION}`)).toMatchObject({
    sobjects: `/services/data/${VERSION}/sobjects`,
    identity: expect.stringContaining(conn.userInfo?.id ?? 'nobody'),
  })
})

test('limits, and the usage that each reply brings', async () => {
  const limits = await conn.limits()
  expect(limits).toMatchObject({
    DailyApiRequests: { Max: 100_000, Remaining: 99_999 },
    DailyBulkApiBatches: { Max: 15_000, Remaining: 15_000 },
    DailyBulkV2QueryJobs: { Max: 10_000, Remaining: 10_000 },
    DataStorageMB: { Max: expect.any(Number), Remaining: expect.any(Number) },
  })
  await conn.query('SELECT Id FROM Account')
  expect(conn.limitInfo.apiUsage).toEqual({ used: 2, limit: 100_000 })
})

test('describe, once for all when cached', async () => {
  const { body: before } = await org.control('GET', '/requests')
  const [first, second] = [await conn.describe$('Account'), await conn.describe$('Account')]
  expect(second).toEqual(first)
  const { body } = await org.control('GET', `/requests?since=${(before as { last: number }).last}`)
  expect((body as { requests: unknown[] }).requests).toHaveLength(1)
  expect((await conn.describeGlobal$()).maxBatchSize).toBe(200)
  expect(await conn.sobject('Contact').describe()).toMatchObject({ name: 'Contact', keyPrefix: '003', queryable: true })
})

test('a logout ends the session', async () => {
  const { accessToken } = conn
  await conn.logout()
  const late = new Connection({ instanceUrl: org.emulator.url, accessToken: accessToken ?? '', version: '67.0' })
  await expect(late.query('SELECT Id FROM Account')).rejects.toMatchObject({ errorCode: 'INVALID_SESSION_ID' })
})

test('a session that expires is renewed once by its refresh function', async () => {
  let renewed = 0
  const other = new Connection({
    instanceUrl: org.emulator.url,
    accessToken: 'long gone',
    version: '67.0',
    refreshFn: (_, callback) => {
      renewed++
      callback(null, conn.accessToken ?? '')
    },
  })
  expect((await other.query('SELECT Id FROM Account')).totalSize).toBe(0)
  expect(renewed).toBe(1)
})

test('a login that is refused has the name of the error', async () => {
  const other = new Connection({
    oauth2: { clientId: 'c', clientSecret: 's', loginUrl: org.emulator.url },
    version: '67.0',
  })
  await expect(other.authorize({ grant_type: 'magic' })).rejects.toMatchObject({ name: 'unsupported_grant_type' })
})

test('faults arrive as jsforce tells them', async () => {
  const fault = (on: string, what: string, more = {}) =>
    org.control('POST', '/faults', [{ on, do: what, nth: 1, ...more }])
  await fault('row', 'status')
  await expect(conn.sobject('Account').create({ Name: 'A' })).rejects.toMatchObject({ errorCode: 'SERVER_UNAVAILABLE' })
  await org.control('DELETE', '/faults')
  await fault('row', 'html')
  await expect(conn.sobject('Account').create({ Name: 'A' })).rejects.toMatchObject({ errorCode: 'ERROR_HTTP_503' })
  await org.control('DELETE', '/faults')
  await fault('row', 'limit-exceeded')
  await expect(conn.sobject('Account').create({ Name: 'A' })).rejects.toMatchObject({
    errorCode: 'REQUEST_LIMIT_EXCEEDED',
  })
  await org.control('DELETE', '/faults')
  await fault('collections', 'unable-to-lock-row')
  expect(await conn.sobject('Account').create([{ Name: 'A' }])).toMatchObject([
    { success: false, errors: [{ statusCode: 'UNABLE_TO_LOCK_ROW' }] },
  ])
})
