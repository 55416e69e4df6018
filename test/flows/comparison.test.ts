/** The comparison that the demo ends with: a judge who never says "lost" proves nothing. And what the demo plays before it. */
import { expect, it } from 'vitest'
import { SCENARIOS } from '../../emulators/commercetools/src/model/scenarios.ts'
import { leftOut, played } from '../../src/cli/demo/scenarios.ts'
import { until } from '../ports.ts'
import { world } from '../world.ts'

it('follows every scenario of the emulator, or one that is left out by name', () => {
  const told = ['arrivals', ...played.map(({ name }) => name), ...Object.keys(leftOut)]
  expect(told.toSorted()).toEqual([...SCENARIOS].toSorted())
})

it('tells who is gone from who is lost, and sees what an erasure left behind', { timeout: 120_000 }, async () => {
  await using now = await world()
  const person = (name: string) => ({
    email: `${name}@example.com`,
    password: 'secret',
    firstName: name,
    lastName: 'Beck',
    addresses: [{ country: 'DE', city: 'Ulm' }],
    defaultBillingAddress: 0,
  })
  const [anna, bea, cleo] = await Promise.all(['anna', 'bea', 'cleo'].map(name => now.shopper.signsUp(person(name))))
  if (!anna || !bea || !cleo) throw new Error('nobody signed up')
  await now.quiet()
  await now.shopper.leaves(anna, { erase: true })
  await now.shopper.leaves(bea)
  await now.quiet()
  const well = { lost: 0, duplicates: 0, commerce: { customer: 1 }, gone: { left: 1, erased: 1 }, differences: [] }
  expect(await now.compare()).toMatchObject(well)

  const [remains] = (await now.crm.rows('Contact')).filter(row => row.LastName === 'Anonymised')
  const id = remains?.Id ?? ''
  await now.agent.edits('Contact', id, { Email: 'anna@example.com' })
  expect(await now.compare()).toMatchObject({ ...well, duplicates: 1 })
  await now.agent.edits('Contact', id, { Email: null, CT_Id__c: `demo/${anna.id}` })
  expect(await now.compare()).toMatchObject({
    ...well,
    lost: 1,
    differences: [{ where: 'Contact: still there after the erasure' }],
  })
  await now.agent.edits('Contact', id, { CT_Id__c: null })
  expect(await now.compare()).toMatchObject(well)

  // A second record that nothing is left of: more than were erased.
  const account = (await now.crm.account(cleo))?.Id
  await now.agent.makes('Contact', { LastName: 'Anonymised', AccountId: account })
  expect(await now.compare()).toMatchObject({ ...well, duplicates: 1 })

  const contact = await now.crm.contact(cleo)
  await now.agent.edits('Contact', contact?.Id ?? '', { MailingCity: 'Bonn' })
  await until(
    () => now.compare(),
    ({ lost }) => lost === 1,
  )
})

it('sees an order that is not as it was placed, one of somebody else, and a guest who is there twice', {
  timeout: 120_000,
}, async () => {
  await using now = await world({ config: { orders: 'custom-object' }, subscribeTo: ['order', 'payment'] })
  const yen = { currencyCode: 'JPY', centAmount: 1_500 }
  const lineItems = [1, 2].map(quantity => ({
    name: { en: 'Mug' },
    variant: { sku: `MUG-${quantity}` },
    price: { value: yen },
    quantity,
  }))
  const [ada, bea] = await Promise.all(
    ['ada', 'bea'].map(name =>
      now.shopper.signsUp({ email: `${name}@example.com`, password: 'secret', lastName: name }),
    ),
  )
  if (!ada || !bea) throw new Error('nobody signed up')
  const order = await now.merchant.makes('orders/import', { customerId: ada.id, totalPrice: yen, lineItems })
  const transactions = [{ type: 'Charge', amount: yen, state: 'Success' }]
  const payment = await now.merchant.makes('payments', { amountPlanned: yen, transactions })
  await now.merchant.changes('orders', order, {
    action: 'addPayment',
    payment: { typeId: 'payment', id: payment.id },
  })
  await now.merchant.makes('orders/import', {
    customerEmail: 'Gil@example.com',
    totalPrice: { currencyCode: 'EUR', centAmount: 995 },
    billingAddress: { country: 'DE', lastName: 'Guest' },
    lineItems: lineItems
      .slice(1)
      .map(each => ({ ...each, price: { value: { currencyCode: 'EUR', centAmount: 995 } } })),
  })
  await now.quiet()
  const compare = () => now.compare('--guests', '--orders')
  const well = { lost: 0, listed: 0, duplicates: 0, totals: { compared: 2, different: 0 }, differences: [] }
  expect(await compare()).toMatchObject({
    ...well,
    commerce: { customer: 2, guest: 1, order: 2 },
    crm: { Contact: 3, CT_Order__c: 2 },
  })

  const row = async (object: string, key: string) => {
    const found = (await now.crm.rows(object)).find(each => String(each.CT_Id__c).startsWith(key))
    if (found === undefined) throw new Error(`no ${object} ${key}`)
    return found
  }
  const ofAda = await row('CT_Order__c', `demo/${order.id}`)
  const line = await row('CT_Order_Line__c', `demo/${order.id}`)
  const edited = async (object: string, { Id }: { Id: string }, fields: Record<string, unknown>) => {
    await now.agent.edits(object, Id, fields)
    return compare()
  }
  expect(await edited('CT_Order__c', ofAda, { CT_Total__c: 1_499 })).toMatchObject({
    lost: 2,
    totals: { compared: 2, different: 1 },
    differences: [{ where: 'order.CT_Total__c' }, { where: expect.stringContaining('1500 is 1499') }],
  })
  const contactOf = async (of: typeof ada) => (await now.crm.contact(of))?.Id
  const moved = { CT_Total__c: 1_500, CT_Contact__c: await contactOf(bea) }
  expect(await edited('CT_Order__c', ofAda, moved)).toMatchObject({
    totals: { compared: 3, different: 2 },
    differences: expect.arrayContaining([expect.objectContaining({ where: 'whose the order is' })]),
  })
  await edited('CT_Order__c', ofAda, { CT_Contact__c: await contactOf(ada) })
  expect(await edited('CT_Order__c', ofAda, { CT_Charged__c: 1_499 })).toMatchObject({
    lost: 1,
    differences: [{ where: 'order.CT_Charged__c' }],
  })
  await edited('CT_Order__c', ofAda, { CT_Charged__c: 1_500 })
  expect(await edited('CT_Order_Line__c', line, { CT_Quantity__c: 7 })).toMatchObject({
    lost: 1,
    differences: [{ where: 'line.CT_Quantity__c' }],
  })
  await now.agent.deletes('CT_Order_Line__c', line.Id)
  expect(await compare()).toMatchObject({ lost: 1, differences: [{ where: 'no line' }] })
  await now.agent.undeletes('CT_Order_Line__c', line.Id)
  await now.agent.edits('CT_Order_Line__c', line.Id, { CT_Quantity__c: line.CT_Quantity__c })
  const stray = await now.agent.makes('CT_Order__c', { Name: 'Stray', CT_Id__c: 'demo/stray', CT_Currency__c: 'EUR' })
  expect(await compare()).toMatchObject({ differences: [{ where: expect.stringContaining('does not have') }, {}] })
  await now.agent.deletes('CT_Order__c', stray)

  // The same order and line once more, as a sync without keys would write them.
  const again = await now.agent.makes('CT_Order__c', {
    Name: ofAda.Name,
    CT_Contact__c: ofAda.CT_Contact__c,
    CT_Total__c: ofAda.CT_Total__c,
    CT_Currency__c: ofAda.CT_Currency__c,
  })
  expect(await compare()).toMatchObject({ ...well, duplicates: 1 })
  await now.agent.deletes('CT_Order__c', again)
  const sameLine = { Name: line.Name, CT_Order__c: ofAda.Id, CT_Sku__c: line.CT_Sku__c }
  const lineAgain = await now.agent.makes('CT_Order_Line__c', sameLine)
  expect(await compare()).toMatchObject({ ...well, duplicates: 1 })
  await now.agent.deletes('CT_Order_Line__c', lineAgain)
  expect(await compare()).toMatchObject(well)

  const guest = (await now.crm.rows('Contact')).find(each => each.Email === 'gil@example.com')
  const twin = { LastName: 'Guest', Email: 'gil@example.com', AccountId: guest?.AccountId, CT_Id__c: 'demo/guest/twin' }
  const twinId = await now.agent.makes('Contact', twin)
  expect(await compare()).toMatchObject({ duplicates: 1 })
  await now.agent.deletes('Contact', twinId)
  await now.agent.edits('Contact', guest?.Id ?? '', { Email: 'other@example.com' })
  expect(await compare()).toMatchObject({
    differences: expect.arrayContaining([expect.objectContaining({ where: 'no person of this guest' })]),
  })
})

it('sees a Task that is missing, open, of somebody else or there twice, and a deal that is not as it stands', {
  timeout: 120_000,
}, async () => {
  await using now = await world({
    config: { orders: 'custom-object', quotes: 'opportunity', activity: 'task' },
    subscribeTo: ['order', 'quote-request', 'staged-quote', 'quote'],
  })
  const ada = await now.shopper.signsUp({ email: 'ada@example.com', password: 'secret', lastName: 'Byron' })
  const cart = async () =>
    now.merchant.makes('carts', {
      currency: 'EUR',
      customerId: ada.id,
      taxMode: 'Disabled',
      shippingAddress: { country: 'DE', city: 'Ulm' },
      customLineItems: [
        { name: { en: 'Mug' }, slug: 'mug', quantity: 1, money: { currencyCode: 'EUR', centAmount: 995 } },
      ],
    })
  const [bought, asked] = [await cart(), await cart()]
  await now.merchant.makes('orders', { cart: { typeId: 'cart', id: bought.id }, version: bought.version })
  await now.merchant.makes('quote-requests', { cart: { typeId: 'cart', id: asked.id }, cartVersion: asked.version })
  await now.quiet()
  const compare = () => now.compare('--guests', '--orders', '--activity', '--quotes')
  const well = { lost: 0, listed: 0, duplicates: 0, differences: [] }
  expect(await compare()).toMatchObject({ ...well, crm: { Task: 2, Opportunity: 1 } })

  const task = (await now.crm.rows('Task')).find(row => row.CT_Message_Type__c === 'OrderCreated')
  const Id = String(task?.Id)
  const where = (found: { differences: unknown[] }) => found.differences.map(one => (one as { where: string }).where)
  await now.agent.edits('Task', Id, { Status: 'In Progress' })
  expect(where(await compare())).toEqual(['its Task is open'])
  await now.agent.edits('Task', Id, { Status: 'Completed', WhoId: null })
  expect(where(await compare())).toEqual(['its Task is on somebody else'])
  await now.agent.edits('Task', Id, { WhoId: task?.WhoId })
  await now.agent.deletes('Task', Id)
  expect(where(await compare())).toEqual(['no Task says that it was made'])
  await now.agent.undeletes('Task', Id)
  const twin = await now.agent.makes('Task', { Subject: task?.Subject, WhoId: task?.WhoId, WhatId: task?.WhatId })
  expect(await compare()).toMatchObject({ ...well, duplicates: 1 })
  await now.agent.deletes('Task', twin)

  const [deal] = await now.crm.rows('Opportunity')
  await now.agent.edits('Opportunity', String(deal?.Id), { StageName: 'Closed Won', CT_Total__c: 9 })
  expect(where(await compare())).toEqual(['the deal is won and not open', 'deal.CT_Total__c'])
  await now.agent.edits('Opportunity', String(deal?.Id), { StageName: deal?.StageName, CT_Total__c: deal?.CT_Total__c })
  await now.agent.makes('Opportunity', { Name: 'Mine', StageName: 'Qualification', CloseDate: '2026-01-31' })
  expect(await compare()).toMatchObject({ ...well, duplicates: 1 })
})
