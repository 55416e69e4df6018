/**
 * `GET /{projectKey}/subscriptions/{id}/health`: for monitors, without a token; 200 for Healthy, 400 for both
 * configuration errors, 503 for TemporaryError, as the API reference lists them. By key as well, and with the status as
 * body: assumed, the reference names neither.
 */
import type { FastifyInstance } from 'fastify'
import type { Dispatcher } from '../deliveries/dispatcher.ts'
import type { HealthStatus, Subscription } from '../model/entities.ts'
import { malformedJson } from '../model/errors.ts'
import { isObject, optionalText, text } from '../model/json.ts'
import type { World } from '../store/world.ts'
import { find, kindOf } from './api.ts'

const STATUS: Record<HealthStatus, number> = {
  Healthy: 200,
  ConfigurationError: 400,
  ConfigurationErrorDeliveryStopped: 400,
  TemporaryError: 503,
}
const STANDS = { working: 'taken', misconfigured: 'misconfigured', unavailable: 'unavailable' } as const

export function health(app: FastifyInstance, world: World, deliveries: Dispatcher) {
  const subscription = (projectKey: string, ref: string): Subscription => {
    const kind = kindOf({ params: { resource: 'subscriptions' } })
    // The kind of subscriptions finds subscriptions.
    return find(kind, world.project(projectKey), ref) as Subscription
  }

  app.get<{ Params: { projectKey: string; ref: string } }>(
    '/:projectKey/subscriptions/:ref/health',
    async (request, reply) => {
      deliveries.tick()
      const { status } = subscription(request.params.projectKey, request.params.ref)
      return reply.status(STATUS[status]).send({ status })
    },
  )

  app.post('/__emulator/destinations', async request => {
    if (!isObject(request.body)) throw malformedJson('Expected a JSON object')
    const projectKey = optionalText(request.body, 'projectKey') ?? [...world.projects.keys()][0] ?? ''
    const named = text(request.body, 'is')
    const state = Object.entries(STANDS).find(([name]) => name === named)?.[1]
    if (!state) throw malformedJson(`is: must be one of ${Object.keys(STANDS).join(', ')}`)
    const found = subscription(projectKey, text(request.body, 'subscription'))
    deliveries.stand(found, state)
    return { subscription: found.id, is: named }
  })

  const confirm = async (token: string) => {
    if (deliveries.confirm(token)) return { confirmed: true }
    throw malformedJson('token: nothing was asked with this token')
  }
  app.get<{ Params: { token: string } }>('/__emulator/confirm/:token', async request => confirm(request.params.token))
  app.post<{ Params: { token: string } }>('/__emulator/confirm/:token', async request => confirm(request.params.token))
}
