/** Orders of which nobody is sure whose they are: where they stand meanwhile, when they move, and who is left out for good. */
import { describe, expect, it } from 'vitest'
import { memoryWorld, personMapping } from '../../test/memory/world.ts'
import { define } from '../core/define.ts'
import type { FallbackRule, LinkRule, Mapping, Parking } from '../model/mapping.ts'

const byEmail: FallbackRule = { by: 'fallback', crm: 'Email', commerce: 'email', agree: ['LastName'] }
const key = [{ by: 'external-id', crm: 'CT_Id__c', commerce: 'key' }] as const
const people: Mapping = {
  ...personMapping,
  parts: personMapping.parts.map(part =>
    part.role === 'contact' ? { ...part, match: [...part.match, byEmail] } : { ...part, follows: 'contact' },
  ),
}

const pointer = (to: 'Contact' | 'Account'): LinkRule => ({
  crm: `${to}__c`,
  relationship: `${to}__r`,
  mapping: 'customer-person',
  role: to.toLowerCase(),
  of: { type: 'customer', id: 'customerId' },
  owner: 'commerce',
  required: false,
})

function shop(parking: Partial<Parking> | null) {
  const at = { object: 'Account', by: 'store', at: { berlin: 'Account-1', '*': 'Account-2' } }
  const parked = parking && { parking: { ...at, whileAsked: false, ofNobody: false, ...parking } }
  const orders = define({
    name: 'order-order',
    doc: 'for tests',
    commerce: 'order',
    keyField: 'CT_Id__c',
    parts: [
      {
        role: 'order',
        object: 'CT_Order__c',
        match: key,
        fields: [{ crm: 'Number__c', commerce: 'orderNumber', owner: 'commerce' }],
        links: [
          { ...pointer('Contact'), patient: true },
          { ...pointer('Account'), ...parked },
        ],
        defaults: {},
      },
    ],
    deletion: 'unlink',
    creates: 'commerce',
    expand: [],
    touchedBy: [],
  })
  const world = memoryWorld({ mappings: [people, orders] })
  for (const Name of ['Berlin', 'Elsewhere']) world.crm.make('Account', { Name })
  const quiet = async (): Promise<void> => {
    while ((await world.pass()) !== null);
  }
  return {
    ...world,
    /** Until nothing is due; who waits for a person goes on waiting. */
    quiet,
    order: () => world.crm.of('CT_Order__c').find(one => one.fields.CT_Id__c === 'demo/o1')?.fields,
    places: (more: Readonly<Record<string, string>> = {}) =>
      world.shopper.saves('demo/o1', { orderNumber: 'A-1', ...more }, 'order'),
    /** Nobody can say which of the two she is. */
    twins: () => [1, 2].map(() => world.crm.make('Contact', { Email: 'anna@example.com', LastName: 'Beck' })),
    signsUp: () =>
      world.shopper.saves('demo/1', { firstName: 'Anna', lastName: 'Beck', email: 'anna@example.com', note: null }),
    decides: async (choice: Parameters<typeof world.store.decide>[1]) => {
      const open = world.store.conflictRows.find(({ state }) => state === 'open')
      await world.store.decide(open?.id ?? '', choice, 'Grace', 'by hand')
      await quiet()
    },
  }
}

const [berlin, elsewhere] = ['Account-1', 'Account-2']
const ofAnna = { customerId: '1', store: 'berlin' }

describe('an order of whom a person is asked', () => {
  it('stands at the Account of its store, waits there, and moves when it is decided', async () => {
    const world = shop({ whileAsked: true })
    const [, second] = world.twins()
    await world.signsUp()
    await world.quiet()
    await world.places(ofAnna)
    expect(await world.pass()).toMatchObject({ created: 1 })
    expect(world.order()).toMatchObject({ Number__c: 'A-1', Account__c: berlin })
    expect(world.order()?.Contact__c).toBeUndefined()
    expect([...world.store.dirtyRows.values()].map(({ ref }) => ref.id)).toEqual(['demo/o1'])

    world.crm.calls.length = 0
    await world.places({ ...ofAnna, orderNumber: 'A-2' })
    await world.quiet()
    expect(world.order()).toMatchObject({ Number__c: 'A-2', Account__c: berlin })
    if (second === undefined) throw new Error('there are two')
    await world.decides({ do: 'link', crm: { side: 'crm', type: 'Contact', id: second.id } })
    // The Contact that was found has an Account of its own, of which nothing of ours knows.
    expect(world.order()).toMatchObject({ Contact__c: second.id, Account__c: null })
    expect(world.store.dirtyRows.size).toBe(0)
  })

  it('moves to the Account, too, where the person gets one', async () => {
    const world = shop({ whileAsked: true })
    world.twins()
    await world.signsUp()
    await world.quiet()
    await world.places({ customerId: '1' })
    await world.quiet()
    expect(world.order()).toMatchObject({ Account__c: elsewhere })
    await world.decides({ do: 'create' })
    const { fields } = world.contact('demo/1') ?? {}
    expect(world.order()).toMatchObject({ Contact__c: world.contact('demo/1')?.id, Account__c: fields?.AccountId })
  })

  it('that came before anybody had looked at the person stands there as soon as a person is asked', async () => {
    const world = shop({ whileAsked: true })
    world.twins()
    await world.places(ofAnna)
    await world.quiet()
    expect(world.order()).toBeUndefined()
    await world.signsUp()
    await world.quiet()
    expect(world.order()).toMatchObject({ Account__c: berlin })
  })

  it('of somebody else by now leaves the person it had', async () => {
    const world = shop({ whileAsked: true })
    await world.shopper.saves('demo/2', { firstName: 'Bea', lastName: 'Huber', email: 'bea@example.com', note: null })
    await world.places({ ...ofAnna, customerId: '2' })
    await world.quiet()
    expect(world.order()).toMatchObject({ Contact__c: world.contact('demo/2')?.id })
    world.twins()
    await world.signsUp()
    await world.quiet()
    await world.places(ofAnna)
    await world.quiet()
    expect(world.order()).toMatchObject({ Contact__c: null, Account__c: berlin })
  })

  it('waits where there is no such place', async () => {
    const world = shop(null)
    world.twins()
    await world.signsUp()
    await world.places(ofAnna)
    await world.quiet()
    expect(world.order()).toBeUndefined()
    expect(world.store.dirtyRows.size).toBe(1)
  })

  it('waits no more when the person is to be left alone for good', async () => {
    const world = shop(null)
    world.twins()
    await world.signsUp()
    await world.places(ofAnna)
    await world.quiet()
    await world.decides({ do: 'ignore' })
    expect(world.order()).toMatchObject({ Number__c: 'A-1' })
    expect(world.order()?.Contact__c).toBeUndefined()
    await world.places({ ...ofAnna, orderNumber: 'A-2' })
    await world.quiet()
    expect(world.order()).toMatchObject({ Number__c: 'A-2' })
    expect(world.store.dirtyRows.size).toBe(0)
  })
})

describe('an order of nobody', () => {
  it('stands at the Account of its store, and moves when it is given to a customer', async () => {
    const world = shop({ ofNobody: true })
    await world.places({ store: 'berlin' })
    await world.quiet()
    expect(world.order()).toMatchObject({ Account__c: berlin })
    expect(world.store.dirtyRows.size).toBe(0)
    await world.signsUp()
    await world.places(ofAnna)
    await world.quiet()
    const { fields } = world.contact('demo/1') ?? {}
    expect(world.order()).toMatchObject({ Contact__c: world.contact('demo/1')?.id, Account__c: fields?.AccountId })
  })

  it('stands nowhere where nobody said so', async () => {
    const world = shop({ whileAsked: true })
    await world.places({ store: 'berlin' })
    await world.quiet()
    expect(world.order()?.Account__c).toBeUndefined()
  })
})
