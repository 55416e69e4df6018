/** What the documentation of business units leaves open, set by a control route; and the passing of time for them. */
import type { FastifyInstance } from 'fastify'
import { malformedJson } from '../model/errors.ts'
import { isObject, optionalFlag, optionalInteger, optionalText } from '../model/json.ts'
import type { World } from '../store/world.ts'

const DELETED = ['stay', 'refuse'] as const

export function units(app: FastifyInstance, world: World) {
  // Whoever asks after the time has come sees it come; the request that moves the clock lets it be told.
  app.addHook('onRequest', async () => world.later.settle())
  app.addHook('onResponse', async () => world.later.settle())

  app.get('/__emulator/units', async () => world.units)
  app.post('/__emulator/units', async request => {
    const body = request.body
    if (!isObject(body)) throw malformedJson('Expected a JSON object')
    const delay = optionalInteger(body, 'inheritanceDelayMs')
    if (delay !== undefined && delay < 0) throw malformedJson('inheritanceDelayMs: must not be below 0')
    const named = optionalText(body, 'deletedCustomers')
    const deleted = DELETED.find(each => each === named)
    if (named !== undefined && !deleted) throw malformedJson(`deletedCustomers: must be one of ${DELETED.join(', ')}`)
    world.units = {
      inheritanceDelayMs: delay ?? world.units.inheritanceDelayMs,
      inheritanceRaisesVersion: optionalFlag(body, 'inheritanceRaisesVersion') ?? world.units.inheritanceRaisesVersion,
      deletedCustomers: deleted ?? world.units.deletedCustomers,
    }
    return world.units
  })
}
