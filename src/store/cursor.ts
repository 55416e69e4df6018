/** Pages by keyset, newest first: a cursor names the last row shown, so that new rows move nothing. Opaque to the caller. */
import type { Listed } from '../model/ports.ts'
import type { Instant } from '../model/resource.ts'

type Place = { readonly at: Instant; readonly id: string }

const write = ({ at, id }: Place): string => Buffer.from(JSON.stringify([at, id])).toString('base64url')

/** A cursor that is none of ours starts at the beginning: it comes from a URL that people edit. */
export function readCursor(cursor: string | null): Place | null {
  if (cursor === null) return null
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (!Array.isArray(place)) return null
    const [at, id] = place as unknown[]
    if (typeof at !== 'string' || typeof id !== 'string' || Number.isNaN(Date.parse(at))) return null
    return { at, id }
  } catch {
    return null
  }
}

/** `rows` holds up to one more than `limit`: that there is one more is what makes a next page. */
export function page<Row, T>(
  rows: readonly Row[],
  limit: number,
  place: (row: Row) => Place,
  of: (row: Row) => T,
): Listed<T> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { items: shown.map(of), next: rows.length > limit && last !== undefined ? write(place(last)) : null }
}
