/**
 * Decides what a linked pair's commerce record has to learn from Salesforce. The same merge as `plan`, started from the
 * other side: what wins here is written to commerce, what yields is restored by commerce's own next pass.
 */
import type { Base, Digest, Draft, IdentityLink, Present } from '../model/identity.ts'
import type { MappingPart } from '../model/mapping.ts'
import type { ConflictDraft, Decision, FieldVerdict } from '../model/plan.ts'
import type { Json } from '../model/resource.ts'
import { mergeFields } from './mergeFields.ts'
import { conflictOf } from './plan.ts'
import { ruleOf } from './ruleOf.ts'

export type PlanBackInput = {
  readonly part: MappingPart
  readonly link: IdentityLink
  readonly present: Extract<Present, { state: 'present' }>
  /** An earlier write to commerce may or may not have landed. */
  readonly uncertain: boolean
  readonly decision: Decision | null
  readonly emptyDigest: (field: string) => Digest
}

export type BackPlan = {
  readonly draft: Draft
  readonly link: IdentityLink
  readonly verdicts: readonly FieldVerdict[]
  /** What to change on the commerce record, by the field's expression or what it comes apart into; empty for nothing. */
  readonly changes: readonly { readonly field: string; readonly path: string; readonly value: Json }[]
  /** What both sides agree on once the changes are confirmed, or at once when there are none. */
  readonly base: Base
  /** Fields that commerce must put right again: its end is marked with force. */
  readonly yields: readonly string[]
  /** Not null: a person must decide, and nothing is written. */
  readonly conflict: ConflictDraft | null
}

/** `draft` is the commerce record as it is now, in CRM words. Total. */
export function planBack(draft: Draft, input: PlanBackInput): BackPlan {
  const { part, link, present } = input
  const merged = mergeFields(draft, { ...input, from: 'crm', target: present })
  const conflict = merged.disputed.length > 0 ? conflictOf(link.crm, merged.disputed) : null
  const changes = Object.entries(merged.write).flatMap(([field, value]) => {
    const { commerce: path, codec, apart } = ruleOf(part, field)
    if (apart !== undefined)
      return Object.entries(apart.of(value)).map(([path, piece]) => ({ field, path, value: piece }))
    return [{ field, path, value: codec?.toCommerce === undefined ? value : codec.toCommerce(value) }]
  })
  const { verdicts, base, yields } = merged
  return {
    draft,
    link,
    verdicts,
    changes: conflict === null ? changes : [],
    base: conflict === null ? base : link.base,
    yields,
    conflict,
  }
}
