/** What one plan and its outcome leave behind: links, conflicts, failures, marks and the row's next step. */
import type { Base, IdentityLink } from '../model/identity.ts'
import type { Duplicate, FailedRecord, Failure, LinkChange, Next, Outcome } from '../model/outcome.ts'
import type { Conflict, ConflictDraft, FieldVerdict, WritePlan } from '../model/plan.ts'
import { type ResourceRef, type Side, unreachable } from '../model/resource.ts'
import { sharingOf } from './share.ts'

export type SettleInput = {
  readonly plan: WritePlan
  /** The link that LOOK UP knew, also where the plan replaces it. */
  readonly known: IdentityLink | null
  /** Null for a plan that wrote nothing. */
  readonly outcome: Outcome | null
  /** The answer of `respond` when the outcome is a failure. */
  readonly next: Next | null
  readonly attempts: number
  readonly correlationId: string
  /** Does any field of this part flow from Salesforce to commerce? Only then is a new link's CRM end marked. */
  readonly flowsBack: boolean
}

export type Settled = {
  readonly next: Next
  readonly links: readonly LinkChange[]
  /**
   * Records to be marked with force: CRM records whose values stand and must flow back, and the one that owns the fields
   * of a record which another one shares from now on.
   */
  readonly marks: readonly ResourceRef[]
  readonly conflict: Omit<Conflict, 'id' | 'state' | 'openedAt'> | null
  readonly failure: Omit<FailedRecord, 'id' | 'state' | 'failedAt'> | null
  /** What was written to, for the journal. */
  readonly target: ResourceRef | null
}

type Counts = Readonly<Record<string, number>>

const nothing: Settled = { next: { do: 'done' }, links: [], marks: [], conflict: null, failure: null, target: null }

/**
 * How often each field was put back since its owner, or a person, last said what it should be; negative while the write
 * that puts it back is still to come. A pass that leaves a field alone tells nothing: it may not have read it.
 */
export function restoresAfter(verdicts: readonly FieldVerdict[], before: Counts, from: Side): Counts {
  const after: Record<string, number> = {}
  for (const { field, verdict, restores } of verdicts) {
    const count = before[field] ?? 0
    if (restores) after[field] = from === 'commerce' ? Math.abs(count) + 1 : -(Math.abs(count) + 1)
    else if (from === 'commerce' && verdict === 'write' && count < 0) after[field] = -count
    else if (count !== 0 && verdict !== 'write') after[field] = count
  }
  return after
}

/** The link after this plan: new, or with what was learnt; none when nothing was. */
function linkChange(
  plan: Extract<WritePlan, { do: 'create' | 'update' | 'nothing' }>,
  crm: ResourceRef,
  known: IdentityLink | null,
  base: Base,
): LinkChange[] {
  const link: IdentityLink | null = plan.do === 'create' ? null : plan.link
  const restores = restoresAfter(plan.verdicts, link?.restores ?? {}, 'commerce')
  if (link === null) {
    const { mapping, role, source } = plan.draft
    const { primary, brings } = sharingOf(plan)
    return [
      {
        do: 'put',
        link: { mapping, role, commerce: source, crm, primary, base, restores },
        revision: known?.revision ?? null,
        ...brings,
      },
    ]
  }
  return same(link.base, base) && same(link.restores, restores) ? [] : [{ do: 'base', link, base, restores }]
}

/** The commerce record is gone, and what its policy asks for is done: nothing is left to be kept in step. */
const parted = (link: IdentityLink | null, ifShared?: ResourceRef): LinkChange[] =>
  link === null ? [] : [{ do: 'remove', link, ...(ifShared === undefined ? {} : { ifShared }) }]

/** An upsert that met a record which nobody had found: only what was sent is known to be there. */
const sentOnly = ({ base, fields, links }: Extract<WritePlan, { do: 'create' }>): Base =>
  Object.fromEntries(
    Object.entries(base).filter(([field]) => field in fields || links.some(link => link.field === field)),
  )

function same<T>(a: Readonly<Record<string, T>>, b: Readonly<Record<string, T>>): boolean {
  const keys = Object.keys(b)
  return keys.length === Object.keys(a).length && keys.every(key => a[key] === b[key])
}

/** What a person is asked when a rule against duplicates refused the record. */
function duplicate({ draft }: WritePlan, { rule, matches, allowsSave }: Duplicate): ConflictDraft {
  const others = new Set(matches.map(one => one.type).filter(type => type !== draft.object))
  const why = [
    `${rule === null ? 'a duplicate rule' : `the duplicate rule ${rule}`} of the org takes it for a record that is there already`,
    ...(matches.length === 0 ? ['which one was not said'] : []),
    ...(others.size > 0 ? [`a ${[...others].join(' or ')} can only be looked at, not linked`] : []),
    ...(allowsSave === false ? ['the rule blocks: it must be changed before both can be kept'] : []),
  ]
  return { kind: 'duplicate-rule', why: why.join('; '), candidates: matches, fields: [] }
}

/** The last write of a record that is gone asks nobody who it is: it is listed, and tried again from there. */
const isLast = (plan: WritePlan): boolean => plan.do === 'update' && plan.ends === true

function failed(input: SettleInput, failure: Failure): Settled {
  const { plan, next, attempts, correlationId } = input
  const { source, mapping, role } = plan.draft
  const question = next?.do === 'review' && !isLast(plan) ? failure.duplicate : undefined
  const isListed = next === null || (next.do === 'review' && question === undefined)
  const after: Next = isListed ? { do: 'fail', failure } : next
  const listed = after.do === 'fail' ? { source, mapping, role, failure, attempts: attempts + 1, correlationId } : null
  return {
    ...nothing,
    next: after,
    conflict: question === undefined ? null : { ...duplicate(plan, question), source, mapping, role, correlationId },
    failure: listed,
    target: plan.do === 'update' || plan.do === 'delete' ? plan.crm : null,
  }
}

/** Total: every plan with every outcome leaves something definite behind. */
export function settle(input: SettleInput): Settled {
  const { plan, known, outcome, correlationId, flowsBack } = input
  if (outcome !== null && !outcome.ok) return failed(input, outcome.failure)
  switch (plan.do) {
    case 'create': {
      if (outcome === null) return nothing
      return {
        ...nothing,
        links: linkChange(plan, outcome.ref, known, outcome.created ? plan.base : sentOnly(plan)),
        // The row of one who shares it names the record, which has a name only now.
        marks: [...(flowsBack ? [outcome.ref] : []), ...(plan.brings ? [plan.draft.source] : [])],
        target: outcome.ref,
      }
    }
    case 'update': {
      if (plan.ends) return { ...nothing, links: parted(plan.link), target: plan.crm }
      const marks = plan.yields.length > 0 || (plan.link === null && flowsBack) ? [plan.crm] : []
      return { ...nothing, links: linkChange(plan, plan.crm, known, plan.base), marks, target: plan.crm }
    }
    case 'delete':
      return { ...nothing, links: parted(plan.link), target: plan.crm }
    case 'nothing': {
      if (plan.crm === null) return nothing
      if (plan.ends) return { ...nothing, links: parted(plan.link, plan.ifShared), target: plan.crm }
      const marks = plan.yields.length > 0 || (plan.link === null && flowsBack) ? [plan.crm] : []
      const links = linkChange(plan, plan.crm, known, plan.base)
      if (plan.sharedWith !== undefined) return { ...nothing, links, marks: [plan.sharedWith], target: plan.crm }
      return { ...nothing, links, marks, target: plan.crm }
    }
    case 'wait':
      return { ...nothing, next: { do: 'wait' } }
    case 'review': {
      const { source, mapping, role } = plan.draft
      return {
        ...nothing,
        next: { do: 'review' },
        conflict: { ...plan.conflict, source, mapping, role, correlationId },
      }
    }
    default:
      return unreachable(plan)
  }
}
