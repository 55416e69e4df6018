/** Talks to a running service over HTTP: the command never opens its database. */
import { z } from 'zod'
import { client, environment } from '../config.ts'
import { CommandError } from './out.ts'

export type CallOptions = { readonly url?: string; readonly json?: boolean }

const refusal = z.object({ error: z.object({ code: z.string(), message: z.string(), fix: z.string() }) })
const timeoutMs = 60_000

/** One request of the API, its JSON answer. Rejects with a CommandError that says what to do. */
export async function call(
  path: string,
  options: CallOptions,
  request: { readonly method?: 'GET' | 'POST'; readonly body?: unknown } = {},
): Promise<unknown> {
  const { url, token } = client(environment(options.url === undefined ? {} : { CTSF_URL: options.url }))
  const answer = await fetch(`${url}/api/v1${path}`, {
    method: request.method ?? 'GET',
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error: unknown) => {
    throw new CommandError(
      1,
      'no-service',
      `No service answers at ${url}.`,
      'Start one with ctsf start or ctsf demo, or say where it is: --url or CTSF_URL.',
      { cause: error },
    )
  })
  const body: unknown = await answer.json().catch(() => null)
  if (answer.ok) return body
  const refused = refusal.safeParse(body)
  if (!refused.success)
    throw new CommandError(
      1,
      'not-ours',
      `${url} answers ${answer.status}, but not like ctsf.`,
      'Check --url or CTSF_URL.',
    )
  const { code, message, fix } = refused.data.error
  const exit = answer.status === 400 || answer.status === 401 ? 2 : 1
  throw new CommandError(
    exit,
    code,
    message,
    answer.status === 401 ? 'Set CTSF_TOKEN to one of the CTSF_API_TOKENS.' : fix,
  )
}
