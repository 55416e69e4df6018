/** The way in: deliveries, the API, health and figures, and a page for people, on one port. */
import helmet from '@fastify/helmet'
import swagger from '@fastify/swagger'
import { type FastifyBaseLogger, type FastifyInstance, type FastifySchema, fastify, LogController } from 'fastify'
import { correlationIdOf } from '../lib/correlation.ts'
import type { Log } from '../model/ports.ts'
import type { JsonObject } from '../model/resource.ts'
import { conflicts } from './api/conflicts.ts'
import { failures } from './api/failures.ts'
import { mappings } from './api/mappings.ts'
import { records } from './api/records.ts'
import { relink } from './api/relink.ts'
import { resolveMany } from './api/resolveMany.ts'
import { status } from './api/status.ts'
import { deliveries } from './deliveries.ts'
import { refuseStrangers, requireApiToken } from './guard.ts'
import { health } from './health.ts'
import { page } from './page/page.ts'
import { problems } from './problem.ts'
import type { Served } from './served.ts'

/** Fastify's way of logging, over ours. What it logs of itself is an error or of no interest; `err` never shows values. */
function loggerOver(log: Log): FastifyBaseLogger {
  const fieldsOf = (given: unknown): JsonObject => {
    if (typeof given !== 'object' || given === null) return {}
    if (!('err' in given) || !(given.err instanceof Error)) return given as JsonObject
    const { name, message, stack } = given.err
    return { name, error: message, stack: stack ?? null }
  }
  const line = (write: (fields: JsonObject, message: string) => void) => (given: unknown, message?: string) =>
    write(fieldsOf(given), message ?? (typeof given === 'string' ? given : ''))
  const silent = (): void => undefined
  return {
    level: 'info',
    fatal: line(log.error),
    error: line(log.error),
    warn: line(log.warn),
    info: line(log.info),
    debug: line(log.debug),
    trace: silent,
    silent,
    child: bindings => loggerOver(log.child(fieldsOf(bindings))),
  } as FastifyBaseLogger
}

/** In the document a wildcard is an id: that it may hold a slash is said in words. */
function namedWildcard(schema: FastifySchema): FastifySchema {
  const params = schema?.params as { properties?: Record<string, unknown> } | undefined
  if (params?.properties?.['*'] === undefined) return schema
  const { '*': id, ...others } = params.properties
  return { ...schema, params: { ...params, properties: { ...others, id } } }
}

/** Builds the server; it listens when told. */
export async function server(served: Served): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: loggerOver(served.engine.log),
    genReqId: request => correlationIdOf(request.headers),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'correlationId' }),
    requestTimeout: 30_000,
    forceCloseConnections: true,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true, useDefaults: true } },
    routerOptions: { maxParamLength: 400 },
  })
  // Response schemas are documentation: what is sent is what there is.
  app.setSerializerCompiler(() => data => JSON.stringify(data))
  problems(app)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-correlation-id', request.id)
    refuseStrangers(request, served.access)
  })
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        connectSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    // Plain HTTP on this machine is normal; TLS ends at a proxy, which knows.
    strictTransportSecurity: false,
  })
  await app.register(swagger, {
    transform: ({ schema, url }) => ({ schema: namedWildcard(schema), url: url.replace('*', ':id') }),
    openapi: {
      info: {
        title: 'commercetools-salesforce-sync',
        version: served.about.version,
        description:
          'What the console, the ctsf command and scripts use. Errors are `{ error: { code, message, fix } }`.',
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
  })
  if (served.about.roles.includes('intake')) deliveries(app, served)
  health(app, served)
  page(app, served)
  await app.register(
    async api => {
      api.addHook('onRequest', async request => void requireApiToken(request, served.access))
      api.addHook('onRoute', route => {
        route.schema = { ...route.schema, security: [{ token: [] }] }
      })
      status(api, served)
      records(api, served)
      conflicts(api, served)
      resolveMany(api, served)
      relink(api, served)
      failures(api, served)
      mappings(api, served)
    },
    { prefix: '/api/v1' },
  )
  app.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  return app
}
