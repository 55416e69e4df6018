/** The emulator, shoppers in it and ports to it: what the contract tests of commercetools stand on. */
import { type AddressInfo, createServer } from 'node:net'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { z } from 'zod'
import { type CommercetoolsEmulator, commercetoolsEmulator } from '../../emulators/commercetools/src/index.ts'
import { clock as realClock } from '../../src/lib/clock.ts'
import { log } from '../../src/lib/log.ts'
import { RemoteFailure } from '../../src/model/outcome.ts'
import type { CallContext, Clock, Page } from '../../src/model/ports.ts'
import type { ResourceRef, Snapshot } from '../../src/model/resource.ts'
import { commercetools, type Options } from '../../src/systems/commercetools/index.ts'

export { realClock }

export let emulator: CommercetoolsEmulator
/** An address where nobody listens. */
export let nobody: string
const opened: AsyncDisposable[] = []

beforeAll(async () => {
  emulator = await commercetoolsEmulator({ port: 0 })
  nobody = await freeAddress()
})
afterEach(async () => {
  for (const each of opened.splice(0)) await each[Symbol.asyncDispose]()
  emulator.reset()
})
afterAll(() => emulator.close())

export const project = (more: Partial<Options['projects'][number]> = {}) => ({
  key: 'demo',
  clientId: 'ctsf',
  clientSecret: 'secret',
  authUrl: emulator.url,
  apiUrl: emulator.url,
  scopes: ['manage_project:demo'],
  ...more,
})
export const deps = (clock: Clock = realClock()) => ({ clock, log: log('silent') })

export function system(more: Partial<Options> = {}, clock?: Clock) {
  const made = commercetools({ projects: [project()], timeoutMs: 2_000, lagMs: 0, ...more }, deps(clock))
  opened.push(made)
  return made
}
export const context = (more: Partial<CallContext> = {}): CallContext => ({
  correlationId: 'corr-1',
  signal: new AbortController().signal,
  ...more,
})

export async function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<unknown> {
  const answer = await fetch(`${emulator.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}
export const faults = (...list: object[]) => post('/__emulator/faults', list)

const logged = z.object({
  requests: z.array(z.object({ method: z.string(), path: z.string(), operation: z.string() })),
})
export async function calls(operation: string): Promise<readonly string[]> {
  const answer: unknown = await (await fetch(`${emulator.url}/__emulator/requests?since=0`)).json()
  return logged.parse(answer).requests.flatMap(each => (each.operation === operation ? [each.path] : []))
}

let shoppers = 0
export async function bearer(): Promise<string> {
  const form = new URLSearchParams({ grant_type: 'client_credentials' })
  const basic = { authorization: `Basic ${btoa('shop:secret')}` }
  const answer = await fetch(`${emulator.url}/oauth/token`, { method: 'POST', headers: basic, body: form })
  return z.object({ access_token: z.string() }).parse(await answer.json()).access_token
}

export async function customers(count: number): Promise<readonly string[]> {
  const headers = { authorization: `Bearer ${await bearer()}` }
  const one = () => signUp({}, headers)
  const ids: string[] = []
  while (ids.length < count)
    ids.push(...(await Promise.all(Array.from({ length: Math.min(50, count - ids.length) }, one))))
  return ids
}
/** One customer with these fields besides the usual ones. */
export const shopper = async (draft: object): Promise<string> =>
  signUp(draft, { authorization: `Bearer ${await bearer()}` })

async function signUp(draft: object, headers: Record<string, string>): Promise<string> {
  shoppers += 1
  const usual = { email: `shopper-${shoppers}@example.com`, password: 'secret', firstName: 'Ada' }
  const made = await post('/demo/customers', { ...usual, ...draft }, headers)
  return z.object({ customer: z.object({ id: z.string() }) }).parse(made).customer.id
}
export const ref = (id: string, type = 'customer'): ResourceRef => ({ side: 'commerce', type, id: `demo/${id}` })

/** Where a server was a moment ago. */
function freeAddress(): Promise<string> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = z.custom<AddressInfo>().parse(server.address())
      server.close(() => resolve(`http://127.0.0.1:${port}`))
    })
  })
}

export async function failureOf(work: Promise<unknown>) {
  const error: unknown = await work.then(
    () => null,
    reason => reason,
  )
  if (error instanceof RemoteFailure) return error.failure
  throw error ?? new Error('it did not fail')
}
export async function all(pages: AsyncIterable<Page>): Promise<readonly Page[]> {
  return Array.fromAsync(pages)
}
export const ids = (snapshots: readonly Snapshot[]) => snapshots.map(each => each.ref.id)
