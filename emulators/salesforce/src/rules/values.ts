// What a field accepts and how the org will store it: trimmed, lower-cased, rounded, or refused in Salesforce's words.

import type { Field, Value } from '../entities.ts'
import { normaliseId } from '../store/ids.ts'
import { type Refusal, refuse } from './refusal.ts'

/**
 * A local part of the characters that RFC 2822 calls atoms, a domain of at least two labels. Salesforce refuses
 * non-ASCII, blanks, double dots and domains without a dot.
 */
const EMAIL =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]{2,}$/
const DATE = /^\d{4}-\d{2}-\d{2}$/
const DATETIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/

/** The stored form of what JSON holds; null clears the field. Throws a Refusal. */
export function storedValue(field: Field, given: unknown): Value | null {
  if (given === undefined || given === null) {
    if (field.type === 'boolean') throw unreadable('boolean', given)
    return null
  }
  switch (field.type) {
    case 'boolean':
      if (typeof given === 'boolean') return given
      if (given === 'true' || given === 'false') return given === 'true'
      throw unreadable('boolean', given)
    case 'int':
    case 'double':
    case 'currency':
    case 'percent':
      return storedNumber(field, given)
    case 'date':
      return storedDate(given)
    case 'datetime':
      return storedDatetime(given)
    case 'address':
      throw unreadable('address', given)
    default:
      return storedText(field, given)
  }
}

function storedText(field: Field, given: unknown): string | null {
  if (typeof given !== 'string') throw unreadable('string', given)
  const text = given.trim()
  if (text === '') return null
  if (field.type === 'reference') return referenceId(field, text)
  if (field.type === 'picklist' || field.type === 'multipicklist') return picklistText(field, text)
  if (field.type === 'email') return emailText(field, text)
  return fitting(field, text)
}

function fitting(field: Field, text: string): string {
  if (text.length <= field.length) return text
  const message = `${field.label}: data value too large: ${text} (max length=${field.length})`
  throw refuse('STRING_TOO_LONG', message, [field.name])
}

function emailText(field: Field, text: string): string {
  const email = fitting(field, text).toLowerCase()
  if (EMAIL.test(email)) return email
  throw refuse('INVALID_EMAIL_ADDRESS', `${field.label}: invalid email address: ${text}`, [field.name])
}

function picklistText(field: Field, text: string): string {
  const values =
    field.type === 'multipicklist'
      ? text
          .split(';')
          .map(value => value.trim())
          .filter(Boolean)
      : [text]
  if (field.restricted) {
    for (const value of values) {
      if (field.picklist.some(entry => entry.value === value)) continue
      const message = `${field.label}: bad value for restricted picklist field: ${escapeHtml(value)}`
      throw refuse('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', message, [field.name])
    }
  }
  return fitting(field, values.join(';'))
}

function referenceId(field: Field, text: string): string {
  const id = normaliseId(text)
  if (id === undefined)
    throw refuse('MALFORMED_ID', `${field.label}: id value of incorrect type: ${text}`, [field.name])
  return id
}

function storedNumber(field: Field, given: unknown): number | null {
  const kind = field.type === 'int' ? 'int' : 'double'
  const number =
    typeof given === 'number' ? given : typeof given === 'string' && given.trim() !== '' ? Number(given) : Number.NaN
  if (given === '') return null
  if (!Number.isFinite(number)) throw unreadable(kind, given)
  if (kind === 'int' && !Number.isInteger(number)) throw unreadable(kind, given)
  const rounded = roundTo(number, field.scale)
  if (Math.abs(rounded) >= 10 ** (field.precision - field.scale)) {
    const message = `${field.label}: value outside of valid range on numeric field: ${number}`
    throw refuse('NUMBER_OUTSIDE_VALID_RANGE', message, [field.name])
  }
  return rounded
}

/** Half away from zero, by the decimal digits that were sent and not by their binary neighbour. */
function roundTo(number: number, scale: number): number {
  if (Number.isInteger(number)) return number
  const shifted = Number(`${Math.abs(number)}e${scale}`)
  const rounded = Number.isNaN(shifted) ? Math.abs(number) : Number(`${Math.round(shifted)}e-${scale}`)
  return number < 0 ? -rounded : rounded
}

function storedDate(given: unknown): string | null {
  if (given === '') return null
  const day = typeof given === 'string' ? given.trim().slice(0, 10) : ''
  const whole = typeof given === 'string' && (given.trim().length === 10 || DATETIME.test(given.trim()))
  if (!whole || !DATE.test(day) || !isDay(day)) throw unreadable('date', given)
  return day
}

function isDay(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day) && day >= '1700-01-01' && day < '4001-01-01'
}

/** Salesforce keeps whole seconds. */
function storedDatetime(given: unknown): number | null {
  if (given === '') return null
  const at = typeof given === 'string' ? parseDatetime(given.trim()) : undefined
  if (at === undefined) throw unreadable('datetime', given)
  return at
}

export function parseDatetime(text: string): number | undefined {
  if (DATE.test(text)) return isDay(text) ? Date.parse(`${text}T00:00:00Z`) : undefined
  if (!DATETIME.test(text)) return undefined
  const at = Date.parse(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'))
  return Number.isNaN(at) ? undefined : Math.floor(at / 1000) * 1000
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

const TOKENS: Record<string, string> = { string: 'VALUE_STRING', object: 'START_OBJECT', boolean: 'VALUE_TRUE' }

function unreadable(kind: string, given: unknown): Refusal {
  const number = Number.isInteger(given) ? 'VALUE_NUMBER_INT' : 'VALUE_NUMBER_FLOAT'
  const token = given === null ? 'VALUE_NULL' : Array.isArray(given) ? 'START_ARRAY' : (TOKENS[typeof given] ?? number)
  const shown = typeof given === 'object' && given !== null ? (Array.isArray(given) ? '[' : '{') : String(given)
  const message = `Cannot deserialize instance of ${kind} from ${token} value ${shown} or request may be missing a required field`
  return refuse('JSON_PARSER_ERROR', message)
}
