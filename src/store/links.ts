/** Reading the identity table and single rows: what LOOK UP and the screens ask. */
import { sql } from 'kysely'
import type { IdentityLink } from '../model/identity.ts'
import type { ClaimedRow } from '../model/ports.ts'
import { type ResourceRef, refKey, type Version } from '../model/resource.ts'
import { type DirtyRow, rowOf } from './claim.ts'
import { type LinkRow, linkOf } from './pack.ts'
import type { Db } from './tables.ts'
import { texts } from './unnest.ts'

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
