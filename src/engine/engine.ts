/** What every verb of the engine is given first: the ports, the mappings and the clock, made once in `app.ts`. */
import type { Projection } from '../core/project.ts'
import type { Mapping, Schema } from '../model/mapping.ts'
import type { Clock, CommerceSystem, CommerceWriter, CrmFeed, CrmSystem, Digester, Log, Store } from '../model/ports.ts'

/** How fast the engine works. All durations in milliseconds. */
export type Pace = {
  /** Records taken into one pass; 1,000 is what one claim, five reads and few Salesforce calls carry. */
  readonly passSize: number
  /** Writing calls to Salesforce that may be under way at once in this process while full passes wait. */
  readonly callsInFlight: number
  /** How long a pass may own its rows without renewing them. Every call's time limit is below it. */
  readonly leaseMs: number
  /** The longest a change waits for company when the day's calls run short; never waits while they do not. */
  readonly maxDelayMs: number
  /** The share of the org's daily calls left to other integrations, 0 to 1. */
  readonly reserve: number
  /** Calls that may be spent at once, before the bucket's refill sets the pace. */
  readonly burst: number
  /** How often to look for changes in Salesforce, where values can flow back; each look is one API call. */
  readonly pollMs: number
  /** How often to look for changes of commercetools that no delivery told of; 0 never. */
  readonly sweepMs: number
  /** How often to look for records of whose changes commercetools does not tell; 0 never. */
  readonly dueMs: number
  /** Tries of one record before it is listed as failed (only for failures that may pass by themselves). */
  readonly maxAttempts: number
}

/** What the engine tells the world about itself as it works; metrics and the screen listen. */
export type Observer = {
  pass(report: PassReport): void
  failure(kind: string, code: string): void
  received(form: string, events: number): void
  swept(report: SweepReport): void
}

/** One look for lost deliveries, in figures. */
export type SweepReport = { readonly at: string; readonly listed: number; readonly found: number }

/** One pass, in figures. */
export type PassReport = {
  readonly at: string
  readonly lane: string
  readonly rows: number
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  readonly failed: number
  readonly waiting: number
  readonly review: number
  readonly durationMs: number
  /** From the mark of the oldest row to its save. */
  readonly lagMs: number
}

export type Engine = {
  readonly systems: { readonly commerce: CommerceSystem & CommerceWriter; readonly crm: CrmSystem & CrmFeed }
  readonly store: Store
  readonly mappings: readonly Mapping[]
  readonly digester: Digester
  readonly clock: Clock
  readonly log: Log
  readonly pace: Pace
  readonly observe: Observer
  /** Mappings made ready for the org's describe, once per describe; starts empty. */
  readonly projections: WeakMap<Schema, Map<Mapping, Projection>>
}
