import { expect, test } from 'vitest'
import { client } from './client.ts'
import type { Reply } from './transport.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }
const url = 'http://localhost'
const login = { access_token: 't', instance_url: url, id: `${url}/id/00D000000000001AAA/005000000000001AAA` }

/** When a call of 2.5 seconds was sent, by an answer with this Date; our own clock says otherwise. */
async function sentAt(date: string | null): Promise<number | undefined> {
  let monotonicMs = 1_000
  const clock = { now: () => '2020-01-01T00:01:00.000Z', monotonicMs: () => monotonicMs, sleep: async () => {} }
  const send = async ({ path }: { path: string }): Promise<Reply> => {
    const isLogin = path.endsWith('/token')
    if (!isLogin) monotonicMs += 2_500
    return { status: 200, header: name => (name === 'date' ? date : null), text: JSON.stringify(isLogin ? login : {}) }
  }
  const auth = { flow: 'client-credentials', clientId: 'c', clientSecret: 's' } as const
  const http = { send, [Symbol.asyncDispose]: async () => {} }
  const org = client({ loginUrl: url, auth, apiVersion: '67.0' }, http, { clock, log: silent })
  const context = { correlationId: 'c-1', signal: new AbortController().signal }
  return (await org.call({ kind: 'read', method: 'GET', path: '/' }, context)).sentAtMs
}

test("when a call was sent is told by the answer's own clock, less the time it took", async () => {
  expect(await sentAt('Fri, 02 Jan 2026 03:04:05 GMT')).toBe(Date.UTC(2026, 0, 2, 3, 4, 2, 500))
})

test('without a Date it is our own clock, set well back', async () => {
  const back = Date.UTC(2020, 0, 1) - 2_500
  expect(await sentAt(null)).toBe(back)
  expect(await sentAt('soon')).toBe(back)
})
