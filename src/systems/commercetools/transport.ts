/** HTTP with a time limit over the whole answer, on connections that are kept and closed with their owner. */
import { Agent, fetch } from 'undici'
import { type Answer, type Asked, isReset, late, unreached } from './failure.ts'

export type Call = {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  readonly asked: Asked
  readonly signal: AbortSignal
}

/** Rejects with `RemoteFailure`, or with the signal's reason; an answer of any status resolves. */
export type Send = (call: Call) => Promise<Answer>

export function transport(options: {
  readonly timeoutMs: number
  readonly connections: number
}): { readonly send: Send } & AsyncDisposable {
  const { timeoutMs, connections } = options
  const agent = new Agent({
    connections,
    allowH2: false,
    connect: { timeout: timeoutMs },
    headersTimeout: 0,
    bodyTimeout: 0,
  })

  async function once({ url, method, headers, body, signal, asked }: Call): Promise<Answer> {
    const stop = new AbortController()
    const onAbort = () => stop.abort(signal.reason)
    let expired = false
    const timer = setTimeout(() => {
      expired = true
      stop.abort()
    }, timeoutMs)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      // Never follow a redirect: it would carry the access token to another host.
      const init = { method, headers, body, redirect: 'manual', signal: stop.signal, dispatcher: agent } as const
      const response = await fetch(url, init)
      return { status: response.status, retryAfter: response.headers.get('retry-after'), text: await response.text() }
    } catch (error) {
      if (expired) throw late(asked, timeoutMs)
      throw error
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
  }

  return {
    async send(call) {
      const { signal, asked } = call
      signal.throwIfAborted()
      try {
        try {
          return await once(call)
        } catch (error) {
          // A kept connection that the other side closed as we wrote: asking once more is the whole remedy.
          if (asked === 'write' || signal.aborted || !isReset(error)) throw error
          return await once(call)
        }
      } catch (error) {
        if (signal.aborted) throw signal.reason
        throw error instanceof Error && error.name === 'RemoteFailure' ? error : unreached(error, asked)
      }
    },
    async [Symbol.asyncDispose]() {
      await agent.destroy()
    },
  }
}
