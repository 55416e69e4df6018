/** Leads: who was converted from one is found by it, and an open one may be the same person who signs up now. */
import type { Candidate } from '../model/identity.ts'
import type { Mapping, Schema, Value } from '../model/mapping.ts'
import type { FindQuery, Found } from '../model/ports.ts'

/** Does any key of this mapping lead to Leads? */
export const looksAtLeads = ({ leads, parts }: Mapping): boolean =>
  leads !== 'ignore' && parts.some(part => part.match.some(rule => rule.by === 'fallback' && rule.lead !== undefined))

/** What a Lead was converted to, by object: the field with its id, and the way there in SOQL. Source: Object Reference, Lead. */
const converted: Readonly<Record<string, { readonly id: string; readonly path: string }>> = {
  Account: { id: 'ConvertedAccountId', path: 'ConvertedAccount' },
  Contact: { id: 'ConvertedContactId', path: 'ConvertedContact' },
}

/**
 * The question for Leads that goes with one for records: the same values, and the same fields of the record that the Lead
 * was converted to, so that nothing is asked for again. Null where the rule, the mapping or the org has no Leads for us.
 */
export function leadQuery(
  { leads }: Mapping,
  { object, by, field, fields }: FindQuery,
  schema: Schema,
): FindQuery | null {
  const lead = by.by === 'fallback' ? by.lead : undefined
  const way = converted[object]
  const known = schema.get('Lead')?.fields
  if (lead === undefined || leads === 'ignore' || way === undefined || known === undefined) return null
  if (![lead, 'IsConverted', way.id].every(name => known.has(name))) return null
  const own = schema.get(object)?.fields
  const system = ['SystemModstamp', 'LastModifiedDate', ...(own?.has('IsDeleted') ? ['IsDeleted'] : [])]
  const through = [...system, field, ...fields].map(name => `${way.path}.${name}`)
  return { object: 'Lead', by, field: lead, values: [], fields: ['IsConverted', way.id, ...through] }
}

/**
 * The record that a Lead was converted to, as if it had been found itself; the Lead when it is open. Null for one that was
 * converted to nothing that is there: then there is no such record, and no Lead either.
 */
export function behindLead(lead: Found, object: string): (Found & Pick<Candidate, 'via'>) | null {
  if (lead.values.IsConverted !== true) return { ...lead, values: {} }
  const way = converted[object]
  const id = way === undefined ? null : lead.values[way.id]
  if (way === undefined || typeof id !== 'string' || id === '') return null
  const values: Record<string, Value> = {}
  for (const [name, value] of Object.entries(lead.values))
    if (name.startsWith(`${way.path}.`)) values[name.slice(way.path.length + 1)] = value
  const { SystemModstamp, LastModifiedDate, IsDeleted, ...rest } = values
  if (IsDeleted === true || typeof SystemModstamp !== 'string' || typeof LastModifiedDate !== 'string') return null
  // A Lead of a company was converted to a business: that Account is no person.
  if (object === 'Account' && (rest[lead.by.crm] ?? null) === null) return null
  return {
    ref: { side: 'crm', type: object, id },
    version: Date.parse(SystemModstamp),
    modifiedAt: LastModifiedDate,
    values: rest,
    by: lead.by,
    matched: lead.matched,
    via: lead.ref,
  }
}
