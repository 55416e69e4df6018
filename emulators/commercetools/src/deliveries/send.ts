/** One request to whoever takes deliveries, on connections that stay open; null when there was no answer. */
import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'

export const IN_FLIGHT = 64
const ACK_MS = 10_000
/** What is kept of an answer: enough for the reply to a handshake. */
const KEPT_BYTES = 64 * 1024

export type Push = { method?: 'POST' | 'OPTIONS'; body: string; contentType: string; headers?: Record<string, string> }
export type Answer = { status: number; headers: IncomingHttpHeaders; body: string }

type Send = (push: Push, cut?: number) => Promise<Answer | null>

export type Sender = { send: Send; close(): void }

export const accepted = (status: number | null) =>
  status !== null && (status === 102 || (status >= 200 && status < 300))

export function sender(url: string, token: string | undefined): Sender {
  const target = new URL(url)
  const secure = target.protocol === 'https:'
  const agent = new (secure ? TlsAgent : Agent)({ keepAlive: true, maxSockets: IN_FLIGHT })
  const post = secure ? tlsRequest : request
  return {
    send: ({ method = 'POST', body, contentType, headers: more }, cut) =>
      new Promise(resolve => {
        const bytes = Buffer.from(body)
        const headers: Record<string, string | number> = {
          'content-type': contentType,
          'content-length': bytes.length,
          ...more,
        }
        if (token !== undefined) headers.authorization = `Bearer ${token}`
        const call = post(target, { method, agent, headers, timeout: ACK_MS }, answer => {
          const parts: Buffer[] = []
          let kept = 0
          answer.on('data', (part: Buffer) => {
            if (kept < KEPT_BYTES) parts.push(part)
            kept += part.length
          })
          answer.on('error', () => resolve(null))
          answer.on('end', () => {
            const { statusCode = 0, headers: said } = answer
            resolve({ status: statusCode, headers: said, body: Buffer.concat(parts).toString() })
          })
        })
        call.on('error', () => resolve(null))
        call.on('timeout', () => call.destroy())
        if (cut === undefined) call.end(bytes)
        else call.write(bytes.subarray(0, cut), () => call.destroy())
      }),
    close: () => agent.destroy(),
  }
}
