/** Which open conflicts a filter means: counted before many are decided at once. Looks at names, never at values. */
import { sql } from 'kysely'
import type { ConflictFilter, MeantConflicts } from '../model/plan.ts'
import { refKey } from '../model/resource.ts'
import type { Db } from './tables.ts'

type Counted = { what: string; name: string; count: number }

function where({ kind, mapping, role, field, openedBefore, source }: ConflictFilter) {
  const terms = [
    sql`state = 'open'`,
    ...(kind === undefined ? [] : [sql`kind = ${kind}`]),
    ...(mapping === undefined ? [] : [sql`mapping = ${mapping}`]),
    ...(role === undefined ? [] : [sql`role = ${role}`]),
    ...(field === undefined ? [] : [sql`fields::jsonb @> ${JSON.stringify([field])}::jsonb`]),
    ...(openedBefore === undefined ? [] : [sql`opened_at < ${openedBefore}::timestamptz`]),
    ...(source === undefined ? [] : [sql`source = ${refKey(source)}`]),
  ]
  return sql.join(terms, sql` and `)
}

export async function meant(db: Db, filter: ConflictFilter, upTo: number): Promise<MeantConflicts> {
  const counts = await sql<Counted>`
    with these as (select kind, fields from conflict where ${where(filter)})
    select 'all' as what, '' as name, count(*) as count from these
    union all select 'kind', kind, count(*) from these group by kind
    union all select 'field', field, count(*) from these, json_array_elements_text(coalesce(fields, '[]')::json) as field
      group by field
    order by what, name`.execute(db)
  const oldest = await sql<{ id: string }>`
    select id from conflict where ${where(filter)} order by opened_at, id limit ${upTo}`.execute(db)
  const named = (what: string) =>
    Object.fromEntries(counts.rows.filter(row => row.what === what).map(({ name, count }) => [name, count]))
  return {
    total: named('all')[''] ?? 0,
    ids: oldest.rows.map(({ id }) => id),
    kinds: named('kind'),
    fields: named('field'),
  }
}
