/** The records that others point at and that are not in this pass: where they are in Salesforce, and which may still come. */
import type { Resolved } from '../core/plan.ts'
import type { IdentityLink } from '../model/identity.ts'
import type { CallContext } from '../model/ports.ts'
import { type ResourceRef, refKey, sameRef } from '../model/resource.ts'
import type { Engine } from './engine.ts'
import { partKey, type Subject } from './lookUp.ts'

/** Names what a pointer leads to: a part of a record, whatever mapping writes it. */
export const placeKey = (role: string, source: ResourceRef): string => partKey('', role, source)

export type Parents = {
  /**
   * By `placeKey`: those that are linked, those that will never be, because their record is gone or a person said to leave
   * it alone, and those that were looked at and are not linked.
   */
  readonly places: ReadonlyMap<string, Resolved>
  /** Records of which nobody has told yet: who waits for one has it fetched. */
  readonly strangers: ReadonlySet<string>
}

/** What records of this pass point at beside themselves and each other. */
function pointedAt(subjects: readonly Subject[]): readonly { readonly role: string; readonly source: ResourceRef }[] {
  const here = new Set(subjects.flatMap(({ row, draft }) => [refKey(row.ref), refKey(draft.source)]))
  const found = new Map<string, { readonly role: string; readonly source: ResourceRef }>()
  for (const { draft } of subjects)
    for (const pointer of Object.values(draft.links)) {
      if (pointer.to !== 'draft' || sameRef(pointer.source, draft.source) || here.has(refKey(pointer.source))) continue
      found.set(placeKey(pointer.role, pointer.source), pointer)
    }
  return [...found.values()]
}

/** One statement for the links of all of them but the `known` ones, and one more only where some are not linked. */
export async function parents(
  engine: Engine,
  subjects: readonly Subject[],
  context: CallContext,
  known: readonly IdentityLink[] = [],
): Promise<Parents> {
  const already = new Set(known.map(({ role, commerce }) => placeKey(role, commerce)))
  const wanted = pointedAt(subjects).filter(({ role, source }) => !already.has(placeKey(role, source)))
  const places = new Map<string, Resolved>(
    known.map(({ role, commerce, crm }) => [placeKey(role, commerce), { is: 'linked', crm }]),
  )
  if (wanted.length === 0) return { places, strangers: new Set() }
  const sources = new Map(wanted.map(({ source }) => [refKey(source), source]))
  const links: readonly IdentityLink[] = await engine.store.links([...sources.values()])
  for (const { role, commerce, crm } of links) places.set(placeKey(role, commerce), { is: 'linked', crm })
  const missing = wanted.filter(({ role, source }) => !places.has(placeKey(role, source)))
  if (missing.length === 0) return { places, strangers: new Set() }
  for (const [key, place] of await elsewhere(engine, subjects, links, places, context)) places.set(key, place)
  const unlinked = [...new Map(missing.map(({ source }) => [refKey(source), source])).values()]
  // A version that every record has: what is settled at none of it was never looked at.
  const unheard = await engine.store.unheard(unlinked.map(ref => ({ ref, version: 0 })))
  const strangers = new Set(unheard.map(refKey))
  const heard = unlinked.filter(ref => !strangers.has(refKey(ref)))
  const settled = await Promise.all(heard.map(ref => engine.store.settled(ref)))
  const gone = new Set(heard.filter((_, at) => settled[at]?.gone === true).map(refKey))
  const looked = heard.filter((ref, at) => settled[at] != null && !gone.has(refKey(ref)))
  const decisions = looked.length === 0 ? [] : await engine.store.decisions(looked)
  const ignored = new Set(
    decisions.filter(({ choice }) => choice.do === 'ignore').map(({ role, source }) => placeKey(role, source)),
  )
  // Of who is linked another part may never be made: nobody is asked about that.
  const linked = new Set(links.map(({ commerce }) => refKey(commerce)))
  const unsure = new Set(looked.map(refKey).filter(key => !linked.has(key)))
  for (const { role, source } of missing) {
    const place = placeKey(role, source)
    if (places.has(place)) continue
    if (gone.has(refKey(source)) || ignored.has(place)) places.set(place, { is: 'never' })
    else if (unsure.has(refKey(source))) places.set(place, { is: 'unsure' })
  }
  return { places, strangers }
}

/**
 * Parents without a record of ours that stand beside one that is linked: the Account of a Contact that was found in
 * Salesforce. One question for all of them; who has none there will have none.
 */
async function elsewhere(
  engine: Engine,
  subjects: readonly Subject[],
  links: readonly IdentityLink[],
  places: ReadonlyMap<string, Resolved>,
  context: CallContext,
): Promise<readonly (readonly [string, Resolved])[]> {
  const wanted = new Map<string, { readonly link: IdentityLink; readonly field: string; readonly object: string }>()
  for (const { draft, part } of subjects)
    for (const { crm, orWhere } of part.links) {
      const pointer = orWhere === undefined ? undefined : draft.links[crm]
      if (orWhere === undefined || pointer?.to !== 'draft') continue
      const key = placeKey(pointer.role, pointer.source)
      const link = links.find(one => one.role === orWhere.role && sameRef(one.commerce, pointer.source))
      if (link !== undefined && !places.has(key)) wanted.set(key, { ...orWhere, link })
    }
  if (wanted.size === 0) return []
  const asked = [...wanted.values()]
  const fields: Record<string, readonly string[]> = {}
  for (const { link, field } of asked) fields[link.crm.type] = [...new Set([...(fields[link.crm.type] ?? []), field])]
  const read = await engine.systems.crm.read(
    asked.map(({ link }) => link.crm),
    fields,
    context,
  )
  return [...wanted].map(([key, { field, object }], at): readonly [string, Resolved] => {
    const found = read[at]
    // Merged away or deleted is for the parent's own pass to say.
    if (found?.state !== 'present') return [key, { is: 'unknown' }]
    const id = found.values[field]
    return [key, typeof id === 'string' ? { is: 'linked', crm: { side: 'crm', type: object, id } } : { is: 'never' }]
  })
}
