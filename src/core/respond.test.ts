/** What follows a failure, by its name. */
import { describe, expect, test } from 'vitest'
import type { Failure } from '../model/outcome.ts'
import { backoffMs, type RespondInput, respond } from './respond.ts'

const now = '2026-01-01T00:00:00.000Z'
const failure = (is: Failure['is'], retryAt: string | null = null): Failure => ({
  is,
  code: 'CODE',
  message: '',
  fields: [],
  retryAt,
})
const answer = (is: Failure['is'], more: Partial<RespondInput> = {}, retryAt: string | null = null) =>
  respond({ failure: failure(is, retryAt), scope: 'row', attempts: 0, maxAttempts: 10, now, jitter: 0, ...more })

test.each<[Failure['is'], RespondInput['scope'], string]>([
  ['invalid', 'row', 'fail'],
  ['invalid', 'call', 'fail'],
  ['stale', 'row', 'replan'],
  ['throttled', 'row', 'pause'],
  ['unavailable', 'row', 'retry'],
  ['unavailable', 'call', 'pause'],
  ['uncertain', 'row', 'retry'],
  ['denied', 'row', 'fail'],
  ['denied', 'call', 'pause'],
])('%s of a %s: %s', (is, scope, next) => {
  expect(answer(is, { scope }).do).toBe(next)
})

describe('a lost race', () => {
  test.each([
    [0, 'replan'],
    [2, 'replan'],
    [3, 'retry'],
    [9, 'retry'],
    [10, 'fail'],
  ])('after %i tries: %s', (attempts, next) => {
    expect(answer('stale', { attempts }).do).toBe(next)
  })
})

describe('a throttling remote', () => {
  const until = (retryAt: string | null) => answer('throttled', {}, retryAt)

  test('is asked again when it says', () => {
    expect(until('2026-01-01T01:00:00.000Z')).toMatchObject({ until: '2026-01-01T01:00:00.000Z' })
  })
  test('is given half a minute when it does not say', () => {
    expect(until(null)).toMatchObject({ until: '2026-01-01T00:00:30.000Z' })
    expect(until('soon')).toMatchObject({ until: '2026-01-01T00:00:30.000Z' })
  })
  test('is never asked at once, whatever its clock says', () => {
    expect(until('2025-01-01T00:00:00.000Z')).toMatchObject({ until: '2026-01-01T00:00:01.000Z' })
  })
})

test('retries double from a second to five minutes; jitter takes up to half', () => {
  expect([0, 1, 2, 8, 9, 1000].map(attempts => backoffMs(attempts, 0))).toEqual([
    1000, 2000, 4000, 256000, 300000, 300000,
  ])
  expect(backoffMs(0, 1)).toBe(500)
})
