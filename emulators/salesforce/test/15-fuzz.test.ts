// A short draw of what fuzz/main.ts does at length: no body, no SOQL and no CSV is answered with a 500 or ends the process.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { fuzz, KINDS } from './fuzz/run.ts'
import { type Wire, wire } from './org.ts'

let org: Wire & AsyncDisposable
const rejections: unknown[] = []
const note = (error: unknown): void => void rejections.push(error)

beforeAll(async () => {
  process.on('unhandledRejection', note)
  org = await wire({ org: { apiLimit: 1_000_000, bulkQueueMs: 0, bulkRecordMs: 0.1 } })
})
afterAll(async () => {
  process.off('unhandledRejection', note)
  await org[Symbol.asyncDispose]()
})

test.each(KINDS)('%s', async kind => {
  const { cases, replies, stored } = await fuzz(org).run(kind, kind === 'csv' ? 60 : 150, 7)
  expect(cases).toBeGreaterThanOrEqual(60)
  // Some of what is drawn must be sensible, or only the front door is tried.
  expect(replies[200] ?? 0).toBeGreaterThan(0)
  if (kind === 'csv') expect(stored).toBeGreaterThan(0)
  expect(rejections).toEqual([])
})
