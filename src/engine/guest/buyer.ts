/** An order that names no customer belongs to the guest whom it shows: where its mapping says so, it points at them. */
import type { Resolved } from '../../core/plan.ts'
import type { Draft, Pointer } from '../../model/identity.ts'
import type { JsonObject, ResourceRef } from '../../model/resource.ts'
import type { Engine } from '../engine.ts'
import { partKey, type Subject } from '../lookUp.ts'
import { guestOf, guestsOf, knownGuestOf } from './identity.ts'

/** The subject with pointers at the guest where its rules have nobody else. */
export function withBuyer(engine: Engine, given: Subject, whole: JsonObject): Subject {
  const subject = withKnownGuest(engine, given, whole)
  const { draft, part } = subject
  const open = part.links.filter(rule => rule.orGuest !== undefined && draft.links[rule.crm] === undefined)
  const guest = open.length === 0 ? null : guestOf(engine, draft.source, whole)
  if (guest === null) return subject
  const added = open
    .filter(rule => guestsOf(engine, guest.type)?.name === rule.orGuest)
    .map(rule => [rule.crm, { to: 'draft', role: rule.role, source: guest }] as const)
  return { ...subject, draft: { ...draft, links: { ...draft.links, ...Object.fromEntries(added) } } }
}

function withKnownGuest(engine: Engine, subject: Subject, whole: JsonObject): Subject {
  const { draft, part } = subject
  const added = part.links.flatMap(({ crm, role, orKnownGuest: name }) => {
    const source = name === undefined || draft.links[crm] ? null : knownGuestOf(engine, name, draft.source, whole)
    return source === null ? [] : [[crm, { to: 'draft', role, source }] as const]
  })
  return added.length === 0
    ? subject
    : { ...subject, draft: { ...draft, links: { ...draft.links, ...Object.fromEntries(added) } } }
}

/** Guests who are linked, by the id of their record: what is agreed on must not name them by their email's digest. */
export function byRecord(engine: Engine, draft: Draft, places: ReadonlyMap<string, Resolved>): Draft {
  const known = (pointer: Pointer): Pointer => {
    if (pointer.to !== 'draft' || guestsOf(engine, pointer.source.type) === undefined) return pointer
    if (isOwn(draft, pointer.source)) return pointer
    const place = places.get(partKey('', pointer.role, pointer.source))
    return place?.is === 'linked' ? { to: 'id', ref: place.crm } : pointer
  }
  const links = Object.entries(draft.links).map(([crm, pointer]) => [crm, known(pointer)] as const)
  return links.every(([crm, pointer]) => draft.links[crm] === pointer)
    ? draft
    : { ...draft, links: Object.fromEntries(links) }
}

const isOwn = ({ source }: Draft, ref: ResourceRef): boolean => source.type === ref.type
