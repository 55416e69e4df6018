/** The types of commercetools that mappings live on: what they read, what their people appear in, and what their records show. */
import type { Mapping } from '../model/mapping.ts'

type Known = { readonly mappings: readonly Mapping[] }

export function sourcesOf({ mappings }: Known): readonly string[] {
  // Of these nobody tells: they are looked for, and touch others in their own passes.
  const polled = new Set(mappings.flatMap(one => (one.polled ? [one.commerce] : [])))
  const all = mappings.flatMap(({ appearsIn, commerce, onDemand, touchedBy }) => [
    ...(onDemand ? [] : [appearsIn?.in ?? commerce]),
    ...touchedBy.map(({ type }) => type),
  ])
  return [...new Set(all.filter(type => !polled.has(type)))]
}

/** Those, and what is read without being told of. */
export const readTypes = (known: Known): readonly string[] => [
  ...new Set([
    ...sourcesOf(known),
    ...known.mappings.flatMap(({ commerce, polled, companions = [] }) => [
      ...(polled ? [commerce] : []),
      ...companions.map(({ type }) => type),
    ]),
  ]),
]

/** Types of messages that are read along, by the type of the record they are about. */
export function toldMessages({ mappings }: Known): ReadonlyMap<string, readonly string[]> {
  const told = new Map<string, readonly string[]>()
  for (const { commerce, companions = [] } of mappings)
    for (const { tells = [] } of companions) told.set(commerce, [...new Set([...(told.get(commerce) ?? []), ...tells])])
  return told
}
