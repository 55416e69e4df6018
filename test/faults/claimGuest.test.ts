/** A worker dies before or after its k-th port call while a guest becomes a customer: what another one makes of it is one person. */
import { describe, expect, it } from 'vitest'
import type { Engine } from '../../src/engine/engine.ts'
import { listen } from '../../src/engine/listen.ts'
import { sync } from '../../src/engine/sync.ts'
import { customerPerson } from '../../src/mappings/customer-person/index.ts'
import { guestPerson } from '../../src/mappings/guest-person/index.ts'
import { orderOrder } from '../../src/mappings/order-order/index.ts'
import { withRollUps } from '../../src/mappings/roll-ups/index.ts'
import type { CommerceSystem, Store } from '../../src/model/ports.ts'
import { type ChangeEvent, type JsonObject, lanes, type ResourceRef } from '../../src/model/resource.ts'
import { memoryCommerce } from '../memory/systems.ts'
import { memoryWorld } from '../memory/world.ts'
import { dyingAt } from './dying.ts'
import { inMemoryOf, onDatabaseOf } from './kinds.ts'

const guests = guestPerson()
const people = [customerPerson({ guests: guests.name }), guests].map(one =>
  withRollUps(one, { where: 'person', carts: false }),
)
/** With orders, their lines, and what they come to: whose they are changes with the guest. */
const mappings = [...people, orderOrder({ payments: 'none' })]
type Clock = ReturnType<typeof memoryWorld>['clock']

/** Customers and orders in memory, Salesforce in memory, and a store. */
function stage(storeFor: (clock: Clock) => Store) {
  const world = memoryWorld({ mappings, maxAttempts: 50 })
  const { clock, crm } = world
  const byType = new Map(['customer', 'order'].map(type => [type, memoryCommerce(clock, type)]))
  const of = (type: string) => {
    const found = byType.get(type)
    if (found === undefined) throw new Error(`no ${type} here`)
    return found
  }
  const commerce: CommerceSystem = {
    ...of('customer'),
    read: async (refs, expand, context) => {
      const [first] = refs
      return first === undefined ? [] : of(first.type).read(refs, expand, context)
    },
    list: (query, context) => of(query.type).list(query, context),
    decode: body => ({ is: 'events', events: body as readonly ChangeEvent[], form: 'memory' }),
  }
  const store = storeFor(clock)
  const engine: Engine = {
    ...world.engine,
    store,
    systems: { ...world.engine.systems, commerce: { ...of('customer'), ...commerce } },
  }
  const told: ResourceRef[] = []
  const event = (ref: ResourceRef, version: number | null, more: Partial<ChangeEvent> = {}): ChangeEvent => {
    told.push(ref)
    const id = `e${told.length}`
    return {
      id,
      ref,
      kind: 'changed',
      version,
      at: clock.now(),
      correlationId: id,
      lane: 'live',
      erase: false,
      ...more,
    }
  }
  const saves = (type: string, id: string, body: JsonObject, version: number): ChangeEvent => {
    clock.advance(1_000)
    return event(of(type).put(`demo/${id}`, { id, createdAt: clock.now(), ...body }), version)
  }
  return {
    engine,
    clock,
    crm,
    signsUp: (id: string, body: JsonObject) => saves('customer', id, { addresses: [], stores: [], ...body }, 1),
    buys: (id: string, body: JsonObject, version = 1) => saves('order', id, body, version),
    leaves(type: string, id: string, erase: boolean): ChangeEvent {
      clock.advance(1_000)
      of(type).remove(`demo/${id}`)
      return event({ side: 'commerce', type, id: `demo/${id}` }, 9, { kind: 'deleted', erase })
    },
    async works(as: Engine, delivery: readonly ChangeEvent[]): Promise<void> {
      if (delivery.length > 0) await listen(as, delivery, { correlationId: 'delivery' })
      for (let turns = 0; turns < 100; turns++) {
        const leaseStartMs = clock.monotonicMs()
        const claim = await as.store.claim({ side: 'commerce', limit: 1_000, leaseMs: as.pace.leaseMs, lanes })
        if (claim === null) return
        await sync(as, claim, { leaseStartMs, troubles: 0, signal: new AbortController().signal })
        clock.advance(1_000)
      }
      throw new Error('never quiet')
    },
    /** All that lasts, told so that two runs can be compared. */
    async end(): Promise<unknown> {
      const rows = [...crm.rows.values()].filter(row => !row.deleted)
      const nameOf = (id: unknown): string =>
        `${crm.rows.get(String(id))?.object} ${crm.rows.get(String(id))?.fields.CT_Id__c}`
      const shown = rows.map(({ object, fields }) => {
        const filled = Object.entries(fields).filter(([, value]) => value !== null)
        const named = filled.map(([name, value]) => [name, crm.rows.has(String(value)) ? nameOf(value) : value])
        return JSON.stringify([object, Object.fromEntries(named.sort())])
      })
      const links = (await store.claimants(rows.map(({ object, id }) => ({ side: 'crm', type: object, id })))).map(
        ({ mapping, role, commerce: from, crm: to }) => `${mapping} ${role} ${from.id} = ${nameOf(to.id)}`,
      )
      const { lanes: waiting, conflicts, failures } = await store.backlog()
      return { shown: shown.sort(), links: links.sort(), waiting, conflicts, failures }
    },
    async idleWrites(): Promise<number> {
      const before = crm.calls.filter(call => call.what === 'write').length
      const all = [...new Map(told.map(ref => [ref.id, ref])).values()].filter(ref => ref.type === 'customer')
      const orders = told.filter(ref => ref.type === 'order')
      await store.mark(
        [...all, ...orders].map(ref => event(ref, null)),
        { force: true },
      )
      await this.works(engine, [])
      return crm.calls.filter(call => call.what === 'write').length - before
    },
  }
}
type Stage = ReturnType<typeof stage>

const email = 'gil@example.com'
const home = (more: JsonObject = {}): JsonObject => ({
  customerEmail: email,
  billingAddress: { firstName: 'Gil', lastName: 'Guest', country: 'DE', city: 'Köln', ...more },
  totalPrice: { currencyCode: 'EUR', centAmount: 3_000, fractionDigits: 2 },
  lineItems: ['mug', 'hat'].map(id => ({ id, name: { en: id }, quantity: 1, variant: { sku: id } })),
})
const gil: JsonObject = { email, firstName: 'Gilbert', lastName: 'Guest' }

type Story = {
  readonly name: string
  readonly before: (on: Stage) => readonly ChangeEvent[]
  readonly told: (on: Stage) => readonly ChangeEvent[]
  /** Whose key the one Contact and the one Account bear in the end; null when both are nobody's any more. */
  readonly whose: 'guest' | 'c1' | null
  /** How many orders the Contact shows: theirs, whether they had an account or not; what is left of the erased says as before. */
  readonly orders: number
}

const stories: readonly Story[] = [
  { name: 'a first order', before: () => [], told: on => [on.buys('o1', home())], whose: 'guest', orders: 1 },
  {
    name: 'a guest signs up',
    before: on => [on.buys('o1', home()), on.buys('o2', home({ mobile: '0170 1234567' }))],
    told: on => [on.signsUp('c1', gil)],
    whose: 'c1',
    orders: 2,
  },
  {
    name: 'a guest signs up, their order becomes theirs, and they buy as a guest again',
    before: on => [on.buys('o1', home())],
    told: on => [on.signsUp('c1', gil), on.buys('o1', { ...home(), customerId: 'c1' }, 2), on.buys('o2', home())],
    whose: 'c1',
    orders: 2,
  },
  {
    name: 'an order after the registration',
    before: on => [on.signsUp('c1', gil)],
    told: on => [on.buys('o1', home({ city: 'Elsewhere' }))],
    whose: 'c1',
    orders: 1,
  },
  {
    name: 'the customer who was a guest is erased',
    before: on => [on.buys('o1', home()), on.signsUp('c1', gil)],
    told: on => [on.leaves('customer', 'c1', true)],
    whose: null,
    orders: 1,
  },
  {
    name: 'the guest is erased with their last order',
    before: on => [on.buys('o1', home())],
    told: on => [on.leaves('order', 'o1', true)],
    whose: null,
    orders: 1,
  },
]

for (const kindOf of [inMemoryOf, onDatabaseOf])
  describe(`a worker that dies over a guest, on ${kindOf === inMemoryOf ? 'the store in memory' : 'a database'}`, () => {
    const kind = kindOf(stage)
    it.each(stories)('$name: the end is the same wherever it died', { timeout: 120_000 }, async story => {
      const begin = async (): Promise<readonly [Stage, readonly ChangeEvent[]]> => {
        const on = await kind.fresh()
        for (const one of story.before(on)) await on.works(on.engine, [one])
        return [on, story.told(on)]
      }
      const [calm, news] = await begin()
      await calm.works(calm.engine, news)
      const wanted = await calm.end()
      expect(wanted).toMatchObject({ conflicts: 0, failures: 0 })
      for (const object of ['Contact', 'Account']) {
        const keys = calm.crm.of(object).map(row => /^demo\/(guest|c1)/.exec(String(row.fields.CT_Id__c))?.[1] ?? null)
        expect(keys, object).toEqual([story.whose])
      }
      expect(calm.crm.of('Contact').map(row => Number(row.fields.CT_Order_Count__c))).toEqual([story.orders])
      let deaths = 0
      for (let k = 1, lives = false; !lives; k++) {
        for (const when of ['before', 'after'] as const) {
          const [on, told] = await begin()
          const death = await dyingAt(on.engine, k, when, mortal => on.works(mortal, told))
          lives = !death.died
          if (lives) break
          deaths++
          const name = `${story.name}, call ${k}, ${death.at}`
          await kind.expire(on)
          await on.works(on.engine, death.row.includes('MARK') ? told : [])
          expect(await on.end(), name).toEqual(wanted)
          expect(await on.idleWrites(), `${name}: an idle pass afterwards`).toBe(0)
        }
      }
      expect(deaths).toBeGreaterThan(10)
    })
  })
