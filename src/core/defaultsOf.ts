/** What a part's new records hold from the start in this org: a record type or price book named in the mapping gets the org's id for it. */
import type { MappingPart, ObjectSchema, PriceBook, RecordTypeSchema, Value } from '../model/mapping.ts'

/** Ids of 15 and of 18 characters name the same record. */
const isId = (named: string, id: string): boolean => named.slice(0, 15) === id.slice(0, 15)

/** Developer names are told apart without regard to case, as Salesforce does. */
const isNamed = (named: string, { id, developerName }: RecordTypeSchema): boolean =>
  isId(named, id) || named.toLowerCase() === developerName.toLowerCase()

const isBook = (named: string, { id, name, isStandard }: PriceBook): boolean =>
  named === 'standard' ? isStandard : isId(named, id) || named === name

/** `missing` are fields whose record type or price book the org does not have for us: they are left out, and the org's own default stands. */
export function defaultsOf(
  { defaults }: MappingPart,
  { recordTypes = [] }: ObjectSchema,
  books: readonly PriceBook[] = [],
): { readonly defaults: Readonly<Record<string, Value>>; readonly missing: readonly string[] } {
  const found: Record<string, Value> = {}
  const missing: string[] = []
  for (const [field, given] of Object.entries(defaults)) {
    if (typeof given !== 'object' || given === null) {
      found[field] = given
      continue
    }
    const one =
      'recordType' in given
        ? recordTypes.find(type => isNamed(given.recordType, type))
        : books.find(book => isBook(given.priceBook, book))
    if (one === undefined) missing.push(field)
    else found[field] = one.id
  }
  return { defaults: found, missing }
}
