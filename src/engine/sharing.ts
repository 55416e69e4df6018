/**
 * Whose a shared record is: beside the plans for the record itself, a plan for the row that holds the customer's key.
 * Rows are made for those who share only; a record that one customer has to itself costs nothing here.
 */
import { anyway } from '../core/anyway.ts'
import { plan } from '../core/plan.ts'
import type { Draft, IdentityLink } from '../model/identity.ts'
import type { Mapping } from '../model/mapping.ts'
import type { WritePlan } from '../model/plan.ts'
import { type JsonObject, projectOf, type ResourceRef, sameRef } from '../model/resource.ts'
import type { Considered } from './considered.ts'
import type { Engine } from './engine.ts'
import { isGuestLink } from './guest/holder.ts'
import { type Links, type LookedUp, partKey, type Subject } from './lookUp.ts'

/** Which record a plan leaves its draft with, and whether as the primary one; null where that is not known yet. */
function placeOf(made: WritePlan, link: IdentityLink | null): { crm: ResourceRef; primary: boolean } | null {
  if ((made.do !== 'update' && made.do !== 'nothing') || made.crm === null) return null
  if (made.do === 'nothing' && made.sharedWith !== undefined) return { crm: made.crm, primary: false }
  const isFollower = made.link !== null && link !== null && !link.primary
  return { crm: made.crm, primary: !isFollower }
}

type Sharer = {
  readonly one: Considered
  readonly crm: ResourceRef
  readonly primary: boolean
  readonly hasRow: boolean
}

const roleOf = ({ sharing }: Mapping): string => sharing?.part.role ?? ''

/** Of primary ones that nothing is known of yet: those whose record somebody else has as well. */
async function known(engine: Engine, sharers: readonly Sharer[]): Promise<readonly Sharer[]> {
  const unsure = sharers.filter(({ hasRow, primary }) => !hasRow && primary)
  // Who begins to share a record marks the one that has it: only then there is anything to find out.
  const marked = unsure.filter(({ one: { subject } }) => subject.row.forced || subject.row.uncertain)
  const all = marked.length === 0 ? [] : await engine.store.claimants(marked.map(one => one.crm))
  // The guest that a customer was is nobody else.
  const claims = all.filter(one => !isGuestLink(engine, one))
  const isShared = ({ one, crm }: Sharer): boolean =>
    claims.some(each => sameRef(each.crm, crm) && !sameRef(each.commerce, one.subject.draft.source))
  return sharers.filter(each => !unsure.includes(each) || (marked.includes(each) && isShared(each)))
}

/** The row of a sharer, from the commerce record and what is known of the sharing; null where the org has no such rows. */
export type Projecting = (mapping: Mapping, subject: Subject, body: JsonObject) => Draft | null

/**
 * The plans for the rows of those who share, given the plans for what they share. `look` is LOOK UP, for the rows alone.
 */
export async function considerSharing(
  engine: Engine,
  considered: readonly Considered[],
  links: Links,
  how: {
    readonly project: Projecting
    readonly look: (subjects: readonly Subject[]) => Promise<readonly LookedUp[]>
  },
): Promise<readonly Considered[]> {
  const sharers = considered.flatMap((one): Sharer[] => {
    const { mapping, draft } = one.subject
    if (mapping.sharing?.of !== draft.role) return []
    const place = placeOf(one.plan, one.looked.link)
    const hasRow = links.has(partKey(mapping.name, roleOf(mapping), draft.source))
    return place === null ? [] : [{ one, ...place, hasRow }]
  })
  if (sharers.length === 0) return []
  const subjects = (await known(engine, sharers)).flatMap(({ one: { subject }, crm, primary }): Subject[] => {
    const { mapping, row } = subject
    const part = mapping.sharing?.part
    const project = projectOf(row.ref)
    const body = { ...subject.body, sharing: { project, record: crm.id, primary } }
    const draft = how.project(mapping, subject, body)
    return part === undefined || draft === null ? [] : [{ draft, mapping, part, row, body }]
  })
  if (subjects.length === 0) return []
  const looked = await how.look(subjects)
  return subjects.map((subject, at): Considered => {
    const one = looked[at]
    if (one === undefined) throw new RangeError('LOOK UP answers one result a subject')
    const { draft, part, row } = subject
    const made = plan(draft, {
      part,
      // Nothing to search for: a row is made by its key, and one that has it already is that row.
      match: one.link === null ? { is: 'new' } : { is: 'linked', link: one.link },
      link: one.link,
      present: one.present,
      survivor: null,
      // Whoever deletes it in Salesforce does not end the sharing.
      whenGone: 'recreate',
      uncertain: row.uncertain,
      decision: one.decision,
      resolve: () => ({ is: 'unknown' }),
      emptyDigest: field => engine.digester.digest(field, null),
    })
    return { subject, looked: one, plan: anyway(made, one.decision), note: null }
  })
}
