/** Whose new records are, where sync.config.ts says it; and that nobody's are taken from them afterwards. */
import { expect, it } from 'vitest'
import { world } from '../world.ts'
import { address, amount, item } from './orderSteps.ts'

/** As the emulator numbers users: its own two come first. */
const [anna, ben, desk] = ['005gL0000000003QAA', '005gL0000000004QAA', '005gL0000000005QAA'] as const
const org = { users: ['anna', 'ben', 'desk'].map(name => ({ username: `${name}@example.com`, lastName: name })) }

it('new records belong to whom a route names; what an admin changes stays', { timeout: 60_000 }, async () => {
  const byStore = { by: 'store.key', at: { berlin: ben, '*': desk } }
  await using now = await world({
    org,
    config: {
      orders: 'order',
      activity: 'task',
      mappings: {
        'customer-person': { owner: anna },
        'guest-person': { owner: desk },
        'order-order': { owner: byStore },
        'message-activity': { owner: byStore, messages: { OrderImported: true } },
      },
    },
    subscribeTo: ['order'],
  })
  await now.merchant.makes('stores', { key: 'berlin' })
  const ada = await now.shopper.signsUp({ email: 'ada@example.com', password: 'p', lastName: 'Byron' })
  const draft = { billingAddress: address, totalPrice: amount(1_000), lineItems: [item('MUG', 1_000)] }
  const inBerlin = await now.buyer.orders({ ...draft, customerId: ada.id, store: { typeId: 'store', key: 'berlin' } })
  const elsewhere = await now.buyer.orders({ ...draft, customerEmail: 'gil@example.com' })
  await now.quiet()
  const ownerOf = async (object: string, id: string) =>
    (await now.crm.rows(object)).find(row => row.CT_Id__c === `demo/${id}`)?.OwnerId
  expect((await now.crm.contact(ada))?.OwnerId).toBe(anna)
  expect((await now.crm.account(ada))?.OwnerId).toBe(anna)
  expect((await now.crm.rows('Contact')).find(row => row.Email === 'gil@example.com')?.OwnerId).toBe(desk)
  expect([await ownerOf('Order', inBerlin.id), await ownerOf('Order', elsewhere.id)]).toEqual([ben, desk])
  const tasks = await now.crm.rows('Task')
  expect(new Set(tasks.map(row => row.OwnerId))).toEqual(new Set([ben, desk]))

  const contact = await now.crm.contact(ada)
  await now.agent.edits('Contact', String(contact?.Id), { OwnerId: ben })
  await now.shopper.changes(await now.shopper.sees(ada), { action: 'setFirstName', firstName: 'Augusta' })
  await now.quiet()
  expect(await now.crm.contact(ada)).toMatchObject({ FirstName: 'Augusta', OwnerId: ben })
  expect(await now.status()).toMatchObject({ failures: 0, conflicts: 0 })
})

it('an owner who is not there is listed by name, and keeps nobody else waiting', { timeout: 60_000 }, async () => {
  const owner = { by: 'locale', at: { de: '005gL0000000099QAA', '*': desk } }
  await using now = await world({ org, config: { mappings: { 'customer-person': { owner } } } })
  await now.shopper.signsUp({ email: 'eva@example.com', password: 'p', lastName: 'Mai', locale: 'de' })
  const finn = await now.shopper.signsUp({ email: 'finn@example.com', password: 'p', lastName: 'Ray', locale: 'en' })
  await now.quiet()
  expect((await now.crm.contact(finn))?.OwnerId).toBe(desk)
  const { items } = await now.api<{ items: object[] }>('/failures?state=open')
  expect(items).toMatchObject([{ failure: { is: 'invalid', message: expect.stringContaining('The owner') } }])
  expect(await now.status()).toMatchObject({ failures: 1, conflicts: 0 })
})
