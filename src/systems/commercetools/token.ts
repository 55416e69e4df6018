/**
 * The access token of one API client: asked for once by however many calls need it, kept until it nears its end.
 * Our own because the SDK's asks once per call in flight, and without a time limit.
 */
import { z } from 'zod'
import type { Clock } from '../../model/ports.ts'
import { garbled, json, refused } from './failure.ts'
import type { ProjectOptions } from './options.ts'
import type { Send } from './transport.ts'

export type Token = {
  readonly value: string
  /** What the API client was given; null when the answer does not say. */
  readonly scopes: readonly string[] | null
}

export type Tokens = {
  get(signal: AbortSignal): Promise<Token>
  /** The API refused this one: the next `get` asks anew, unless another call has done so already. */
  forget(token: Token): void
}

const answerSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive(),
  scope: z.string().optional(),
})
/** Renewed this long before its end, or after nine tenths of a short life. */
const marginMs = 300_000

export function tokens(project: ProjectOptions, send: Send, clock: Clock): Tokens {
  let held: { readonly token: Token; readonly untilMs: number } | null = null
  let asking: Promise<Token> | null = null

  async function ask(): Promise<Token> {
    const form = new URLSearchParams({ grant_type: 'client_credentials' })
    if (project.scopes.length > 0) form.set('scope', project.scopes.join(' '))
    const credentials = Buffer.from(`${project.clientId}:${project.clientSecret}`).toString('base64')
    const startedMs = clock.monotonicMs()
    const answer = await send({
      url: `${project.authUrl.replace(/\/+$/, '')}/oauth/token`,
      method: 'POST',
      headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
      asked: 'token',
      // Several calls wait for this one: only its time limit ends it.
      signal: new AbortController().signal,
    })
    if (answer.status !== 200) throw refused(answer, 'token', clock.now())
    const parsed = answerSchema.safeParse(json(answer.text))
    if (!parsed.success) throw garbled('token')
    const { access_token, expires_in, scope } = parsed.data
    const token = { value: access_token, scopes: scope === undefined ? null : scope.split(/\s+/).filter(Boolean) }
    const lifeMs = expires_in * 1_000
    held = { token, untilMs: startedMs + lifeMs - Math.min(marginMs, lifeMs / 10) }
    return token
  }

  return {
    async get(signal) {
      signal.throwIfAborted()
      if (held && clock.monotonicMs() < held.untilMs) return held.token
      asking ??= ask().finally(() => {
        asking = null
      })
      return unlessAborted(asking, signal)
    },
    forget(token) {
      if (held?.token === token) held = null
    },
  }
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
