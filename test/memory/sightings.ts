/** Who was seen in what, in memory: the guests of orders. */
import type { Settlement } from '../../src/model/outcome.ts'
import type { Store } from '../../src/model/ports.ts'
import { type ChangeEvent, type ResourceRef, refKey, sameRef } from '../../src/model/resource.ts'

type Sightings = Pick<Store, 'sightings'> & {
  /** Enters who was seen in what, and marks them; a person who was erased is never seen again in the same. */
  enter(settlement: Settlement): void
  forget(isIt: (ref: ResourceRef | null) => boolean): void
}

export function memorySightings(markAgain: (event: ChangeEvent) => void): Sightings {
  const rows = new Map<string, { in: ResourceRef; who: ResourceRef | null; at: string }>()
  return {
    sightings: async (who, upTo) =>
      who.flatMap(person =>
        [...rows.values()]
          .filter(one => one.who !== null && sameRef(one.who, person))
          .toSorted((a, b) => (a.at > b.at ? -1 : a.at < b.at ? 1 : refKey(a.in) < refKey(b.in) ? -1 : 1))
          .slice(0, upTo)
          .map(one => ({ who: person, in: one.in })),
      ),
    enter({ sightings }) {
      for (const one of sightings) {
        const { gone, erase, lane, correlationId, who, at } = one
        const before = rows.get(refKey(one.in))
        if (before?.who === null) continue
        if (who === null) rows.delete(refKey(one.in))
        else rows.set(refKey(one.in), { in: one.in, who, at })
        const was = before?.who ?? null
        const left = was === null || (who !== null && sameRef(was, who)) ? [] : [was]
        const kind = gone ? 'deleted' : 'changed'
        const event = { id: `seen/${refKey(one.in)}`, kind, version: null, at, correlationId, lane } as const
        for (const ref of [...left, ...(who === null ? [] : [who])]) markAgain({ ...event, ref, erase: gone && erase })
      }
    },
    forget(isIt) {
      for (const one of rows.values()) if (isIt(one.who)) one.who = null
    },
  }
}
