/** The fuzzer at short length; `node emulators/commercetools/test/fuzz.ts` is the long one. */
import { expect, test } from 'vitest'
import { fuzz } from './fuzz.ts'

test('no request of three hundred made-up ones makes the emulator fail', async () => {
  const { cases, byStatus, problem } = await fuzz(300, 7)
  expect(problem).toBeNull()
  expect(cases).toBe(300)
  // Noise alone would not get past the first check.
  expect(byStatus[200]).toBeGreaterThan(30)
  expect(byStatus[201]).toBeGreaterThan(10)
  expect(byStatus[400]).toBeGreaterThan(30)
})
