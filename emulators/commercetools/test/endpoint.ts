/**
 * An HTTP endpoint that keeps every request as it came, handshakes included, and answers as a test says;
 * what is no JSON, such as the page of a proxy, is kept as text.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Json } from './world.ts'

export type Request = { method: string; headers: Json; text: string; json: unknown }
type Reply = { status: number; headers?: Record<string, string>; body?: string }

export async function endpoint(reply: (request: Request) => Reply = () => ({ status: 200 })) {
  const requests: Request[] = []
  const waiting = new Set<() => void>()
  const server = createServer((request, answer) => {
    const parts: Buffer[] = []
    request.on('data', part => parts.push(part))
    request.on('error', () => undefined)
    request.on('end', () => {
      const text = Buffer.concat(parts).toString()
      const json: unknown = /^[{[]/.test(text) ? JSON.parse(text) : undefined
      const one = { method: request.method ?? '', headers: request.headers as Json, text, json }
      requests.push(one)
      const { status, headers = {}, body = '' } = reply(one)
      answer.writeHead(status, headers).end(body)
      for (const look of waiting) look()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/deliveries`,
    requests,
    /** Resolves as soon as what has arrived satisfies the condition. */
    until: (condition: (requests: Request[]) => boolean) =>
      new Promise<void>(resolve => {
        const look = () => {
          if (!condition(requests)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    [Symbol.asyncDispose]: () =>
      new Promise<void>(resolve => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
