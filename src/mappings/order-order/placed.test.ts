/** An order is old by the day it was placed, whichever system it was placed in. */
import { expect, test } from 'vitest'
import { placedWithin } from './placed.ts'

const now = '2026-03-31T12:00:00.000Z'
const isRecent = (order: Record<string, string>) => placedWithin(30)(order, { now, modifiedAt: now }).isRecent

test.each([
  ['placed on the last day', { createdAt: '2026-03-01T12:00:00.000Z' }, true],
  ['placed before it', { createdAt: '2026-03-01T11:59:59.999Z' }, false],
  ['imported today and placed long ago', { createdAt: now, completedAt: '2020-01-01T00:00:00.000Z' }, false],
  ['of no time', {}, true],
  ['of what is no time', { createdAt: 'yesterday' }, true],
])('%s', (_, order, recent) => {
  expect(isRecent(order as Record<string, string>)).toBe(recent)
})
