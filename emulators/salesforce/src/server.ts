// The HTTP face: takes requests apart, counts and delays and spoils them as told, and answers only what is written down.

import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { POLICY } from './inspector/frame.ts'
import { inspector, submitted } from './inspector/inspector.ts'
import type { Fault, Operation } from './org/faults.ts'
import type { Held } from './org/in-flight.ts'
import type { Org } from './org/org.ts'
import { clientOf, originOf } from './pubsub/origin.ts'
import type { Call, Reply } from './routes/api.ts'
import { errorReply, ok } from './routes/api.ts'
import { identity, revoke, token } from './routes/auth.ts'
import { claimsOf } from './routes/claims.ts'
import { control } from './routes/control.ts'
import { costOf, dispatch, operationOf, splitUrl } from './routes/dispatch.ts'
import { DROPS, drop, instead, OUTAGE, REPLACES, spoiler, truncate } from './routes/faulty.ts'
import { FIRST_VERSION, LAST_VERSION, mediaProblem, readJson, UNREADABLE, versionProblem } from './routes/incoming.ts'
import { crowdProblem, dayProblem, limitInfo } from './routes/limits.ts'
import { encode, send } from './routes/outgoing.ts'
import { isBody } from './rules/body.ts'
import { allowsDuplicates } from './rules/duplicates.ts'
import { Refusal, refuse } from './rules/refusal.ts'
import type { Actor } from './rules/world.ts'

const BODY_MOST = 50 * 1024 * 1024
/** Of a Bulk upload. */
const FILE_MOST = 150 * 1024 * 1024
/** How often jobs go on while nobody asks. */
const TICK_MS = 250
const URI_MOST = 16 * 1024

type Request = { raw: FastifyRequest; method: string; url: string; path: string; params: URLSearchParams; text: string }
type Outcome = { reply: Reply; cost: number }

export function server(org: Org, baseUrl: () => string): FastifyInstance {
  const app = fastify({
    bodyLimit: FILE_MOST,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    // All paths have one handler, which takes apart what was sent: the router would refuse some before it in its own words.
    rewriteUrl: () => '/',
    http: { maxHeaderSize: 128 * 1024 },
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.setErrorHandler((error, _request, reply) => {
    const message = error instanceof Error ? error.message : String(error)
    const large = error instanceof Error && 'statusCode' in error && error.statusCode === 413
    const body = [{ message, errorCode: large ? 'REQUEST_ENTITY_TOO_LARGE' : 'UNKNOWN_EXCEPTION' }]
    return reply
      .code(large ? 413 : 500)
      .type('application/json;charset=UTF-8')
      .send(JSON.stringify(body))
  })
  const wait = waiter(org)
  const tick = setInterval(() => org.jobs.advance(), TICK_MS).unref()
  app.addHook('onClose', async () => {
    clearInterval(tick)
    wait.stop()
  })
  app.route({
    method: ['GET', 'POST', 'PATCH', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'],
    url: '/',
    handler: (raw, reply) => answer(org, baseUrl, readRequest(raw), reply, wait.ms),
  })
  return app
}

function readRequest(raw: FastifyRequest): Request {
  const url = raw.originalUrl
  const at = url.indexOf('?')
  const path = (at < 0 ? url : url.slice(0, at)).replace(/^\/{2,}/, '/')
  const params = new URLSearchParams(at < 0 ? '' : url.slice(at + 1))
  return { raw, method: raw.method, url, path, params, text: typeof raw.body === 'string' ? raw.body : '' }
}

function isForeign({ headers }: FastifyRequest): boolean {
  return headers.origin !== undefined && headers.origin !== `http://${headers.host}`
}

type Wait = (ms: number) => Promise<void>

/** Delays that end at once when the server closes. */
function waiter(org: Org): { ms: Wait; stop: () => void } {
  const pending = new Map<() => void, () => void>()
  return {
    ms: ms =>
      new Promise(resolve => {
        const callOff = org.clock.after(ms, () => {
          pending.delete(callOff)
          resolve()
        })
        pending.set(callOff, resolve)
      }),
    stop() {
      for (const [callOff, resolve] of pending) {
        callOff()
        resolve()
      }
    },
  }
}

async function answer(
  org: Org,
  baseUrl: () => string,
  request: Request,
  reply: FastifyReply,
  wait: Wait,
): Promise<FastifyReply> {
  const { path, method } = request
  // A page of another site must not steer the org through somebody's browser.
  if (isForeign(request.raw) && (path === '/' || path.startsWith('/__emulator/'))) return reply.code(403).send()
  if (path.startsWith('/__emulator/')) return send(reply, encode(controlled(org, request)))
  if (path === '/') return page(org, request, reply)
  if (path === '/favicon.ico') return reply.code(204).send()

  const target = targetOf(path, request)
  const operation = target.operation
  const fault = org.faults.next(operation)
  const body = parseBody(request)
  const crowded = target.data ? crowdProblem(org) : null
  const ms = crowded ? 0 : delayMs(org, fault, body)
  // What a request holds, it holds from its arrival on: that is when another one may already be at work.
  const leave = ms > 0 && target.data ? org.running.enter(org.now()) : undefined
  const held = ms > 0 || org.inFlight.settings.rate > 0 ? hold(org, request, target, body) : undefined
  if (ms > 0) await wait(ms)
  leave?.()

  let outcome: Outcome
  try {
    const stands = fault !== null && REPLACES.has(fault.do)
    outcome = stands
      ? { reply: instead(fault), cost: 0 }
      : await perform(org, baseUrl(), request, target, body, { fault, held, crowded })
  } finally {
    held?.leave()
  }
  const { cost } = outcome
  const status = outcome.reply.status
  const now = new Date(org.now())
  reply.header('Date', now.toUTCString())
  const at = now.toISOString()
  org.log.add({ at, method, path: request.url, operation, status, cost, ...(fault ? { fault: fault.do } : {}) })

  if (fault && DROPS.has(fault.do)) return drop(reply, fault)
  if (fault?.do === 'html') return send(reply, { status, type: 'text/html; charset=UTF-8', text: OUTAGE, headers: {} })
  const sent = encode(outcome.reply)
  if (operation !== 'token') sent.headers['Sforce-Limit-Info'] = limitInfo(org)
  if (fault?.do === 'truncate') return truncate(reply, sent)
  return send(reply, sent)
}

type Target = { operation: Operation; data: ReturnType<typeof splitUrl> }

function targetOf(path: string, request: Request): Target {
  if (path === '/services/oauth2/token') return { operation: 'token', data: undefined }
  const data = splitQuietly(request.url)
  return { operation: data ? operationOf(data.path) : 'other', data }
}

function splitQuietly(url: string): ReturnType<typeof splitUrl> {
  try {
    return splitUrl(url)
  } catch {
    return undefined
  }
}

function parseBody({ text, raw }: Request): unknown {
  if (text === '' || /x-www-form-urlencoded|text\/csv/.test(raw.headers['content-type'] ?? '')) return undefined
  return readJson(text)
}

function delayMs(org: Org, fault: Fault | null, body: unknown): number {
  const { ms, perRecordMs } = org.latency
  const slow = fault?.do === 'slow' ? (fault.ms ?? 1000) : 0
  return ms + (perRecordMs > 0 ? perRecordMs * recordsIn(body) : 0) + slow
}

function hold(org: Org, { method }: Request, { data }: Target, body: unknown): Held | undefined {
  return data ? org.inFlight.enter(claimsOf(org, method, data.path, body, splitQuietly)) : undefined
}

/** Records that a request writes or names: rows of collections, bodies of single writes, ids of a retrieve. */
function recordsIn(body: unknown): number {
  if (!isBody(body)) return 0
  if (Array.isArray(body.records)) return body.records.length
  if (Array.isArray(body.ids)) return body.ids.length
  if (!Array.isArray(body.compositeRequest)) return 1
  const subs: unknown[] = body.compositeRequest
  return subs.reduce<number>((sum, sub) => sum + (isBody(sub) ? recordsIn(sub.body) : 0), 0)
}

async function perform(
  org: Org,
  base: string,
  request: Request,
  target: Target,
  body: unknown,
  { fault, held, crowded }: { fault: Fault | null; held: Held | undefined; crowded: Refusal | null },
): Promise<Outcome> {
  const { path, method, text, params, raw } = request
  if (target.operation === 'token') {
    if (method !== 'POST')
      return { reply: { status: 405, body: { error: 'invalid_request', error_description: 'must be POST' } }, cost: 0 }
    const reply = await token(org, new URLSearchParams(text), raw.headers.authorization, base)
    return { reply, cost: 0 }
  }
  if (path === '/services/data' || path === '/services/data/') return { reply: ok(versions()), cost: 0 }
  if (path === '/services/oauth2/revoke') {
    return { reply: revoke(org, new URLSearchParams(text).get('token') ?? params.get('token') ?? ''), cost: 0 }
  }
  const bearer =
    /^(?:Bearer|OAuth) (.+)$/i.exec(raw.headers.authorization ?? '')?.[1] ?? params.get('oauth_token') ?? ''
  if (fault?.do === 'expire-session') org.sessions.end(bearer)
  const session = org.sessions.use(bearer)
  if (!session)
    return { reply: errorReply(refuse('INVALID_SESSION_ID', 'Session expired or invalid', [], 401)), cost: 0 }
  if (path === '/services/oauth2/userinfo') return { reply: identity(org, session.userId, base), cost: 0 }
  const who = /^\/id\/\w+\/(\w+)$/.exec(path)?.[1]
  if (who !== undefined) return { reply: identity(org, who, base), cost: 0 }
  if (request.url.length > URI_MOST)
    return { reply: { status: 414, body: [{ message: 'URI Too Long', errorCode: 'URI_TOO_LONG' }] }, cost: 0 }
  if (!target.data)
    return { reply: errorReply(refuse('NOT_FOUND', 'The requested resource does not exist', [], 404)), cost: 0 }
  const problem = versionProblem(target.data.version)
  if (problem) return { reply: errorReply(problem), cost: 0 }
  const shut = crowded ?? dayProblem(org)
  if (shut) return { reply: errorReply(shut), cost: 0 }

  const header = (name: string): string | undefined => {
    const value = raw.headers[name]
    return Array.isArray(value) ? value[0] : value
  }
  const actor: Actor = {
    userId: session.userId,
    version: target.data.version,
    allowDuplicates: allowsDuplicates(header),
    ...(held ? { lock: held.lock, racing: held.racing } : {}),
    ...spoiler(fault),
  }
  const shown = method === 'HEAD' ? 'GET' : method
  if (target.operation !== 'bulk' && text.length > BODY_MOST)
    return {
      reply: { status: 413, body: [{ message: 'Request Entity Too Large', errorCode: 'REQUEST_ENTITY_TOO_LARGE' }] },
      cost: 0,
    }
  org.jobs.advance()
  const call: Call = {
    org: org.seenBy(session.userId),
    method: shown,
    ...target.data,
    header,
    body,
    text,
    actor,
    userId: session.userId,
  }
  const cost = costOf(target.data.path, body)
  const at = org.now()
  org.usage.add(cost, at)
  return { reply: within(call, { calls: [[at, cost]] }), cost }
}

/** One request, one transaction: written before it is answered, or taken back. */
function within(call: Call, facts: { calls: [number, number][] }): Reply {
  const { store } = call.org
  const mark = store.mark()
  let reply: Reply
  try {
    const isUpload = call.method === 'PUT' && call.path.length === 4 && call.path[3] === 'batches'
    const wrongType = call.text === '' ? null : mediaProblem(call.header('content-type'), isUpload ? 'csv' : 'json')
    if (wrongType) throw wrongType
    if (call.body === UNREADABLE && !isUpload)
      throw refuse('JSON_PARSER_ERROR', 'Unexpected character in the body: not JSON')
    reply = dispatch(call)
  } catch (error) {
    store.rollback(mark)
    if (!(error instanceof Refusal)) throw error
    reply = errorReply(error)
  }
  store.commit(facts, originOf('rest', call.version, clientOf(call.header('sforce-call-options'))))
  return reply
}

function versions(): object[] {
  const list: object[] = []
  for (let version = FIRST_VERSION; version <= LAST_VERSION; version++) {
    list.push({ label: `Release ${version}`, url: `/services/data/v${version}.0`, version: `${version}.0` })
  }
  return list
}

function controlled(org: Org, request: Request): Reply {
  const body = parseBody(request)
  org.jobs.advance()
  const mark = org.store.mark()
  try {
    if (body === UNREADABLE) throw refuse('JSON_PARSER_ERROR', 'the body is not JSON')
    const reply = control(org, request.method, request.path.slice('/__emulator/'.length), request.params, body)
    org.store.commit()
    org.jobs.advance()
    return reply
  } catch (error) {
    org.store.rollback(mark)
    if (error instanceof Refusal) return errorReply(error)
    throw error
  }
}

function page(org: Org, request: Request, reply: FastifyReply): FastifyReply {
  const act = (name: string, body: object): Reply =>
    controlled(org, {
      ...request,
      path: `/__emulator/${name}`,
      text: JSON.stringify(body),
      raw: { headers: {} } as FastifyRequest,
    })
  const text =
    request.method === 'POST' ? submitted(org, new URLSearchParams(request.text), act) : inspector(org, request.params)
  const headers = { 'Content-Security-Policy': POLICY, 'Referrer-Policy': 'no-referrer' }
  return send(reply, { status: 200, type: 'text/html; charset=UTF-8', text, headers })
}
