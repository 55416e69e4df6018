/** Decides what is written for one draft, field by field, and says why. Everything it needs arrives as values. */
import type { Base, Digest, Draft, IdentityLink, Match, Pointer, Present } from '../model/identity.ts'
import type { FieldRule, LinkRule, MappingPart, Value } from '../model/mapping.ts'
import type { ConflictDraft, Decision, FieldVerdict, PlannedLink, WritePlan } from '../model/plan.ts'
import { type Instant, type ResourceRef, type Side, unreachable } from '../model/resource.ts'
import { merge, type SideValue } from './merge.ts'
import { ruleOf } from './ruleOf.ts'

/** Where a reference leads at this moment. */
export type Resolved =
  | { readonly is: 'linked'; readonly crm: ResourceRef }
  /** Written by this same pass: named by its external ID. */
  | { readonly is: 'coming'; readonly keyField: string; readonly key: string }
  | { readonly is: 'unknown' }

export type PlanInput = {
  readonly part: MappingPart
  readonly match: Match
  /** The target as read, where `ask` wanted it; null when unread. */
  readonly present: Present | null
  /** An earlier write of this record may or may not have landed. */
  readonly uncertain: boolean
  readonly decision: Decision | null
  readonly resolve: (pointer: Pointer) => Resolved
  /** The digest of an empty field, per field: to tell an empty value from another. */
  readonly emptyDigest: (field: string) => Digest
}

const from: Side = 'commerce'

/** What the target holds, from a find or a read: the same shape for `found` and for `present`. */
type Target = {
  readonly values: Readonly<Record<string, Value>>
  readonly digests: Base
  readonly modifiedAt: Instant
}

type Merged = {
  verdicts: FieldVerdict[]
  write: Record<string, Value>
  base: Record<string, Digest>
  yields: string[]
  disputed: { field: string; commerce: Value; crm: Value }[]
  /** A `review` or `strictest` field is written over an edit of the other side: that row goes alone, guarded. */
  guarded: boolean
}

/** What an uncertain write leaves us to believe was agreed on: docs in 7-one-pass, step 5. */
function believed(
  rule: FieldRule,
  ours: Digest,
  theirs: Digest | undefined,
  base: Digest | undefined,
): Digest | undefined {
  if (theirs === undefined) return base
  if (rule.owner === 'commerce' || rule.owner === 'crm') return theirs
  return ours === theirs ? theirs : base
}

/** Values that flow back to commerce when they win there; the others stay where they are. */
const flowsBack = (rule: FieldRule): boolean =>
  rule.owner === 'crm' || rule.owner === 'latest' || rule.owner === 'review' || rule.owner === 'strictest'

function mergeFields(draft: Draft, input: PlanInput, base: Base, target: Target | null): Merged {
  const merged: Merged = { verdicts: [], write: {}, base: { ...base }, yields: [], disputed: [], guarded: false }
  const decided = input.decision?.choice.do === 'take' ? input.decision.choice.side : null
  for (const [field, value] of Object.entries(draft.fields)) {
    const rule = ruleOf(input.part, field)
    const digest = draft.digests[field]
    if (digest === undefined) continue
    const seen = target?.digests[field]
    const theirs: SideValue | 'unread' =
      seen === undefined ? 'unread' : { digest: seen, empty: seen === input.emptyDigest(field) }
    const agreed = input.uncertain ? believed(rule, digest, seen, base[field]) : base[field]
    const theirValue = target?.values[field] ?? null
    const stricter = rule.stricter?.(value, theirValue)
    const { verdict, why, restores } = merge({
      owner: rule.owner,
      from,
      ours: { digest, empty: value === null },
      theirs,
      base: agreed ?? null,
      oursIsLater: target === null || draft.modifiedAt >= target.modifiedAt,
      oursIsStricter: stricter === undefined || stricter === value,
      decided,
    })
    record(merged, { rule, field, value, digest, theirs, theirValue, agreed, verdict, why, restores })
  }
  return merged
}

type FieldResult = {
  rule: FieldRule
  field: string
  value: Value
  digest: Digest
  theirs: SideValue | 'unread'
  theirValue: Value
  agreed: Digest | undefined
  verdict: FieldVerdict['verdict']
  why: string
  restores: boolean
}

/** Enters one field's verdict: what to write, and what both sides will have agreed on once that is confirmed. */
function record(merged: Merged, result: FieldResult): void {
  const { rule, field, value, digest, theirs, agreed, verdict } = result
  const refused = verdict === 'write' && value === null && rule.required === true
  const entered = refused ? 'same' : verdict
  const why = refused ? 'Salesforce requires a value: the last one stays' : result.why
  merged.verdicts.push({ field, owner: rule.owner, verdict: entered, why, restores: result.restores && !refused })
  switch (entered) {
    case 'write':
      merged.write[field] = value
      merged.base[field] = digest
      if (theirs !== 'unread' && agreed !== undefined && theirs.digest !== agreed)
        merged.guarded ||= rule.owner === 'review' || rule.owner === 'strictest'
      return
    case 'same':
      // Nothing was agreed on by an empty value of a field the other side owns: see docs/3-merge.md, first contact.
      if (
        theirs !== 'unread'
          ? theirs.digest === digest || rule.owner === 'commerce'
          : agreed === undefined && rule.owner !== 'crm'
      )
        merged.base[field] = digest
      return
    case 'yield':
      // The base becomes what the losing side holds, so that the winner looks changed from there and flows.
      if (rule.owner === 'seed') merged.base[field] = agreed ?? digest
      else merged.base[field] = digest
      if (flowsBack(rule)) merged.yields.push(field)
      return
    case 'conflict':
      merged.disputed.push({ field, commerce: value, crm: result.theirValue })
      return
    default:
      unreachable(entered)
  }
}

type Links = { links: PlannedLink[]; awaits: ResourceRef[] }

/** References are owned like fields, `seed` by default: written at creation, then the CRM's own. */
function planLinks(draft: Draft, rules: readonly LinkRule[], input: PlanInput, creating: boolean): Links {
  const links: PlannedLink[] = []
  const awaits: ResourceRef[] = []
  for (const rule of rules) {
    const pointer = draft.links[rule.crm]
    if (pointer === undefined || (!creating && rule.owner !== 'commerce')) continue
    const resolved = input.resolve(pointer)
    if (resolved.is === 'linked') links.push({ by: 'id', field: rule.crm, id: resolved.crm.id })
    else if (resolved.is === 'coming')
      links.push({
        by: 'key',
        field: rule.crm,
        relationship: rule.relationship,
        keyField: resolved.keyField,
        key: resolved.key,
      })
    else if (rule.required && pointer.to !== 'id') awaits.push(pointer.source)
  }
  return { links, awaits }
}

function review(draft: Draft, conflict: ConflictDraft, verdicts: readonly FieldVerdict[] = []): WritePlan {
  return { do: 'review', draft, verdicts, conflict }
}

function create(draft: Draft, input: PlanInput): WritePlan {
  const { links, awaits } = planLinks(draft, input.part.links, input, true)
  if (awaits.length > 0) return { do: 'wait', draft, verdicts: [], awaits }
  const fields: Record<string, Value> = { ...draft.defaults }
  const base: Record<string, Digest> = {}
  const verdicts: FieldVerdict[] = []
  for (const [field, value] of Object.entries(draft.fields)) {
    const { owner } = ruleOf(input.part, field)
    if (owner === 'crm') {
      verdicts.push({ field, owner, verdict: 'same', why: 'new record; crm owns it', restores: false })
      continue
    }
    const digest = draft.digests[field]
    if (digest !== undefined) base[field] = digest
    const written = value ?? draft.fallbacks[field] ?? null
    verdicts.push({
      field,
      owner,
      verdict: written === null ? 'same' : 'write',
      why: value === null && written !== null ? 'new record; fallback value' : 'new record',
      restores: false,
    })
    if (written !== null) fields[field] = written
  }
  return { do: 'create', draft, verdicts, fields, links, base }
}

function update(
  draft: Draft,
  input: PlanInput,
  crm: ResourceRef,
  link: IdentityLink | null,
  target: Target | null,
): WritePlan {
  const { links, awaits } = planLinks(draft, input.part.links, input, false)
  if (awaits.length > 0) return { do: 'wait', draft, verdicts: [], awaits }
  const merged = mergeFields(draft, input, link?.base ?? {}, target)
  if (merged.disputed.length > 0) {
    const why = `both sides changed ${merged.disputed.map(one => one.field).join(', ')}`
    return review(draft, { kind: 'both-changed', why, candidates: [crm], fields: merged.disputed }, merged.verdicts)
  }
  const fields = { ...merged.write }
  // A record that was found by another key gets ours, so that the next one finds it at once.
  if (target !== null && link === null && target.values[draft.keyField] !== draft.key)
    fields[draft.keyField] = draft.key
  const { verdicts, base, yields } = merged
  if (Object.keys(fields).length === 0 && links.length === 0)
    return {
      do: 'nothing',
      draft,
      verdicts,
      why: link === null ? 'found, and already equal' : 'nothing changed',
      crm,
      link,
      base,
      yields,
    }
  const ifUnmodifiedSince = merged.guarded && target !== null ? target.modifiedAt : null
  return { do: 'update', draft, verdicts, crm, link, fields, links, base, yields, ifUnmodifiedSince }
}

/** What to do about one draft. Total: every match and every state of the target has an answer. */
export function plan(draft: Draft, input: PlanInput): WritePlan {
  const { match, present, decision } = input
  if (decision?.choice.do === 'ignore')
    return {
      do: 'nothing',
      draft,
      verdicts: [],
      why: 'a person decided to ignore it',
      crm: null,
      link: null,
      base: {},
      yields: [],
    }
  switch (match.is) {
    case 'new':
      return create(draft, input)
    case 'ambiguous': {
      const candidates = match.candidates.map(one => one.ref)
      const why =
        match.why === 'claimed'
          ? `the record found belongs to another ${draft.source.type} already`
          : `${candidates.length} records of ${draft.object} match`
      return review(draft, { kind: match.why, why, candidates, fields: [] })
    }
    case 'found':
      return update(draft, input, match.candidate.ref, null, match.candidate)
    case 'linked': {
      const crm = match.link.crm
      if (present?.state === 'absent')
        return review(draft, {
          kind: 'deleted',
          why: `the linked ${draft.object} was deleted in Salesforce`,
          candidates: [],
          fields: [],
        })
      if (present?.state === 'merged') {
        const why = `the linked ${draft.object} was merged into another one`
        return review(draft, { kind: 'deleted', why, candidates: [present.into], fields: [] })
      }
      return update(draft, input, crm, match.link, present)
    }
    default:
      return unreachable(match)
  }
}
