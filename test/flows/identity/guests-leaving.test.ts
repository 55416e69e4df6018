/** Guests where other rules hold: one person of each store, nobody at all, and those who leave or are erased. */
import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CrmRow, type World, world } from '../../world.ts'
import { all, at, buys, home, type Made, of, signsUp, times } from './guestSteps.ts'

type Open = { readonly kind: string; readonly source: { id: string }; readonly candidates: { id: string }[] }
const conflictsOf = async (now: World): Promise<readonly Open[]> =>
  (await now.api<{ items: Open[] }>('/conflicts?state=open&limit=200')).items

describe('guests who are one person of each store', { timeout: 120_000 }, () => {
  it('are asked about where they meet, and become the customer of their own store', async () => {
    await using now = await world({ subscribeTo: ['order'], config: { guestScope: 'store' } })
    for (const key of ['at', 'de']) await now.merchant.makes('stores', { key })
    const store = (key: string) => ({ typeId: 'store', key })
    const made: Made = {}
    await buys({ customerEmail: at('both'), store: store('at'), ...home('Both') })(now, made)
    await now.quiet()
    await buys({ customerEmail: at('both'), store: store('de'), ...home('Both') })(now, made)
    await now.quiet()
    const [only, second] = await now.crm.rows('Contact')
    expect([second, (await conflictsOf(now)).map(one => one.kind)]).toEqual([undefined, ['claimed']])
    await signsUp({ email: at('both'), lastName: 'Both', stores: [store('de')] }, 'of de')(now, made)
    await now.quiet()
    expect((await conflictsOf(now)).map(one => one.kind)).toEqual(['claimed', 'claimed'])
    await signsUp({ email: at('both'), lastName: 'Both', stores: [store('at')] }, 'of at')(now, made)
    await now.quiet()
    const rows = await now.crm.rows('Contact')
    expect(rows.map(row => [row.Id, row.CT_Id__c])).toEqual([[only?.Id, `demo/${of(made, 'of at').id}`]])
  })
})

describe("guests: 'order-only'", { timeout: 120_000 }, () => {
  it('makes nobody, and customers go on as ever', async () => {
    await using now = await world({ subscribeTo: ['order'], config: { guests: 'order-only' } })
    await times(3, { customerEmail: at('nobody'), ...home('Nobody') })(now, {})
    await signsUp({ email: at('somebody'), lastName: 'Somebody' })(now, {})
    await now.quiet()
    expect((await now.crm.rows('Contact')).map(row => row.Email)).toEqual([at('somebody')])
    expect(await now.status()).toMatchObject({ failures: 0, conflicts: 0 })
  })

  it('has their orders stand at an Account of the shop, each with its lines as one text where that is wanted', async () => {
    await using now = await world({ subscribeTo: ['order'], config: { guests: 'order-only' } })
    const shop = await now.agent.makes('Account', { Name: 'Guests of the shop' })
    await now.service.stop()
    const order = { lines: 'summary', storeAccounts: { '*': shop } }
    const config = { guests: 'order-only', orders: 'order', mappings: { 'order-order': order } }
    await writeFile(now.env.CTSF_CONFIG ?? '', `export default ${JSON.stringify(config)}\n`)
    await now.service.start()
    await times(3, { customerEmail: at('nobody'), ...home('Nobody') })(now, {})
    await now.quiet()
    const at3 = { AccountId: shop, BillToContactId: null, CT_Email__c: at('nobody'), CT_Lines__c: '1 × Mug: 9.95 EUR' }
    expect(await now.crm.rows('Order')).toMatchObject([at3, at3, at3])
    expect(await now.crm.rows('OrderItem')).toEqual([])
    expect(await now.status()).toMatchObject({ failures: 0, conflicts: 0 })
  })
})

describe('guests who leave', { timeout: 120_000 }, () => {
  let now: World
  beforeAll(async () => {
    now = await world({ subscribeTo: ['order'] })
  }, 60_000)
  afterAll(async () => {
    await now[Symbol.asyncDispose]()
  })
  const contactOf = async (email: string): Promise<CrmRow | undefined> =>
    (await now.crm.rows('Contact')).find(row => row.Email === email)
  /** All that is told of a record, as text; empty when nothing is known of it. */
  const storyOf = async (id: string): Promise<string> => {
    const answer = await fetch(`${now.urls.service}/api/v1/trace/${id}`)
    return answer.status === 404 ? '' : answer.text()
  }

  it('with their last order: the contact stays, and a new order of theirs finds it again', async () => {
    const made: Made = {}
    await all(
      buys({ customerEmail: at('last'), ...home('Last') }, 'a'),
      buys({ customerEmail: at('last'), ...home('Last') }, 'b'),
    )(now, made)
    await now.quiet()
    const before = await contactOf(at('last'))
    await now.buyer.drops(of(made, 'a'))
    await now.quiet()
    expect((await now.status()).links).toBe(2)
    await now.buyer.drops(of(made, 'b'))
    await now.quiet()
    expect((await now.status()).links).toBe(0)
    await buys({ customerEmail: at('last'), ...home('Last', { city: 'Bonn' }) })(now, made)
    await now.quiet()
    expect(await contactOf(at('last'))).toMatchObject({ Id: before?.Id, MailingCity: 'Bonn' })
    expect(await now.status()).toMatchObject({ failures: 0, conflicts: 0 })
  })

  it('erased with their last order: nothing tells who they were, and they may come anew', async () => {
    const made: Made = {}
    await buys({ customerEmail: at('erased'), ...home('Erased') }, 'order')(now, made)
    await now.quiet()
    const before = await contactOf(at('erased'))
    const key = before?.CT_Id__c
    const ref = `guest/${String(key)}`
    expect(await storyOf(ref)).toContain('received')
    await now.buyer.drops(of(made, 'order'), { erase: true })
    await now.quiet()
    const left = (await now.crm.rows('Contact')).find(row => row.Id === before?.Id)
    expect(left).toMatchObject({ LastName: 'Anonymised', Email: null, MailingCity: null, CT_Id__c: null })
    expect(await storyOf(ref)).toBe('')
    expect(await storyOf(`order/demo/${of(made, 'order').id}`)).not.toContain(String(key))
    await buys({ customerEmail: at('erased'), ...home('Erased') })(now, made)
    await now.quiet()
    expect(await contactOf(at('erased'))).toMatchObject({ CT_Id__c: key, LastName: 'Erased' })
  })

  it('erased as a customer: an old guest order of theirs brings nobody back', async () => {
    const made: Made = {}
    await buys({ customerEmail: at('gone'), ...home('Gone') }, 'order')(now, made)
    await now.quiet()
    const key = (await contactOf(at('gone')))?.CT_Id__c
    await signsUp({ email: at('gone'), lastName: 'Gone' })(now, made)
    await now.quiet()
    const { Id } = (await contactOf(at('gone'))) ?? {}
    await now.shopper.leaves(of(made, 'customer'), { erase: true })
    await now.quiet()
    const left = (await now.crm.rows('Contact')).find(row => row.Id === Id)
    expect(left).toMatchObject({ LastName: 'Anonymised', Email: null, CT_Id__c: null })
    expect(await storyOf(`guest/${String(key)}`)).toBe('')
    await now.merchant.changes('orders', of(made, 'order'), { action: 'changeOrderState', orderState: 'Complete' })
    await now.quiet()
    expect(await contactOf(at('gone'))).toBeUndefined()
    await signsUp({ email: at('gone'), lastName: 'Gone' }, 'again')(now, made)
    await now.quiet()
    expect(await contactOf(at('gone'))).toMatchObject({ CT_Id__c: `demo/${of(made, 'again').id}` })
  })

  it('a customer who leaves the contact behind: an order as a guest goes on with it', async () => {
    const made: Made = {}
    await buys({ customerEmail: at('back'), ...home('Back') })(now, made)
    await now.quiet()
    await signsUp({ email: at('back'), lastName: 'Back' })(now, made)
    await now.quiet()
    const before = await contactOf(at('back'))
    await now.shopper.leaves(of(made, 'customer'))
    await now.quiet()
    await buys({ customerEmail: at('back'), ...home('Back', { city: 'Bonn' }) })(now, made)
    await now.quiet()
    expect(await contactOf(at('back'))).toMatchObject({ Id: before?.Id, MailingCity: 'Bonn' })
    expect(await now.status()).toMatchObject({ failures: 0, conflicts: 0 })
  })
})
