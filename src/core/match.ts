/** Finds a draft's counterpart: by our link first, then by external ID, then by a fallback key. Nothing is guessed. */
import type { Candidate, ConflictKind, Draft, IdentityLink, Match } from '../model/identity.ts'
import type { FallbackRule } from '../model/mapping.ts'
import type { Decision } from '../model/plan.ts'
import { refKey, sameRef } from '../model/resource.ts'
import { contradicts, isCertain, narrowed, type View } from './certain.ts'

export type MatchInput = {
  readonly link: IdentityLink | null
  /** What LOOK UP found, in the order of the part's match rules. */
  readonly candidates: readonly Candidate[]
  /** Leads with the same key that nobody has converted yet. */
  readonly leads?: readonly Candidate[]
  /** Is a record made rather than a person asked where several match, or one that is not certain? */
  readonly createsWhenUnclear?: boolean
  /** Is a person asked before a record is made beside an open Lead? */
  readonly asksOfLeads?: boolean
  /** A person's decision about this record that is not yet carried out. */
  readonly decision: Decision | null
  readonly view: View
  /** May it share a record that is another one's already? */
  readonly shares?: boolean
}

type How = { readonly view: View; readonly shares: boolean }

/** Each record once, as the first rule found it. */
function uniqueRecords(candidates: readonly Candidate[]): readonly Candidate[] {
  const unique = new Map<string, Candidate>()
  for (const one of candidates) if (!unique.has(refKey(one.ref))) unique.set(refKey(one.ref), one)
  return [...unique.values()]
}

/** Found by our key, which SOQL compares without case: a key that differs in case is another record's. */
function agrees(draft: Draft, { by, values }: Candidate): boolean {
  if (by.by !== 'external-id' || by.commerce !== 'key') return true
  const found = values[by.crm]
  return found === undefined || found === draft.key
}

/** Does the record carry our key? One found by its key does, whether or not the field was read too. */
export const carriesKey = (draft: Draft, { values, by }: Candidate): boolean =>
  values[draft.keyField] === draft.key || (by.crm === draft.keyField && by.commerce === 'key')

/** It was made for a guest, and this is who that guest was; or it was about to become theirs when a pass broke off. */
const wasTheirs = (draft: Draft, candidate: Candidate): boolean =>
  candidate.yields === true &&
  (draft.formerly?.includes(candidate.claimedBy?.id ?? '') === true || candidate.values[draft.keyField] === draft.key)

/** Whose record this is already: held by another link, or stamped with another record's key. Null when it is free. */
export function held(draft: Draft, candidate: Candidate): ConflictKind | null {
  const { claimedBy, values, theirs } = candidate
  if (theirs !== undefined || wasTheirs(draft, candidate)) return null
  if (claimedBy !== null) return sameRef(claimedBy, draft.source) ? null : 'claimed'
  const key = values[draft.keyField]
  if (typeof key !== 'string' || key === '' || key === draft.key || draft.formerly?.includes(key)) return null
  const project = draft.source.id.slice(0, draft.source.id.indexOf('/') + 1)
  return key.startsWith(project) ? 'claimed' : 'foreign'
}

const unclear = (
  candidates: readonly Candidate[],
  why: ConflictKind,
  because: string | null = null,
): Extract<Match, { is: 'ambiguous' }> => ({ is: 'ambiguous', candidates, why, because })

/** One that is taken: shared with its holder where that may be; else a person is asked. */
function takenBy(candidate: Candidate, taken: ConflictKind, shares: boolean): Match {
  const { ref, claimedBy, awaits, yields } = candidate
  // A guest has no row of their own, and gives way to the customer that they are.
  if (shares && taken === 'claimed' && claimedBy !== null && yields !== true)
    return { is: 'shared', crm: ref, holder: claimedBy }
  if (shares && taken === 'claimed' && awaits !== undefined) return { is: 'awaited', holder: awaits }
  return unclear([candidate], taken)
}

/** What one fallback rule says; null when it found nobody. */
function byFallback(draft: Draft, all: readonly Candidate[], rule: FallbackRule, how: How): Match | null {
  const { view, shares } = how
  const left = narrowed(draft, uniqueRecords(all.filter(one => one.by === rule)), rule, view)
  const [only, second] = left
  if (only === undefined) return null
  if (second !== undefined) return unclear(left, 'ambiguous')
  const taken = held(draft, only)
  // What is to be shared must be as certain as what is to be linked; else it is a question whose it is.
  if (taken !== null && !shares) return unclear(left, taken)
  if (contradicts(draft, only, rule, view)) return unclear(left, 'disagrees')
  if (isCertain(draft, only, rule, view))
    return taken !== null ? takenBy(only, taken, shares) : { is: 'found', candidate: only, by: only.by, other: null }
  const conditions = [
    ...(rule.when === undefined ? [] : [`${rule.when} is not set`]),
    ...(rule.agree === undefined ? [] : [`no ${rule.agree.join(' or ')} confirms it`]),
  ]
  return unclear(left, 'ambiguous', `the record found by ${rule.crm} is not certain: ${conditions.join(', and ')}`)
}

/** The first fallback rule that found anybody decides: a later one is for records that have no such key. */
function fallback(draft: Draft, candidates: readonly Candidate[], how: How): Match | null {
  const rules = new Set(candidates.map(one => one.by))
  for (const rule of rules) {
    const found = rule.by === 'fallback' ? byFallback(draft, candidates, rule, how) : null
    if (found !== null) return found
  }
  return null
}

/** The counterpart of a draft, or why there is none that is certain. */
export function match(draft: Draft, input: MatchInput): Match {
  const met = matched(draft, input)
  const isUnclear = met.is === 'ambiguous' && met.why === 'ambiguous' && input.createsWhenUnclear === true
  const found: Match = isUnclear ? { is: 'new', despite: met.candidates } : met
  // Who is decided to be new is new; for anybody else the Lead may be the same person.
  if (found.is !== 'new' || input.decision?.choice.do === 'create') return found
  const leads = input.asksOfLeads === true ? uniqueRecords(input.leads ?? []) : []
  return leads.length > 0 ? unclear(leads, 'lead') : found
}

function matched(draft: Draft, { link, candidates, decision, view, shares = false }: MatchInput): Match {
  const choice = decision?.choice
  if (choice?.do === 'link' || choice?.do === 'share') {
    const { crm } = choice
    const chosen = crm === null ? undefined : candidates.find(one => sameRef(one.ref, crm))
    if (chosen !== undefined) {
      // A person may choose a record that bears another key, not one that another record is linked to at this moment:
      // unless they say that both are to have it. A guest gives way to a customer, and a guest may be a customer under
      // another name.
      const gives = (chosen.yields === true && draft.formerly !== undefined) || chosen.theirs !== undefined
      const taken = chosen.claimedBy !== null && !sameRef(chosen.claimedBy, draft.source) && !gives
      if (taken) return takenBy(chosen, 'claimed', shares && choice.do === 'share')
      return { is: 'found', candidate: chosen, by: chosen.by, other: null }
    }
  }
  // What a duplicate rule refused of a linked record is meant for that record.
  if (choice?.do === 'create' && (link === null || decision?.kind !== 'duplicate-rule')) return { is: 'new' }
  if (link !== null) return { is: 'linked', link }
  const byId = uniqueRecords(candidates.filter(one => one.by.by === 'external-id' && agrees(draft, one)))
  const second = fallback(draft, candidates, { view, shares })
  const [only] = byId
  if (only === undefined) return second ?? { is: 'new' }
  if (byId.length > 1) return unclear(byId, 'ambiguous')
  const taken = held(draft, only)
  if (taken !== null) return takenBy(only, taken, shares)
  return { is: 'found', candidate: only, by: only.by, other: otherThan(only, second) }
}

/** The external ID is right; that another key leads elsewhere is worth a look all the same. */
function otherThan({ ref }: Candidate, second: Match | null): Candidate | null {
  const other = second?.is === 'found' ? second.candidate : null
  return other === null || sameRef(other.ref, ref) ? null : other
}
