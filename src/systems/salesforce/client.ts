/** Calls to the org: authorised, counted, logged, never repeated behind the caller's back. */
import { RemoteFailure } from '../../model/outcome.ts'
import type { CallContext, Clock, Log, RemoteLimits } from '../../model/ports.ts'
import { type Answer, demand, failing, type Kind, unansweredFailure } from './failure.ts'
import { type Usage, usage } from './limits.ts'
import { type Login, login, type Session } from './login.ts'
import { defaults, type SalesforceOptions } from './options.ts'
import { type Reply, type Transport, Unanswered } from './transport.ts'

export type Ask = {
  readonly kind: Kind
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** From the root: `/services/data/v67.0/composite`. */
  readonly path: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** `until` is a time of the monotonic clock after which nothing is sent and nothing is waited for. */
export type Timed = CallContext & { readonly until?: number }

export type Client = {
  /** `/services/data/v67.0` */
  readonly root: string
  /**
   * A complete answer of any status but 401. Rejects with `RemoteFailure` when there is none, or with the signal's
   * reason; a write that was sent rejects as `uncertain` even when the signal ended it.
   */
  call(ask: Ask, context: Timed): Promise<Answer>
  /** When a call that starts now must be over. */
  deadline(): number
  session(signal: AbortSignal): Promise<Session>
  limits(options: { readonly ask: boolean }, context: CallContext): Promise<RemoteLimits>
}

const always = { accept: 'application/json', 'accept-encoding': 'gzip', 'sforce-call-options': 'client=ctsf' }
const onWrites = { 'content-type': 'application/json; charset=utf-8', 'sforce-auto-assign': 'FALSE' }

export function client(options: SalesforceOptions, http: Transport, deps: { clock: Clock; log: Log }): Client {
  const sessions: Login = login(options, http, deps)
  const used: Usage = usage(deps.clock)
  const root = `/services/data/v${options.apiVersion}`
  const { timeoutMs: limitMs = defaults.timeoutMs } = options
  const deadline = (): number => deps.clock.monotonicMs() + limitMs

  async function once(ask: Ask, session: Session, context: CallContext, until: number): Promise<Reply> {
    const { kind, method, path, body, headers } = ask
    const startedMs = deps.clock.monotonicMs()
    // A query's text holds keys and emails: only the path is logged.
    const fields = { correlationId: context.correlationId, method, path: path.split('?', 1)[0] ?? '' }
    const tookMs = (): number => Math.round(deps.clock.monotonicMs() - startedMs)
    try {
      const timeoutMs = Math.ceil(until - startedMs)
      if (timeoutMs <= 0) throw new Unanswered(false, 'late')
      const reply = await http.send({
        origin: session.instanceUrl,
        path,
        method,
        headers: {
          ...always,
          ...(body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
          ...(kind === 'write' ? onWrites : {}),
          ...headers,
          authorization: `Bearer ${session.token}`,
        },
        body: body ?? null,
        timeoutMs,
        signal: context.signal,
      })
      used.saw(reply.header('sforce-limit-info'))
      deps.log.debug({ ...fields, status: reply.status, tookMs: tookMs() }, 'Salesforce answered.')
      return reply
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error
      const { sent, why, code } = error
      deps.log.debug({ ...fields, sent, why, code, tookMs: tookMs() }, 'Salesforce did not answer.')
      if (context.signal.aborted && !(kind === 'write' && sent)) throw context.signal.reason
      throw new RemoteFailure(unansweredFailure(error, kind), { cause: error })
    }
  }

  async function call(ask: Ask, context: Timed): Promise<Answer> {
    const { until = deadline() } = context
    const startedMs = deps.clock.monotonicMs()
    const first = await sessions.session(context.signal)
    let reply = await once(ask, first, context, until)
    if (reply.status === 401) {
      // Refused before anything was done, so asking again is safe: once, with a token that is not the refused one.
      reply = await once(ask, await sessions.session(context.signal, first.token), context, until)
      if (reply.status === 401) {
        const fix = "Check the session and IP policies of the app and the integration user's profile."
        const message = `Salesforce refused a fresh access token. ${fix}`
        throw new RemoteFailure(failing('denied', 'INVALID_SESSION_ID', message))
      }
    }
    const sentAtMs = answeredAtMs(reply, deps.clock) - (deps.clock.monotonicMs() - startedMs)
    return { status: reply.status, json: parsed(reply.text), retryAt: retryAt(reply, deps.clock), sentAtMs }
  }

  return {
    root,
    call,
    deadline,
    session: signal => sessions.session(signal),
    async limits({ ask }, context) {
      if (!ask) return used.last()
      const before = used.last()
      const answer = await call({ kind: 'read', method: 'GET', path: `${root}/limits` }, context)
      // Without the permission View Setup the body is refused, but the header of the refusal says it as well.
      if (!used.read(answer.json) && used.last() === before) demand(answer, 'read')
      return used.last()
    },
  }
}

function parsed(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function retryAt(reply: Reply, clock: Clock): string | null {
  const after = reply.header('retry-after')
  if (after === null) return null
  const atMs = /^\d{1,6}$/.test(after) ? Date.parse(clock.now()) + Number(after) * 1000 : Date.parse(after)
  return Number.isNaN(atMs) ? null : new Date(atMs).toISOString()
}

/** By the answer's own clock; by ours, set well back, when it does not say. */
function answeredAtMs(reply: Reply, clock: Clock): number {
  const saidMs = Date.parse(reply.header('date') ?? '')
  return Number.isNaN(saidMs) ? Date.parse(clock.now()) - clocksDifferMs : saidMs
}

const clocksDifferMs = 60_000
