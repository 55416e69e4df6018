/** Which present values of the target could change the plan: only those are read. A busy system therefore reads none. */
import type { Draft, IdentityLink } from '../model/identity.ts'
import type { MappingPart } from '../model/mapping.ts'
import { ruleOf } from './ruleOf.ts'

/**
 * The CRM fields of a linked record whose present values are wanted before planning; empty when the link tells enough.
 * An `uncertain` row wants all of them: an earlier write may or may not have landed. With restores the whole is known too.
 */
export function ask(draft: Draft, link: IdentityLink, part: MappingPart, uncertain: boolean): readonly string[] {
  if (uncertain) return Object.keys(draft.digests)
  return Object.keys(draft.digests).filter(field => {
    const { owner } = ruleOf(part, field)
    if (link.base[field] === draft.digests[field]) return false
    if (owner === 'latest' || owner === 'review' || owner === 'strictest') return true
    return owner === 'seed' && link.base[field] === undefined
  })
}
