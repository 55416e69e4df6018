/** The control routes under `/__emulator`: what a test, a demo or a comparison tool does to the emulator itself. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Dispatcher } from '../deliveries/dispatcher.ts'
import type { Disturbance, Ways } from '../deliveries/ways.ts'
import { ApiError, malformedJson, malformedParameter } from '../model/errors.ts'
import {
  isObject,
  type Json,
  type JsonObject,
  optional,
  optionalFlag,
  optionalInteger,
  optionalText,
  text,
} from '../model/json.ts'
import { SCENARIOS } from '../model/scenarios.ts'
import type { Player } from '../player/player.ts'
import { many, type Query } from '../query/page.ts'
import { wire } from '../resources/wire.ts'
import type { World } from '../store/world.ts'
import { kindOf } from './api.ts'
import type { Faults } from './faults.ts'
import type { Requests } from './requests.ts'
import type { Latency } from './server.ts'

export type Controls = {
  world: World
  faults: Faults
  requests: Requests
  latency: Latency
  deliveries: Dispatcher
  people: Player
  reset(): void
}

const MAX_LISTED = 5_000
const END_OF_TIME = Date.parse('9999-12-31T23:59:59Z')
const HANDSHAKES = ['send', 'require', 'skip'] as const
const SCHEMAS = ['CloudEventSchemaV1_0', 'EventGridSchema'] as const

export function control(
  app: FastifyInstance,
  { world, faults, requests, latency, deliveries, people, reset }: Controls,
) {
  app.post('/__emulator/reset', async () => {
    reset()
    return { ok: true }
  })

  app.get<{ Querystring: Query }>('/__emulator/requests', async request =>
    requests.since(Number(many(request.query.since)[0] ?? 0)),
  )

  app.post('/__emulator/faults', async request => faults.set((request.body ?? []) as Json))
  app.get('/__emulator/faults', async () => faults.list())
  app.delete('/__emulator/faults', async () => {
    faults.clear()
    return []
  })

  app.post('/__emulator/clock', async request => {
    const body = bodyOf(request)
    const advanceMs = optionalInteger(body, 'advanceMs')
    if (advanceMs !== undefined && advanceMs < 0) throw malformedJson('advanceMs: time does not go backwards')
    if (world.clock.ms() + (advanceMs ?? 0) > END_OF_TIME)
      throw malformedJson('advanceMs: time ends with the year 9999')
    world.clock.move({ advanceMs, freeze: optionalFlag(body, 'freeze') })
    world.saveClock()
    deliveries.tick()
    return now()
  })
  app.get('/__emulator/clock', async () => now())

  app.post('/__emulator/latency', async request => {
    const body = bodyOf(request)
    latency.ms = number(body, 'ms') ?? 0
    latency.perRecordMs = number(body, 'perRecordMs') ?? 0
    return latency
  })

  app.post('/__emulator/deliveries', async request => {
    const body = bodyOf(request)
    const change: Partial<Disturbance> = {}
    for (const name of ['doubleRate', 'delayRate', 'delayMs', 'loseRate', 'seed'] as const) {
      const value = number(body, name)
      if (value !== undefined) change[name] = value
    }
    const shuffle = optionalFlag(body, 'shuffle')
    if (shuffle !== undefined) change.shuffle = shuffle
    const changed = ways(body)
    const to = receiver(body)
    deliveries.disturb(change)
    if (Object.keys(changed).length > 0) deliveries.arrange(changed)
    if ('deliverTo' in body) deliveries.deliverTo(to, optionalText(body, 'deliverToken'))
    return deliveries.counts()
  })
  app.get('/__emulator/deliveries', async () => deliveries.counts())

  app.post('/__emulator/play', async request => {
    const body = bodyOf(request)
    const named = text(body, 'scenario')
    const scenario = SCENARIOS.find(each => each === named)
    if (!scenario) throw malformedJson(`scenario: must be one of ${SCENARIOS.join(', ')}`)
    const projectKey = optionalText(body, 'projectKey') ?? [...world.projects.keys()][0] ?? ''
    world.project(projectKey)
    const rate = number(body, 'rate') ?? 1
    if (rate <= 0) throw malformedJson('rate: must be above 0')
    const customers = optionalInteger(body, 'customers') ?? people.known()
    const steps = optionalInteger(body, 'steps') ?? null
    const started = people.start({ scenario, seed: number(body, 'seed') ?? 1, rate, customers, steps, projectKey })
    if (!started)
      throw new ApiError(409, [{ code: 'InvalidOperation', message: 'A scenario is playing; stop it first.' }])
    return people.progress()
  })
  app.get('/__emulator/play', async () => people.progress())
  app.delete('/__emulator/play', async () => {
    people.stop()
    return people.progress()
  })

  app.get<{ Params: { projectKey: string; resource: string }; Querystring: Query }>(
    '/__emulator/resources/:projectKey/:resource',
    async request => {
      const rows = kindOf(request).table(world.project(request.params.projectKey))
      const after = many(request.query.after)[0] ?? ''
      const limit = Number(many(request.query.limit)[0] ?? MAX_LISTED)
      if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LISTED) {
        throw malformedParameter('limit', `must be between 1 and ${MAX_LISTED}.`)
      }
      const results = rows.byId
        .from(row => row.id <= after)
        .take(limit)
        .map(wire)
        .toArray()
      return { count: results.length, total: rows.size(), results }
    },
  )

  const now = () => ({ now: world.clock.iso(), ...world.clock.state() })
}

function bodyOf(request: FastifyRequest): JsonObject {
  if (!isObject(request.body)) throw malformedJson('Expected a JSON object')
  return request.body
}

function receiver(body: JsonObject): string | null {
  const url = optionalText(body, 'deliverTo') ?? null
  if (url !== null && !/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw malformedJson('deliverTo: Expected an http or https URL')
  }
  return url
}

function ways(body: JsonObject): Partial<Ways> {
  const change: Partial<Ways> = {}
  for (const name of ['stopAfterMs', 'keepForMs'] as const) {
    const value = number(body, name)
    if (value !== undefined) change[name] = value
  }
  const handshake = optionalText(body, 'handshake')
  if (handshake !== undefined) change.handshake = oneOf('handshake', handshake, HANDSHAKES)
  const schema = optionalText(body, 'eventGridSchema')
  if (schema !== undefined) change.eventGridSchema = oneOf('eventGridSchema', schema, SCHEMAS)
  return change
}

function oneOf<T extends string>(name: string, given: string, allowed: readonly T[]): T {
  const found = allowed.find(each => each === given)
  if (found === undefined) throw malformedJson(`${name}: must be one of ${allowed.join(', ')}`)
  return found
}

function number(body: JsonObject, name: string): number | undefined {
  const value = optional(body, name)
  if (value === undefined) return undefined
  if (typeof value !== 'number') throw malformedJson(`${name}: Expected Number`)
  return value
}
