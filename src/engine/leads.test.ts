/** What a Lead with the shopper's email means: converted, it leads to its Contact; open, it is told of or asked about. */
import { describe, expect, it } from 'vitest'
import { memoryWorld, personMapping } from '../../test/memory/world.ts'
import type { FallbackRule, LeadPolicy, Mapping } from '../model/mapping.ts'

const byEmail: FallbackRule = {
  by: 'fallback',
  crm: 'Email',
  commerce: 'email',
  agree: ['LastName'],
  corroborate: ['LastName'],
  lead: 'Email',
}
const person = (lastName: string) => ({ firstName: 'A', lastName, email: 'anna@example.com', note: null })

function stage(leads?: LeadPolicy, more: Partial<Mapping> = {}) {
  const mapping: Mapping = {
    ...personMapping,
    ...(leads && { leads }),
    ...more,
    parts: personMapping.parts.map(part =>
      part.role === 'contact' ? { ...part, match: [...part.match, byEmail] } : { ...part, follows: 'contact' },
    ),
  }
  const world = memoryWorld({ mappings: [mapping] })
  return {
    ...world,
    lead: (fields = {}) =>
      world.crm.make('Lead', { Email: 'anna@example.com', LastName: 'Beck', IsConverted: false, ...fields }),
    contacts: () => world.crm.of('Contact'),
    asked: () => world.store.conflictRows.filter(one => one.state !== 'closed'),
    story: () => world.store.journalRows.map(line => line.detail ?? '').join('\n'),
    finds: () => world.crm.calls.filter(call => call.what === 'find').length,
  }
}

/** A Contact whose own email has changed since, so that only the Lead leads to it. */
function convertedStage(leads?: LeadPolicy) {
  const world = stage(leads)
  const contact = world.crm.make('Contact', { Email: 'anna@elsewhere.example', LastName: 'Beck' })
  const lead = world.lead({ IsConverted: true, ConvertedContactId: contact.id })
  return { world, contact, lead }
}

describe('a converted Lead', () => {
  it('leads to its Contact, in the one look that is taken anyway, and the story says so', async () => {
    const { world, contact, lead } = convertedStage()
    await world.shopper.saves('demo/1', person('Beck'))
    await world.quiet()
    expect(world.contacts()).toMatchObject([{ id: contact.id, fields: { CT_Id__c: 'demo/1', FirstName: 'A' } }])
    expect(world.finds()).toBe(1)
    expect(world.story()).toContain(`found by the Lead ${lead.id} that was converted to it`)
  })

  it('is held to the same conditions as the Contact itself', async () => {
    const { world, contact } = convertedStage()
    await world.shopper.saves('demo/1', person('Huber'))
    await world.quiet()
    expect(world.asked()).toMatchObject([{ kind: 'disagrees', candidates: [{ type: 'Contact', id: contact.id }] }])
  })

  it('and another Contact with the email are two: a person tells them apart', async () => {
    const { world } = convertedStage()
    world.crm.make('Contact', { Email: 'anna@example.com', LastName: 'Beck' })
    await world.shopper.saves('demo/1', person('Beck'))
    await world.quiet()
    expect(world.asked()).toMatchObject([{ kind: 'ambiguous' }])
    expect(world.asked()[0]?.candidates).toHaveLength(2)
  })

  it('whose Contact is gone is no Lead any more', async () => {
    const world = stage('review')
    world.lead({ IsConverted: true, ConvertedContactId: null })
    await world.shopper.saves('demo/1', person('Beck'))
    await world.quiet()
    expect([world.contacts().length, world.asked()]).toEqual([1, []])
  })

  it('is not looked at when Leads are ignored', async () => {
    const { world } = convertedStage('ignore')
    await world.shopper.saves('demo/1', person('Beck'))
    await world.quiet()
    expect(world.contacts()).toHaveLength(2)
    expect(world.story()).not.toContain('Lead')
  })
})

describe('an open Lead', () => {
  it('does not hold a shopper up, and the story tells of it', async () => {
    const world = stage()
    const lead = world.lead()
    await world.shopper.saves('demo/1', person('Beck'))
    await world.quiet()
    expect([world.contacts().length, world.asked()]).toEqual([1, []])
    expect(world.story()).toContain(`made beside an open Lead with the same key: ${lead.id}`)
  })

  it('is asked about where that is wished: a new record, or wait until it is converted', async () => {
    for (const choice of ['create', 'wait'] as const) {
      const world = stage('review')
      const lead = world.lead()
      const ref = await world.shopper.saves('demo/1', person('Beck'))
      await world.quiet()
      expect(world.asked()).toMatchObject([
        { kind: 'lead', role: 'contact', candidates: [{ type: 'Lead', id: lead.id }] },
      ])
      expect([world.contacts().length, world.crm.of('Account').length]).toEqual([0, 0])
      await world.store.decide(world.asked()[0]?.id ?? '', { do: choice }, 'Grace', '1')
      await world.quiet()
      expect(world.contacts()).toHaveLength(choice === 'create' ? 1 : 0)
      if (choice === 'create') continue
      expect(world.asked()).toMatchObject([{ state: 'awaits-merge' }])
      const contact = world.crm.make('Contact', { Email: 'anna@example.com', LastName: 'Beck' })
      world.crm.edit(lead.id, { IsConverted: true, ConvertedContactId: contact.id })
      await world.announce(ref)
      await world.quiet()
      expect(world.contacts()).toMatchObject([{ id: contact.id, fields: { CT_Id__c: 'demo/1' } }])
      expect(world.asked()).toEqual([])
    }
  })

  it('beside a Contact with the email says nothing: the Contact is theirs', async () => {
    const world = stage('review')
    world.lead()
    const contact = world.crm.make('Contact', { Email: 'anna@example.com', LastName: 'Beck' })
    await world.shopper.saves('demo/1', person('Beck'))
    await world.quiet()
    expect(world.contacts()).toMatchObject([{ id: contact.id, fields: { CT_Id__c: 'demo/1' } }])
    expect(world.asked()).toEqual([])
  })
})

it('a Lead that sales converts while a backfill goes on makes nobody twice, whoever was first', async () => {
  const world = stage()
  const [early, late] = [world.lead(), world.lead({ Email: 'bert@example.com' })]
  const ids = ['demo/1', 'demo/2']
  world.commerce.put('demo/1', person('Beck'))
  world.commerce.put('demo/2', { ...person('Beck'), email: 'bert@example.com' })
  const marked = (id: string) => world.announce({ side: 'commerce', type: 'customer', id }, { lane: 'backfill' })
  await marked('demo/1')
  await world.quiet()
  const [made] = world.contacts()
  // Sales sees the shopper's new Contact and takes it for the first Lead; the second one has not had its turn yet.
  const contact = world.crm.make('Contact', { Email: 'bert@example.com', LastName: 'Beck' })
  world.crm.edit(early.id, { IsConverted: true, ConvertedContactId: made?.id ?? null })
  world.crm.edit(late.id, { IsConverted: true, ConvertedContactId: contact.id })
  for (const id of ids) await marked(id)
  await world.quiet()
  expect(ids.map(id => world.contact(id)?.id)).toEqual([made?.id, contact.id])
  expect(world.contacts()).toHaveLength(2)
})

describe('of two hundred who arrive together', () => {
  it('three are unclear, and the other 197 are written in the same pass, in as few calls', async () => {
    const world = stage()
    for (const n of [7, 77, 177])
      for (const FirstName of ['A', 'B'])
        world.crm.make('Contact', { Email: `p${n}@example.com`, LastName: 'Beck', FirstName })
    for (let n = 0; n < 200; n++)
      await world.shopper.saves(`demo/${n}`, { ...person('Beck'), email: `p${n}@example.com` })
    world.crm.calls.length = 0
    expect(await world.pass()).toMatchObject({ rows: 200, created: 2 * 197, review: 3, failed: 0 })
    expect(world.crm.calls.map(({ what }) => what)).toEqual(['find', 'write'])
    expect(await world.pass()).toBeNull()
  })
})

describe('who prefers duplicates to waiting', () => {
  it('has a new contact made beside two that match, once, and the story names them', async () => {
    const world = stage('note', { onAmbiguous: 'create' })
    const twins = [1, 2].map(() => world.crm.make('Contact', { Email: 'anna@example.com', LastName: 'Beck' }))
    await world.shopper.saves('demo/1', person('Beck'))
    await world.quiet()
    await world.shopper.saves('demo/1', { ...person('Beck'), firstName: 'Anna' })
    await world.quiet()
    expect([world.contacts().length, world.asked()]).toEqual([3, []])
    expect(world.contacts().filter(one => one.fields.CT_Id__c === 'demo/1')).toMatchObject([
      { fields: { FirstName: 'Anna' } },
    ])
    for (const { id } of twins) expect(world.story()).toContain(id)
  })
})
