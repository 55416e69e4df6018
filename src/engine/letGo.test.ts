import { describe, expect, it } from 'vitest'
import { memoryWorld, personMapping } from '../../test/memory/world.ts'
import type { DeletionPolicy, Mapping } from '../model/mapping.ts'

const anna = { firstName: 'Anna', lastName: 'Beck', email: 'anna@example.com', note: 'met at the fair' }

const mappingFor = (deletion: DeletionPolicy, more: Partial<Mapping> = {}): Mapping => ({
  ...personMapping,
  parts: personMapping.parts.map(part => ({
    ...part,
    deactivate: { CT_Deleted_At__c: { at: 'deletion' }, Status__c: 'gone' },
    ...(part.object === 'Account' && { takesAlong: [{ object: 'Contact', field: 'AccountId' }] }),
  })),
  deletion,
  ...more,
})

async function given(deletion: DeletionPolicy, more: Partial<Mapping> = {}) {
  const world = memoryWorld({ mappings: [mappingFor(deletion, more)], maxAttempts: 3 })
  await world.shopper.saves('demo/1', anna)
  await world.shopper.saves('demo/2', { ...anna, firstName: 'Bea', email: 'bea@example.com' })
  await world.quiet()
  world.crm.calls.length = 0
  const rowOf = (object: string, key = 'demo/1') => {
    const row = [...world.crm.rows.values()].find(one => one.object === object && one.fields.CT_Id__c === key)
    if (row === undefined) throw new Error(`no ${object}`)
    return row
  }
  const rows = { contact: rowOf('Contact'), account: rowOf('Account') }
  const erases = async (): Promise<void> => {
    world.commerce.remove('demo/1')
    await world.erased('demo/1')
  }
  return { ...world, ...rows, erases, quiet: () => world.quiet() }
}

const linksOf = (world: { store: { linkRows: Map<string, { commerce: { id: string } }> } }) =>
  [...world.store.linkRows.values()].filter(link => link.commerce.id === 'demo/1').length

describe('a customer who is deleted', () => {
  it('ignore: nothing is written and the links stay', async () => {
    const world = await given('ignore')
    await world.shopper.leaves('demo/1')
    await world.quiet()
    expect(world.crm.calls).toEqual([])
    expect(linksOf(world)).toBe(2)
  })

  it('unlink: nothing is written and the links go', async () => {
    const world = await given('unlink')
    await world.shopper.leaves('demo/1')
    await world.quiet()
    expect(world.crm.calls).toEqual([])
    expect(linksOf(world)).toBe(0)
  })

  it('deactivate: both records say so, keep everything else, and are linked no more', async () => {
    const world = await given('deactivate')
    await world.shopper.leaves('demo/1')
    await world.quiet()
    for (const row of [world.contact, world.account])
      expect(row.fields).toMatchObject({ Status__c: 'gone', CT_Deleted_At__c: expect.stringMatching(/^2026-/) })
    expect(world.contact.fields).toMatchObject({ LastName: 'Beck', CT_Id__c: 'demo/1' })
    expect(linksOf(world)).toBe(0)
    expect(world.writes()).toEqual([{ what: 'write', rows: 2 }])
  })

  it('anonymise: what tells who it was is emptied, whoever owns it; the key stays', async () => {
    const world = await given('anonymise')
    await world.shopper.leaves('demo/1')
    await world.quiet()
    expect(world.contact.fields).toMatchObject({
      FirstName: null,
      LastName: 'Anonymised',
      Email: null,
      Description: null,
      CT_Id__c: 'demo/1',
      AccountId: world.account.id,
    })
    expect(world.account.fields.Name).toBe('Anonymised')
    expect(JSON.stringify([world.contact, world.account])).not.toMatch(/Anna|Beck|fair/)
    expect(world.contact.deleted || world.account.deleted).toBe(false)
    expect(linksOf(world)).toBe(0)
    expect(world.crm.of('Contact').find(row => row.fields.CT_Id__c === 'demo/2')?.fields.FirstName).toBe('Bea')
  })

  it('anonymise: a field that is declared not to be personal stays', async () => {
    const parts = mappingFor('anonymise').parts.map(part => ({
      ...part,
      fields: part.fields.map(rule => (rule.crm === 'Description' ? { ...rule, personal: false } : rule)),
    }))
    const world = await given('anonymise', { parts })
    await world.shopper.leaves('demo/1')
    await world.quiet()
    expect(world.contact.fields.Description).toBe('met at the fair')
  })

  it('delete: the Contact, then its Account, in one call', async () => {
    const world = await given('delete')
    const order: string[] = []
    world.crm.fault = row => {
      order.push(`${row.do} ${row.object}`)
      return null
    }
    await world.shopper.leaves('demo/1')
    await world.quiet()
    expect(order).toEqual(['delete Contact', 'delete Account'])
    expect([world.contact.deleted, world.account.deleted]).toEqual([true, true])
    expect(world.writes()).toEqual([{ what: 'write', rows: 2 }])
    expect(linksOf(world)).toBe(0)
  })

  it('delete: an Account that others hang on is anonymised instead', async () => {
    const world = await given('delete')
    const other = world.crm.of('Contact').find(row => row.fields.CT_Id__c === 'demo/2')
    world.crm.edit(other?.id ?? '', { AccountId: world.account.id })
    await world.shopper.leaves('demo/1')
    await world.quiet()
    expect([world.contact.deleted, world.account.deleted]).toEqual([true, false])
    expect(world.account.fields.Name).toBe('Anonymised')
    expect(other?.deleted).toBe(false)
    expect(linksOf(world)).toBe(0)
  })

  it.each(['deactivate', 'anonymise', 'delete'] as const)('%s: a record that is gone already is done', async how => {
    const world = await given(how)
    world.contact.deleted = true
    await world.shopper.leaves('demo/1')
    await world.quiet()
    expect(linksOf(world)).toBe(0)
    expect(world.store.failureRows).toEqual([])
  })

  it('delete: a record that goes between the look and the write is done', async () => {
    const world = await given('delete')
    world.crm.fault = row => {
      if (row.object === 'Contact') world.contact.deleted = true
      return null
    }
    await world.shopper.leaves('demo/1')
    await world.quiet()
    expect(linksOf(world)).toBe(0)
    expect(world.store.failureRows).toEqual([])
  })

  it.each(['anonymise', 'delete'] as const)('%s: follows a record merge, but not into another customer', async how => {
    const world = await given(how)
    const survivor = world.crm.of('Contact').find(row => row.fields.CT_Id__c === 'demo/2')
    world.crm.remove(world.contact.id, survivor?.id ?? '')
    await world.shopper.leaves('demo/1')
    await world.quiet()
    expect(survivor).toMatchObject({ deleted: false, fields: { FirstName: 'Bea' } })
    expect(linksOf(world)).toBe(0)
  })

  it('anonymise: follows a record merge into one that is nobody else', async () => {
    const world = await given('anonymise')
    world.crm.rows.set('Contact-x', {
      id: 'Contact-x',
      object: 'Contact',
      fields: { FirstName: 'Anna', LastName: 'Beck' },
      modified: 0,
      deleted: false,
    })
    world.crm.remove(world.contact.id, 'Contact-x')
    await world.shopper.leaves('demo/1')
    await world.quiet()
    expect(world.crm.rows.get('Contact-x')?.fields).toMatchObject({ FirstName: null, LastName: 'Anonymised' })
  })

  it.each(['anonymise', 'delete'] as const)('%s: one that is refused is listed, and can be retried', async how => {
    const world = await given(how)
    world.crm.fault = row =>
      row.object === 'Contact' ? { is: 'invalid', code: 'LOCKED', message: 'no', fields: [], retryAt: null } : null
    await world.shopper.leaves('demo/1')
    await world.quiet()
    const open = world.store.failureRows.filter(one => one.state === 'open')
    expect(open).toMatchObject([{ role: 'contact', failure: { code: 'LOCKED' } }])
    world.crm.fault = () => null
    await world.store.closeFailure(open[0]?.id ?? '', 'retry', 'c')
    await world.quiet()
    expect(linksOf(world)).toBe(0)
    expect(how === 'delete' ? world.contact.deleted : world.contact.fields.LastName === 'Anonymised').toBe(true)
    expect(world.store.failureRows.filter(one => one.state === 'open')).toEqual([])
  })

  it.each(['ignore', 'unlink', 'anonymise'] as const)('%s: closes what a person was asked of it', async how => {
    const parts = mappingFor(how).parts.map(part => ({
      ...part,
      fields: part.fields.map(rule => (rule.crm === 'FirstName' ? { ...rule, owner: 'review' as const } : rule)),
    }))
    const world = await given(how, { parts })
    world.crm.edit(world.contact.id, { FirstName: 'By sales' })
    await world.shopper.saves('demo/1', { ...anna, firstName: 'By the shop' })
    await world.quiet()
    expect(world.store.conflictRows).toMatchObject([{ role: 'contact', state: 'open' }])
    await world.shopper.leaves('demo/1')
    await world.quiet()
    expect(world.store.conflictRows.filter(one => one.state === 'open')).toEqual([])
  })

  it.each(['deactivate', 'anonymise', 'delete'] as const)(
    '%s: what sales makes of the record later stays',
    async how => {
      const world = await given(how)
      world.contact.deleted = how === 'delete'
      await world.shopper.leaves('demo/1')
      await world.quiet()
      world.contact.deleted = false
      world.crm.edit(world.contact.id, { LastName: 'New', Status__c: 'back' })
      await world.announce({ side: 'commerce', type: 'customer', id: 'demo/1' })
      await world.quiet()
      expect(world.contact).toMatchObject({ deleted: false, fields: { LastName: 'New', Status__c: 'back' } })
    },
  )

  it('told twice, it is written once', async () => {
    const world = await given('anonymise')
    await world.shopper.leaves('demo/1')
    await world.quiet()
    await world.shopper.leaves('demo/1')
    await world.quiet()
    expect(world.writes()).toHaveLength(1)
  })

  it('deactivate: an org without any of the fields pauses the lane and says what to deploy', async () => {
    const special = { updateable: false }
    const world = memoryWorld({
      mappings: [mappingFor('deactivate')],
      special: { CT_Deleted_At__c: special, Status__c: special },
    })
    await world.shopper.saves('demo/1', anna)
    await world.quiet()
    await world.shopper.leaves('demo/1')
    await world.pass()
    expect([...world.store.dirtyRows.keys()]).toHaveLength(1)
    expect(world.failures).toContain('denied NO_DEACTIVATE_FIELD')
  })
})

describe('a person who is to be erased', () => {
  it.each(['ignore', 'unlink', 'deactivate', 'delete'] as const)(
    'is anonymised although the policy is %s, and our key goes',
    async how => {
      const world = await given(how)
      await world.erases()
      await world.quiet()
      expect(world.contact.fields).toMatchObject({ LastName: 'Anonymised', Email: null, CT_Id__c: null })
      expect(world.account.fields).toMatchObject({ Name: 'Anonymised', CT_Id__c: null })
      expect(linksOf(world)).toBe(0)
    },
  )

  it('is deleted where erasure says so', async () => {
    const world = await given('ignore', { erasure: 'delete' })
    await world.erases()
    await world.quiet()
    expect([world.contact.deleted, world.account.deleted]).toEqual([true, true])
  })

  it.each(['ignore', 'unlink', 'anonymise'] as const)(
    'is erased although the deletion came before without that word (%s)',
    async how => {
      const world = await given(how)
      await world.shopper.leaves('demo/1')
      await world.quiet()
      await world.erases()
      await world.quiet()
      expect(world.contact.fields).toMatchObject({ LastName: 'Anonymised', Email: null, CT_Id__c: null })
      const writes = world.writes().length
      await world.erases()
      await world.quiet()
      expect(world.writes()).toHaveLength(writes)
    },
  )

  it('leaves no words in the story, and nothing open', async () => {
    const world = await given('unlink')
    world.crm.fault = () => ({ is: 'invalid', code: 'BAD', message: 'Beck is bad', fields: [], retryAt: null })
    await world.shopper.saves('demo/1', { ...anna, firstName: 'Ann' })
    await world.quiet()
    expect(JSON.stringify(world.store.journalRows)).toContain('Beck is bad')
    world.crm.fault = () => null
    await world.erases()
    await world.quiet()
    expect(JSON.stringify(world.store.journalRows)).not.toContain('Beck')
    expect(world.store.failureRows.filter(one => one.state === 'open')).toEqual([])
  })

  it('is listed when Salesforce refuses, and a retry erases', async () => {
    const world = await given('unlink')
    world.crm.fault = row =>
      row.object === 'Contact' ? { is: 'invalid', code: 'LOCKED', message: 'no', fields: [], retryAt: null } : null
    await world.erases()
    await world.quiet()
    const open = world.store.failureRows.filter(one => one.state === 'open')
    expect(open).toMatchObject([{ role: 'contact', failure: { code: 'ERASURE_FAILED' } }])
    world.crm.fault = () => null
    await world.store.closeFailure(open[0]?.id ?? '', 'retry', 'c')
    await world.quiet()
    expect(world.contact.fields).toMatchObject({ LastName: 'Anonymised', CT_Id__c: null })
    expect(linksOf(world)).toBe(0)
  })
})
