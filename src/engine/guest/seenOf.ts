/** What guests were seen in, read now: their own, and that of people who were guests before. */
import { chunks } from '../../lib/chunks.ts'
import type { CallContext } from '../../model/ports.ts'
import { type JsonObject, type ResourceRef, refKey, type Snapshot } from '../../model/resource.ts'
import type { Companion } from '../../model/watched.ts'
import type { Engine } from '../engine.ts'
import { isGuestLink } from './holder.ts'
import { formerly, guestsOf, seenIn } from './identity.ts'

type Present = Extract<Snapshot, { state: 'present' }>

/** Of each guest the newest so many: who has bought more often without an account is no person. */
const seenUpTo = 500
/** Read at once, and let go before the next ones are. */
const readAtOnce = 500

type Holders = ReadonlyMap<string, readonly ResourceRef[]>

/** The customers who hold the records of these guests by now, by guest; of a guest who has no record there is none. */
export async function customersOf(engine: Engine, guests: readonly ResourceRef[]): Promise<Holders> {
  const links = guests.length === 0 ? [] : await engine.store.links(guests)
  const claims = links.length === 0 ? [] : await engine.store.claimants(links.map(one => one.crm))
  const byRecord = Map.groupBy(
    claims.filter(one => one.primary && !isGuestLink(engine, one)),
    one => refKey(one.crm),
  )
  const found = new Map<string, ResourceRef[]>()
  for (const link of links) {
    const own = (byRecord.get(refKey(link.crm)) ?? []).map(one => one.commerce)
    found.set(refKey(link.commerce), [...(found.get(refKey(link.commerce)) ?? []), ...own])
  }
  return found
}

/**
 * The guests whom each of these people are, or were. A guest with a record of their own is somebody else's past only while
 * that somebody has none, and takes theirs over.
 */
async function guestsBehind(
  engine: Engine,
  people: readonly Present[],
): Promise<ReadonlyMap<string, readonly ResourceRef[]>> {
  const isGuest = ({ ref }: Present): boolean => guestsOf(engine, ref.type) !== undefined
  const before = (one: Present): readonly ResourceRef[] =>
    engine.mappings
      .filter(({ commerce }) => commerce === one.ref.type)
      .flatMap(mapping => formerly(engine, mapping, one.ref, one.body))
  const behind = people.map(one => [one, isGuest(one) ? [one.ref] : before(one)] as const)
  const were = behind.filter(([one, guests]) => !isGuest(one) && guests.length > 0)
  const holders = await customersOf(
    engine,
    were.flatMap(([, guests]) => guests),
  )
  const known = holders.size === 0 ? [] : await engine.store.links(were.map(([{ ref }]) => ref))
  const settled = new Set(known.map(({ commerce }) => refKey(commerce)))
  const isTheirs = (one: Present, guest: ResourceRef): boolean => {
    const own = holders.get(refKey(guest))
    if (own === undefined || isGuest(one)) return true
    const key = refKey(one.ref)
    return own.length === 0 ? !settled.has(key) : own.some(each => refKey(each) === key)
  }
  return new Map(behind.map(([one, guests]) => [refKey(one.ref), guests.filter(guest => isTheirs(one, guest))]))
}

/** What each of these people was seen in as a guest, as the companion keeps it. */
export async function seenOf(
  engine: Engine,
  { type, keeps = body => body }: Companion,
  people: readonly Present[],
  context: CallContext,
): Promise<(one: Present) => readonly JsonObject[]> {
  if (seenIn(engine, type) === undefined) return () => []
  const behind = await guestsBehind(engine, people)
  const guests = new Map([...behind.values()].flat().map(ref => [refKey(ref), ref]))
  const seen = await engine.store.sightings([...guests.values()], seenUpTo)
  const wanted = new Map(seen.map(one => [refKey(one.in), one.in]))
  const kept = new Map<string, JsonObject>()
  for (const refs of chunks([...wanted.values()], readAtOnce))
    for (const one of await engine.systems.commerce.read(refs, [], context))
      if (one.state === 'present') kept.set(refKey(one.ref), keeps(one.body))
  const byGuest = Map.groupBy(seen, ({ who }) => refKey(who))
  const ofGuest = (guest: ResourceRef): readonly JsonObject[] =>
    (byGuest.get(refKey(guest)) ?? []).flatMap(sighting => {
      const one = kept.get(refKey(sighting.in))
      return one === undefined ? [] : [one]
    })
  return one => (behind.get(refKey(one.ref)) ?? []).flatMap(ofGuest)
}
