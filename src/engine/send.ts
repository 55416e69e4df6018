/** One call of a pass: which rows go, whose parents an earlier call has made, and what became of each. */
import type { Gate } from '../lib/gate.ts'
import type { Failure, Outcome } from '../model/outcome.ts'
import type { Call, PlannedLink, WriteRow } from '../model/plan.ts'
import type { CallContext } from '../model/ports.ts'
import { type ResourceRef, refKey } from '../model/resource.ts'
import type { Considered } from './considered.ts'
import type { Engine } from './engine.ts'
import type { Result } from './idle.ts'

/** What of a pass its calls need to know. */
type Sending = {
  readonly considered: readonly Considered[]
  readonly context: CallContext
  readonly mayWrite: () => Promise<boolean>
  readonly calls: Gate
}

/** A whole call that failed gives each of its rows the same failure object. */
function scopeOf(outcomes: readonly Outcome[]): 'row' | 'call' {
  const [first] = outcomes
  if (first === undefined || first.ok || outcomes.length === 1)
    return first && !first.ok && outcomes.length === 1 && first.failure.is !== 'invalid' ? 'call' : 'row'
  return outcomes.every(one => !one.ok && one.failure === first.failure) ? 'call' : 'row'
}

export const blocked: Failure = {
  is: 'stale',
  code: 'PARENT_FAILED',
  message: 'the record it belongs to was not written',
  fields: [],
  retryAt: null,
}

export const partName = ({ subject: { draft } }: Considered): string => `${refKey(draft.source)}\n${draft.role}`

type FailedParent = { readonly name: string; readonly ref: ResourceRef; readonly failure: Failure }

export const supplyFailure = ({ name, failure }: FailedParent): Failure => ({
  ...failure,
  message: `the ${name.slice(name.lastIndexOf('\n') + 1)} it needs was not made: ${failure.message}`,
})

/** The parts it points at whose write failed in this pass. */
export function failedOf(
  { subject: { draft } }: Considered,
  failedParts: ReadonlyMap<string, Failure>,
): readonly FailedParent[] {
  return Object.values(draft.links).flatMap(pointer => {
    if (pointer.to !== 'draft') return []
    const name = `${refKey(pointer.source)}\n${pointer.role}`
    const failure = failedParts.get(name)
    return failure === undefined ? [] : [{ name, ref: pointer.source, failure }]
  })
}

/**
 * Sends one call. Rows whose parent failed in an earlier wave stay home: Salesforce could only refuse them. The lease is
 * looked at last, when it is this call's turn. Null when it was lost and nothing was sent.
 */
export async function send(
  engine: Engine,
  { considered, context, calls, mayWrite }: Sending,
  call: Call,
  { failedParts, made }: { failedParts: ReadonlyMap<string, Failure>; made: ReadonlyMap<string, string> },
): Promise<readonly Result[] | null> {
  const goes = (row: WriteRow): boolean => {
    const one = considered[row.plan]
    return one !== undefined && !(row.do === 'create' && failedOf(one, failedParts).length > 0)
  }
  const groups = call.groups
    .map(group => group.filter(goes).map(row => named(row, considered[row.plan], made)))
    .filter(group => group.length > 0)
  const sent = groups.flat()
  let ms = 0
  const written = async (): Promise<readonly Outcome[] | null> => {
    if (!(await mayWrite())) return null
    const startedMs = engine.clock.monotonicMs()
    const answers = await engine.systems.crm.write({ groups }, context)
    ms = Math.round(engine.clock.monotonicMs() - startedMs)
    return answers
  }
  const outcomes = sent.length === 0 ? [] : await calls(context.signal, written)
  if (outcomes === null) return null
  const scope = scopeOf(outcomes)
  const results = sent.map((row, at): Result => {
    const outcome = outcomes[at]
    if (outcome === undefined) throw new RangeError('WRITE answers one outcome a row')
    return { at: row.plan, outcome, scope, ms }
  })
  const home = call.groups.flat().filter(row => !goes(row))
  return [
    ...results,
    ...home.map((row): Result => ({ at: row.plan, outcome: { ok: false, failure: blocked }, scope: 'row', ms: null })),
  ]
}

/** The row with the ids of parents that an earlier call has made. */
function named(row: WriteRow, one: Considered | undefined, made: ReadonlyMap<string, string>): WriteRow {
  if (one === undefined || !row.links.some(link => link.by === 'key' && link.late)) return row
  const links = row.links.map((link): PlannedLink => {
    const pointer = one.subject.draft.links[link.field]
    const id = pointer?.to === 'draft' ? made.get(`${refKey(pointer.source)}\n${pointer.role}`) : undefined
    return link.by === 'key' && link.late && id !== undefined ? { by: 'id', field: link.field, id } : link
  })
  return { ...row, links }
}
