/** What the connection to commercetools is made from. */
import type { Clock, Log } from '../../model/ports.ts'

/** One project and the API client that reads it. */
export type ProjectOptions = {
  readonly key: string
  readonly clientId: string
  readonly clientSecret: string
  /** Without a path: `https://auth.europe-west1.gcp.commercetools.com`. */
  readonly authUrl: string
  readonly apiUrl: string
  /** Asked for with the token; empty takes all that the API client has. */
  readonly scopes: readonly string[]
}

export type Options = {
  readonly projects: readonly ProjectOptions[]
  /** The time limit of one HTTP call, its body included; 20 seconds. Stay below the engine's lease. */
  readonly timeoutMs?: number
  /** HTTP calls in flight over all projects; 8. */
  readonly concurrency?: number
  /** How far behind now a listing stops, so that a change still being committed is not passed over; one minute. */
  readonly lagMs?: number
  /** Resource types that `check` asks for permission to read; customers and their groups. */
  readonly types?: readonly string[]
  /** Types of messages that are read along with what they are about: no version says that one is known already. */
  readonly messages?: readonly string[]
  /** Resource types that `check` asks for permission to change; none. */
  readonly writes?: readonly string[]
}

export type Deps = { readonly clock: Clock; readonly log: Log }

export const defaults = {
  timeoutMs: 20_000,
  concurrency: 8,
  lagMs: 60_000,
  types: ['customer', 'customer-group'],
  writes: [],
} as const
