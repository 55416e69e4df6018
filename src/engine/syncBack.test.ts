import { describe, expect, it } from 'vitest'
import { failure } from '../../test/memory/systems.ts'
import { memoryWorld, personMapping } from '../../test/memory/world.ts'
import type { Codec, FieldOwnership, Mapping } from '../model/mapping.ts'
import { pollOnce, watched } from './poll.ts'

const anna = { firstName: 'Anna', lastName: 'Beck', email: 'anna@example.com', note: 'met at the fair' }

/** The person mapping with other owners for some fields of the Contact. */
const owned = (owners: Readonly<Record<string, FieldOwnership>>): Mapping => ({
  ...personMapping,
  parts: personMapping.parts.map(part => ({
    ...part,
    fields: part.fields.map(rule => ({ ...rule, owner: owners[rule.crm] ?? rule.owner })),
  })),
})

/** A world in which one customer is linked, with what a salesperson and the poll can do. */
async function linked(owners: Readonly<Record<string, FieldOwnership>>, mapping = owned(owners)) {
  const world = memoryWorld({ mappings: [mapping] })
  await world.shopper.saves('demo/1', anna)
  await world.quiet()
  await pollOnce(world.engine, ['Contact'], new AbortController().signal)
  return {
    ...world,
    /** A salesperson edits the Contact, and the poll sees it. */
    async edits(fields: Record<string, string | null>): Promise<void> {
      world.clock.advance(1_000)
      world.crm.edit(world.contact('demo/1')?.id ?? '', fields)
      await pollOnce(world.engine, ['Contact'], new AbortController().signal)
    },
    async customer() {
      const [snapshot] = await world.commerce.read([{ side: 'commerce', type: 'customer', id: 'demo/1' }], [], {
        correlationId: '',
        signal: new AbortController().signal,
      })
      return snapshot?.state === 'present' ? snapshot.body : null
    },
    fields: () => world.contact('demo/1')?.fields,
  }
}

describe('what flows back from Salesforce', () => {
  it('a field that Salesforce owns', async () => {
    const world = await linked({ FirstName: 'crm' })
    await world.edits({ FirstName: 'Annika' })
    await world.quiet()
    expect(await world.customer()).toMatchObject({ firstName: 'Annika', lastName: 'Beck' })
    expect(world.fields()?.FirstName).toBe('Annika')
  })

  it('and an edit of such a field in the shop is put right by Salesforce', async () => {
    const world = await linked({ FirstName: 'crm' })
    await world.edits({ FirstName: 'Annika' })
    await world.quiet()
    await world.shopper.saves('demo/1', { ...anna, firstName: 'Shop' })
    await world.quiet()
    expect(await world.customer()).toMatchObject({ firstName: 'Annika' })
    expect(world.fields()?.FirstName).toBe('Annika')
  })

  it('the later of two edits, whichever side made it', async () => {
    const world = await linked({ FirstName: 'latest' })
    await world.shopper.saves('demo/1', { ...anna, firstName: 'Shop' })
    await world.edits({ FirstName: 'Sales' })
    await world.quiet()
    expect(await world.customer()).toMatchObject({ firstName: 'Sales' })
    world.crm.edit(world.contact('demo/1')?.id ?? '', { FirstName: 'Early' })
    await world.shopper.saves('demo/1', { ...anna, firstName: 'Late' })
    await world.quiet()
    expect(world.fields()?.FirstName).toBe('Late')
    expect(await world.customer()).toMatchObject({ firstName: 'Late' })
  })

  it('nothing of two edits that a person must judge, until the person has', async () => {
    const world = await linked({ FirstName: 'review' })
    await world.shopper.saves('demo/1', { ...anna, firstName: 'Shop' })
    await world.edits({ FirstName: 'Sales' })
    await world.quiet()
    expect(world.store.conflictRows).toMatchObject([
      { kind: 'both-changed', fields: [{ field: 'FirstName', commerce: 'Shop', crm: 'Sales' }] },
    ])
    expect(await world.customer()).toMatchObject({ firstName: 'Shop' })
    expect(world.fields()?.FirstName).toBe('Sales')
    await world.store.decide(world.store.conflictRows[0]?.id ?? '', { do: 'take', side: 'crm' }, 'a person', 'c')
    await world.quiet()
    expect(await world.customer()).toMatchObject({ firstName: 'Sales' })
    expect(world.fields()?.FirstName).toBe('Sales')
  })

  it('never a seeded field', async () => {
    const world = await linked({ FirstName: 'crm' })
    await world.edits({ Description: 'prefers mornings' })
    await world.quiet()
    expect(await world.customer()).toMatchObject({ note: 'met at the fair' })
    expect(world.fields()?.Description).toBe('prefers mornings')
  })
})

describe('a value that people write in another way than the shop', () => {
  /** Blanks mean nothing to this codec, and the shop's form has none. */
  const closed: Codec = {
    name: 'closed',
    doc: 'for tests',
    toCrm: raw => ({ is: 'value', value: typeof raw === 'string' ? raw.replaceAll(' ', '') || null : null }),
    toCommerce: stored => stored,
  }
  const spelt = async (owner: FieldOwnership) => {
    const made = owned({ FirstName: owner })
    const parts = made.parts.map(part => ({
      ...part,
      fields: part.fields.map(rule => (rule.crm === 'FirstName' ? { ...rule, codec: closed } : rule)),
    }))
    return linked({}, { ...made, parts })
  }

  it.each<FieldOwnership>(['crm', 'latest', 'review', 'strictest'])(
    'goes over once, and both sides keep their form: %s',
    async owner => {
      const world = await spelt(owner)
      await world.edits({ FirstName: '089 12 34' })
      await world.quiet()
      expect(await world.customer()).toMatchObject({ firstName: '089 12 34' })
      expect(world.fields()?.FirstName).toBe('089 12 34')
      const writes = world.writes().length
      await world.edits({ FirstName: '0891 234' })
      await world.quiet()
      expect(await world.customer()).toMatchObject({ firstName: '089 12 34' })
      expect(world.fields()?.FirstName).toBe('0891 234')
      expect(world.writes().length).toBe(writes)
      expect(world.store.conflictRows).toEqual([])
    },
  )

  it('and a change in the shop is seen against what it means', async () => {
    const world = await spelt('review')
    await world.edits({ FirstName: '089 12 34' })
    await world.quiet()
    await world.shopper.saves('demo/1', { ...anna, firstName: '089 99' })
    await world.quiet()
    expect(world.fields()?.FirstName).toBe('08999')
    expect(world.store.conflictRows).toEqual([])
  })
})

describe('what commerce puts right again', () => {
  it('an edit of a field that commerce owns', async () => {
    const world = await linked({ FirstName: 'crm' })
    await world.edits({ Email: 'typo@example.com' })
    await world.quiet()
    expect(world.fields()?.Email).toBe('anna@example.com')
    expect(await world.customer()).toMatchObject({ email: 'anna@example.com' })
  })

  it('until something in the org has rewritten it five times: then a person looks', async () => {
    const world = await linked({ FirstName: 'crm' })
    for (let turn = 0; turn < 8 && world.store.conflictRows.length === 0; turn++) {
      await world.edits({ Email: `robot${turn}@example.com` })
      await world.quiet()
    }
    expect(world.store.conflictRows).toMatchObject([{ kind: 'rewritten', state: 'open' }])
  })

  it('from the beginning again once commerce itself has changed the field', async () => {
    const world = await linked({ FirstName: 'crm' })
    for (let turn = 0; turn < 8; turn++) {
      await world.edits({ Email: `robot${turn}@example.com` })
      await world.quiet()
      await world.shopper.saves('demo/1', { ...anna, email: `real${turn}@example.com` })
      await world.quiet()
    }
    expect(world.store.conflictRows).toEqual([])
  })
})

describe('the way back on a bad day', () => {
  it('sends nothing for its own echo', async () => {
    const world = await linked({ FirstName: 'crm' })
    await world.shopper.saves('demo/1', { ...anna, email: 'new@example.com' })
    await world.quiet()
    await pollOnce(world.engine, ['Contact'], new AbortController().signal)
    world.commerce.calls.length = 0
    const writes = world.writes().length
    await world.quiet()
    expect(world.commerce.calls.filter(call => call.startsWith('write'))).toEqual([])
    expect(world.writes()).toHaveLength(writes)
  })

  it('reads and plans again when the customer moved meanwhile', async () => {
    const world = await linked({ FirstName: 'crm' })
    let refused = 2
    world.commerce.fault = () => (refused-- > 0 ? failure('stale', 'ConcurrentModification') : null)
    await world.edits({ FirstName: 'Annika' })
    await world.quiet()
    expect(await world.customer()).toMatchObject({ firstName: 'Annika' })
  })

  it('finds out whether an unanswered write landed', async () => {
    const world = await linked({ FirstName: 'crm' })
    let lost = true
    world.commerce.fault = () => (lost ? 'lost' : null)
    await world.edits({ FirstName: 'Annika' })
    await world.pass()
    lost = false
    world.commerce.calls.length = 0
    await world.quiet()
    expect(await world.customer()).toMatchObject({ firstName: 'Annika' })
    expect(world.commerce.calls.filter(call => call.startsWith('write'))).toEqual([])
  })

  it('lists what commercetools refuses', async () => {
    const world = await linked({ FirstName: 'crm' })
    world.commerce.fault = () => failure('invalid', 'InvalidField')
    await world.edits({ FirstName: 'Annika' })
    await world.quiet()
    expect(world.store.failureRows).toMatchObject([
      { source: { side: 'crm', type: 'Contact' }, failure: { code: 'InvalidField' }, state: 'open' },
    ])
  })

  it('asks a person when a linked record is deleted in Salesforce', async () => {
    const world = await linked({ FirstName: 'crm' })
    const contact = world.contact('demo/1')
    if (contact) contact.deleted = true
    await world.edits({})
    await world.quiet()
    expect(world.store.conflictRows).toMatchObject([{ kind: 'deleted', role: 'contact', source: { id: 'demo/1' } }])
  })

  it('and keeps asking while passes from the shop have nothing to write, and so never look', async () => {
    const world = await linked({ FirstName: 'crm' })
    world.crm.remove(world.contact('demo/1')?.id ?? '')
    await world.edits({})
    await world.quiet()
    await world.shopper.saves('demo/1', anna)
    await world.quiet()
    expect(world.store.conflictRows).toMatchObject([{ kind: 'deleted', state: 'open' }])
  })

  it('and does not ask again when a person has said to ignore it', async () => {
    const world = await linked({ FirstName: 'crm' })
    world.crm.remove(world.contact('demo/1')?.id ?? '')
    await world.edits({})
    await world.quiet()
    await world.store.decide(world.store.conflictRows[0]?.id ?? '', { do: 'ignore' }, 'Grace', 'ignored')
    await world.quiet()
    const [link] = [...world.store.linkRows.values()].filter(one => one.role === 'contact')
    if (link !== undefined) await world.announce(link.crm)
    await world.quiet()
    expect(world.store.conflictRows.filter(one => one.state === 'open')).toEqual([])
  })

  it('stops asking when both sides agree again', async () => {
    const world = await linked({ FirstName: 'review' })
    await world.shopper.saves('demo/1', { ...anna, firstName: 'Shop' })
    await world.edits({ FirstName: 'Org' })
    await world.quiet()
    expect(world.store.conflictRows).toMatchObject([{ kind: 'both-changed', state: 'open' }])
    await world.edits({ FirstName: 'Shop' })
    await world.quiet()
    expect(world.store.conflictRows).toMatchObject([{ state: 'closed' }])
  })

  it('carries out two decisions on one record: this is its counterpart, and that side is right', async () => {
    const world = await linked({ FirstName: 'review' })
    const { id = '', fields = {} } = world.contact('demo/1') ?? {}
    const { CT_Id__c: _, ...rest } = fields
    const winner = world.crm.make('Contact', { ...rest, FirstName: 'Org' })
    world.crm.remove(id)
    await world.edits({})
    await world.quiet()
    const [gone] = world.store.conflictRows
    await world.store.decide(
      gone?.id ?? '',
      { do: 'link', crm: { side: 'crm', type: 'Contact', id: winner.id } },
      'Grace',
      '1',
    )
    await world.quiet()
    const [, disputed] = world.store.conflictRows
    expect(disputed).toMatchObject({ kind: 'both-changed', state: 'open' })
    await world.store.decide(disputed?.id ?? '', { do: 'take', side: 'crm' }, 'Grace', '2')
    await world.quiet()
    expect(await world.customer()).toMatchObject({ firstName: 'Org' })
    expect(world.store.conflictRows.filter(one => one.state === 'open')).toEqual([])
    expect(await world.store.decisions([{ side: 'commerce', type: 'customer', id: 'demo/1' }])).toEqual([])
  })

  it('learns nothing from a read that is older than what commercetools has told', async () => {
    const world = await linked({ FirstName: 'latest' })
    const read = world.commerce.read
    const ref = { side: 'commerce', type: 'customer', id: 'demo/1' } as const
    const older = await read([ref], [], { correlationId: '', signal: new AbortController().signal })
    await world.shopper.saves('demo/1', { ...anna, firstName: 'Shop' })
    await world.quiet()
    await world.edits({ FirstName: anna.firstName })
    // The old read agrees with the edit: taken for the truth, it would make the shop's value look like a later edit.
    let reads = 0
    world.commerce.read = async (...args) => (reads++ === 0 ? older : read(...args))
    await world.pass()
    await world.quiet()
    expect(await world.customer()).toMatchObject({ firstName: anna.firstName })
    expect(world.fields()?.FirstName).toBe(anna.firstName)
  })

  it('forgets what nobody linked', async () => {
    const world = await linked({ FirstName: 'crm' })
    world.crm.rows.set('Contact-x', {
      id: 'Contact-x',
      object: 'Contact',
      fields: { LastName: 'Lead' },
      modified: 0,
      deleted: false,
    })
    world.crm.edit('Contact-x', { LastName: 'Led' })
    await pollOnce(world.engine, ['Contact'], new AbortController().signal)
    await world.quiet()
    expect(world.store.failureRows).toEqual([])
  })
})

it('looks only at objects from which something can flow back', () => {
  expect(watched([personMapping])).toEqual([])
  expect(watched([owned({ Email: 'latest' })])).toEqual(['Contact'])
})
