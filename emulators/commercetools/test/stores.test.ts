/** Stores, what they tell when they change, and the customers that belong to one or to several. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storeActions } from '../src/resources/stores.ts'
import { at, type Json, tokenOf, world } from './world.ts'

let it: Awaited<ReturnType<typeof world>>
let channel: Json

beforeAll(async () => {
  it = await world()
  channel = await it.ok('POST', '/demo/channels', { key: 'shelf', roles: ['InventorySupply'] })
  await it.ok('POST', '/demo/channels', { key: 'counter', roles: ['ProductDistribution'] })
  await it.ok('POST', '/demo/types', {
    key: 'brand',
    name: { en: 'Brand' },
    resourceTypeIds: ['store'],
    fieldDefinitions: [{ name: 'brandId', type: { name: 'String' }, label: { en: 'Brand' }, required: false }],
  })
})
afterAll(() => it[Symbol.asyncDispose]())

const open = (key: string, more: Json = {}) => it.ok('POST', '/demo/stores', { key, ...more })
const act = (store: Json, ...actions: Json[]) =>
  it.ok('POST', `/demo/stores/${store.id}`, { version: store.version, actions })
const refused = async (method: string, path: string, body?: unknown) => {
  const { status, body: answer } = await it.call(method, path, body)
  return { status, error: at(answer, 'errors', 0) as Json }
}
const told = async (id: unknown) =>
  (await it.query('messages', { where: `resource(id="${id}")`, sort: 'sequenceNumber asc', limit: '500' }))
    .results as Json[]

describe('a store', () => {
  test('is made with all that it has, tells of each change, and can be found by what it offers', async () => {
    let store = await open('alps', {
      name: { en: 'Alps' },
      languages: ['de', 'it'],
      countries: [{ code: 'CH' }],
      supplyChannels: [{ typeId: 'channel', key: 'shelf' }],
    })
    expect(store).toMatchObject({
      version: 1,
      key: 'alps',
      supplyChannels: [{ typeId: 'channel', id: channel.id }],
      distributionChannels: [],
      productSelections: [],
    })
    const steps: [Json, Json | null][] = [
      [
        { action: 'setName', name: { en: 'The Alps' } },
        { type: 'StoreNameSet', name: { en: 'The Alps' } },
      ],
      [
        { action: 'setLanguages', languages: ['de', 'fr'] },
        { type: 'StoreLanguagesChanged', addedLanguages: ['fr'], removedLanguages: ['it'] },
      ],
      [
        { action: 'setCountries', countries: [{ code: 'CH' }, { code: 'AT' }] },
        { type: 'StoreCountriesChanged', addedCountries: [{ code: 'AT' }] },
      ],
      [
        { action: 'removeCountry', country: { code: 'CH' } },
        { type: 'StoreCountriesChanged', removedCountries: [{ code: 'CH' }] },
      ],
      [
        { action: 'addCountry', country: { code: 'DE' } },
        { type: 'StoreCountriesChanged', addedCountries: [{ code: 'DE' }] },
      ],
      [
        { action: 'removeSupplyChannel', supplyChannel: { key: 'shelf' } },
        { type: 'StoreSupplyChannelsChanged', removedSupplyChannels: [{ typeId: 'channel', id: channel.id }] },
      ],
      [
        { action: 'addDistributionChannel', distributionChannel: { key: 'counter' } },
        { type: 'StoreDistributionChannelsChanged' },
      ],
      [
        { action: 'setContactUrl', contactUrl: 'https://example.com' },
        { type: 'StoreContactUrlSet', contactUrl: 'https://example.com' },
      ],
      [{ action: 'setCustomType', type: { typeId: 'type', key: 'brand' }, fields: { brandId: 'b1' } }, null],
      [{ action: 'setCustomField', name: 'brandId', value: 'b2' }, null],
    ]
    for (const [action] of steps) {
      const after = await act(store, action)
      expect(after.version, String(action.action)).toBe(Number(store.version) + 1)
      expect(
        (
          await act(
            after,
            action.action === 'setCustomType' ? { action: 'setCountries', countries: after.countries } : action,
          )
        ).version,
      ).toBe(after.version)
      store = after
    }
    expect(store).toMatchObject({
      languages: ['de', 'fr'],
      countries: [{ code: 'AT' }, { code: 'DE' }],
      supplyChannels: [],
      storefront: { contactUrl: 'https://example.com' },
      custom: { fields: { brandId: 'b2' } },
    })
    const messages = await told(store.id)
    expect(messages).toMatchObject([
      { type: 'StoreCreated', name: { en: 'Alps' }, languages: ['de', 'it'], countries: [{ code: 'CH' }] },
      ...steps.map(([, message]) => message).filter(each => each !== null),
    ])
    expect(messages.map(each => each.sequenceNumber)).toEqual(messages.map((_, place) => place + 1))
    const found = await it.query('stores', { where: 'countries(code="AT") and languages contains any ("fr")' })
    expect(found.results).toMatchObject([{ key: 'alps' }])
  })

  test('has the 27 update actions of the API', () => {
    expect(Object.keys(storeActions)).toHaveLength(27)
  })

  test.each<[string, Json, Json]>([
    ['a key taken', { key: 'taken' }, { code: 'DuplicateField', field: 'key', duplicateValue: 'taken' }],
    ['a short key', { key: 'x' }, { code: 'InvalidField', field: 'key' }],
    [
      'a language that the project does not have',
      { key: 'new', languages: ['en', 'tlh'] },
      { code: 'ProjectNotConfiguredForLanguages', languages: ['tlh'] },
    ],
    [
      'a channel without the role',
      { key: 'new', supplyChannels: [{ typeId: 'channel', key: 'counter' }] },
      { code: 'MissingRoleOnChannel', missingRole: 'InventorySupply' },
    ],
    [
      'a channel that does not exist',
      { key: 'new', supplyChannels: [{ typeId: 'channel', key: 'none' }] },
      { code: 'ReferencedResourceNotFound', typeId: 'channel', key: 'none' },
    ],
    [
      'a product selection',
      { key: 'new', productSelections: [{ productSelection: { typeId: 'product-selection', key: 'all' } }] },
      { code: 'ReferencedResourceNotFound', typeId: 'product-selection' },
    ],
  ])('refuses %s', async (_, draft, error) => {
    await it.call('POST', '/demo/stores', { key: 'taken' })
    expect(await refused('POST', '/demo/stores', draft)).toMatchObject({ status: 400, error })
  })

  test('is not deleted while a customer belongs to it, and its language not taken from the project', async () => {
    const store = await open('home', { languages: ['uk'] })
    const customer = await it.signUp({ email: 'home@example.com', stores: [{ typeId: 'store', key: 'home' }] })
    expect(await refused('DELETE', `/demo/stores/${store.id}?version=1`)).toMatchObject({
      status: 400,
      error: { code: 'ReferenceExists', referencedBy: 'customer' },
    })
    const { version, languages } = await it.ok('GET', '/demo')
    const left = (languages as string[]).filter(each => each !== 'uk')
    expect(
      await refused('POST', '/demo', { version, actions: [{ action: 'changeLanguages', languages: left }] }),
    ).toMatchObject({ status: 400, error: { code: 'LanguageUsedInStores' } })
    await it.act(customer, { action: 'setStores', stores: [] })
    await it.ok('DELETE', `/demo/stores/${store.id}?version=1`)
    expect((await told(store.id)).at(-1)).toMatchObject({ type: 'StoreDeleted', resourceVersion: 1 })
  })
})

describe('customers of a store', () => {
  test('sign up in it, are found in it only, and share an email with nobody of the same store', async () => {
    await open('nord')
    await open('sued')
    const inNord = '/demo/in-store/key=nord/customers'
    const made = at(await it.ok('POST', inNord, { email: 'Ann@Example.com', password: 'x' }), 'customer') as Json
    expect(made.stores).toEqual([{ typeId: 'store', key: 'nord' }])
    const again = { email: 'ann@example.COM', password: 'x' }
    expect(await refused('POST', inNord, again)).toMatchObject({ error: { code: 'DuplicateField', field: 'email' } })
    await it.ok('POST', '/demo/in-store/key=sued/customers', again)
    const global = await it.signUp(again)
    expect((await it.query('customers', { where: 'lowercaseEmail = "ann@example.com"' })).total).toBe(3)

    expect(
      await it.ok('GET', `${inNord}?where=${encodeURIComponent('lowercaseEmail = "ann@example.com"')}`),
    ).toMatchObject({
      count: 1,
      total: 1,
      results: [{ id: made.id }],
    })
    expect(await it.ok('GET', `${inNord}/${made.id}`)).toEqual(made)
    for (const path of [`/demo/in-store/key=sued/customers/${made.id}`, `${inNord}/${global.id}`])
      expect(await refused('GET', path)).toMatchObject({ status: 404, error: { code: 'ResourceNotFound' } })
    expect((await refused('GET', '/demo/in-store/key=none/customers')).status).toBe(404)

    const changed = await it.ok('POST', `${inNord}/${made.id}`, {
      version: 1,
      actions: [],
    })
    expect(changed.version).toBe(1)
    expect(
      await refused('POST', `${inNord}/${made.id}`, {
        version: 1,
        actions: [{ action: 'addStore', store: { typeId: 'store', key: 'sued' } }],
      }),
    ).toMatchObject({ error: { code: 'DuplicateField', field: 'email' } })
    expect((await refused('DELETE', `${inNord}/${made.id}?version=2`)).status).toBe(409)
    await it.ok('DELETE', `${inNord}/${made.id}?version=1`)
    expect((await refused('GET', `${inNord}/${made.id}`)).status).toBe(404)
  })

  test('are reached by a token of their store alone', async () => {
    await open('ost')
    const token = await tokenOf(it.emulator.url, 'a:b', 'manage_customers:demo:ost')
    const as = (path: string) => it.call('GET', path, undefined, { authorization: `Bearer ${token}` })
    expect((await as('/demo/in-store/key=ost/customers')).status).toBe(200)
    for (const path of ['/demo/in-store/key=nord/customers', '/demo/customers'])
      expect((await as(path)).body).toMatchObject({ statusCode: 403, error: 'insufficient_scope' })
  })
})
