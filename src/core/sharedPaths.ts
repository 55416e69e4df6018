/** Which fields of a mapping feed one place of the commerce record: two of them may be edited to two different values. */
import type { Mapping } from '../model/mapping.ts'
import { flowsBack } from './mergeFields.ts'

/** A field of one part. */
export type SharedField = { readonly role: string; readonly field: string }

/** By path of the commerce record, where at least two fields may flow back to it. */
export function sharedPaths({ parts }: Mapping): ReadonlyMap<string, readonly SharedField[]> {
  const all = parts.flatMap(({ role, fields }) =>
    fields.filter(flowsBack).map(rule => ({ role, field: rule.crm, path: rule.commerce })),
  )
  const byPath = Map.groupBy(all, one => one.path)
  return new Map([...byPath].filter(([, fields]) => fields.length > 1))
}
