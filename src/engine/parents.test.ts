/** Records that belong to others: who comes first, who waits, and who is told of what is missing. */
import { describe, expect, it } from 'vitest'
import { failure } from '../../test/memory/systems.ts'
import { memoryWorld, personMapping } from '../../test/memory/world.ts'
import { define } from '../core/define.ts'
import type { LinkRule } from '../model/mapping.ts'

const key = [{ by: 'external-id', crm: 'CT_Id__c', commerce: 'key' }] as const

const orderMapping = (buyer: Pick<LinkRule, 'required' | 'patient'>) =>
  define({
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
          {
            crm: 'Contact__c',
            relationship: 'Contact__r',
            mapping: 'customer-person',
            role: 'contact',
            of: { type: 'customer', id: 'customerId' },
            owner: 'commerce',
            ...buyer,
          },
        ],
        defaults: {},
      },
      {
        role: 'line',
        each: { of: 'lineItems', id: 'id', whenGone: 'delete' },
        object: 'CT_Order_Line__c',
        match: key,
        fields: [
          { crm: 'Sku__c', commerce: 'variant.sku', owner: 'commerce' },
          { crm: 'Number__c', commerce: '{whole.orderNumber}', owner: 'commerce' },
        ],
        links: [
          {
            crm: 'Order__c',
            relationship: 'CT_Order__r',
            mapping: 'order-order',
            role: 'order',
            of: 'self',
            owner: 'commerce',
            required: true,
          },
        ],
        defaults: {},
      },
    ],
    deletion: 'unlink',
    creates: 'commerce',
    expand: [],
    touchedBy: [],
  })

const anna = { firstName: 'Anna', lastName: 'Beck', email: 'anna@example.com', note: null }
const line = (id: string, sku: string) => ({ id, variant: { sku } })
const order = (...lines: ReturnType<typeof line>[]) => ({ orderNumber: 'A-1', customerId: '1', lineItems: lines })

const shop = (buyer: Pick<LinkRule, 'required' | 'patient'> = { required: true }) => {
  const world = memoryWorld({ mappings: [personMapping, orderMapping(buyer)] })
  const orders = () => world.crm.of('CT_Order__c')
  const lines = () => world.crm.of('CT_Order_Line__c')
  return { ...world, quiet: () => world.quiet(), pass: () => world.pass(), orders, lines }
}

describe('an order and whoever placed it', () => {
  it('are written in one call when they come together, the person first, whichever was announced first', async () => {
    const world = shop()
    await world.shopper.saves('demo/o1', order(line('a', 'S1'), line('b', 'S2')), 'order')
    await world.shopper.saves('demo/1', anna)
    expect(await world.pass()).toMatchObject({ rows: 2, created: 5, waiting: 0 })
    const [written] = world.orders()
    expect(written?.fields).toMatchObject({ Number__c: 'A-1', Contact__c: world.contact('demo/1')?.id })
    expect(world.lines().map(({ fields }) => fields)).toEqual([
      expect.objectContaining({ CT_Id__c: 'demo/o1/a', Sku__c: 'S1', Number__c: 'A-1', Order__c: written?.id }),
      expect.objectContaining({ CT_Id__c: 'demo/o1/b', Sku__c: 'S2', Number__c: 'A-1', Order__c: written?.id }),
    ])
    expect(world.writes()).toEqual([{ what: 'write', rows: 5 }])
  })

  it('meet by the link when the person is known already: nothing is read for it', async () => {
    const world = shop()
    await world.shopper.saves('demo/1', anna)
    await world.quiet()
    world.commerce.calls.length = 0
    await world.shopper.saves('demo/o1', order(line('a', 'S1')), 'order')
    expect(await world.pass()).toMatchObject({ rows: 1, created: 2 })
    expect(world.orders()[0]?.fields.Contact__c).toBe(world.contact('demo/1')?.id)
  })

  it('has a person fetched of whom nobody told, and goes on by itself', async () => {
    const world = shop()
    world.commerce.put('demo/1', anna)
    await world.shopper.saves('demo/o1', order(line('a', 'S1')), 'order')
    expect(await world.pass()).toMatchObject({ rows: 1, waiting: 1 })
    expect(await world.pass()).toMatchObject({ rows: 1, created: 2 })
    expect(await world.pass()).toMatchObject({ rows: 1, created: 2 })
    expect(world.orders()[0]?.fields.Contact__c).toBe(world.contact('demo/1')?.id)
    expect(world.store.dirtyRows.size).toBe(0)
  })

  it('waits while the person cannot be written, and is written after them', async () => {
    const world = shop()
    world.crm.fault = row => (row.object === 'Contact' ? failure('unavailable') : null)
    await world.shopper.saves('demo/1', anna)
    await world.shopper.saves('demo/o1', order(line('a', 'S1')), 'order')
    await world.pass()
    expect(world.orders()).toEqual([])
    world.crm.fault = () => null
    await world.quiet()
    expect(world.orders()[0]?.fields.Contact__c).toBe(world.contact('demo/1')?.id)
    expect(world.lines()).toHaveLength(1)
  })

  it('is patient only as long as the person may still come', async () => {
    const world = shop({ required: false, patient: true })
    await world.shopper.leaves('demo/1')
    await world.quiet()
    await world.shopper.saves('demo/o1', order(line('a', 'S1')), 'order')
    expect(await world.pass()).toMatchObject({ rows: 1, created: 2, waiting: 0 })
    expect(world.orders()[0]?.fields.Contact__c).toBeUndefined()
  })

  it('is told when the person it waits for is gone, also by the pass that has both', async () => {
    const world = shop({ required: false, patient: true })
    await world.shopper.saves('demo/o1', order(line('a', 'S1')), 'order')
    await world.announce({ side: 'commerce', type: 'customer', id: 'demo/1' }, { version: 2, deleted: true })
    expect(await world.pass()).toMatchObject({ rows: 2, waiting: 1 })
    expect(await world.pass()).toMatchObject({ rows: 1, created: 2 })
    expect(world.store.dirtyRows.size).toBe(0)
  })

  it('needs nobody when nobody is named', async () => {
    const world = shop()
    await world.shopper.saves('demo/o1', { orderNumber: 'A-2', lineItems: [] }, 'order')
    expect(await world.pass()).toMatchObject({ created: 1 })
  })
})

describe('the lines of an order', () => {
  const placed = async (...lines: ReturnType<typeof line>[]) => {
    const world = shop()
    await world.shopper.saves('demo/1', anna)
    await world.shopper.saves('demo/o1', order(...lines), 'order')
    await world.quiet()
    world.crm.calls.length = 0
    return world
  }

  it('of which one is taken out leave, come and change in one call, and the others are left alone', async () => {
    const world = await placed(line('a', 'S1'), line('b', 'S2'), line('c', 'S3'))
    await world.shopper.saves('demo/o1', order(line('b', 'S2'), line('c', 'S4'), line('d', 'S5')), 'order')
    expect(await world.pass()).toMatchObject({ created: 1, updated: 2 })
    expect(world.lines().map(({ fields }) => [fields.CT_Id__c, fields.Sku__c])).toEqual([
      ['demo/o1/b', 'S2'],
      ['demo/o1/c', 'S4'],
      ['demo/o1/d', 'S5'],
    ])
    expect(world.writes()).toEqual([{ what: 'write', rows: 3 }])
    expect([...world.store.linkRows.values()].map(({ role }) => role).sort()).toEqual([
      'account',
      'contact',
      'line/b',
      'line/c',
      'line/d',
      'order',
    ])
  })

  it('of which one is refused are listed by that line; the rest of the order is written', async () => {
    const world = shop()
    await world.shopper.saves('demo/1', anna)
    world.crm.fault = row => (row.fields.Sku__c === 'bad' ? failure('invalid', 'TOO_LONG') : null)
    await world.shopper.saves('demo/o1', order(line('a', 'S1'), line('b', 'bad'), line('c', 'S3')), 'order')
    await world.quiet()
    expect(world.lines().map(({ fields }) => fields.Sku__c)).toEqual(['S1', 'S3'])
    expect(world.store.failureRows.map(({ role, failure: { code } }) => [role, code])).toEqual([['line/b', 'TOO_LONG']])
  })

  it('are not asked about any more once they are gone, though nothing of them was ever written', async () => {
    const world = shop()
    await world.shopper.saves('demo/1', anna)
    world.crm.fault = row => (row.fields.Sku__c === 'bad' ? failure('invalid', 'TOO_LONG') : null)
    await world.shopper.saves('demo/o1', order(line('a', 'bad'), line('b', 'bad'), line('c', 'S3')), 'order')
    await world.quiet()
    await world.shopper.saves('demo/o1', order(line('b', 'bad'), line('c', 'S3')), 'order')
    await world.quiet()
    const open = world.store.failureRows.filter(({ state }) => state === 'open').map(({ role }) => role)
    expect([...new Set(open)]).toEqual(['line/b'])
  })

  it('with one id twice, or with none, are those that can be told apart', async () => {
    const world = await placed(line('a', 'S1'), line('a', 'S2'), line('', 'S3'))
    expect(world.lines().map(({ fields }) => fields.Sku__c)).toEqual(['S1'])
  })

  it('are left where they are when the whole order takes no part any more', async () => {
    const world = await placed(line('a', 'S1'))
    await world.shopper.leaves('demo/o1', 'order')
    await world.quiet()
    expect(world.lines()).toHaveLength(1)
    expect([...world.store.linkRows.values()].map(({ role }) => role).sort()).toEqual(['account', 'contact'])
  })
})
