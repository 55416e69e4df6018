/** A duplicate rule of the org refuses a record: a person is asked, everybody else goes on, and what they say is done. */
import { describe, expect, it } from 'vitest'
import { failure } from '../../test/memory/systems.ts'
import { memoryWorld } from '../../test/memory/world.ts'
import type { Choice } from '../model/plan.ts'
import type { ResourceRef } from '../model/resource.ts'

const anna = { firstName: 'Anna', lastName: 'Beck', email: 'anna@example.com', note: 'met at the fair' }
const idOf = (key: string): string => `demo/${key}`

/** Contacts may not share an email, unless it is said that they are meant to. */
function ruled(how: { blocks?: boolean } = {}) {
  const world = memoryWorld()
  const { crm } = world
  crm.fault = row => {
    const { Email } = row.fields
    if (row.object !== 'Contact' || Email === undefined || (row.evenIfDuplicate && !how.blocks)) return null
    const own = row.id ?? world.contact(row.key?.value ?? '')?.id
    const twins = crm.of('Contact').filter(one => one.fields.Email === Email && one.id !== own)
    const matches = twins.map((one): ResourceRef => ({ side: 'crm', type: 'Contact', id: one.id }))
    const duplicate = { rule: 'Same_Email', matches, allowsSave: !how.blocks }
    return twins.length === 0 ? null : { ...failure('invalid', 'DUPLICATES_DETECTED'), duplicate }
  }
  const open = () => world.store.conflictRows.filter(one => one.state === 'open')
  const decide = async (choice: Choice): Promise<void> => {
    world.clock.advance(1_000)
    await world.store.decide(open()[0]?.id ?? '', choice, 'Grace', 'by hand')
    await world.quiet()
  }
  return { ...world, quiet: () => world.quiet(), pass: () => world.pass(), open, decide }
}
const contactRef = (id: string): ResourceRef => ({ side: 'crm', type: 'Contact', id })

describe('a customer whom a duplicate rule refuses', () => {
  it('waits for a person with what the rule named, is no failure, and is not tried again until something changes', async () => {
    const world = ruled()
    const old = world.crm.make('Contact', { LastName: 'B.', Email: anna.email })
    await world.shopper.saves(idOf('1'), anna)
    await world.shopper.saves(idOf('2'), { ...anna, email: 'other@example.com' })
    expect(await world.pass()).toMatchObject({ rows: 2, created: 3, failed: 0, review: 1 })
    expect(world.open()).toMatchObject([
      { kind: 'duplicate-rule', source: { id: idOf('1') }, role: 'contact', candidates: [contactRef(old.id)] },
    ])
    expect(world.store.failureRows).toEqual([])
    expect(world.store.dirtyRows.size).toBe(0)
    const story = await world.store.trace({ ref: { side: 'commerce', type: 'customer', id: idOf('1') } }, 50)
    expect(story.find(one => one.step === 'conflict')?.detail).toMatch(/^duplicate-rule: the duplicate rule Same_Email/)
    const writes = world.writes().length
    await world.quiet()
    expect(world.writes()).toHaveLength(writes)
  })

  it('is linked by a person to the record that was named, and follows from then on', async () => {
    const world = ruled()
    const old = world.crm.make('Contact', { LastName: 'B.', Email: anna.email })
    await world.shopper.saves(idOf('1'), anna)
    await world.quiet()
    await world.decide({ do: 'link', crm: contactRef(old.id) })
    expect(world.open()).toEqual([])
    expect(world.crm.of('Contact')).toHaveLength(1)
    expect(old.fields).toMatchObject({ LastName: 'Beck', CT_Id__c: idOf('1') })
    await world.shopper.saves(idOf('1'), { ...anna, email: 'new@example.com' })
    await world.quiet()
    expect(old.fields.Email).toBe('new@example.com')
  })

  it('is saved beside it by a person, by that one write only', async () => {
    const world = ruled()
    world.crm.make('Contact', { LastName: 'B.', Email: anna.email })
    await world.shopper.saves(idOf('1'), anna)
    await world.quiet()
    await world.decide({ do: 'create' })
    expect(world.open()).toEqual([])
    expect(world.contact(idOf('1'))?.fields).toMatchObject({ Email: anna.email })
    // The word was for that write: the rule is asked again when what it compares changes again.
    world.crm.make('Contact', { Email: 'new@example.com' })
    await world.shopper.saves(idOf('1'), { ...anna, email: 'new@example.com' })
    await world.quiet()
    expect(world.open()).toHaveLength(1)
    expect(world.contact(idOf('1'))?.fields).toMatchObject({ Email: anna.email })
  })

  it('is asked about again where the rule blocks all the same', async () => {
    const world = ruled({ blocks: true })
    world.crm.make('Contact', { LastName: 'B.', Email: anna.email })
    await world.shopper.saves(idOf('1'), anna)
    await world.quiet()
    await world.decide({ do: 'create' })
    expect(world.open()).toMatchObject([{ kind: 'duplicate-rule', why: expect.stringContaining('the rule blocks') }])
    expect(world.crm.of('Contact')).toHaveLength(1)
  })

  it('is left alone by a person for good', async () => {
    const world = ruled()
    world.crm.make('Contact', { LastName: 'B.', Email: anna.email })
    await world.shopper.saves(idOf('1'), anna)
    await world.quiet()
    await world.decide({ do: 'ignore' })
    await world.shopper.saves(idOf('1'), { ...anna, email: 'free@example.com' })
    await world.quiet()
    expect(world.crm.of('Contact')).toHaveLength(1)
    expect(world.open()).toEqual([])
  })

  it('needs nobody any more when the shop or the org changes so that the rule is content', async () => {
    const world = ruled()
    world.crm.make('Contact', { LastName: 'B.', Email: anna.email })
    await world.shopper.saves(idOf('1'), anna)
    await world.quiet()
    await world.shopper.saves(idOf('1'), { ...anna, email: 'free@example.com' })
    await world.quiet()
    expect(world.open()).toEqual([])
    expect(world.contact(idOf('1'))).toBeDefined()
  })

  it('cannot be linked to a record of another object', async () => {
    const world = ruled()
    world.crm.make('Contact', { LastName: 'B.', Email: anna.email })
    const lead = world.crm.make('Lead', { LastName: 'B.' })
    await world.shopper.saves(idOf('1'), anna)
    await world.quiet()
    await world.decide({ do: 'link', crm: { side: 'crm', type: 'Lead', id: lead.id } })
    expect(world.open()).toMatchObject([{ kind: 'duplicate-rule' }])
    expect(lead.fields.CT_Id__c).toBeUndefined()
  })
})

describe('a change that a duplicate rule refuses', () => {
  async function refused() {
    const world = ruled()
    await world.shopper.saves(idOf('1'), anna)
    await world.quiet()
    const other = world.crm.make('Contact', { LastName: 'Roe', Email: 'taken@example.com' })
    await world.shopper.saves(idOf('1'), { ...anna, email: 'taken@example.com' })
    await world.quiet()
    expect(world.open()).toMatchObject([{ kind: 'duplicate-rule', candidates: [contactRef(other.id)] }])
    expect(world.contact(idOf('1'))?.fields.Email).toBe(anna.email)
    return { world, other }
  }

  it.each<Choice>([{ do: 'take', side: 'commerce' }, { do: 'create' }])(
    'is written to its own record when a person says %o',
    async choice => {
      const { world } = await refused()
      await world.decide(choice)
      expect(world.open()).toEqual([])
      expect(world.contact(idOf('1'))?.fields.Email).toBe('taken@example.com')
      expect(world.crm.of('Contact')).toHaveLength(2)
    },
  )

  it('is asked about again when a person takes the side that does not own the field', async () => {
    const { world } = await refused()
    await world.decide({ do: 'take', side: 'crm' })
    expect(world.open()).toHaveLength(1)
  })

  it('is no question any more once the rule is content, though nobody looked at the other side', async () => {
    const { world, other } = await refused()
    world.crm.edit(other.id, { Email: 'moved@example.com' })
    await world.shopper.saves(idOf('1'), { ...anna, email: 'taken@example.com', note: 'x' })
    await world.quiet()
    expect(world.open()).toEqual([])
    expect(world.contact(idOf('1'))?.fields.Email).toBe('taken@example.com')
  })

  it('is no question any more once the shop takes it back', async () => {
    const { world } = await refused()
    await world.shopper.saves(idOf('1'), anna)
    await world.quiet()
    expect(world.open()).toEqual([])
  })
})

it('a second question about the record that a person chose goes by the last word, and by it alone', async () => {
  const world = ruled()
  const [a, b] = ['one@example.com', anna.email].map(Email => world.crm.make('Contact', { LastName: 'B.', Email }))
  if (!a || !b) throw new Error('two')
  await world.shopper.saves(idOf('1'), anna)
  await world.quiet()
  await world.decide({ do: 'link', crm: contactRef(a.id) })
  expect(world.open()).toMatchObject([{ kind: 'duplicate-rule', candidates: [contactRef(b.id)] }])
  await world.decide({ do: 'link', crm: contactRef(b.id) })
  expect(world.open()).toEqual([])
  expect(b.fields).toMatchObject({ CT_Id__c: idOf('1'), LastName: 'Beck' })
  await world.store.mark(
    [
      {
        id: 'again',
        ref: { side: 'commerce', type: 'customer', id: idOf('1') },
        kind: 'changed',
        version: null,
        at: world.clock.now(),
        correlationId: 'again',
        lane: 'live',
        erase: false,
      },
    ],
    { force: true },
  )
  await world.quiet()
  expect(a.fields.CT_Id__c).toBeUndefined()
  expect(world.open()).toEqual([])
})
