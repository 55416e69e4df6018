/** The day of a moment where a market is: an order placed at 23:30 UTC is one of the next day in Berlin. */
import type { Codec } from '../../model/mapping.ts'
import { bad, value } from './coded.ts'
import { plain } from './text.ts'

/** Salesforce keeps dates from 1700-01-01 to 4000-12-31. Source: Object Reference, field type date. */
const earliest = '1700-01-01'
const latest = '4000-12-31'
const moment = /^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:\d{2})$/

/** Throws a RangeError for a time zone that there is not. */
export function dayIn(timeZone: string): Codec {
  const format = new Intl.DateTimeFormat('en', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  })
  const dayOf = (ms: number): string => {
    const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value: text }) => [type, text]))
    return `${String(parts.year).padStart(4, '0')}-${parts.month}-${parts.day}`
  }
  return {
    name: 'dayIn',
    doc: `The day of a moment, in the time zone ${timeZone}. A day stays itself.`,
    toCrm: raw => {
      if (raw !== null && typeof raw !== 'string') return bad('is not a moment')
      const text = raw === null ? null : plain(raw)
      if (text === null) return value(null)
      const ms = moment.test(text) ? Date.parse(text) : Number.NaN
      const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))
      if (Number.isNaN(ms) && !isDay) return bad('is not a moment with its offset from UTC')
      const day = isDay ? text : dayOf(ms)
      return day < earliest || day > latest
        ? bad('is outside the years 1700 to 4000 that Salesforce can hold')
        : value(day)
    },
  }
}
