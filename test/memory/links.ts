/** What a SAVE in memory makes of links: put, moved, removed, and who is primary on a record that several share. */
import { former, formerKey, type IdentityLink } from '../../src/model/identity.ts'
import type { Settlement } from '../../src/model/outcome.ts'
import type { Clock } from '../../src/model/ports.ts'
import { type ChangeEvent, type ResourceRef, refKey, sameRef } from '../../src/model/resource.ts'

export const partKey = (one: { mapping: string; role: string }, ref: ResourceRef): string =>
  `${one.mapping}|${one.role}|${refKey(ref)}`

/** Links by their key, in the order in which they were made, and found by what they join without a look at all others. */
export class LinkTable extends Map<string, IdentityLink> {
  readonly #byRef = new Map<string, Set<string>>()
  readonly #made = new Map<string, number>()
  #count = 0

  override set(key: string, link: IdentityLink): this {
    this.#leave(key)
    if (!this.#made.has(key)) this.#made.set(key, ++this.#count)
    for (const ref of [link.commerce, link.crm]) {
      const at = refKey(ref)
      this.#byRef.set(at, (this.#byRef.get(at) ?? new Set()).add(key))
    }
    return super.set(key, link)
  }

  override delete(key: string): boolean {
    this.#leave(key)
    this.#made.delete(key)
    return super.delete(key)
  }

  override clear(): void {
    this.#byRef.clear()
    this.#made.clear()
    super.clear()
  }

  /** Those that join this record to another one, the oldest first. */
  of(ref: ResourceRef): [key: string, link: IdentityLink][] {
    const keys = [...(this.#byRef.get(refKey(ref)) ?? [])]
    return keys
      .sort((a, b) => (this.#made.get(a) ?? 0) - (this.#made.get(b) ?? 0))
      .flatMap(key => {
        const link = this.get(key)
        return link === undefined ? [] : [[key, link] satisfies [string, IdentityLink]]
      })
  }

  #leave(key: string): void {
    const link = this.get(key)
    if (link !== undefined) for (const ref of [link.commerce, link.crm]) this.#byRef.get(refKey(ref))?.delete(key)
  }
}

/** Answers the commerce records whose links moved under this save; `mark` is given those that it moved itself. */
export function memoryLinks(
  clock: Clock,
  links: LinkTable,
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
    const remaining = links.of(left.crm).filter(([, one]) => isOn(one, left, left.crm))
    const [first] = remaining
    if (first === undefined || remaining.some(([, one]) => one.primary)) return
    const [at, one] = first
    const base = { ...(left.primary ? left.base : {}), [formerKey]: former }
    links.set(at, { ...one, primary: true, base, restores: {}, revision: one.revision + 1 })
    mark(heir(one))
  }

  /** Puts what fits; answers the commerce records whose links moved under this save. */
  return settlement => {
    const leaving = settlement.links.flatMap(one => (one.do === 'remove' ? [refKey(one.link.commerce)] : []))
    const clashes = new Set<string>()
    for (const change of settlement.links) {
      const { link } = change
      const key = partKey(link, link.commerce)
      const now = links.get(key)
      const seen = change.do === 'put' ? change.revision : change.link.revision
      if (change.do === 'remove' && now === undefined) continue
      const holder = links.of(link.crm).some(([at, one]) => at !== key && one.primary && isOn(one, link, link.crm))
      // A primary link needs a free record, any other one that somebody holds.
      const isTaken = change.do === 'put' && holder === link.primary
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
          for (const [at, one] of links.of(now.crm))
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
