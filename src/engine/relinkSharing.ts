/** Relink of those who share a record: their rows name it, and say who they are. */
import { former, formerKey, type IdentityLink } from '../model/identity.ts'
import type { Mapping, MappingPart } from '../model/mapping.ts'
import type { Keyed } from '../model/relink.ts'
import { type JsonObject, projectOf, type ResourceRef, sameRef } from '../model/resource.ts'

type Link = Omit<IdentityLink, 'revision' | 'since' | 'savedAt'>

/** The record that a row says is shared; null when somebody emptied it, or deleted that record. */
export function personOf(
  { mapping, part }: { readonly mapping: Mapping; readonly part: MappingPart },
  { values }: Keyed,
): ResourceRef | null {
  const field = part.fields.find(one => one.commerce === 'sharing.record')?.crm ?? ''
  const object = mapping.parts.find(one => one.role === mapping.sharing?.of)?.object ?? ''
  const id = values[field]
  return typeof id === 'string' && id !== '' ? { side: 'crm', type: object, id } : null
}

/** What the expressions of a row see beside the commerce record. */
export const sharers = (body: JsonObject, of: ResourceRef, person: ResourceRef, primary: boolean): JsonObject => ({
  ...body,
  sharing: { project: projectOf(of), record: person.id, primary },
})

/**
 * The link to the person itself: the one that is there, or one behind the primary one. Where nobody is primary, since the
 * commerce record of the person's key is gone, the first row that is met takes its place.
 */
export function inherited(links: readonly Link[], mapping: Mapping, commerce: ResourceRef, person: ResourceRef): Link {
  const role = mapping.sharing?.of ?? ''
  const ofPerson = links.filter(one => one.mapping === mapping.name && one.role === role)
  const own = ofPerson.find(one => sameRef(one.commerce, commerce))
  if (own !== undefined) return own
  const isTaken = ofPerson.some(one => one.primary && sameRef(one.crm, person))
  const base = isTaken ? {} : { [formerKey]: former }
  return { mapping: mapping.name, role, commerce, crm: person, primary: !isTaken, base, restores: {} }
}
