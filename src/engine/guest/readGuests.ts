/** READ of guests: what their newest orders say of them, read now. */
import type { CallContext } from '../../model/ports.ts'
import { type JsonObject, type ResourceRef, refKey, type Snapshot, sameRef } from '../../model/resource.ts'
import type { Engine } from '../engine.ts'
import { type GuestMapping, guestOf } from './identity.ts'

type Present = Extract<Snapshot, { state: 'present' }>

/** So many orders are read for each guest: the newest may lack what the one before said, such as an address. */
const ordersRead = 3

const madeAt = ({ body, modifiedAt }: Present): string =>
  typeof body.createdAt === 'string' ? body.createdAt : modifiedAt

/**
 * A guest, as the orders at hand tell of them: each thing as a whole (an address, a locale) from the newest that has it.
 * The version is always 0, for nothing counts the changes of a guest; marks of theirs name none.
 */
export function guestFrom(who: ResourceRef, orders: readonly Present[]): Present | null {
  const inTurn = orders.toSorted((a, b) => (madeAt(a) < madeAt(b) ? -1 : 1))
  const newest = inTurn.at(-1)
  if (newest === undefined) return null
  const body: JsonObject = Object.assign({}, ...inTurn.map(one => one.body))
  return { ...newest, ref: who, version: 0, body }
}

/** The guests whom these orders show, each once, as far as these orders tell of them. */
export function guestsIn(engine: Engine, orders: readonly Present[]): readonly Present[] {
  const shown = orders.flatMap(order => {
    const who = guestOf(engine, order.ref, order.body)
    return who === null ? [] : [{ who, order }]
  })
  return [...Map.groupBy(shown, ({ who }) => refKey(who)).values()].flatMap(some => {
    const [first] = some
    return first === undefined
      ? []
      : (guestFrom(
          first.who,
          some.map(one => one.order),
        ) ?? [])
  })
}

/** One snapshot each; `absent` for one whom no order shows (any more). */
export async function readGuests(
  engine: Engine,
  who: readonly ResourceRef[],
  { expand }: GuestMapping,
  context: CallContext,
): Promise<readonly Snapshot[]> {
  const seen = await engine.store.sightings(who, ordersRead)
  const orders = [...new Map(seen.map(one => [refKey(one.in), one.in])).values()]
  const read = orders.length === 0 ? [] : await engine.systems.commerce.read(orders, expand, context)
  const byGuest = new Map<string, Present[]>()
  for (const one of read) {
    if (one.state !== 'present') continue
    // An order that has changed hands since it was looked at tells of somebody else now; its own event is on its way.
    const ref = guestOf(engine, one.ref, one.body)
    if (ref !== null) byGuest.set(refKey(ref), [...(byGuest.get(refKey(ref)) ?? []), one])
  }
  return who.map(ref => {
    const own = (byGuest.get(refKey(ref)) ?? []).filter(order =>
      seen.some(one => sameRef(one.who, ref) && sameRef(one.in, order.ref)),
    )
    return guestFrom(ref, own) ?? { state: 'absent', ref }
  })
}
