/** What a tie-break asks of the records that refer to a candidate, and under which name the answer stands among its values. */
import type { FallbackRule, RelatedPreference, RelatedQuery } from '../model/mapping.ts'

/** `Cases(IsClosed=false)`, `Orders.EffectiveDate`: no field of Salesforce is called so. */
export function relatedQuery({ related, where = {}, latest }: RelatedPreference): RelatedQuery {
  const conditions = Object.entries(where).map(([field, value]) => `${field}=${JSON.stringify(value)}`)
  const of = conditions.length === 0 ? '' : `(${conditions.join(',')})`
  return {
    name: `${related}${of}${latest === undefined ? '' : `.${latest}`}`,
    relationship: related,
    where,
    latest: latest ?? null,
  }
}

/** All that the tie-breaks of a rule ask, each once. */
export function relatedOf({ prefer = [] }: FallbackRule): readonly RelatedQuery[] {
  const asked = prefer.flatMap(one => ('related' in one ? [relatedQuery(one)] : []))
  return [...new Map(asked.map(one => [one.name, one])).values()]
}
