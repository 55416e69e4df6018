/** Which fields of a mapping feed one place of the commerce record: two of them may be edited to two different values. */
import type { FieldRule, Mapping } from '../model/mapping.ts'
import { flowsBack } from './mergeFields.ts'

/** A field of one part. */
export type SharedField = { readonly role: string; readonly field: string }

/** The paths that a value of this field may be written to when it flows back. */
export const pathsBack = ({ commerce, apart }: FieldRule): readonly string[] =>
  apart?.paths ?? commerce.split(' ?? ').map(path => path.trim())

type Group = { readonly paths: Set<string>; readonly fields: SharedField[] }

/** By one path of each place, where at least two fields may flow back to it: those that share any path. */
export function sharedPaths({ parts }: Mapping): ReadonlyMap<string, readonly SharedField[]> {
  const groups = new Set<Group>()
  for (const { role, fields } of parts)
    for (const rule of fields.filter(flowsBack)) {
      const paths = pathsBack(rule)
      const joined: Group = { paths: new Set(paths), fields: [] }
      for (const group of [...groups])
        if (paths.some(path => group.paths.has(path))) {
          for (const path of group.paths) joined.paths.add(path)
          joined.fields.push(...group.fields)
          groups.delete(group)
        }
      joined.fields.push({ role, field: rule.crm })
      groups.add(joined)
    }
  return new Map(
    [...groups].filter(({ fields }) => fields.length > 1).map(({ paths, fields }) => [[...paths][0] ?? '', fields]),
  )
}
