/** Values as both sides have them, made comparable: what is expected of a field, and whether it is there. */

export type Row = Record<string, unknown>
/** A value, `some` for any value that is not empty, or `skip` where nothing can be said. */
export type Expected = { is: string | number | boolean | null } | 'some' | 'skip'

export const text = (value: unknown): string | null => {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const tidy = String(value).normalize('NFC').replace(/\s+/g, ' ').trim()
  return tidy === '' ? null : tidy
}

/** As Salesforce keeps it; null for what is too long for it, which is left out rather than cut into another one. */
export const emailOf = (value: unknown): string | null => {
  const email = text(value)?.toLowerCase() ?? null
  return email !== null && email.length > 80 ? null : email
}

export const list = (value: unknown): Row[] => (Array.isArray(value) ? (value as Row[]) : [])
export const object = (value: unknown): Row => (typeof value === 'object' && value !== null ? (value as Row) : {})

export const live = (rows: readonly Row[]): Row[] => rows.filter(row => row.IsDeleted !== true)

export function byKey(rows: readonly Row[]): Map<string, Row[]> {
  const map = new Map<string, Row[]>()
  for (const row of rows) {
    const key = row.CT_Id__c
    if (typeof key === 'string') map.set(key, [...(map.get(key) ?? []), row])
  }
  return map
}

/** How many more rows there are than keys. */
export const extra = (rows: ReadonlyMap<string, readonly Row[]>): number =>
  [...rows.values()].reduce((sum, some) => sum + some.length - 1, 0)

/** Units of a currency from its minor ones, as a number of Salesforce with four decimals. */
export function amount(money: unknown): Expected {
  const { centAmount, fractionDigits, type, preciseAmount } = object(money)
  if (typeof centAmount !== 'number' || typeof fractionDigits !== 'number') return { is: null }
  const minor = type === 'highPrecision' ? Number(preciseAmount) : centAmount
  return { is: Number((minor / 10 ** fractionDigits).toFixed(4)) }
}

/** How many rows are told of twice, or by nothing that is known. `rows` by their key, '' for those without. */
export function strayIn(rows: ReadonlyMap<string, readonly Row[]>, known: ReadonlySet<string>): number {
  let strays = 0
  for (const [key, some] of rows) strays += known.has(key) ? some.length - 1 : some.length
  return strays
}

export function matches(actual: unknown, expected: Expected): boolean {
  if (expected === 'skip') return true
  if (expected === 'some') return text(actual) !== null
  if (typeof expected.is === 'boolean') return (actual === true) === expected.is
  if (typeof expected.is === 'number') return actual === expected.is
  return text(actual) === expected.is
}
