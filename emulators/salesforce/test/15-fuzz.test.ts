// A short draw of what fuzz/main.ts does at length: no body, no SOQL, no CSV and no call of the Pub/Sub API is answered with
// a failure of the emulator's own or ends the process.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { FUZZED, fuzz, KINDS } from './fuzz/run.ts'
import { type Wire, wire } from './org.ts'

let org: Wire & AsyncDisposable
const rejections: unknown[] = []
const note = (error: unknown): void => void rejections.push(error)

beforeAll(async () => {
  process.on('unhandledRejection', note)
  org = await wire({ org: { ...FUZZED, apiLimit: 1_000_000 }, grpcPort: 0 })
})
afterAll(async () => {
  process.off('unhandledRejection', note)
  await org[Symbol.asyncDispose]()
})

const CASES = { bodies: 150, soql: 150, csv: 60, grpc: 600 }

test.each(KINDS)('%s', async kind => {
  const { cases, replies, stored } = await fuzz(org).run(kind, CASES[kind], 7)
  expect(cases).toBeGreaterThanOrEqual(60)
  // Some of what is drawn must be sensible, or only the front door is tried.
  expect(replies[200] ?? 0).toBeGreaterThan(0)
  if (kind === 'csv') expect(stored).toBeGreaterThan(0)
  expect(rejections).toEqual([])
})
