/**
 * Records that others need and of which nobody tells (the product of an order's line): where there is none yet, it is planned
 * along with the first record of the pass that needs it, whose row carries it. Once in a pass, and held against others.
 */
import type { IdentityLink } from '../model/identity.ts'
import type { Mapping, Schema } from '../model/mapping.ts'
import type { Version } from '../model/resource.ts'
import { type ResourceRef, refKey } from '../model/resource.ts'
import type { Engine } from './engine.ts'
import { partKey, type Subject } from './lookUp.ts'
import { placeKey } from './parents.ts'
import { projectionOf } from './projectionOf.ts'

type Needed = { readonly source: ResourceRef; readonly mapping: Mapping; readonly by: Subject }

/** What is made has no version of its own: it is looked at when somebody needs it. */
const noVersion: Version = 0

/** The parents on demand that these subjects point at, each once, with the first that does. */
function neededBy(engine: Engine, subjects: readonly Subject[], seen: ReadonlySet<string>): readonly Needed[] {
  const found = new Map<string, Needed>()
  for (const by of subjects)
    for (const rule of by.part.links) {
      const pointer = rule.onDemand === true ? by.draft.links[rule.crm] : undefined
      const mapping = engine.mappings.find(one => one.name === rule.mapping)
      if (pointer?.to !== 'draft' || mapping === undefined) continue
      const key = refKey(pointer.source)
      if (!seen.has(key) && !found.has(key)) found.set(key, { source: pointer.source, mapping, by })
    }
  return [...found.values()]
}

/** Parents before the children that need them; nothing, and no query, where no mapping makes any. */
export async function supply(
  engine: Engine,
  subjects: readonly Subject[],
  schema: Schema,
): Promise<{ readonly supplied: readonly Subject[]; readonly links: readonly IdentityLink[] }> {
  const supplied: Subject[] = []
  const links: IdentityLink[] = []
  const seen = new Set<string>()
  let asking = subjects
  while (engine.mappings.some(one => one.onDemand)) {
    const needed = neededBy(engine, asking, seen)
    if (needed.length === 0) break
    for (const { source } of needed) seen.add(refKey(source))
    const known = await engine.store.links(needed.map(({ source }) => source))
    links.push(...known)
    const linked = new Set(known.map(({ commerce, mapping, role }) => partKey(mapping, role, commerce)))
    const isLinked = ({ source, mapping }: Needed): boolean =>
      mapping.parts.every(({ role }) => linked.has(partKey(mapping.name, role, source)))
    // Of a row in doubt it is looked at all the same: somebody may have deleted in Salesforce what it needs.
    const made = needed
      .filter(one => !isLinked(one) || one.by.row.uncertain)
      .flatMap(({ source, mapping, by }) => {
        const { draft, body, row } = by
        const { modifiedAt } = draft
        const modifiedBy = { clientId: null, marker: null }
        const snapshot = { state: 'present', ref: source, version: noVersion, modifiedAt, modifiedBy, body } as const
        return projectionOf(engine, mapping, schema)
          .pieces(snapshot)
          .map((piece): Subject => ({ ...piece, mapping, row, onDemand: true }))
      })
    supplied.unshift(...made)
    asking = made
  }
  const places = new Map(links.map(({ role, commerce, crm }) => [placeKey(role, commerce), crm.id]))
  return { supplied: supplied.map(one => withParents(one, places)), links }
}

/** What its links lead to already, for rules that look for a record by that: `linked.Product2Id`. */
function withParents(subject: Subject, places: ReadonlyMap<string, string>): Subject {
  const linked = Object.fromEntries(
    Object.entries(subject.draft.links).flatMap(([field, pointer]) => {
      const id = pointer.to === 'draft' ? places.get(placeKey(pointer.role, pointer.source)) : undefined
      return id === undefined ? [] : [[field, id]]
    }),
  )
  return { ...subject, body: { ...subject.body, linked } }
}

/** The rows that need what a busy row is to make: they come back with it. */
export function busyWith(subjects: readonly Subject[], busy: ReadonlySet<string>): readonly Subject[] {
  const makers = new Map(
    subjects.filter(one => one.onDemand).map(({ draft, row }) => [refKey(draft.source), refKey(row.ref)]),
  )
  return subjects.filter(({ draft }) =>
    Object.values(draft.links).some(pointer => {
      const maker = pointer.to === 'draft' ? makers.get(refKey(pointer.source)) : undefined
      return maker !== undefined && busy.has(maker)
    }),
  )
}
