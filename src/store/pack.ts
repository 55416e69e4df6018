/** How values of the model stand in columns: lanes as numbers, links with a compact base. */
import type { Base, IdentityLink } from '../model/identity.ts'
import { type Lane, lanes, parseRefKey } from '../model/resource.ts'

export const laneNumber = (lane: Lane): number => lanes.indexOf(lane)
export const laneOf = (number: number): Lane => lanes[number] ?? 'reconcile'

/**
 * A line a key: its id, then field and mac by turns, a tab between two. The key id once, not once a field, and nothing
 * that an array literal would have to escape: a base is read and written on every pass. Neither the names of fields nor
 * digests, nor the ids in what is agreed of a reference, have tabs in them.
 */
export function packBase(base: Base): string {
  const lines = new Map<string, string>()
  for (const field of Object.keys(base)) {
    const digest = base[field] ?? ''
    const key = digest.slice(0, digest.indexOf('.') + 1)
    lines.set(key, `${lines.get(key) ?? key}\t${field}\t${digest.slice(key.length)}`)
  }
  return [...lines.values()].join('\n')
}

export function unpackBase(packed: string): Base {
  const base: Record<string, string> = {}
  for (const line of packed.split('\n')) {
    const [key, ...words] = line.split('\t')
    for (let at = 1; at < words.length; at += 2) base[words[at - 1] ?? ''] = `${key}${words[at]}`
  }
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
