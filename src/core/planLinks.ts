/** References of one draft: owned like fields, `seed` by default, so that a person's re-parenting is not undone. */
import type { Base, Digest, Draft, Pointer } from '../model/identity.ts'
import type { LinkRule } from '../model/mapping.ts'
import type { PlannedLink } from '../model/plan.ts'
import type { ResourceRef } from '../model/resource.ts'

/** Where a reference leads at this moment. */
export type Resolved =
  | { readonly is: 'linked'; readonly crm: ResourceRef }
  /** Written by this same pass: named by its external ID. */
  | { readonly is: 'coming'; readonly keyField: string; readonly key: string }
  /** Not there yet: it may still come. */
  | { readonly is: 'unknown' }
  /** Its record is gone, so there will be none. */
  | { readonly is: 'never' }

export type PlannedLinks = {
  readonly links: readonly PlannedLink[]
  /** References to be emptied: the parent is gone from the commerce record. */
  readonly cleared: readonly string[]
  /** What enters the base, per reference field; null leaves it. */
  readonly base: Readonly<Record<string, Digest | null>>
  readonly awaits: readonly ResourceRef[]
}

/**
 * What the base keeps of a reference: which record it led to, by its commerce name. Ids are no secret, and the parent's
 * Salesforce id is not known yet when parent and child are written together.
 */
const agreement = (pointer: Pointer): Digest =>
  pointer.to === 'id'
    ? `to.${pointer.ref.id}`
    : `to.${pointer.to === 'draft' ? pointer.role : ''}.${pointer.source.type}/${pointer.source.id}`

/** A guest who is made in this very pass. Their name is made from an email, and is kept nowhere: the next pass has an id. */
const isGuest = ({ orGuest, of }: LinkRule, pointer: Pointer): boolean =>
  orGuest !== undefined && pointer.to === 'draft' && of !== 'self' && pointer.source.type !== of.type

function planned(rule: LinkRule, resolved: Extract<Resolved, { is: 'linked' | 'coming' }>): PlannedLink {
  if (resolved.is === 'linked') return { by: 'id', field: rule.crm, id: resolved.crm.id }
  const { keyField, key } = resolved
  return { by: 'key', field: rule.crm, relationship: rule.relationship, keyField, key }
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
  for (const rule of rules) {
    const pointer = draft.links[rule.crm]
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
    } else if (pointer.to !== 'id' && (rule.required || (rule.patient === true && resolved.is === 'unknown')))
      awaits.push(pointer.source)
  }
  return { links, cleared, base, awaits }
}
