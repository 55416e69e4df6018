/** What a SAVE in memory makes of links: put, moved, removed, and who is primary on a record that several share. */
import { former, formerKey, type IdentityLink } from '../../src/model/identity.ts'
import type { Settlement } from '../../src/model/outcome.ts'
import type { Clock } from '../../src/model/ports.ts'
import { type ChangeEvent, type ResourceRef, refKey, sameRef } from '../../src/model/resource.ts'

export const partKey = (one: { mapping: string; role: string }, ref: ResourceRef): string =>
  `${one.mapping}|${one.role}|${refKey(ref)}`

/** Answers the commerce records whose links moved under this save; `mark` is given those that it moved itself. */
export function memoryLinks(
  clock: Clock,
  links: Map<string, IdentityLink>,
  mark: (event: ChangeEvent) => void,
): (settlement: Pick<Settlement, 'links'>) => ReadonlySet<string> {
  const isOn = (one: IdentityLink, of: { mapping: string; role: string }, crm: ResourceRef): boolean =>
    one.mapping === of.mapping && one.role === of.role && sameRef(one.crm, crm)
  const heir = ({ commerce }: IdentityLink): ChangeEvent => ({
    id: `heir:${refKey(commerce)}`,
    ref: commerce,
    kind: 'changed',
    version: null,
    at: clock.now(),
    correlationId: `heir:${refKey(commerce)}`,
    lane: 'live',
    erase: false,
    doubt: true,
  })

  /** The oldest of those that remain on a record is primary from now on, with the base of the one that left. */
  function promote(left: IdentityLink): void {
    const remaining = [...links].filter(([, one]) => isOn(one, left, left.crm))
    const [first] = remaining
    if (first === undefined || remaining.some(([, one]) => one.primary)) return
    const [at, one] = first
    const base = { ...(left.primary ? left.base : {}), [formerKey]: former }
    links.set(at, { ...one, primary: true, base, restores: {}, revision: one.revision + 1 })
    mark(heir(one))
  }

  /** Puts what fits; answers the commerce records whose links moved under this save. */
  return settlement => {
    const clashes = new Set<string>()
    for (const change of settlement.links) {
      const { link } = change
      const key = partKey(link, link.commerce)
      const now = links.get(key)
      const seen = change.do === 'put' ? change.revision : change.link.revision
      if (change.do === 'remove' && now === undefined) continue
      const holder = [...links].some(([at, one]) => at !== key && one.primary && isOn(one, link, link.crm))
      // A primary link needs a free record, any other one that somebody holds.
      const isTaken = change.do === 'put' && holder === link.primary
      const leaving = settlement.links.flatMap(one => (one.do === 'remove' ? [refKey(one.link.commerce)] : []))
      const isOrphaned =
        change.do === 'remove' &&
        change.ifShared !== undefined &&
        ![...links.values()].some(
          one => sameRef(one.crm, change.ifShared ?? one.commerce) && !leaving.includes(refKey(one.commerce)),
        )
      if ((now?.revision ?? null) !== seen || isTaken || isOrphaned) clashes.add(refKey(link.commerce))
      else if (change.do === 'remove') {
        links.delete(key)
        if (now !== undefined) promote(now)
      } else {
        const savedAt = clock.now()
        const revision = (now?.revision ?? 0) + 1
        const learnt = change.do === 'put' ? {} : { base: change.base, restores: change.restores }
        links.set(key, { ...link, ...learnt, revision, since: now?.since ?? savedAt, savedAt })
        if (now === undefined || sameRef(now.crm, link.crm)) continue
        if (change.do === 'put' && change.brings && now.primary)
          for (const [at, one] of links)
            if (isOn(one, now, now.crm)) {
              links.set(at, {
                ...one,
                crm: link.crm,
                primary: false,
                base: {},
                restores: {},
                revision: one.revision + 1,
              })
              mark(heir(one))
            }
        promote(now)
      }
    }
    return clashes
  }
}
