/** Placeholder. */
import type { FastifyInstance } from 'fastify'
import type { Dispatcher } from '../deliveries/dispatcher.ts'
import type { World } from '../store/world.ts'
export function inspector(_app: FastifyInstance, _world: World, _deliveries: Dispatcher) {}
