import { describe, expect, it } from 'vitest'
import { failure } from '../../test/memory/systems.ts'
import { memoryWorld, personMapping } from '../../test/memory/world.ts'
import { sync } from './sync.ts'

const anna = { firstName: 'Anna', lastName: 'Beck', email: 'anna@example.com', note: 'met at the fair' }

describe('a pass', () => {
  it('turns a new customer into an Account and a Contact that names it, in one call', async () => {
    const world = memoryWorld()
    await world.shopper.saves('demo/1', anna)
    expect(await world.pass()).toMatchObject({ rows: 1, created: 2, failed: 0 })
    expect(world.account('demo/1')?.fields.Name).toBe('Anna Beck')
    expect(world.contact('demo/1')?.fields).toMatchObject({
      FirstName: 'Anna',
      LastName: 'Beck',
      AccountId: world.account('demo/1')?.id,
    })
    expect(world.writes()).toEqual([{ what: 'write', rows: 2 }])
    expect(world.store.dirtyRows.size).toBe(0)
    expect(world.store.linkRows.size).toBe(2)
  })

  it('sends only the field that changed, and asks Salesforce nothing first', async () => {
    const world = memoryWorld()
    await world.shopper.saves('demo/1', anna)
    await world.quiet()
    world.crm.calls.length = 0
    await world.shopper.saves('demo/1', { ...anna, email: 'anna@example.org' })
    expect(await world.pass()).toMatchObject({ updated: 1, unchanged: 1 })
    expect(world.crm.calls).toEqual([{ what: 'write', rows: 1 }])
    expect(world.contact('demo/1')?.fields.Email).toBe('anna@example.org')
  })

  it('sends nothing when nothing that is mapped changed', async () => {
    const world = memoryWorld()
    await world.shopper.saves('demo/1', anna)
    await world.quiet()
    world.crm.calls.length = 0
    await world.shopper.saves('demo/1', { ...anna, unmapped: 'x' })
    expect(await world.pass()).toMatchObject({ unchanged: 2 })
    expect(world.crm.calls).toEqual([])
  })

  it('drops a delivery that comes again', async () => {
    const world = memoryWorld()
    const ref = await world.shopper.saves('demo/1', anna)
    await world.quiet()
    await world.announce(ref, { version: 1 })
    expect(await world.pass()).toBeNull()
  })

  it('carries 1,000 new customers in two writing calls', async () => {
    const world = memoryWorld()
    for (let at = 0; at < 1_000; at++) await world.shopper.saves(`demo/${at}`, { ...anna, email: `a${at}@example.com` })
    expect(await world.pass()).toMatchObject({ rows: 1_000, created: 2_000 })
    expect(world.writes().map(call => call.rows)).toEqual([1_000, 1_000])
  })

  it('carries 1,000 changes of linked customers in one call', async () => {
    const world = memoryWorld()
    for (let at = 0; at < 1_000; at++) await world.shopper.saves(`demo/${at}`, { ...anna, email: `a${at}@example.com` })
    await world.quiet()
    world.crm.calls.length = 0
    for (let at = 0; at < 1_000; at++) await world.shopper.saves(`demo/${at}`, { ...anna, email: `b${at}@example.com` })
    await world.quiet()
    expect(world.crm.calls).toEqual([{ what: 'write', rows: 1_000 }])
  })

  it('leaves the few records to the next full pass that would make a call of their own', async () => {
    const world = memoryWorld()
    const people = Array.from({ length: 1_000 }, (_, at) => `demo/${at}`)
    for (const id of people) await world.shopper.saves(id, { ...anna, email: `${people.indexOf(id)}@example.com` })
    await world.quiet()
    world.crm.calls.length = 0
    // A name is the Account's and the Contact's: two of these customers need two rows each.
    for (const [at, id] of people.entries())
      await world.shopper.saves(id, { ...anna, ...(at < 2 && { firstName: 'Ann' }), email: `new.${at}@example.com` })
    expect(await world.pass()).toMatchObject({ rows: 1_000, updated: 1_000 })
    expect(world.writes()).toEqual([{ what: 'write', rows: 1_000 }])
    expect(world.store.dirtyRows.size).toBe(2)
    expect([...world.store.dirtyRows.values()].map(row => row.attempts)).toEqual([0, 0])
    expect(await world.pass()).toMatchObject({ rows: 2, updated: 2 })
  })

  it('leaves a field that was seeded to the salesperson', async () => {
    const world = memoryWorld()
    await world.shopper.saves('demo/1', anna)
    await world.quiet()
    const contact = world.contact('demo/1')
    expect(contact?.fields.Description).toBe('met at the fair')
    world.crm.edit(contact?.id ?? '', { Description: 'prefers mornings' })
    await world.shopper.saves('demo/1', { ...anna, note: 'changed in the shop' })
    await world.quiet()
    expect(world.contact('demo/1')?.fields.Description).toBe('prefers mornings')
  })

  it('writes a fallback at creation only', async () => {
    const world = memoryWorld()
    await world.shopper.saves('demo/1', { email: 'no.name@example.com' })
    await world.quiet()
    const contact = world.contact('demo/1')
    expect(contact?.fields.LastName).toBe('no.name')
    world.crm.edit(contact?.id ?? '', { LastName: 'Novak' })
    await world.shopper.saves('demo/1', { email: 'new@example.com' })
    await world.quiet()
    expect(world.contact('demo/1')?.fields).toMatchObject({ LastName: 'Novak', Email: 'new@example.com' })
  })

  it('finds its own record again when the links are lost, and writes only what differs', async () => {
    const world = memoryWorld()
    await world.shopper.saves('demo/1', anna)
    await world.quiet()
    world.store.linkRows.clear()
    world.crm.calls.length = 0
    await world.shopper.saves('demo/1', { ...anna, firstName: 'Anne' })
    await world.quiet()
    expect(world.crm.of('Contact')).toHaveLength(1)
    expect(world.crm.calls).toEqual([
      { what: 'find', rows: 2 },
      { what: 'write', rows: 2 },
    ])
    expect(world.store.linkRows.size).toBe(2)
  })
})

describe('a pass that meets trouble', () => {
  it('lists what Salesforce refuses, with the reason, and settles it until something changes', async () => {
    const world = memoryWorld()
    world.crm.fault = row =>
      row.object === 'Contact' && row.fields.Email === 'bad' ? failure('invalid', 'INVALID_EMAIL_ADDRESS') : null
    await world.shopper.saves('demo/1', { ...anna, email: 'bad' })
    await world.shopper.saves('demo/2', anna)
    expect(await world.pass()).toMatchObject({ failed: 1, created: 3 })
    expect(world.store.failureRows).toMatchObject([
      { source: { id: 'demo/1' }, role: 'contact', failure: { code: 'INVALID_EMAIL_ADDRESS' }, state: 'open' },
    ])
    expect(world.store.dirtyRows.size).toBe(0)
    await world.shopper.saves('demo/1', anna)
    await world.quiet()
    expect(world.store.failureRows[0]?.state).toBe('resolved')
    expect(world.contact('demo/1')?.fields.Email).toBe('anna@example.com')
  })

  it('does not send a Contact whose Account was refused, nor loop over it', async () => {
    const world = memoryWorld()
    world.crm.fault = row => (row.object === 'Account' ? failure('invalid', 'FIELD_CUSTOM_VALIDATION_EXCEPTION') : null)
    await world.shopper.saves('demo/1', anna)
    await world.quiet()
    expect(world.writes()).toHaveLength(1)
    expect(world.store.failureRows.map(one => one.role)).toEqual(['account'])
  })

  it('reads before it writes again when a write was not answered', async () => {
    const world = memoryWorld()
    let lost = true
    world.crm.fault = () => (lost ? 'lost' : null)
    await world.shopper.saves('demo/1', anna)
    await world.pass()
    lost = false
    await world.quiet()
    expect(world.crm.of('Contact')).toHaveLength(1)
    expect(world.store.linkRows.size).toBe(2)
    expect(world.writes()).toHaveLength(1)
  })

  it('finds what a dead worker left behind', async () => {
    const world = memoryWorld()
    await world.shopper.saves('demo/1', anna)
    await world.quiet()
    await world.shopper.saves('demo/1', { ...anna, firstName: 'Anne' })
    await world.store.claim({ side: 'commerce', limit: 10, leaseMs: 1, lanes: ['live'] })
    const contact = world.contact('demo/1')
    world.crm.edit(contact?.id ?? '', { FirstName: 'Anne' })
    world.store.expire()
    world.crm.calls.length = 0
    await world.quiet()
    expect(world.writes().reduce((sum, call) => sum + call.rows, 0)).toBe(1)
    expect(world.account('demo/1')?.fields.Name).toBe('Anne Beck')
  })

  it('pauses, burns no attempt and loses nothing while Salesforce says it is denied', async () => {
    const world = memoryWorld()
    world.crm.fault = () => shared
    const shared = failure('denied', 'INVALID_SESSION_ID')
    await world.shopper.saves('demo/1', anna)
    await world.pass()
    expect([...world.store.dirtyRows.values()][0]).toMatchObject({ attempts: 0, token: null })
    world.crm.fault = () => null
    await world.quiet()
    expect(world.contact('demo/1')).toBeDefined()
  })

  it('gives rows back when commercetools cannot be read', async () => {
    const world = memoryWorld()
    world.commerce.put('demo/1', anna)
    await world.announce({ side: 'commerce', type: 'customer', id: 'demo/1' }, { version: 1 })
    world.commerce.failWith = failure('unavailable', '503')
    await world.pass()
    expect([...world.store.dirtyRows.values()][0]?.token).toBeNull()
    world.commerce.failWith = null
    await world.quiet()
    expect(world.contact('demo/1')).toBeDefined()
  })

  it('reads again when the snapshot is older than announced', async () => {
    const world = memoryWorld()
    const ref = world.commerce.put('demo/1', anna)
    await world.announce(ref, { version: 2 })
    expect(await world.pass()).toMatchObject({ created: 0 })
    world.commerce.put('demo/1', { ...anna, firstName: 'Anne' })
    await world.quiet()
    expect(world.contact('demo/1')?.fields.FirstName).toBe('Anne')
  })

  it('lists a record that was announced and is never there', async () => {
    const world = memoryWorld()
    await world.announce({ side: 'commerce', type: 'customer', id: 'demo/ghost' }, { version: 1 })
    await world.quiet()
    expect(world.store.failureRows).toMatchObject([{ failure: { code: 'NOT_IN_COMMERCE' } }])
  })

  it('takes everything being absent for a wrong scope, not for a mass deletion', async () => {
    const world = memoryWorld()
    for (let at = 0; at < 20; at++)
      await world.announce({ side: 'commerce', type: 'customer', id: `demo/${at}` }, { version: 1 })
    await world.pass()
    expect(world.failures).toEqual(['denied ALL_ABSENT'])
    expect(world.store.dirtyRows.size).toBe(20)
  })

  it('unlinks a customer who is deleted, and leaves the Contact', async () => {
    const world = memoryWorld()
    await world.shopper.saves('demo/1', anna)
    await world.quiet()
    await world.shopper.leaves('demo/1')
    await world.quiet()
    expect(world.store.linkRows.size).toBe(0)
    expect(world.contact('demo/1')).toBeDefined()
  })

  it('asks a person when the linked Contact was deleted in Salesforce, and recreates it when told to', async () => {
    const world = memoryWorld()
    const ref = await world.shopper.saves('demo/1', anna)
    await world.quiet()
    const contact = world.contact('demo/1')
    if (contact) contact.deleted = true
    await world.shopper.saves('demo/1', { ...anna, firstName: 'Anne' })
    await world.quiet()
    const [conflict] = world.store.conflictRows
    expect(conflict).toMatchObject({ kind: 'deleted', role: 'contact', state: 'open', source: ref })
    await world.store.decide(conflict?.id ?? '', { do: 'create' }, 'a person', 'c')
    await world.quiet()
    expect(world.contact('demo/1')?.fields.FirstName).toBe('Anne')
  })

  it('links to the record a person chose, wherever it is, and goes on from there', async () => {
    const world = memoryWorld()
    await world.shopper.saves('demo/1', anna)
    await world.quiet()
    const contact = world.contact('demo/1')
    if (contact) contact.deleted = true
    world.crm.rows.set('Contact-other', {
      id: 'Contact-other',
      object: 'Contact',
      fields: { FirstName: 'Anna', LastName: 'Beck' },
      modified: 0,
      deleted: false,
    })
    await world.shopper.saves('demo/1', { ...anna, firstName: 'Anne' })
    await world.quiet()
    await world.store.decide(
      world.store.conflictRows[0]?.id ?? '',
      { do: 'link', crm: { side: 'crm', type: 'Contact', id: 'Contact-other' } },
      'a person',
      'c',
    )
    await world.quiet()
    expect(world.crm.rows.get('Contact-other')?.fields).toMatchObject({
      CT_Id__c: 'demo/1',
      FirstName: 'Anne',
      Email: 'anna@example.com',
    })
    expect(world.crm.of('Contact')).toHaveLength(1)
    await world.shopper.saves('demo/1', { ...anna, firstName: 'Annette' })
    await world.quiet()
    expect(world.crm.rows.get('Contact-other')?.fields.FirstName).toBe('Annette')
  })

  it('ignores for good what a person said to ignore', async () => {
    const world = memoryWorld()
    await world.shopper.saves('demo/1', anna)
    await world.quiet()
    const contact = world.contact('demo/1')
    if (contact) contact.deleted = true
    await world.shopper.saves('demo/1', { ...anna, firstName: 'Anne' })
    await world.quiet()
    await world.store.decide(world.store.conflictRows[0]?.id ?? '', { do: 'ignore' }, 'a person', 'c')
    await world.quiet()
    for (const firstName of ['Annette', 'Anke']) {
      await world.shopper.saves('demo/1', { ...anna, firstName })
      await world.quiet()
    }
    expect(world.crm.of('Contact')).toHaveLength(0)
    expect(world.store.conflictRows.filter(one => one.state === 'open')).toEqual([])
    expect(world.account('demo/1')?.fields.Name).toBe('Anke Beck')
  })

  it('holds the Contact back while its Account waits for a person, without waiting for itself', async () => {
    const world = memoryWorld()
    for (const id of ['Account-a', 'Account-b'])
      world.crm.rows.set(id, { id, object: 'Account', fields: { CT_Id__c: 'demo/1' }, modified: 0, deleted: false })
    await world.shopper.saves('demo/1', anna)
    await world.quiet()
    expect(world.store.conflictRows).toMatchObject([{ kind: 'ambiguous', role: 'account', state: 'open' }])
    expect(world.crm.of('Contact')).toHaveLength(0)
    await world.store.decide(
      world.store.conflictRows[0]?.id ?? '',
      { do: 'link', crm: { side: 'crm', type: 'Account', id: 'Account-b' } },
      'a person',
      'c',
    )
    await world.quiet()
    expect(world.contact('demo/1')?.fields.AccountId).toBe('Account-b')
  })

  it('does not come back at once when Salesforce refuses the whole question', async () => {
    const world = memoryWorld()
    await world.shopper.saves('demo/1', anna)
    world.commerce.failWith = failure('invalid', 'MALFORMED_QUERY')
    const claim = await world.store.claim({ side: 'commerce', limit: 10, leaseMs: 60_000, lanes: ['live'] })
    if (claim === null) throw new Error('nothing claimed')
    const { pause } = await sync(world.engine, claim, {
      leaseStartMs: 0,
      troubles: 0,
      signal: new AbortController().signal,
    })
    expect(Date.parse(pause?.until ?? '') - Date.parse(world.clock.now())).toBeGreaterThan(10_000)
  })

  it('sets a record aside that meets a bug, and serves its neighbours', async () => {
    const world = memoryWorld({
      mappings: [
        {
          ...personMapping,
          parts: personMapping.parts.map(part => ({
            ...part,
            fields: part.fields.map(rule =>
              rule.crm === 'FirstName'
                ? {
                    ...rule,
                    codec: {
                      name: 'broken',
                      doc: '',
                      toCrm: value => {
                        if (value === 'boom') throw new TypeError('a bug')
                        return { is: 'value', value: value as string | null }
                      },
                    },
                  }
                : rule,
            ),
          })),
        },
      ],
    })
    await world.shopper.saves('demo/1', anna)
    await world.shopper.saves('demo/2', { ...anna, firstName: 'boom' })
    await world.shopper.saves('demo/3', anna)
    await world.quiet()
    expect(world.crm.of('Contact')).toHaveLength(2)
    expect(world.store.failureRows).toMatchObject([{ source: { id: 'demo/2' }, failure: { code: 'QUARANTINED' } }])
  })

  it('marks every customer that shows a group when the group changes', async () => {
    const world = memoryWorld()
    await world.shopper.saves('demo/1', anna)
    await world.quiet()
    await world.announce({ side: 'commerce', type: 'customer-group', id: 'demo/g1' }, { version: 2 })
    await world.pass()
    expect([...world.store.dirtyRows.values()]).toMatchObject([{ ref: { id: 'demo/1' }, forced: 1 }])
  })
})
