/** References of one draft: owned like fields, `seed` by default, so that a person's re-parenting is not undone. */
import type { Base, Digest, Draft, Pointer } from '../model/identity.ts'
import type { LinkRule } from '../model/mapping.ts'
import type { PlannedLink } from '../model/plan.ts'
import { type ResourceRef, refKey } from '../model/resource.ts'

/** Where a reference leads at this moment. */
export type Resolved =
  | { readonly is: 'linked'; readonly crm: ResourceRef }
  /** Written by this same pass: named by its external ID. */
  | { readonly is: 'coming'; readonly keyField: string; readonly key: string }
  /** Not there yet: it may still come. */
  | { readonly is: 'unknown' }
  /** It was looked at and is not there: a person is asked about it, or it is listed as failed. It may still come. */
  | { readonly is: 'unsure' }
  /** Its record is gone, so there will be none. */
  | { readonly is: 'never' }

export type PlannedLinks = {
  readonly links: readonly PlannedLink[]
  /** References to be emptied: the parent is gone from the commerce record. */
  readonly cleared: readonly string[]
  /** What enters the base, per reference field; null leaves it. */
  readonly base: Readonly<Record<string, Digest | null>>
  readonly awaits: readonly ResourceRef[]
  /** It is to belong to a record that will never be there: there is nothing to write. */
  readonly isPointless: boolean
  /** Parents that nobody is sure of: what is to be written leads elsewhere meanwhile. */
  readonly parks: readonly ResourceRef[]
}

/** What the base keeps of a reference that leads elsewhere for now. */
const parkedAt = (id: string): Digest => `to.parked.${id}`

/**
 * What the base keeps of a reference: which record it led to, by its commerce name. Ids are no secret, and the parent's
 * Salesforce id is not known yet when parent and child are written together.
 */
const agreement = (pointer: Pointer): Digest =>
  pointer.to === 'id'
    ? `to.${pointer.ref.id}`
    : `to.${pointer.to === 'draft' ? pointer.role : ''}.${pointer.source.type}/${pointer.source.id}`

/** A guest who is made in this very pass. Their name is made from an email, and is kept nowhere: the next pass has an id. */
const isGuest = ({ orGuest, orKnownGuest, of }: LinkRule, pointer: Pointer): boolean =>
  (orGuest ?? orKnownGuest) !== undefined && pointer.to === 'draft' && of !== 'self' && pointer.source.type !== of.type

function planned(rule: LinkRule, resolved: Extract<Resolved, { is: 'linked' | 'coming' }>): PlannedLink {
  if (resolved.is === 'linked') return { by: 'id', field: rule.crm, id: resolved.crm.id }
  const { keyField, key } = resolved
  const late = rule.byId === true ? { late: true as const } : {}
  return { by: 'key', field: rule.crm, relationship: rule.relationship, keyField, key, ...late }
}

const isParked = (agreement: Digest | undefined): boolean => agreement?.startsWith('to.parked.') === true

/** Parents that cannot be pointed at for now while a reference of this draft has somewhere else to lead to. */
function parkedFor(
  { links, parking }: Draft,
  rules: readonly LinkRule[],
  resolve: (pointer: Pointer) => Resolved,
): ReadonlyMap<string, ResourceRef> {
  const found = new Map<string, ResourceRef>()
  for (const { crm, parking: rule } of rules) {
    const pointer = links[crm]
    if (rule?.whileAsked !== true || parking?.[crm] === undefined || pointer?.to !== 'draft') continue
    if (resolve(pointer).is === 'unsure') found.set(refKey(pointer.source), pointer.source)
  }
  return found
}

/** The reference of a record that shows nobody leads to where such records are kept. */
function pointerOf({ links, parking }: Draft, { crm, parking: rule }: LinkRule): Pointer | undefined {
  const id = rule?.ofNobody === true ? parking?.[crm] : undefined
  if (links[crm] !== undefined || rule === undefined || id === undefined) return links[crm]
  return { to: 'id', ref: { side: 'crm', type: rule.object, id } }
}

/** At creation every reference is set; later only those that commerce owns, and only when they lead elsewhere than agreed. */
export function planLinks(
  draft: Draft,
  rules: readonly LinkRule[],
  resolve: (pointer: Pointer) => Resolved,
  agreed: Base | 'creating',
): PlannedLinks {
  const links: PlannedLink[] = []
  const cleared: string[] = []
  const base: Record<string, Digest | null> = {}
  const awaits: ResourceRef[] = []
  let isPointless = false
  const parked = parkedFor(draft, rules, resolve)
  for (const rule of rules) {
    const pointer = pointerOf(draft, rule)
    if (pointer?.to === 'draft' && parked.has(refKey(pointer.source))) {
      const id = rule.parking?.whileAsked === true ? draft.parking?.[rule.crm] : undefined
      const before = agreed === 'creating' ? undefined : agreed[rule.crm]
      if (id !== undefined && before !== parkedAt(id)) {
        links.push({ by: 'id', field: rule.crm, id })
        base[rule.crm] = parkedAt(id)
      } else if (id === undefined && before !== undefined && !rule.required) {
        cleared.push(rule.crm)
        base[rule.crm] = null
      }
      continue
    }
    if (agreed !== 'creating') {
      if (rule.owner !== 'commerce') continue
      if (pointer === undefined) {
        if (agreed[rule.crm] === undefined || rule.required) continue
        cleared.push(rule.crm)
        base[rule.crm] = null
        continue
      }
      if (agreed[rule.crm] === agreement(pointer)) continue
    }
    if (pointer === undefined) continue
    const resolved = resolve(pointer)
    if (resolved.is === 'linked' || resolved.is === 'coming') {
      links.push(planned(rule, resolved))
      if (rule.owner === 'commerce' && !isGuest(rule, pointer)) base[rule.crm] = agreement(pointer)
    } else if (rule.orKnownGuest !== undefined && isGuest(rule, pointer)) continue
    else if (rule.patient === true && resolved.is === 'never' && rule.required) isPointless = true
    else if (pointer.to !== 'id' && (rule.required || (rule.patient === true && resolved.is !== 'never')))
      awaits.push(pointer.source)
    else if (agreed !== 'creating' && isParked(agreed[rule.crm])) {
      cleared.push(rule.crm)
      base[rule.crm] = null
    }
  }
  return { links, cleared, base, awaits, isPointless, parks: [...parked.values()] }
}
