import { describe, expect, it } from 'vitest'
import { memoryWorld, personMapping } from '../../test/memory/world.ts'
import type { FieldRule } from '../model/mapping.ts'
import type { WriteRow } from '../model/plan.ts'
import { pollOnce } from './poll.ts'

/** How often to write: the less, the stricter. */
const strictest = { owner: 'strictest', stricter: ['never', 'monthly', 'daily'] } as const
const start = { firstName: 'Anna', lastName: 'Beck', email: 'anna@example.com', note: 'monthly' }

/** One linked customer whose note (Description) has this rule, and what people on both sides do before anybody looks. */
async function given(rule: Partial<FieldRule>, note = 'monthly') {
  const parts = personMapping.parts.map(part => ({
    ...part,
    fields: part.fields.map(one => (one.crm === 'Description' ? { ...one, ...rule } : one)),
  }))
  const world = memoryWorld({ mappings: [{ ...personMapping, parts }] })
  await world.shopper.saves('demo/1', { ...start, note })
  await world.quiet()
  const poll = () => pollOnce(world.engine, ['Contact'], new AbortController().signal)
  await poll()
  await world.quiet()
  const contact = world.contact('demo/1')
  if (contact === undefined) throw new Error('not linked')
  const sent: WriteRow[] = []
  world.crm.fault = row => {
    sent.push(row)
    return null
  }
  return {
    ...world,
    contact,
    sent,
    shop: (value: string) => world.shopper.saves('demo/1', { ...start, note: value }),
    sales(value: string): void {
      world.clock.advance(1_000)
      world.crm.edit(contact.id, { Description: value })
    },
    /** All that is due is done, before and after the poll. */
    async quiet(): Promise<void> {
      await world.quiet()
      await poll()
      await world.quiet()
    },
    poll,
    /** What each side says. */
    async both(): Promise<unknown[]> {
      const ref = { side: 'commerce', type: 'customer', id: 'demo/1' } as const
      const [seen] = await world.commerce.read([ref], [], { correlationId: '', signal: new AbortController().signal })
      return [seen?.state === 'present' ? seen.body.note : null, contact.fields.Description]
    },
  }
}

const order = [true, false].map(salesFirst => ({ salesFirst, who: salesFirst ? 'sales' : 'the shop' }))

describe('strictest', () => {
  const cases = [
    { shop: 'never', sales: 'daily', wins: 'never' },
    { shop: 'daily', sales: 'never', wins: 'never' },
    { shop: 'whatever', sales: 'daily', wins: 'daily' },
  ]
  it.each(cases.flatMap(one => order.map(o => ({ ...one, ...o }))))(
    'shop $shop, sales $sales, $who first: $wins on both sides',
    async ({ shop, sales, wins, salesFirst }) => {
      const world = await given(strictest)
      if (salesFirst) world.sales(sales)
      await world.shop(shop)
      if (!salesFirst) world.sales(sales)
      await world.quiet()
      expect(await world.both()).toEqual([wins, wins])
    },
  )

  it.each(['never', 'daily'])('what only one side changed travels, stricter or not: %s', async value => {
    const from = await given(strictest)
    await from.shop(value)
    await from.quiet()
    expect(await from.both()).toEqual([value, value])
    const back = await given(strictest)
    back.sales(value)
    await back.quiet()
    expect(await back.both()).toEqual([value, value])
  })

  it('a stricter value goes over an edit of Salesforce alone and guarded', async () => {
    const world = await given(strictest)
    await world.shopper.saves('demo/2', { ...start, email: 'bea@example.com' })
    await world.quiet()
    world.crm.calls.length = 0
    world.sales('daily')
    await world.shop('never')
    await world.shopper.saves('demo/2', { ...start, email: 'bee@example.com' })
    await world.quiet()
    expect(await world.both()).toEqual(['never', 'never'])
    expect(world.writes().map(call => call.rows)).toEqual([1, 1])
    expect(world.sent.filter(row => row.ifUnmodifiedSince !== null)).toMatchObject([
      { do: 'update', id: world.contact.id, fields: { Description: 'never' } },
    ])
  })

  it('one who edits between the look and the write is not overwritten unseen: 412, and planned again', async () => {
    const world = await given(strictest, 'daily')
    world.sales('monthly plus')
    await world.shop('monthly')
    let edits = 0
    world.crm.fault = row => {
      world.sent.push(row)
      if (row.ifUnmodifiedSince !== null && edits++ === 0) world.sales('never')
      return null
    }
    await world.quiet()
    expect(edits).toBe(1)
    expect(world.failures).toContain('stale PRECONDITION_FAILED')
    expect(await world.both()).toEqual(['never', 'never'])
  })
})

describe('latest', () => {
  it.each(order)('the later edit stands on both sides: $who first', async ({ salesFirst }) => {
    const world = await given({ owner: 'latest' })
    if (salesFirst) world.sales('by sales')
    await world.shop('by the shop')
    if (!salesFirst) world.sales('by sales')
    const wins = salesFirst ? 'by the shop' : 'by sales'
    await world.quiet()
    expect(await world.both()).toEqual([wins, wins])
  })

  it('a tie is the shop’s, whichever side is looked at first', async () => {
    for (const salesFirst of [true, false]) {
      const world = await given({ owner: 'latest' })
      await world.shop('by the shop')
      world.crm.edit(world.contact.id, { Description: 'by sales' })
      if (salesFirst) {
        const dirty = [...world.store.dirtyRows.values()]
        for (const row of dirty) row.dueAt = new Date(Date.parse(world.clock.now()) + 60_000).toISOString()
        await world.poll()
      }
      await world.quiet()
      expect(await world.both()).toEqual(['by the shop', 'by the shop'])
    }
  })
})

describe('review', () => {
  const decided = (['commerce', 'crm'] as const).flatMap(side => order.map(one => ({ side, ...one })))
  it.each(decided)('$who first, a person takes $side: it stands on both sides', async ({ side, salesFirst }) => {
    const world = await given({ owner: 'review' })
    if (salesFirst) world.sales('by sales')
    await world.shop('by the shop')
    if (!salesFirst) world.sales('by sales')
    await world.quiet()
    expect(await world.both()).toEqual(['by the shop', 'by sales'])
    const open = world.store.conflictRows.filter(one => one.state === 'open')
    expect(open).toMatchObject([{ kind: 'both-changed', fields: [{ commerce: 'by the shop', crm: 'by sales' }] }])
    await world.store.decide(open[0]?.id ?? '', { do: 'take', side }, 'a person', 'c')
    await world.quiet()
    const wins = side === 'crm' ? 'by sales' : 'by the shop'
    expect(await world.both()).toEqual([wins, wins])
    expect(world.store.conflictRows.filter(one => one.state === 'open')).toEqual([])
  })
})

it('crm: what the shop writes is put back, and what sales writes travels', async () => {
  const world = await given({ owner: 'crm' })
  world.sales('by sales')
  await world.quiet()
  expect(await world.both()).toEqual(['by sales', 'by sales'])
  await world.shop('by the shop')
  await world.quiet()
  expect(await world.both()).toEqual(['by sales', 'by sales'])
})

it('seed: neither side’s later edits travel', async () => {
  const world = await given({ owner: 'seed' })
  world.sales('by sales')
  await world.shop('by the shop')
  await world.quiet()
  expect(await world.both()).toEqual(['by the shop', 'by sales'])
})
