/**
 * One customer and both ways at once, through the engine in memory: for every combination of owners and any edits on both
 * sides the two agree after a bounded number of passes, each side's own fields are left alone, and an idle pass writes nothing.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pollOnce } from '../../src/engine/poll.ts'
import { type FieldOwnership, type FieldRule, type Mapping, ownerships, type Value } from '../../src/model/mapping.ts'
import type { Side } from '../../src/model/resource.ts'
import { memoryWorld, personMapping } from '../memory/world.ts'

const names = ['a', 'b', 'c', 'd'] as const
type Name = (typeof names)[number]
type Values = Partial<Record<Name, Value>>

const stricter: readonly Value[] = ['y', 'x']

const mappingOf = (owners: readonly FieldOwnership[]): Mapping => ({
  ...personMapping,
  parts: personMapping.parts.map(part => {
    if (part.role !== 'contact') return part
    const added: FieldRule[] = names.map((name, at) => {
      const owner = owners[at] ?? 'commerce'
      return { crm: `${name}__c`, commerce: name, owner, ...(owner === 'strictest' && { stricter }) }
    })
    return { ...part, fields: [...part.fields, ...added] }
  }),
})

const signal = new AbortController().signal
const ref = { side: 'commerce', type: 'customer', id: 'demo/1' } as const
const person = { firstName: 'Anna', lastName: 'Beck', email: 'anna@example.com', note: null }
/** More passes than any story here needs by far: beyond them values go to and fro for ever. */
const passesAllowed = 25

/** A shop, an org and the service between them; `atRest` lets it work, and a person decides what is disputed. */
function world(owners: readonly FieldOwnership[], takes: Side) {
  const one = memoryWorld({ mappings: [mappingOf(owners)] })
  const { clock, commerce, crm, store, engine } = one
  let body: Record<string, Value> = { ...person }
  const contact = () => one.contact(ref.id)
  const read = async (): Promise<Readonly<Record<string, unknown>>> => {
    const [snapshot] = await commerce.read([ref], [], { correlationId: '', signal })
    return snapshot?.state === 'present' ? snapshot.body : {}
  }

  async function passes(): Promise<void> {
    for (let count = 0; count < passesAllowed; ) {
      await pollOnce(engine, ['Contact'], signal)
      if ((await one.pass()) !== null) count++
      else if (store.dirtyRows.size === 0) return
      else clock.advance(60_000)
    }
    throw new Error(`still not at rest: ${[...store.dirtyRows.keys()]}`)
  }

  return {
    store,
    read,
    contact,
    async shopEdits(values: Values): Promise<void> {
      body = { ...body, ...(await read()), ...values }
      await one.shopper.saves(ref.id, body as Record<string, string | null>)
    },
    agentEdits(values: Values): void {
      clock.advance(1_000)
      const id = contact()?.id
      if (id === undefined) return
      crm.edit(id, Object.fromEntries(Object.entries(values).map(([name, value]) => [`${name}__c`, value])))
    },
    async atRest(): Promise<void> {
      await passes()
      for (let decisions = 0; decisions < 5; decisions++) {
        const open = store.conflictRows.find(conflict => conflict.state === 'open')
        if (open === undefined) return
        await store.decide(open.id, { do: 'take', side: takes }, 'Grace', 'decided')
        await passes()
      }
      throw new Error('decisions go round')
    },
    async idle(): Promise<number> {
      const count = (): number => one.writes().length + commerce.calls.filter(call => call.startsWith('write')).length
      const before = count()
      const events = [ref, { side: 'crm', type: 'Contact', id: contact()?.id ?? '' } as const].map(some => ({
        id: some.id,
        ref: some,
        kind: 'changed' as const,
        version: null,
        at: clock.now(),
        correlationId: 'idle',
        lane: 'live' as const,
        erase: false,
      }))
      await store.mark(events, { force: true })
      await passes()
      return count() - before
    },
  }
}

const value = fc.constantFrom<Value>(null, 'x', 'y')
const edits = fc.record({ a: value, b: value, c: value, d: value }, { requiredKeys: [] })
const step = fc.record({
  shop: fc.option(edits),
  agent: fc.option(edits),
  shopFirst: fc.boolean(),
  rests: fc.boolean(),
})
const story = fc.record({
  owners: fc.array(fc.constantFrom(...ownerships), { minLength: names.length, maxLength: names.length }),
  takes: fc.constantFrom<Side>('commerce', 'crm'),
  first: edits,
  steps: fc.array(step, { maxLength: 5 }),
})

test('rules 1, 2, 3, 5 and 8, both ways: any edits come to rest as the owners say, and nothing is written then', async () => {
  await fc.assert(
    fc.asyncProperty(story, async ({ owners, takes, first, steps }) => {
      const one = world(owners, takes)
      const shopSaid: Values = { ...first }
      const agentSaid: Values = {}
      await one.shopEdits(first)
      await one.atRest()
      for (const { shop, agent, shopFirst, rests } of steps) {
        if (shop !== null && shopFirst) await one.shopEdits(shop)
        if (agent !== null) one.agentEdits(agent)
        if (shop !== null && !shopFirst) await one.shopEdits(shop)
        Object.assign(shopSaid, shop)
        Object.assign(agentSaid, agent)
        if (rests) await one.atRest()
      }
      await one.atRest()

      const [body, fields] = [await one.read(), one.contact()?.fields ?? {}]
      const base = [...one.store.linkRows.values()].find(link => link.role === 'contact')?.base ?? {}
      names.forEach((name, at) => {
        const [commerce, crm] = [body[name] ?? null, fields[`${name}__c`] ?? null]
        const owner = owners[at]
        const agreed = base[`${name}__c`] !== undefined
        const about = `${name} of ${owner}: ${commerce} and ${crm}`
        if (owner === 'commerce') expect(commerce, about).toBe(shopSaid[name] ?? null)
        if (owner === 'crm' || owner === 'seed') if (name in agentSaid) expect(crm, about).toBe(agentSaid[name] ?? null)
        // Nothing was ever agreed on: an empty value erases nothing.
        const erasesNothing =
          !agreed && ((owner === 'commerce' && commerce === null) || (owner === 'crm' && crm === null))
        if (owner !== 'seed' && !erasesNothing) expect(crm, about).toBe(commerce)
      })
      expect([...one.store.linkRows.values()].map(link => link.role).sort()).toEqual(['account', 'contact'])
      expect(await one.idle()).toBe(0)
    }),
    { numRuns: 400 },
  )
})

test('rule 4, both ways: with nothing against it an edit arrives, unless the other side owns the field', async () => {
  const sides = fc.constantFrom<Side>('commerce', 'crm')
  await fc.assert(
    fc.asyncProperty(story, sides, fc.constantFrom(...names), async ({ owners, takes, first }, side, name) => {
      const one = world(owners, takes)
      await one.shopEdits(first)
      await one.atRest()
      if (side === 'commerce') await one.shopEdits({ [name]: 'new' })
      else one.agentEdits({ [name]: 'new' })
      await one.atRest()
      const owner = owners[names.indexOf(name)]
      const isTheirs = owner === 'seed' || owner === (side === 'commerce' ? 'crm' : 'commerce')
      const arrived = side === 'commerce' ? one.contact()?.fields[`${name}__c`] : (await one.read())[name]
      if (isTheirs) expect(arrived ?? null).not.toBe('new')
      else expect(arrived).toBe('new')
    }),
    { numRuns: 300 },
  )
})
