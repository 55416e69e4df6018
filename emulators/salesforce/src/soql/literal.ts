// The right side of a condition: a SOQL literal as a value that compares with the field's stored form.

import type { Field, Value } from '../entities.ts'
import { refuse } from '../rules/refusal.ts'
import { parseDatetime } from '../rules/values.ts'
import { normaliseId } from '../store/ids.ts'

const QUOTED = new Set(['string', 'textarea', 'email', 'phone', 'url', 'picklist', 'multipicklist', 'reference', 'id'])
const NUMERIC = new Set(['int', 'double', 'currency', 'percent'])

export function unquote(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, (_, char: string) => ({ n: '\n', r: '\r', t: '\t' })[char] ?? char)
}

/** `type` is the parser's word for the literal. Throws INVALID_FIELD when the field is of another type. */
export function literalValue(field: Field, text: string, type: string | undefined): Value | null {
  if (type === 'NULL') return null
  if (QUOTED.has(field.type)) {
    if (type !== 'STRING') throw mismatch(field, 'string and should be enclosed in quotes')
    const value = unquote(text)
    return field.type === 'reference' || field.type === 'id' ? idValue(value) : value
  }
  if (NUMERIC.has(field.type)) {
    if (type !== 'INTEGER' && type !== 'DECIMAL') throw mismatch(field, 'double and should not be enclosed in quotes')
    return Number(text)
  }
  if (field.type === 'boolean') {
    if (type !== 'BOOLEAN') throw mismatch(field, 'boolean and should not be enclosed in quotes')
    return text.toLowerCase() === 'true'
  }
  if (field.type === 'date') {
    if (type !== 'DATE') throw mismatch(field, 'date and should not be enclosed in quotes')
    if (parseDatetime(text) === undefined) throw refuse('MALFORMED_QUERY', `Invalid date: ${text}`)
    return text
  }
  const at = type === 'DATETIME' ? parseDatetime(text) : undefined
  if (at === undefined && type === 'DATETIME') throw refuse('MALFORMED_QUERY', `Invalid dateTime: ${text}`)
  if (at === undefined) throw mismatch(field, 'dateTime and should not be enclosed in quotes')
  return at
}

function idValue(text: string): string {
  if (text === '') return ''
  const id = normaliseId(text)
  if (id === undefined) throw refuse('INVALID_QUERY_FILTER_OPERATOR', `invalid ID field: ${text}`)
  return id
}

const mismatch = (field: Field, kind: string): Error =>
  refuse('INVALID_FIELD', `value of filter criterion for field '${field.name}' must be of type ${kind}`)

const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Date literals as a half-open range of time, in UTC: TODAY, YESTERDAY, TOMORROW, LAST_N_DAYS:n, NEXT_N_DAYS:n,
 * THIS_MONTH, LAST_MONTH, THIS_YEAR, LAST_YEAR.
 */
export function dateRange(literal: string, n: number, now: number): [from: number, to: number] {
  const today = now - (now % DAY_MS)
  const at = new Date(now)
  const month = (offset: number): number => Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + offset, 1)
  const year = (offset: number): number => Date.UTC(at.getUTCFullYear() + offset, 0, 1)
  switch (literal.toUpperCase().split(':')[0]) {
    case 'TODAY':
      return [today, today + DAY_MS]
    case 'YESTERDAY':
      return [today - DAY_MS, today]
    case 'TOMORROW':
      return [today + DAY_MS, today + 2 * DAY_MS]
    case 'LAST_N_DAYS':
      return [today - n * DAY_MS, today + DAY_MS]
    case 'NEXT_N_DAYS':
      return [today + DAY_MS, today + (n + 1) * DAY_MS]
    case 'THIS_MONTH':
      return [month(0), month(1)]
    case 'LAST_MONTH':
      return [month(-1), month(0)]
    case 'THIS_YEAR':
      return [year(0), year(1)]
    case 'LAST_YEAR':
      return [year(-1), year(0)]
    default:
      throw refuse('MALFORMED_QUERY', `the date literal ${literal} is not emulated`)
  }
}
