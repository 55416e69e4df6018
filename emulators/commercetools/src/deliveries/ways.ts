/** How deliveries go when nothing is said, and what may be said: disturbances, patience, handshakes, schemas. */
import type { EventGridSchema } from './envelope.ts'
import type { HandshakeRule } from './handshake.ts'
import { PATIENCE, type Patience } from './health.ts'

export type Disturbance = {
  doubleRate: number
  shuffle: boolean
  delayRate: number
  delayMs: number
  loseRate: number
  seed: number
}
export const CALM: Disturbance = { doubleRate: 0, shuffle: false, delayRate: 0, delayMs: 0, loseRate: 0, seed: 1 }

export type Ways = Patience & { handshake: HandshakeRule; eventGridSchema: EventGridSchema }
export const USUAL: Ways = { ...PATIENCE, handshake: 'send', eventGridSchema: 'CloudEventSchemaV1_0' }
