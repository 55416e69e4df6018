/** What a part's new records hold from the start in this org: a record type named in the mapping gets the org's id for it. */
import type { MappingPart, ObjectSchema, RecordTypeSchema, Value } from '../model/mapping.ts'

/** Ids of 15 and of 18 characters name the same record; developer names are told apart without regard to case, as Salesforce does. */
const isNamed = (named: string, { id, developerName }: RecordTypeSchema): boolean =>
  named.slice(0, 15) === id.slice(0, 15) || named.toLowerCase() === developerName.toLowerCase()

/** `missing` are fields whose record type the org does not have for us: they are left out, and the org's own default stands. */
export function defaultsOf(
  { defaults }: MappingPart,
  { recordTypes = [] }: ObjectSchema,
): { readonly defaults: Readonly<Record<string, Value>>; readonly missing: readonly string[] } {
  const found: Record<string, Value> = {}
  const missing: string[] = []
  for (const [field, given] of Object.entries(defaults)) {
    if (typeof given !== 'object' || given === null) {
      found[field] = given
      continue
    }
    const type = recordTypes.find(one => isNamed(given.recordType, one))
    if (type === undefined) missing.push(field)
    else found[field] = type.id
  }
  return { defaults: found, missing }
}
