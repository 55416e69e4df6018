/** Who was seen in what: kept with a SAVE, which marks those who were; asked for by who reads such a person. */
import { sql, type Transaction } from 'kysely'
import type { Sighting } from '../model/outcome.ts'
import { type ChangeEvent, type Instant, parseRefKey, type ResourceRef, refKey } from '../model/resource.ts'
import type { Db, Tables } from './tables.ts'
import { texts, unnest } from './unnest.ts'

/** Newest first, for each of these people. */
export async function sightings(
  db: Db,
  who: readonly ResourceRef[],
  upTo: number,
): Promise<readonly { who: ResourceRef; in: ResourceRef }[]> {
  if (who.length === 0) return []
  const people = unnest('p', who, { who: ['text', refKey] })
  const { rows } = await sql<{ who: string; seen_in: string }>`
    select p.who, s.seen_in from ${people} cross join lateral (
      select seen_in, at from sighting where who = p.who order by at desc, seen_in limit ${upTo}
    ) s order by p.n, s.at desc, s.seen_in`.execute(db)
  return rows.map(row => ({ who: parseRefKey(row.who), in: parseRefKey(row.seen_in) }))
}

const told = (of: Sighting, who: ResourceRef, now: Instant): ChangeEvent => ({
  id: `seen/${refKey(of.in)}`,
  ref: who,
  kind: of.gone ? 'deleted' : 'changed',
  version: null,
  at: now,
  correlationId: of.correlationId,
  lane: of.lane,
  erase: of.gone && of.erase,
})

/**
 * Writes them, and answers the marks that follow: for who is seen now, and for who was until now. Of what an erased person
 * was seen in nothing follows.
 */
export async function saveSightings(
  tx: Transaction<Tables>,
  all: readonly Sighting[],
  now: Instant,
): Promise<readonly ChangeEvent[]> {
  if (all.length === 0) return []
  const refs = texts(all.map(one => refKey(one.in)))
  const before = await sql<{ seen_in: string; who: string | null; erased: boolean }>`
    select seen_in, who, erased_at is not null as erased from sighting where seen_in = any(${refs})
    order by seen_in for update`.execute(tx)
  const known = new Map(before.rows.map(row => [row.seen_in, row]))
  const open = all.filter(one => known.get(refKey(one.in))?.erased !== true)
  // Nothing is kept of what shows nobody: most orders.
  const over = open.filter(one => one.who === null && known.has(refKey(one.in))).map(one => refKey(one.in))
  if (over.length > 0) await sql`delete from sighting where seen_in = any(${texts(over)})`.execute(tx)
  const shown = open.filter(one => one.who !== null)
  if (shown.length > 0) {
    const table = unnest('s', shown, {
      seen_in: ['text', one => refKey(one.in)],
      who: ['text', one => one.who && refKey(one.who)],
      at: ['timestamptz', one => one.at],
    })
    await sql`
      insert into sighting (seen_in, who, at) select seen_in, who, at from ${table} order by seen_in collate "C"
      on conflict (seen_in) do update set who = excluded.who, at = excluded.at where sighting.erased_at is null`.execute(
      tx,
    )
  }
  return open.flatMap(one => {
    const was = known.get(refKey(one.in))?.who ?? null
    const left = was === null || (one.who !== null && was === refKey(one.who)) ? [] : [parseRefKey(was)]
    return [...left, ...(one.who === null ? [] : [one.who])].map(who => told(one, who, now))
  })
}
