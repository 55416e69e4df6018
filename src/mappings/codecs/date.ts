/** A day of the calendar. It has no time and no zone, and must not get one: a birthday does not move when one travels. */
import type { Codec } from '../../model/mapping.ts'
import { bad, value } from './coded.ts'
import { plain } from './text.ts'

/** Salesforce keeps dates from 1700-01-01 to 4000-12-31. Source: Object Reference, field type date. */
const earliest = '1700-01-01'
const latest = '4000-12-31'

function isDay(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? []
  if (year === undefined || month === undefined || day === undefined) return false
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()
  return Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= lastDay
}

export const date: Codec = {
  name: 'date',
  doc: 'A day as YYYY-MM-DD, from 1700 to 4000. Anything else, a time of day included, is left out.',
  toCrm: raw => {
    if (raw !== null && typeof raw !== 'string') return bad('is not a date')
    const kept = raw === null ? null : plain(raw)
    if (kept === null) return value(null)
    if (!isDay(kept)) return bad('is not a date of the form YYYY-MM-DD')
    if (kept < earliest || kept > latest) return bad('is outside the years 1700 to 4000 that Salesforce can hold')
    return value(kept)
  },
  toCommerce: stored => stored,
}
