/** From snapshots to plans: project, LOOK UP, match, plan. What `sync` carries out and `preview` only shows. */
import { anyway } from '../core/anyway.ts'
import type { View } from '../core/certain.ts'
import { evaluate } from '../core/evaluate.ts'
import { leftAlone } from '../core/leftAlone.ts'
import { match } from '../core/match.ts'
import { plan, type Resolved } from '../core/plan.ts'
import type { Draft, IdentityLink, Match, Pointer } from '../model/identity.ts'
import type { Mapping, Schema } from '../model/mapping.ts'
import type { Decision, WritePlan } from '../model/plan.ts'
import type { CallContext, ClaimedRow } from '../model/ports.ts'
import { type JsonObject, type ResourceRef, refKey, type Snapshot, sameRef } from '../model/resource.ts'
import { claimsNow, mayShare, takenKeys } from './claims.ts'
import type { Considered } from './considered.ts'
import type { Engine } from './engine.ts'
import { byRecord, withBuyer } from './guest/buyer.ts'
import { outgrown } from './guest/holder.ts'
import { formerly } from './guest/identity.ts'
import { formerRecords, withCustomers } from './guest/takeOver.ts'
import { looksAtLeads } from './leads.ts'
import {
  compared,
  identitiesOf,
  type Links,
  type LookedUp,
  linksByPart,
  lookUp,
  partKey,
  type Subject,
} from './lookUp.ts'
import { isHistory, isWanted, lastOf, madeBy, mayCreate } from './moment.ts'
import { parents, placeKey } from './parents.ts'
import { projectionOf } from './projectionOf.ts'
import { considerSharing } from './sharing.ts'
import { busyWith, supply } from './supply.ts'
import { vanished } from './vanished.ts'

export type { Considered } from './considered.ts'

/** A row and what was read for it. */
export type ReadRow = { readonly row: ClaimedRow; readonly snapshot: Extract<Snapshot, { state: 'present' }> }

/** The objects that these mappings write. */
export const objectsOf = (mappings: readonly Mapping[]): readonly string[] => [
  ...new Set(
    mappings.flatMap(({ parts, sharing }) => [...parts, ...(sharing ? [sharing.part] : [])].map(part => part.object)),
  ),
  ...(mappings.some(looksAtLeads) ? ['Lead'] : []),
  ...(mappings.some(namesPriceBook) ? ['Pricebook2'] : []),
]

const namesPriceBook = ({ parts }: Mapping): boolean =>
  parts.some(({ defaults }) =>
    Object.values(defaults).some(one => typeof one === 'object' && one !== null && 'priceBook' in one),
  )

/** A fresh describe is taken when the last is older than this: a new picklist value or field is then seen by itself. */
export async function schemaOf(engine: Engine, context: CallContext): Promise<Schema> {
  return engine.systems.crm.schema(objectsOf(engine.mappings), { refresh: false }, context)
}

/**
 * Lets only one of several records with one identity key, or that reach for one record of Salesforce, be decided at a
 * time: the rows that have to come back.
 */
export type Holding = (
  wanted: readonly { readonly ref: ResourceRef; readonly keys: readonly string[] }[],
  what: 'identities' | 'records',
) => Promise<readonly ResourceRef[]>

const nobodyElse: Holding = async () => []

/**
 * Plans for these rows, a plan a draft, in the order of rows and parts; none for rows whose identity another pass is
 * deciding at this moment. Rejects with `RemoteFailure` as the ports do.
 */
export async function consider(
  engine: Engine,
  rows: readonly ReadRow[],
  links: readonly IdentityLink[],
  context: CallContext,
  holding: Holding = nobodyElse,
): Promise<{ readonly considered: readonly Considered[]; readonly busy: readonly ClaimedRow[] }> {
  if (rows.length === 0) return { considered: [], busy: [] }
  const schema = await schemaOf(engine, context)
  const byClaim = linksByPart(links)
  const isMade = madeBy(links)
  const own: Subject[] = rows.flatMap(({ row, snapshot }) =>
    engine.mappings
      .filter(mapping => mapping.commerce === row.ref.type && isWanted(mapping, row, snapshot.body, isMade))
      .flatMap(mapping => {
        // Once a record, whatever its parts.
        let known: readonly string[] | null = null
        return projectionOf(engine, mapping, schema)
          .pieces(snapshot)
          .map(piece => {
            const subject = withBuyer(engine, { ...piece, mapping, row }, snapshot.body)
            if (mapping.takesOver === undefined) return subject
            const { draft } = subject
            // Who is linked is known by that: only that they may have been a guest still matters.
            const isLinked = byClaim.has(partKey(mapping.name, draft.role, draft.source))
            if (!isLinked) known ??= formerly(engine, mapping, draft.source, snapshot.body).map(({ id }) => id)
            return { ...subject, draft: { ...draft, formerly: isLinked ? [] : (known ?? []) } }
          })
      }),
  )
  const { supplied, links: supplies } = await supply(engine, own, schema)
  const every = [...supplied, ...own]
  const busy = new Set<string>()
  const isTaken = (refs: readonly ResourceRef[]): void => {
    for (const ref of refs) busy.add(refKey(ref))
    for (const { row } of busyWith(every, busy)) busy.add(refKey(row.ref))
  }
  isTaken(await holding(identitiesOf(engine, every, byClaim), 'identities'))
  const isBusy = ({ row }: Subject): boolean => busy.has(refKey(row.ref))
  const unheld = every.filter(one => !isBusy(one))
  const { byPart, grown } = await guestLinks(engine, unheld, [...links, ...supplies])
  const isGrown = ({ draft }: Subject): boolean => grown.has(refKey(draft.source))
  const [above, asked, former] = await Promise.all([
    // A guest who is a customer by now is where their links lead, as if they were not in this pass.
    parents(
      engine,
      unheld.filter(one => !isGrown(one)),
      context,
      supplies,
    ),
    lookUp(engine, unheld, byPart, schema, context),
    formerRecords(engine, unheld, byPart, schema, context),
  ])
  const all = asked.map((one, at) => {
    const subject = unheld[at]
    const more = subject === undefined ? undefined : former.get(subject)
    return more === undefined ? one : { ...one, candidates: [...more, ...one.candidates] }
  })
  isTaken(await holding(takenKeys(unheld, all), 'records'))
  const subjects = unheld.filter(one => !isBusy(one))
  const free = all.filter((_, at) => {
    const subject = unheld[at]
    return subject !== undefined && !isBusy(subject)
  })
  const claimed = await claimsNow(engine, subjects, free, schema)
  const looked = (await withCustomers(engine, subjects, claimed, context)).map((one, at) => {
    const subject = subjects[at]
    if (subject === undefined || (one.present === null && one.candidates.length === 0)) return one
    const { mapping, part, body } = subject
    const canonical = projectionOf(engine, mapping, schema).canonical(part.role, body)
    return {
      ...one,
      candidates: one.candidates.map(candidate => compared(engine, candidate, canonical)),
      present: one.present?.state === 'present' ? compared(engine, one.present, canonical) : one.present,
      survivor: one.survivor === null ? null : compared(engine, one.survivor, canonical),
    }
  })
  const known = subjects.map((subject, at): Known => {
    const one = looked[at]
    if (one === undefined) throw new RangeError('LOOK UP answers one result a subject')
    const view = viewOf(engine, subject, schema)
    const shares = mayShare(subject, one, schema)
    const asksOfLeads = subject.mapping.leads === 'review'
    const createsWhenUnclear = subject.mapping.onAmbiguous === 'create'
    const decision = one.chosen ?? one.decision
    const found = match(subject.draft, { ...one, decision, asksOfLeads, createsWhenUnclear, view, shares })
    return { subject, looked: one, match: subject.onDemand ? takeOne(found) : found, shares }
  })
  const bodies = new Map(rows.map(({ row, snapshot }) => [refKey(row.ref), snapshot.body]))
  const first = new Map(known.map(one => [partOf(one.subject, one.subject.draft.role), one.match]))
  const led = known.map(one => ({ ...one, match: withItsLeader(one, first) }))
  const matches = new Map(led.map(one => [partOf(one.subject, one.subject.draft.role), one.match]))
  const places = new Map(above.places)
  const resolve = (pointer: Pointer): Resolved => {
    if (pointer.to === 'id') return { is: 'linked', crm: pointer.ref }
    if (pointer.to === 'missing') return { is: 'unknown' }
    return places.get(placeKey(pointer.role, pointer.source)) ?? { is: 'unknown' }
  }
  const planOf = ({ subject, looked: one, match: found, shares }: Known): Considered => {
    const draft = byRecord(engine, withoutParted(subject, matches), places)
    const { part, row } = subject
    const isOpen = found.is === 'new' && one.link === null && one.decision?.choice.do !== 'create'
    const why = isGrown(subject)
      ? 'the guest is a customer by now'
      : isOpen
        ? whyNotMade(subject, matches, bodies)
        : null
    const planned =
      why !== null
        ? leftAlone(draft, why)
        : plan(draft, {
            part,
            match: found,
            link: one.link,
            shares,
            present: one.present,
            survivor: one.survivor,
            whenGone: subject.onDemand ? 'recreate' : (subject.mapping.whenGone ?? 'review'),
            uncertain: row.uncertain,
            decision: one.decision,
            resolve,
            emptyDigest: field => engine.digester.digest(field, null),
          })
    const made = isHistory(subject.mapping, bodies.get(refKey(row.ref))) ? lastOf(planned) : planned
    if (!isGrown(subject)) places.set(placeKey(draft.role, draft.source), placeOf(made, one.decision))
    const note = noteOf(found, one, made)
    const doubt = doubtOf(found, draft)
    if (made.do !== 'wait')
      return { subject, looked: one, plan: anyway(made, one.decision), note, ...(doubt !== null && { doubt }) }
    const strangers = made.awaits.filter(ref => above.strangers.has(refKey(ref)))
    return { subject, looked: one, plan: heldBack(made), note, ...(strangers.length > 0 && { strangers }) }
  }
  const considered = parentsFirst(engine, led, planOf)
  const snapshots = new Map(rows.map(({ row, snapshot }) => [refKey(row.ref), snapshot]))
  const sharing = await considerSharing(engine, considered, byPart, {
    project: (mapping, { row }, body) => {
      const snapshot = snapshots.get(refKey(row.ref))
      const projected = projectionOf(engine, mapping, schema).sharing
      return snapshot === undefined || projected === null ? null : projected({ ...snapshot, body })
    },
    look: some => lookUp(engine, some, byPart, schema, context),
  })
  return {
    considered: [...considered, ...sharing, ...vanished(engine, rows, links, subjects).map(unseen)],
    busy: rows.map(({ row }) => row).filter(row => busy.has(refKey(row.ref))),
  }
}

/** Plans in the order of the mappings, so that a child finds its parent planned; gives them back in the order of the rows. */
function parentsFirst(
  engine: Engine,
  known: readonly Known[],
  planOf: (one: Known) => Considered,
): readonly Considered[] {
  const planned = new Map<Known, Considered>()
  for (const mapping of engine.mappings)
    for (const one of known) if (one.subject.mapping === mapping) planned.set(one, planOf(one))
  return known.flatMap(one => planned.get(one) ?? [])
}

/** A plan that needed no look at anything but the link. */
const unseen = ({ link, ...one }: ReturnType<typeof vanished>[number]): Considered => ({
  ...one,
  note: null,
  looked: { link, candidates: [], leads: [], present: null, survivor: null, decision: null, chosen: null },
})
/**
 * The links as they are now that nobody else may change those of guests: a customer may have taken a guest's record over
 * between the claim and this moment. `grown` are the guests who are customers by now.
 */
async function guestLinks(
  engine: Engine,
  subjects: readonly Subject[],
  links: readonly IdentityLink[],
): Promise<{ readonly byPart: Links; readonly grown: ReadonlySet<string> }> {
  const guests = subjects.filter(({ mapping }) => mapping.appearsIn !== undefined).map(({ draft }) => draft.source)
  if (guests.length === 0) return { byPart: linksByPart(links), grown: new Set() }
  const isGuest = ({ commerce }: IdentityLink): boolean => guests.some(ref => sameRef(ref, commerce))
  const fresh = (await engine.store.links(guests)).filter(isGuest)
  const byPart = linksByPart([...links.filter(one => !isGuest(one)), ...fresh])
  return { byPart, grown: await outgrown(engine, fresh) }
}

/** Nobody is asked which of several products a SKU is: the first that is nobody else's, always the same. */
function takeOne(found: Match): Match {
  if (found.is !== 'ambiguous') return found
  const [first] = found.candidates
    .filter(one => one.claimedBy === null)
    .toSorted((a, b) => (a.ref.id < b.ref.id ? -1 : 1))
  return first === undefined ? { is: 'new' } : { is: 'found', candidate: first, by: first.by, other: null }
}

/** What follows another part of a guest's record comes over with that one, or stays. */
function withItsLeader({ subject, match: found }: Known, matches: Matches): Match {
  const { follows } = subject.part
  if (follows === undefined || found.is !== 'found' || found.candidate.yields !== true) return found
  const leader = matches.get(partOf(subject, follows))
  const isWith =
    leader?.is === 'linked' ||
    (leader?.is === 'found' &&
      leader.candidate.claimedBy !== null &&
      found.candidate.claimedBy !== null &&
      sameRef(leader.candidate.claimedBy, found.candidate.claimedBy))
  return isWith ? found : { is: 'new' }
}

/** What is worth a look though nothing waits for it. */
function noteOf(found: Match, { leads }: LookedUp, made: WritePlan): string | null {
  if (found.is === 'found' && found.other !== null) return `disagrees: another key leads to ${found.other.ref.id}`
  if (found.is === 'found' && found.candidate.via !== undefined)
    return `found by the Lead ${found.candidate.via.id} that was converted to it`
  if (found.is === 'new' && found.despite !== undefined && made.do === 'create')
    return `made although it may be one of these: ${found.despite.map(({ ref }) => ref.id).join(', ')}`
  if (found.is !== 'new' || made.do !== 'create' || leads.length === 0) return null
  return `made beside an open Lead with the same key: ${[...new Set(leads.map(one => one.ref.id))].join(', ')}`
}

/** The external ID led here, and another key to a record of its own: a person may want to merge the two. */
function doubtOf(found: Match, { source, fields }: Draft): NonNullable<Considered['doubt']> | null {
  if (found.is !== 'found' || found.other === null) return null
  const { ref, by, values } = found.other
  const { crm, commerce } = found.by
  const name = commerce === 'key' ? 'our key' : commerce
  return {
    source: ref,
    kind: 'disagrees',
    why: `${source.type} ${source.id} is linked to ${found.candidate.ref.id} by ${name} (${crm}), and has the ${by.crm} of this record`,
    candidates: [found.candidate.ref],
    fields: [{ field: by.crm, commerce: fields[by.crm] ?? null, crm: values[by.crm] ?? fields[by.crm] ?? null }],
  }
}

type Known = {
  readonly subject: Subject
  readonly looked: LookedUp
  readonly match: Match
  readonly shares: boolean
}
type Matches = ReadonlyMap<string, Match>

const partOf = ({ draft, mapping }: Subject, role: string): string => partKey(mapping.name, role, draft.source)

/** How a match looks at this record, once it needs to. */
function viewOf(engine: Engine, { mapping, part, body }: Subject, schema: Schema): View {
  const meant = projectionOf(engine, mapping, schema).meant(part.role, body)
  const types = schema.get(part.object)?.recordTypes ?? []
  return {
    value: expression => evaluate(expression)(body),
    meant,
    recordType: name => types.find(one => one.developerName === name)?.id ?? null,
    like: field => part.fields.find(rule => rule.crm === field || rule.orElse === field)?.codec?.like ?? null,
  }
}

/** Why a part that follows another one is not made: that one is, or may be, in Salesforce without it. Null when it is. */
function whyNotMade(subject: Subject, matches: Matches, bodies: ReadonlyMap<string, JsonObject>): string | null {
  if (!mayCreate(subject.mapping, bodies.get(refKey(subject.row.ref))))
    return 'it has no record, and is not to get one now'
  const { follows } = subject.part
  const found = follows === undefined ? undefined : matches.get(partOf(subject, follows))
  if (found === undefined || found.is === 'new') return null
  if (found.is === 'awaited') return `it is made with the ${follows}, which waits for another record`
  return found.is === 'ambiguous'
    ? `it is made with the ${follows}, of which a person decides`
    : `the ${follows} found in Salesforce belongs to a record of its own`
}

/** A pointer to a part that is not made leads nowhere: the record found keeps the one that it has. */
function withoutParted(subject: Subject, matches: Matches): Draft {
  const { draft, mapping } = subject
  const parted = Object.entries(draft.links).filter(([, pointer]) => {
    if (pointer.to !== 'draft' || !sameRef(pointer.source, draft.source)) return false
    const parent = mapping.parts.find(part => part.role === pointer.role)
    return (
      parent?.follows === draft.role &&
      matches.get(partOf(subject, pointer.role))?.is === 'new' &&
      matches.get(partOf(subject, draft.role))?.is !== 'new'
    )
  })
  if (parted.length === 0) return draft
  const names = new Set(parted.map(([name]) => name))
  return { ...draft, links: Object.fromEntries(Object.entries(draft.links).filter(([name]) => !names.has(name))) }
}

/** Where a pointer at this draft leads, now that it is planned: parents come before their children. */
function placeOf(made: WritePlan, decision: Decision | null): Resolved {
  const { keyField, key } = made.draft
  if (made.do === 'create') return { is: 'coming', keyField, key }
  const crm = made.do === 'update' || made.do === 'nothing' ? made.crm : null
  if (crm !== null) return { is: 'linked', crm }
  if (decision?.choice.do === 'ignore') return { is: 'never' }
  return { is: made.do === 'review' ? 'unsure' : 'unknown' }
}

/**
 * A record cannot wait for itself: when one of its own parts waits for a person, the parts below have nothing to do
 * until that is decided, which marks the whole record again.
 */
function heldBack(made: Extract<WritePlan, { do: 'wait' }>): WritePlan {
  const { draft, awaits, verdicts } = made
  if (awaits.some(ref => !sameRef(ref, draft.source))) return made
  return { ...leftAlone(draft, 'the part it belongs to is not there yet'), verdicts, heldBack: true }
}
