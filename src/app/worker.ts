/** The worker of this process: it begins when the org has been reached and is the one that the database serves. */
import { type Drain, type DrainState, drain } from '../engine/drain.ts'
import type { Engine } from '../engine/engine.ts'
import { RemoteFailure } from '../model/outcome.ts'
import { WrongDatabase } from '../model/ports.ts'

/** The loop before and after it begins, as one: the way in is there earlier than the org. */
export function worker(engine: Engine, signal: AbortSignal): Drain & { begin(): void } {
  const idle: DrainState = {
    paused: null,
    passes: { count: 0, rows: 0, sizes: [] },
    recent: [],
    budget: null,
    lastPassAt: null,
  }
  let begun: Drain | null = null
  return {
    begin() {
      begun ??= drain(engine, { signal })
    },
    wake: () => begun?.wake(),
    get done() {
      return begun?.done ?? Promise.resolve()
    },
    state: () => begun?.state() ?? idle,
  }
}

const againMs = 5_000
/** Wrong credentials again and again lock an integration user out. */
const againWhenDeniedMs = 60_000

export type Binding = {
  org(): string | null
  /** Why the org is not bound yet; null when it is. */
  why(): string | null
  /** The first try is over, whatever came of it. */
  readonly tried: Promise<void>
  /** Settles when bound, when it never can be, or when the signal fires. */
  readonly done: Promise<void>
  /** The database serves another org: nothing but a person can help. */
  broken(): WrongDatabase | null
}

/** Reaches the org, again and again, and binds the database to it. */
export function bind(engine: Engine, signal: AbortSignal, bound: () => void): Binding {
  const { systems, store, clock, log } = engine
  let org: string | null = null
  let why: string | null = 'Salesforce has not been reached yet'
  let broken: WrongDatabase | null = null
  const tried = Promise.withResolvers<void>()

  /** Null when there is nothing more to do, else when to try again. */
  const attempt = async (): Promise<number | null> => {
    try {
      org = await systems.crm.orgId({ correlationId: 'start', signal })
      await store.bind(org, systems.commerce.projects)
      why = null
      log.info({ org, projects: [...systems.commerce.projects] }, 'reached the org')
      bound()
      return null
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      why = error instanceof RemoteFailure ? `Salesforce: ${message}` : message
      if (error instanceof WrongDatabase) broken = error
      else if (!signal.aborted) log.warn({ why }, 'nothing is carried over yet; trying again')
      return broken
        ? null
        : error instanceof RemoteFailure && error.failure.is === 'denied'
          ? againWhenDeniedMs
          : againMs
    }
  }

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      const waitMs = await attempt()
      tried.resolve()
      if (waitMs === null) return
      await clock.sleep(waitMs, signal).catch(() => undefined)
    }
    tried.resolve()
  }
  return { org: () => org, why: () => why, tried: tried.promise, done: run(), broken: () => broken }
}
