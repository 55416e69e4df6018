/** Merges all fields of one draft, and keeps what both sides will have agreed on once the plan is carried out. */
import type { Base, Digest, Draft, IdentityLink } from '../model/identity.ts'
import type { FieldRule, MappingPart, Value } from '../model/mapping.ts'
import type { Decision, FieldVerdict } from '../model/plan.ts'
import { type Instant, type Side, unreachable } from '../model/resource.ts'
import { type FieldMerge, merge, type SideValue } from './merge.ts'
import { ruleOf } from './ruleOf.ts'
import { stricter } from './stricter.ts'

/** What the target holds, from a find or a read. */
export type Target = {
  readonly values: Readonly<Record<string, Value>>
  readonly digests: Base
  readonly modifiedAt: Instant
}

export type MergeFieldsInput = {
  /** The side whose record the pass started from. */
  readonly from: Side
  readonly part: MappingPart
  /** Null for a record that was found and is not linked yet. */
  readonly link: IdentityLink | null
  readonly target: Target | null
  readonly uncertain: boolean
  readonly decision: Decision | null
  readonly emptyDigest: (field: string) => Digest
}

export type Disputed = {
  readonly field: string
  readonly commerce: Value
  readonly crm: Value
  readonly kind: 'both-changed' | 'rewritten'
}

export type Merged = {
  readonly verdicts: readonly FieldVerdict[]
  readonly write: Readonly<Record<string, Value>>
  readonly base: Base
  readonly yields: readonly string[]
  readonly disputed: readonly Disputed[]
  /** A `review` or `strictest` field is written over an edit of the other side: that row goes alone, guarded. */
  readonly guarded: boolean
}

/** After so many restores with no edit of the owner between them, something in the org is fighting us: a person decides. */
export const restoresAllowed = 5

/**
 * What was agreed on, when an earlier write may or may not have landed: of a field that one side owns, what the target
 * holds; of the others, only what both sides hold. A field that was never agreed on stays so: else a first contact
 * would look like an edit, and an empty value could erase what a person wrote.
 */
function believed(rule: FieldRule, ours: Digest, theirs: SideValue | 'unread', base: Digest | null): Digest | null {
  if (theirs === 'unread' || base === null) return base
  if (rule.owner === 'commerce' || rule.owner === 'crm') return theirs.digest
  return ours === theirs.digest ? ours : base
}

/** Does a value that wins in Salesforce go back to commerce? Only where the way back is defined. */
export const flowsBack = ({ owner, codec }: FieldRule): boolean =>
  owner !== 'commerce' && owner !== 'seed' && (codec === undefined || codec.toCommerce !== undefined)

/** Does the winning value of a yielded field have to travel, so that its side is to be marked? */
const travels = (rule: FieldRule, from: Side): boolean =>
  from === 'commerce' ? flowsBack(rule) : rule.owner !== 'seed' && rule.owner !== 'crm'

/** Too many restores make a conflict; a person's decision on it goes through once, whichever side it names. */
function limited(found: FieldMerge, restores: number, decided: Side | null, from: Side): FieldMerge {
  if (!found.restores || restores < restoresAllowed) return found
  if (decided === null)
    return { verdict: 'conflict', why: `put back ${restores} times, and rewritten each time`, restores: false }
  return decided === from
    ? { verdict: 'write', why: 'a person chose this side', restores: false }
    : { verdict: 'yield', why: 'a person chose the other side', restores: false }
}

/**
 * An empty value is never written to a field that Salesforce requires: the record would be refused as a whole. Where
 * commerce owns the field the last value simply stays; where both may edit it, Salesforce's value has won.
 */
function refused({ owner }: FieldRule): FieldMerge {
  const why = 'Salesforce requires a value: the last one stays'
  return { verdict: owner === 'commerce' ? 'same' : 'yield', why, restores: false }
}

/** The base after this verdict; null where nothing was agreed on yet. */
function agreedAfter(
  verdict: FieldMerge['verdict'],
  { owner }: FieldRule,
  ours: Digest,
  theirs: SideValue | 'unread',
  agreed: Digest | null,
): Digest | null {
  switch (verdict) {
    case 'write':
      return ours
    case 'yield':
      // What the losing side holds: so the winner looks changed from there, and flows. A seed never flows again.
      return owner === 'seed' ? (agreed ?? ours) : ours
    case 'same':
      if (theirs !== 'unread' && theirs.digest === ours) return ours
      return owner === 'seed' ? (agreed ?? ours) : agreed
    case 'conflict':
      return agreed
    default:
      return unreachable(verdict)
  }
}

/**
 * From Salesforce, a restore is a yield to commerce: commerce's next pass carries it out. Not where Salesforce still holds
 * what was agreed on: then commerce has changed the field, and its write is only still to come.
 */
const asRestore = (found: FieldMerge, { owner }: FieldRule, from: Side, isEdited: boolean): FieldMerge =>
  from === 'crm' && owner === 'commerce' && found.verdict === 'yield' && isEdited ? { ...found, restores: true } : found

/** Every field of the draft, in its order. From Salesforce, a field that was not read is passed over. */
export function mergeFields(draft: Draft, input: MergeFieldsInput): Merged {
  const { from, part, link, target, uncertain, decision, emptyDigest } = input
  const decided = decision?.choice.do === 'take' ? decision.choice.side : null
  const verdicts: FieldVerdict[] = []
  const write: Record<string, Value> = {}
  const base: Record<string, Digest> = { ...link?.base }
  const yields: string[] = []
  const disputed: Disputed[] = []
  let guarded = false
  const commerceIsLater = target === null || draft.modifiedAt >= target.modifiedAt
  for (const field of Object.keys(draft.digests)) {
    const digest = draft.digests[field]
    const value = draft.fields[field]
    if (digest === undefined || value === undefined) continue
    const rule = ruleOf(part, field)
    const seen = target?.digests[field]
    const crmValue = target?.values[field] ?? null
    const commerce: SideValue = { digest, empty: value === null }
    const crm: SideValue | 'unread' =
      seen === undefined ? 'unread' : { digest: seen, empty: seen === emptyDigest(field) }
    const ours = from === 'commerce' ? commerce : crm
    const theirs = from === 'commerce' ? crm : commerce
    if (ours === 'unread') continue
    const known = link?.base[field] ?? null
    const agreed = uncertain ? believed(rule, ours.digest, theirs, known) : known
    const ourValue = from === 'commerce' ? value : crmValue
    const found = merge({
      owner: rule.owner,
      from,
      ours,
      theirs,
      base: agreed,
      oursIsLater: from === 'commerce' ? commerceIsLater : !commerceIsLater,
      oursIsStricter: stricter(rule.stricter ?? [], value, crmValue) === from,
      decided,
    })
    const entered =
      from === 'commerce' && found.verdict === 'write' && value === null && rule.required === true
        ? refused(rule)
        : limited(
            asRestore(found, rule, from, ours.digest !== known),
            Math.abs(link?.restores[field] ?? 0),
            decided,
            from,
          )
    const { verdict } = entered
    verdicts.push({ field, owner: rule.owner, ...entered })
    const after = agreedAfter(verdict, rule, ours.digest, theirs, agreed)
    if (after !== null) base[field] = after
    if (verdict === 'write') {
      write[field] = ourValue
      const overwrites = theirs !== 'unread' && agreed !== null && theirs.digest !== agreed
      guarded ||= overwrites && (rule.owner === 'review' || rule.owner === 'strictest')
    }
    if (verdict === 'yield' && travels(rule, from)) yields.push(field)
    if (verdict === 'conflict')
      disputed.push({
        field,
        commerce: value,
        crm: crmValue,
        kind: found.verdict === 'conflict' ? 'both-changed' : 'rewritten',
      })
  }
  return { verdicts, write, base, yields, disputed, guarded }
}
