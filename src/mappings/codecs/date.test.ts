/** Days stay days, and must be ones. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { context, keepsTheLaws, value } from '../testing/laws.ts'
import { date } from './date.ts'

const days = fc
  .date({ min: new Date('1600-01-01'), max: new Date('4100-01-01'), noInvalidDate: true })
  .map(day => day.toISOString().slice(0, 10))

describe('date', () => {
  keepsTheLaws(date, { like: days })

  test.each(['1700-01-01', '1984-02-29', '2000-02-29', '2026-12-31', '4000-12-31'])('%s is a day', day => {
    expect(date.toCrm(day, context())).toEqual(value(day))
  })

  test.each([
    '1900-02-29',
    '2025-02-29',
    '2025-04-31',
    '2025-00-10',
    '2025-13-01',
    '2025-01-00',
    '1699-12-31',
    '4001-01-01',
    '31.12.1999',
    '1984-2-9',
    '1984-02-29T00:00:00Z',
    19840229,
  ])('%j is left out', raw => {
    expect(date.toCrm(raw, context()).is).toBe('bad')
  })

  test('every day of a leap year and of the year after exists', () => {
    for (let at = Date.UTC(2024, 0, 1); at < Date.UTC(2026, 0, 1); at += 86_400_000) {
      const day = new Date(at).toISOString().slice(0, 10)
      expect(date.toCrm(day, context())).toEqual(value(day))
    }
  })
})
