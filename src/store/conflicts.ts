/**
 * Disagreements for a person: one question per record, mapping and role. Their values are sealed, and wiped when they are
 * over: closed, or ignored for good. Until a decision is carried out they stay, since it may be taken back.
 */
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { ConflictKind } from '../model/identity.ts'
import type { Settlement } from '../model/outcome.ts'
import type { Conflict, ListedConflict } from '../model/plan.ts'
import type { Listed } from '../model/ports.ts'
import { type Instant, parseRefKey, type ResourceRef, refKey } from '../model/resource.ts'
import { page, readCursor } from './cursor.ts'
import { lookAgain } from './lookAgain.ts'
import type { Seal } from './seal.ts'
import type { Db, Tx } from './tables.ts'
import { texts, unnest } from './unnest.ts'

export type ConflictRow = {
  id: string
  source: string
  mapping: string
  role: string
  kind: string
  candidates: string
  sealed: string | null
  correlation_id: string
  opened_at: string
  state: string
}

type ListedRow = ConflictRow & { waiting: number }

/** What is sealed. */
type Secret = Pick<Conflict, 'why' | 'fields'>

/** The record a sealed text belongs to. */
export const aboutOf = (of: { source: string; mapping: string; role: string }): string =>
  JSON.stringify([of.source, of.mapping, of.role])

function conflictOf(row: ListedRow, seal: Seal): ListedConflict {
  const opened = row.sealed === null ? null : seal.open(row.sealed, aboutOf(row))
  const secret = opened === null ? { why: '', fields: [] } : (JSON.parse(opened) as Secret)
  return {
    id: row.id,
    source: parseRefKey(row.source),
    mapping: row.mapping,
    role: row.role,
    kind: row.kind as ConflictKind,
    why: secret.why,
    candidates: (JSON.parse(row.candidates) as string[]).map(parseRefKey),
    fields: secret.fields,
    correlationId: row.correlation_id,
    openedAt: row.opened_at,
    state: row.state as Conflict['state'],
    waiting: row.waiting,
  }
}

/** With it goes what counts the records that wait for this one: an index look-up each. */
const listed = sql`select c.*, (select count(*) from wait w where w.awaited = c.source) as waiting from conflict c`

/** A part has one question at a time, also while it awaits a record merge. */
export const asked = sql`state in ('open', 'awaits-merge')`
/** The decision to ignore a record has a say for as long as it is not taken back. */
export const standing = sql`undone_at is null and (applied_at is null or choice = '{"do":"ignore"}')`

const closing = (now: Instant) => sql`state = 'closed', closed_at = ${now}::timestamptz, sealed = null`

/** Elements are told from other parts by the slash in their role. */
async function closeVanished(tx: Tx, listings: Settlement['listings'], now: Instant): Promise<void> {
  if (listings.length === 0) return
  const lists = unnest('l', listings, {
    source: ['text', ({ source }) => refKey(source)],
    mapping: ['text', ({ mapping }) => mapping],
    roles: ['text', ({ roles }) => JSON.stringify(roles)],
  })
  const vanished = (table: string) => sql`${sql.ref(`${table}.source`)} = l.source
    and ${sql.ref(`${table}.mapping`)} = l.mapping and ${sql.ref(`${table}.role`)} like '%/%'
    and not l.roles::jsonb ? ${sql.ref(`${table}.role`)}`
  await sql`
    with failures as (
      update failure f set state = 'resolved', closed_at = ${now}::timestamptz, sealed = null from ${lists}
      where f.state = 'open' and ${vanished('f')}
    )
    update conflict c set ${closing(now)} from ${lists} where c.${asked} and ${vanished('c')}`.execute(tx)
}

/**
 * That a second key leads to a record of Salesforce is no question any more once somebody is linked to that record, or
 * nobody to the one that was taken instead.
 */
async function closeDoubts(tx: Tx, links: Settlement['links'], now: Instant): Promise<void> {
  const crmOf = (what: 'put' | 'remove') =>
    texts([...new Set(links.flatMap(one => (one.do === what ? refKey(one.link.crm) : [])))])
  if (!links.some(one => one.do !== 'base')) return
  await sql`
    update conflict set ${closing(now)} where kind = 'disagrees' and ${asked} and source like 'crm:%' and (
      source = any(${crmOf('put')}) or exists (
        select 1 from json_array_elements_text(candidates::json) as one where one = any(${crmOf('remove')})))`.execute(
    tx,
  )
}

/**
 * What a duplicate rule refused is over without a look at the other side: it was never about what that side holds.
 * A conflict that is still open is refreshed and keeps its id: people have it on their screen. Of what is ignored for good
 * nobody is asked, from whichever side a pass comes to it.
 */
export async function saveConflicts(
  tx: Tx,
  {
    conflicts,
    resolved,
    listings,
    applied,
    links,
  }: Pick<Settlement, 'conflicts' | 'resolved' | 'listings' | 'applied' | 'links'>,
  seal: Seal,
  now: Instant,
): Promise<void> {
  if (applied.length > 0) {
    const done = unnest('a', applied, {
      conflict: ['text', ({ conflict }) => conflict],
      at: ['timestamptz', ({ at }) => at],
    })
    // One that was replaced while it was being carried out is told as both; its conflict is closed already.
    await sql`
      with carried as (
        update decision d set applied_at = ${now}::timestamptz from ${done}
        where d.conflict = a.conflict and d.at = a.at and d.applied_at is null returning d.conflict, d.choice)
      update conflict c set sealed = null,
        state = case when d.choice = '{"do":"ignore"}' then 'ignored' else 'closed' end,
        closed_at = case when d.choice = '{"do":"ignore"}' then null else ${now}::timestamptz end
      from carried d where c.id = d.conflict and c.state in ('decided', 'awaits-merge')`.execute(tx)
  }
  if (resolved.length > 0) {
    const over = unnest('r', resolved, {
      source: ['text', ({ source }) => refKey(source)],
      mapping: ['text', ({ mapping }) => mapping],
      role: ['text', ({ role }) => role],
      seen: ['boolean', ({ seen }) => seen],
    })
    await sql`
      with failures as (
        update failure f set state = 'resolved', closed_at = ${now}::timestamptz, sealed = null from ${over}
        where f.state = 'open' and f.source = r.source and f.mapping = r.mapping and f.role = r.role
      ), over as (
        update conflict c set ${closing(now)} from ${over}
        where (r.seen or c.kind = 'duplicate-rule') and c.${asked} and c.source = r.source and c.mapping = r.mapping and c.role = r.role returning c.id
      )
      update decision set applied_at = ${now}::timestamptz
      where conflict in (select id from over) and applied_at is null and undone_at is null`.execute(tx)
  }
  await closeVanished(tx, listings, now)
  await closeDoubts(tx, links, now)
  if (conflicts.length === 0) return
  const byRecord = new Map(
    conflicts.map(conflict => [aboutOf({ ...conflict, source: refKey(conflict.source) }), conflict]),
  )
  const rows = unnest('c', [...byRecord], {
    id: ['text', () => randomUUID()],
    source: ['text', ([, { source }]) => refKey(source)],
    mapping: ['text', ([, { mapping }]) => mapping],
    role: ['text', ([, { role }]) => role],
    kind: ['text', ([, { kind }]) => kind],
    candidates: ['text', ([, { candidates }]) => JSON.stringify(candidates.map(refKey))],
    sealed: ['text', ([about, { why, fields }]) => seal.close(JSON.stringify({ why, fields } satisfies Secret), about)],
    fields: ['text', ([, { fields }]) => JSON.stringify(fields.map(({ field }) => field))],
    correlation_id: ['text', ([, { correlationId }]) => correlationId],
  })
  const kept = await sql<{ id: string; source: string; state: string }>`
    insert into conflict as c (id, source, mapping, role, kind, candidates, sealed, fields, correlation_id, opened_at, state)
    select id, source, mapping, role, kind, candidates, sealed, fields, correlation_id, ${now}::timestamptz, 'open' from ${rows}
    where not exists (
      select 1 from decision d where d.source = c.source and d.mapping = c.mapping and d.role = c.role
        and d.undone_at is null and d.choice = '{"do":"ignore"}')
    order by source, mapping, role
    on conflict (source, mapping, role) where ${asked} do update set kind = excluded.kind,
      candidates = excluded.candidates, sealed = excluded.sealed, fields = excluded.fields,
      correlation_id = excluded.correlation_id,
      state = case when c.kind = excluded.kind and (c.kind = 'lead' or json_array_length(excluded.candidates::json) > 1) then c.state else 'open' end
    returning id, source, state`.execute(tx)
  const again = kept.rows.filter(({ state }) => state === 'open').map(({ id }) => id)
  // What was waited for has come, and left another question: the word of then does not answer it.
  await sql`
    update decision set applied_at = ${now}::timestamptz
    where conflict = any(${texts(again)}) and applied_at is null and undone_at is null`.execute(tx)
  const waiting = kept.rows.filter(({ state }) => state !== 'open').map(({ source }) => source)
  await lookAgain(tx, waiting, now)
}

export async function conflicts(
  db: Db,
  seal: Seal,
  { state, cursor, limit }: { state: Conflict['state'] | 'all'; cursor: string | null; limit: number },
): Promise<Listed<ListedConflict>> {
  const after = readCursor(cursor)
  const { rows } = await sql<ListedRow>`
    ${listed} where ${state === 'all' ? sql`true` : sql`state = ${state}`}
      and ${after === null ? sql`true` : sql`(opened_at, id) < (${after.at}::timestamptz, ${after.id})`}
    order by opened_at desc, id desc limit ${limit + 1}`.execute(db)
  return page(
    rows,
    limit,
    row => ({ at: row.opened_at, id: row.id }),
    row => conflictOf(row, seal),
  )
}

export async function conflict(db: Db, seal: Seal, id: string): Promise<ListedConflict | null> {
  const { rows } = await sql<ListedRow>`${listed} where id = ${id}`.execute(db)
  return rows[0] === undefined ? null : conflictOf(rows[0], seal)
}

export async function openAbout(
  db: Db,
  seal: Seal,
  refs: readonly ResourceRef[],
  kind: ConflictKind,
): Promise<readonly ListedConflict[]> {
  if (refs.length === 0) return []
  const { rows } = await sql<ListedRow>`
    ${listed} where source = any(${texts(refs.map(refKey))}) and kind = ${kind} and state = 'open'`.execute(db)
  return rows.map(row => conflictOf(row, seal))
}
