// Standard objects with rules of their own, as jsforce meets them: hierarchy, relations, orders and prices, leads, tasks.

import { Connection } from '@jsforce/jsforce-node'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { OrgOptions } from '../src/index.ts'
import { type Wire, wire } from './org.ts'

let org: Wire & AsyncDisposable
let conn: Connection

async function start(options: Partial<OrgOptions> = {}): Promise<void> {
  org = await wire({ org: { contactsToMultipleAccounts: true, ...options } })
  conn = new Connection({
    version: '67.0',
    loginUrl: org.emulator.url,
    oauth2: { clientId: 'c', clientSecret: 's', loginUrl: org.emulator.url },
  })
  await conn.authorize({ grant_type: 'client_credentials' })
}
afterEach(() => org[Symbol.asyncDispose]())

const add = async (type: string, record: Record<string, unknown>): Promise<string> =>
  (await conn.sobject(type).create(record)).id ?? ''
const set = (type: string, Id: string, record: Record<string, unknown>) => conn.sobject(type).update({ Id, ...record })
const read = (type: string, id: string) => conn.sobject(type).retrieve(id)
const rows = async (soql: string) => (await conn.query(soql)).records
const refusal = (errorCode: string, message?: string) =>
  expect.objectContaining({ errorCode, ...(message === undefined ? {} : { message }) })

describe('the schema', () => {
  beforeEach(() => start())

  test('lists the objects, and what an org without a feature lacks', async () => {
    const names = (await conn.describeGlobal()).sobjects.map(({ name, keyPrefix }) => `${keyPrefix} ${name}`)
    expect(names).toEqual(
      expect.arrayContaining([
        '07k AccountContactRelation',
        '00Q Lead',
        '006 Opportunity',
        '00K OpportunityContactRole',
        '801 Order',
        '802 OrderItem',
        '01t Product2',
        '01s Pricebook2',
        '01u PricebookEntry',
        '00T Task',
        '500 Case',
        '0PK Individual',
        '00G Group',
        'a00 CT_Cart__c',
      ]),
    )
    expect(names.join()).toContain('ContactPointTypeConsent')
    expect(names.join()).not.toContain('CurrencyType')
    await org[Symbol.asyncDispose]()
    await start({ contactsToMultipleAccounts: false })
    await expect(conn.sobject('AccountContactRelation').describe()).rejects.toEqual(refusal('NOT_FOUND'))
  })

  test('describes lookups to several objects and values set on creation', async () => {
    const { fields } = await conn.describe('Task')
    const field = (name: string) => fields.find(found => found.name === name)
    expect(field('WhoId')).toMatchObject({ referenceTo: ['Contact', 'Lead'], polymorphicForeignKey: true })
    expect(field('Status')).toMatchObject({ defaultValue: 'Not Started', nillable: false })
    const entry = (await conn.describe('PricebookEntry')).fields.find(found => found.name === 'Product2Id')
    expect(entry).toMatchObject({ createable: true, updateable: false, nillable: false })
  })
})

test('an account is never above itself', async () => {
  await start()
  const top = await add('Account', { Name: 'Top' })
  const middle = await add('Account', { Name: 'Middle', ParentId: top })
  const leaf = await add('Account', { Name: 'Leaf', ParentId: middle })
  const circle = refusal('CIRCULAR_DEPENDENCY', 'attempt to violate hierarchy constraints')
  await expect(set('Account', top, { ParentId: leaf })).rejects.toEqual(circle)
  await expect(set('Account', top, { ParentId: top })).rejects.toEqual(circle)
  await set('Account', leaf, { ParentId: top })
  expect(await rows(`SELECT Id FROM Account WHERE Parent.Name = 'Top'`)).toHaveLength(2)
})

describe('relations of a contact to accounts', () => {
  const relations = async () =>
    (
      await rows('SELECT Account.Name, IsDirect, IsActive, Roles FROM AccountContactRelation ORDER BY Account.Name')
    ).map(row => [row.Account.Name, row.IsDirect])
  let one = ''
  let two = ''
  let contact = ''
  beforeEach(async () => {
    await start()
    one = await add('Account', { Name: 'One' })
    two = await add('Account', { Name: 'Two' })
    contact = await add('Contact', { LastName: 'Doe', AccountId: one })
  })

  test('the direct one is made by the platform and follows the account', async () => {
    expect(await relations()).toEqual([['One', true]])
    await set('Contact', contact, { AccountId: two })
    expect(await relations()).toEqual([
      ['One', false],
      ['Two', true],
    ])
    await set('Contact', contact, { AccountId: one })
    expect(await relations()).toEqual([
      ['One', true],
      ['Two', false],
    ])
    await conn.sobject('Contact').destroy(contact)
    expect(await relations()).toEqual([])
  })

  test('others have roles, an end, and one a pair', async () => {
    const relation = { AccountId: two, ContactId: contact, Roles: 'Decision Maker;Influencer' }
    const id = await add('AccountContactRelation', relation)
    await expect(add('AccountContactRelation', relation)).rejects.toEqual(refusal('DUPLICATE_VALUE'))
    await expect(add('AccountContactRelation', { ...relation, AccountId: one })).rejects.toEqual(
      refusal('DUPLICATE_VALUE'),
    )
    await set('AccountContactRelation', id, { IsActive: false, StartDate: '2026-01-01', EndDate: '2026-06-30' })
    expect(await read('AccountContactRelation', id)).toMatchObject({
      IsDirect: false,
      IsActive: false,
      EndDate: '2026-06-30',
      Roles: 'Decision Maker;Influencer',
    })
    expect(await rows("SELECT Id FROM AccountContactRelation WHERE Roles INCLUDES ('Influencer')")).toHaveLength(1)
    await expect(set('AccountContactRelation', id, { EndDate: '2025-01-01' })).rejects.toEqual(
      refusal('FIELD_INTEGRITY_EXCEPTION'),
    )
    await expect(set('AccountContactRelation', id, { AccountId: one })).rejects.toEqual(
      refusal('INVALID_FIELD_FOR_INSERT_UPDATE'),
    )
    await expect(set('AccountContactRelation', id, { IsDirect: true })).rejects.toEqual(
      refusal('INVALID_FIELD_FOR_INSERT_UPDATE'),
    )
    await conn.sobject('AccountContactRelation').destroy(id)
    const [direct] = await rows('SELECT Id FROM AccountContactRelation')
    await expect(conn.sobject('AccountContactRelation').destroy(direct?.Id ?? '')).rejects.toEqual(
      refusal('DELETE_FAILED'),
    )
  })

  test('a private contact has none', async () => {
    const loner = await add('Contact', { LastName: 'Loner' })
    await expect(add('AccountContactRelation', { AccountId: one, ContactId: loner })).rejects.toEqual(
      refusal('FIELD_INTEGRITY_EXCEPTION'),
    )
    await set('Contact', contact, { AccountId: null })
    expect(await relations()).toEqual([])
  })

  test('a merge takes them over, and fails over a redundant one', async () => {
    const other = await add('Contact', { LastName: 'Other', AccountId: two })
    const merge = () => org.control('POST', '/merge', { object: 'Contact', masterId: contact, loserId: other })
    const extra = await add('AccountContactRelation', { AccountId: two, ContactId: contact })
    expect(await merge()).toMatchObject({ status: 400, body: [{ errorCode: 'MERGE_FAILED' }] })
    await conn.sobject('AccountContactRelation').destroy(extra)
    expect((await merge()).status).toBe(200)
    expect(await relations()).toEqual([
      ['One', true],
      ['Two', false],
    ])
  })
})

describe('orders', () => {
  let account = ''
  let book = ''
  let entry = ''
  const draft = (more: object = {}) =>
    add('Order', { AccountId: account, EffectiveDate: '2026-11-01', Status: 'Draft', Pricebook2Id: book, ...more })
  const line = (OrderId: string, more: object = {}) =>
    add('OrderItem', { OrderId, PricebookEntryId: entry, Quantity: 3, UnitPrice: 9.99, ...more })

  async function shop(options: Partial<OrgOptions> = {}): Promise<void> {
    await start(options)
    account = await add('Account', { Name: 'ACME' })
    const [standard] = await rows('SELECT Id FROM Pricebook2 WHERE IsStandard = true')
    book = await add('Pricebook2', { Name: 'Web', IsActive: true })
    const product = await add('Product2', { Name: 'Chair', ProductCode: 'C-1', IsActive: true })
    const price = { Product2Id: product, UnitPrice: 12.5, IsActive: true }
    await expect(add('PricebookEntry', { ...price, Pricebook2Id: book })).rejects.toEqual(
      refusal('STANDARD_PRICE_NOT_DEFINED', 'Before creating a custom price, create a standard price.'),
    )
    await add('PricebookEntry', { ...price, Pricebook2Id: standard?.Id })
    entry = await add('PricebookEntry', { ...price, Pricebook2Id: book })
    await expect(add('PricebookEntry', { ...price, Pricebook2Id: book })).rejects.toEqual(
      refusal('DUPLICATE_VALUE', 'This price definition already exists in this price book'),
    )
  }

  test('add up their lines, which come from their price book', async () => {
    await shop()
    expect(await read('PricebookEntry', entry)).toMatchObject({ Name: 'Chair', ProductCode: 'C-1' })
    const order = await draft()
    const bare = await draft({ Pricebook2Id: null })
    await expect(line(bare)).rejects.toEqual(
      refusal(
        'FIELD_INTEGRITY_EXCEPTION',
        'Order Products must have a Price Book Entry that belongs to the Price Book related to the parent Order.: Price Book Entry ID',
      ),
    )
    const first = await line(order)
    const second = await line(order, { Quantity: 1, UnitPrice: 0.03 })
    expect(await read('OrderItem', first)).toMatchObject({ ListPrice: 12.5, TotalPrice: 29.97 })
    expect(await read('Order', order)).toMatchObject({ TotalAmount: 30, StatusCode: 'Draft', OrderNumber: '00000001' })
    await conn.sobject('OrderItem').destroy(second)
    expect((await read('Order', order)).TotalAmount).toBe(29.97)
    await expect(set('Order', order, { Pricebook2Id: null })).rejects.toEqual(refusal('FIELD_INTEGRITY_EXCEPTION'))
    expect(await rows('SELECT Id, (SELECT Id FROM OrderItems) FROM Order ORDER BY OrderNumber')).toMatchObject([
      { OrderItems: { totalSize: 1 } },
      { OrderItems: null },
    ])
  })

  test('are activated by their status alone, with a line, and are closed then', async () => {
    await shop({ orderStatuses: [{ label: 'Shipped', category: 'Activated' }] })
    await expect(draft({ Status: 'Activated' })).rejects.toEqual(refusal('FAILED_ACTIVATION'))
    const order = await draft()
    await expect(set('Order', order, { Status: 'Activated' })).rejects.toEqual(refusal('FAILED_ACTIVATION'))
    const item = await line(order)
    await expect(set('Order', order, { Status: 'Shipped', PoNumber: '7' })).rejects.toEqual(
      refusal('FAILED_ACTIVATION'),
    )
    await set('Order', order, { Status: 'Shipped' })
    expect(await read('Order', order)).toMatchObject({
      StatusCode: 'Activated',
      ActivatedById: conn.userInfo?.id,
      ActivatedDate: expect.any(String),
    })
    const elsewhere = await add('Account', { Name: 'Else' })
    await expect(line(order)).rejects.toEqual(refusal('FIELD_INTEGRITY_EXCEPTION'))
    await expect(set('Order', order, { AccountId: elsewhere })).rejects.toEqual(refusal('FIELD_INTEGRITY_EXCEPTION'))
    await expect(conn.sobject('OrderItem').destroy(item)).rejects.toEqual(refusal('DELETE_FAILED'))
    await expect(conn.sobject('Order').destroy(order)).rejects.toEqual(refusal('DELETE_FAILED'))
    await set('Order', order, { Description: 'still open to other fields' })
    await set('Order', order, { Status: 'Draft' })
    expect(await read('Order', order)).toMatchObject({ StatusCode: 'Draft', ActivatedDate: null })
    await conn.sobject('Order').destroy(order)
    expect(await rows('SELECT Id FROM OrderItem')).toEqual([])
  })

  test('of another currency than their prices are refused', async () => {
    await shop({ currencies: ['EUR', 'USD'] })
    expect(await rows('SELECT IsoCode FROM CurrencyType WHERE IsCorporate = true')).toMatchObject([{ IsoCode: 'EUR' }])
    const order = await draft({ CurrencyIsoCode: 'USD' })
    await expect(line(order)).rejects.toEqual(refusal('FIELD_INTEGRITY_EXCEPTION'))
    await expect(draft({ CurrencyIsoCode: 'XXX' })).rejects.toEqual(refusal('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST'))
    expect(await read('OrderItem', await line(await draft()))).toMatchObject({ CurrencyIsoCode: 'EUR' })
  })
})

test('stages and statuses fill the fields that follow from them', async () => {
  await start()
  const account = await add('Account', { Name: 'ACME' })
  const contact = await add('Contact', { LastName: 'Doe', AccountId: account })
  const deal = await add('Opportunity', {
    Name: 'Deal',
    StageName: 'Qualification',
    CloseDate: '2026-12-01',
    AccountId: account,
  })
  await set('Opportunity', deal, { StageName: 'Closed Won' })
  expect(await read('Opportunity', deal)).toMatchObject({ IsClosed: true, IsWon: true, Probability: 100 })
  const role = await add('OpportunityContactRole', { OpportunityId: deal, ContactId: contact, IsPrimary: true })
  await add('OpportunityContactRole', { OpportunityId: deal, ContactId: contact, Role: 'Influencer', IsPrimary: true })
  expect(await read('OpportunityContactRole', role)).toMatchObject({ IsPrimary: false })
  const ticket = await add('Case', { Subject: 'Broken', ContactId: contact })
  expect(await read('Case', ticket)).toMatchObject({
    Status: 'New',
    Priority: 'Medium',
    CaseNumber: '00000001',
    AccountId: account,
  })
  await set('Case', ticket, { Status: 'Closed' })
  expect(await read('Case', ticket)).toMatchObject({ IsClosed: true, ClosedDate: expect.any(String) })
  const task = await add('Task', { Subject: 'Call', WhoId: contact, WhatId: deal })
  expect(await read('Task', task)).toMatchObject({ Status: 'Not Started', AccountId: account, IsClosed: false })
  await expect(add('Task', { Subject: 'Call', WhoId: account })).rejects.toEqual(refusal('FIELD_INTEGRITY_EXCEPTION'))
  expect(await rows(`SELECT Who.Name FROM Task WHERE WhoId = '${contact}'`)).toMatchObject([{ Who: { Name: 'Doe' } }])
})

test('consent hangs on an individual', async () => {
  await start()
  const individual = await add('Individual', { LastName: 'Doe', HasOptedOutSolicit: true })
  await add('Contact', { LastName: 'Doe', IndividualId: individual })
  await add('ContactPointEmail', { ParentId: individual, EmailAddress: 'Jane@Example.org', IsPrimary: true })
  await add('ContactPointPhone', { ParentId: individual, TelephoneNumber: '+4930123' })
  const purpose = await add('DataUsePurpose', { Name: 'Newsletter' })
  const consent = { Name: 'Mail', PartyId: individual, ContactPointType: 'Email', DataUsePurposeId: purpose }
  await expect(add('ContactPointTypeConsent', consent)).rejects.toEqual(refusal('REQUIRED_FIELD_MISSING'))
  await expect(add('ContactPointTypeConsent', { ...consent, PrivacyConsentStatus: 'Maybe' })).rejects.toEqual(
    refusal('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST'),
  )
  await add('ContactPointTypeConsent', {
    ...consent,
    PrivacyConsentStatus: 'OptIn',
    CaptureDate: '2026-11-01T10:00:00Z',
  })
  expect(await rows('SELECT Party.Name, DataUsePurpose.Name FROM ContactPointTypeConsent')).toMatchObject([
    { Party: { Name: 'Doe' }, DataUsePurpose: { Name: 'Newsletter' } },
  ])
  expect(await rows('SELECT EmailAddress FROM ContactPointEmail')).toMatchObject([{ EmailAddress: 'jane@example.org' }])
})
