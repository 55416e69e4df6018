/**
 * Who is primary on a shared record once the primary one has left it: the oldest of those that remain, in the same
 * transaction, so that a record that anybody has always has exactly one. It inherits what was agreed on: what differs in
 * its own values is then a change like any other, and a value that the former one had and it has not is removed.
 */
import { sql, type Transaction } from 'kysely'
import { former, formerKey } from '../model/identity.ts'
import type { Instant } from '../model/resource.ts'
import { packBase, unpackBase } from './pack.ts'
import type { Tables } from './tables.ts'
import { numbers, texts, unnest } from './unnest.ts'

/** The place that a link has left: `base` is that of the primary one, null when another one left. */
export type Left = {
  readonly mapping: string
  readonly role: string
  readonly crm: string
  readonly base: string | null
}

/** The commerce ref of a link that was changed behind its back: it is to be looked at again, with the target read. */
export type Moved = string

type Row = { id: number; mapping: string; role: string; commerce: string; crm: string; is_primary: boolean }

const placeOf = ({ crm, mapping, role }: Pick<Row, 'crm' | 'mapping' | 'role'>): string =>
  JSON.stringify([crm, mapping, role])

/** Those that remain on these records, locked: one that leaves at this moment is waited for, and is not among them then. */
async function remaining(
  tx: Transaction<Tables>,
  crm: readonly string[],
): Promise<ReadonlyMap<string, readonly Row[]>> {
  const { rows } = await sql<Row>`
    select id, mapping, role, commerce, crm, is_primary from link where crm = any(${texts([...new Set(crm)])})
    order by id for update`.execute(tx)
  return Map.groupBy(rows, placeOf)
}

export async function promote(tx: Transaction<Tables>, left: readonly Left[], now: Instant): Promise<readonly Moved[]> {
  if (left.length === 0) return []
  const places = await remaining(
    tx,
    left.map(({ crm }) => crm),
  )
  const heirs = left.flatMap(one => {
    const rows = places.get(placeOf(one)) ?? []
    const [first] = rows
    if (first === undefined || rows.some(row => row.is_primary)) return []
    const base = one.base === null ? {} : unpackBase(one.base)
    return [{ ...first, base: packBase({ ...base, [formerKey]: former }) }]
  })
  const unique = [...new Map(heirs.map(one => [one.id, one])).values()]
  if (unique.length === 0) return []
  const table = unnest('h', unique, { id: ['bigint', ({ id }) => id], base: ['text', ({ base }) => base] })
  await sql`
    update link l set is_primary = true, base = h.base, restores = '{}', revision = l.revision + 1,
      saved_at = ${now}::timestamptz, xid = pg_current_xact_id() from ${table} where l.id = h.id`.execute(tx)
  return unique.map(({ commerce }) => commerce)
}

/** The record is no more, and the primary one has moved to another: all that shared it follow, and stay behind it. */
export async function bring(
  tx: Transaction<Tables>,
  moves: readonly { readonly mapping: string; readonly role: string; readonly from: string; readonly to: string }[],
  now: Instant,
): Promise<readonly Moved[]> {
  if (moves.length === 0) return []
  const places = await remaining(
    tx,
    moves.map(({ from }) => from),
  )
  const moved = moves.flatMap(({ from, to, ...of }) =>
    (places.get(placeOf({ ...of, crm: from })) ?? []).map(({ id, commerce }) => ({ id, commerce, crm: to })),
  )
  if (moved.length === 0) return []
  const table = unnest('m', moved, { id: ['bigint', ({ id }) => id], crm: ['text', ({ crm }) => crm] })
  await sql`
    update link l set crm = m.crm, is_primary = false, base = '', restores = '{}', revision = l.revision + 1,
      saved_at = ${now}::timestamptz, xid = pg_current_xact_id() from ${table} where l.id = m.id`.execute(tx)
  await sql`
    update lease e set crm = l.crm from link l
    where l.id = e.link and e.link = any(${numbers(moved.map(({ id }) => id))})`.execute(tx)
  return moved.map(({ commerce }) => commerce)
}
