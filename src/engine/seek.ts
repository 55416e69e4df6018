/** Asks Salesforce who an unlinked draft may be: one question per object and match rule, for all drafts together. */
import { fieldsOf } from '../core/certain.ts'
import { evaluate } from '../core/evaluate.ts'
import type { Draft } from '../model/identity.ts'
import type { Likeness, MappingPart, MatchRule, Schema } from '../model/mapping.ts'
import type { CallContext, FindQuery, Found } from '../model/ports.ts'
import { type JsonObject, refKey } from '../model/resource.ts'
import type { Engine } from './engine.ts'

/** A draft that looks for its counterpart. */
type Seeker = { readonly draft: Draft; readonly part: MappingPart; readonly body: JsonObject }

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
export function identities(seeker: Seeker): readonly { readonly field: string; readonly form: string }[] {
  return seeker.part.match.flatMap(rule => {
    const value = rule.commerce === 'key' ? null : soughtValue(rule, seeker)
    if (value === null) return []
    const likeness = likenessOf(rule, seeker.part)
    const form = likeness === null ? value.normalize('NFC').toLowerCase() : likeness.form(value)
    return form === null ? [] : [{ field: rule.crm, form }]
  })
}

type Question<S> = { query: FindQuery; values: Set<string>; seekers: Map<string, Set<S>> }

function questions<S extends Seeker>(seekers: readonly S[], schema: Schema): readonly Question<S>[] {
  const asked = new Map<string, Question<S>>()
  for (const seeker of seekers) {
    const { part, draft } = seeker
    const object = schema.get(part.object)
    part.match.forEach((rule, place) => {
      const value = soughtValue(rule, seeker)
      if (value === null || object === undefined || !object.fields.has(rule.crm)) return
      const id = `${draft.mapping}\n${draft.role}\n${place}`
      let one = asked.get(id)
      if (one === undefined) {
        const looked = rule.by === 'fallback' ? fieldsOf(rule).filter(field => object.fields.has(field)) : []
        const wanted = new Set([draft.keyField, ...wantedFields(part, schema), ...looked])
        const fields = [...wanted].filter(field => field !== rule.crm)
        const query: FindQuery = { object: part.object, by: rule, field: rule.crm, values: [], fields }
        one = { query, values: new Set(), seekers: new Map() }
        asked.set(id, one)
      }
      for (const way of likenessOf(rule, part)?.spellings(value) ?? [value]) {
        one.values.add(way)
        one.seekers.set(way, (one.seekers.get(way) ?? new Set()).add(seeker))
      }
    })
  }
  return [...asked.values()].map(one => ({ ...one, query: { ...one.query, values: [...one.values] } }))
}

/** The names, in this org, of all fields a part maps. */
export function wantedFields(part: MappingPart, schema: Schema): readonly string[] {
  const fields = schema.get(part.object)?.fields
  return part.fields.flatMap(
    rule => [rule.crm, rule.orElse].find(name => name !== undefined && fields?.has(name)) ?? [],
  )
}

/** Every record that a rule of a seeker finds, once for each of its rules that does. */
export async function seek<S extends Seeker>(
  engine: Engine,
  seekers: readonly S[],
  schema: Schema,
  context: CallContext,
): Promise<readonly { readonly seeker: S; readonly found: Found }[]> {
  const asked = questions(seekers, schema)
  if (asked.length === 0) return []
  const found = await engine.systems.crm.find(
    asked.map(one => one.query),
    context,
  )
  const met = new Map<S, Set<string>>()
  return found.flatMap(one =>
    asked
      .filter(({ query }) => query.object === one.ref.type && query.by === one.by)
      .flatMap(({ query, seekers: by }) =>
        [...(by.get(one.matched) ?? [])].flatMap(seeker => {
          // Found under two spellings, it is found once.
          const seen = met.get(seeker) ?? new Set<string>()
          met.set(seeker, seen)
          const name = `${seeker.part.match.indexOf(query.by)} ${refKey(one.ref)}`
          if (seen.has(name)) return []
          seen.add(name)
          return [{ seeker, found: one }]
        }),
      ),
  )
}
