/** The HTTP server around the API: correlation ids, the request log, latency, faults and error answers. */
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { ApiError, concurrentModification, malformedJson, notFound } from '../model/errors.ts'
import type { World } from '../store/world.ts'
import { find, kindOf } from './api.ts'
import type { Fault, Faults, Operation } from './faults.ts'
import type { Requests } from './requests.ts'

export type Latency = { ms: number; perRecordMs: number }

const BODY_LIMIT = 16 * 1024 * 1024
/** A query by 500 ids makes a URL of 20 KB. */
const HEADER_LIMIT = 64 * 1024

declare module 'fastify' {
  interface FastifyRequest {
    operation: Operation | null
    fault: Fault | null
  }
}

export function server(
  world: World,
  faults: Faults,
  requests: Requests,
  latency: Latency,
  maxUrlBytes: number,
): FastifyInstance {
  const app = fastify({
    bodyLimit: BODY_LIMIT,
    http: { maxHeaderSize: HEADER_LIMIT },
    forceCloseConnections: true,
    keepAliveTimeout: 60_000,
    routerOptions: { maxParamLength: 1_000 },
    // A path that no route could even be looked up for.
    frameworkErrors: (error, _request, reply: FastifyReply) => {
      const known = asApiError(error)
      reply.status(known.statusCode).send(known.body())
    },
  })
  app.decorateRequest('operation', null)
  app.decorateRequest('fault', null)

  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  )
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    if (body === '') return done(null, undefined)
    try {
      if (tooDeep(String(body))) return done(malformedJson(`nested more than ${DEEPEST} levels deep`))
      done(null, JSON.parse(String(body)))
    } catch (error) {
      done(malformedJson(error instanceof Error ? error.message : 'not JSON'))
    }
  })

  app.addHook('onRequest', async (request, reply) => {
    const correlation = request.headers['x-correlation-id']
    reply.header('x-correlation-id', typeof correlation === 'string' ? correlation : `projects-${request.id}`)
    request.operation = operationOf(request)
    if (request.operation === null) return
    if (request.url.length > maxUrlBytes) {
      return reply
        .status(414)
        .type('text/html')
        .send('<html><head><title>414 Request-URI Too Large</title></head></html>')
    }
    request.fault = faults.meet(request.operation)
    await passTime(request)
  })

  app.addHook('preHandler', async (request, reply) => {
    const { fault } = request
    if (fault?.do === 'conflict') refuseAsStale(request, world)
    const done = fault ? misbehave(fault, request, reply) : undefined
    if (done && UNANSWERED.includes(fault?.do ?? '')) log(request, 0)
    return done
  })

  app.addHook('onSend', async (request, reply, payload) => {
    const { fault } = request
    if (latency.perRecordMs > 0 && request.operation === 'query' && typeof payload === 'string') {
      const count = Number(/"count":(\d+)/.exec(payload.slice(0, 200))?.[1] ?? 0)
      await wait(count * latency.perRecordMs)
    }
    if (fault?.do === 'commit-then-drop') request.raw.socket.destroy()
    if (fault?.do === 'truncate' && typeof payload === 'string') {
      log(request, reply.statusCode)
      const bytes = Buffer.from(payload)
      reply.hijack()
      reply.raw.writeHead(reply.statusCode, { 'content-type': 'application/json', 'content-length': bytes.length })
      reply.raw.write(bytes.subarray(0, bytes.length >> 1), () => request.raw.socket.destroy())
      // Fastify must not write its own answer after this half of one.
      return new Promise<never>(() => undefined)
    }
    return payload
  })

  app.addHook('onResponse', async (request, reply) => log(request, reply.statusCode))

  app.setErrorHandler((error, _request, reply) => {
    const known = error instanceof ApiError ? error : asApiError(error)
    if (known.statusCode === 401) reply.header('www-authenticate', 'Bearer realm="emulator", error="invalid_token"')
    return reply.status(known.statusCode).send(known.body())
  })
  app.setNotFoundHandler((request, reply) => {
    const body = notFound(`The path '${request.url.split('?')[0]}' does not exist.`).body()
    return reply.status(404).send(body)
  })
  return app

  function log(request: FastifyRequest, status: number) {
    if (request.operation === null) return
    requests.add({
      at: world.clock.iso(),
      method: request.method,
      path: request.url,
      operation: request.operation,
      status,
    })
    request.operation = null
  }

  async function passTime({ fault }: FastifyRequest) {
    if (latency.ms > 0) await wait(latency.ms)
    if (fault?.do === 'slow') await wait(fault.ms ?? 1_000)
  }
}

/** What is read can be deeper than what can be written again, and would spoil every list that it is part of. */
const DEEPEST = 200

function tooDeep(text: string): boolean {
  if (text.length < DEEPEST * 2) return false
  let depth = 0
  let quoted = false
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at]
    if (quoted) {
      if (letter === '\\') at += 1
      else if (letter === '"') quoted = false
    } else if (letter === '"') quoted = true
    else if (letter === '{' || letter === '[') {
      depth += 1
      if (depth > DEEPEST) return true
    } else if (letter === '}' || letter === ']') depth -= 1
  }
  return false
}

const UNANSWERED = ['drop-before', 'connection-reset', 'hang']

/** Answers in the handler's place; undefined lets the handler do its work. */
function misbehave(fault: Fault, request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
  switch (fault.do) {
    case 'status': {
      const status = fault.status ?? 503
      const message = `The emulator was told to answer ${status}.`
      return reply
        .status(status)
        .send({ statusCode: status, message, errors: [{ code: CODES[status] ?? 'General', message }] })
    }
    case 'throttle': {
      reply.header('retry-after', String(Math.max(1, Math.ceil((fault.ms ?? 1_000) / 1000))))
      const message = 'Too many requests.'
      const statusCode = fault.status ?? 429
      return reply.status(statusCode).send({ statusCode, message, errors: [{ code: 'OverCapacity', message }] })
    }
    case 'html':
      return reply
        .status(fault.status ?? 502)
        .type('text/html')
        .send('<html><body><h1>502 Bad Gateway</h1></body></html>')
    case 'drop-before':
      reply.hijack()
      request.raw.socket.destroy()
      return reply
    case 'connection-reset':
      reply.hijack()
      request.raw.socket.resetAndDestroy()
      return reply
    case 'hang':
      reply.hijack()
      if (fault.ms !== undefined) setTimeout(() => request.raw.socket.destroy(), fault.ms).unref()
      return reply
    default:
      return undefined
  }
}

const CODES: Record<number, string> = {
  400: 'InvalidInput',
  401: 'invalid_token',
  403: 'insufficient_scope',
  404: 'ResourceNotFound',
  429: 'OverCapacity',
  500: 'General',
  502: 'BadGateway',
  503: 'OverCapacity',
  504: 'QueryTimedOut',
}

/** As if somebody else had changed the resource in between: the version shown is the present one. */
function refuseAsStale(request: FastifyRequest, world: World) {
  const { projectKey, resource, ref } = request.params as Partial<Record<string, string>>
  if (request.operation !== 'update' && request.operation !== 'delete') return
  if (projectKey === undefined || resource === undefined || ref === undefined) return
  const row = find(kindOf({ params: { resource } }), world.project(projectKey), ref)
  throw concurrentModification(row.id, row.version - 1, row.version)
}

function operationOf({ method, url }: FastifyRequest): Operation | null {
  const path = url.split('?')[0] ?? ''
  if (path === '/' || path.startsWith('/__emulator')) return null
  if (path === '/oauth/token') return 'token'
  const parts = path.split('/').length - 1
  if (method === 'GET' || method === 'HEAD') return parts === 2 ? 'query' : 'get'
  if (method === 'DELETE') return 'delete'
  return parts === 2 ? 'create' : 'update'
}

const wait = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))

function asApiError(error: unknown): ApiError {
  const { statusCode = 500, message = 'Internal error' } = error as { statusCode?: number; message?: string }
  if (statusCode === 413) return new ApiError(413, [{ code: 'ContentTooLarge', message }])
  if (statusCode < 500) return new ApiError(statusCode, [{ code: 'InvalidInput', message }])
  console.error(error)
  return new ApiError(500, [{ code: 'General', message: 'The emulator failed; its standard error says why.' }])
}
