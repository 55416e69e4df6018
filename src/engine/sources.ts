/** The types of commercetools that mappings live on: what they read, what their people appear in, and what their records show. */
import type { Mapping } from '../model/mapping.ts'

export const sourcesOf = ({ mappings }: { readonly mappings: readonly Mapping[] }): readonly string[] => [
  ...new Set(
    mappings.flatMap(({ appearsIn, commerce, onDemand, touchedBy }) => [
      ...(onDemand ? [] : [appearsIn?.in ?? commerce]),
      ...touchedBy.map(({ type }) => type),
    ]),
  ),
]
