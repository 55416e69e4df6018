/** The worker's loop: claim, sync, again; at once when something was marked, and never faster than the budget allows. */
import { type Claim, type RemoteLimits, StoreDown } from '../model/ports.ts'
import { type Instant, lanes, type Side } from '../model/resource.ts'
import type { Engine, PassReport } from './engine.ts'
import { type Bucket, bucket } from './pace.ts'
import { sync } from './sync.ts'

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
/** A describe older than this is taken again, so that new fields and picklist values are seen. */
const describeEveryMs = 900_000
const sizesKept = 1_000
const reportsKept = 20

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

/** Starts the loop, once `ready` settles. It ends when the signal fires; a pass in flight is finished first. */
export function drain(
  engine: Engine,
  options: { readonly signal: AbortSignal; readonly ready?: Promise<unknown> },
): Drain {
  const { signal, ready } = options
  const { clock, store, pace, log } = engine
  const tokens: Bucket = bucket(pace)
  const bell = alarm(engine, signal)
  const sizes: number[] = []
  const recent: PassReport[] = []
  let paused: DrainState['paused'] = null
  let count = 0
  let rows = 0
  let budget: RemoteLimits = null
  let troubles = 0
  let turns = 0
  let describedMs = clock.monotonicMs()

  const enter = (report: PassReport): void => {
    count++
    rows += report.rows
    sizes.push(report.rows)
    recent.unshift(report)
    if (sizes.length > sizesKept) sizes.shift()
    if (recent.length > reportsKept) recent.pop()
  }

  /** Waits for company while calls are short and the pass is not full. */
  const gather = async (): Promise<void> => {
    const delayMs = tokens.delayMs(clock.monotonicMs())
    const startedMs = clock.monotonicMs()
    while (!signal.aborted && clock.monotonicMs() - startedMs < delayMs) {
      if ((await store.due('commerce', lanes, pace.passSize)) >= pace.passSize) return
      await clock.sleep(Math.min(gatherEveryMs, delayMs), signal).catch(() => undefined)
    }
  }

  /** Both sides in turn, so that a flood on one does not hold up the other. */
  const claimNext = async (): Promise<Claim | null> => {
    turns++
    const sides: readonly Side[] = turns % 2 === 0 ? ['crm', 'commerce'] : ['commerce', 'crm']
    for (const side of sides) {
      const claim = await store.claim({ side, limit: pace.passSize, leaseMs: pace.leaseMs, lanes })
      if (claim !== null) return claim
    }
    return null
  }

  /** One turn; true when there was work. */
  const turn = async (): Promise<boolean> => {
    if (paused !== null) {
      const leftMs = Date.parse(paused.until) - Date.parse(clock.now())
      if (leftMs > 0) {
        await clock.sleep(Math.min(leftMs, 1_000), signal).catch(() => undefined)
        return true
      }
    }
    if ((await store.due('commerce', lanes, 1)) > 0) await gather()
    if (signal.aborted) return false
    // Asked also when nothing is due: a claim is what takes rows back from a worker that died.
    const leaseStartMs = clock.monotonicMs()
    const claim = await claimNext()
    if (claim === null) return false
    await describeAgain(claim.token)
    const { report, pause } = await sync(engine, claim, {
      leaseStartMs,
      troubles,
      signal: new AbortController().signal,
    })
    budget = await engine.systems.crm.limits({ ask: false }, { correlationId: claim.token, signal })
    tokens.spent(budget, clock.monotonicMs())
    enter(report)
    log.info({ ...report, correlationId: claim.token }, 'pass')
    troubles = pause === null ? 0 : troubles + 1
    paused =
      pause === null
        ? null
        : { until: pause.until, is: pause.failure.is, code: pause.failure.code, message: pause.failure.message }
    if (paused !== null) log.warn({ ...paused }, 'paused: nothing is lost, work goes on by itself')
    return true
  }

  const describeAgain = async (correlationId: string): Promise<void> => {
    if (clock.monotonicMs() - describedMs < describeEveryMs) return
    describedMs = clock.monotonicMs()
    const objects = engine.mappings.flatMap(mapping => mapping.parts.map(part => part.object))
    // A describe that fails now is taken again by the pass itself, which knows what to do then.
    await engine.systems.crm
      .schema([...new Set(objects)], { refresh: true }, { correlationId, signal })
      .catch(() => undefined)
  }

  const loop = async (): Promise<void> => {
    await Promise.race([ready, new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }))])
    while (!signal.aborted) {
      try {
        if (!(await turn())) await bell.wait(lookEveryMs)
      } catch (error) {
        if (signal.aborted) return
        // The lease of a pass that broke off runs out by itself and its rows come back as uncertain.
        const down = error instanceof StoreDown
        log.error(
          {
            name: (error as Error).name,
            message: (error as Error).message,
            stack: down ? null : ((error as Error).stack ?? null),
          },
          down ? 'the database does not answer; trying again' : 'a pass broke off; its records come back',
        )
        await clock.sleep(1_000, signal).catch(() => undefined)
      }
    }
  }

  return {
    wake: bell.wake,
    done: loop(),
    state: () => ({
      paused,
      passes: { count, rows, sizes: [...sizes] },
      recent: [...recent],
      budget,
      lastPassAt: recent[0]?.at ?? null,
    }),
  }
}
