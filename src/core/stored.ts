/**
 * What Salesforce will keep of a value: trimmed, lower-cased, rounded, cut. A draft holds that form, else every read
 * would show a difference that no write can end.
 */
import type { FieldSchema, Value } from '../model/mapping.ts'

/** The stored form, with a note when that is less than what was given; undefined when the field cannot hold it at all. */
export type Stored = { readonly value: Value | undefined; readonly note: string | null }

const kept = (value: Value, note: string | null = null): Stored => ({ value, note })
const dropped = (note: string): Stored => ({ value: undefined, note })

/** Types of which a cut value would be another value: a cut address reaches somebody else. */
const uncuttable: readonly string[] = ['email', 'url', 'phone', 'picklist', 'multipicklist', 'reference', 'id']

/** Cuts to the field's length without splitting a character that takes two code units. */
function cut(text: string, length: number): string {
  const end = /[\uD800-\uDBFF]/.test(text.charAt(length - 1)) ? length - 1 : length
  return text.slice(0, end).trimEnd()
}

/** Half away from zero by the decimal digits, as Salesforce rounds: `toFixed` goes by the binary neighbour. */
function rounded(value: number, scale: number): number {
  const size = Math.abs(value)
  const shifted = Number(`${size}e${scale}`)
  // A number that is written with an exponent already is too large or too small to have such digits.
  const result = Number.isNaN(shifted)
    ? Number(size.toFixed(Math.min(scale, 100)))
    : Number(`${Math.round(shifted)}e-${scale}`)
  const finite = Number.isFinite(result) ? result : size
  return finite === 0 ? 0 : Math.sign(value) * finite
}

function storedNumber(value: Value, field: FieldSchema): Stored {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isFinite(number)) return dropped('is not a number')
  const result = field.scale < 0 ? number : rounded(number, field.scale)
  if (field.precision > 0 && Math.abs(result) >= 10 ** (field.precision - Math.max(0, field.scale)))
    return dropped(`has more than ${field.precision} digits`)
  return kept(result)
}

/** A calendar day that exists. */
function storedDay(text: string): Stored {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00.000Z`) : Number.NaN
  // Some days that do not exist are read as the first of the next month.
  const isDay = !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)
  return isDay ? kept(text) : dropped('is not a day (YYYY-MM-DD)')
}

/** Whole seconds in UTC: Salesforce keeps no milliseconds. A time without its offset would depend on the machine. */
function storedTime(text: string): Stored {
  const ms = /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(ms)
    ? dropped('is not a time with its offset from UTC')
    : kept(new Date(Math.floor(ms / 1000) * 1000).toISOString())
}

/** Known values only, in the order of the picklist: that is how Salesforce answers a multi-picklist. */
function storedChoice(text: string, field: FieldSchema): Stored {
  const chosen = field.type === 'multipicklist' ? text.split(';').map(one => one.trim()) : [text]
  if (field.restricted && field.values.length > 0 && !chosen.every(one => field.values.includes(one)))
    return dropped('is not among the values of this picklist')
  if (field.type !== 'multipicklist') return kept(text)
  const others = chosen.filter(one => one !== '' && !field.values.includes(one))
  const ordered = [...field.values.filter(one => chosen.includes(one)), ...new Set(others)]
  return kept(ordered.length === 0 ? null : ordered.join(';'))
}

function storedText(value: string, field: FieldSchema): Stored {
  const text = field.type === 'email' ? value.trim().toLowerCase() : value.trim()
  if (text === '') return kept(null)
  const { length } = field
  if (length <= 0 || text.length <= length) return kept(text)
  if (uncuttable.includes(field.type)) return dropped(`is longer than ${length} characters`)
  return kept(cut(text, length) || null, `was cut to ${length} characters`)
}

/** Total: every value in every type of field has an answer. */
export function stored(value: Value, field: FieldSchema): Stored {
  // A checkbox has no empty state, and absence is no decision.
  if (value === null || (typeof value === 'string' && value.trim() === ''))
    return field.type === 'boolean' ? { value: undefined, note: null } : kept(null)
  switch (field.type) {
    case 'boolean':
      return typeof value === 'boolean' ? kept(value) : dropped('is not true or false')
    case 'int':
    case 'long':
    case 'double':
    case 'currency':
    case 'percent':
      return storedNumber(value, field)
    case 'date':
      return storedDay(String(value).trim())
    case 'datetime':
      return storedTime(String(value).trim())
    case 'picklist':
    case 'multipicklist': {
      const text = storedText(String(value), field)
      return typeof text.value === 'string' ? storedChoice(text.value, field) : text
    }
    default:
      return storedText(String(value), field)
  }
}
