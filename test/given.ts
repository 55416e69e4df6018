/**
 * Reads a mapping like a rule book: `given({ mapping, snapshot }).plans({ do: 'create', fields })`, in plain values.
 * It asks, matches, resolves and plans exactly as a pass does, without ports: digests here are readable text.
 */
import { expect } from 'vitest'
import { ask } from '../src/core/ask.ts'
import type { View } from '../src/core/certain.ts'
import { isRoleOf } from '../src/core/elements.ts'
import { evaluate } from '../src/core/evaluate.ts'
import { match } from '../src/core/match.ts'
import { plan, type Resolved } from '../src/core/plan.ts'
import { project } from '../src/core/project.ts'
import type { Base, Candidate, Digest, Draft, IdentityLink, Match, Pointer, Present } from '../src/model/identity.ts'
import type {
  FieldSchema,
  GonePolicy,
  Mapping,
  MappingPart,
  MatchRule,
  ObjectSchema,
  Schema,
  Value,
} from '../src/model/mapping.ts'
import type { Choice, ConflictDraft, Decision, FieldVerdict, WritePlan } from '../src/model/plan.ts'
import type { Instant, JsonObject, ResourceRef, Snapshot } from '../src/model/resource.ts'

type Values = Readonly<Record<string, Value>>

/** What the org says of some fields, by object and field name; what is left out is a plain text field of 255. */
export type PlainSchema = Readonly<Record<string, Readonly<Record<string, Partial<FieldSchema>>>>>

/** A link that exists. `agreed` are the last agreed values; or `was`, what the commerce record said at that time. */
export type PlainLink = {
  readonly id: string
  readonly agreed?: Values
  /** Laid over the snapshot: `was: { lastName: 'Byron' }`. `{}` means: everything was settled as it is now. */
  readonly was?: JsonObject
  /** Agreements as an earlier plan left them. */
  readonly base?: Base
  readonly restores?: Readonly<Record<string, number>>
}

/** A record that LOOK UP found. `by` is the place of the match rule, or its kind. */
export type PlainCandidate = {
  readonly id: string
  readonly by?: MatchRule['by'] | number
  readonly values?: Values
  readonly modifiedAt?: Instant
  /** The commerce id (`demo/…`) of the record that holds it. */
  readonly claimedBy?: string
}

/** What Salesforce holds now; it is shown to the plan only where a pass would have read it. */
export type PlainPresent =
  | 'absent'
  | { readonly mergedInto: string; readonly values?: Values; readonly claimedBy?: string }
  | { readonly values: Values; readonly modifiedAt?: Instant }

/** One thing for a mapping of one part, or one a role. */
export type PerRole<T> = Readonly<Record<string, T>>

export type Given = {
  readonly mapping: Mapping
  /** The org's describe, or only what matters of it. Without: the org has all that the mapping names, as text of 255. */
  readonly schema?: Schema | PlainSchema
  /** The commercetools JSON; `id`, `version` and `lastModifiedAt` are taken from it where they are there. */
  readonly snapshot: JsonObject
  readonly project?: string
  readonly link?: PerRole<PlainLink>
  readonly candidates?: PerRole<readonly PlainCandidate[]>
  readonly present?: PerRole<PlainPresent>
  readonly decision?: Choice
  readonly uncertain?: boolean
  readonly whenGone?: GonePolicy
  /** Other records that references may lead to: `'customer-group/gold': '001…'`, or `'coming'` when this pass writes it. */
  readonly known?: Readonly<Record<string, string>>
}

/** What a test says of a plan: only what it names is compared, and that exactly. */
export type PlanShape = {
  readonly do?: WritePlan['do']
  readonly role?: string
  readonly object?: string
  readonly fields?: Values
  /** A Salesforce id, or `Account.CT_Id__c=demo/1` for a parent named by its external ID. */
  readonly links?: Readonly<Record<string, string>>
  readonly crm?: string | null
  readonly yields?: readonly string[]
  readonly why?: string
  /** The verdict of each field named here. */
  readonly verdicts?: Readonly<Record<string, FieldVerdict['verdict']>>
  readonly conflict?: Partial<Pick<ConflictDraft, 'kind' | 'why' | 'fields'>> & { readonly candidates?: string[] }
  readonly awaits?: readonly string[]
  readonly dropped?: Readonly<Record<string, string>>
  readonly fallbacks?: Values
  /** Fields that would be read from Salesforce before planning. */
  readonly asks?: readonly string[]
  readonly ifUnmodifiedSince?: Instant | null
}

export type Made = { readonly draft: Draft; readonly plan: WritePlan; readonly asks: readonly string[] }

/** A match that looks at nothing but the keys. */
export const blind: View = {
  value: () => null,
  meant: (_field, value) => value,
  recordType: () => null,
  like: () => null,
}

/** A digest that people can read: `k.LastName="Lovelace"`. */
export const digest = (field: string, value: Value): Digest => `k.${field}=${JSON.stringify(value)}`

const digests = (values: Values): Base =>
  Object.fromEntries(Object.entries(values).map(([field, value]) => [field, digest(field, value)]))

/** A field as describe gives it: text of 255 unless told otherwise. */
export const field = (name: string, some: Partial<FieldSchema> = {}): FieldSchema => ({
  name,
  label: name,
  type: 'string',
  length: some.type === undefined || some.type === 'string' ? 255 : 0,
  precision: 0,
  scale: 0,
  nillable: true,
  defaultedOnCreate: false,
  createable: true,
  updateable: true,
  unique: false,
  externalId: false,
  filterable: true,
  restricted: false,
  values: [],
  referenceTo: [],
  ...some,
})

/** A describe of an org that has everything the mapping names, with these fields as told. */
export function schemaFor(mapping: Mapping, plain: PlainSchema = {}): Schema {
  const schema = new Map<string, ObjectSchema>()
  for (const part of mapping.parts) {
    const fields = new Map(schema.get(part.object)?.fields)
    const named = [mapping.keyField, ...part.fields.map(rule => rule.crm), ...part.match.map(rule => rule.crm)]
    const told = plain[part.object] ?? {}
    for (const name of [...named, ...Object.keys(told)]) fields.set(name, field(name, told[name]))
    schema.set(part.object, { name: part.object, createable: true, updateable: true, fields })
  }
  return schema
}

/** The commercetools JSON as READ gives it. */
export function snapshotOf(type: string, body: JsonObject, project = 'demo'): Extract<Snapshot, { state: 'present' }> {
  const { id, version, lastModifiedAt } = body
  return {
    state: 'present',
    ref: { side: 'commerce', type, id: `${project}/${typeof id === 'string' ? id : '1'}` },
    version: typeof version === 'number' ? version : 1,
    modifiedAt: typeof lastModifiedAt === 'string' ? lastModifiedAt : '2026-01-02T00:00:00.000Z',
    modifiedBy: { clientId: null, marker: null },
    body,
  }
}

const crmRef = (type: string, id: string): ResourceRef => ({ side: 'crm', type, id })
const earlier = '2026-01-01T00:00:00.000Z'

function ruleAt(part: MappingPart, by: PlainCandidate['by']): MatchRule {
  const rule = typeof by === 'number' ? part.match[by] : part.match.find(one => by === undefined || one.by === by)
  return rule ?? { by: 'external-id', crm: 'CT_Id__c', commerce: 'key' }
}

function candidatesOf(part: MappingPart, draft: Draft, plain: readonly PlainCandidate[]): Candidate[] {
  return plain.map(({ id, by, values = {}, modifiedAt = earlier, claimedBy }) => ({
    ref: crmRef(part.object, id),
    version: 1,
    modifiedAt,
    values,
    digests: digests(values),
    by: ruleAt(part, by),
    claimedBy: claimedBy === undefined ? null : { side: 'commerce', type: draft.source.type, id: claimedBy },
  }))
}

function presentOf(crm: ResourceRef, plain: PlainPresent | undefined, asks: readonly string[]): Present | null {
  if (plain === undefined || asks.length === 0) return null
  if (plain === 'absent') return { state: 'absent', ref: crm }
  if ('mergedInto' in plain) return { state: 'merged', ref: crm, into: crmRef(crm.type, plain.mergedInto) }
  const values = Object.fromEntries(asks.map(name => [name, plain.values[name] ?? null]))
  const modifiedAt = plain.modifiedAt ?? earlier
  return { state: 'present', ref: crm, version: 1, modifiedAt, values, digests: digests(values) }
}

/** What was merged away is known only by the record that is left, when that can be read. */
function survivorOf(part: MappingPart, draft: Draft, plain: PlainPresent | undefined): Candidate | null {
  if (plain === undefined || plain === 'absent' || !('mergedInto' in plain) || plain.values === undefined) return null
  const { mergedInto: id, values, claimedBy } = plain
  const [made] = candidatesOf(part, draft, [
    { id, by: 'fallback', values, ...(claimedBy === undefined ? {} : { claimedBy }) },
  ])
  return made ?? null
}

const linkOf = (draft: Draft, { id, restores = {} }: PlainLink, base: Base): IdentityLink => ({
  mapping: draft.mapping,
  role: draft.role,
  commerce: draft.source,
  crm: crmRef(draft.object, id),
  primary: true,
  base,
  revision: 1,
  restores,
  since: earlier,
  savedAt: earlier,
})

/** Plans every draft of the record, in the order of the mapping's parts. */
function make(some: Given): readonly Made[] {
  const { mapping, snapshot: body, uncertain = false } = some
  const schema = some.schema instanceof Map ? some.schema : schemaFor(mapping, some.schema as PlainSchema | undefined)
  const { drafts, meant } = project(mapping, schema, digest)
  const snapshot = snapshotOf(mapping.commerce, body, some.project)
  const agreedOf = (role: string, { agreed = {}, was, base }: PlainLink): Base => {
    const then = was === undefined ? [] : drafts({ ...snapshot, body: { ...body, ...was } })
    return { ...then.find(one => one.role === role)?.digests, ...digests(agreed), ...base }
  }

  const known = drafts(snapshot).map(draft => {
    const part = mapping.parts.find(one => isRoleOf(one, draft.role))
    if (part === undefined) throw new RangeError(`no part ${draft.role}`)
    const plain = some.link?.[draft.role]
    const link = plain === undefined ? null : linkOf(draft, plain, agreedOf(draft.role, plain))
    const { role, source } = draft
    const told = { conflict: '1', source, mapping: mapping.name, role, by: 'Grace', at: earlier }
    const decision: Decision | null =
      some.decision === undefined ? null : { ...told, kind: 'ambiguous', choice: some.decision }
    const candidates = candidatesOf(part, draft, some.candidates?.[draft.role] ?? [])
    const view: View = {
      value: expression => evaluate(expression)(body),
      meant: meant(draft.role, body),
      recordType: () => null,
      like: field => part.fields.find(rule => rule.crm === field)?.codec?.like ?? null,
    }
    const found = match(draft, { link, candidates, decision, view })
    const asks = link === null ? [] : ask(draft, link, part, uncertain)
    const present = link === null ? null : presentOf(link.crm, some.present?.[draft.role], asks)
    const survivor = survivorOf(part, draft, some.present?.[draft.role])
    return { draft, part, decision, found, asks, present, survivor }
  })

  const resolve = resolver(known, some.known ?? {})
  return known.map(({ draft, part, decision, found, asks, present, survivor }) => ({
    draft,
    asks,
    plan: plan(draft, {
      part,
      match: found,
      present,
      survivor,
      whenGone: some.whenGone ?? 'review',
      uncertain,
      decision,
      resolve,
      emptyDigest: name => digest(name, null),
    }),
  }))
}

function resolver(
  made: readonly { readonly draft: Draft; readonly found: Match }[],
  known: Readonly<Record<string, string>>,
): (pointer: Pointer) => Resolved {
  return pointer => {
    if (pointer.to === 'id') return { is: 'linked', crm: pointer.ref }
    if (pointer.to === 'missing') return { is: 'unknown' }
    const { role, source } = pointer
    const own = made.find(({ draft }) => draft.role === role && draft.source.id === source.id)
    if (own?.found.is === 'linked') return { is: 'linked', crm: own.found.link.crm }
    if (own?.found.is === 'found') return { is: 'linked', crm: own.found.candidate.ref }
    if (own?.found.is === 'new') return { is: 'coming', keyField: own.draft.keyField, key: own.draft.key }
    if (own !== undefined) return { is: 'unknown' }
    const other = known[`${source.type}/${source.id.slice(source.id.indexOf('/') + 1)}`]
    if (other === undefined) return { is: 'unknown' }
    if (other === 'coming') return { is: 'coming', keyField: made[0]?.draft.keyField ?? '', key: source.id }
    return { is: 'linked', crm: crmRef('', other) }
  }
}

/** A plan in plain values: what {@link PlanShape} is compared with. */
export function shapeOf({ draft, plan: made, asks }: Made) {
  const writes = made.do === 'create' || made.do === 'update'
  const links = writes ? made.links : []
  return {
    do: made.do,
    role: draft.role,
    object: draft.object,
    fields: writes ? made.fields : {},
    links: Object.fromEntries(
      links.map(one => [one.field, one.by === 'id' ? one.id : `${one.relationship}.${one.keyField}=${one.key}`]),
    ),
    crm: made.do === 'update' || made.do === 'delete' || made.do === 'nothing' ? (made.crm?.id ?? null) : null,
    yields: made.do === 'update' || made.do === 'nothing' ? made.yields : [],
    why: made.do === 'nothing' ? made.why : made.do === 'review' ? made.conflict.why : '',
    verdicts: Object.fromEntries(made.verdicts.map(one => [one.field, one.verdict])),
    conflict:
      made.do === 'review' ? { ...made.conflict, candidates: made.conflict.candidates.map(one => one.id) } : null,
    awaits: made.do === 'wait' ? made.awaits.map(one => `${one.type}/${one.id}`) : [],
    dropped: Object.fromEntries(draft.dropped.map(one => [one.field, one.why])),
    fallbacks: draft.fallbacks,
    asks,
    ifUnmodifiedSince: made.do === 'update' ? made.ifUnmodifiedSince : null,
  }
}

/**
 * A commerce record, what we know of it, and what becomes of it.
 * `plans` takes one shape a part, in their order; what a shape does not name is not compared. `made` has the plans.
 */
export function given(some: Given) {
  const made = make(some)
  return {
    made,
    plans(...expected: readonly PlanShape[]): void {
      const shapes = made.map(shapeOf)
      const compared = shapes.map((shape, at) => narrow(shape, expected[at] ?? {}))
      expect(compared, 'the plans').toEqual(expected)
    },
  }
}

/** Only the parts that the expectation names; maps of verdicts and conflicts key by key. */
function narrow(shape: ReturnType<typeof shapeOf>, expected: PlanShape): object {
  const pick = (from: object | null, names: object): object =>
    Object.fromEntries(Object.entries(from ?? {}).filter(([name]) => name in names))
  return {
    ...pick(shape, expected),
    ...(expected.verdicts && { verdicts: pick(shape.verdicts, expected.verdicts) }),
    ...(expected.conflict && { conflict: pick(shape.conflict, expected.conflict) }),
  }
}
