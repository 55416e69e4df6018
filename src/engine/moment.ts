/** What a mapping says of the moment: whether a record is to get a counterpart now, and whether it is history. */
import { evaluate } from '../core/evaluate.ts'
import type { IdentityLink } from '../model/identity.ts'
import type { Mapping } from '../model/mapping.ts'
import type { WritePlan } from '../model/plan.ts'
import type { ClaimedRow } from '../model/ports.ts'
import { type JsonObject, sameRef } from '../model/resource.ts'

function holds(expression: string | undefined, body: JsonObject | undefined, otherwise: boolean): boolean {
  if (expression === undefined || body === undefined) return otherwise
  const answer = evaluate(expression)(body)
  return answer !== null && answer !== false
}

export const mayCreate = ({ createsWhen }: Mapping, body: JsonObject | undefined): boolean =>
  holds(createsWhen, body, true)

export const isHistory = ({ endsWhen }: Mapping, body: JsonObject | undefined): boolean => holds(endsWhen, body, false)

/**
 * Is there anything to ask or to write at all? What has no link and is not to get one needs no look at Salesforce, unless a
 * write of it may have arrived there without our knowing.
 */
export function isWanted(mapping: Mapping, row: ClaimedRow, body: JsonObject, links: readonly IdentityLink[]): boolean {
  if (mapping.createsWhen === undefined || row.uncertain || mayCreate(mapping, body)) return true
  return links.some(one => one.mapping === mapping.name && sameRef(one.commerce, row.ref))
}

/** The plan after which the link goes. One that makes a record keeps it: the next look at it is the last. */
export const lastOf = (plan: WritePlan): WritePlan =>
  plan.do === 'update' || (plan.do === 'nothing' && plan.link !== null) ? { ...plan, ends: true } : plan
