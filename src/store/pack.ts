/** How values of the model stand in columns: lanes as numbers, links with a compact base. */
import type { Base, IdentityLink } from '../model/identity.ts'
import { type Lane, lanes, parseRefKey } from '../model/resource.ts'

export const laneNumber = (lane: Lane): number => lanes.indexOf(lane)
export const laneOf = (number: number): Lane => lanes[number] ?? 'reconcile'

/** `{key id: {field: mac}}`: the key id once, not once a field; a base is read and written on every pass. */
export function packBase(base: Base): string {
  const byKey: Record<string, Record<string, string>> = {}
  for (const [field, digest] of Object.entries(base)) {
    const dot = digest.indexOf('.')
    const key = digest.slice(0, dot + 1)
    byKey[key] ??= {}
    byKey[key][field] = digest.slice(dot + 1)
  }
  return JSON.stringify(byKey)
}

export function unpackBase(packed: string): Base {
  const base: Record<string, string> = {}
  for (const [key, fields] of Object.entries(JSON.parse(packed) as Record<string, Record<string, string>>))
    for (const [field, mac] of Object.entries(fields)) base[field] = key + mac
  return base
}

/** A line of `link`, as far as the model knows it. */
export type LinkRow = {
  id: number
  mapping: string
  role: string
  commerce: string
  crm: string
  is_primary: boolean
  base: string
  restores: string
  revision: number
  since: string
  saved_at: string
}

export const linkOf = (row: LinkRow): IdentityLink => ({
  mapping: row.mapping,
  role: row.role,
  commerce: parseRefKey(row.commerce),
  crm: parseRefKey(row.crm),
  primary: row.is_primary,
  base: unpackBase(row.base),
  revision: row.revision,
  restores: JSON.parse(row.restores) as Record<string, number>,
  since: row.since,
  savedAt: row.saved_at,
})
