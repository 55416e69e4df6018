/** `POST /deliveries/commercetools`: whatever a Subscription's destination forwards, acknowledged once it is stored durably. */
import type { FastifyInstance } from 'fastify'
import { listen } from '../engine/listen.ts'
import { shallowJson } from '../lib/shallowJson.ts'
import { requireDeliveryCredential } from './guard.ts'
import { HttpProblem } from './problem.ts'
import type { Served } from './served.ts'

const bodyLimit = 1_048_576

function parse(body: unknown): unknown {
  const parsed = shallowJson(Buffer.isBuffer(body) ? body.toString('utf8') : '')
  if (parsed !== undefined) return parsed
  throw new HttpProblem(400, 'not-json', 'The body is no JSON.', 'Send what the Subscription delivers, unchanged.')
}

export function deliveries(app: FastifyInstance, served: Served): void {
  const { engine, drain, metrics, access } = served
  app.register(async scope => {
    // Senders name many types (`application/cloudevents+json`, `text/plain` from SNS), or none: all of it is JSON.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) => done(null, body))
    scope.addHook('onResponse', async (_request, reply) => metrics.answered(reply.statusCode))
    scope.post(
      '/deliveries/commercetools',
      {
        bodyLimit,
        schema: {
          summary: 'A delivery of a commercetools Subscription',
          description:
            'Takes the Platform and CloudEvents formats, alone or in the envelope of Pub/Sub push. 204 once stored durably, also for probes and for types nobody maps. Authorization: Bearer with the delivery secret, or ?token=; or the OIDC token of Pub/Sub push, where `deliveries.oidc` in sync.config says whose. 401 without one of them.',
          tags: ['deliveries'],
          querystring: { type: 'object', properties: { token: { type: 'string' } } },
          response: { 204: { type: 'null', description: 'Stored, or understood and not wanted.' } },
        },
        // Before the body is read: a stranger's megabyte is not worth a parse.
        onRequest: request => requireDeliveryCredential(request, access),
      },
      async (request, reply) => {
        const heard = await listen(engine, parse(request.body), { correlationId: request.id })
        if (heard.is === 'bad')
          throw new HttpProblem(400, 'not-a-delivery', heard.why, 'Send what the Subscription delivers, unchanged.')
        if (heard.is === 'ignored') request.log.info({ why: heard.why }, 'delivery ignored')
        else {
          request.log.debug({ events: heard.events, marked: heard.marked, dropped: heard.dropped }, 'delivery stored')
          drain?.wake()
        }
        return reply.status(204).send()
      },
    )
  })
}
