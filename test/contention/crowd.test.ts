/** The store under real processes that fight over a few records and are killed at random. */
import { describe, expect, it } from 'vitest'
import { databases, postgresMissing } from '../contract/databases.ts'
import { crowd } from './crowd.ts'

const server = databases.find(({ name }) => name === 'PostgreSQL')

describe.skipIf(server === undefined)(`A crowd of processes. ${postgresMissing ?? ''}`, () => {
  it.each([2, 4])(
    '%i of them lose nothing, run nothing twice at once, and leave nobody asleep',
    { timeout: 120_000 },
    async workers => {
      const at = await server?.open()
      if (at === undefined || at.url === null) throw new Error('skipped above')
      try {
        const seen = await crowd({ databaseUrl: at.url, workers, operations: 2_000, seed: workers })
        expect(seen.violations).toEqual([])
        expect(seen.left).toEqual({ lost: 0, dirty: 0, claims: 0, leases: 0, sleeping: 0, doubled: 0 })
        expect(seen.kills).toBeGreaterThan(workers)
        expect(seen.counts.waits).toBeGreaterThan(0)
        expect(seen.counts['reaches for a shared record']).toBeGreaterThan(0)
      } finally {
        await at.close()
      }
    },
  )
})
