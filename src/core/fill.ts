/** Leaves for the next pass what would make a call of its own out of a few rows, while enough waits to fill another one. */
import type { Batch, BatchLimits, Call, WritePlan } from '../model/plan.ts'
import { refKey } from '../model/resource.ts'
import { batch, goesAlone } from './batch.ts'

export type Filled = {
  readonly waves: Batch['waves']
  /** Plans whose records are given back untouched: all plans of a record, or none. */
  readonly later: ReadonlySet<number>
}

/** A call that is less full than this is not worth its price; a fuller one is cheaper than reading its records again. */
const leastShare = 0.2

const rowsOf = (call: Call) => call.groups.flat()

/** The call with the fewest rows. A row that goes alone does so whenever it is sent: to leave it saves nothing. */
function smallest(calls: readonly Call[]): Call | null {
  const together = calls.filter(call => !rowsOf(call).some(goesAlone))
  return together.reduce<Call | null>(
    (least, call) => (least === null || rowsOf(call).length < rowsOf(least).length ? call : least),
    null,
  )
}

/** Does a record that goes name one, by its key, that is left behind? */
function isTorn(plans: readonly WritePlan[], calls: readonly Call[], later: ReadonlySet<number>): boolean {
  const left = new Set([...later].map(at => plans[at]?.draft.key))
  return calls.some(call => rowsOf(call).some(row => row.links.some(link => link.by === 'key' && left.has(link.key))))
}

/** The calls for these plans, one fewer where that leaves no more than a few records behind. */
export function fill(plans: readonly WritePlan[], limits: BatchLimits): Filled {
  const { waves } = batch(plans, limits)
  const calls = waves.flat()
  const least = smallest(calls)
  const room = limits.rowsPerGroup * limits.groupsPerCall
  const none: Filled = { waves, later: new Set() }
  if (calls.length < 2 || least === null || rowsOf(least).length > room * leastShare) return none
  const sources = plans.map(plan => refKey(plan.draft.source))
  const left = new Set(rowsOf(least).map(row => sources[row.plan]))
  const later = new Set(plans.keys().filter(at => left.has(sources[at])))
  const fewer = batch(plans, limits, later).waves
  return fewer.flat().length < calls.length && !isTorn(plans, fewer.flat(), later) ? { waves: fewer, later } : none
}
