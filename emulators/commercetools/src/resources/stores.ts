/** Stores: names, languages, countries, channels and the addresses of the storefront; each change tells of itself. */
import { checkCountry, checkKey } from '../customers/fields.ts'
import type { Act, MessageBody, Store } from '../model/entities.ts'
import {
  duplicateField,
  malformedJson,
  missingRoleOnChannel,
  projectNotConfiguredForLanguages,
  referenceExists,
  referenceNotFound,
} from '../model/errors.ts'
import {
  type JsonObject,
  list,
  object,
  objects,
  optional,
  optionalObject,
  optionalText,
  sameJson,
  text,
} from '../model/json.ts'
import { given, withValue } from '../model/rows.ts'
import type { Ref } from '../model/trade.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { fresh } from './change.ts'
import { customFrom, customOf, withField } from './custom.ts'
import { resolve } from './references.ts'
import type { Action, Actions } from './update.ts'

const ADDRESSES = [
  'checkoutUrlTemplate',
  'orderUrlTemplate',
  'termsOfServiceUrl',
  'privacyPolicyUrl',
  'refundPolicyUrl',
  'shippingPolicyUrl',
  'cookiePolicyUrl',
  'imprintUrl',
  'faqUrl',
  'contactUrl',
] as const

export function createStore(world: World, project: Project, draft: JsonObject, act: Act): Store {
  const key = checkKey(text(draft, 'key')) ?? ''
  if (project.stores.find('key', key).length > 0) throw duplicateField('key', key)
  noSelections(draft)
  const row: Store = {
    ...fresh(world, act),
    key,
    ...given('name', optionalObject(draft, 'name')),
    languages: languages(project, draft),
    countries: countries(draft),
    distributionChannels: channels(project, objects(draft, 'distributionChannels'), 'ProductDistribution'),
    supplyChannels: channels(project, objects(draft, 'supplyChannels'), 'InventorySupply'),
    productSelections: [],
    ...given('custom', customOf(project, draft.custom, 'store')),
    ...given('storefront', storefront(draft)),
  }
  const { name, custom } = row
  const told = {
    ...given('name', name),
    languages: row.languages,
    countries: row.countries,
    distributionChannels: row.distributionChannels,
    supplyChannels: row.supplyChannels,
    productSelections: row.productSelections,
    ...given('custom', custom),
  }
  world.commit({
    project,
    typeId: 'store',
    act,
    after: row,
    messages: [{ body: { type: 'StoreCreated', ...told }, version: 1 }],
  })
  return row
}

/** Refused while a customer, a business unit, a cart, an order or a quote names the store. */
export function deleteStore(world: World, project: Project, row: Store, act: Act) {
  const { customers, businessUnits, quoteRequests, stagedQuotes, quotes } = project
  const referring = { customer: customers, 'business-unit': businessUnits }
  for (const [typeId, rows] of Object.entries(referring)) {
    if (rows.find('stores.key', row.key).length > 0) throw referenceExists('store', typeId)
  }
  const bound = {
    'quote-request': quoteRequests,
    'staged-quote': stagedQuotes,
    quote: quotes,
    cart: project.carts,
    order: project.orders,
  }
  for (const [typeId, rows] of Object.entries(bound)) {
    const hit = rows.has('store.key')
      ? rows.find('store.key', row.key).length > 0
      : [...rows.rows()].some(each => each.store?.key === row.key)
    if (hit) throw referenceExists('store', typeId)
  }
  world.commit({
    project,
    typeId: 'store',
    act,
    before: row,
    messages: [{ body: { type: 'StoreDeleted' }, version: row.version }],
  })
}

export const storeActions: Actions<Store> = {
  setName(row, action) {
    const name = optionalObject(action, 'name')
    if (sameJson(name, row.name)) return null
    return { row: withValue(row, 'name', name), messages: [{ type: 'StoreNameSet', ...given('name', name) }] }
  },
  setLanguages(row, action, { project }) {
    const next = languages(project, action)
    return next && lists(row, 'languages', next, 'Languages')
  },
  setCountries: (row, action) => lists(row, 'countries', countries(action), 'Countries'),
  addCountry: (row, action) => lists(row, 'countries', unique([...row.countries, country(action)]), 'Countries'),
  removeCountry(row, action) {
    const { code } = country(action)
    return lists(
      row,
      'countries',
      row.countries.filter(each => each.code !== code),
      'Countries',
    )
  },
  ...channelActions('distributionChannel', 'ProductDistribution'),
  ...channelActions('supplyChannel', 'InventorySupply'),
  addProductSelection: selection,
  removeProductSelection: selection,
  changeProductSelectionActive: selection,
  setProductSelections(_row, action) {
    noSelections(action)
    return null
  },
  setCustomType(row, action, { project }) {
    const type = optional(action, 'type')
    const custom = type === undefined ? undefined : customFrom(project, type, optional(action, 'fields'), 'store')
    return sameJson(custom, row.custom) ? null : { row: withValue(row, 'custom', custom) }
  },
  setCustomField(row, action, { project }) {
    const change = withField(project, row.custom, text(action, 'name'), optional(action, 'value'))
    return change && { row: { ...row, custom: change.custom } }
  },
  ...Object.fromEntries(ADDRESSES.map(name => [`set${capital(name)}`, address(name)])),
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

function address(name: (typeof ADDRESSES)[number]): Action<Store> {
  return (row, action) => {
    const value = optionalText(action, name)
    if (row.storefront?.[name] === value) return null
    const { [name]: _, ...rest } = row.storefront ?? {}
    const storefront = value === undefined ? rest : { ...rest, [name]: value }
    const left = Object.keys(storefront).length > 0 ? storefront : undefined
    return {
      row: withValue(row, 'storefront', left),
      messages: [{ type: `Store${capital(name)}Set`, ...given(name, value) }],
    }
  }
}

type Listed = 'languages' | 'countries' | 'distributionChannels' | 'supplyChannels'

/** The message names what came and what went. */
function lists<K extends Listed>(row: Store, field: K, next: Store[K], word: string): ReturnType<Action<Store>> {
  const old: readonly unknown[] = row[field]
  if (sameJson(old, next)) return null
  const lacks = (all: readonly unknown[], each: unknown) => !all.some(other => sameJson(other, each))
  const added = next.filter(each => lacks(old, each))
  const removed = old.filter(each => lacks(next, each))
  const message: MessageBody = {
    type: `Store${word}Changed`,
    ...given(`added${word}`, added.length > 0 ? added : undefined),
    ...given(`removed${word}`, removed.length > 0 ? removed : undefined),
  }
  return { row: { ...row, [field]: next }, messages: [message] }
}

function channelActions(one: 'distributionChannel' | 'supplyChannel', role: string): Actions<Store> {
  const field = `${one}s` as const
  const word = capital(field)
  return {
    [`set${word}`]: (row, action, { project }) =>
      lists(row, field, channels(project, objects(action, field), role), word),
    [`add${capital(one)}`]: (row, action, { project }) =>
      lists(row, field, unique([...row[field], ...channels(project, [object(action[one], one)], role)]), word),
    [`remove${capital(one)}`]: (row, action, { project }) => {
      const { id } = resolve(project.channels, 'channel', action[one])
      return lists(
        row,
        field,
        row[field].filter(each => each.id !== id),
        word,
      )
    },
  }
}

function channels(project: Project, given: JsonObject[], role: string): Ref<'channel'>[] {
  const found = given.map(each => {
    const channel = resolve(project.channels, 'channel', each)
    if (!channel.roles.includes(role)) throw missingRoleOnChannel(channel, role)
    return { typeId: 'channel' as const, id: channel.id }
  })
  return unique(found)
}

const unique = <T>(values: T[]): T[] =>
  values.filter((each, place) => values.findIndex(other => sameJson(other, each)) === place)

function country(body: JsonObject): { code: string } {
  return { code: checkCountry(text(object(body.country, 'country'), 'code')) }
}

const countries = (body: JsonObject) =>
  unique(objects(body, 'countries').map(each => ({ code: checkCountry(text(each, 'code')) })))

function languages(project: Project, body: JsonObject): string[] {
  const wanted = list(body, 'languages').map(each => {
    if (typeof each !== 'string') throw malformedJson('languages: Expected String')
    return each
  })
  const unknown = wanted.filter(each => !project.settings.languages.includes(each))
  if (unknown.length > 0) throw projectNotConfiguredForLanguages(unknown)
  return wanted
}

function storefront(draft: JsonObject): Record<string, string> | undefined {
  const body = optionalObject(draft, 'storefront')
  if (!body) return undefined
  const kept: Record<string, string> = {}
  for (const name of ADDRESSES) {
    const value = optionalText(body, name)
    if (value !== undefined) kept[name] = value
  }
  return kept
}

/** There are no product selections here, so none can be found. */
function noSelections(body: JsonObject) {
  const [first] = objects(body, 'productSelections')
  if (first) selectionOf(first)
}

function selection(_row: Store, action: JsonObject): never {
  return selectionOf(action)
}

function selectionOf(body: JsonObject): never {
  const named = object(body.productSelection, 'productSelection')
  throw referenceNotFound('product-selection', { id: optionalText(named, 'id'), key: optionalText(named, 'key') })
}
