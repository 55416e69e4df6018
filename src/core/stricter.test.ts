import { expect, test } from 'vitest'
import { stricter } from './stricter.ts'

test.each([
  [true, false, 'commerce'],
  [false, true, 'crm'],
  [true, true, 'commerce'],
  [null, false, 'crm'],
  [false, null, 'commerce'],
  [null, null, 'commerce'],
  ['unknown', true, 'crm'],
] as const)('commerce %s, Salesforce %s: %s', (commerce, crm, side) => {
  expect(stricter([true, false], commerce, crm)).toBe(side)
})
