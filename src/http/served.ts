/** What the way in is given: the engine and what the running process knows about itself. */
import type { Consumer } from '../engine/consume.ts'
import type { Drain } from '../engine/drain.ts'
import type { Engine } from '../engine/engine.ts'
import type { Instant } from '../model/resource.ts'
import type { Metrics } from './metrics.ts'
import type { TokenCheck } from './oidc.ts'

/** Who may call the API: a name, for the record, and the secret. */
export type ApiToken = { readonly name: string; readonly token: string }

export type Served = {
  readonly engine: Engine
  /** Null in a process that only takes deliveries in. */
  readonly drain: Drain | null
  /** Null where deliveries come over HTTP only, and in a process that takes none in. */
  readonly queue: Consumer | null
  readonly metrics: Metrics
  /** Why this process is not ready; empty when it is. */
  readonly unready: () => Promise<readonly string[]>
  readonly about: {
    readonly version: string
    readonly roles: readonly string[]
    readonly startedAt: Instant
    readonly org: () => string | null
  }
  readonly access: {
    readonly host: string
    readonly deliverySecret: string | null
    /** Null where no tokens of Pub/Sub push are taken. */
    readonly oidc: TokenCheck | null
    readonly apiTokens: readonly ApiToken[]
  }
  /** Fires when the process stops: streams end. */
  readonly signal: AbortSignal
}
