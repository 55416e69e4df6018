/** Plans for records that are gone in commercetools: looks at what their policy needs to know, and asks core what to do. */
import { isRoleOf } from '../core/elements.ts'
import { anonymised, deactivated, departed, type Left, leave } from '../core/leave.ts'
import type { IdentityLink } from '../model/identity.ts'
import type { DeletionPolicy, Mapping, MappingPart, MatchRule, Schema } from '../model/mapping.ts'
import { RemoteFailure } from '../model/outcome.ts'
import type { CallContext, ClaimedRow, FindQuery } from '../model/ports.ts'
import { type ResourceRef, refKey, sameRef } from '../model/resource.ts'
import { type Considered, schemaOf } from './consider.ts'
import type { Engine } from './engine.ts'
import { readFollowed, type StillThere } from './follow.ts'
import { isGuestLink } from './guest/holder.ts'

/** A part of a record that is gone, with what its policy is. */
type Leaver = {
  readonly row: ClaimedRow
  readonly mapping: Mapping
  readonly part: MappingPart
  readonly link: IdentityLink | null
  readonly how: DeletionPolicy
}

const policyOf = ({ deletion, erasure }: Mapping, { erase }: ClaimedRow): DeletionPolicy =>
  erase ? (erasure ?? 'anonymise') : deletion

/** Does the policy ask for a look at Salesforce? */
const looks = ({ how }: Leaver): boolean => how !== 'ignore' && how !== 'unlink'

const linksOf = (
  { name }: Mapping,
  part: MappingPart,
  { ref }: ClaimedRow,
  links: readonly IdentityLink[],
): readonly IdentityLink[] =>
  links.filter(one => one.mapping === name && isRoleOf(part, one.role) && sameRef(one.commerce, ref))

/** The row of one who shared a record; of one who is to be erased also where we know of none. */
function rowOf(mapping: Mapping, row: ClaimedRow, links: readonly IdentityLink[]): readonly MappingPart[] {
  const part = mapping.sharing?.part
  if (part === undefined) return []
  return row.erase || linksOf(mapping, part, row, links).length > 0 ? [part] : []
}

function leaversOf(engine: Engine, rows: readonly ClaimedRow[], links: readonly IdentityLink[]): readonly Leaver[] {
  return rows.flatMap(row =>
    engine.mappings
      .filter(mapping => mapping.commerce === row.ref.type)
      .flatMap(mapping =>
        [...mapping.parts, ...rowOf(mapping, row, links)].flatMap((part): Leaver[] => {
          const policy = policyOf(mapping, row)
          // The row of one who shares a record is our own: it goes, whatever becomes of that record.
          const how = part === mapping.sharing?.part && policy !== 'ignore' ? 'delete' : policy
          const found = linksOf(mapping, part, row, links)
          if (part.each !== undefined) return found.map(link => ({ row, mapping, part, link, how }))
          return [{ row, mapping, part, link: found[0] ?? null, how }]
        }),
      ),
  )
}

/** A mapping that deactivates by fields which the org does not have would say "done" and do nothing. */
function insist({ how, part, mapping }: Leaver, schema: Schema): void {
  if (how !== 'deactivate' || Object.keys(part.deactivate ?? {}).length === 0) return
  if (Object.keys(deactivated(part, schema.get(part.object), '')).length > 0) return
  const fields = Object.keys(part.deactivate ?? {})
  throw new RemoteFailure({
    is: 'denied',
    code: 'NO_DEACTIVATE_FIELD',
    message: `${part.object} has none of ${fields.join(', ')} for us to write: deploy the package in salesforce/ and assign its permission set, or choose other fields in mappings.${mapping.name}.deactivate`,
    fields,
    retryAt: null,
  })
}

/**
 * Who is to be erased may have been unlinked before: by a deletion whose word of the erasure came later, or in another
 * way than the person wished for. Their records still carry our key.
 */
async function byKey(engine: Engine, leavers: readonly Leaver[], schema: Schema, context: CallContext) {
  const queries = new Map<string, FindQuery & { values: string[] }>()
  for (const { row, link, part, mapping } of leavers) {
    if (link !== null || !row.erase || !schema.get(part.object)?.fields.has(mapping.keyField)) continue
    const by: MatchRule = { by: 'external-id', crm: mapping.keyField, commerce: 'key' }
    const id = `${part.object}\n${mapping.keyField}`
    const query = queries.get(id) ?? { object: part.object, by, field: mapping.keyField, values: [], fields: [] }
    query.values.push(row.ref.id)
    queries.set(id, query)
  }
  const found = queries.size === 0 ? [] : await engine.systems.crm.find([...queries.values()], context)
  return new Map(found.map(one => [`${one.ref.type}\n${one.matched}`, one.ref]))
}

/** Ids of records that could not be deleted without others: what we delete ourselves in this pass does not count. */
async function holding(
  engine: Engine,
  going: readonly { part: MappingPart; ref: ResourceRef }[],
  context: CallContext,
): Promise<ReadonlySet<string>> {
  const queries = new Map<string, FindQuery & { values: string[] }>()
  for (const { part, ref } of going)
    for (const { object, field } of part.takesAlong ?? []) {
      const by: MatchRule = { by: 'external-id', crm: field, commerce: 'key' }
      const query = queries.get(`${object}\n${field}`) ?? { object, by, field, values: [], fields: [] }
      query.values.push(ref.id)
      queries.set(`${object}\n${field}`, query)
    }
  if (queries.size === 0) return new Set()
  const objects = [...new Set([...queries.values()].map(one => one.object))]
  const schema = await engine.systems.crm.schema(objects, { refresh: false }, context)
  // What this user cannot see is not asked for: Salesforce itself refuses where it must not be lost.
  const visible = [...queries.values()].filter(one => schema.get(one.object)?.fields.has(one.field))
  const found = visible.length === 0 ? [] : await engine.systems.crm.find(visible, context)
  const ours = new Set(going.map(one => refKey(one.ref)))
  return new Set(found.filter(one => !ours.has(refKey(one.ref))).map(one => one.matched))
}

/** What is read of each object: all that could be written to it. */
function fieldsOf(leavers: readonly Leaver[], schema: Schema): Readonly<Record<string, readonly string[]>> {
  const fields: Record<string, string[]> = {}
  for (const { part, mapping } of leavers) {
    const object = schema.get(part.object)
    const some = [
      mapping.keyField,
      ...Object.keys(anonymised(part, object)),
      ...Object.keys(deactivated(part, object, '')),
    ]
    fields[part.object] = [...new Set([...(fields[part.object] ?? []), ...some])].filter(name =>
      object?.fields.has(name),
    )
  }
  return fields
}

/** Where each leaver's record is, and what else there is about it; nothing for those whose policy needs no look. */
async function lookFor(engine: Engine, leavers: readonly Leaver[], schema: Schema, context: CallContext) {
  const known = await byKey(engine, leavers, schema, context)
  const refOf = ({ link, part, row }: Leaver): ResourceRef | null =>
    link?.crm ?? known.get(`${part.object}\n${row.ref.id}`) ?? null
  const refs = leavers.flatMap(one => refOf(one) ?? [])
  const left = await readFollowed(engine, refs, fieldsOf(leavers, schema), context)
  const asked = new Map([...refs, ...[...left.values()].map(one => one.ref)].map(ref => [refKey(ref), ref]))
  const holders = await engine.store.claimants([...asked.values()])
  const at = (leaver: Leaver): StillThere | null => {
    const ref = refOf(leaver)
    return ref === null ? null : (left.get(refKey(ref)) ?? null)
  }
  // Those who leave together do not keep it for each other.
  const leaving = new Set(leavers.map(one => refKey(one.row.ref)))
  const others = ({ row }: Leaver, ref: ResourceRef): readonly IdentityLink[] =>
    holders.filter(one => sameRef(one.crm, ref) && !sameRef(one.commerce, row.ref))
  // The guest that a customer was is nobody else.
  const isShared = (leaver: Leaver, ref: ResourceRef): boolean =>
    others(leaver, ref).some(
      one =>
        !leaving.has(refKey(one.commerce)) && (leaver.mapping.takesOver === undefined || !isGuestLink(engine, one)),
    )
  const going = leavers.flatMap(one => {
    const present = at(one)
    return one.how !== 'delete' || present === null || isShared(one, present.ref)
      ? []
      : [{ part: one.part, ref: present.ref }]
  })
  const held = await holding(engine, going, context)
  return (leaver: Leaver): Look => {
    const present = at(leaver)
    const ref = present?.ref ?? refOf(leaver)
    const alone = ref !== null && !isShared(leaver, ref) && (leaver.how === 'anonymise' || leaver.how === 'delete')
    const isTaking = alone && leaver.mapping.takesOver !== undefined
    const guests = isTaking ? others(leaver, ref).filter(one => isGuestLink(engine, one)) : []
    if (present === null) return { left: null, guests }
    const { values } = present
    const left = {
      ref: present.ref,
      values,
      isShared: isShared(leaver, present.ref),
      takesAlong: held.has(present.ref.id),
    }
    return { left, guests }
  }
}

/** The record, and the guests that its customer was: their links go with what told who they were. */
type Look = { readonly left: Left | null; readonly guests: readonly IdentityLink[] }

/**
 * One plan for each part of each of these rows, linked or not, so that nothing stays open about them. Reads Salesforce
 * only for policies that write; a deletion is rare enough to look at what is there each time. Rejects as the ports do.
 */
export async function letGo(
  engine: Engine,
  rows: readonly ClaimedRow[],
  links: readonly IdentityLink[],
  context: CallContext,
): Promise<readonly Considered[]> {
  const leavers = leaversOf(engine, rows, links)
  const seeing = leavers.filter(looks)
  const schema: Schema = seeing.length === 0 ? new Map() : await schemaOf(engine, context)
  for (const one of seeing) insist(one, schema)
  const nothing: Look = { left: null, guests: [] }
  const look = seeing.length === 0 ? () => nothing : await lookFor(engine, seeing, schema, context)
  return leavers.map(leaver => {
    const { row, mapping, part, link, how } = leaver
    const role = link?.role ?? part.role
    const draft = { ...departed(mapping, part, row.ref, row.markedAt), role }
    const { left: found, guests } = looks(leaver) ? look(leaver) : nothing
    const object = schema.get(part.object)
    const plan = leave(draft, part, { how, erase: row.erase, link, found, deletedAt: row.markedAt, object })
    const subject = { draft, mapping, part, row, body: {} }
    return {
      subject,
      plan,
      note: null,
      looked: { link, candidates: [], leads: [], present: null, survivor: null, decision: null, chosen: null, guests },
    }
  })
}
