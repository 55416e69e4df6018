/** Verbs for the tests: an emulator, somebody who receives its deliveries, and calls that read like sentences. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CommercetoolsEmulator, commercetoolsEmulator, type EmulatorOptions } from '../src/index.ts'

export type Json = { [name: string]: unknown }

/** Fields of an answer, read by path; an absent one is undefined. */
export function at(body: unknown, ...path: (string | number)[]): unknown {
  return path.reduce((value, name) => (value as Json | undefined)?.[name], body)
}

export type Push = { body: Json; payload: Json; messageId: string; headers: Json }

export async function receiver() {
  const pushes: Push[] = []
  const waiting = new Set<() => void>()
  let answer: (push: Push) => number = () => 204
  const server = createServer((request, reply) => {
    const parts: Buffer[] = []
    request.on('data', part => parts.push(part))
    request.on('error', () => undefined)
    request.on('end', () => {
      // Event Grid's question whether it may deliver is no delivery.
      if (request.method === 'OPTIONS') return reply.writeHead(200, { 'webhook-allowed-origin': '*' }).end()
      const text = Buffer.concat(parts).toString()
      const body = (text.startsWith('{') ? JSON.parse(text) : { text }) as Json
      const data = at(body, 'message', 'data')
      const payload = typeof data === 'string' ? (JSON.parse(Buffer.from(data, 'base64').toString()) as Json) : body
      const message = at(body, 'Type') === 'Notification' ? JSON.parse(String(at(body, 'Message'))) : payload
      const push = {
        body,
        payload: message as Json,
        messageId: String(at(body, 'message', 'messageId')),
        headers: request.headers as Json,
      }
      pushes.push(push)
      reply.writeHead(answer(push)).end()
      for (const look of waiting) look()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/deliveries`,
    pushes,
    payloads: () => pushes.map(each => each.payload),
    answers(how: (push: Push) => number) {
      answer = how
    },
    /** Resolves as soon as what has arrived satisfies the condition. */
    until: (condition: (pushes: Push[]) => boolean) =>
      new Promise<void>(resolve => {
        const look = () => {
          if (!condition(pushes)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    close: () =>
      new Promise<void>(resolve => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

export type Caller = {
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: Json; headers: Headers }>
  /** A call that must succeed; answers the body. */
  ok(method: string, path: string, body?: unknown): Promise<Json>
  signUp(draft: Json): Promise<Json>
  act(customer: Json, ...actions: Json[]): Promise<Json>
  control(method: string, path: string, body?: unknown): Promise<Json>
  query(resource: string, args: Record<string, string | string[]>): Promise<Json>
  until(path: string, condition: (body: Json) => boolean): Promise<Json>
}

export async function caller(url: string): Promise<Caller> {
  const token = await tokenOf(url)
  const call: Caller['call'] = async (method, path, body, headers = {}) => {
    const answer = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await answer.text()
    return {
      status: answer.status,
      body: text.startsWith('{') ? (JSON.parse(text) as Json) : { text },
      headers: answer.headers,
    }
  }
  const ok: Caller['ok'] = async (method, path, body) => {
    const answer = await call(method, path, body)
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  const self: Caller = {
    call,
    ok,
    signUp: async draft => at(await ok('POST', '/demo/customers', { password: 'x', ...draft }), 'customer') as Json,
    act: (customer, ...actions) => ok('POST', `/demo/customers/${customer.id}`, { version: customer.version, actions }),
    control: (method, path, body) => ok(method, `/__emulator/${path}`, body),
    query(resource, args) {
      const search = new URLSearchParams()
      for (const [name, value] of Object.entries(args)) for (const each of [value].flat()) search.append(name, each)
      return ok('GET', `/demo/${resource}?${search}`)
    },
    async until(path, condition) {
      for (;;) {
        const body = await ok('GET', path)
        if (condition(body)) return body
      }
    },
  }
  return self
}

export async function tokenOf(url: string, client = 'sync:secret', scope = ''): Promise<string> {
  const answer = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(client).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope === '' ? {} : { scope }) }),
  })
  return String(((await answer.json()) as Json).access_token)
}

/** An emulator, a caller and, on request, a receiver that its deliveries go to; all end together. */
export async function world(options: EmulatorOptions & { receives?: boolean } = {}) {
  const { receives = false, ...rest } = options
  const inbox = await receiver()
  const emulator: CommercetoolsEmulator = await commercetoolsEmulator({
    port: 0,
    ...(receives ? { deliverTo: inbox.url } : {}),
    ...rest,
  })
  const end = async () => {
    await emulator.close()
    await inbox.close()
  }
  return { emulator, inbox, ...(await caller(emulator.url)), [Symbol.asyncDispose]: end }
}

export const SUBSCRIPTION: Json = {
  key: 'ctsf',
  destination: { type: 'GoogleCloudPubSub', projectId: 'p', topic: 'ctsf' },
  changes: [{ resourceTypeId: 'customer' }, { resourceTypeId: 'customer-group' }],
  messages: [{ resourceTypeId: 'customer' }],
}
