/**
 * One pass, from claimed rows to a saved result: READ, project, LOOK UP, match, plan, batch, WRITE, settle, SAVE.
 * This is the story the rest of the project serves; docs/1-tour.md walks through it.
 */

import { type Gate, gate } from '../lib/gate.ts'
import type { Failure, Next } from '../model/outcome.ts'
import { RemoteFailure } from '../model/outcome.ts'
import { type CallContext, type Claim, type ClaimedRow, StoreDown } from '../model/ports.ts'
import { refKey, type Snapshot } from '../model/resource.ts'
import { type CarriedOut, callPause, carryOut, nothingDone, type Work } from './carryOut.ts'
import { consider, type Holding, type ReadRow } from './consider.ts'
import type { Engine, PassReport } from './engine.ts'
import { emptySettlement, freed, line, settled } from './gather.ts'
import { appear } from './guest/appear.ts'
import { guestsOf, seenIn } from './guest/identity.ts'
import { touchHolders } from './guest/touchHolders.ts'
import { letGo } from './letGo.ts'
import { portion } from './portion.ts'
import { quarantine } from './quarantine.ts'
import { read } from './read.ts'
import { syncBack } from './syncBack.ts'
import { touch, touchNamed } from './touch.ts'

export type Pass = { readonly report: PassReport; readonly pause: Extract<Next, { do: 'pause' }> | null }

/** Must be above the time limit of any one remote call, so that no write is sent on a lease that may run out under it. */
const callMarginMs = 35_000
/** How often a snapshot that is older than announced, or a record that is unexpectedly gone, is read again. */
const rereads = 5
/** Above this many rows, "all are gone" means a wrong scope or project rather than a mass deletion. */
const massAbsence = 10

type Sorted = {
  ready: ReadRow[]
  /** Deleted on its side: the mapping's policy applies. */
  gone: ClaimedRow[]
  /** The read is behind what was announced, or the record is gone without a word: read again. */
  behind: ClaimedRow[]
  /** Not there after several reads: listed as failed. */
  lost: ClaimedRow[]
  /** A guest whom no order shows at this moment, though none was deleted: they are a customer's now, or another's. */
  unseen: ClaimedRow[]
}

function sort(
  rows: readonly ClaimedRow[],
  snapshots: readonly Snapshot[],
  isGone: (row: ClaimedRow) => boolean,
  isGuest: (row: ClaimedRow) => boolean,
): Sorted {
  const sorted: Sorted = { ready: [], gone: [], behind: [], lost: [], unseen: [] }
  rows.forEach((row, at) => {
    const snapshot = snapshots[at]
    if (snapshot === undefined || snapshot.state === 'merged') return
    // Nothing is announced of a guest but that an order of theirs changed, or is gone.
    if (isGuest(row)) {
      if (snapshot.state === 'present') sorted.ready.push({ row, snapshot })
      else (row.deleted ? sorted.gone : sorted.unseen).push(row)
      return
    }
    // A record announced as deleted that can still be read is a read that came too early.
    const stale =
      row.deleted || (snapshot.state === 'present' && row.version !== null && snapshot.version < row.version)
    const again = row.attempts < rereads
    if (snapshot.state === 'absent')
      (row.deleted || isGone(row) ? sorted.gone : again ? sorted.behind : sorted.lost).push(row)
    else if (stale && again) sorted.behind.push(row)
    else sorted.ready.push({ row, snapshot })
  })
  return sorted
}

/** Known to be gone: a group still listed them when they left, or an older event came while they were being settled. */
async function goneAlready(
  engine: Engine,
  rows: readonly ClaimedRow[],
  snapshots: readonly Snapshot[],
): Promise<(row: ClaimedRow) => boolean> {
  const absent = rows.filter((row, at) => !row.deleted && snapshots[at]?.state === 'absent')
  const known = await Promise.all(absent.map(row => engine.store.settled(row.ref)))
  const gone = new Set(absent.filter((_, at) => known[at]?.gone))
  return row => gone.has(row)
}

/** Rows that need no plan: reads that came too early, records that are not there. */
async function settleWithoutPlan(engine: Engine, claim: Claim, sorted: Sorted): Promise<boolean> {
  const { behind, lost, unseen } = sorted
  if (behind.length + lost.length + unseen.length === 0) return true
  const settlement = emptySettlement()
  const now = engine.clock.now()
  for (const row of behind) {
    const notBefore = new Date(Date.parse(now) + 100 * 2 ** row.attempts).toISOString()
    settlement.rows.push(freed(row.ref, { notBefore, countsAttempt: true, uncertain: row.uncertain }))
  }
  for (const row of unseen) settlement.rows.push(settled(row.ref, null))
  for (const row of lost) {
    settlement.rows.push(settled(row.ref, row.version))
    const failure = {
      is: 'invalid',
      code: 'NOT_IN_COMMERCE',
      message: 'the record was announced but commercetools does not return it',
      fields: [],
      retryAt: null,
    } as const
    for (const mapping of engine.mappings.filter(one => one.commerce === row.ref.type))
      settlement.failures.push({
        source: row.ref,
        mapping: mapping.name,
        role: '',
        failure,
        attempts: row.attempts + 1,
        correlationId: row.correlationId,
      })
    settlement.journal.push(line(row, now, 'failed', `${failure.code}: ${failure.message}`))
  }
  return engine.store.save(claim.token, settlement)
}

/** Records whose identity another pass is deciding: soon enough to be seen at once, and not so soon as to turn in circles. */
const comeBackMs = 200

async function comeBack(engine: Engine, claim: Claim, busy: readonly ClaimedRow[]): Promise<boolean> {
  const settlement = emptySettlement()
  const notBefore = new Date(Date.parse(engine.clock.now()) + comeBackMs).toISOString()
  for (const { ref, uncertain } of busy) settlement.rows.push(freed(ref, { notBefore, uncertain }))
  return engine.store.save(claim.token, settlement)
}

/** What this pass does not take on is the next one's, at once. */
async function giveBack(engine: Engine, claim: Claim, later: readonly ReadRow[]): Promise<boolean> {
  const settlement = emptySettlement()
  for (const { row } of later) settlement.rows.push(freed(row.ref, { uncertain: row.uncertain }))
  return engine.store.save(claim.token, settlement)
}

/** A pass that failed as a whole before it wrote anything: its rows go back, the lane pauses as the failure says. */
async function giveUp(engine: Engine, claim: Claim, failure: Failure, troubles: number): Promise<CarriedOut> {
  const until = callPause(engine, failure, troubles)
  engine.observe.failure(failure.is, failure.code)
  await engine.store.release(claim.token, { notBefore: null })
  return { ...nothingDone(), pause: { do: 'pause', until, failure } }
}

/**
 * Runs one pass over a claim. `leaseStartMs` is the monotonic time from before the claim; `troubles` counts the passes
 * in a row that failed as a whole; `calls` lets only so many through at once, of all passes. Rejects only with `StoreDown`, an abort, or a bug; the lease then runs out by itself.
 */
export async function sync(
  engine: Engine,
  claim: Claim,
  options: { leaseStartMs: number; troubles: number; calls?: Gate; signal: AbortSignal },
): Promise<Pass> {
  const startedMs = engine.clock.monotonicMs()
  const [only] = claim.rows
  const correlationId = claim.rows.length === 1 && only ? only.correlationId : claim.token
  const context: CallContext = { correlationId, signal: options.signal }
  // Calls of a pass carry one id for many records: here is which.
  engine.log.debug({ correlationId, carries: claim.rows.map(row => row.correlationId) }, 'a pass begins')
  let leaseStartMs = options.leaseStartMs
  // A lease that is shorter than a call may take (for tests) is at least half there.
  const marginMs = Math.min(callMarginMs, engine.pace.leaseMs / 2)
  const mayWrite = async (): Promise<boolean> => {
    // Looked at again after a renewal: a process that stood still while it was answered may hold nothing any more.
    while (engine.clock.monotonicMs() - leaseStartMs + marginMs >= engine.pace.leaseMs) {
      const nowMs = engine.clock.monotonicMs()
      if (!(await engine.store.renew(claim.token, engine.pace.leaseMs))) return false
      leaseStartMs = nowMs
    }
    return true
  }
  /** One request a record takes longer than one call for a thousand: the lease begins anew before they are sent. */
  const mayWriteLong = (): Promise<boolean> => {
    leaseStartMs = Number.NEGATIVE_INFINITY
    return mayWrite()
  }
  const { troubles, calls = gate(1) } = options
  const run = (some: Claim): Promise<CarriedOut> =>
    work(engine, some, { context, mayWrite, mayWriteLong, troubles, calls })
  const done = await run(claim).catch(error => {
    if (error instanceof RemoteFailure) return giveUp(engine, claim, error.failure, options.troubles)
    if (error instanceof StoreDown || options.signal.aborted) throw error
    return quarantine(engine, claim, error, run)
  })
  const nowAt = engine.clock.now()
  const oldest = claim.rows.reduce((least, row) => (row.markedAt < least ? row.markedAt : least), nowAt)
  const { pause, ...counts } = done
  const report: PassReport = {
    at: nowAt,
    lane: claim.lane,
    rows: claim.rows.length,
    ...counts,
    durationMs: Math.round(engine.clock.monotonicMs() - startedMs),
    lagMs: Math.max(0, Date.parse(nowAt) - Date.parse(oldest)),
  }
  engine.observe.pass(report)
  return { report, pause }
}

async function work(
  engine: Engine,
  claim: Claim,
  how: Pick<Work, 'context' | 'mayWrite' | 'troubles' | 'calls'> & { readonly mayWriteLong: Work['mayWrite'] },
): Promise<CarriedOut> {
  const { context, mayWrite, mayWriteLong, troubles, calls } = how
  if (claim.rows.every(row => row.ref.side === 'crm'))
    return syncBack(engine, claim, { context, mayWrite: mayWriteLong, troubles })
  const isGuest = (row: ClaimedRow): boolean => guestsOf(engine, row.ref.type) !== undefined
  const isRead = ({ ref: { type } }: ClaimedRow): boolean =>
    engine.mappings.some(one => one.commerce === type && !one.onDemand) || seenIn(engine, type) !== undefined
  const mapped = claim.rows.filter(isRead)
  const others = claim.rows.filter(row => !mapped.includes(row))
  if (others.length > 0) await touch(engine, claim.token, others, context)
  if (mapped.length === 0) return nothingDone()
  const refs = mapped.map(row => row.ref)
  const snapshots = refs.map(await read(engine, refs, context))
  const sorted = sort(mapped, snapshots, await goneAlready(engine, mapped, snapshots), isGuest)
  const absent = sorted.behind.length + sorted.lost.length
  if (
    absent > massAbsence &&
    sorted.ready.length + sorted.gone.length === 0 &&
    snapshots.every(one => one.state === 'absent')
  )
    throw new RemoteFailure({
      is: 'denied',
      code: 'ALL_ABSENT',
      message: `none of ${absent} announced records can be read: check the scopes of CTP_CLIENT_ID and the project`,
      fields: [],
      retryAt: null,
    })
  if (!(await settleWithoutPlan(engine, claim, sorted))) return nothingDone()
  const { taken: ready, later } = portion(engine, sorted.ready)
  if (later.length > 0 && !(await giveBack(engine, claim, later))) return nothingDone()
  if (ready.length + sorted.gone.length === 0) return nothingDone()
  await touchNamed(engine, ready)
  if (!(await appear(engine, claim.token, ready, sorted.gone))) return nothingDone()
  const holding: Holding = wanted =>
    wanted.length === 0 ? Promise.resolve([]) : engine.store.hold(claim.token, wanted)
  // A customer may be taking over at this moment what a guest leaves behind.
  const leaving = sorted.gone.filter(isGuest).map(({ ref }) => ({ ref, keys: [ref.id] }))
  const kept = new Set((await holding(leaving, 'identities')).map(refKey))
  const gone = sorted.gone.filter(({ ref }) => !kept.has(refKey(ref)))
  const { considered: plans, busy } = await consider(engine, ready, claim.links, context, holding)
  const again = [...busy, ...sorted.gone.filter(row => !gone.includes(row))]
  if (again.length > 0 && !(await comeBack(engine, claim, again))) return nothingDone()
  // While their identities are held: a customer who becomes the holder later reads what this pass has seen.
  const settledNow = ready.filter(({ row }) => !busy.includes(row))
  await touchHolders(
    engine,
    settledNow.map(({ row }) => row),
  )
  const considered = [...plans, ...(await letGo(engine, gone, claim.links, context))]
  const more = claim.rows.length >= engine.pace.passSize
  const left = gone.map(row => ({ row, snapshot: { state: 'absent', ref: row.ref } as const }))
  const rows = [...settledNow, ...left]
  return carryOut(engine, { token: claim.token, rows, considered, context, mayWrite, troubles, calls, more })
}
