/** Holds identity keys for the rows of a claim, so that two records with one email are never decided at the same time. */
import { sql, type Transaction } from 'kysely'
import { type ResourceRef, refKey } from '../model/resource.ts'
import type { Tables } from './tables.ts'
import { texts, unnest } from './unnest.ts'

/** The keys of one claimed row: it gets all of them or none. */
export type Wanted = { readonly ref: ResourceRef; readonly keys: readonly string[] }

/**
 * The rows that did not get their keys: another row of this claim, or of a claim that is alive, has one of them. A hold
 * whose claim is gone, or ran out, is taken over. Keys are written in their order, so that two claims that want the same
 * ones wait for each other and never in a circle.
 */
export async function hold(
  tx: Transaction<Tables>,
  token: string,
  wanted: readonly Wanted[],
): Promise<readonly ResourceRef[]> {
  const pairs = wanted.flatMap(({ ref, keys }) => [...new Set(keys)].map(key => ({ key, ref: refKey(ref) })))
  if (pairs.length === 0) return []
  const keys = texts([...new Set(pairs.map(({ key }) => key))].toSorted())
  // The claim's row first, as in every work of a token: one that was taken apart holds nothing any more.
  const claim = await sql`select 1 from claim where token = ${token} for share`.execute(tx)
  if (claim.rows.length === 0) return wanted.map(({ ref }) => ref)
  const table = unnest('w', pairs, { key: ['text', ({ key }) => key], ref: ['text', ({ ref }) => ref] })
  await sql`
    insert into hold as h (key, token, ref)
    select distinct on (key collate "C") key, ${token}, ref from ${table} order by key collate "C", n
    on conflict (key) do update set token = excluded.token, ref = excluded.ref
    where not exists (select 1 from claim c where c.token = h.token and c.lease_until >= clock_timestamp())`.execute(tx)
  const held = await sql<{ key: string; token: string; ref: string }>`
    select key, token, ref from hold where key = any(${keys})`.execute(tx)
  const holder = new Map(held.rows.map(row => [row.key, row]))
  const isHeld = (ref: string) => (key: string) => {
    const row = holder.get(key)
    return row?.token === token && row.ref === ref
  }
  const refused = wanted.filter(({ ref, keys: own }) => !own.every(isHeld(refKey(ref)))).map(({ ref }) => ref)
  // What they did get is of no use to them, and in the way of others.
  if (refused.length > 0)
    await sql`delete from hold where token = ${token} and ref = any(${texts(refused.map(refKey))})`.execute(tx)
  return refused
}
