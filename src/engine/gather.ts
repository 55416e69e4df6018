/** Collects what SAVE will write while a pass goes on: links, lists, marks and one journal line a plan. */
import type { Settled } from '../core/settle.ts'
import type { Failure, JournalEntry, RowSettlement, Settlement } from '../model/outcome.ts'
import type { ClaimedRow } from '../model/ports.ts'
import { type ChangeEvent, type Instant, type ResourceRef, refKey, type Version } from '../model/resource.ts'
import type { Considered } from './consider.ts'

/** A settlement that grows while results come in. */
export type Growing = { -readonly [K in keyof Settlement]: Settlement[K] extends readonly (infer T)[] ? T[] : never }

export const emptySettlement = (): Growing => ({
  rows: [],
  links: [],
  conflicts: [],
  failures: [],
  resolved: [],
  listings: [],
  applied: [],
  waits: [],
  marks: [],
  wakes: [],
  erased: [],
  forgotten: [],
  sightings: [],
  journal: [],
})

/** A part that is held back by another one did nothing yet: its decision is still to be carried out. */
const isHeldBack = ({ plan }: Considered): boolean => plan.do === 'nothing' && plan.heldBack === true

const isCarriedOut = (one: Considered, result: Settled, failure: Failure | null): boolean =>
  failure === null && result.next.do === 'done' && one.plan.do !== 'wait' && !isHeldBack(one)

/** Was there a look at both sides? What is new has no other side yet; what is held back was not compared. */
const hasSeen = (one: Considered): boolean =>
  (one.looked.link === null || one.looked.present !== null) && !isHeldBack(one)

/** Enters one plan's outcome. */
export function gather(
  settlement: Growing,
  one: Considered,
  result: Settled,
  failure: Failure | null,
  now: Instant,
  ms: number | null,
): void {
  const { draft, row } = one.subject
  settlement.links.push(...result.links)
  if (result.conflict !== null && !one.subject.onDemand) settlement.conflicts.push(result.conflict)
  if (one.doubt !== undefined && result.next.do === 'done' && failure === null) {
    const { mapping, role } = draft
    settlement.conflicts.push({ ...one.doubt, mapping, role, correlationId: row.correlationId })
  }
  // What is made on demand is listed with the record that needs it, where it can be tried again.
  if (result.failure !== null && !one.subject.onDemand) settlement.failures.push(result.failure)
  if (result.next.do === 'done' && failure === null)
    settlement.resolved.push({ source: draft.source, mapping: draft.mapping, role: draft.role, seen: hasSeen(one) })
  if (isCarriedOut(one, result, failure)) {
    const { decision, chosen } = one.looked
    settlement.applied.push(...new Set([decision, chosen].filter(each => each !== null)))
    // There will be none: who waits for it is written without it.
    if (decision?.choice.do === 'ignore') settlement.wakes.push(draft.source)
  }
  for (const ref of result.marks) settlement.marks.push(forcedMark(ref, row.correlationId, now))
  if (result.links.some(change => change.do === 'put')) settlement.wakes.push(draft.source)
  if (one.plan.do !== 'nothing' || row.lane === 'live' || row.lane === 'retry')
    settlement.journal.push(journalLine(one, result, failure, now, ms))
}

/** A mark that no version can drop: the other side's value stands and must travel. */
export const forcedMark = (ref: ResourceRef, correlationId: string, at: Instant): ChangeEvent => ({
  id: `yield/${refKey(ref)}@${at}`,
  ref,
  kind: 'changed',
  version: null,
  at,
  correlationId,
  lane: 'live',
  erase: false,
})

function journalLine(
  one: Considered,
  result: Settled,
  failure: Failure | null,
  now: Instant,
  ms: number | null,
): JournalEntry {
  const { draft, row } = one.subject
  const { plan } = one
  const { conflict } = result
  const dropped = draft.dropped.map(({ field, why }) => `${field} ${why}`).join('; ')
  const reason =
    conflict !== null
      ? `${conflict.kind}: ${conflict.why}`
      : failure !== null
        ? `${failure.code}: ${failure.message}`
        : plan.do === 'nothing'
          ? plan.why
          : ''
  return {
    at: now,
    correlationId: row.correlationId,
    ref: draft.source,
    step:
      conflict !== null
        ? 'conflict'
        : failure !== null
          ? 'failed'
          : plan.do === 'wait'
            ? 'waits'
            : plan.do === 'nothing'
              ? 'unchanged'
              : 'written',
    mapping: draft.mapping,
    role: draft.role,
    target: result.target,
    plan: plan.do,
    fields:
      failure !== null && failure.fields.length > 0
        ? failure.fields
        : plan.do === 'create' || plan.do === 'update'
          ? Object.keys(plan.fields)
          : [],
    detail: [reason, one.note ?? '', dropped].filter(text => text !== '').join(' | ') || null,
    attempt: row.attempts + 1,
    durationMs: ms,
  }
}

/** The row is done up to this version; it stays if it was marked meanwhile. */
export const settled = (ref: ResourceRef, version: Version | null, gone = false): RowSettlement => ({
  ref,
  do: 'settle',
  version,
  gone,
  notBefore: null,
  countsAttempt: false,
  uncertain: false,
  lane: null,
})

/** The row goes back to the queue, due now unless said otherwise. */
export const freed = (ref: ResourceRef, how: Partial<RowSettlement>): RowSettlement => ({
  ...settled(ref, null),
  ...how,
  do: 'free',
})

/** A journal line about a whole record, not about one of its plans. */
export const line = (
  row: Pick<ClaimedRow, 'ref' | 'correlationId' | 'attempts'>,
  at: Instant,
  step: string,
  detail: string,
): JournalEntry => ({
  at,
  correlationId: row.correlationId,
  ref: row.ref,
  step,
  mapping: null,
  role: null,
  target: null,
  plan: null,
  fields: [],
  detail,
  attempt: row.attempts + 1,
  durationMs: null,
})
