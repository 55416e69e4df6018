/** Finds a draft's counterpart: by our link first, then by external ID, then by a fallback key. Nothing is guessed. */
import type { Candidate, ConflictKind, Draft, IdentityLink, Match } from '../model/identity.ts'
import type { Value } from '../model/mapping.ts'
import type { Decision } from '../model/plan.ts'
import { refKey, sameRef } from '../model/resource.ts'

export type MatchInput = {
  readonly link: IdentityLink | null
  /** What LOOK UP found, in the order of the part's match rules. */
  readonly candidates: readonly Candidate[]
  /** A person's decision about this record that is not yet carried out. */
  readonly decision: Decision | null
}

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

/** Names and codes compared as people compare them: without case, accents and punctuation. */
const plain = (value: Value): string =>
  String(value ?? '')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}]/gu, '')

/** Is there a corroborating field in which both sides have a value, and not the same? */
function contradicts(draft: Draft, { by, values }: Candidate): boolean {
  if (by.by !== 'fallback') return false
  return (by.corroborate ?? []).some(field => {
    const ours = plain(draft.fields[field] ?? null)
    const theirs = plain(values[field] ?? null)
    return ours !== '' && theirs !== '' && ours !== theirs
  })
}

/** Whose record this is already: held by another link, or stamped with another record's key. Null when it is free. */
function held(draft: Draft, { claimedBy, values }: Candidate): ConflictKind | null {
  if (claimedBy !== null) return sameRef(claimedBy, draft.source) ? null : 'claimed'
  const key = values[draft.keyField]
  if (typeof key !== 'string' || key === '' || key === draft.key) return null
  const project = draft.source.id.slice(0, draft.source.id.indexOf('/') + 1)
  return key.startsWith(project) ? 'claimed' : 'foreign'
}

/** The counterpart of a draft, or why there is none that is certain. */
export function match(draft: Draft, { link, candidates, decision }: MatchInput): Match {
  const choice = decision?.choice
  if (choice?.do === 'link') {
    const chosen = candidates.find(one => sameRef(one.ref, choice.crm))
    if (chosen !== undefined) {
      // A person may choose a record that bears another key, not one that another record is linked to at this moment.
      const taken = chosen.claimedBy !== null && !sameRef(chosen.claimedBy, draft.source)
      return taken
        ? { is: 'ambiguous', candidates: [chosen], why: 'claimed' }
        : { is: 'found', candidate: chosen, by: chosen.by }
    }
  }
  // What a duplicate rule refused of a linked record is meant for that record.
  if (choice?.do === 'create' && (link === null || decision?.kind !== 'duplicate-rule')) return { is: 'new' }
  if (link !== null) return { is: 'linked', link }
  for (const by of ['external-id', 'fallback'] as const) {
    const found = uniqueRecords(candidates.filter(one => one.by.by === by && agrees(draft, one)))
    const [only] = found
    if (only === undefined) continue
    if (found.length > 1) return { is: 'ambiguous', candidates: found, why: 'ambiguous' }
    const why = held(draft, only) ?? (contradicts(draft, only) ? 'disagrees' : null)
    return why === null ? { is: 'found', candidate: only, by: only.by } : { is: 'ambiguous', candidates: found, why }
  }
  return { is: 'new' }
}
