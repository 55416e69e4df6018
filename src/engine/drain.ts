/**
 * The worker's loop: claim, sync, again; at once when something was marked, and never faster than the budget allows. While
 * full passes wait, several are under way together: a call that is on its way costs nothing but patience.
 */
import { gate } from '../lib/gate.ts'
import { type Claim, type RemoteLimits, StoreDown } from '../model/ports.ts'
import { type Instant, lanes, type Side } from '../model/resource.ts'
import { objectsOf } from './consider.ts'
import type { Engine, PassReport } from './engine.ts'
import { type Bucket, bucket } from './pace.ts'
import { type Pass, sync } from './sync.ts'

export type DrainState = {
  /** Why nothing is sent at the moment, and until when; null when all is well. */
  readonly paused: {
    readonly until: Instant
    readonly is: string
    readonly code: string
    readonly message: string
  } | null
  readonly passes: { readonly count: number; readonly rows: number; readonly sizes: readonly number[] }
  readonly recent: readonly PassReport[]
  readonly budget: RemoteLimits
  readonly lastPassAt: Instant | null
}

export type Drain = {
  /** Something was marked: look now. */
  wake(): void
  /** Settles when the signal fired and the last pass is over. */
  readonly done: Promise<void>
  state(): DrainState
}

/** Other processes mark too, and waiting rows fall due: look at least this often. */
const lookEveryMs = 500
/** While changes wait for company, how often to see whether a pass is full. */
const gatherEveryMs = 50
/** So many changes that wait when a pass could begin, and so many more with each look: a flood, which would empty the bucket in seconds. */
const flood = { waiting: 20, more: 5 } as const
/** A flood is over after so many looks without more; after a start, when senders come back one by one, after these. */
const looksWithoutMore = { usual: 2, first: 5 } as const
/** A describe older than this is taken again, so that new fields and picklist values are seen. */
const describeEveryMs = 900_000
/** Passes that may be read and planned, or saved, beside those whose calls are away: else calls would wait for them. */
const preparing = 2
/** While passes are under way, how often to see whether another one is full. */
const lookWhileBusyMs = 100
/** After the database did not answer, or a pass broke off. */
const restMs = 1_000
/** A pause is looked at again so often: it may have been made longer. */
const longestSleepMs = 1_000
const sizesKept = 1_000
const reportsKept = 20
const sides: readonly Side[] = ['commerce', 'crm']

/** A latch: `wait` returns when woken or after the time, whichever is first. */
function alarm(engine: Engine, signal: AbortSignal) {
  let ring = new AbortController()
  let rung = false
  return {
    wake() {
      rung = true
      ring.abort()
    },
    async wait(ms: number): Promise<void> {
      if (!rung) await engine.clock.sleep(ms, AbortSignal.any([signal, ring.signal])).catch(() => undefined)
      rung = false
      ring = new AbortController()
    },
  }
}

/** What the passes so far say: figures for the screen, and whether the lanes must rest. */
function history(engine: Engine) {
  const sizes: number[] = []
  const recent: PassReport[] = []
  let paused: DrainState['paused'] = null
  let count = 0
  let rows = 0
  let troubles = 0
  return {
    /** Passes in a row that failed as a whole. */
    get troubles() {
      return troubles
    },
    /** No pass has ended yet. */
    get isNew() {
      return count === 0
    },
    /** `before` is what `troubles` was when the pass began: passes that fail together are one trouble. */
    enter({ report, pause }: Pass, before: number): void {
      count++
      rows += report.rows
      sizes.push(report.rows)
      recent.unshift(report)
      if (sizes.length > sizesKept) sizes.shift()
      if (recent.length > reportsKept) recent.pop()
      if (pause === null) {
        // One that was under way when another one failed says nothing about that trouble.
        if (before !== troubles) return
        troubles = 0
        paused = null
        return
      }
      troubles = Math.max(troubles, before + 1)
      if (paused !== null && paused.until >= pause.until) return
      const { is, code, message } = pause.failure
      paused = { until: pause.until, is, code, message }
      engine.log.warn({ ...paused }, 'paused: nothing is lost, work goes on by itself')
    },
    /** Milliseconds left of a pause. It is told until a pass goes well. */
    pausedMs: (): number =>
      paused === null ? 0 : Math.max(0, Date.parse(paused.until) - Date.parse(engine.clock.now())),
    state: () => ({
      paused,
      passes: { count, rows, sizes: [...sizes] },
      recent: [...recent],
      lastPassAt: recent[0]?.at ?? null,
    }),
  }
}

/** Starts the loop. It ends when the signal fires; passes under way are finished first. */
export function drain(engine: Engine, { signal }: { readonly signal: AbortSignal }): Drain {
  const { clock, store, pace, log } = engine
  const tokens: Bucket = bucket(pace)
  const past = history(engine)
  const marked = alarm(engine, signal)
  const ended = alarm(engine, signal)
  const underWay = new Set<Promise<void>>()
  const calls = gate(pace.callsInFlight)
  let budget: RemoteLimits = null
  let turns = 0
  let beganMs = 0
  let restUntilMs = 0
  let describedMs = clock.monotonicMs()

  /**
   * Waits for company while the pass is not full: when calls are short, and in a flood, in which they soon would be. The first
   * change after a start may be the first of all that came meanwhile.
   */
  const gather = async (found: number): Promise<void> => {
    const startedMs = clock.monotonicMs()
    const delayMs = tokens.delayMs(startedMs)
    let due = found
    let waiting = 0
    let calm = 0
    while (!signal.aborted) {
      calm = due - waiting < flood.more ? calm + 1 : 0
      waiting = due
      const elapsedMs = clock.monotonicMs() - startedMs
      const looks = past.isNew ? looksWithoutMore.first : looksWithoutMore.usual
      const isFlood = (past.isNew || due >= flood.waiting) && calm < looks && elapsedMs < pace.maxDelayMs
      if (due >= pace.passSize || (elapsedMs >= delayMs && !isFlood)) return
      const restMs = isFlood ? gatherEveryMs : Math.min(gatherEveryMs, delayMs - elapsedMs)
      await clock.sleep(restMs, signal).catch(() => undefined)
      due = await store.due('commerce', lanes, pace.passSize)
    }
  }

  /** Both sides in turn, so that a flood on one does not hold up the other. */
  const inTurn = (): readonly Side[] => (turns++ % 2 === 0 ? sides : sides.toReversed())

  /**
   * Where the next pass may come from; nowhere yet while another one is under way. Two that share what one could carry
   * would cost two calls, so a further one begins when it is full, or when the last one has been away for so long that
   * waiting for it would be worse.
   */
  const from = async (): Promise<readonly Side[]> => {
    if (underWay.size === 0) {
      const due = await store.due('commerce', lanes, pace.passSize)
      if (due > 0) await gather(due)
      return inTurn()
    }
    if (underWay.size >= pace.callsInFlight + preparing) return []
    for (const side of inTurn()) if ((await store.due(side, lanes, pace.passSize)) >= pace.passSize) return [side]
    return clock.monotonicMs() - beganMs >= pace.maxDelayMs ? inTurn() : []
  }

  const describeAgain = async (correlationId: string): Promise<void> => {
    if (clock.monotonicMs() - describedMs < describeEveryMs) return
    describedMs = clock.monotonicMs()
    // A describe that fails now is taken again by the pass itself, which knows what to do then.
    await engine.systems.crm
      .schema(objectsOf(engine.mappings), { refresh: true }, { correlationId, signal })
      .catch(() => undefined)
  }

  const pass = async (claim: Claim, leaseStartMs: number): Promise<void> => {
    const { troubles } = past
    await describeAgain(claim.token)
    const done = await sync(engine, claim, { leaseStartMs, troubles, calls, signal: new AbortController().signal })
    budget = await engine.systems.crm.limits({ ask: false }, { correlationId: claim.token, signal })
    tokens.spent(budget, clock.monotonicMs())
    log.info({ ...done.report, correlationId: claim.token }, 'pass')
    past.enter(done, troubles)
  }

  /** The lease of a pass that broke off runs out by itself and its rows come back as uncertain. */
  const broke = (error: unknown): void => {
    if (signal.aborted) return
    const { name, message, stack = null } = error instanceof Error ? error : new Error(String(error))
    const down = error instanceof StoreDown
    restUntilMs = clock.monotonicMs() + restMs
    log.error(
      { name, message, stack: down ? null : stack },
      down ? 'the database does not answer; trying again' : 'a pass broke off; its records come back',
    )
  }

  const begin = (claim: Claim, leaseStartMs: number): void => {
    beganMs = clock.monotonicMs()
    const flight = pass(claim, leaseStartMs)
      .catch(broke)
      .finally(() => {
        underWay.delete(flight)
        // What it gave back may be due at once.
        marked.wake()
        ended.wake()
      })
    underWay.add(flight)
  }

  /** One look; true when there was work, or when it is known how long there will be none. */
  const turn = async (): Promise<boolean> => {
    const leftMs = Math.max(past.pausedMs(), restUntilMs - clock.monotonicMs())
    if (leftMs > 0) {
      await clock.sleep(Math.min(leftMs, longestSleepMs), signal).catch(() => undefined)
      return true
    }
    const some = await from()
    if (signal.aborted) return false
    // Asked also when nothing is due: a claim is what takes rows back from a worker that died.
    for (const side of some) {
      const leaseStartMs = clock.monotonicMs()
      const claim = await store.claim({ side, limit: pace.passSize, leaseMs: pace.leaseMs, lanes })
      if (claim === null) continue
      begin(claim, leaseStartMs)
      return true
    }
    return false
  }

  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      const worked = await turn().catch(error => broke(error))
      if (worked === false) await (underWay.size === 0 ? marked.wait(lookEveryMs) : ended.wait(lookWhileBusyMs))
    }
    await Promise.all(underWay)
  }

  return { wake: marked.wake, done: loop(), state: () => ({ ...past.state(), budget }) }
}
