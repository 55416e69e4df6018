/** Reading the identity table and single rows: what LOOK UP and the screens ask. */
import { sql } from 'kysely'
import type { IdentityLink } from '../model/identity.ts'
import type { ClaimedRow, Store } from '../model/ports.ts'
import { parseRefKey, type ResourceRef, refKey, type Version } from '../model/resource.ts'
import { type DirtyRow, rowOf } from './claim.ts'
import { type LinkRow, linkOf } from './pack.ts'
import type { Db } from './tables.ts'
import { texts, unnest } from './unnest.ts'

type Linked = Parameters<Store['linked']>[0]

const keys = (refs: readonly ResourceRef[], side: ResourceRef['side']) =>
  texts(refs.filter(ref => ref.side === side).map(refKey))

export async function links(db: Db, refs: readonly ResourceRef[]): Promise<readonly IdentityLink[]> {
  if (refs.length === 0) return []
  const { rows } = await sql<LinkRow>`
    select * from link where id = any(array(
      select id from link where commerce = any(${keys(refs, 'commerce')})
      union all select id from link where crm = any(${keys(refs, 'crm')}))) order by id`.execute(db)
  return rows.map(linkOf)
}

export const claimants = (db: Db, crm: readonly ResourceRef[]): Promise<readonly IdentityLink[]> =>
  links(
    db,
    crm.filter(({ side }) => side === 'crm'),
  )

export async function dirty(db: Db, ref: ResourceRef): Promise<ClaimedRow | null> {
  const { rows } = await sql<DirtyRow>`
    select ref, lane, version, deleted, erase, forced, uncertain, attempts, marked_at, correlation_id from dirty
    where ref = ${refKey(ref)}`.execute(db)
  return rows[0] === undefined ? null : rowOf(rows[0])
}

export async function settled(db: Db, ref: ResourceRef): Promise<{ version: Version; gone: boolean } | null> {
  const row = await db
    .selectFrom('settled')
    .select(['version', 'gone'])
    .where('ref', '=', refKey(ref))
    .executeTakeFirst()
  return row ?? null
}

/** A waiting row that names no version was forced, and will be read as it is by then. */
export async function unheard(
  db: Db,
  seen: readonly { readonly ref: ResourceRef; readonly version: Version }[],
): Promise<readonly ResourceRef[]> {
  if (seen.length === 0) return []
  const table = unnest('e', seen, {
    ref: ['text', ({ ref }) => refKey(ref)],
    version: ['bigint', ({ version }) => version],
  })
  const { rows } = await sql<{ n: number }>`
    select e.n from ${table} left join settled s on s.ref = e.ref left join dirty d on d.ref = e.ref
    where coalesce(s.version < e.version, true)
      and (d.ref is null or d.version < e.version or (d.version is null and d.token is not null))
    order by e.n`.execute(db)
  return rows.flatMap(({ n }) => seen[n - 1]?.ref ?? [])
}

/** One statement, so that a record on its way from the one table to the other is found in either. */
export async function known(db: Db, refs: readonly ResourceRef[]): Promise<readonly ResourceRef[]> {
  if (refs.length === 0) return []
  const table = unnest('e', refs, { ref: ['text', refKey] })
  const { rows } = await sql<{ n: number }>`
    select e.n from ${table}
    where exists (select from dirty d where d.ref = e.ref) or exists (select from link l where l.commerce = e.ref)
    order by e.n`.execute(db)
  return rows.flatMap(({ n }) => refs[n - 1] ?? [])
}

/** Ids follow `<project>/`, and no character of a key comes between that and the end of the range. */
export async function linked(db: Db, { project, type, after, limit }: Linked): Promise<readonly ResourceRef[]> {
  const first = refKey({ side: 'commerce', type, id: `${project}/` })
  const { rows } = await sql<{ commerce: string }>`
    select distinct commerce from link
    where commerce > ${after === null ? first : refKey(after)} and commerce < ${`${first.slice(0, -1)}0`}
    order by commerce limit ${limit}`.execute(db)
  return rows.map(({ commerce }) => parseRefKey(commerce))
}
