/** What people chose about conflicts: recorded with the mark that has it carried out, and kept as history. */
import { type RawBuilder, sql } from 'kysely'
import type { ConflictKind } from '../model/identity.ts'
import type { JournalEntry } from '../model/outcome.ts'
import type { Choice, Decision, PastDecision } from '../model/plan.ts'
import { type Instant, type Lane, parseRefKey, type ResourceRef, refKey } from '../model/resource.ts'
import { type ConflictRow, standing } from './conflicts.ts'
import { journal } from './journal.ts'
import { forcedMark, mark } from './mark.ts'
import type { Db, Tx } from './tables.ts'
import { texts, unnest } from './unnest.ts'

export type DecisionRow = {
  conflict: string
  kind: string
  source: string
  mapping: string
  role: string
  choice: string
  by_whom: string
  at: string
  applied_at: string | null
  undone_at: string | null
  undone_by: string | null
}

const decisionOf = (row: Omit<DecisionRow, 'applied_at' | 'undone_at' | 'undone_by'>): Decision => ({
  conflict: row.conflict,
  kind: row.kind as ConflictKind,
  source: parseRefKey(row.source),
  mapping: row.mapping,
  role: row.role,
  choice: JSON.parse(row.choice) as Choice,
  by: row.by_whom,
  at: row.at,
})

export async function decisions(db: Db, sources: readonly ResourceRef[]): Promise<readonly Decision[]> {
  if (sources.length === 0) return []
  const { rows } = await sql<DecisionRow>`
    select * from decision where source = any(${texts(sources.map(refKey))}) and ${standing}
    order by source, at, id`.execute(db)
  return rows.map(decisionOf)
}

export async function pastDecisions(db: Db, conflict: string): Promise<readonly PastDecision[]> {
  const { rows } = await sql<DecisionRow>`select * from decision where conflict = ${conflict} order by id`.execute(db)
  return rows.map(row => ({
    ...decisionOf(row),
    appliedAt: row.applied_at,
    undoneAt: row.undone_at,
    undoneBy: row.undone_by,
  }))
}

/** A choice in the words of the story. */
const inWords = (choice: Choice): string =>
  choice.do === 'take' ? `take ${choice.side}` : choice.do === 'wait' ? 'wait for a record merge' : choice.do

/** As it is recorded: which record is shared is that of each conflict, and stays so whatever is found later. */
const choiceOf = (choice: Choice, { candidates }: Pick<ConflictRow, 'candidates'>): Choice => {
  const [first] = choice.do === 'share' ? (JSON.parse(candidates) as string[]) : []
  return first === undefined ? choice : { do: 'share', crm: parseRefKey(first) }
}

/** The line of the story about a person's word. */
export const told = (
  of: Pick<ConflictRow, 'source' | 'mapping' | 'role'>,
  step: 'decided' | 'undone',
  choice: Choice,
  correlationId: string,
  now: Instant,
): JournalEntry => ({
  at: now,
  correlationId,
  ref: parseRefKey(of.source),
  step,
  mapping: of.mapping,
  role: of.role,
  target: choice.do === 'link' || choice.do === 'share' ? choice.crm : null,
  plan: null,
  fields: [],
  detail: inWords(choice),
  attempt: 0,
  durationMs: null,
})

export type Deciding = {
  readonly choice: Choice
  readonly by: string
  readonly correlationId: string
  readonly lane: Lane
}

/**
 * The decisions and the forced marks stand or fall together: a decision nobody takes up would be lost in plain sight. The
 * marks come before the conflicts, since a SAVE locks a record's row before its conflicts. Answers what was decided: of
 * the conflicts named, those that were still open when it came to them.
 */
export async function decide(
  tx: Tx,
  ids: readonly string[],
  { choice, by, correlationId, lane }: Deciding,
  now: Instant,
): Promise<readonly Decision[]> {
  const open = await sql<ConflictRow>`
    select * from conflict where id = any(${texts(ids)}) and state = 'open'`.execute(tx)
  if (open.rows.length === 0) return []
  await mark(
    tx,
    open.rows.map(({ id, source }) =>
      forcedMark({ id: `decision:${id}`, ref: parseRefKey(source), correlationId, lane }, now),
    ),
    now,
  )
  const state = choice.do === 'wait' ? 'awaits-merge' : 'decided'
  const { rows } = await sql<ConflictRow>`
    update conflict set state = ${state}
    where id = any(array(select id from conflict where id = any(${texts(ids)}) order by source, mapping, role for update))
      and state = 'open' returning *`.execute(tx)
  if (rows.length === 0) return []
  await replace(tx, rows, choice, by, now)
  const made = rows.map(row => ({ ...row, choice: choiceOf(choice, row) }))
  const table = unnest('p', made, { ...partColumns, choice: ['text', row => JSON.stringify(row.choice)] })
  await sql`
    insert into decision (conflict, kind, source, mapping, role, choice, by_whom, at)
    select id, kind, source, mapping, role, choice, ${by}, ${now}::timestamptz from ${table} order by n`.execute(tx)
  await journal(
    tx,
    made.map(row => told(row, 'decided', row.choice, correlationId, now)),
  )
  return made.map(row =>
    decisionOf({ ...row, conflict: row.id, choice: JSON.stringify(row.choice), by_whom: by, at: now }),
  )
}

const partColumns = {
  id: ['text', ({ id }: ConflictRow) => id],
  kind: ['text', ({ kind }: ConflictRow) => kind],
  source: ['text', ({ source }: ConflictRow) => source],
  mapping: ['text', ({ mapping }: ConflictRow) => mapping],
  role: ['text', ({ role }: ConflictRow) => role],
} as const

const partsOf = (rows: readonly ConflictRow[]): RawBuilder<unknown> => unnest('p', rows, partColumns)

/**
 * A newer word about a part replaces an older one that was not carried out: else the older one would have its say at some
 * later change. Only the record that was chosen stays chosen when a side is taken in a dispute with it.
 */
async function replace(tx: Tx, rows: readonly ConflictRow[], choice: Choice, by: string, now: Instant): Promise<void> {
  const replaced = choice.do === 'take' ? sql`d.choice like '{"do":"take"%'` : sql`true`
  await sql`
    with old as (
      update decision d set undone_at = ${now}::timestamptz, undone_by = ${by} from ${partsOf(rows)}
      where d.source = p.source and d.mapping = p.mapping and d.role = p.role and d.conflict <> p.id
        and d.${standing} and ${replaced} returning d.conflict
    )
    update conflict set state = 'closed', closed_at = ${now}::timestamptz, sealed = null
    where id in (select conflict from old) and state <> 'closed'`.execute(tx)
}
