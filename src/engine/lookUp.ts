/** LOOK UP: links from the store always; Salesforce only where its answer can change the plan. */
import { ask } from '../core/ask.ts'
import type { Base, Candidate, Draft, IdentityLink, Present } from '../model/identity.ts'
import type { Mapping, MappingPart, MatchRule, Schema, Value } from '../model/mapping.ts'
import type { Decision } from '../model/plan.ts'
import type { CallContext, ClaimedRow, PresentRead } from '../model/ports.ts'
import { type JsonObject, type ResourceRef, refKey, sameRef } from '../model/resource.ts'
import type { Engine } from './engine.ts'
import { readFollowed, type StillThere } from './follow.ts'
import { type Held, holderOf } from './guest/holder.ts'
import { identities, seek, wantedFields } from './seek.ts'

/** A draft with the rules it came from and the row it belongs to. */
export type Subject = {
  readonly draft: Draft
  readonly mapping: Mapping
  readonly part: MappingPart
  readonly row: ClaimedRow
  readonly body: JsonObject
  /** Made for this row's record, which needs it: what becomes of it is told there. */
  readonly onDemand?: true
}

/** All that planning needs to know about one draft, beside the draft. */
export type LookedUp = {
  readonly link: IdentityLink | null
  readonly candidates: readonly Candidate[]
  /** Leads with one of its keys that nobody has converted yet. */
  readonly leads: readonly Candidate[]
  readonly present: Present | null
  /** The record that the linked one was merged into; null for any other, and when that one is gone as well. */
  readonly survivor: Candidate | null
  readonly decision: Decision | null
  /** The counterpart that a person chose and that is not linked yet: a later decision on fields leaves it standing. */
  readonly chosen: Decision | null
  /** Of a customer who leaves: links of the guests that they were, which go with theirs. */
  readonly guests?: readonly IdentityLink[]
}

/** Names a part of a record: the key of the link table. */
export const partKey = (mapping: string, role: string, source: ResourceRef): string =>
  `${mapping}\n${role}\n${refKey(source)}`

const subjectKey = ({ draft }: Subject): string => partKey(draft.mapping, draft.role, draft.source)

export function digestAll(engine: Engine, values: Readonly<Record<string, Value>>): Base {
  return Object.fromEntries(
    Object.entries(values).map(([field, value]) => [field, engine.digester.digest(field, value)]),
  )
}

/** Links by the part of the record that they are of. */
export type Links = ReadonlyMap<string, IdentityLink>

export const linksByPart = (links: readonly IdentityLink[]): Links =>
  new Map(links.map(link => [partKey(link.mapping, link.role, link.commerce), link]))

/**
 * The identity keys of each record that is not linked yet: what its second keys look for, digested, since they are kept
 * and an email is nobody's to keep; and those that a linked record is about to take: while its email changes to this one,
 * nobody who has it may be looked for and not found. A guest holds theirs always, and so does who may have been one: what
 * the one writes the other must have seen.
 */
export function identitiesOf(
  engine: Engine,
  subjects: readonly Subject[],
  byPart: Links,
): readonly { readonly ref: ResourceRef; readonly keys: readonly string[] }[] {
  const wanted = new Map<string, { readonly ref: ResourceRef; readonly keys: string[] }>()
  const want = ({ ref }: ClaimedRow, key: string): void => {
    const one = wanted.get(refKey(ref)) ?? { ref, keys: [] }
    wanted.set(refKey(ref), one)
    if (!one.keys.includes(key)) one.keys.push(key)
  }
  for (const subject of subjects) {
    const { row, part, mapping, draft } = subject
    if (mapping.appearsIn !== undefined) want(row, draft.key)
    for (const guest of draft.formerly ?? []) want(row, guest)
    if (isAlongside(subject, byPart)) continue
    const base = byPart.get(subjectKey(subject))?.base
    const isNews = (field: string): boolean => base === undefined || base[field] !== draft.digests[field]
    for (const { field, form } of identities(subject, isNews)) {
      want(row, engine.digester.digest(`${part.object}.${field}`, form))
    }
  }
  return [...wanted.values()]
}

async function findCandidates(engine: Engine, unlinked: readonly Subject[], schema: Schema, context: CallContext) {
  const candidates = new Map<string, Candidate[]>()
  const leads = new Map<string, Candidate[]>()
  const sought = await seek(engine, unlinked, schema, context)
  if (sought.length === 0) return { candidates, leads }
  const claims = Map.groupBy(await engine.store.claimants(sought.map(one => one.found.ref)), link => refKey(link.crm))
  for (const { seeker, found } of sought) {
    // A Lead that stands for itself is nobody's counterpart.
    const into = found.ref.type === seeker.part.object ? candidates : leads
    const list = into.get(subjectKey(seeker)) ?? []
    into.set(subjectKey(seeker), list)
    const { matched: _, ...rest } = found
    const held = holderOf(engine, claims.get(refKey(found.ref)) ?? [], found.ref)
    list.push({ ...rest, digests: digestAll(engine, found.values), ...held })
  }
  return { candidates, leads }
}

/** What is asked of each object, by all that ask. */
function fieldsByObject(
  asked: readonly { readonly link: IdentityLink; readonly fields: readonly string[] }[],
): Readonly<Record<string, readonly string[]>> {
  const fields: Record<string, string[]> = {}
  for (const { link, fields: some } of asked)
    fields[link.crm.type] = [...new Set([...(fields[link.crm.type] ?? []), ...some])]
  return fields
}

/** Reads the linked records that `ask` wants, each object's fields together; a merged one is read where it went. */
export async function readPresent(
  engine: Engine,
  asked: readonly { link: IdentityLink; fields: readonly string[] }[],
  context: CallContext,
) {
  const present = new Map<string, Present>()
  if (asked.length === 0) return present
  const digested = (read: PresentRead): Present =>
    read.state === 'present' ? { ...read, digests: digestAll(engine, read.values) } : read
  const refs = asked.map(one => one.link.crm)
  for (const read of await engine.systems.crm.read(refs, fieldsByObject(asked), context))
    present.set(refKey(read.ref), digested(read))
  return present
}

/** What was read of a record, compared as the mapping compares it; the values stay as people wrote them. */
export function compared<T extends { readonly values: Readonly<Record<string, Value>>; readonly digests: Base }>(
  engine: Engine,
  found: T,
  canonical: (field: string, value: Value) => Value,
): T {
  let digests: Record<string, string> | null = null
  for (const [field, value] of Object.entries(found.values)) {
    const other = canonical(field, value)
    if (other === value) continue
    digests ??= { ...found.digests }
    digests[field] = engine.digester.digest(field, other)
  }
  return digests === null ? found : { ...found, digests }
}

/** Chosen by its id: says nothing about which fields agree. */
const byHand: MatchRule = { by: 'fallback', crm: 'Id', commerce: 'key' }

/** A record that was read by its id, as a candidate. */
export const handPicked = (
  engine: Engine,
  { ref, version, modifiedAt, values }: StillThere,
  held: Held,
): Candidate => ({ ref, version, modifiedAt, values, digests: digestAll(engine, values), by: byHand, ...held })

/** The record that a person chose, to be theirs alone or shared; null for any other decision. */
const pickedBy = ({ choice }: Decision): ResourceRef | null =>
  choice.do === 'link' || choice.do === 'share' ? choice.crm : null

/** The records that people chose to link to, wherever they are: no match rule need have found them. */
async function readChosen(
  engine: Engine,
  known: readonly { subject: Subject; chosen: Decision | null }[],
  schema: Schema,
  context: CallContext,
): Promise<ReadonlyMap<string, readonly Candidate[]>> {
  const found = new Map<string, readonly Candidate[]>()
  for (const { subject, chosen } of known) {
    const crm = chosen === null ? null : pickedBy(chosen)
    if (crm === null) continue
    // A rule of the org may name records of other objects: those are to be seen, and cannot be linked.
    if (crm.type !== subject.part.object) continue
    const fields = [subject.draft.keyField, ...wantedFields(subject.part, schema)]
    const [read] = await engine.systems.crm.read([crm], { [crm.type]: fields }, context)
    if (read?.state !== 'present') continue
    const held = holderOf(engine, await engine.store.claimants([crm]), crm)
    found.set(subjectKey(subject), [handPicked(engine, read, held)])
  }
  return found
}

/** A base under an older key is said under the present one, for the fields that did not change. */
export function rebase(engine: Engine, link: IdentityLink, draft: Draft): IdentityLink {
  const present = `${engine.digester.keyId}.`
  let base: Record<string, string> | null = null
  for (const field of Object.keys(draft.digests)) {
    const digest = link.base[field]
    const current = draft.digests[field]
    const value = draft.fields[field]
    if (digest === undefined || current === undefined || value === undefined) continue
    if (digest === current || digest.startsWith(present)) continue
    if (engine.digester.under(digest.slice(0, digest.indexOf('.')), field, value) !== digest) continue
    base ??= { ...link.base }
    base[field] = current
  }
  return base === null ? link : { ...link, base }
}

/** A part that is only made along with another one, which is linked without it: there is nothing to look for. */
const isAlongside = ({ draft, mapping, part }: Subject, links: Links): boolean =>
  part.follows !== undefined && links.has(partKey(mapping.name, part.follows, draft.source))

/**
 * A line of an order of which nothing is linked, tried for the first time: to look for three thousand lines of a thousand
 * orders would cost more calls than to write them. Should one be there all the same, the write says so, and is planned anew.
 */
const isOfNewcomer = ({ part, row, draft }: Subject, linked: ReadonlySet<string>): boolean =>
  part.each !== undefined &&
  part.match.every(rule => rule.by === 'external-id' && rule.commerce === 'key') &&
  !(row.uncertain || row.forced || row.attempts > 0 || linked.has(refKey(draft.source)))

/** Everything known about each subject, in their order. Two round trips to Salesforce at most, none when busy and linked. */
export async function lookUp(
  engine: Engine,
  subjects: readonly Subject[],
  byPart: Links,
  schema: Schema,
  context: CallContext,
): Promise<readonly LookedUp[]> {
  const linkOf = (subject: Subject): IdentityLink | null => {
    const link = byPart.get(subjectKey(subject))
    return link === undefined ? null : rebase(engine, link, subject.draft)
  }
  // Linked records that nobody asked about have no decision: a busy system does not even look.
  const linked = subjects.map(subject => ({ subject, link: linkOf(subject) }))
  const unsure = linked.filter(({ subject: { row }, link }) => row.forced || row.uncertain || link === null)
  const sources = unsure.map(({ subject }) => subject.draft.source)
  const decisions = sources.length === 0 ? [] : await engine.store.decisions(sources)
  const decided = new Map<string, Decision>()
  const chosenFor = new Map<string, Decision>()
  for (const one of decisions.toSorted((a, b) => (a.at < b.at ? -1 : 1))) {
    const key = partKey(one.mapping, one.role, one.source)
    decided.set(key, one)
    if (pickedBy(one) !== null) chosenFor.set(key, one)
    // A side is taken in a dispute with the record chosen before; anything else takes that choice back.
    else if (one.choice.do !== 'take') chosenFor.delete(key)
  }
  const byRecord = new Set(linked.flatMap(({ subject, link }) => (link === null ? [] : [refKey(subject.draft.source)])))
  const known = linked.map(one => {
    const key = subjectKey(one.subject)
    return { ...one, decision: decided.get(key) ?? null, chosen: chosenFor.get(key) ?? null }
  })
  const asked = known.flatMap(({ subject, link, decision }) => {
    // A decision is about what both sides hold now: all of it is read.
    const fields =
      link === null ? [] : ask(subject.draft, link, subject.part, subject.row.uncertain || decision !== null)
    return link === null || fields.length === 0 ? [] : [{ link, fields }]
  })
  const [{ candidates, leads }, present, byChoice] = await Promise.all([
    findCandidates(
      engine,
      known
        .filter(
          ({ link, subject }) => link === null && !isAlongside(subject, byPart) && !isOfNewcomer(subject, byRecord),
        )
        .map(one => one.subject),
      schema,
      context,
    ),
    readPresent(engine, asked, context),
    readChosen(engine, known, schema, context),
  ])
  const presentOf = (link: IdentityLink | null): Present | null =>
    link === null ? null : (present.get(refKey(link.crm)) ?? null)
  const away = known.filter(({ link }) => presentOf(link)?.state === 'merged')
  const survivors = await readSurvivors(engine, away, schema, context)
  return known.map(({ subject, link, decision, chosen }) => ({
    link,
    decision,
    chosen,
    candidates: [...(byChoice.get(subjectKey(subject)) ?? []), ...(candidates.get(subjectKey(subject)) ?? [])],
    leads: leads.get(subjectKey(subject)) ?? [],
    present: presentOf(link),
    survivor: survivors.get(subjectKey(subject)) ?? null,
  }))
}

/** Where linked records went that were merged away, as candidates for their subjects: somebody else may hold them. */
async function readSurvivors(
  engine: Engine,
  away: readonly { subject: Subject; link: IdentityLink | null }[],
  schema: Schema,
  context: CallContext,
): Promise<ReadonlyMap<string, Candidate>> {
  const found = new Map<string, Candidate>()
  const linked = away.flatMap(({ subject, link }) => (link === null ? [] : [{ subject, link }]))
  if (linked.length === 0) return found
  const asked = linked.map(({ subject, link }) => {
    const own = [subject.draft.keyField].filter(field => schema.get(link.crm.type)?.fields.has(field))
    return { link, fields: [...own, ...wantedFields(subject.part, schema)] }
  })
  const left = await readFollowed(
    engine,
    linked.map(({ link }) => link.crm),
    fieldsByObject(asked),
    context,
  )
  const claims = left.size === 0 ? [] : await engine.store.claimants([...left.values()].map(one => one.ref))
  for (const { subject, link } of linked) {
    const one = left.get(refKey(link.crm))
    if (one === undefined) continue
    // The subject's own links do not stand in its way.
    const others = claims.filter(claim => !sameRef(claim.commerce, subject.draft.source))
    found.set(subjectKey(subject), handPicked(engine, one, holderOf(engine, others, one.ref)))
  }
  return found
}
