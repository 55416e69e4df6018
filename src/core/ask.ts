/** Which present values of the target could change the plan: only those are read. A busy system therefore reads none. */
import type { Draft, IdentityLink } from '../model/identity.ts'
import type { FieldOwnership, MappingPart } from '../model/mapping.ts'
import { unreachable } from '../model/resource.ts'
import { ruleOf } from './ruleOf.ts'

/** Can the other side's value of a field that differs from its base, or has none, change what becomes of it? */
function wants(owner: FieldOwnership, firstContact: boolean): boolean {
  switch (owner) {
    case 'commerce':
    case 'crm':
      return false
    case 'seed':
      return firstContact
    case 'latest':
    case 'review':
    case 'strictest':
      return true
    default:
      return unreachable(owner)
  }
}

/**
 * The CRM fields of a linked record whose present values are wanted before planning; empty when the link tells enough.
 * An `uncertain` row wants all of them: an earlier write may or may not have landed.
 */
export function ask(draft: Draft, link: IdentityLink, part: MappingPart, uncertain: boolean): readonly string[] {
  const fields = Object.keys(draft.digests)
  if (uncertain) return fields
  // The fields of a shared record are those of the primary one.
  if (!link.primary) return []
  return fields.filter(field => {
    const agreed = link.base[field]
    return agreed !== draft.digests[field] && wants(ruleOf(part, field).owner, agreed === undefined)
  })
}
