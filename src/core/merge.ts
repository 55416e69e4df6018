/**
 * The three-way merge of one field: what the source says, what the target says, and what both last agreed on.
 * This is the rule that everything else serves; docs/3-merge.md shows it as tables.
 */
import type { Digest } from '../model/identity.ts'
import type { FieldOwnership } from '../model/mapping.ts'
import type { Verdict } from '../model/plan.ts'
import { type Side, unreachable } from '../model/resource.ts'

/** One side's value of the field: its digest, and whether there is any value at all. */
export type SideValue = { readonly digest: Digest; readonly empty: boolean }

export type FieldState = {
  readonly owner: FieldOwnership
  /** The side whose record this pass started from. */
  readonly from: Side
  readonly ours: SideValue
  /** `unread` when the answer could not change the verdict: then the target is taken to be as last agreed. */
  readonly theirs: SideValue | 'unread'
  /** Null on first contact: never agreed on. */
  readonly base: Digest | null
  /** For `latest`: was our edit the later one? A tie counts as commerce's. */
  readonly oursIsLater: boolean
  /** For `strictest`: is our value the more restrictive one? */
  readonly oursIsStricter: boolean
  /** For `review`: the side a person already chose. */
  readonly decided: Side | null
}

/** `restores`: written although only the other side changed it, because that side does not own it. */
export type FieldMerge = { readonly verdict: Verdict; readonly why: string; readonly restores: boolean }

const say = (verdict: Verdict, why: string, restores = false): FieldMerge => ({ verdict, why, restores })

/** Both sides changed the field, or differ on first contact: the owner's word decides. */
function contested(state: FieldState, owner: Exclude<FieldOwnership, 'seed'>, how: string): FieldMerge {
  const { from } = state
  switch (owner) {
    case 'commerce':
    case 'crm':
      return owner === from ? say('write', `${how}; ${owner} owns it`) : say('yield', `${how}; ${owner} owns it`)
    case 'latest':
      return state.oursIsLater
        ? say('write', `${how}; this edit is the later one`)
        : say('yield', `${how}; the other edit is the later one`)
    case 'strictest':
      return state.oursIsStricter
        ? say('write', `${how}; this value is the stricter one`)
        : say('yield', `${how}; the other value is the stricter one`)
    case 'review':
      if (state.decided === null) return say('conflict', `${how}; a person decides`)
      return state.decided === from
        ? say('write', `${how}; a person chose this side`)
        : say('yield', `${how}; a person chose the other side`)
    default:
      return unreachable(owner)
  }
}

/** Filled by commerce where the CRM has nothing yet, once; from then on the CRM's own, and never commerce's again. */
function seeded({ from, ours, theirs, base }: FieldState): FieldMerge {
  if (from === 'crm') return say('same', 'a seeded field never flows back')
  if (base !== null) {
    const unchanged = ours.digest === base && (theirs === 'unread' || theirs.digest === base)
    return unchanged ? say('same', 'unchanged') : say('yield', "seeded once, now Salesforce's own")
  }
  if (ours.empty) return say('same', 'first contact; nothing to seed')
  return theirs === 'unread' || theirs.empty
    ? say('write', 'first contact; seeds an empty field')
    : say('yield', "first contact; it has a value, and that is Salesforce's own")
}

/** First contact: an empty value erases nothing, a value fills an empty one, two different values go by owner. */
function firstContact(state: FieldState, owner: Exclude<FieldOwnership, 'seed'>): FieldMerge {
  const { from, ours, theirs } = state
  const mayWrite = (owner !== 'crm' && owner !== 'commerce') || owner === from
  if (theirs === 'unread') {
    if (!mayWrite) return say('same', `first contact; ${owner} owns it`)
    return ours.empty ? say('same', 'first contact; nothing to write') : say('write', 'first contact')
  }
  if (ours.empty && theirs.empty) return say('same', 'first contact; empty on both sides')
  if (ours.empty)
    return owner === from
      ? say('same', 'first contact; an empty value erases nothing')
      : say('yield', 'first contact; only the other side has a value')
  if (theirs.empty)
    return mayWrite
      ? say('write', 'first contact; fills an empty field')
      : say('same', `first contact; ${owner} owns it`)
  return contested(state, owner, 'first contact; the sides differ')
}

/**
 * What happens to one field. Total: every combination has an answer.
 * `yield` always means that the target's value stands; the plan decides whether it must flow back.
 */
export function merge(state: FieldState): FieldMerge {
  const { owner, from, ours, theirs, base } = state
  if (theirs !== 'unread' && theirs.digest === ours.digest) return say('same', 'both sides agree')
  if (owner === 'seed') return seeded(state)
  if (base === null) return firstContact(state, owner)
  const oursChanged = ours.digest !== base
  const theirsChanged = theirs !== 'unread' && theirs.digest !== base
  if (!oursChanged && !theirsChanged) return say('same', 'unchanged')
  if (owner === 'commerce' || owner === 'crm') {
    if (owner !== from)
      return say('yield', oursChanged ? `changed, but ${owner} owns it` : `changed by its owner, ${owner}`)
    return oursChanged
      ? say('write', `changed; ${owner} owns it`)
      : say('write', `changed by the other side; ${owner} restores it`, true)
  }
  if (oursChanged && !theirsChanged) return say('write', 'only this side changed it')
  if (!oursChanged) return say('yield', 'only the other side changed it')
  return contested(state, owner, 'both sides changed it')
}
