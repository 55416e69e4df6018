/** How both drivers read what the database sends, so that a bigint and a time are the same thing on PGlite and a server. */

/** Type ids of PostgreSQL: `select oid, typname from pg_type`. */
const int8 = 20
const timestamptz = 1184

/** Safe up to 2^53, which versions, counts and epoch milliseconds never reach. */
const toNumber = (text: string): number => Number(text)

/** `2026-11-23 10:00:00.123+00` → `2026-11-23T10:00:00.123Z`. Sessions run in UTC, other offsets are read all the same. */
const toInstant = (text: string): string => {
  const utc = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,3})\d*)?\+00$/.exec(text)
  // Nearly all are like this, some thousands a pass: a Date would cost more than the rest of the row.
  if (utc) return `${utc[1]}T${utc[2]}.${(utc[3] ?? '').padEnd(3, '0')}Z`
  const offset = /[+-]\d\d$/.test(text) ? ':00' : ''
  return new Date(`${text.replace(' ', 'T')}${offset}`).toISOString()
}

export const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  [int8]: toNumber,
  [timestamptz]: toInstant,
}
