/** Line items and custom line items: made from drafts, found again by id or key. */
import { channelRef, instant, selectPrice } from '../catalog/prices.ts'
import { variantOf } from '../catalog/products.ts'
import { taxRate } from '../catalog/taxCategories.ts'
import { checkKey } from '../customers/fields.ts'
import type { Act } from '../model/entities.ts'
import { ApiError, duplicateField, invalidField, invalidInput, malformedJson } from '../model/errors.ts'
import {
  integer,
  type JsonObject,
  object,
  objects,
  optional,
  optionalInteger,
  optionalObject,
  optionalText,
  text,
} from '../model/json.ts'
import { given } from '../model/rows.ts'
import type { Basket, CustomLineItem, LineItem, Price, Ref, ShippingDetails, TaxRate } from '../model/trade.ts'
import { customOf } from '../resources/custom.ts'
import { resolve } from '../resources/references.ts'
import { initialOf } from '../resources/states.ts'
import type { Project } from '../store/project.ts'
import { cents, money, typedMoney } from './money.ts'

const INVENTORY_MODES = ['None', 'TrackOnly', 'ReserveOnOrder', 'ReserveOnCart']
const MAX_ITEMS = 500
const MAX_CUSTOM_ITEMS = 100

export type Making = { project: Project; act: Act; now: string }

export function lineItem(basket: Basket, draft: JsonObject, { project, act, now }: Making): LineItem {
  const { product, data, variant } = variantOf(project, draft)
  const { currencyCode } = basket.totalPrice
  const channel = optional(draft, 'distributionChannel')
  const supply = optional(draft, 'supplyChannel')
  const distributionChannel =
    channel === undefined ? undefined : withRole(project, channelRef(project, channel), 'ProductDistribution')
  const supplyChannel =
    supply === undefined ? undefined : withRole(project, channelRef(project, supply), 'InventorySupply')
  const quantity = quantityOf(draft, 1, 1)
  const outside = externalPrice(draft, currencyCode, act)
  const { country, customerGroup } = basket
  const buyer = { country, customerGroup, channel: distributionChannel, currency: currencyCode, now }
  return {
    id: act.newId(),
    ...given('key', checkKey(optionalText(draft, 'key'))),
    productId: product.id,
    ...given('productKey', product.key),
    name: data.name,
    productSlug: data.slug,
    productType: product.productType,
    variant,
    price: outside?.price ?? selectPrice(product.id, variant, buyer),
    quantity,
    totalPrice: outside?.totalPrice ?? cents(currencyCode, 0),
    discountedPricePerQuantity: [],
    taxedPricePortions: [],
    ...given('taxRate', externalRate(draft, basket)),
    perMethodTaxRate: [],
    state: [{ quantity, state: initialOf(project) }],
    ...given('supplyChannel', supplyChannel),
    ...given('distributionChannel', distributionChannel),
    priceMode: outside?.priceMode ?? 'Platform',
    lineItemMode: 'Standard',
    ...given('inventoryMode', inventoryMode(draft)),
    ...given('shippingDetails', shippingDetails(draft, quantity)),
    ...given('custom', customOf(project, draft.custom, 'line-item')),
    addedAt: instant(draft, 'addedAt') ?? now,
    lastModifiedAt: now,
  }
}

export function customLineItem(basket: Basket, draft: JsonObject, { project, act }: Making): CustomLineItem {
  const slug = text(draft, 'slug')
  if (!/^[A-Za-z0-9_-]{2,256}$/.test(slug)) throw invalidField('slug', slug)
  const quantity = quantityOf(draft, 1, 1)
  const category = optional(draft, 'taxCategory')
  const value = typedMoney(draft.money, 'money')
  checkSameCurrency(basket, value.currencyCode)
  const priceMode = optionalText(draft, 'priceMode') ?? 'Standard'
  if (priceMode !== 'Standard' && priceMode !== 'External')
    throw invalidField('priceMode', priceMode, ['Standard', 'External'])
  return {
    id: act.newId(),
    ...given('key', checkKey(optionalText(draft, 'key'))),
    name: object(draft.name, 'name'),
    money: value,
    totalPrice: cents(value.currencyCode, 0),
    slug,
    quantity,
    state: [{ quantity, state: initialOf(project) }],
    ...given(
      'taxCategory',
      category === undefined
        ? undefined
        : { typeId: 'tax-category' as const, id: resolve(project.taxCategories, 'tax-category', category).id },
    ),
    ...given('taxRate', externalRate(draft, basket)),
    taxedPricePortions: [],
    perMethodTaxRate: [],
    discountedPricePerQuantity: [],
    ...given('shippingDetails', shippingDetails(draft, quantity)),
    ...given('custom', customOf(project, draft.custom, 'custom-line-item')),
    priceMode,
  }
}

/** How stock is counted for one item, where it differs from the basket; nothing is counted here. */
export function inventoryMode(body: JsonObject): string | undefined {
  const mode = optionalText(body, 'inventoryMode')
  if (mode !== undefined && !INVENTORY_MODES.includes(mode)) throw invalidField('inventoryMode', mode, INVENTORY_MODES)
  return mode
}

/** Item keys are unique in a basket, and so is its size limited (limits of carts). */
export function checkItems({ lineItems, customLineItems }: Basket) {
  if (lineItems.length > MAX_ITEMS) throw tooMany('line items', MAX_ITEMS)
  if (customLineItems.length > MAX_CUSTOM_ITEMS) throw tooMany('custom line items', MAX_CUSTOM_ITEMS)
  for (const [items, field] of [
    [lineItems, 'lineItems.key'],
    [customLineItems, 'customLineItems.key'],
  ] as const) {
    const keys = items.flatMap(each => each.key ?? [])
    const twice = keys.find((key, place) => keys.indexOf(key) !== place)
    if (twice !== undefined) throw duplicateField(field, twice)
  }
}

const tooMany = (what: string, max: number) => invalidInput(`A cart or order can have at most ${max} ${what}.`)

export function quantityOf(draft: JsonObject, least: number, otherwise?: number): number {
  const quantity =
    otherwise === undefined ? integer(draft, 'quantity') : (optionalInteger(draft, 'quantity') ?? otherwise)
  if (quantity < least || quantity > Number.MAX_SAFE_INTEGER) throw invalidField('quantity', quantity)
  return quantity
}

/** A price that the client sets, alone or together with the total that it makes. */
export function externalPrice(
  draft: JsonObject,
  currency: string,
  act: Act,
): Pick<LineItem, 'price' | 'totalPrice' | 'priceMode'> | undefined {
  const total = optionalObject(draft, 'externalTotalPrice')
  const alone = optional(draft, 'externalPrice')
  if (total === undefined && alone === undefined) return undefined
  const value = typedMoney(total ? total.price : alone, total ? 'externalTotalPrice.price' : 'externalPrice')
  if (value.currencyCode !== currency) throw wrongCurrency(value.currencyCode, currency)
  const price: Price = { id: act.newId(), value }
  if (!total) return { price, totalPrice: cents(currency, 0), priceMode: 'ExternalPrice' }
  return { price, totalPrice: money(total.totalPrice, 'externalTotalPrice.totalPrice'), priceMode: 'ExternalTotal' }
}

export function externalRate(draft: JsonObject, { taxMode }: Pick<Basket, 'taxMode'>): TaxRate | undefined {
  const rate = optionalObject(draft, 'externalTaxRate')
  if (!rate) return undefined
  if (taxMode !== 'External' && taxMode !== 'ExternalAmount') {
    throw invalidInput(`An external tax rate can not be set in tax mode '${taxMode ?? 'Platform'}'.`)
  }
  return taxRate(rate)
}

export function shippingDetails(draft: JsonObject, quantity: number): ShippingDetails | undefined {
  const details = optionalObject(draft, 'shippingDetails')
  if (!details) return undefined
  const targets = objects(details, 'targets').map(each => ({
    addressKey: text(each, 'addressKey'),
    quantity: integer(each, 'quantity'),
  }))
  return { targets, valid: targets.reduce((all, each) => all + each.quantity, 0) === quantity }
}

export function checkSameCurrency(basket: Basket, currency: string) {
  if (currency !== basket.totalPrice.currencyCode) throw wrongCurrency(currency, basket.totalPrice.currencyCode)
}

const wrongCurrency = (got: string, expected: string) =>
  invalidInput(`The currency '${got}' does not match the currency '${expected}' of the cart.`)

export function withRole(project: Project, channel: Ref<'channel'>, role: string): Ref<'channel'> {
  const found = project.channels.get(channel.id)
  if (found?.roles.includes(role)) return channel
  throw new ApiError(400, [
    {
      code: 'MissingRoleOnChannel',
      message: `Given channel with '${channel.id}' does not have the required role '${role}'.`,
      channel,
      missingRole: role,
    },
  ])
}

/** The item that an action names by id or key: `lineItemId`, `lineItemKey`, `customLineItemId` … */
export function namedItem<T extends { id: string; key?: string | undefined }>(
  items: readonly T[],
  action: JsonObject,
  word: 'lineItem' | 'customLineItem',
): T {
  const id = optionalText(action, `${word}Id`)
  const key = optionalText(action, `${word}Key`)
  if (id === undefined && key === undefined) throw malformedJson(`actions: Either ${word}Id or ${word}Key is required`)
  const found = items.find(each => (id === undefined ? each.key === key : each.id === id))
  if (!found)
    throw invalidInput(
      `The ${word === 'lineItem' ? 'line item' : 'custom line item'} with ${id === undefined ? `key '${key}'` : `ID '${id}'`} was not found.`,
    )
  return found
}
