import { describe, expect, it } from 'vitest'
import { memoryWorld, personMapping } from '../../test/memory/world.ts'
import type { FieldOwnership, Mapping } from '../model/mapping.ts'
import { pollOnce } from './poll.ts'

/** A note that both the Account and the Contact show, and a name that only the Contact has. */
const mapping = (account: FieldOwnership, contact: FieldOwnership): Mapping => ({
  ...personMapping,
  parts: personMapping.parts.map(part => ({
    ...part,
    fields: [
      ...part.fields
        .filter(rule => rule.crm !== 'Description')
        .map(rule => ({ ...rule, owner: rule.crm === 'FirstName' ? ('latest' as const) : rule.owner })),
      { crm: 'Description', commerce: 'note', owner: part.role === 'account' ? account : contact },
    ],
  })),
})

async function given(account: FieldOwnership = 'latest', contact: FieldOwnership = 'latest') {
  const world = memoryWorld({ mappings: [mapping(account, contact)] })
  await world.shopper.saves('demo/1', { firstName: 'Anna', lastName: 'Beck', email: 'a@example.com', note: 'Zurich' })
  await world.quiet()
  const poll = () => pollOnce(world.engine, ['Account', 'Contact'], new AbortController().signal)
  await poll()
  await world.quiet()
  const edit = (object: 'Account' | 'Contact', fields: Record<string, string>): void => {
    world.clock.advance(1_000)
    world.crm.edit(world.crm.of(object)[0]?.id ?? '', fields)
  }
  const ref = { side: 'commerce', type: 'customer', id: 'demo/1' } as const
  return {
    ...world,
    edit,
    async settles(): Promise<void> {
      for (let turn = 0; turn < 3; turn++) {
        await poll()
        await world.quiet()
        // commercetools tells of our own writes, too.
        const [seen] = await world.commerce.read([ref], [], {
          correlationId: '',
          signal: new AbortController().signal,
        })
        if (seen?.state === 'present') await world.announce(ref, { version: seen.version })
        await world.quiet()
      }
    },
    async all() {
      const [seen] = await world.commerce.read([ref], [], { correlationId: '', signal: new AbortController().signal })
      const body = seen?.state === 'present' ? seen.body : {}
      const inCrm = (['Account', 'Contact'] as const).map(one => world.crm.of(one)[0]?.fields.Description)
      return { note: body.note, firstName: body.firstName, account: inCrm[0], contact: inCrm[1] }
    },
    open: () => world.store.conflictRows.filter(one => one.state === 'open'),
  }
}

describe('two fields that feed one place in commerce', () => {
  it('flow when only one of them was edited, and the other one follows', async () => {
    for (const object of ['Account', 'Contact'] as const) {
      const world = await given()
      world.edit(object, { Description: 'Bern' })
      await world.settles()
      expect(await world.all()).toMatchObject({ note: 'Bern', account: 'Bern', contact: 'Bern' })
      expect(world.store.conflictRows).toEqual([])
    }
  })

  it('flow when both were edited to the same value', async () => {
    const world = await given()
    world.edit('Account', { Description: 'Bern' })
    world.edit('Contact', { Description: 'Bern' })
    await world.settles()
    expect(await world.all()).toMatchObject({ note: 'Bern', account: 'Bern', contact: 'Bern' })
    expect(world.store.conflictRows).toEqual([])
  })

  const torn = async () => {
    const world = await given()
    world.edit('Account', { Description: 'Bern' })
    world.edit('Contact', { Description: 'Basel', FirstName: 'Annika' })
    await world.settles()
    return world
  }

  it('are a conflict when they were edited differently; everything else goes on', async () => {
    const world = await torn()
    expect(await world.all()).toEqual({ note: 'Zurich', firstName: 'Annika', account: 'Bern', contact: 'Basel' })
    expect(world.open()).toMatchObject([
      {
        kind: 'both-changed',
        role: 'account',
        source: { side: 'crm', type: 'Account' },
        fields: [
          { field: 'Description', commerce: 'Zurich', crm: 'Bern' },
          { field: 'Contact.Description', commerce: 'Zurich', crm: 'Basel' },
        ],
      },
      { kind: 'both-changed', role: 'contact', source: { side: 'crm', type: 'Contact' } },
    ])
    expect(world.store.failureRows).toEqual([])
  })

  it.each(['account', 'contact'])('take crm on the %s: its value stands everywhere', async role => {
    const world = await torn()
    const id = world.open().find(one => one.role === role)?.id ?? ''
    await world.store.decide(id, { do: 'take', side: 'crm' }, 'a person', 'c')
    await world.settles()
    const wins = role === 'account' ? 'Bern' : 'Basel'
    expect(await world.all()).toEqual({ note: wins, firstName: 'Annika', account: wins, contact: wins })
    expect(world.open()).toEqual([])
  })

  it('take commerce on one of them: the other one’s value stands', async () => {
    const world = await torn()
    const id = world.open().find(one => one.role === 'account')?.id ?? ''
    await world.store.decide(id, { do: 'take', side: 'commerce' }, 'a person', 'c')
    await world.settles()
    expect(await world.all()).toMatchObject({ note: 'Basel', account: 'Basel', contact: 'Basel' })
    expect(world.open()).toEqual([])
  })

  it('stay a conflict, the same one, while other things change on either side', async () => {
    const world = await torn()
    const ids = world.open().map(one => one.id)
    world.edit('Contact', { FirstName: 'Anita' })
    await world.settles()
    await world.shopper.saves('demo/1', {
      firstName: 'Anita',
      lastName: 'Bach',
      email: 'a@example.com',
      note: 'Zurich',
    })
    await world.settles()
    expect(world.open().map(one => one.id)).toEqual(ids)
    expect(await world.all()).toEqual({ note: 'Zurich', firstName: 'Anita', account: 'Bern', contact: 'Basel' })
  })

  it('are over when a person makes them equal in Salesforce', async () => {
    const world = await torn()
    world.edit('Contact', { Description: 'Bern' })
    await world.settles()
    expect(await world.all()).toMatchObject({ note: 'Bern', account: 'Bern', contact: 'Bern' })
    expect(world.open()).toEqual([])
  })

  it('need nobody when Salesforce owns one of them', async () => {
    const world = await given('crm', 'latest')
    world.edit('Account', { Description: 'Bern' })
    world.edit('Contact', { Description: 'Basel' })
    await world.settles()
    expect(await world.all()).toMatchObject({ note: 'Bern', account: 'Bern', contact: 'Bern' })
    expect(world.store.conflictRows).toEqual([])
  })

  it('forget a decision that has nothing left to decide', async () => {
    const world = await torn()
    const id = world.open().find(one => one.role === 'account')?.id ?? ''
    world.crm.edit(world.crm.of('Contact')[0]?.id ?? '', { Description: 'Bern' })
    await world.store.decide(id, { do: 'take', side: 'crm' }, 'a person', 'c')
    await world.settles()
    world.edit('Account', { Description: 'Chur' })
    world.edit('Contact', { Description: 'Genf' })
    await world.settles()
    expect(world.open()).toHaveLength(2)
    expect(await world.all()).toMatchObject({ account: 'Chur', contact: 'Genf' })
  })

  it('are asked about no more when the customer is deleted', async () => {
    const world = await torn()
    await world.shopper.leaves('demo/1')
    await world.quiet()
    expect(world.open()).toEqual([])
  })
})
