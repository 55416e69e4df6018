/** What a mapping says of the moment: whether a record is to get a counterpart now, and whether it is history. */
import { evaluate } from '../core/evaluate.ts'
import type { IdentityLink } from '../model/identity.ts'
import type { Mapping } from '../model/mapping.ts'
import type { WritePlan } from '../model/plan.ts'
import type { ClaimedRow } from '../model/ports.ts'
import { type JsonObject, type ResourceRef, refKey } from '../model/resource.ts'

type Condition = (body: JsonObject | undefined, otherwise: boolean) => boolean

/** Expressions are made ready once a mapping. */
const ready = new WeakMap<Mapping, { readonly creates: Condition; readonly ends: Condition }>()

function condition(expression: string | undefined): Condition {
  if (expression === undefined) return (_, otherwise) => otherwise
  const answered = evaluate(expression)
  return (body, otherwise) => {
    if (body === undefined) return otherwise
    const answer = answered(body)
    return answer !== null && answer !== false
  }
}

function conditionsOf(mapping: Mapping) {
  const known = ready.get(mapping)
  if (known !== undefined) return known
  const made = { creates: condition(mapping.createsWhen), ends: condition(mapping.endsWhen) }
  ready.set(mapping, made)
  return made
}

export const mayCreate = (mapping: Mapping, body: JsonObject | undefined): boolean =>
  conditionsOf(mapping).creates(body, true)

export const isHistory = (mapping: Mapping, body: JsonObject | undefined): boolean =>
  conditionsOf(mapping).ends(body, false)

/** Which mappings have made something of a record already. */
export type Made = (mapping: Mapping, ref: ResourceRef) => boolean

export function madeBy(links: readonly IdentityLink[]): Made {
  const keyOf = (mapping: string, ref: ResourceRef): string => `${mapping}\n${refKey(ref)}`
  const made = new Set(links.map(one => keyOf(one.mapping, one.commerce)))
  return ({ name }, ref) => made.has(keyOf(name, ref))
}

/**
 * Is there anything to ask or to write at all? What has no link and is not to get one needs no look at Salesforce, unless a
 * write of it may have arrived there without our knowing.
 */
export const isWanted = (mapping: Mapping, row: ClaimedRow, body: JsonObject, isMade: Made): boolean =>
  mapping.createsWhen === undefined || row.uncertain || mayCreate(mapping, body) || isMade(mapping, row.ref)

/** The plan after which the link goes. One that makes a record keeps it: the next look at it is the last. */
export const lastOf = (plan: WritePlan): WritePlan =>
  plan.do === 'update' || (plan.do === 'nothing' && plan.link !== null) ? { ...plan, ends: true } : plan
