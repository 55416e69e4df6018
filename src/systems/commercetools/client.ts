/** The official SDK for one project, on our own transport: token, time limit, one fresh token after a 401, failures named. */
import {
  type ApiRequest,
  type ByProjectKeyRequestBuilder,
  createApiBuilderFromCtpClient,
} from '@commercetools/platform-sdk'
import { ClientBuilder, type ClientRequest } from '@commercetools/ts-client'
import { z } from 'zod'
import type { Gate } from '../../lib/gate.ts'
import { RemoteFailure } from '../../model/outcome.ts'
import type { CallContext } from '../../model/ports.ts'
import { type Answer, garbled, json, refused } from './failure.ts'
import type { Deps, ProjectOptions } from './options.ts'
import { type Tokens, tokens } from './token.ts'
import type { Send } from './transport.ts'

export type Client = {
  readonly project: ProjectOptions
  readonly tokens: Tokens
  /** Carries out one SDK request and answers its body, unchecked. Rejects with `RemoteFailure` or the signal's reason. */
  call(request: (api: ByProjectKeyRequestBuilder) => ApiRequest<unknown>, context: CallContext): Promise<unknown>
}

/** What the SDK hands its HTTP client; `request` is ours, with the context put in by `call`. */
type Init = {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly request: { readonly context: CallContext }
}

export function client(project: ProjectOptions, send: Send, gate: Gate, { clock }: Deps): Client {
  const access = tokens(project, send, clock)

  async function httpClient(url: string, { method, headers, body, request }: Init) {
    const { context } = request
    const asked = method === 'GET' ? 'read' : 'write'
    const ask = async (): Promise<{ answer: Answer; forget: () => void }> => {
      const token = await access.get(context.signal)
      const all = { ...headers, ...tracing(context, asked), authorization: `Bearer ${token.value}` }
      const answer = await send({ url, method, headers: all, body: body ?? null, asked, signal: context.signal })
      return { answer, forget: () => access.forget(token) }
    }
    let { answer, forget } = await ask()
    if (answer.status === 401) {
      forget()
      answer = (await ask()).answer
    }
    if (answer.status < 200 || answer.status > 299) throw refused(answer, asked, clock.now())
    const data = json(answer.text)
    if (typeof data !== 'object' || data === null) throw garbled(asked)
    return { status: answer.status, headers: null, data }
  }

  const sdk = new ClientBuilder()
    .withProjectKey(project.key)
    .withUserAgentMiddleware({ name: 'ctsf' })
    .withHttpMiddleware({ host: project.apiUrl, httpClient, includeRequestInErrorResponse: false })
    .build()

  return {
    project,
    tokens: access,
    call: (request, context) =>
      gate(context.signal, async () => {
        const traced = { execute: (asked: ClientRequest) => sdk.execute({ ...asked, context }) }
        const api = createApiBuilderFromCtpClient(traced).withProjectKey({ projectKey: project.key })
        try {
          return (await request(api).execute()).body
        } catch (error) {
          throw context.signal.aborted ? context.signal.reason : unwrapped(error)
        }
      }),
  }
}

/** The SDK wraps what its HTTP client threw, once or twice. */
function unwrapped(error: unknown): unknown {
  if (error instanceof RemoteFailure) return error
  const wrapped = z.object({ error: z.object({ body: z.instanceof(Error) }) }).safeParse(error)
  if (wrapped.success) return wrapped.data.error.body
  const inner = z.object({ body: z.instanceof(Error) }).safeParse(error)
  return inner.success ? inner.data.body : error
}

/** `X-External-User-ID` ends up in `lastModifiedBy.externalUserId` of what we write: at most 128 characters. */
function tracing({ correlationId }: CallContext, asked: 'read' | 'write'): Record<string, string> {
  const id = correlationId.replace(/[^\x21-\x7e]/g, '-')
  return {
    'x-correlation-id': id,
    ...(asked === 'write' ? { 'x-external-user-id': `ctsf:${id}`.slice(0, 128) } : {}),
  }
}
