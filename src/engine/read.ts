/** READ from commercetools, by type, in as few calls as fit: types differ in what they expand. */
import type { CallContext } from '../model/ports.ts'
import { type ResourceRef, refKey, type Snapshot } from '../model/resource.ts'
import { withCompanions } from './companions.ts'
import type { Engine } from './engine.ts'
import { guestsOf } from './guest/identity.ts'
import { readGuests } from './guest/readGuests.ts'

/** The present state of these records; each once, `absent` for one that is not there. */
export async function read(
  engine: Engine,
  refs: readonly ResourceRef[],
  context: CallContext,
): Promise<(ref: ResourceRef) => Snapshot> {
  const found = new Map<string, Snapshot>()
  const wanted = new Map(refs.map(ref => [refKey(ref), ref]))
  for (const type of new Set(refs.map(ref => ref.type))) {
    const expand = [...new Set(engine.mappings.filter(one => one.commerce === type).flatMap(one => one.expand))]
    const some = [...wanted.values()].filter(ref => ref.type === type)
    const guests = guestsOf(engine, type)
    const snapshots =
      guests === undefined
        ? await engine.systems.commerce.read(some, expand, context)
        : await readGuests(engine, some, guests, context)
    for (const snapshot of await withCompanions(engine, type, snapshots, context))
      found.set(refKey(snapshot.ref), snapshot)
  }
  return ref => found.get(refKey(ref)) ?? { state: 'absent', ref }
}
