/** What a cart or an edited order costs: items, shipping and taxes added up anew after each change. */
import { selectPrice } from '../catalog/prices.ts'
import { ApiError } from '../model/errors.ts'
import { withValue } from '../model/rows.ts'
import type {
  Basket,
  CustomLineItem,
  LineItem,
  Money,
  ShippingInfo,
  TaxedPrice,
  TaxRate,
  TypedMoney,
} from '../model/trade.ts'
import type { Project } from '../store/project.ts'
import { cents, sum, times } from './money.ts'
import { rateFor, taxed, together } from './tax.ts'

export function recalculated<T extends Basket>(project: Project, basket: T): T {
  const { currencyCode } = basket.totalPrice
  const lineItems = basket.lineItems.map(each => lineItem(project, basket, each))
  const customLineItems = basket.customLineItems.map(each => customLineItem(project, basket, each))
  const items = [...lineItems, ...customLineItems]
  const goods = sum(
    currencyCode,
    items.map(each => each.totalPrice),
  )
  const shippingInfo = basket.shippingInfo && shipping(project, basket, basket.shippingInfo, goods)
  const totalPrice = sum(currencyCode, [goods, ...(shippingInfo ? [shippingInfo.price] : [])])
  if (!Number.isSafeInteger(totalPrice.centAmount)) {
    throw new ApiError(400, [{ code: 'MoneyOverflow', message: 'A Cent Amount is out of range.' }])
  }
  const changed: T = { ...basket, lineItems, customLineItems, totalPrice }
  const withShipping = withValue<Basket, 'shippingInfo'>(changed, 'shippingInfo', shippingInfo)
  const whole = withValue<Basket, 'taxedShippingPrice'>(withShipping, 'taxedShippingPrice', shippingInfo?.taxedPrice)
  // With taxes given as amounts, the total is given too.
  if (basket.taxMode === 'ExternalAmount') return whole as T
  const all: (TaxedPrice | undefined)[] = [...items, ...(shippingInfo ? [shippingInfo] : [])].map(
    each => each.taxedPrice,
  )
  const known = all.filter(each => each !== undefined)
  const complete = all.length > 0 && known.length === all.length
  return withValue<Basket, 'taxedPrice'>(whole, 'taxedPrice', complete ? together(currencyCode, known) : undefined) as T
}

/** Looks the prices of all items up again, as after a change of country, group or channel. */
export const repriced = <T extends Basket>(project: Project, basket: T, now: string): T => ({
  ...basket,
  lineItems: basket.lineItems.map(each => priced(project, basket, each, now)),
})

/** An item whose price comes from its product gets the one that fits now; its product may be gone by then. */
export function priced(project: Project, basket: Basket, item: LineItem, now: string): LineItem {
  if (item.priceMode !== 'Platform') return item
  const data = project.products.get(item.productId)?.masterData.current
  const variant = data && [data.masterVariant, ...data.variants].find(each => each.id === item.variant.id)
  if (!variant) return item
  const { country, customerGroup } = basket
  const buyer = {
    country,
    customerGroup,
    channel: item.distributionChannel,
    currency: basket.totalPrice.currencyCode,
    now,
  }
  return { ...item, price: selectPrice(item.productId, variant, buyer) }
}

/** Of a price with tiers, the tier that the quantity reaches; a discounted value before the price itself. */
export function unitOf({ price, quantity }: LineItem): TypedMoney {
  const tier = price.tiers?.findLast(each => each.minimumQuantity <= quantity)
  return tier?.value ?? price.discounted?.value ?? price.value
}

function lineItem(project: Project, basket: Basket, item: LineItem): LineItem {
  const unit = unitOf(item)
  const totalPrice =
    item.priceMode === 'ExternalTotal' ? item.totalPrice : times(unit, item.quantity, basket.priceRoundingMode)
  const category = project.products.get(item.productId)?.taxCategory
  return withTax(basket, { ...item, totalPrice }, unit, rateFor(project, basket, category, item.taxRate))
}

function customLineItem(project: Project, basket: Basket, item: CustomLineItem): CustomLineItem {
  const totalPrice = times(item.money, item.quantity, basket.priceRoundingMode)
  return withTax(basket, { ...item, totalPrice }, item.money, rateFor(project, basket, item.taxCategory, item.taxRate))
}

function withTax<T extends LineItem | CustomLineItem>(
  basket: Basket,
  item: T,
  unit: TypedMoney,
  rate: TaxRate | undefined,
): T {
  if (basket.taxMode === 'ExternalAmount') return item
  const { taxRate: _r, taxedPrice: _p, ...bare } = item
  if (!rate) return bare as T
  if (!basket.shippingAddress) return { ...bare, taxRate: rate } as T
  const each = cents(unit.currencyCode, times(unit, 1, basket.priceRoundingMode).centAmount)
  return { ...bare, taxRate: rate, taxedPrice: taxed(item.totalPrice, each, item.quantity, rate, basket) } as T
}

function shipping(project: Project, basket: Basket, info: ShippingInfo, goods: Money): ShippingInfo {
  const { freeAbove, price: full } = info.shippingRate
  const free = freeAbove !== undefined && goods.centAmount >= freeAbove.centAmount
  const price = free ? cents(full.currencyCode, 0) : full
  if (basket.taxMode === 'ExternalAmount') return { ...info, price }
  const rate = rateFor(project, basket, info.taxCategory, info.taxRate)
  const { taxRate: _r, taxedPrice: _p, ...bare } = info
  if (!rate) return { ...bare, price }
  if (!basket.shippingAddress) return { ...bare, price, taxRate: rate }
  return { ...bare, price, taxRate: rate, taxedPrice: taxed(price, price, 1, rate, basket) }
}
