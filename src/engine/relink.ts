/**
 * Links from Salesforce, page by page: for a memory that was lost, or an org that was refreshed. Each record that bears a
 * key of ours is linked to its commerce record, if that is there. What both sides hold alike is agreed on, and nothing
 * else is: a field in which they differ stays at its first contact, and a pass decides about it by its owner.
 */
import { type Base, type Draft, formerKey, type IdentityLink } from '../model/identity.ts'
import type { Mapping, MappingPart, Schema } from '../model/mapping.ts'
import type { CallContext } from '../model/ports.ts'
import type { Keyed, Relinked } from '../model/relink.ts'
import { type Instant, type ResourceRef, refKey, type Snapshot, sameRef } from '../model/resource.ts'
import { schemaOf } from './consider.ts'
import type { Engine } from './engine.ts'
import { line } from './gather.ts'
import { compared, digestAll, partKey } from './lookUp.ts'
import { projectionOf } from './projectionOf.ts'
import { read } from './read.ts'
import { inherited, personOf, sharers } from './relinkSharing.ts'
import { wantedFields } from './seek.ts'

/**
 * What became of one record that bears a key. `linked`: from now on. `known`: was linked already. `elsewhere`: one of its
 * ends is linked to another record, which stays so. `orphan`: the commerce record is gone. `foreign`: the key of a project
 * that is not served. `apart`: the commerce record takes no part in the mapping, or the key is of another kind.
 */
export type Relink = 'linked' | 'known' | 'elsewhere' | 'orphan' | 'foreign' | 'apart'

export type RelinkPage = {
  readonly mapping: string
  readonly role: string
  readonly object: string
  readonly looked: number
  readonly counts: Readonly<Record<Relink, number>>
  /** Of those that are linked now: whose values differ, so that a pass looks at them. */
  readonly differing: number
  /** How many records bear the key of each project that is not served. */
  readonly foreign: Readonly<Record<string, number>>
  readonly examples: Readonly<Partial<Record<Relink, readonly string[]>>>
  /** Where the next page begins; null at the end. */
  readonly next: string | null
}

/** Reads of commercetools go by 500 ids a query. */
const pageSize = 500
const examplesShown = 5
/** So many open questions about foreign keys are enough to see what is wrong; the count tells of all. */
const foreignKept = 1_000

export const stream = 'relink'

type Place = { readonly mapping: Mapping; readonly part: MappingPart; readonly after: string | null }

/**
 * All parts whose keys name one commerce record, in the order in which they are linked: those who share a record come
 * after it. Guests, and the elements of lists, have keys of another kind: their own passes find them by those.
 */
const partsOf = ({ mappings }: Engine): readonly Omit<Place, 'after'>[] =>
  mappings
    .filter(mapping => mapping.appearsIn === undefined && !mapping.onDemand)
    .flatMap(mapping =>
      [...mapping.parts, ...(mapping.sharing ? [mapping.sharing.part] : [])]
        .filter(part => part.each === undefined)
        .map(part => ({ mapping, part })),
    )

const textOf = ({ mapping, part, after }: Place): string => `${mapping.name}|${part.role}|${after ?? ''}`

/** The place that a text names; null for the text of another configuration. */
function placeAt(engine: Engine, position: string | null): Place | null {
  const all = partsOf(engine)
  const [first] = all
  if (position === null) return first === undefined ? null : { ...first, after: null }
  const [name, role, after = ''] = position.split('|')
  const found = all.find(one => one.mapping.name === name && one.part.role === role)
  return found === undefined ? null : { ...found, after: after === '' ? null : after }
}

function nextOf(engine: Engine, { mapping, part }: Place, last: Keyed | undefined): string | null {
  if (last !== undefined) return textOf({ mapping, part, after: last.ref.id })
  const all = partsOf(engine)
  const next = all[all.findIndex(one => one.mapping === mapping && one.part === part) + 1]
  return next === undefined ? null : textOf({ ...next, after: null })
}

/** A record of Salesforce with the commerce record that its key names; null for a key of another kind. */
type Named = { readonly found: Keyed; readonly key: string; readonly commerce: ResourceRef | null }

const projectOf = (key: string): string => key.slice(0, Math.max(0, key.indexOf('/')))

function named(engine: Engine, { mapping }: Place, found: Keyed): Named {
  const key = String(found.values[mapping.keyField] ?? '')
  const id = key.slice(projectOf(key).length + 1)
  const isOurs = engine.systems.commerce.projects.includes(projectOf(key)) && id !== '' && !id.includes('/')
  return { found, key, commerce: isOurs ? { side: 'commerce', type: mapping.commerce, id: key } : null }
}

/** What both sides hold alike, and whether that is all. */
function agreed(draft: Draft, digests: Base): { readonly base: Base; readonly isAll: boolean } {
  const same = Object.entries(draft.digests).filter(([field, digest]) => digests[field] === digest)
  return { base: Object.fromEntries(same), isAll: same.length === Object.keys(draft.digests).length }
}

export type Entered = { is: Relink; links: Relinked['links'][number][]; differs: boolean }

type Page = {
  readonly engine: Engine
  readonly place: Place
  readonly schema: Schema
  readonly snapshotOf: (ref: ResourceRef) => Snapshot
  /** Links of all records of this page, with those that it has made so far. */
  readonly links: Omit<IdentityLink, 'revision' | 'since' | 'savedAt'>[]
}

/** One record: what it is, and the links that it gives. */
function enter({ engine, place, schema, snapshotOf, links }: Page, { found, commerce }: Named): Entered {
  const { mapping, part } = place
  const nothing = (is: Relink): Entered => ({ is, links: [], differs: false })
  if (commerce === null) return nothing('apart')
  const isOf = (role: string) => (one: Page['links'][number]) =>
    one.mapping === mapping.name && one.role === role && sameRef(one.commerce, commerce)
  const own = links.find(isOf(part.role))
  if (own !== undefined) return nothing(sameRef(own.crm, found.ref) ? 'known' : 'elsewhere')
  const isRow = part === mapping.sharing?.part
  const ofPart = links.filter(one => one.mapping === mapping.name && one.role === part.role)
  if (!isRow && ofPart.some(one => one.primary && sameRef(one.crm, found.ref))) return nothing('elsewhere')
  const snapshot = snapshotOf(commerce)
  if (snapshot.state !== 'present') return nothing('orphan')
  const projection = projectionOf(engine, mapping, schema)
  const person = isRow ? personOf(place, found) : null
  if (isRow && person === null) return nothing('apart')
  const ofPerson = person === null ? null : inherited(links, mapping, commerce, person)
  if (ofPerson !== null && !sameRef(ofPerson.crm, person ?? ofPerson.crm)) return nothing('elsewhere')
  const body = person === null ? snapshot.body : sharers(snapshot.body, commerce, person, ofPerson?.primary ?? false)
  const draft =
    person === null
      ? projection.drafts(snapshot).find(one => one.role === part.role)
      : projection.sharing?.({ ...snapshot, body })
  if (draft === undefined) return nothing('apart')
  const present = { ...found, digests: digestAll(engine, found.values) }
  const seen = compared(engine, present, projection.canonical(part.role, body))
  const { base, isAll } = agreed(draft, seen.digests)
  const role = { mapping: mapping.name, commerce, restores: {} }
  const made = [
    ...(ofPerson === null || links.some(isOf(ofPerson.role)) ? [] : [ofPerson]),
    { ...role, role: part.role, crm: found.ref, primary: true, base },
  ]
  links.push(...made)
  return { is: 'linked', links: made, differs: !isAll || made.some(one => one.base[formerKey] !== undefined) }
}

const emptyCounts = (): Record<Relink, number> => ({
  linked: 0,
  known: 0,
  elsewhere: 0,
  orphan: 0,
  foreign: 0,
  apart: 0,
})

/** Open questions about records with the key of a project that nobody serves, up to what a person would look at. */
async function questions(
  { store }: Engine,
  { mapping, part }: Place,
  strangers: readonly Named[],
  correlationId: string,
): Promise<Relinked['conflicts']> {
  if (strangers.length === 0) return []
  const filter = { kind: 'foreign', mapping: mapping.name, role: part.role }
  const { total } = await store.meant(filter, 0)
  return strangers.slice(0, Math.max(0, foreignKept - total)).map(({ found, key }) => ({
    kind: 'foreign',
    why: `it bears a key of the project '${projectOf(key)}', which is not served here`,
    candidates: [found.ref],
    fields: [],
    source: found.ref,
    mapping: mapping.name,
    role: part.role,
    correlationId,
  }))
}

/**
 * One page. `position` null begins at the start; with `dryRun` nothing is entered. Null when the position is of another
 * configuration. Pages may be given twice, in any order, and while the service works: what is linked stays as it is. The
 * checkpoint moves after the links are in. Rejects with `RemoteFailure` or `StoreDown` as the ports do.
 */
export async function relink(
  engine: Engine,
  { position, dryRun }: { readonly position: string | null; readonly dryRun: boolean },
  context: CallContext,
): Promise<RelinkPage | null> {
  const place = placeAt(engine, position)
  if (place === null) return null
  const { mapping, part, after } = place
  const { store, systems, clock } = engine
  const schema = await schemaOf(engine, context)
  const object = schema.get(part.object)
  const fields = [...wantedFields(part, schema)]
  const query = { object: part.object, keyField: mapping.keyField, after, limit: pageSize, fields }
  const found = object?.fields.has(mapping.keyField) ? await systems.crm.keyed(query, context) : []
  const all = found.map(one => named(engine, place, one))
  const isForeign = ({ key }: Named): boolean => !systems.commerce.projects.includes(projectOf(key))
  const strangers = all.filter(isForeign)
  const ours = all.filter(one => !isForeign(one))
  const refs = ours.flatMap(({ commerce }) => commerce ?? [])
  const persons = part === mapping.sharing?.part ? found.flatMap(one => personOf(place, one) ?? []) : []
  const [links, snapshotOf] = await Promise.all([
    store.links([...refs, ...found.map(one => one.ref), ...persons]),
    read(engine, refs, context),
  ])
  const page: Page = { engine, place, schema, snapshotOf, links: [...links] }
  const entered = ours.map(one => ({ one, ...enter(page, one) }))
  const now = clock.now()
  const isLast = found.length < pageSize
  const next = nextOf(engine, place, isLast ? undefined : found.at(-1))
  const refused = dryRun ? [] : await save(engine, place, { entered, strangers, now, context })
  if (!dryRun) await store.putCheckpoint({ stream, position: next ?? '', at: now })

  const counts = emptyCounts()
  const examples: Partial<Record<Relink, string[]>> = {}
  const count = (is: Relink, id: string): void => {
    counts[is]++
    const some = examples[is] ?? []
    examples[is] = some
    if (some.length < examplesShown && is !== 'linked' && is !== 'known') some.push(`${part.object}/${id}`)
  }
  let differing = 0
  for (const { one, is, differs } of entered) {
    const isRefused = one.commerce !== null && refused.includes(`${part.role} ${refKey(one.commerce)}`)
    if (differs && !isRefused) differing++
    count(isRefused ? 'elsewhere' : is, one.found.ref.id)
  }
  for (const { found: one } of strangers) count('foreign', one.ref.id)
  const foreign = Object.fromEntries(
    [...Map.groupBy(strangers, ({ key }) => projectOf(key))].map(([project, some]) => [project, some.length]),
  )
  const of = { mapping: mapping.name, role: part.role, object: part.object }
  return { ...of, looked: found.length, counts, differing, foreign, examples, next }
}

type Found = {
  readonly entered: readonly ({ readonly one: Named } & Entered)[]
  readonly strangers: readonly Named[]
  readonly now: Instant
  readonly context: CallContext
}

async function save(
  engine: Engine,
  place: Place,
  { entered, strangers, now, context: { correlationId } }: Found,
): Promise<readonly string[]> {
  const { mapping, part } = place
  const fresh = entered.filter(one => one.is === 'linked')
  const about = { mapping: mapping.name, role: part.role }
  const commerceOf = ({ one }: { readonly one: Named }): ResourceRef[] => (one.commerce === null ? [] : [one.commerce])
  return engine.store.relink({
    links: fresh.flatMap(one => one.links),
    marks: fresh
      .filter(one => one.differs)
      .flatMap(commerceOf)
      .map(ref => ({
        id: `relink/${partKey(mapping.name, part.role, ref)}`,
        ref,
        kind: 'changed',
        version: null,
        at: now,
        correlationId,
        lane: 'backfill',
        erase: false,
      })),
    conflicts: await questions(engine, place, strangers, correlationId),
    // Its project is served by now.
    resolved: entered.map(({ one }) => ({ ...about, source: one.found.ref, seen: true })),
    journal: fresh.flatMap(one =>
      commerceOf(one).map(ref => ({
        ...line({ ref, correlationId, attempts: -1 }, now, 'linked', 'by relink'),
        ...about,
        target: one.one.found.ref,
      })),
    ),
  })
}
