/**
 * Says a commerce record in CRM words, exactly as Salesforce will store it: trimmed, cut, rounded, unknown picklist
 * values left out. Without that, a record would look different from its own copy for ever.
 */
import type { Digest, Draft, Pointer } from '../model/identity.ts'
import type {
  CodecContext,
  FieldRule,
  FieldSchema,
  LinkRule,
  Mapping,
  MappingPart,
  ObjectSchema,
  Schema,
  Value,
} from '../model/mapping.ts'
import type { Json, JsonObject, ResourceRef, Snapshot } from '../model/resource.ts'
import { defaultsOf } from './defaultsOf.ts'
import { type Element, elements, partNameOf } from './elements.ts'
import { type Expression, evaluate } from './evaluate.ts'
import { flowsBack } from './mergeFields.ts'
import { type Stored, stored } from './stored.ts'

type PresentSnapshot = Extract<Snapshot, { state: 'present' }>

/** A mapping made ready for one org: `drafts` projects a record, `missing` are fields the org does not have for us. */
export type Projection = {
  readonly drafts: (snapshot: PresentSnapshot) => readonly Draft[]
  /** The same, each with the body that its rules see: of an element of a list, the element. */
  readonly pieces: (snapshot: PresentSnapshot) => readonly Piece[]
  /**
   * What a value of Salesforce would be, had it gone to this commerce record and come back: `089 1234` is the number
   * `+49891234`, and the keys `b;a` are `a;b`. Fields that both sides may write are compared in that form: else a value
   * that people spell in another way would go to and fro for ever. The value itself for all other fields.
   */
  readonly canonical: (role: string, body: JsonObject) => (field: string, value: Value) => Value
  /** The same for every field, whoever owns it: how a match looks at details. */
  readonly meant: (role: string, body: JsonObject) => (field: string, value: Value) => Value
  /**
   * The record that says whose a shared record is as well, from a snapshot that knows what is shared (`sharing`); null where
   * the mapping or the org has no such records.
   */
  readonly sharing: ((snapshot: PresentSnapshot) => Draft) | null
  readonly missing: readonly { readonly object: string; readonly field: string }[]
}

/** A draft with the body that its rules see, and the part it is of. */
export type Piece = { readonly draft: Draft; readonly part: MappingPart; readonly body: JsonObject }

type ReadyField = { rule: FieldRule; crm: string; field: FieldSchema; value: Expression; fallback: Expression | null }

/** The field's name in this org: the rule's, its alternative, or null when the org has neither or we may not write it. */
export function fieldOf(rule: FieldRule, object: ObjectSchema): FieldSchema | null {
  for (const name of [rule.crm, rule.orElse]) {
    const field = name === undefined ? undefined : object.fields.get(name)
    if (field && (field.createable || field.updateable)) return field
  }
  return null
}

function ready(part: MappingPart, object: ObjectSchema): { fields: ReadyField[]; missing: string[] } {
  const fields: ReadyField[] = []
  const missing: string[] = []
  const own = new Set(part.fields.map(rule => rule.crm))
  for (const rule of part.fields) {
    const field = fieldOf(rule, object)
    // An alternative that has a rule of its own is that rule's: no field is written from two values.
    if (field === null || (field.name !== rule.crm && own.has(field.name))) {
      if (rule.optional !== true) missing.push(rule.crm)
    } else
      fields.push({
        rule,
        crm: field.name,
        field,
        value: evaluate(rule.commerce),
        fallback: rule.fallback === undefined ? null : evaluate(rule.fallback),
      })
  }
  return { fields, missing }
}

/** One value of one record, through its codec and into the stored form. */
function fieldValue(ready: ReadyField, body: JsonObject, get: CodecContext['get'], expression: Expression): Stored {
  const raw = expression(body)
  const coded = ready.rule.codec?.toCrm(raw, { get, field: ready.field })
  if (coded?.is === 'bad') return { value: undefined, note: coded.why }
  if (coded !== undefined) {
    const kept = stored(coded.value, ready.field)
    return ready.rule.vital && kept.value === undefined ? { ...kept, value: coded.value } : kept
  }
  return typeof raw === 'object' && raw !== null
    ? { value: undefined, note: 'is not a single value' }
    : stored(raw, ready.field)
}

/** The value itself where it has no way: what is no phone number is compared as it is written. */
function thereAndBack({ rule: { codec, apart }, field }: ReadyField, value: Value, get: CodecContext['get']): Value {
  const composed = apart === undefined ? value : apart.composed(value)
  const sent = apart === undefined && codec?.toCommerce !== undefined ? codec.toCommerce(composed) : composed
  const coded = codec?.toCrm(sent, { get, field })
  if (coded?.is === 'bad') return value
  return stored(coded === undefined ? composed : coded.value, field).value ?? value
}

/**
 * A value of a dependent picklist goes only beside the value it depends on: Salesforce refuses the whole record for a state
 * of another country. What does not fit is cleared, not left out: an old state must not stay beside a new country.
 */
function clearUnfit(
  fields: readonly ReadyField[],
  values: Record<string, Value>,
  dropped: { field: string; why: string }[],
): void {
  for (const { crm, field } of fields) {
    if (field.depends === undefined) continue
    const { on, values: fitting } = field.depends
    const value = values[crm]
    const noted = dropped.some(one => one.field === crm)
    if (value === null || (value === undefined && !noted)) continue
    if (value !== undefined && fitting.get(String(values[on] ?? ''))?.has(String(value))) continue
    values[crm] = null
    if (!noted) dropped.push({ field: crm, why: `does not go with ${on}` })
  }
}

type ReadyPart = {
  part: MappingPart
  elements: ReturnType<typeof elements>
  fields: readonly ReadyField[]
  links: readonly ReadyLink[]
  defaults: Readonly<Record<string, Value>>
}

type ReadyLink = { rule: LinkRule; id: Expression | null; type: string; parking: Expression | null }

function readyLink(rule: LinkRule, { fields }: ObjectSchema): ReadyLink {
  const parking = rule.parking === undefined ? null : evaluate(rule.parking.by)
  if (rule.of === 'self') return { rule, id: null, type: '', parking }
  const { type, per } = rule.of
  const id = evaluate(rule.of.id)
  if (per === undefined || !fields.has(per.field)) return { rule, id, type, parking }
  const each = evaluate(per.value)
  const both: Expression = body => {
    const [one, value] = [id(body), each(body)]
    return typeof one === 'string' && typeof value === 'string' ? `${one}/${value}` : one
  }
  return { rule, id: both, type, parking }
}

/** Where references lead that cannot lead to their parents; undefined where there is no such place. */
function parkingOf(links: readonly ReadyLink[], body: JsonObject): Draft['parking'] {
  const places = links.flatMap(({ rule, parking }) => {
    const at = rule.parking?.at
    const name = parking === null ? null : parking(body)
    const id = at === undefined ? undefined : ((typeof name === 'string' ? at[name] : undefined) ?? at['*'])
    return id === undefined ? [] : [[rule.crm, id] as const]
  })
  return places.length === 0 ? undefined : Object.fromEntries(places)
}

function pointers(links: readonly ReadyLink[], ref: ResourceRef, body: JsonObject): Record<string, Pointer> {
  const found: Record<string, Pointer> = {}
  const project = ref.id.slice(0, ref.id.indexOf('/') + 1)
  for (const { rule, id, type } of links) {
    const parent = id === null ? null : id(body)
    if (id === null) found[rule.crm] = { to: 'draft', role: rule.role, source: ref }
    else if (typeof parent === 'string')
      found[rule.crm] = { to: 'draft', role: rule.role, source: { side: 'commerce', type, id: project + parent } }
  }
  return found
}

/**
 * Makes a mapping ready for one org. `digest` is the engine's: core keeps no key.
 * A part whose object the org does not have yields no draft, and its fields are all `missing`.
 */
export function project(mapping: Mapping, schema: Schema, digest: (field: string, value: Value) => Digest): Projection {
  const missing: { object: string; field: string }[] = []
  const readyPart = (part: MappingPart): readonly ReadyPart[] => {
    const object = schema.get(part.object)
    if (object === undefined) return []
    const made = ready(part, object)
    const { defaults, missing: unknown } = defaultsOf(part, object, schema.get('Pricebook2')?.priceBooks)
    missing.push(...[...made.missing, ...unknown].map(field => ({ object: part.object, field })))
    if (object.fields.get(mapping.keyField)?.createable !== true)
      missing.push({ object: part.object, field: mapping.keyField })
    return [
      {
        part,
        elements: elements(part),
        fields: made.fields,
        links: part.links.map(link => readyLink(link, object)),
        defaults,
      },
    ]
  }
  const parts = mapping.parts.flatMap(part => {
    if (!schema.has(part.object)) missing.push(...part.fields.map(rule => ({ object: part.object, field: rule.crm })))
    return readyPart(part)
  })
  // An org without it can do all but share.
  const row = mapping.sharing?.part
  const canShare = row !== undefined && schema.get(row.object)?.fields.get(mapping.keyField)?.createable === true
  const [shared] = canShare ? readyPart(row) : []
  const when = mapping.when === undefined ? null : evaluate(mapping.when)
  const expressions = new Map<string, Expression>()
  const expression = (path: string): Expression => {
    const known = expressions.get(path) ?? evaluate(path)
    expressions.set(path, known)
    return known
  }

  const draft = (ready: ReadyPart, snapshot: PresentSnapshot, { role, id, body }: Element): Draft => {
    const { part, fields, links, defaults } = ready
    const values: Record<string, Value> = {}
    const digests: Record<string, Digest> = {}
    const fallbacks: Record<string, Value> = {}
    const dropped: { field: string; why: string }[] = []
    const get = (path: string): Json => expression(path)(body)
    for (const field of fields) {
      const { value, note } = fieldValue(field, body, get, field.value)
      if (note !== null) dropped.push({ field: field.crm, why: note })
      if (value !== undefined) values[field.crm] = value
      if ((value ?? null) !== null || field.fallback === null) continue
      const other = fieldValue(field, body, get, field.fallback)
      if (other.value !== undefined && other.value !== null) fallbacks[field.crm] = other.value
    }
    clearUnfit(fields, values, dropped)
    for (const field of Object.keys(values)) digests[field] = digest(field, values[field] ?? null)
    const parking = parkingOf(links, body)
    return {
      mapping: mapping.name,
      role,
      source: snapshot.ref,
      object: part.object,
      keyField: mapping.keyField,
      key: id === null ? snapshot.ref.id : `${snapshot.ref.id}/${id}`,
      version: snapshot.version,
      modifiedAt: snapshot.modifiedAt,
      fields: values,
      digests,
      fallbacks,
      defaults,
      links: pointers(links, snapshot.ref, body),
      ...(parking !== undefined && { parking }),
      dropped,
    }
  }

  const takesPart = (body: JsonObject): boolean => {
    const answer = when === null ? true : when(body)
    return answer !== null && answer !== false
  }
  const turned = (isTurned: (rule: FieldRule) => boolean) => {
    const fieldsOf = ({ fields }: ReadyPart) =>
      new Map(fields.filter(({ rule }) => isTurned(rule)).map(ready => [ready.crm, ready]))
    const byRole = new Map(parts.map(ready => [ready.part.role, fieldsOf(ready)]))
    return (role: string, body: JsonObject) => {
      const get = (path: string): Json => expression(path)(body)
      return (field: string, value: Value): Value => {
        const ready = value === null ? undefined : byRole.get(partNameOf(role))?.get(field)
        return ready === undefined ? value : thereAndBack(ready, value, get)
      }
    }
  }
  const pieces: Projection['pieces'] = snapshot =>
    takesPart(snapshot.body)
      ? parts.flatMap(one =>
          one.elements(snapshot.body).map(element => ({
            draft: draft(one, snapshot, element),
            part: one.part,
            body: element.body,
          })),
        )
      : []
  return {
    missing,
    canonical: turned(flowsBack),
    meant: turned(() => true),
    pieces,
    sharing:
      shared === undefined
        ? null
        : snapshot => draft(shared, snapshot, { role: shared.part.role, id: null, body: snapshot.body }),
    drafts: snapshot => pieces(snapshot).map(one => one.draft),
  }
}
