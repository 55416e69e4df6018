/** What a set-up may say of orders: where those stand of which nobody is sure whose they are, and the fields of their lines. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConfigError, configure } from '../config.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const env = {
  CTP_PROJECT_KEY: 'demo',
  CTP_CLIENT_ID: 'id',
  CTP_CLIENT_SECRET: 'commerce-secret',
  CTP_AUTH_URL: 'http://127.0.0.1:4020',
  CTP_API_URL: 'http://127.0.0.1:4020',
  SF_LOGIN_URL: 'http://127.0.0.1:4010',
  SF_CLIENT_ID: 'app',
  SF_CLIENT_SECRET: 'crm-secret',
}

let files = 0
async function said(ofOrders: object, more: object = {}) {
  const file = `${files++}.config.ts`
  const config = { orders: 'custom-object', ...more, mappings: { 'order-order': ofOrders } }
  writeFileSync(join(folder, file), `export default ${JSON.stringify(config)}`)
  return configure({ env: { ...env, CTSF_CONFIG: file }, cwd: folder })
}
const parkingOf = async (ofOrders: object, more: object = {}) => {
  const { mappings } = await said(ofOrders, more)
  const [order] = mappings.find(({ name }) => name === 'order-order')?.parts ?? []
  return order?.links.map(({ crm, parking }) => [crm, parking?.whileAsked, parking?.ofNobody])
}
const problems = (ofOrders: object) =>
  said(ofOrders).then(
    () => [],
    error => (error instanceof ConfigError ? error.problems.map(({ place, problem }) => `${place} ${problem}`) : error),
  )
const account = '001000000000001AAA'

describe('orders of which nobody is sure', () => {
  it('wait unless they are told where to stand', async () => {
    const nowhere = [
      ['CT_Contact__c', undefined, undefined],
      ['CT_Account__c', undefined, undefined],
    ]
    expect(await parkingOf({})).toEqual(nowhere)
    expect(await parkingOf({ storeAccounts: { '*': account } })).toEqual(nowhere)
  })

  it('stand at the Account of their store, and those of nobody where guests are nobody', async () => {
    const at = { storeAccounts: { berlin: account } }
    expect((await parkingOf({ ...at, whileAsked: 'park' }))?.[1]).toEqual(['CT_Account__c', true, false])
    expect((await parkingOf(at, { guests: 'order-only' }))?.[1]).toEqual(['CT_Account__c', false, true])
    const person = { people: 'person-account' }
    expect(await parkingOf({ ...at, whileAsked: 'park' }, person)).toEqual([['CT_Account__c', true, false]])
  })

  it('are told what is wrong with where they should stand', async () => {
    expect(await problems({ whileAsked: 'park' })).toEqual([expect.stringContaining('there is no Account')])
    expect(await problems({ storeAccounts: { '*': 'Berlin' } })).toEqual([expect.stringContaining('no Salesforce id')])
  })
})

describe('a field of order lines', () => {
  const objects = [
    ['custom-object', 'CT_Order_Line__c'],
    ['order', 'OrderItem'],
  ] as const
  const linesOf = async (fields: object, orders: string) => {
    const { mappings } = await said({ fields }, { orders })
    const order = mappings.find(({ name }) => name === 'order-order')
    return (order?.parts ?? [])
      .filter(({ each }) => each !== undefined)
      .map(({ role, fields: rules }) => [role, new Map(rules.map(({ crm, commerce }) => [crm, commerce]))] as const)
  }

  it.each(objects)('of orders as %s is changed for line items and custom line items alike', async (orders, object) => {
    const own = { commerce: 'custom.fields.gift', owner: 'commerce' }
    const changes = { [`${object}.Gift__c`]: own, [`${object}.CT_Total__c`]: own, [`${object}.CT_Tax__c`]: false }
    const lines = await linesOf(changes, orders)
    expect(lines.map(([role]) => role)).toEqual(['line', 'custom-line'])
    for (const [, rules] of lines) {
      expect(rules.get('Gift__c')).toBe('custom.fields.gift')
      expect(rules.get('CT_Total__c')).toBe('custom.fields.gift')
      expect(rules.has('CT_Tax__c')).toBe(false)
    }
  })

  it('that only line items have is changed for them alone, and each keeps its own expression', async () => {
    const lines = new Map(
      await linesOf({ CT_Sku__c: { commerce: 'productKey' }, CT_Unit_Price__c: { owner: 'seed' } }, 'order'),
    )
    expect(lines.get('line')?.get('CT_Sku__c')).toBe('productKey')
    expect(lines.get('custom-line')?.has('CT_Sku__c')).toBe(false)
    expect(lines.get('custom-line')?.get('CT_Unit_Price__c')).toBe('money')
  })

  it('of the order and its lines must say which', async () => {
    expect(await problems({ fields: { CT_Total__c: { owner: 'seed' } } })).toEqual([
      expect.stringContaining("fields['CT_Total__c'] cannot be placed"),
    ])
  })
})

describe('who owns new records', () => {
  const anna = '005000000000101AAA'
  const rules = async (more: object, ofOrders: object = {}) => {
    const { mappings } = await said(ofOrders, more)
    return mappings.flatMap(({ parts }) =>
      parts.flatMap(({ object, fields }) =>
        fields.flatMap(({ crm, commerce, owner }) => (crm === 'OwnerId' ? [`${object} ${commerce} ${owner}`] : [])),
      ),
    )
  }

  it('is said for the records of a mapping, and not for their lines', async () => {
    expect(await rules({}, { owner: anna })).toEqual(['CT_Order__c id seed'])
    const by = { by: 'store.key ?? country', at: { '*': anna } }
    expect(await rules({}, { owner: by })).toEqual(['CT_Order__c store.key ?? country seed'])
    expect(await rules({})).toEqual([])
  })

  it('is an id of a user or a queue, and a path', async () => {
    expect(await problems({ owner: '001000000000001AAA' })).toEqual([expect.stringContaining('no id of a user')])
    expect(await problems({ owner: { by: '{store.key}', at: { '*': anna } } })).toEqual([
      expect.stringContaining('expected a path'),
    ])
    expect(await problems({ owner: { by: 'store..key', at: { '*': anna } } })).toEqual([
      expect.stringContaining('OwnerId'),
    ])
  })
})
