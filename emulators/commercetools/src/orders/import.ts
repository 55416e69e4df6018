/** Orders as another system has them: items, prices and taxes are kept as they are given, nothing is worked out. */
import { instant, price as priceOf } from '../catalog/prices.ts'
import { variant as variantFrom } from '../catalog/products.ts'
import { shippingRate } from '../catalog/shippingMethods.ts'
import { taxRate } from '../catalog/taxCategories.ts'
import { checkKey } from '../customers/fields.ts'
import type { Act } from '../model/entities.ts'
import { invalidInput, malformedJson, requiredField } from '../model/errors.ts'
import {
  type Json,
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
import type { CustomLineItem, ItemState, LineItem, Order, ShippingInfo, TaxedPrice } from '../model/trade.ts'
import { fresh } from '../resources/change.ts'
import { customOf } from '../resources/custom.ts'
import { resolve } from '../resources/references.ts'
import { initialOf, stateOf } from '../resources/states.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { common } from '../trade/basket.ts'
import { checkItems, quantityOf, shippingDetails } from '../trade/items.ts'
import { money, times, typedMoney } from '../trade/money.ts'
import { taxedPrice } from '../trade/tax.ts'
import { unitOf } from '../trade/totals.ts'
import { freeNumber, keep } from './create.ts'
import { shipment } from './shipments.ts'
import { optionalWord } from './states.ts'
import { shippingItemsFit } from './valid.ts'

export function importOrder(world: World, project: Project, draft: JsonObject, act: Act): Order {
  return keep(world, project, imported(world, project, draft, act), 'OrderImported', act)
}

export function imported(world: World, project: Project, draft: JsonObject, act: Act): Order {
  const now = world.clock.iso()
  const lineItems = objects(draft, 'lineItems').map(each => lineItem(project, each, act))
  const customLineItems = objects(draft, 'customLineItems').map(each => customLineItem(project, each, act))
  if (lineItems.length + customLineItems.length === 0) throw requiredField('lineItems')
  const state = optional(draft, 'state')
  const info = optionalObject(draft, 'shippingInfo')
  const order: Order = {
    ...fresh(world, act),
    ...given('orderNumber', freeNumber(project, '', optionalText(draft, 'orderNumber'))),
    ...common(project, draft),
    lineItems,
    customLineItems,
    totalPrice: money(draft.totalPrice, 'totalPrice'),
    ...given('taxedPrice', taxedDraft(draft)),
    ...given('shippingInfo', info && shippingInfo(project, info, act, now)),
    orderState: optionalWord(draft, 'orderState', 'orderState') ?? 'Open',
    ...given('shipmentState', optionalWord(draft, 'shipmentState', 'shipmentState')),
    ...given('paymentState', optionalWord(draft, 'paymentState', 'paymentState')),
    ...given(
      'state',
      state === undefined ? undefined : { typeId: 'state' as const, id: stateOf(project, state, 'OrderState').id },
    ),
    syncInfo: [],
    returnInfo: [],
    ...given('completedAt', instant(draft, 'completedAt')),
    ...given('custom', customOf(project, draft.custom, 'order')),
  }
  checkItems(order)
  shippingItemsFit(order)
  return order
}

function lineItem(project: Project, draft: JsonObject, act: Act): LineItem {
  const from = object(draft.variant, 'variant')
  const sku = optionalText(from, 'sku')
  const id = optionalInteger(from, 'id')
  const productId = optionalText(draft, 'productId')
  if (productId !== undefined && id === undefined) throw requiredField('variant.id')
  const product =
    productId !== undefined
      ? project.products.get(productId)
      : sku === undefined
        ? undefined
        : project.products.find('sku', sku)[0]
  if (productId === undefined && sku === undefined) throw requiredField('variant.sku')
  if (productId !== undefined && !product) throw invalidInput(`The product with ID '${productId}' was not found.`)
  const data = product?.masterData.current
  const found =
    data && [data.masterVariant, ...data.variants].find(each => (sku === undefined ? each.id === id : each.sku === sku))
  const quantity = quantityOf(draft, 1)
  const rate = optionalObject(draft, 'taxRate')
  const channel = (name: string) => {
    const value = optional(draft, name)
    return value === undefined
      ? undefined
      : { typeId: 'channel' as const, id: resolve(project.channels, 'channel', value).id }
  }
  const item: LineItem = {
    id: act.newId(),
    ...given('key', checkKey(optionalText(draft, 'key'))),
    productId: product?.id ?? '',
    ...given('productKey', product?.key),
    name: object(draft.name, 'name'),
    ...given('productSlug', data?.slug),
    ...given('productType', product?.productType),
    variant: found ?? variantFrom(project, from, id ?? 1, act),
    price: priceOf(project, object(draft.price, 'price'), act),
    quantity,
    totalPrice: { type: 'centPrecision', currencyCode: '', centAmount: 0, fractionDigits: 2 },
    discountedPricePerQuantity: [],
    taxedPricePortions: [],
    ...given('taxRate', rate && taxRate(rate)),
    ...given('taxedPrice', taxedDraft(draft)),
    perMethodTaxRate: [],
    state: itemStates(project, draft, quantity),
    ...given('supplyChannel', channel('supplyChannel')),
    ...given('distributionChannel', channel('distributionChannel')),
    priceMode: 'Platform',
    lineItemMode: 'Standard',
    ...given('shippingDetails', shippingDetails(draft, quantity)),
    ...given('custom', customOf(project, draft.custom, 'line-item')),
  }
  return { ...item, totalPrice: times(unitOf(item), quantity, 'HalfEven') }
}

function customLineItem(project: Project, draft: JsonObject, act: Act): CustomLineItem {
  const quantity = quantityOf(draft, 1, 1)
  const value = typedMoney(draft.money, 'money')
  const rate = optionalObject(draft, 'taxRate')
  const category = optional(draft, 'taxCategory')
  return {
    id: act.newId(),
    ...given('key', checkKey(optionalText(draft, 'key'))),
    name: object(draft.name, 'name'),
    money: value,
    totalPrice: times(value, quantity, 'HalfEven'),
    slug: text(draft, 'slug'),
    quantity,
    state: itemStates(project, draft, quantity),
    ...given(
      'taxCategory',
      category === undefined
        ? undefined
        : { typeId: 'tax-category' as const, id: resolve(project.taxCategories, 'tax-category', category).id },
    ),
    ...given('taxRate', rate && taxRate(rate)),
    ...given('taxedPrice', taxedDraft(draft)),
    taxedPricePortions: [],
    perMethodTaxRate: [],
    discountedPricePerQuantity: [],
    ...given('shippingDetails', shippingDetails(draft, quantity)),
    ...given('custom', customOf(project, draft.custom, 'custom-line-item')),
    priceMode: 'Standard',
  }
}

/** The states of all pieces of an item; their quantities must add up to the item's. */
export function itemStates(project: Project, draft: JsonObject, quantity: number): ItemState[] {
  if (optional(draft, 'state') === undefined) return [{ quantity, state: initialOf(project) }]
  const states = objects(draft, 'state').map(each => ({
    quantity: quantityOf(each, 1),
    state: { typeId: 'state' as const, id: stateOf(project, each.state, 'LineItemState').id },
  }))
  if (states.reduce((all, each) => all + each.quantity, 0) !== quantity) {
    throw invalidInput(`The quantities of the states do not add up to the quantity ${quantity} of the item.`)
  }
  return states
}

function shippingInfo(project: Project, draft: JsonObject, act: Act, now: string): ShippingInfo {
  const tax = optionalObject(draft, 'taxRate')
  const method = optional(draft, 'shippingMethod')
  const id = method === undefined ? undefined : resolve(project.shippingMethods, 'shipping-method', method).id
  return {
    shippingMethodName: text(draft, 'shippingMethodName'),
    ...given('shippingMethod', id === undefined ? undefined : { typeId: 'shipping-method' as const, id }),
    price: money(draft.price, 'shippingInfo.price'),
    shippingRate: shippingRate(object(draft.shippingRate, 'shippingRate')),
    ...given('taxRate', tax && taxRate(tax)),
    ...given('taxedPrice', taxedDraft(draft)),
    deliveries: objects(draft, 'deliveries').map(each => shipment(project, each, act, now)),
    shippingMethodState: optionalText(draft, 'shippingMethodState') ?? 'MatchesCart',
  }
}

function rateOf(value: Json | undefined): number {
  if (typeof value !== 'number') throw malformedJson('taxPortions.rate: Expected Number')
  return value
}

/** The tax is what lies between the two totals. */
function taxedDraft(draft: JsonObject): TaxedPrice | undefined {
  const body = optionalObject(draft, 'taxedPrice')
  if (!body) return undefined
  const net = money(body.totalNet, 'totalNet')
  const gross = money(body.totalGross, 'totalGross')
  const portions = objects(body, 'taxPortions').map(each => ({
    ...given('name', optionalText(each, 'name')),
    rate: rateOf(each.rate),
    amount: money(each.amount, 'amount'),
  }))
  return taxedPrice(net.currencyCode, net.centAmount, gross.centAmount, portions)
}
