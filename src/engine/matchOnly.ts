/** A dry run of matching, page by page: who would be linked, made or asked about, and why, before anything is written. */
import type { ConflictKind } from '../model/identity.ts'
import type { Mapping } from '../model/mapping.ts'
import type { CallContext, ClaimedRow } from '../model/ports.ts'
import { type ResourceRef, type Snapshot, sameRef, unreachable } from '../model/resource.ts'
import { type Considered, consider } from './consider.ts'
import type { Engine } from './engine.ts'
import { guestsIn } from './guest/readGuests.ts'
import type { identitiesOf } from './lookUp.ts'

/** What would become of one part of one record. `is` is a conflict's kind where a person would be asked. */
export type WouldBe = {
  readonly source: ResourceRef
  readonly role: string
  readonly object: string
  readonly is: 'linked' | 'found' | 'new' | 'nothing' | 'waits' | ConflictKind
  readonly why: string
  readonly crm: ResourceRef | null
}

export type MatchPage = {
  readonly looked: number
  readonly parts: readonly WouldBe[]
  /**
   * Keyed digests of the identity keys of records that are not linked yet, by record: two records with one key would
   * not both be linked or made, which only a look over all pages can tell.
   */
  readonly identities: readonly { readonly source: ResourceRef; readonly keys: readonly string[] }[]
  /** Where the next page begins; null at the end. */
  readonly next: string | null
}

function wouldBe({ subject: { draft }, looked, plan, note }: Considered): WouldBe {
  const of = { source: draft.source, role: draft.role, object: draft.object }
  const known = (crm: ResourceRef): WouldBe => ({
    ...of,
    is: looked.link === null ? 'found' : 'linked',
    why: foundBy(looked, crm),
    crm,
  })
  switch (plan.do) {
    case 'create':
      // Which Lead it is, is no kind: the groups of the report would have one member each.
      return { ...of, is: 'new', why: besides(looked, note), crm: null }
    case 'update':
    case 'delete':
      return known(plan.crm)
    case 'nothing':
      return plan.crm === null ? { ...of, is: 'nothing', why: plan.why, crm: null } : known(plan.crm)
    case 'wait':
      return { ...of, is: 'waits', why: 'what it belongs to is not there yet', crm: null }
    case 'review':
      return { ...of, is: plan.conflict.kind, why: plan.conflict.why, crm: plan.conflict.candidates[0] ?? null }
    default:
      return unreachable(plan)
  }
}

/** What is there already of those who are made all the same. */
const besides = ({ candidates }: Considered['looked'], note: string | null): string =>
  candidates.length > 0 ? 'beside records that match' : note === null ? '' : 'beside an open Lead'

/** The field by which it was found; empty for a link. */
function foundBy({ link, candidates }: Considered['looked'], crm: ResourceRef): string {
  const by = link === null ? candidates.find(one => sameRef(one.ref, crm))?.by.crm : undefined
  return by === undefined ? '' : `by ${by}`
}

type Present = Extract<Snapshot, { state: 'present' }>

/** A mapping of another type that shares people with this one. */
const isOther = (one: Mapping, { commerce, takesOver, name }: Mapping): boolean =>
  one.commerce !== commerce && (one.name === takesOver?.mapping || one.takesOver?.mapping === name)

/**
 * One page of a project's records of a mapping, oldest change first; `position` null for the first one. Null when there
 * is no such mapping or project. Rejects with `RemoteFailure` or `StoreDown` as the ports do.
 */
export async function matchOnly(
  engine: Engine,
  of: { readonly mapping: string; readonly project: string; readonly position: string | null },
  context: CallContext,
): Promise<MatchPage | null> {
  const mapping = engine.mappings.find(one => one.name === of.mapping)
  const { commerce } = engine.systems
  if (mapping === undefined || !commerce.projects.includes(of.project)) return null
  const { appearsIn, commerce: own, expand } = mapping
  const query = { project: of.project, type: appearsIn?.in ?? own, position: of.position, expand }
  for await (const page of commerce.list({ ...query, upToNow: true }, context)) {
    const present = page.snapshots.filter((one): one is Present => one.state === 'present')
    const snapshots = appearsIn === undefined ? present : guestsIn(engine, present)
    const rows = snapshots.map(snapshot => ({ row: rowOf(snapshot, context, engine.clock.now()), snapshot }))
    const links = await engine.store.links(snapshots.map(one => one.ref))
    let identities: ReturnType<typeof identitiesOf> = []
    // Those who belong together stay: who takes over whom is part of the answer.
    const mappings = engine.mappings.filter(one => one === mapping || isOther(one, mapping))
    const { considered } = await consider({ ...engine, mappings }, rows, links, context, async (wanted, what) => {
      if (what === 'identities') identities = wanted
      return []
    })
    return {
      looked: snapshots.length,
      parts: considered.map(wouldBe),
      // A guest's key is made without a secret: it is not given out.
      identities: identities.map(({ ref, keys }) => ({ source: ref, keys: keys.filter(key => !key.includes('/')) })),
      next: page.position,
    }
  }
  return { looked: 0, parts: [], identities: [], next: null }
}

const rowOf = ({ ref, version }: Present, { correlationId }: CallContext, now: string): ClaimedRow => ({
  ref,
  lane: 'backfill',
  version,
  deleted: false,
  erase: false,
  forced: false,
  uncertain: false,
  attempts: 0,
  markedAt: now,
  correlationId,
})
