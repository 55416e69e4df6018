/**
 * A guest's record becomes that of the customer they turn out to be. One rule holds it together: where a guest and a
 * customer are linked to one record, it is the customer's, and the guest's link is only another name for them. So the
 * customer's new link is all that a claim has to save, and a later order of the guest leads to the same record.
 */
import type { Candidate, IdentityLink } from '../../model/identity.ts'
import type { FallbackRule, MatchRule, Schema } from '../../model/mapping.ts'
import type { CallContext } from '../../model/ports.ts'
import { type ResourceRef, refKey, sameRef } from '../../model/resource.ts'
import type { Engine } from '../engine.ts'
import { handPicked, type Links, type LookedUp, partKey, type Subject } from '../lookUp.ts'
import { read } from '../read.ts'
import { wantedFields } from '../seek.ts'
import { isGuestLink } from './holder.ts'
import { formerly } from './identity.ts'

/** What an email is worth is worth the guest's record, too: it was theirs by that email. */
function ruleFor({ part, mapping }: Subject): MatchRule {
  const byEmail = part.match.find(
    (one): one is FallbackRule => one.by === 'fallback' && one.commerce === mapping.takesOver?.email,
  )
  // A copy: a rule of its own decides before the email does, which may find others as well.
  return byEmail === undefined ? { by: 'fallback', crm: 'Id', commerce: 'key' } : { ...byEmail }
}

/**
 * The records of the guests that these unlinked people were, as candidates. A part that follows another one goes with that
 * one only: the Account of a guest is nobody's whose Contact is not.
 */
export async function formerRecords(
  engine: Engine,
  subjects: readonly Subject[],
  byPart: Links,
  schema: Schema,
  context: CallContext,
): Promise<ReadonlyMap<Subject, readonly Candidate[]>> {
  const found = new Map<Subject, readonly Candidate[]>()
  const wanted = subjects.filter(
    ({ draft, mapping, part }) =>
      (draft.formerly ?? []).length > 0 && !byPart.has(partKey(mapping.name, part.role, draft.source)),
  )
  if (wanted.length === 0) return found
  const names = new Map(
    wanted.flatMap(({ mapping, draft, body }) =>
      formerly(engine, mapping, draft.source, body).map(ref => [refKey(ref), ref] as const),
    ),
  )
  const links = await engine.store.links([...names.values()])
  const claims = links.length === 0 ? [] : await engine.store.claimants(links.map(one => one.crm))
  const isFree = ({ crm }: IdentityLink): boolean =>
    !claims.some(one => sameRef(one.crm, crm) && !isGuestLink(engine, one))
  const asked = wanted.flatMap(subject => {
    const { draft, part, mapping } = subject
    const own = links.filter(one => draft.formerly?.includes(one.commerce.id))
    const parent =
      part.follows === undefined ? undefined : byPart.get(partKey(mapping.name, part.follows, draft.source))
    return own
      .filter(one => one.role === part.role && one.crm.type === part.object && isFree(one))
      .filter(
        one =>
          parent === undefined ||
          own.some(
            each => each.role === part.follows && sameRef(each.commerce, one.commerce) && sameRef(each.crm, parent.crm),
          ),
      )
      .map(link => ({ subject, link }))
  })
  if (asked.length === 0) return found
  const fields: Record<string, readonly string[]> = {}
  for (const { subject } of asked) {
    const { draft, part } = subject
    const more = [draft.keyField, ...wantedFields(part, schema)]
    fields[part.object] = [...new Set([...(fields[part.object] ?? []), ...more])]
  }
  const reads = await engine.systems.crm.read(
    asked.map(({ link }) => link.crm),
    fields,
    context,
  )
  asked.forEach(({ subject, link }, at) => {
    const one = reads[at]
    // Merged away or deleted: whatever is left of it is found by the email.
    if (one?.state !== 'present') return
    const held = { claimedBy: link.commerce, yields: true as const }
    const candidate = { ...handPicked(engine, one, held), by: ruleFor(subject) }
    found.set(subject, [...(found.get(subject) ?? []), candidate])
  })
  return found
}

/** The customer who holds a record, or whose key stands on it while their own pass is not over yet. */
function customerOn({ draft }: Subject, { claimedBy, values, yields }: Candidate): string | null {
  if (yields) return null
  const key = claimedBy?.id ?? values[draft.keyField]
  const project = draft.source.id.slice(0, draft.source.id.indexOf('/') + 1)
  return typeof key === 'string' && key.startsWith(project) && !key.slice(project.length).includes('/') ? key : null
}

/**
 * What was found for guests who are customers by now: those candidates say so. The customers are asked, since who has
 * which email in which store is theirs to say, and what a person chose is taken as it is.
 */
export async function withCustomers(
  engine: Engine,
  subjects: readonly Subject[],
  looked: readonly LookedUp[],
  context: CallContext,
): Promise<readonly LookedUp[]> {
  const takers = engine.mappings.filter(one => one.takesOver !== undefined)
  const refs = subjects.flatMap((subject, at) => {
    const of = takers.filter(one => one.takesOver?.mapping === subject.mapping.name)
    const { candidates = [], survivor = null } = looked[at] ?? {}
    const some = survivor === null ? candidates : [...candidates, survivor]
    const ids = some.flatMap(one => customerOn(subject, one) ?? [])
    return of.flatMap(({ commerce }) => ids.map((id): ResourceRef => ({ side: 'commerce', type: commerce, id })))
  })
  if (refs.length === 0) return looked
  const snapshotOf = await read(engine, refs, context)
  const marked = (subject: Subject, one: Candidate, isChosen: boolean): Candidate => {
    const id = customerOn(subject, one)
    for (const mapping of takers) {
      if (id === null || mapping.takesOver?.mapping !== subject.mapping.name) continue
      const snapshot = snapshotOf({ side: 'commerce', type: mapping.commerce, id })
      if (snapshot.state !== 'present') continue
      const guests = formerly(engine, mapping, snapshot.ref, snapshot.body)
      const isThem = guests.some(ref => sameRef(ref, subject.draft.source))
      if (isThem || (isChosen && one.claimedBy !== null)) return { ...one, theirs: snapshot.ref }
    }
    return one
  }
  return looked.map((one, at) => {
    const subject = subjects[at]
    if (subject === undefined) return one
    const choice = one.chosen?.choice
    const isChosen = ({ ref }: Candidate): boolean => choice?.do === 'link' && sameRef(choice.crm, ref)
    return {
      ...one,
      candidates: one.candidates.map(each => marked(subject, each, isChosen(each))),
      // People merged the two records: they are one person.
      survivor: one.survivor === null ? null : marked(subject, one.survivor, true),
    }
  })
}
