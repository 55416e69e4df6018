/** Finds a draft's counterpart: by our link first, then by external ID, then by a fallback key. Nothing is guessed. */
import type { Candidate, Draft, IdentityLink, Match } from '../model/identity.ts'
import type { Decision } from '../model/plan.ts'
import { sameRef } from '../model/resource.ts'

export type MatchInput = {
  readonly link: IdentityLink | null
  /** What LOOK UP found, in the order of the part's match rules. */
  readonly candidates: readonly Candidate[]
  /** A person's decision about this record that is not yet carried out. */
  readonly decision: Decision | null
}

const uniqueRecords = (candidates: readonly Candidate[]): readonly Candidate[] =>
  candidates.filter((one, at) => candidates.findIndex(other => sameRef(one.ref, other.ref)) === at)

/** The counterpart of a draft, or why there is none that is certain. */
export function match(draft: Draft, { link, candidates, decision }: MatchInput): Match {
  const choice = decision?.choice
  if (choice?.do === 'link') {
    const chosen = candidates.find(one => sameRef(one.ref, choice.crm))
    if (chosen) return { is: 'found', candidate: chosen, by: chosen.by }
  }
  if (choice?.do === 'create') return { is: 'new' }
  if (link !== null) return { is: 'linked', link }
  const free = (one: Candidate): boolean => one.claimedBy === null || sameRef(one.claimedBy, draft.source)
  for (const by of ['external-id', 'fallback'] as const) {
    const found = uniqueRecords(candidates.filter(one => one.by.by === by))
    const [only] = found
    if (only === undefined) continue
    if (found.length > 1) return { is: 'ambiguous', candidates: found, why: 'ambiguous' }
    return free(only)
      ? { is: 'found', candidate: only, by: only.by }
      : { is: 'ambiguous', candidates: found, why: 'claimed' }
  }
  return { is: 'new' }
}
