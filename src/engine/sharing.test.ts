/** Many customers, one person: who owns the person's fields, and what happens when that one goes. */
import { describe, expect, it } from 'vitest'
import { booleans, sharedMapping } from '../../test/memory/sharing.ts'
import { memoryWorld } from '../../test/memory/world.ts'
import type { ClaimedPolicy, FieldOwnership, Mapping } from '../model/mapping.ts'
import type { ResourceRef } from '../model/resource.ts'
import { decide } from './decide.ts'
import { pollOnce } from './poll.ts'

const anna = { firstName: 'Anna', lastName: 'Beck', email: 'anna@example.com', phone: '1', note: null }
const anni = { ...anna, firstName: 'Anni', phone: null }

function shared(onClaimed: ClaimedPolicy = 'share', more: Partial<Mapping> = {}, owner?: FieldOwnership) {
  const world = memoryWorld({ mappings: [sharedMapping(onClaimed, more, owner)], special: booleans })
  const customer = (id: string): ResourceRef => ({ side: 'commerce', type: 'customer', id })
  return {
    ...world,
    async saves(id: string, body: Record<string, string | null>): Promise<void> {
      await world.shopper.saves(id, body)
      await world.quiet()
    },
    async leaves(id: string, erase = false): Promise<void> {
      if (erase) {
        world.commerce.remove(id)
        await world.erased(id)
      } else await world.shopper.leaves(id)
      await world.quiet()
    },
    async happens(what: () => void): Promise<void> {
      world.clock.advance(1_000)
      what()
      await pollOnce(world.engine, ['Contact'], new AbortController().signal)
      await world.quiet()
    },
    async link(id: string) {
      const links = await world.store.links([customer(id)])
      return links.find(one => one.role === 'contact') ?? null
    },
    rows: () =>
      world.crm
        .of('CT_Identity__c')
        .map(({ fields }) => ({ key: fields.CT_Id__c, of: fields.CT_Contact__c, primary: fields.CT_Is_Primary__c })),
    contacts: () => world.crm.of('Contact'),
    open: () => world.store.conflictRows.filter(one => one.state === 'open'),
    async decided(choice: Parameters<typeof decide>[2]) {
      const [one] = world.store.conflictRows.filter(each => each.state === 'open')
      const made = await decide(world.engine, one?.id ?? '', choice, 'Grace', 'c')
      await world.quiet()
      return made
    },
    /** Everything is looked at once more: what that writes. */
    async idle(): Promise<number> {
      const before = world.writes().length
      for (const id of ['demo/1', 'demo/2', 'demo/3']) await world.announce(customer(id))
      await world.quiet()
      return world.writes().length - before
    },
  }
}

async function two(...how: Parameters<typeof shared>) {
  const world = shared(...how)
  await world.saves('demo/1', anna)
  await world.saves('demo/2', anni)
  return world
}

describe('onClaimed: share', () => {
  it('links a second customer to the person, whose fields stay the first one’s, and gives each a row', async () => {
    const world = await two()
    const [contact, another] = world.contacts()
    expect(another).toBeUndefined()
    expect(contact?.fields).toMatchObject({ FirstName: 'Anna', CT_Id__c: 'demo/1', Phone: '1' })
    expect(world.crm.of('Account')).toHaveLength(1)
    expect([(await world.link('demo/1'))?.primary, (await world.link('demo/2'))?.primary]).toEqual([true, false])
    expect(world.rows()).toEqual([
      { key: 'demo/2', of: contact?.id, primary: false },
      { key: 'demo/1', of: contact?.id, primary: true },
    ])
    expect(world.open()).toEqual([])
    expect(await world.idle()).toBe(0)
  })
  it('makes no row for a person who has one customer', async () => {
    const world = shared()
    await world.saves('demo/1', anna)
    expect(await world.idle()).toBe(0)
    expect(world.rows()).toEqual([])
  })
  it('writes what changes of the primary one to the person, and of the others to their row alone', async () => {
    const world = await two()
    await world.saves('demo/2', { ...anni, lastName: 'Huber', email: 'anni@example.com' })
    expect(world.contacts()[0]?.fields).toMatchObject({ LastName: 'Beck', Email: 'anna@example.com' })
    expect(world.crm.of('CT_Identity__c').map(row => row.fields.CT_Email__c)).toEqual([
      'anni@example.com',
      'anna@example.com',
    ])
    await world.saves('demo/1', { ...anna, lastName: 'Moser' })
    expect(world.contacts()[0]?.fields).toMatchObject({ LastName: 'Moser' })
  })
  it('asks where a detail says that it is another person', async () => {
    const world = shared()
    await world.saves('demo/1', anna)
    await world.saves('demo/2', { ...anna, firstName: 'Otto', lastName: 'Kern' })
    expect(world.open()).toMatchObject([{ kind: 'disagrees' }])
    expect(await world.link('demo/2')).toBeNull()
  })
  it('asks in an org that has no rows to hold the keys', async () => {
    const world = shared()
    const full = await world.crm.schema(
      [],
      { refresh: false },
      { correlationId: '', signal: new AbortController().signal },
    )
    const less = new Map([...full].filter(([name]) => name !== 'CT_Identity__c'))
    world.crm.schema = async () => less
    await world.saves('demo/1', anna)
    await world.saves('demo/2', anni)
    expect(world.open()).toMatchObject([{ kind: 'claimed' }])
    const made = await world.decided({ do: 'share', crm: null })
    expect(made).toMatchObject({ is: 'misfit', why: expect.stringContaining('deploy salesforce/sharing') })
  })
  it('lets nothing of the others flow back, and tells only the primary one of an edit', async () => {
    const world = await two('share', {}, 'latest')
    await pollOnce(world.engine, ['Contact'], new AbortController().signal)
    const id = world.contacts()[0]?.id ?? ''
    await world.happens(() => world.crm.edit(id, { FirstName: 'Annika' }))
    const ref = (of: string) => ({ side: 'commerce', type: 'customer', id: of }) as const
    const read = await world.commerce.read([ref('demo/1'), ref('demo/2')], [], {
      correlationId: '',
      signal: new AbortController().signal,
    })
    expect(read.map(one => one.state === 'present' && one.body.firstName)).toEqual(['Annika', 'Anni'])
  })
  it('makes a row again that somebody deleted', async () => {
    const world = await two()
    const row = world.crm.of('CT_Identity__c')[0]
    world.crm.remove(row?.id ?? '')
    await world.saves('demo/2', { ...anni, email: 'other@example.com' })
    expect(world.rows().map(one => one.key)).toEqual(['demo/1', 'demo/2'])
  })
})

describe('when the primary one goes', () => {
  it('the oldest that remains is primary: its values, blanks included, and its key', async () => {
    const world = await two()
    await world.saves('demo/3', { ...anna, firstName: 'Ann' })
    await world.leaves('demo/1')
    const [contact] = world.contacts()
    expect(contact?.fields).toMatchObject({ FirstName: 'Anni', CT_Id__c: 'demo/2', Phone: null })
    expect(world.rows()).toEqual([
      { key: 'demo/2', of: contact?.id, primary: true },
      { key: 'demo/3', of: contact?.id, primary: false },
    ])
    expect(await world.link('demo/1')).toBeNull()
    expect(await world.idle()).toBe(0)
    await world.leaves('demo/2')
    expect(world.contacts()[0]?.fields).toMatchObject({ FirstName: 'Ann', CT_Id__c: 'demo/3' })
  })
  it.each(['delete', 'anonymise', 'deactivate'] as const)('whatever the policy: %s', async deletion => {
    const parts = sharedMapping('share').parts.map(part => ({ ...part, deactivate: { CT_Gone__c: true } }))
    const world = await two('share', { deletion, parts })
    await world.leaves('demo/1')
    expect(world.contacts()[0]?.fields).toMatchObject({ FirstName: 'Anni', CT_Id__c: 'demo/2', LastName: 'Beck' })
    expect(world.contacts()[0]?.fields.CT_Gone__c).toBeUndefined()
  })
  it('an erasure leaves no value of the one who is erased', async () => {
    const world = await two()
    await world.leaves('demo/1', true)
    const texts = JSON.stringify([...world.crm.rows.values()].filter(row => !row.deleted && row.object !== 'Account'))
    expect(texts).not.toContain('demo/1')
    expect(world.contacts()[0]?.fields).toMatchObject({ FirstName: 'Anni', Phone: null, CT_Id__c: 'demo/2' })
  })
  it('one of the others takes its row along, and nothing else', async () => {
    const world = await two()
    await world.leaves('demo/2')
    expect(world.contacts()[0]?.fields).toMatchObject({ FirstName: 'Anna', CT_Id__c: 'demo/1' })
    expect(world.rows().map(one => one.key)).toEqual(['demo/1'])
    expect(await world.idle()).toBe(0)
  })
  it('both at once leave nobody behind', async () => {
    const world = await two()
    await world.shopper.leaves('demo/1')
    await world.shopper.leaves('demo/2')
    await world.quiet()
    expect(await world.store.links([{ side: 'commerce', type: 'customer', id: 'demo/2' }])).toEqual([])
    expect(world.rows()).toEqual([])
  })
})

describe('a merge in Salesforce', () => {
  const apart = async (onClaimed: ClaimedPolicy) => {
    const world = shared(onClaimed, {}, 'latest')
    await world.saves('demo/1', anna)
    await world.saves('demo/2', { ...anni, email: 'anni@example.com' })
    await pollOnce(world.engine, ['Contact'], new AbortController().signal)
    const [first, second] = world.contacts()
    if (first === undefined || second === undefined) throw new Error('two contacts')
    return { world, first, second }
  }
  it('of two linked records makes one that both share', async () => {
    const { world, first, second } = await apart('share')
    await world.happens(() => world.crm.remove(second.id, first.id))
    expect(await world.link('demo/2')).toMatchObject({ crm: { id: first.id }, primary: false })
    expect(world.rows()).toEqual([
      { key: 'demo/2', of: first.id, primary: false },
      { key: 'demo/1', of: first.id, primary: true },
    ])
    expect(world.open()).toEqual([])
    expect(await world.idle()).toBe(0)
  })
  it('asks under review, and a person may say so then', async () => {
    const { world, first, second } = await apart('review')
    await world.happens(() => world.crm.remove(second.id, first.id))
    expect(world.open()).toMatchObject([{ kind: 'claimed', candidates: [{ id: first.id }] }])
    expect(await world.decided({ do: 'share', crm: null })).toMatchObject({ is: 'decided' })
    expect(await world.link('demo/2')).toMatchObject({ crm: { id: first.id }, primary: false })
    expect(await world.idle()).toBe(0)
    expect(world.open()).toEqual([])
  })
  it('of a shared record moves all who share it', async () => {
    const world = await two('share', {}, 'latest')
    await pollOnce(world.engine, ['Contact'], new AbortController().signal)
    const was = world.contacts()[0]?.id ?? ''
    const survivor = world.crm.make('Contact', { LastName: 'Beck' })
    await world.happens(() => world.crm.remove(was, survivor.id))
    expect(await world.link('demo/1')).toMatchObject({ crm: { id: survivor.id }, primary: true })
    expect(await world.link('demo/2')).toMatchObject({ crm: { id: survivor.id }, primary: false })
    expect(world.rows().map(one => one.of)).toEqual([survivor.id, survivor.id])
    expect(await world.idle()).toBe(0)
  })
  it('of a shared record into another customer’s makes all of them one', async () => {
    const world = await two('share', {}, 'latest')
    await world.saves('demo/3', { ...anna, email: 'third@example.com' })
    await pollOnce(world.engine, ['Contact'], new AbortController().signal)
    const [was, survivor] = world.contacts().map(row => row.id)
    await world.happens(() => world.crm.remove(was ?? '', survivor))
    const links = await Promise.all(['demo/1', 'demo/2', 'demo/3'].map(world.link))
    expect(links.map(one => [one?.crm.id, one?.primary])).toEqual([
      [survivor, false],
      [survivor, false],
      [survivor, true],
    ])
    expect(await world.idle()).toBe(0)
  })
  it('a deletion is the primary one’s to answer for all', async () => {
    const world = await two('share', { whenGone: 'recreate' }, 'latest')
    await pollOnce(world.engine, ['Contact'], new AbortController().signal)
    await world.happens(() => world.crm.remove(world.contacts()[0]?.id ?? ''))
    const [contact, another] = world.contacts()
    expect(another).toBeUndefined()
    expect(await world.link('demo/1')).toMatchObject({ crm: { id: contact?.id }, primary: true })
    expect(await world.link('demo/2')).toMatchObject({ crm: { id: contact?.id }, primary: false })
    expect(world.rows().map(one => one.of)).toEqual([contact?.id, contact?.id])
  })
})

describe('a person says: share', () => {
  it('under review, of one that is taken; and it is over then', async () => {
    const world = await two('review')
    expect(world.open()).toMatchObject([{ kind: 'claimed' }])
    expect(await world.decided({ do: 'share', crm: null })).toMatchObject({
      is: 'decided',
      decision: { choice: { do: 'share', crm: { type: 'Contact' } } },
    })
    expect(await world.link('demo/2')).toMatchObject({ primary: false })
    expect(world.rows().map(one => one.primary)).toEqual([false, true])
    expect(world.open()).toEqual([])
    expect(await world.idle()).toBe(0)
  })
  it('also of one whose details contradict, since a person has looked', async () => {
    const world = shared('review')
    await world.saves('demo/1', anna)
    await world.saves('demo/2', { ...anna, lastName: 'Kern' })
    await world.decided({ do: 'share', crm: null })
    expect(await world.link('demo/2')).toMatchObject({ primary: false })
  })
  it('of a record chosen by hand that no rule would find', async () => {
    const world = shared('review')
    await world.saves('demo/1', anna)
    world.crm.make('Contact', { LastName: 'Moser', Email: 'm@example.com' })
    await world.saves('demo/2', { ...anna, lastName: 'Huber', email: 'm@example.com' })
    const taken = world.contact('demo/1')
    await world.decided({ do: 'link', crm: { side: 'crm', type: 'Contact', id: taken?.id ?? '' } })
    expect(world.open()).toMatchObject([{ kind: 'claimed' }])
    await world.decided({ do: 'share', crm: null })
    expect(await world.link('demo/2')).toMatchObject({ crm: { id: taken?.id }, primary: false })
    expect(world.contacts()).toHaveLength(2)
  })
})
