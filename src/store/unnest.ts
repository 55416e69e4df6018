/** Turns many rows into one statement: arrays as parameters, `unnest`ed into a table. Both drivers take the same text. */
import { type RawBuilder, sql } from 'kysely'

type Scalar = string | number | boolean | null

const special = /["\\]/
const quoted = (text: string): string => (special.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`)

/** A PostgreSQL array literal. Written here, because the two drivers write nulls and texts differently. */
export const list = (values: readonly Scalar[]): string =>
  `{${values.map(value => (value === null ? 'NULL' : typeof value === 'string' ? quoted(value) : String(value))).join(',')}}`

export const texts = (values: readonly string[]): RawBuilder<string[]> => sql<string[]>`${list(values)}::text[]`
export const numbers = (values: readonly number[]): RawBuilder<number[]> => sql<number[]>`${list(values)}::bigint[]`

/** A column of the table: its type, and its value in each row. */
export type Column<T> = readonly [
  type: 'text' | 'bigint' | 'integer' | 'boolean' | 'timestamptz',
  of: (row: T) => Scalar,
]

/** `unnest(…) with ordinality as name(columns…, n)`: a table of the statement, `n` is the row's place, from 1. */
export function unnest<T>(
  name: string,
  rows: readonly T[],
  columns: Readonly<Record<string, Column<T>>>,
): RawBuilder<unknown> {
  const arrays = Object.values(columns).map(([type, of]) => sql`${list(rows.map(of))}::${sql.raw(type)}[]`)
  return sql`unnest(${sql.join(arrays)}) with ordinality as ${sql.raw(`${name}(${Object.keys(columns).join(', ')}, n)`)}`
}
