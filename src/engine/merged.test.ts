/** What people do to linked records in Salesforce: merge them, delete them, bring them back. */
import { describe, expect, it } from 'vitest'
import { memoryWorld, personMapping } from '../../test/memory/world.ts'
import type { FieldOwnership, GonePolicy, Mapping } from '../model/mapping.ts'
import { pollOnce } from './poll.ts'

const anna = { firstName: 'Anna', lastName: 'Beck', email: 'anna@example.com', note: null }

const mapping = (whenGone?: GonePolicy, owner: FieldOwnership = 'latest'): Mapping => ({
  ...personMapping,
  ...(whenGone === undefined ? {} : { whenGone }),
  parts: personMapping.parts.map(part => ({
    ...part,
    fields: part.fields.map(rule => (rule.crm === 'FirstName' ? { ...rule, owner } : rule)),
  })),
})

async function linked(whenGone?: GonePolicy, owner?: FieldOwnership) {
  const world = memoryWorld({ mappings: [mapping(whenGone, owner)] })
  await world.shopper.saves('demo/1', anna)
  await world.quiet()
  await pollOnce(world.engine, ['Contact'], new AbortController().signal)
  const contact = world.contact('demo/1')
  if (contact === undefined) throw new Error('no contact')
  return {
    ...world,
    contactId: contact.id,
    /** Something happens in Salesforce, and the poll tells. */
    async happens(what: () => void): Promise<void> {
      world.clock.advance(1_000)
      what()
      await pollOnce(world.engine, ['Contact'], new AbortController().signal)
      await world.quiet()
    },
    link: async () =>
      (await world.store.links([{ side: 'commerce', type: 'customer', id: 'demo/1' }])).find(
        one => one.role === 'contact',
      ),
    open: () => world.store.conflictRows.filter(one => one.state === 'open'),
    rowOf: (id: string) => world.crm.rows.get(id)?.fields,
    async firstName() {
      const ref = { side: 'commerce', type: 'customer', id: 'demo/1' } as const
      const [found] = await world.commerce.read([ref], [], { correlationId: '', signal: new AbortController().signal })
      return found?.state === 'present' ? found.body.firstName : null
    },
  }
}

describe('a merge in Salesforce', () => {
  it('is followed: the link, our key and what is commerce’s go to the survivor, and its edits flow back', async () => {
    const world = await linked()
    const survivor = world.crm.make('Contact', { FirstName: 'Annika', LastName: 'Old', Email: 'anna@example.com' })
    await world.happens(() => world.crm.remove(world.contactId, survivor.id))
    expect((await world.link())?.crm.id).toBe(survivor.id)
    expect(world.rowOf(survivor.id)).toMatchObject({ CT_Id__c: 'demo/1', LastName: 'Beck', FirstName: 'Annika' })
    expect(await world.firstName()).toBe('Annika')
    expect(world.open()).toEqual([])
    await world.shopper.saves('demo/1', { ...anna, lastName: 'Huber' })
    await world.quiet()
    expect(world.rowOf(survivor.id)).toMatchObject({ LastName: 'Huber' })
    expect(world.crm.of('Contact').filter(row => !row.deleted)).toHaveLength(1)
  })

  it('that nobody told of is found by the write that meets it', async () => {
    const world = await linked()
    const survivor = world.crm.make('Contact', { LastName: 'Old', Email: 'anna@example.com' })
    world.crm.remove(world.contactId, survivor.id)
    await world.shopper.saves('demo/1', { ...anna, lastName: 'Huber' })
    await world.quiet()
    expect(world.rowOf(survivor.id)).toMatchObject({ CT_Id__c: 'demo/1', LastName: 'Huber' })
    expect(world.open()).toEqual([])
  })

  it('of two linked records asks a person, and overwrites neither', async () => {
    const world = await linked()
    await world.shopper.saves('demo/2', { ...anna, firstName: 'Bea', email: 'bea@example.com' })
    await world.quiet()
    const other = world.contact('demo/2')
    await world.happens(() => world.crm.remove(world.contactId, other?.id ?? ''))
    expect(world.open()).toMatchObject([{ kind: 'claimed', source: { id: 'demo/1' }, candidates: [{ id: other?.id }] }])
    expect(world.rowOf(other?.id ?? '')).toMatchObject({ FirstName: 'Bea', CT_Id__c: 'demo/2' })
    await world.shopper.saves('demo/2', { ...anna, firstName: 'Bea', lastName: 'New', email: 'bea@example.com' })
    await world.quiet()
    expect(world.rowOf(other?.id ?? '')).toMatchObject({ LastName: 'New' })
  })
})

describe('a deletion in Salesforce', () => {
  it('asks a person by default, and is over when the record is brought back', async () => {
    const world = await linked()
    await world.happens(() => world.crm.remove(world.contactId))
    expect(world.open()).toMatchObject([{ kind: 'deleted' }])
    await world.happens(() => {
      const row = world.crm.rows.get(world.contactId)
      if (row !== undefined) row.deleted = false
      world.crm.edit(world.contactId, { FirstName: 'Back' })
    })
    expect(world.open()).toEqual([])
    expect(await world.firstName()).toBe('Back')
  })

  it('is undone where the policy says so', async () => {
    const world = await linked('recreate')
    await world.happens(() => world.crm.remove(world.contactId))
    const link = await world.link()
    expect(link?.crm.id).not.toBe(world.contactId)
    expect(world.rowOf(link?.crm.id ?? '')).toMatchObject({ LastName: 'Beck', CT_Id__c: 'demo/1' })
    expect(world.open()).toEqual([])
  })

  it('is let be where the policy says so, also when the shop changes the record', async () => {
    const world = await linked('unlink')
    await world.happens(() => world.crm.remove(world.contactId))
    await world.shopper.saves('demo/1', { ...anna, lastName: 'Huber' })
    await world.quiet()
    expect(world.crm.of('Contact').filter(row => !row.deleted)).toEqual([])
    expect(world.open()).toEqual([])
    expect(world.store.failureRows).toEqual([])
  })
})
