/** What one plan and its outcome leave behind: links, conflicts, failures, marks and the row's next step. */
import type { Digest, IdentityLink } from '../model/identity.ts'
import type { FailedRecord, Failure, LinkChange, Next, Outcome } from '../model/outcome.ts'
import type { Conflict, WritePlan } from '../model/plan.ts'
import { type ResourceRef, unreachable } from '../model/resource.ts'

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
  /** CRM records to be marked with force: their values stand and must flow back. */
  readonly marks: readonly ResourceRef[]
  readonly conflict: Omit<Conflict, 'id' | 'state' | 'openedAt'> | null
  readonly failure: Omit<FailedRecord, 'id' | 'state' | 'failedAt'> | null
  /** What was written to, for the journal. */
  readonly target: ResourceRef | null
}

const nothing: Settled = { next: { do: 'done' }, links: [], marks: [], conflict: null, failure: null, target: null }

/** The link after this plan: new, or with what was learnt. A yielded field counts one more restore, a written one none. */
function linkChange(
  plan: Extract<WritePlan, { do: 'create' | 'update' | 'nothing' }>,
  crm: ResourceRef,
  known: IdentityLink | null,
): LinkChange[] {
  const link: IdentityLink | null = plan.do === 'create' ? null : plan.link
  const restores: Record<string, number> = {}
  for (const { field, restores: again } of plan.verdicts) if (again) restores[field] = (link?.restores[field] ?? 0) + 1
  if (link === null) {
    const { draft, base } = plan
    const { mapping, role, source } = draft
    return [
      {
        do: 'put',
        link: { mapping, role, commerce: source, crm, primary: true, base, restores },
        revision: known?.revision ?? null,
      },
    ]
  }
  return sameBase(link.base, plan.base) && Object.keys(link.restores).length === 0 && Object.keys(restores).length === 0
    ? []
    : [{ do: 'base', link, base: plan.base, restores }]
}

function sameBase(a: Readonly<Record<string, Digest>>, b: Readonly<Record<string, Digest>>): boolean {
  const keys = Object.keys(b)
  return keys.length === Object.keys(a).length && keys.every(key => a[key] === b[key])
}

function failed(input: SettleInput, failure: Failure): Settled {
  const { plan, next, attempts, correlationId } = input
  const { source, mapping, role } = plan.draft
  const after: Next = next ?? { do: 'fail', failure }
  const listed = after.do === 'fail' ? { source, mapping, role, failure, attempts: attempts + 1, correlationId } : null
  return {
    ...nothing,
    next: after,
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
        links: linkChange(plan, outcome.ref, known),
        marks: flowsBack ? [outcome.ref] : [],
        target: outcome.ref,
      }
    }
    case 'update': {
      const marks = plan.yields.length > 0 || (plan.link === null && flowsBack) ? [plan.crm] : []
      return { ...nothing, links: linkChange(plan, plan.crm, known), marks, target: plan.crm }
    }
    case 'delete':
      return { ...nothing, links: [{ do: 'remove', link: plan.link }], target: plan.crm }
    case 'nothing': {
      if (plan.crm === null) return nothing
      const marks = plan.yields.length > 0 || (plan.link === null && flowsBack) ? [plan.crm] : []
      return { ...nothing, links: linkChange(plan, plan.crm, known), marks, target: plan.crm }
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
