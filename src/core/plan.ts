/** Decides what is written for one draft, field by field, and says why. Everything it needs arrives as values. */
import {
  type Base,
  type Candidate,
  type Digest,
  type Draft,
  formerKey,
  type IdentityLink,
  type Match,
  type Pointer,
  type Present,
} from '../model/identity.ts'
import type { GonePolicy, MappingPart, Value } from '../model/mapping.ts'
import type { ConflictDraft, Decision, FieldVerdict, WritePlan } from '../model/plan.ts'
import { type ResourceRef, sameRef, unreachable } from '../model/resource.ts'
import { leftAlone } from './leftAlone.ts'
import { carriesKey, held } from './match.ts'
import { type Disputed, mergeFields, type Target } from './mergeFields.ts'
import { planLinks, type Resolved } from './planLinks.ts'
import { ruleOf } from './ruleOf.ts'
import { bearsFormerKey, bringing, follows, joins } from './share.ts'

export type { Resolved } from './planLinks.ts'

export type PlanInput = {
  readonly part: MappingPart
  readonly match: Match
  /** The link that LOOK UP knew, also where the match is another record. Default: none. */
  readonly link?: IdentityLink | null
  /** The target as read, where `ask` wanted it; null when unread. */
  readonly present: Present | null
  /** The record that the linked one was merged into; null for any other, and when that one is gone as well. */
  readonly survivor: Candidate | null
  /** What becomes of a record that somebody deleted in Salesforce. */
  readonly whenGone: GonePolicy
  /** An earlier write of this record may or may not have landed. */
  readonly uncertain: boolean
  readonly decision: Decision | null
  /** May the record share one that is another one's already? */
  readonly shares?: boolean
  readonly resolve: (pointer: Pointer) => Resolved
  /** The digest of an empty field, per field: to tell an empty value from another. */
  readonly emptyDigest: (field: string) => Digest
}

function review(draft: Draft, conflict: ConflictDraft, verdicts: readonly FieldVerdict[] = []): WritePlan {
  return { do: 'review', draft, verdicts, conflict }
}

/** The base with these agreements entered, or, where null, taken out. */
function entered(base: Base, changes: Readonly<Record<string, Digest | null>>): Base {
  if (Object.keys(changes).length === 0) return base
  const next: Record<string, Digest> = { ...base }
  for (const [field, digest] of Object.entries(changes))
    if (digest === null) delete next[field]
    else next[field] = digest
  return next
}

const parking = (parks: readonly ResourceRef[]): Pick<WritePlan, 'parks'> => (parks.length === 0 ? {} : { parks })

function create(draft: Draft, input: PlanInput): WritePlan {
  const planned = planLinks(draft, input.part.links, input.resolve, 'creating')
  const { links, base: agreements, awaits, isPointless, parks } = planned
  if (isPointless) return leftAlone(draft, 'what it belongs to is gone for good')
  if (awaits.length > 0) return { do: 'wait', draft, verdicts: [], awaits }
  const fields: Record<string, Value> = { ...draft.defaults }
  const base: Record<string, Digest> = {}
  const verdicts: FieldVerdict[] = []
  const enter = (field: string, verdict: FieldVerdict['verdict'], why: string): void => {
    verdicts.push({ field, owner: ruleOf(input.part, field).owner, verdict, why, restores: false })
  }
  // A value that could not be carried over is no field of the draft, and may have a fallback all the same.
  for (const field of new Set([...Object.keys(draft.fields), ...Object.keys(draft.fallbacks)])) {
    const { owner } = ruleOf(input.part, field)
    const value = draft.fields[field] ?? null
    const digest = draft.digests[field]
    const written = value ?? draft.fallbacks[field] ?? null
    if (owner === 'crm') {
      enter(field, 'same', 'new record; crm owns it')
      continue
    }
    // An empty field that commerce owns claims nothing: the org's default or a fallback stands there until it has a value.
    if (digest !== undefined && (value !== null || owner !== 'commerce')) base[field] = digest
    if (written !== null) fields[field] = written
    enter(
      field,
      written === null ? 'same' : 'write',
      value === null && written !== null ? 'new record; fallback value' : 'new record',
    )
  }
  return { do: 'create', draft, verdicts, fields, links, base: entered(base, agreements), ...parking(parks) }
}

/** The conflict that disputed fields make. */
export const conflictOf = (crm: ResourceRef, disputed: readonly Disputed[]): ConflictDraft => {
  const names = disputed.map(one => one.field).join(', ')
  const rewritten = disputed.every(one => one.kind === 'rewritten')
  return {
    kind: rewritten ? 'rewritten' : 'both-changed',
    why: rewritten ? `something in Salesforce keeps rewriting ${names}` : `both sides changed ${names}`,
    candidates: [crm],
    fields: disputed.map(({ field, commerce, crm: theirs }) => ({ field, commerce, crm: theirs })),
  }
}

/**
 * A linked record of which nothing moved, as far as the pass sees: no field need be merged to know that. An empty field
 * that was never agreed on has nothing to write; where that needed a look at the target, the target would have been read.
 */
function isUntouched(draft: Draft, { base, restores }: IdentityLink): boolean {
  for (const field of Object.keys(draft.digests)) {
    const agreed = base[field]
    if (agreed !== draft.digests[field] && (agreed !== undefined || draft.fields[field] !== null)) return false
  }
  return Object.keys(restores).length === 0 && base[formerKey] === undefined
}

type Counterpart = { crm: ResourceRef; link: IdentityLink | null; target: Target | null; stampKey: boolean }

function update(draft: Draft, input: PlanInput, { crm, link, target, stampKey }: Counterpart): WritePlan {
  const { part, resolve, uncertain, decision, emptyDigest } = input
  const asked = planLinks(draft, part.links, resolve, link?.base ?? {})
  const { links, cleared, base: agreements, awaits } = asked
  const parks = parking(asked.parks)
  if (awaits.length > 0) return { do: 'wait', draft, verdicts: [], awaits }
  const isStill = links.length + cleared.length === 0 && link !== null && target === null && decision === null
  if (isStill && !uncertain && isUntouched(draft, link))
    return {
      do: 'nothing',
      draft,
      verdicts: [],
      why: 'nothing changed',
      crm,
      link,
      base: link.base,
      yields: [],
      ...parks,
    }
  const merged = mergeFields(draft, { from: 'commerce', part, link, target, uncertain, decision, emptyDigest })
  const { verdicts, yields } = merged
  if (merged.disputed.length > 0) return review(draft, conflictOf(crm, merged.disputed), verdicts)
  const base = entered(merged.base, bearsFormerKey(link) ? { ...agreements, [formerKey]: null } : agreements)
  const fields: Record<string, Value> = { ...merged.write }
  for (const field of cleared) fields[field] = null
  // A record that was found by another key gets ours, so that the next one finds it at once.
  if (stampKey) fields[draft.keyField] = draft.key
  if (Object.keys(fields).length === 0 && links.length === 0) {
    const why = link === null ? 'found, and already equal' : 'nothing changed'
    return { do: 'nothing', draft, verdicts, why, crm, link, base, yields, ...parks }
  }
  const ifUnmodifiedSince = merged.guarded && target !== null ? target.modifiedAt : null
  return { do: 'update', draft, verdicts, crm, link, fields, links, base, yields, ifUnmodifiedSince, ...parks }
}

/** Both values of the fields in which they are known to differ. */
const differing = (draft: Draft, { digests, values }: Candidate): ConflictDraft['fields'] =>
  Object.entries(draft.fields)
    .filter(([field]) => digests[field] !== undefined && digests[field] !== draft.digests[field])
    .map(([field, commerce]) => ({ field, commerce, crm: values[field] ?? null }))

function unclear(draft: Draft, { candidates, why: kind, because }: Extract<Match, { is: 'ambiguous' }>): WritePlan {
  const [only, second] = candidates
  const reasons: Partial<Record<typeof kind, string>> = {
    claimed: `the record found belongs to another ${draft.source.type} already`,
    foreign: 'the record found carries the key of a project that is not served here',
    lead: `${candidates.length === 1 ? 'an open Lead has' : `${candidates.length} open Leads have`} the same key, and converting it would make a second record`,
    disagrees: 'the record found agrees by one key, but other details contradict it',
  }
  const why = because ?? reasons[kind] ?? `${candidates.length} records of ${draft.object} match`
  // One candidate is shown field by field; several are told apart in Salesforce.
  const fields = only === undefined || second !== undefined ? [] : differing(draft, only)
  return review(draft, { kind, why, candidates: candidates.map(one => one.ref), fields })
}

/**
 * Another name of a customer: linked, so that whatever names the guest leads there, and nothing of it is written. Where an
 * earlier guest is linked already, this one is the customer's next name.
 */
const known = (draft: Draft, { ref, guest }: Candidate, { id }: ResourceRef): WritePlan => ({
  ...leftAlone(draft, `the guest is the customer ${id}`),
  crm: ref,
  ...(guest !== undefined && !sameRef(guest, draft.source) && { sharedWith: guest }),
})

/** Somebody deleted the linked record in Salesforce: the policy says what that means. */
function gone(draft: Draft, input: PlanInput): WritePlan {
  const why = `the linked ${draft.object} was deleted in Salesforce`
  switch (input.whenGone) {
    case 'review':
      return review(draft, { kind: 'deleted', why, candidates: [], fields: [] })
    case 'recreate':
      return create(draft, input)
    case 'unlink':
      return leftAlone(draft, `${why}, and is left alone`)
    default:
      return unreachable(input.whenGone)
  }
}

/**
 * The linked record was merged into another one: the link follows it, and what the survivor holds counts as an edit in
 * Salesforce. Never silently where the survivor is another commerce record's.
 */
function moved(draft: Draft, input: PlanInput, link: IdentityLink, survivor: Candidate): WritePlan {
  // A guest's record that people merged the customer's into: they are one person, and it is the customer's.
  const taken = survivor.yields === true && draft.formerly !== undefined ? null : held(draft, survivor)
  if (taken === 'claimed' && input.shares) {
    if (survivor.claimedBy !== null && survivor.yields !== true) return joins(draft, survivor.ref, survivor.claimedBy)
    if (survivor.awaits !== undefined) return { do: 'wait', draft, verdicts: [], awaits: [survivor.awaits] }
  }
  if (taken !== null) {
    const whose = taken === 'claimed' ? `another ${draft.source.type}'s` : 'of a project that is not served here'
    const fields = differing(draft, survivor)
    const why = `the linked ${draft.object} was merged into one that is ${whose}`
    return review(draft, { kind: taken, why, candidates: [survivor.ref], fields })
  }
  if (survivor.theirs !== undefined) return known(draft, survivor, survivor.theirs)
  const made = update(draft, input, {
    crm: survivor.ref,
    link,
    target: survivor,
    stampKey: !carriesKey(draft, survivor),
  })
  // Without the link the outcome makes a new one, in place of the one that is known.
  return made.do === 'update' || made.do === 'nothing' ? { ...made, link: null } : made
}

/** What to do about one draft. Total: every match and every state of the target has an answer. */
export function plan(draft: Draft, input: PlanInput): WritePlan {
  const { link = null, present, decision } = input
  if (decision?.choice.do === 'ignore') return leftAlone(draft, 'a person decided to ignore it')
  return bringing(planned(draft, input), present, link)
}

function planned(draft: Draft, input: PlanInput): WritePlan {
  const { match, present } = input
  switch (match.is) {
    case 'new':
      return create(draft, input)
    case 'ambiguous':
      return unclear(draft, match)
    case 'found': {
      const { candidate } = match
      if (candidate.theirs !== undefined) return known(draft, candidate, candidate.theirs)
      const stampKey = !carriesKey(draft, candidate)
      return update(draft, input, { crm: candidate.ref, link: null, target: candidate, stampKey })
    }
    case 'shared':
      return joins(draft, match.crm, match.holder)
    case 'awaited':
      return { do: 'wait', draft, verdicts: [], awaits: [match.holder] }
    case 'linked': {
      if (!match.link.primary) return follows(draft, match.link, present)
      if (present?.state === 'merged' && input.survivor !== null) return moved(draft, input, match.link, input.survivor)
      if (present?.state === 'absent' || present?.state === 'merged') return gone(draft, input)
      return update(draft, input, {
        crm: match.link.crm,
        link: match.link,
        target: present,
        stampKey: bearsFormerKey(match.link),
      })
    }
    default:
      return unreachable(match)
  }
}
