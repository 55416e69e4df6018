/** Who a guest is in the engine: a record of its own, named by a digest of project, scope and email. */
import { guestIn, guestsBefore } from '../../core/guest.ts'
import { plainDigest } from '../../lib/plainDigest.ts'
import type { Appearance, Mapping } from '../../model/mapping.ts'
import { type JsonObject, projectOf, type ResourceRef } from '../../model/resource.ts'
import type { Engine } from '../engine.ts'

type Known = Pick<Engine, 'mappings'>
export type GuestMapping = Mapping & { readonly appearsIn: Appearance }

const isGuestMapping = (mapping: Mapping): mapping is GuestMapping => mapping.appearsIn !== undefined

/** The mapping whose people appear in records of this type. */
export const seenIn = ({ mappings }: Known, type: string): GuestMapping | undefined =>
  mappings.filter(isGuestMapping).find(({ appearsIn }) => appearsIn.in === type)

/** The mapping whose people records of this type are; undefined for what commercetools keeps itself. */
export const guestsOf = ({ mappings }: Known, type: string): GuestMapping | undefined =>
  mappings.filter(isGuestMapping).find(({ commerce }) => commerce === type)

/**
 * No secret goes in: the key stands in Salesforce and must survive a change of ours, so whoever guesses an email can tell
 * whether it is this one. It is treated like the email itself.
 */
const guest = (project: string, { commerce }: Mapping, identity: string): ResourceRef => ({
  side: 'commerce',
  type: commerce,
  id: `${project}/${commerce}/${plainDigest(JSON.stringify([project, identity]))}`,
})

/** The guest whom a record shows; null when it shows none. */
export function guestOf(engine: Known, ref: ResourceRef, body: JsonObject): ResourceRef | null {
  const mapping = seenIn(engine, ref.type)
  const identity = mapping === undefined ? null : guestIn(mapping.appearsIn, body)
  return mapping === undefined || identity === null ? null : guest(projectOf(ref), mapping, identity)
}

/** The guest of this mapping whom a record of any type shows: one that makes nobody may point at them all the same. */
export function knownGuestOf(
  { mappings }: Known,
  name: string,
  ref: ResourceRef,
  body: JsonObject,
): ResourceRef | null {
  const mapping = mappings.filter(isGuestMapping).find(one => one.name === name)
  const identity = mapping === undefined ? null : guestIn(mapping.appearsIn, body)
  return mapping === undefined || identity === null ? null : guest(projectOf(ref), mapping, identity)
}

/** The guests that the person of this record may have been. */
export function formerly({ mappings }: Known, of: Mapping, ref: ResourceRef, body: JsonObject): readonly ResourceRef[] {
  const { takesOver } = of
  const mapping = mappings.filter(isGuestMapping).find(({ name }) => name === takesOver?.mapping)
  if (takesOver === undefined || mapping === undefined) return []
  return guestsBefore(takesOver, mapping.appearsIn, body).map(one => guest(projectOf(ref), mapping, one))
}
