/** One HTTP exchange, asked once: kept connections, one time limit over all of it, and the truth about what was sent. */
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { Agent, type Dispatcher } from 'undici'

export type Request = {
  readonly origin: string
  readonly path: string
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  /** Over all of it, from now to the last byte of the answer. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** A complete answer of any status. */
export type Reply = {
  readonly status: number
  readonly header: (name: string) => string | null
  readonly text: string
}

/** No complete answer. `sent` is false only when not one byte of the request was handed to a connection. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered'
  readonly sent: boolean
  readonly why: 'stopped' | 'late' | 'broken'
  /** The system's code (`ECONNREFUSED`), for people. */
  readonly code: string
  constructor(sent: boolean, why: Unanswered['why'], cause?: unknown) {
    super(`no answer: ${why}`, { cause })
    this.sent = sent
    this.why = why
    this.code = codeOf(cause)
  }
}

function codeOf(cause: unknown): string {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,60}$/.test(code) ? code : 'CONNECTION'
}

export type Transport = { readonly send: (request: Request) => Promise<Reply> } & AsyncDisposable

const largestBody = 256 * 1024 * 1024
const inflate = promisify(gunzip)

/** `timeoutMs` is the most that connecting may take. */
export function transport(options: { readonly timeoutMs: number; readonly connections: number }): Transport {
  const { timeoutMs, connections } = options
  // The limit over the whole exchange is our own; HTTP/2 would blur what was sent on which connection.
  const limits = { headersTimeout: 0, bodyTimeout: 0, connect: { timeout: timeoutMs } }
  const agent = new Agent({ connections, pipelining: 1, allowH2: false, ...limits })
  return {
    async send(request) {
      const { status, headers, body } = await exchange(agent, request)
      const header = (name: string): string | null => {
        const value = headers[name]
        return Array.isArray(value) ? (value[0] ?? null) : (value ?? null)
      }
      if (header('content-encoding') !== 'gzip') return { status, header, text: body.toString('utf8') }
      try {
        return { status, header, text: (await inflate(body, { maxOutputLength: largestBody })).toString('utf8') }
      } catch (error) {
        throw new Unanswered(true, 'broken', error)
      }
    },
    [Symbol.asyncDispose]: () => agent.destroy(),
  }
}

type Received = { status: number; headers: Readonly<Record<string, string | string[] | undefined>>; body: Buffer }

function exchange(agent: Agent, request: Request): Promise<Received> {
  const { signal, timeoutMs, ...rest } = request
  return new Promise((resolve, reject) => {
    let sent = false
    let over = false
    let status = 0
    let headers: Received['headers'] = {}
    let controller: Dispatcher.DispatchController | null = null
    const chunks: Buffer[] = []
    const settle = (): boolean => {
      if (over) return false
      over = true
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      return true
    }
    const fail = (why: Unanswered['why'], cause?: unknown): void => {
      if (!settle()) return
      const error = new Unanswered(sent, why, cause)
      reject(error)
      controller?.abort(error)
    }
    const onAbort = (): void => fail('stopped', signal.reason)
    const timer = setTimeout(() => fail('late'), timeoutMs)
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) return onAbort()
    agent.dispatch(rest, {
      // Called when a connection is ready, just before the first byte is written to it.
      onRequestStart(given) {
        controller = given
        if (over) return given.abort(new Unanswered(false, 'stopped'))
        sent = true
      },
      onResponseStart(_, code, given) {
        if (code < 200) return
        status = code
        headers = given
      },
      onResponseData(_, chunk) {
        chunks.push(chunk)
      },
      onResponseEnd() {
        if (settle()) resolve({ status, headers, body: Buffer.concat(chunks) })
      },
      onResponseError(_, error) {
        fail('broken', error)
      },
    })
  })
}
