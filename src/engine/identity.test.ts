/** How people are found in Salesforce, in the engine: two of one email, families, and those who are there already. */
import { describe, expect, it } from 'vitest'
import { memoryWorld, personMapping } from '../../test/memory/world.ts'
import { likeEmail } from '../mappings/codecs/likeEmail.ts'
import type { FallbackRule, Mapping } from '../model/mapping.ts'

const byEmail: FallbackRule = {
  by: 'fallback',
  crm: 'Email',
  commerce: 'email',
  when: 'isVerified',
  agree: ['LastName'],
  corroborate: ['LastName'],
}

const mapping: Mapping = {
  ...personMapping,
  parts: personMapping.parts.map(part =>
    part.role === 'contact' ? { ...part, match: [...part.match, byEmail] } : { ...part, follows: 'contact' },
  ),
}

const person = (email: string, lastName: string | null) => ({ firstName: 'A', lastName, email, note: null })

function stage() {
  const world = memoryWorld({ mappings: [mapping] })
  return {
    ...world,
    contacts: () => world.crm.of('Contact').filter(row => !row.deleted),
    accounts: () => world.crm.of('Account').filter(row => !row.deleted),
    open: () => world.store.conflictRows.filter(one => one.state === 'open'),
  }
}

describe('two customers of one email', () => {
  it('in one pass make one contact, and the second is asked about', async () => {
    const world = stage()
    await world.shopper.saves('demo/1', person('same@example.com', 'Beck'))
    await world.shopper.saves('demo/2', person('same@example.com', 'Beck'))
    await world.quiet()
    expect(world.contacts()).toHaveLength(1)
    expect(world.accounts()).toHaveLength(1)
    expect(world.open()).toMatchObject([{ kind: 'claimed', candidates: [{ id: world.contacts()[0]?.id }] }])
  })

  it('of 200 in one pass hold up nobody else', async () => {
    const world = stage()
    for (let n = 0; n < 200; n++) {
      const email = n % 66 === 0 ? 'same@example.com' : `p${n}@example.com`
      await world.shopper.saves(`demo/${n}`, person(email, 'Beck'))
    }
    await world.pass()
    expect(world.contacts()).toHaveLength(197)
    await world.quiet()
    expect(world.contacts()).toHaveLength(197)
    expect(world.open()).toHaveLength(3)
  })
})

describe('a linked customer whose email changes to that of a newcomer', () => {
  it('and the newcomer are decided one after the other: nobody is looked for while the email is under way', async () => {
    const world = stage()
    await world.shopper.saves('demo/1', person('old@example.com', 'Beck'))
    await world.quiet()
    await world.shopper.saves('demo/1', person('new@example.com', 'Beck'))
    await world.shopper.saves('demo/2', person('new@example.com', 'Beck'))
    await world.quiet()
    expect(world.contacts()).toHaveLength(1)
    expect(world.open()).toMatchObject([{ kind: 'claimed', source: { id: 'demo/2' } }])
  })
})

describe('an email in another way of writing', () => {
  const found = async (like: FallbackRule['like'], known: string, email: string) => {
    const parts = mapping.parts.map(part => ({
      ...part,
      match: part.match.map(rule => (rule === byEmail && like !== undefined ? { ...byEmail, like } : rule)),
    }))
    const world = memoryWorld({ mappings: [{ ...mapping, parts }] })
    world.crm.make('Contact', { Email: known, LastName: 'Beck' })
    await world.shopper.saves('demo/1', person(email, 'Beck'))
    await world.quiet()
    expect(world.contact('demo/1')?.fields.Email).toBe(email)
    return world.crm.of('Contact').length === 1
  }

  it('leads to the contact, and is written as the shop has it', async () => {
    const [plain, tagless] = [likeEmail(), likeEmail({ plus: 'ignore', dots: ['gmail.com'] })]
    expect(await found(plain, 'anna@xn--mller-kva.de', 'anna@müller.de')).toBe(true)
    expect(await found(plain, 'anna@müller.de', 'anna@xn--mller-kva.de')).toBe(true)
    expect(await found(plain, 'anna@example.com', 'anna+shop@example.com')).toBe(false)
    expect(await found(tagless, 'anna@example.com', 'anna+shop@example.com')).toBe(true)
    expect(await found(tagless, 'anna@gmail.com', 'an.na+shop@gmail.com')).toBe(true)
    expect(await found(tagless, 'anna@web.de', 'an.na@web.de')).toBe(false)
  })
})

describe('somebody whom Salesforce knows', () => {
  it('is linked where the last name agrees, keeps their Account, and costs nothing more from then on', async () => {
    const world = stage()
    const company = world.crm.make('Account', { Name: 'ACME' })
    const known = world.crm.make('Contact', { Email: 'anna@example.com', LastName: 'BECK', AccountId: company.id })
    await world.shopper.saves('demo/1', person('anna@example.com', 'Beck'))
    await world.quiet()
    expect(world.contacts()).toMatchObject([
      { id: known.id, fields: { CT_Id__c: 'demo/1', AccountId: company.id, LastName: 'Beck', FirstName: 'A' } },
    ])
    expect(world.accounts()).toMatchObject([{ id: company.id, fields: { Name: 'ACME' } }])
    const finds = world.crm.calls.filter(call => call.what === 'find').length
    await world.shopper.saves('demo/1', person('anna@example.com', 'Huber'))
    await world.quiet()
    expect(world.crm.calls.filter(call => call.what === 'find').length).toBe(finds)
    expect(world.accounts()).toMatchObject([{ fields: { Name: 'ACME' } }])
    expect(world.contacts()).toMatchObject([{ fields: { LastName: 'Huber' } }])
  })

  it('is asked about where nothing confirms it, with no Account made meanwhile; both ways out work', async () => {
    for (const choice of ['link', 'create'] as const) {
      const world = stage()
      const known = world.crm.make('Contact', { Email: 'anna@example.com', LastName: null })
      await world.shopper.saves('demo/1', person('anna@example.com', 'Beck'))
      await world.quiet()
      expect(world.open()).toMatchObject([{ kind: 'ambiguous', candidates: [{ id: known.id }] }])
      expect(world.accounts()).toEqual([])
      const crm = { side: 'crm', type: 'Contact', id: known.id } as const
      await world.store.decide(
        world.open()[0]?.id ?? '',
        choice === 'link' ? { do: 'link', crm } : { do: 'create' },
        'Grace',
        '1',
      )
      await world.quiet()
      expect(world.open()).toEqual([])
      expect(world.contacts()).toHaveLength(choice === 'link' ? 1 : 2)
      expect(world.accounts()).toHaveLength(choice === 'link' ? 0 : 1)
    }
  })

  it('is somebody else where the last name says so', async () => {
    const world = stage()
    world.crm.make('Contact', { Email: 'family@example.com', LastName: 'Huber' })
    await world.shopper.saves('demo/1', person('family@example.com', 'Beck'))
    await world.quiet()
    expect(world.open()).toMatchObject([{ kind: 'disagrees' }])
  })

  it('has our key already, and another email leads elsewhere: the key is right, and the story tells', async () => {
    const world = stage()
    world.crm.make('Account', { Name: 'A', CT_Id__c: 'demo/1' })
    const own = world.crm.make('Contact', { Email: 'old@example.com', LastName: 'Beck', CT_Id__c: 'demo/1' })
    const other = world.crm.make('Contact', { Email: 'new@example.com', LastName: 'Beck' })
    await world.shopper.saves('demo/1', person('new@example.com', 'Beck'))
    await world.quiet()
    expect(world.store.linkRows.size).toBe(2)
    expect(world.crm.rows.get(own.id)?.fields).toMatchObject({ Email: 'new@example.com' })
    expect(
      world.store.journalRows.some(line => line.detail?.includes(`disagrees: another key leads to ${other.id}`)),
    ).toBe(true)
  })
})
