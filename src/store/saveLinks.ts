/** The links of a SAVE: what each change finds decides whether it is written or its record has to be looked at again. */
import { sql, type Transaction } from 'kysely'
import type { LinkChange } from '../model/outcome.ts'
import { type Instant, refKey } from '../model/resource.ts'
import { bring, type Left, type Moved, promote } from './heirs.ts'
import { packBase } from './pack.ts'
import type { Tables } from './tables.ts'
import { numbers, texts, unnest } from './unnest.ts'

type Put = Extract<LinkChange, { do: 'put' }>
type Base = Extract<LinkChange, { do: 'base' }>

/** A line of `link` as it is now. */
type Found = {
  id: number
  mapping: string
  role: string
  commerce: string
  crm: string
  is_primary: boolean
  revision: number
  base: string
}

type Plan = {
  readonly remove: number[]
  readonly update: { id: number; crm: string; primary: boolean; change: Put | Base }[]
  readonly insert: Put[]
  readonly clashes: LinkChange[]
}

export type SavedLinks = {
  /** Refused: another pass was there first. */
  readonly clashes: readonly LinkChange[]
  /** New links, for the lease of rows that stay claimed. */
  readonly made: readonly { id: number; commerce: string; crm: string }[]
  /** Links of others that this save has changed: who shares a record that its primary one has left. */
  readonly moved: readonly Moved[]
}

const commerceKey = (of: { mapping: string; role: string }, commerce: string) =>
  JSON.stringify([commerce, of.mapping, of.role])
const crmKey = (of: { mapping: string; role: string }, crm: string) => JSON.stringify([crm, of.mapping, of.role])

/** All that the changes name or could collide with, locked in the order of their ids. */
async function find(tx: Transaction<Tables>, changes: readonly LinkChange[]): Promise<readonly Found[]> {
  const commerce = changes.map(({ link }) => refKey(link.commerce))
  const crm = changes.flatMap(change => (change.do === 'put' ? [refKey(change.link.crm)] : []))
  const { rows } = await sql<Found>`
    select id, mapping, role, commerce, crm, is_primary, revision, base from link
    where id = any(array(
      select id from link where commerce = any(${texts(commerce)})
      union all select id from link where crm = any(${texts(crm)}) and is_primary))
    order by id for update`.execute(tx)
  return rows
}

/** Removals that rest on a record being another one's as well, which it no longer is. */
async function orphaned(tx: Transaction<Tables>, changes: readonly LinkChange[]): Promise<ReadonlySet<LinkChange>> {
  const resting = changes.flatMap(change => {
    const crm = change.do === 'remove' ? change.ifShared : undefined
    return crm === undefined ? [] : [{ change, crm: refKey(crm) }]
  })
  if (resting.length === 0) return new Set()
  const gone = texts(changes.flatMap(change => (change.do === 'remove' ? [refKey(change.link.commerce)] : [])))
  const { rows } = await sql<{ crm: string }>`
    select crm from link where crm = any(${texts(resting.map(({ crm }) => crm))}) and commerce <> all(${gone})
    order by id for share`.execute(tx)
  const shared = new Set(rows.map(({ crm }) => crm))
  return new Set(resting.flatMap(({ change, crm }) => (shared.has(crm) ? [] : [change])))
}

/** Removals first: what they free can be taken in the same save. */
function plan(changes: readonly LinkChange[], found: readonly Found[], stale: ReadonlySet<LinkChange>): Plan {
  const byCommerce = new Map(found.map(row => [commerceKey(row, row.commerce), row]))
  const byCrm = new Map(found.flatMap(row => (row.is_primary ? [[crmKey(row, row.crm), row.id] as const] : [])))
  const result: Plan = { remove: [], update: [], insert: [], clashes: [] }
  const used = new Set<number>()

  const removals = changes.filter(change => change.do === 'remove')
  for (const change of [...removals, ...changes.filter(other => other.do !== 'remove')]) {
    const { link } = change
    const key = commerceKey(link, refKey(link.commerce))
    const row = byCommerce.get(key)
    const seen = change.do === 'put' ? change.revision : change.link.revision
    if (change.do === 'remove' && row === undefined) continue
    if (stale.has(change) || (row?.revision ?? null) !== seen || (row !== undefined && used.has(row.id))) {
      result.clashes.push(change)
      continue
    }
    if (change.do === 'remove') {
      if (row === undefined) continue
      result.remove.push(row.id)
      byCommerce.delete(key)
      if (row.is_primary) byCrm.delete(crmKey(row, row.crm))
      continue
    }
    const crm = refKey(link.crm)
    const primary = change.do === 'put' ? change.link.primary : (row?.is_primary ?? true)
    const holder = primary ? byCrm.get(crmKey(link, crm)) : undefined
    if (holder !== undefined && holder !== row?.id) {
      result.clashes.push(change)
      continue
    }
    // Whom it would share the record with has gone: it is free, and whoever comes now is the primary one.
    const others = change.do === 'put' && !primary ? byCrm.get(crmKey(link, crm)) : null
    if (others === undefined || others === row?.id) {
      result.clashes.push(change)
      continue
    }
    if (row !== undefined) {
      used.add(row.id)
      if (row.is_primary) byCrm.delete(crmKey(row, row.crm))
      result.update.push({ id: row.id, crm, primary, change })
    } else if (change.do === 'put') {
      // Stands for a row that is not there yet: nothing else of this save may take either end.
      byCommerce.set(key, {
        ...link,
        id: -1,
        commerce: refKey(link.commerce),
        crm,
        is_primary: primary,
        revision: -1,
        base: '',
      })
      result.insert.push(change)
    }
    if (primary) byCrm.set(crmKey(link, crm), row?.id ?? -1)
  }
  return result
}

async function remove(tx: Transaction<Tables>, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return
  await sql`
    with leases as (delete from lease where link = any(${numbers(ids)}))
    delete from link where id = any(${numbers(ids)})`.execute(tx)
}

async function update(
  tx: Transaction<Tables>,
  updates: Plan['update'],
  found: readonly Found[],
  now: Instant,
): Promise<void> {
  if (updates.length === 0) return
  const rows = unnest('u', updates, {
    id: ['bigint', ({ id }) => id],
    crm: ['text', ({ crm }) => crm],
    is_primary: ['boolean', ({ primary }) => primary],
    base: ['text', ({ change }) => packBase(change.do === 'put' ? change.link.base : change.base)],
    restores: ['text', ({ change }) => JSON.stringify(change.do === 'put' ? change.link.restores : change.restores)],
  })
  await sql`
    update link l set crm = u.crm, is_primary = u.is_primary, base = u.base, restores = u.restores,
      revision = l.revision + 1, saved_at = ${now}::timestamptz, xid = pg_current_xact_id()
    from ${rows} where l.id = u.id`.execute(tx)
  const before = new Map(found.map(row => [row.id, row.crm]))
  const moved = updates.filter(({ id, crm }) => before.get(id) !== crm)
  if (moved.length === 0) return
  const ends = unnest('u', moved, { id: ['bigint', ({ id }) => id], crm: ['text', ({ crm }) => crm] })
  await sql`update lease e set crm = u.crm from ${ends} where e.link = u.id`.execute(tx)
}

/** `on conflict` catches what another transaction is inserting just now, and which our look could not see. */
async function insert(tx: Transaction<Tables>, puts: readonly Put[], now: Instant): Promise<readonly Found[]> {
  if (puts.length === 0) return []
  const sorted = puts.toSorted((a, b) => (refKey(a.link.commerce) < refKey(b.link.commerce) ? -1 : 1))
  const rows = unnest('p', sorted, {
    mapping: ['text', ({ link }) => link.mapping],
    role: ['text', ({ link }) => link.role],
    commerce: ['text', ({ link }) => refKey(link.commerce)],
    crm: ['text', ({ link }) => refKey(link.crm)],
    is_primary: ['boolean', ({ link }) => link.primary],
    base: ['text', ({ link }) => packBase(link.base)],
    restores: ['text', ({ link }) => JSON.stringify(link.restores)],
  })
  const made = await sql<Found>`
    insert into link (mapping, role, commerce, crm, is_primary, base, restores, since, saved_at, xid)
    select mapping, role, commerce, crm, is_primary, base, restores, ${now}::timestamptz, ${now}::timestamptz, pg_current_xact_id()
    from ${rows} order by n on conflict do nothing
    returning id, mapping, role, commerce, crm, is_primary, revision, base`.execute(tx)
  return made.rows
}

export async function saveLinks(
  tx: Transaction<Tables>,
  changes: readonly LinkChange[],
  now: Instant,
): Promise<SavedLinks> {
  if (changes.length === 0) return { clashes: [], made: [], moved: [] }
  const found = await find(tx, changes)
  const planned = plan(changes, found, await orphaned(tx, changes))
  await remove(tx, planned.remove)
  await update(tx, planned.update, found, now)
  const before = new Map(found.map(row => [row.id, row]))
  const brought = await bring(tx, bringsOf(planned, before), now)
  const made = await insert(tx, planned.insert, now)
  const written = new Set(made.map(row => commerceKey(row, row.commerce)))
  const late = planned.insert.filter(({ link }) => !written.has(commerceKey(link, refKey(link.commerce))))
  const heirs = await promote(tx, leftOf(planned, before), now)
  return { clashes: [...planned.clashes, ...late], made, moved: [...brought, ...heirs] }
}

const bringsOf = ({ update: updates }: Plan, before: ReadonlyMap<number, Found>) =>
  updates.flatMap(({ id, crm: to, change }) => {
    const was = before.get(id)
    const isBringing = change.do === 'put' && change.brings === true && was?.is_primary === true && was.crm !== to
    return isBringing ? [{ mapping: was.mapping, role: was.role, from: was.crm, to }] : []
  })

/** The CRM records that these changes have taken a link from. */
const leftOf = ({ remove: removed, update: updates }: Plan, before: ReadonlyMap<number, Found>): readonly Left[] => {
  const left = [...removed, ...updates.filter(({ id, crm }) => before.get(id)?.crm !== crm).map(({ id }) => id)]
  return left.flatMap(id => {
    const was = before.get(id)
    return was === undefined ? [] : [{ ...was, base: was.is_primary ? was.base : null }]
  })
}
