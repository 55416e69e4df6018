/** Asks Salesforce who an unlinked draft may be: one question per object and match rule, for all drafts together. */
import { fieldsOf } from '../core/certain.ts'
import { evaluate } from '../core/evaluate.ts'
import { relatedOf } from '../core/relatedOf.ts'
import type { Candidate, Draft } from '../model/identity.ts'
import type { Likeness, Mapping, MappingPart, MatchRule, Schema } from '../model/mapping.ts'
import type { CallContext, FindQuery, Found } from '../model/ports.ts'
import { type JsonObject, type ResourceRef, refKey } from '../model/resource.ts'
import type { Engine } from './engine.ts'
import { behindLead, leadQuery } from './leads.ts'

/** A draft that looks for its counterpart. */
type Seeker = {
  readonly draft: Draft
  readonly mapping: Mapping
  readonly part: MappingPart
  readonly body: JsonObject
}

/** Longer than any field that can be searched for. */
const longest = 255

/** How the values of a rule are compared: as it says, else as the codec of its field does. */
function likenessOf(rule: MatchRule, part: MappingPart): Likeness | null {
  if (rule.by === 'external-id') return null
  return rule.like ?? part.fields.find(each => each.crm === rule.crm)?.codec?.like ?? null
}

/** The value a match rule looks for, as Salesforce stores it; null when the record has none that could be there. */
function soughtValue(rule: MatchRule, { draft, part, body }: Seeker): string | null {
  if (rule.commerce === 'key') return draft.key
  // Of a field that is mapped from the same value, the form that its codec gives; a value that it refuses is nobody's.
  const mapped = part.fields.some(each => each.crm === rule.crm && each.commerce === rule.commerce)
  const value = mapped ? (draft.fields[rule.crm] ?? null) : evaluate(rule.commerce)(body)
  const text = value === null || typeof value === 'object' ? '' : String(value).trim()
  return text === '' || text.length > longest ? null : text
}

/**
 * What the second keys of a record look for, in the form in which they are compared: who it is, as far as the rules say.
 * Our own key needs none: an upsert by it is one record, whoever sends it.
 */
export function identities(
  seeker: Seeker,
  isWanted: (field: string) => boolean,
): readonly { readonly field: string; readonly form: string }[] {
  return seeker.part.match.flatMap(rule => {
    const value = rule.commerce === 'key' || !isWanted(rule.crm) ? null : soughtValue(rule, seeker)
    if (value === null) return []
    const likeness = likenessOf(rule, seeker.part)
    const form = likeness === null ? value.normalize('NFC').toLowerCase() : likeness.form(value)
    return form === null ? [] : [{ field: rule.crm, form }]
  })
}

type Question<S> = { query: FindQuery; values: Set<string>; seekers: Map<string, Set<S>> }

/** A rule's own question, and the one for Leads that goes with it. */
function queriesOf({ draft, mapping, part }: Seeker, rule: MatchRule, schema: Schema): readonly FindQuery[] {
  const fields = schema.get(part.object)?.fields
  const looked = rule.by === 'fallback' ? fieldsOf(rule).filter(field => fields?.has(field)) : []
  const wanted = new Set([draft.keyField, ...wantedFields(part, schema), ...looked])
  wanted.delete(rule.crm)
  const known = schema.get(part.object)?.relationships
  const related = rule.by === 'fallback' ? relatedOf(rule).filter(one => known?.has(one.relationship) ?? true) : []
  const asked = { object: part.object, by: rule, field: rule.crm, values: [], fields: [...wanted] }
  const own: FindQuery = related.length === 0 ? asked : { ...asked, related }
  const ofLeads = leadQuery(mapping, own, schema)
  return ofLeads === null ? [own] : [own, ofLeads]
}

function questions<S extends Seeker>(seekers: readonly S[], schema: Schema): readonly Question<S>[] {
  const asked = new Map<string, readonly Question<S>[]>()
  for (const seeker of seekers) {
    const { part, draft } = seeker
    part.match.forEach((rule, place) => {
      const value = soughtValue(rule, seeker)
      if (value === null || schema.get(part.object)?.fields.has(rule.crm) !== true) return
      const id = `${draft.mapping}\n${draft.role}\n${place}`
      const some =
        asked.get(id) ??
        queriesOf(seeker, rule, schema).map(query => ({ query, values: new Set<string>(), seekers: new Map() }))
      asked.set(id, some)
      for (const way of likenessOf(rule, part)?.spellings(value) ?? [value])
        for (const one of some) {
          one.values.add(way)
          one.seekers.set(way, (one.seekers.get(way) ?? new Set()).add(seeker))
        }
    })
  }
  return [...asked.values()].flat().map(one => ({ ...one, query: { ...one.query, values: [...one.values] } }))
}

/** The names, in this org, of all fields a part maps. */
export function wantedFields(part: MappingPart, schema: Schema): readonly string[] {
  const fields = schema.get(part.object)?.fields
  return part.fields.flatMap(
    rule => [rule.crm, rule.orElse].find(name => name !== undefined && fields?.has(name)) ?? [],
  )
}

/** Every record that a rule of a seeker finds, once for each of its rules that does; open Leads among them. */
export async function seek<S extends Seeker>(
  engine: Engine,
  seekers: readonly S[],
  schema: Schema,
  context: CallContext,
): Promise<readonly { readonly seeker: S; readonly found: Found & Pick<Candidate, 'via'> }[]> {
  const asked = questions(seekers, schema)
  if (asked.length === 0) return []
  const found = await engine.systems.crm.find(
    asked.map(one => one.query),
    context,
  )
  const met = new Map<S, Set<string>>()
  /** Found under two spellings, or by itself and by a Lead, it is found once. */
  const isFirst = (seeker: S, by: MatchRule, ref: ResourceRef): boolean => {
    const seen = met.get(seeker) ?? new Set<string>()
    met.set(seeker, seen)
    const name = `${seeker.part.match.indexOf(by)} ${refKey(ref)}`
    if (seen.has(name)) return false
    seen.add(name)
    return true
  }
  // What was found by itself comes before what a Lead led to.
  return found
    .toSorted((a, b) => Number(a.ref.type === 'Lead') - Number(b.ref.type === 'Lead'))
    .flatMap(one =>
      asked
        .filter(({ query }) => query.object === one.ref.type && query.by === one.by)
        .flatMap(({ seekers: by }) =>
          [...(by.get(one.matched) ?? [])].flatMap(seeker => {
            const { object } = seeker.part
            const there = one.ref.type === object ? one : behindLead(one, object)
            return there === null || !isFirst(seeker, one.by, there.ref) ? [] : [{ seeker, found: there }]
          }),
        ),
    )
}
