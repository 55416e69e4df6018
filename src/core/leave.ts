/** Decides what becomes of a record whose commerce record is gone: the mapping's deletion policy, or the person's erasure. */
import type { Draft, IdentityLink } from '../model/identity.ts'
import type { DeletionPolicy, FieldSchema, Mapping, MappingPart, ObjectSchema, Value } from '../model/mapping.ts'
import type { WritePlan } from '../model/plan.ts'
import { type Instant, type ResourceRef, unreachable } from '../model/resource.ts'
import { leftAlone } from './leftAlone.ts'

/** What stands where Salesforce requires a value. */
export const anonymous = 'Anonymised'

/** The record as Salesforce has it now, wherever it was merged into. */
export type Left = {
  readonly ref: ResourceRef
  readonly values: Readonly<Record<string, Value>>
  /** It is also another commerce record's. */
  readonly isShared: boolean
  /** Deleting it would take other records along. */
  readonly takesAlong: boolean
}

export type LeaveInput = {
  readonly how: DeletionPolicy
  /** The person is to be erased: our key goes too, since it leads back to them. */
  readonly erase: boolean
  readonly link: IdentityLink | null
  /** Null where the policy needs no look, and where there is no such record any more. */
  readonly found: Left | null
  readonly deletedAt: Instant
  readonly object: ObjectSchema | undefined
}

/** What stands for a record that can no longer be read. */
export const departed = (mapping: Mapping, part: MappingPart, source: ResourceRef, at: Instant): Draft => ({
  mapping: mapping.name,
  role: part.role,
  source,
  object: part.object,
  keyField: mapping.keyField,
  key: source.id,
  version: 0,
  modifiedAt: at,
  fields: {},
  digests: {},
  fallbacks: {},
  defaults: {},
  links: {},
  dropped: [],
})

/** What a field holds that no longer tells anything. */
function blank(field: FieldSchema, isRequired: boolean): Value {
  if (field.type === 'boolean') return false
  return isRequired || (!field.nillable && !field.defaultedOnCreate) ? anonymous : null
}

/** What `anonymise` writes: each personal field that this org has and lets us write, whoever owns it. */
export function anonymised(part: MappingPart, object: ObjectSchema | undefined): Readonly<Record<string, Value>> {
  const written: Record<string, Value> = {}
  const empty = (name: string | undefined, isRequired: boolean): boolean => {
    const field = name === undefined ? undefined : object?.fields.get(name)
    if (field?.updateable !== true) return false
    written[field.name] = blank(field, isRequired)
    return true
  }
  for (const { crm, orElse, personal, required } of part.fields)
    if (personal !== false && !empty(crm, required === true)) empty(orElse, required === true)
  for (const name of part.personal ?? []) empty(name, false)
  return written
}

/** What `deactivate` writes: the part's own fields, as far as the org has them. */
export function deactivated(
  part: MappingPart,
  object: ObjectSchema | undefined,
  deletedAt: Instant,
): Readonly<Record<string, Value>> {
  const entries = Object.entries(part.deactivate ?? {}).filter(([name]) => object?.fields.get(name)?.updateable)
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'object' && value !== null ? deletedAt : value]),
  )
}

/**
 * The last plan of a part. Total. Except for `ignore` the link ends with it: a commercetools id never comes back, and
 * the record in Salesforce is free for whoever registers next.
 */
export function leave(draft: Draft, part: MappingPart, input: LeaveInput): WritePlan {
  const { how, erase, link, found, deletedAt, object } = input
  const nothing = (why: string): Extract<WritePlan, { do: 'nothing' }> => {
    const crm = found?.ref ?? link?.crm ?? null
    return { do: 'nothing', draft, verdicts: [], why, crm, link, base: link?.base ?? {}, yields: [], ends: true }
  }
  const update = (wanted: Readonly<Record<string, Value>>, { ref, values }: Left): WritePlan => {
    const all = erase ? { ...wanted, [draft.keyField]: null } : wanted
    const fields = Object.fromEntries(Object.entries(all).filter(([name, value]) => (values[name] ?? null) !== value))
    if (Object.keys(fields).length === 0) return nothing('its record says so already')
    const rest = { links: [], base: {}, yields: [], ifUnmodifiedSince: null, ends: true } as const
    return { do: 'update', draft, verdicts: [], crm: ref, link, fields, ...rest }
  }
  if (how === 'ignore') {
    const why = 'gone in commercetools; the policy is to ignore that'
    return leftAlone(draft, why)
  }
  if (how === 'unlink') return nothing(link === null ? 'gone in commercetools; was not linked' : 'unlinked')
  if (found === null) return nothing(link === null ? 'was not linked' : 'its record is no longer in Salesforce')
  if (found.isShared) return { ...nothing('unlinked; its record is also that of another one'), ifShared: found.ref }
  switch (how) {
    case 'deactivate':
      return update(deactivated(part, object, deletedAt), found)
    case 'anonymise':
      return update(anonymised(part, object), found)
    case 'delete':
      return found.takesAlong
        ? update(anonymised(part, object), found)
        : { do: 'delete', draft, verdicts: [], crm: found.ref, link }
    default:
      return unreachable(how)
  }
}
