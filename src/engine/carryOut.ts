/** Carries plans out: batch, WRITE, settle, and SAVE after each call, so that a crash costs at most the calls in flight. */
import { batch } from '../core/batch.ts'
import { fill } from '../core/fill.ts'
import { flowsBack } from '../core/mergeFields.ts'
import { backoffMs, respond } from '../core/respond.ts'
import { type Settled, settle } from '../core/settle.ts'
import type { Gate } from '../lib/gate.ts'
import type { Failure, Next, RowSettlement, Settlement } from '../model/outcome.ts'
import type { CallContext, ClaimedRow } from '../model/ports.ts'
import {
  type ChangeEvent,
  type Instant,
  type ResourceRef,
  refKey,
  type Snapshot,
  sameRef,
  type Version,
} from '../model/resource.ts'
import type { Considered } from './consider.ts'
import type { Engine } from './engine.ts'
import { endsOf, erasing } from './erasing.ts'
import { emptySettlement, forcedMark, freed, gather, settled } from './gather.ts'
import { guestsOf } from './guest/identity.ts'
import { idle, type Result } from './idle.ts'
import { blocked, failedOf, partName, send, supplyFailure } from './send.ts'

/** A row and what was read for it: the record, or that it is gone. */
type WorkRow = { readonly row: ClaimedRow; readonly snapshot: Extract<Snapshot, { state: 'present' | 'absent' }> }

/** Everything one pass carries: its token, its rows and until when it may write. */
export type Work = {
  readonly token: string
  readonly rows: readonly WorkRow[]
  readonly considered: readonly Considered[]
  readonly context: CallContext
  /** False when the lease was lost: nothing more is sent, the rows are another worker's. */
  readonly mayWrite: () => Promise<boolean>
  /** Lets only so many calls through at once, of all passes under way. */
  readonly calls: Gate
  /** Passes in a row that failed as a whole: how long the next pause is. */
  readonly troubles: number
  /** The claim was full, so more is likely to wait: a call that a few rows would make can be left to the next pass. */
  readonly more: boolean
}

/** What a pass did, counted by plan, and whether the lane must pause. */
export type CarriedOut = {
  created: number
  updated: number
  unchanged: number
  failed: number
  waiting: number
  review: number
  pause: Extract<Next, { do: 'pause' }> | null
}

export const nothingDone = (): CarriedOut => ({
  created: 0,
  updated: 0,
  unchanged: 0,
  failed: 0,
  waiting: 0,
  review: 0,
  pause: null,
})

/** The most urgent first: the next step of a row is that of its worst draft. */
const gravity: readonly Next['do'][] = ['pause', 'retry', 'fail', 'replan', 'wait', 'review', 'done']

type RowState = {
  row: ClaimedRow
  version: Version | null
  /** The record is gone from commercetools. */
  gone: boolean
  open: number
  worst: Next
  uncertain: boolean
  /** Told with the row's last save: one that is still held does not sleep, so nothing could wake it. */
  waits: Settlement['waits'][number][]
}

const worse = (a: Next, b: Next): Next => (gravity.indexOf(a.do) <= gravity.indexOf(b.do) ? a : b)

/** The last outcome of a row is in: what becomes of it in the queue. */
function settleRow(state: RowState, lateWaitUntil: Instant): RowSettlement {
  const { row, worst, uncertain, version, gone } = state
  switch (worst.do) {
    case 'retry':
      return freed(row.ref, { notBefore: worst.at, countsAttempt: true, uncertain, lane: 'retry' })
    case 'replan':
      return freed(row.ref, { countsAttempt: true, uncertain: true })
    case 'pause':
      return freed(row.ref, { notBefore: worst.until, uncertain })
    case 'wait':
      return freed(row.ref, { notBefore: lateWaitUntil, uncertain })
    default:
      return settled(row.ref, version, gone)
  }
}

/** How long the lane pauses goes by its own troubles; what a row does next goes by its tries, also when it travelled alone. */
const pauses = ({ is }: Failure, scope: 'row' | 'call'): boolean =>
  scope === 'call' && is !== 'stale' && is !== 'uncertain'

export async function carryOut(engine: Engine, work: Work): Promise<CarriedOut> {
  const { considered, token } = work
  const counts = nothingDone()
  const states = new Map<string, RowState>(
    work.rows.map(({ row, snapshot }) => [
      refKey(row.ref),
      {
        row,
        version: snapshot.state === 'present' ? snapshot.version : row.version,
        gone: snapshot.state === 'absent',
        open: 0,
        worst: { do: 'done' },
        uncertain: false,
        waits: [],
      },
    ]),
  )
  for (const { subject } of considered) stateOf(states, subject.row.ref).open++
  const listed = considered.filter(({ subject }) => subject.mapping.parts.some(part => part.each !== undefined))
  const listedBy = Map.groupBy(listed, ({ subject }) => refKey(subject.row.ref))
  const failedParts = new Map<string, Failure>()
  const made = new Map<string, string>()
  const onDemand = new Set(considered.filter(one => one.subject.onDemand).map(partName))
  const called = new Set<string>()
  // Saves go one after the other: a row's last save deletes it, so the ones before must be in by then.
  let saved: Promise<boolean> = Promise.resolve(true)
  const save = (settlement: Settlement): Promise<boolean> => {
    saved = saved.then(held => held && engine.store.save(token, settlement))
    return saved
  }

  const isParking = engine.mappings.some(({ parts }) =>
    parts.some(({ links }) => links.some(({ parking }) => parking?.whileAsked === true)),
  )
  const plans = considered.map(one => one.plan)
  const { waves, later } = work.more
    ? fill(plans, engine.systems.crm.batch)
    : { waves: batch(plans, engine.systems.crm.batch).waves, later: new Set<number>() }
  const { alone, along } = idle(considered, later)

  /** Enters the outcome of these plans and saves them, with the rows that are complete by it. */
  const enter = async (some: readonly Result[], bare: readonly RowState[] = []): Promise<boolean> => {
    const results = some.flatMap(one => [...along(one), one])
    if (results.length + bare.length === 0) return true
    const settlement = emptySettlement()
    const now = engine.clock.now()
    const touched = new Set<RowState>(bare)
    for (const { at, outcome, scope, ms } of results) {
      const one = considered[at]
      if (one === undefined) throw new RangeError('an outcome without its plan')
      const state = stateOf(states, one.subject.row.ref)
      const said = outcome !== null && !outcome.ok ? outcome.failure : null
      const failedAll = said?.is === 'stale' ? failedOf(one, failedParts) : []
      // What was to be made for it could not be made: that is what is wrong with it, and is told of it.
      const supplies = failedAll.filter(({ name }) => onDemand.has(name))
      const [supply] = supplies
      const failure = supply === undefined ? said : supplyFailure(supply)
      const failedParents = supplies.length > 0 ? [] : failedAll.map(({ ref }) => ref)
      const isBlocked = failedParents.length > 0
      // A part is listed with the one of its record that failed; who belongs to another record waits for that.
      const others = failedParents.filter(ref => !sameRef(ref, state.row.ref))
      const next: Next | null =
        failure === null
          ? null
          : isBlocked
            ? { do: others.length > 0 ? 'wait' : 'done' }
            : respond({
                failure,
                scope,
                attempts: pauses(failure, scope) ? work.troubles : state.row.attempts,
                maxAttempts: engine.pace.maxAttempts,
                now,
                jitter: jitterOf(state.row.ref, state.row.attempts),
              })
      if (failure !== null) failedParts.set(partName(one), failure)
      else if (outcome?.ok && one.plan.do === 'create') made.set(partName(one), outcome.ref.id)
      const result = erasing(
        state.row,
        settle({
          plan: one.plan,
          known: one.looked.link,
          outcome: failure === null ? outcome : { ok: false, failure },
          next,
          attempts: state.row.attempts,
          correlationId: state.row.correlationId,
          flowsBack: one.subject.part.fields.some(flowsBack),
        }),
      )
      count(counts, one, result, failure)
      if (failure !== null) engine.observe.failure(failure.is, failure.code)
      if (result.next.do === 'pause') counts.pause = result.next
      const parks = failure === null && result.next.do === 'done' ? (one.plan.parks ?? []) : []
      state.worst = worse(state.worst, parks.length > 0 ? { do: 'wait' } : result.next)
      state.uncertain ||= failure?.is === 'uncertain'
      state.open--
      touched.add(state)
      gather(settlement, one, result, isBlocked ? blocked : failure, now, ms)
      // Who waits for it has somewhere else to go until that is over.
      if (isParking && (result.next.do === 'review' || result.next.do === 'fail')) settlement.wakes.push(state.row.ref)
      for (const awaited of one.plan.do === 'wait' ? one.plan.awaits : [...others, ...parks])
        state.waits.push({ waiting: state.row.ref, awaited })
      for (const ref of one.strangers ?? []) {
        if (!called.has(refKey(ref))) settlement.marks.push(fetched(ref, state.row, now))
        called.add(refKey(ref))
      }
      if (failure === null && result.next.do === 'done')
        for (const link of one.looked.guests ?? []) settlement.links.push({ do: 'remove', link })
      // What was said of the record as a whole (not there, broke a pass) is over when any part of it goes through.
      if (failure === null && result.next.do === 'done') {
        const { mapping, role } = one.subject.draft
        settlement.resolved.push({ source: state.row.ref, mapping, role: '', seen: true })
        // Nothing is asked any more about one who is gone, from neither side.
        if (state.gone)
          for (const source of endsOf(state.row, [one])) settlement.resolved.push({ source, mapping, role, seen: true })
      }
    }
    const lateWaitUntil = new Date(Date.parse(now) + 3_600_000).toISOString()
    settlement.rows.push(
      ...[...touched].filter(state => state.open === 0).map(state => settleRow(state, lateWaitUntil)),
    )
    for (const { row, gone, open } of touched)
      if (!gone && open === 0) settlement.listings.push(...listingsOf(row.ref, listedBy.get(refKey(row.ref)) ?? []))
    for (const { row, gone, open, worst } of touched) {
      if (!gone || open > 0 || worst.do !== 'done') continue
      // Who waits for it waits in vain, and has to know.
      settlement.wakes.push(row.ref)
      if (!row.erase) continue
      const ends = endsOf(row, considered)
      settlement.erased.push(...ends)
      settlement.forgotten.push(...ends.filter(ref => guestsOf(engine, ref.type) !== undefined))
    }
    for (const state of touched) {
      if (state.open > 0) settlement.rows.push(keep(state.row))
      else settlement.waits.push(...state.waits)
    }
    return save(settlement)
  }

  // Before anything is sent: a stall in this save must not lie between a look at the lease and a write.
  const bare = [...states.values()].filter(state => state.open === 0)
  if (!(await enter(alone, bare))) return counts
  for (const wave of waves) {
    if (counts.pause !== null) break
    const held = await Promise.all(
      wave.map(call =>
        send(engine, work, call, { failedParts, made }).then(results => results !== null && enter(results)),
      ),
    )
    if (held.includes(false)) return counts
  }
  await giveBack(engine, token, states, counts)
  return counts
}

/** The elements that a record with lists has now; none for one without plans of such a mapping. */
function listingsOf(source: ResourceRef, some: readonly Considered[]): Settlement['listings'] {
  const names = new Set(some.map(({ subject }) => subject.mapping.name))
  return [...names].map(name => ({
    source,
    mapping: name,
    roles: some.filter(({ subject: { draft } }) => draft.mapping === name).map(({ subject }) => subject.draft.role),
  }))
}

/** A record that another one waits for and of which no delivery told. */
const fetched = (ref: ResourceRef, { lane, correlationId }: ClaimedRow, at: Instant): ChangeEvent => ({
  ...forcedMark(ref, correlationId, at),
  id: `awaited/${refKey(ref)}@${at}`,
  lane,
})

function stateOf(states: ReadonlyMap<string, RowState>, ref: ResourceRef): RowState {
  const state = states.get(refKey(ref))
  if (state === undefined) throw new RangeError('a plan without its row')
  return state
}

/** Rows that some call never reached go back to the queue: after a pause, or with a lost lease not at all. */
async function giveBack(
  engine: Engine,
  token: string,
  states: ReadonlyMap<string, RowState>,
  counts: CarriedOut,
): Promise<void> {
  const left = [...states.values()].filter(state => state.open > 0)
  if (left.length === 0) return
  const settlement = emptySettlement()
  const notBefore = counts.pause === null ? null : counts.pause.until
  for (const { row, uncertain } of left) settlement.rows.push(freed(row.ref, { notBefore, uncertain }))
  await engine.store.save(token, settlement)
}

const keep = (row: ClaimedRow): RowSettlement => ({ ...settled(row.ref, null), do: 'keep' })

function count(counts: CarriedOut, { plan }: Considered, result: Settled, failure: Failure | null): void {
  if (failure !== null) {
    if (result.next.do === 'fail') counts.failed++
    else if (result.conflict !== null) counts.review++
  } else if (plan.do === 'create') counts.created++
  else if (plan.do === 'update' || plan.do === 'delete') counts.updated++
  else if (plan.do === 'wait') counts.waiting++
  else if (plan.do === 'review') counts.review++
  else counts.unchanged++
}

/** Until when nothing is sent after a call failed as a whole: never now, or the same call would fail again at once. */
export function callPause(engine: Engine, failure: Failure, troubles: number): Instant {
  const now = engine.clock.now()
  const next = respond({
    failure,
    scope: 'call',
    attempts: troubles,
    maxAttempts: Number.POSITIVE_INFINITY,
    now,
    jitter: 0.5,
  })
  if (next.do === 'pause') return next.until
  const ms = failure.is === 'invalid' ? 60_000 : backoffMs(troubles, 0.5)
  return next.do === 'retry' ? next.at : new Date(Date.parse(now) + ms).toISOString()
}

/** From 0 to 1, the same for the same record and attempt: retries spread, and a run can be repeated exactly. */
function jitterOf(ref: ResourceRef, attempts: number): number {
  let hash = 2166136261 ^ attempts
  for (const char of refKey(ref)) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619)
  return (hash >>> 0) / 4294967296
}
