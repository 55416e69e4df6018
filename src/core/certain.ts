/** What a fallback key is worth: which of the records it found may be the one, and whether that is certain. */
import type { Candidate, Draft } from '../model/identity.ts'
import type { FallbackRule, Likeness, Preference, Value, Within } from '../model/mapping.ts'
import type { Json } from '../model/resource.ts'
import { plain } from './plain.ts'
import { relatedQuery } from './relatedOf.ts'

/** How the two sides are looked at. */
export type View = {
  /** An expression over the commerce record. */
  readonly value: (expression: string) => Json
  /** What a Salesforce value would be, had it come from the commerce record: `089 1234` is `+49891234`. */
  readonly meant: (field: string, value: Value) => Value
  /** The id of a record type in this org, by its developer name. */
  readonly recordType: (developerName: string) => string | null
  /** How values of a field are compared, where its codec says so. */
  readonly like: (field: string) => Likeness | null
}

/** Do both sides have a value of this field, and is it the same? Null where one of them has none. */
export function sameValue(draft: Draft, { values }: Candidate, field: string, { meant, like }: View): boolean | null {
  const likeness = like(field)
  const form = (value: Value): string =>
    likeness === null || value === null ? plain(value) : (likeness.form(String(value)) ?? '')
  const ours = form(draft.fields[field] ?? null)
  const theirs = values[field] ?? null
  const [asIs, asMeant] = [form(theirs), form(meant(field, theirs))]
  if (ours === '' || asIs === '') return null
  return ours === asIs || ours === asMeant
}

/** Is there a corroborating field in which both sides have a value, and not the same? */
export const contradicts = (draft: Draft, one: Candidate, rule: FallbackRule, view: View): boolean =>
  (rule.corroborate ?? []).some(field => sameValue(draft, one, field, view) === false)

/** A record type may be named by its developer name. */
const isValue = (field: string, held: Value, said: Value, recordType: View['recordType']): boolean =>
  said === held || (field === 'RecordTypeId' && held !== null && recordType(String(said)) === held)

function isWithin(draft: Draft, one: Candidate, scope: Within, { value, recordType }: View): boolean {
  const held = one.values[scope.crm] ?? null
  if ('asNew' in scope) return held === (draft.defaults[scope.crm] ?? null)
  if ('commerce' in scope && scope.ifThere && one.values[scope.crm] === undefined) return true
  if ('is' in scope) return scope.is.some(each => isValue(scope.crm, held, each, recordType))
  return plain(held) === plain(value(scope.commerce))
}

/** The records of this rule that a tie-break leaves; all of them where it tells nobody apart. */
function preferred(some: readonly Candidate[], preference: Preference, view: View): readonly Candidate[] {
  const name = 'related' in preference ? relatedQuery(preference).name : preference.crm
  // Of one that only a Lead led to, nobody asked what refers to it: then this tie-break cannot tell.
  if ('related' in preference && some.some(one => one.values[name] === undefined)) return some
  const valueIn = (one: Candidate): Value => one.values[name] ?? null
  if ('is' in preference || ('related' in preference && preference.latest === undefined)) {
    const wanted = 'is' in preference ? preference.is : true
    const left = some.filter(one => isValue(name, valueIn(one), wanted, view.recordType))
    return left.length > 0 ? left : some
  }
  const known = some.filter(one => valueIn(one) !== null)
  const sign = 'related' in preference || preference.has === 'highest' ? 1 : -1
  const order = (a: Candidate, b: Candidate): number => sign * compared(valueIn(b), valueIn(a))
  const [best] = [...known].sort(order)
  return best === undefined ? some : known.filter(one => order(one, best) === 0)
}

/** Dates and times are ISO texts, and so in the order of time. */
function compared(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const [left, right] = [String(a), String(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

/** Who may be the one: those within the rule's bounds, without those that say otherwise where others do not, as preferred. */
export function narrowed(
  draft: Draft,
  found: readonly Candidate[],
  rule: FallbackRule,
  view: View,
): readonly Candidate[] {
  const within = found.filter(one => (rule.within ?? []).every(scope => isWithin(draft, one, scope, view)))
  if (within.length < 2) return within
  const fitting = within.filter(one => !contradicts(draft, one, rule, view))
  let left: readonly Candidate[] = fitting.length > 0 ? fitting : within
  for (const preference of rule.prefer ?? []) if (left.length > 1) left = preferred(left, preference, view)
  return left
}

/** May the one that is left be linked without a person? */
export function isCertain(draft: Draft, one: Candidate, rule: FallbackRule, view: View): boolean {
  if (rule.when === undefined && rule.agree === undefined) return true
  if (rule.when !== undefined) {
    const answer = view.value(rule.when)
    if (answer !== null && answer !== false) return true
  }
  return (rule.agree ?? []).some(field => sameValue(draft, one, field, view) === true)
}

/** The Salesforce fields that a rule looks at beside its key. */
export const fieldsOf = ({
  within = [],
  agree = [],
  corroborate = [],
  prefer = [],
}: FallbackRule): readonly string[] => [
  ...new Set([
    ...within.map(one => one.crm),
    ...agree,
    ...corroborate,
    ...prefer.flatMap(one => ('crm' in one ? [one.crm] : [])),
  ]),
]
