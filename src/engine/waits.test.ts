import { describe, expect, it, vi } from 'vitest'
import { memoryWorld, personMapping } from '../../test/memory/world.ts'
import type { Mapping } from '../model/mapping.ts'
import { refKey } from '../model/resource.ts'

/** A third part of a person, which belongs to another record of commercetools. */
const withMembership: Mapping = {
  ...personMapping,
  parts: [
    ...personMapping.parts,
    {
      role: 'membership',
      object: 'Membership__c',
      match: [{ by: 'external-id', crm: 'CT_Id__c', commerce: 'key' }],
      fields: [],
      links: [
        {
          crm: 'Company__c',
          relationship: 'Company__r',
          mapping: 'customer-person',
          role: 'account',
          of: { type: 'customer', id: 'company' },
          owner: 'seed',
          required: true,
        },
      ],
      defaults: {},
    },
  ],
}

describe('a record of which one part waits while others are written', () => {
  it('is told to wait by the save that lets go of it, whose wake-up it would miss otherwise', async () => {
    const world = memoryWorld({ mappings: [withMembership] })
    const save = vi.spyOn(world.store, 'save')
    // So many that Accounts and Contacts travel in different calls: most people are saved twice.
    for (let at = 0; at < 1_000; at++)
      await world.shopper.saves(`demo/${at}`, {
        firstName: 'Anna',
        lastName: 'Beck',
        email: `a${at}@example.com`,
        company: 'not-there-yet',
      })
    expect(await world.pass()).toMatchObject({ rows: 1_000, created: 2_000, waiting: 1_000 })
    const waiting = new Set<string>()
    let kept = 0
    for (const [, { rows, waits }] of save.mock.calls) {
      const freed = new Set(rows.filter(row => row.do === 'free').map(({ ref }) => refKey(ref)))
      kept += rows.filter(row => row.do === 'keep').length
      expect(waits.filter(wait => !freed.has(refKey(wait.waiting)))).toEqual([])
      for (const wait of waits) waiting.add(refKey(wait.waiting))
    }
    expect(kept).toBeGreaterThan(0)
    expect(waiting.size).toBe(1_000)
  })
})
