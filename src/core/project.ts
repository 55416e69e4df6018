/**
 * Says a commerce record in CRM words, exactly as Salesforce will store it: trimmed, cut, rounded, unknown picklist
 * values left out. Without that, a record would look different from its own copy for ever.
 */
import type { Digest, Draft, Pointer } from '../model/identity.ts'
import type {
  CodecContext,
  FieldRule,
  FieldSchema,
  Mapping,
  MappingPart,
  ObjectSchema,
  Schema,
  Value,
} from '../model/mapping.ts'
import type { Json, JsonObject, Snapshot } from '../model/resource.ts'
import { type Expression, evaluate } from './evaluate.ts'

type PresentSnapshot = Extract<Snapshot, { state: 'present' }>

/** A mapping made ready for one org: `drafts` projects a record, `missing` are fields the org does not have for us. */
export type Projection = {
  readonly drafts: (snapshot: PresentSnapshot) => readonly Draft[]
  readonly missing: readonly { readonly object: string; readonly field: string }[]
}

type ReadyField = { rule: FieldRule; crm: string; field: FieldSchema; value: Expression; fallback: Expression | null }

/** The field's name in this org: the rule's, its alternative, or null when the org has neither or we may not write it. */
export function fieldOf(rule: FieldRule, object: ObjectSchema): FieldSchema | null {
  for (const name of [rule.crm, rule.orElse]) {
    const field = name === undefined ? undefined : object.fields.get(name)
    if (field && (field.createable || field.updateable)) return field
  }
  return null
}

function plainValue(raw: Json): Value | undefined {
  if (raw === null || typeof raw === 'boolean' || typeof raw === 'number') return raw
  if (typeof raw === 'string') return raw
  return undefined
}

/** Cuts to the field's length without splitting a character that takes two code units. */
function cut(text: string, length: number): string {
  const end = /[\uD800-\uDBFF]/.test(text.charAt(length - 1)) ? length - 1 : length
  return text.slice(0, end).trimEnd()
}

type Stored = { value: Value; note: string | null } | { value: undefined; note: string | null }

/** What Salesforce will keep of a value, with a note when that is less than what was given. */
function stored(value: Value, field: FieldSchema): Stored {
  if (value === null) return field.type === 'boolean' ? { value: undefined, note: null } : { value, note: null }
  if (typeof value === 'number') {
    if (field.scale < 0 || !Number.isFinite(value)) return { value, note: null }
    return { value: Number(value.toFixed(Math.min(field.scale, 20))), note: null }
  }
  if (typeof value === 'boolean') return { value, note: null }
  const text = field.type === 'email' ? value.trim().toLowerCase() : value.trim()
  if (text === '') return { value: null, note: null }
  if (field.restricted && field.values.length > 0 && !text.split(';').every(part => field.values.includes(part)))
    return { value: undefined, note: 'is not among the values of this picklist' }
  if (field.length > 0 && text.length > field.length)
    return { value: cut(text, field.length), note: `was cut to ${field.length} characters` }
  return { value: text, note: null }
}

function ready(part: MappingPart, object: ObjectSchema): { fields: ReadyField[]; missing: string[] } {
  const fields: ReadyField[] = []
  const missing: string[] = []
  for (const rule of part.fields) {
    const field = fieldOf(rule, object)
    if (field === null) missing.push(rule.crm)
    else
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
  const value = coded === undefined ? plainValue(raw) : coded.value
  return value === undefined ? { value: undefined, note: 'is not a single value' } : stored(value, ready.field)
}

function pointers(part: MappingPart, snapshot: PresentSnapshot): Record<string, Pointer> {
  const links: Record<string, Pointer> = {}
  for (const link of part.links) {
    if (link.of === 'self') {
      links[link.crm] = { to: 'draft', role: link.role, source: snapshot.ref }
      continue
    }
    const id = evaluate(link.of.id)(snapshot.body)
    if (typeof id !== 'string') continue
    const project = snapshot.ref.id.slice(0, snapshot.ref.id.indexOf('/') + 1)
    const source = { side: 'commerce', type: link.of.type, id: project + id } as const
    links[link.crm] = { to: 'draft', role: link.role, source }
  }
  return links
}

/**
 * Makes a mapping ready for one org. `digest` is the engine's: core keeps no key.
 * A part whose object the org does not have yields no draft, and its fields are all `missing`.
 */
export function project(mapping: Mapping, schema: Schema, digest: (field: string, value: Value) => Digest): Projection {
  const missing: { object: string; field: string }[] = []
  const parts = mapping.parts.flatMap(part => {
    const object = schema.get(part.object)
    if (object === undefined) {
      missing.push(...part.fields.map(rule => ({ object: part.object, field: rule.crm })))
      return []
    }
    const made = ready(part, object)
    missing.push(...made.missing.map(field => ({ object: part.object, field })))
    if (!object.fields.has(mapping.keyField)) missing.push({ object: part.object, field: mapping.keyField })
    return [{ part, fields: made.fields }]
  })
  const when = mapping.when === undefined ? null : evaluate(mapping.when)
  const expressions = new Map<string, Expression>()
  const expression = (path: string): Expression => {
    const known = expressions.get(path) ?? evaluate(path)
    expressions.set(path, known)
    return known
  }

  const draft = (part: MappingPart, fields: readonly ReadyField[], snapshot: PresentSnapshot): Draft => {
    const values: Record<string, Value> = {}
    const digests: Record<string, Digest> = {}
    const fallbacks: Record<string, Value> = {}
    const dropped: { field: string; why: string }[] = []
    const get = (path: string): Json => expression(path)(snapshot.body)
    for (const field of fields) {
      const { value, note } = fieldValue(field, snapshot.body, get, field.value)
      if (note !== null) dropped.push({ field: field.crm, why: note })
      if (value === undefined) continue
      values[field.crm] = value
      digests[field.crm] = digest(field.crm, value)
      if (value !== null || field.fallback === null) continue
      const other = fieldValue(field, snapshot.body, get, field.fallback)
      if (other.value !== undefined && other.value !== null) fallbacks[field.crm] = other.value
    }
    return {
      mapping: mapping.name,
      role: part.role,
      source: snapshot.ref,
      object: part.object,
      keyField: mapping.keyField,
      key: snapshot.ref.id,
      version: snapshot.version,
      modifiedAt: snapshot.modifiedAt,
      fields: values,
      digests,
      fallbacks,
      defaults: part.defaults,
      links: pointers(part, snapshot),
      dropped,
    }
  }

  return {
    missing,
    drafts: snapshot =>
      when !== null && when(snapshot.body) === null
        ? []
        : parts.map(({ part, fields }) => draft(part, fields, snapshot)),
  }
}
