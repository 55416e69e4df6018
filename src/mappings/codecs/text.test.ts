/** Text is trimmed and otherwise left alone. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { context, keepsTheLaws, value } from '../testing/laws.ts'
import { text } from './text.ts'

describe('text', () => {
  keepsTheLaws(text, { like: fc.string({ unit: 'grapheme' }) })

  test.each([
    ['  Anna  Maria ', 'Anna  Maria'],
    ['Hauptstraße 1\r\nHinterhaus', 'Hauptstraße 1\nHinterhaus'],
    ['\u00a0 ', null],
    [42, '42'],
    [false, 'false'],
    ['half a pair \ud800', 'half a pair \ufffd'],
  ])('%j is stored as %j', (raw, stored) => {
    expect(text.toCrm(raw, context())).toEqual(value(stored))
  })

  test('a list or an object is no text', () => {
    expect(text.toCrm(['a'], context()).is).toBe('bad')
    expect(text.toCrm({ de: 'a' }, context()).is).toBe('bad')
  })
})
