/** One push over HTTP, on connections that stay open; resolves with the status, or null when there was no answer. */
import { Agent, request } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'

export const IN_FLIGHT = 64
const ACK_MS = 10_000

type Send = (body: string, contentType: string, cut?: number) => Promise<number | null>

export type Sender = { send: Send; close(): void }

export function sender(url: string, token: string | undefined): Sender {
  const target = new URL(url)
  const secure = target.protocol === 'https:'
  const agent = new (secure ? TlsAgent : Agent)({ keepAlive: true, maxSockets: IN_FLIGHT })
  const post = secure ? tlsRequest : request
  return {
    send: (body, contentType, cut) =>
      new Promise(resolve => {
        const bytes = Buffer.from(body)
        const headers: Record<string, string | number> = { 'content-type': contentType, 'content-length': bytes.length }
        if (token !== undefined) headers.authorization = `Bearer ${token}`
        const call = post(target, { method: 'POST', agent, headers, timeout: ACK_MS }, answer => {
          answer.on('error', () => resolve(null))
          answer.on('end', () => resolve(answer.statusCode ?? null))
          answer.resume()
        })
        call.on('error', () => resolve(null))
        call.on('timeout', () => call.destroy())
        if (cut === undefined) call.end(bytes)
        else call.write(bytes.subarray(0, cut), () => call.destroy())
      }),
    close: () => agent.destroy(),
  }
}
