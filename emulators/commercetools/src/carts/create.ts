/** Carts: made from a draft, from another cart or from an order. */

import { withCode } from '../catalog/discountCodes.ts'
import { checkCountry } from '../customers/fields.ts'
import type { Act } from '../model/entities.ts'
import { invalidField, malformedJson } from '../model/errors.ts'
import { type JsonObject, list, object, objects, optional, optionalInteger, optionalText, text } from '../model/json.ts'
import { given } from '../model/rows.ts'
import type { Basket, Cart } from '../model/trade.ts'
import { fresh } from '../resources/change.ts'
import { customOf } from '../resources/custom.ts'
import { freeKey } from '../resources/keys.ts'
import { resolve } from '../resources/references.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { common, word } from '../trade/basket.ts'
import { checkItems, customLineItem, lineItem } from '../trade/items.ts'
import { cents, checkCurrency } from '../trade/money.ts'
import { checkCountryOfStore, methodShipping, TAX_MODES } from '../trade/priceActions.ts'
import { recalculated, repriced } from '../trade/totals.ts'
import { counted } from './counted.ts'
import { watch } from './expiry.ts'

export const DELETE_DAYS = 90
const MAX_DELETE_DAYS = 365_250

export function createCart(world: World, project: Project, draft: JsonObject, act: Act): Cart {
  const currency = checkCurrency(text(draft, 'currency'), 'currency')
  if ((optionalText(draft, 'shippingMode') ?? 'Single') !== 'Single') {
    throw invalidField('shippingMode', draft.shippingMode, ['Single'])
  }
  const shared = common(project, draft)
  if (shared.country !== undefined) checkCountry(shared.country)
  checkCountryOfStore(project, shared.store?.key, shared.country)
  const bare: Cart = {
    ...fresh(world, act),
    ...given('key', freeKey(project.carts, '', optionalText(draft, 'key'))),
    ...shared,
    ...given('anonymousId', optionalText(draft, 'anonymousId')),
    lineItems: [],
    customLineItems: [],
    totalPrice: cents(currency, 0),
    taxMode: word(draft, 'taxMode', TAX_MODES),
    cartState: 'Active',
    deleteDaysAfterLastModification: deleteDays(draft),
    ...given('custom', customOf(project, draft.custom, 'order')),
  }
  const making = { project, act, now: bare.createdAt }
  const filled: Cart = {
    ...bare,
    lineItems: objects(draft, 'lineItems').map(each => lineItem(bare, each, making)),
    customLineItems: objects(draft, 'customLineItems').map(each => customLineItem(bare, each, making)),
  }
  checkItems(filled)
  const shipped: Cart =
    optional(draft, 'shippingMethod') === undefined
      ? filled
      : { ...filled, shippingInfo: methodShipping(project, filled, shippingOf(draft)) }
  const coded = list(draft, 'discountCodes').reduce<Cart>(
    (cart, code) => withCode(project, cart, String(code), bare.createdAt)?.row ?? cart,
    shipped,
  )
  return kept(world, project, recalculated(project, coded), act)
}

/** A draft has other names for what the update action says. */
const shippingOf = (draft: JsonObject): JsonObject => ({
  ...given('shippingMethod', draft.shippingMethod),
  ...given('externalTaxRate', draft.externalTaxRateForShippingMethod),
})

/** A fresh cart with the same contents, at the prices of today; whose it was is carried along. */
export function replicateCart(world: World, project: Project, draft: JsonObject, act: Act): Cart {
  const reference = object(draft.reference, 'reference')
  const from: Basket =
    text(reference, 'typeId') === 'order'
      ? resolve(project.orders, 'order', reference)
      : resolve(project.carts, 'cart', reference)
  const { lineItems, customLineItems, totalPrice, taxedPrice: _t, paymentInfo: _p, shippingInfo, ...rest } = from
  const { priceRoundingMode, taxRoundingMode, taxCalculationMode, inventoryMode, shippingMode, itemShippingAddresses } =
    rest
  const now = world.clock.iso()
  const made: Cart = {
    ...fresh(world, act),
    ...given('key', freeKey(project.carts, '', optionalText(draft, 'key'))),
    ...given('customerId', rest.customerId),
    ...given('customerEmail', rest.customerEmail),
    ...given('customerGroup', rest.customerGroup),
    ...given('anonymousId', rest.anonymousId),
    ...given('businessUnit', rest.businessUnit),
    ...given('store', rest.store),
    ...given('billingAddress', rest.billingAddress),
    ...given('shippingAddress', rest.shippingAddress),
    ...given('country', rest.country),
    ...given('locale', rest.locale),
    ...given('custom', rest.custom),
    ...given('shippingInfo', shippingInfo && { ...shippingInfo, deliveries: [] }),
    priceRoundingMode,
    taxRoundingMode,
    taxCalculationMode,
    inventoryMode,
    shippingMode,
    itemShippingAddresses,
    origin: rest.origin,
    shipping: [],
    discountCodes: [],
    directDiscounts: [],
    refusedGifts: [],
    taxMode: rest.taxMode ?? 'Platform',
    lineItems: lineItems.map(each => ({ ...each, id: act.newId(), addedAt: now, lastModifiedAt: now })),
    customLineItems: customLineItems.map(each => ({ ...each, id: act.newId() })),
    totalPrice,
    cartState: 'Active',
    deleteDaysAfterLastModification: DELETE_DAYS,
  }
  return kept(world, project, recalculated(project, repriced(project, made, now)), act)
}

/** The messages catalogue knows of carts, but a cart is no resource whose messages one can subscribe to. */
function kept(world: World, project: Project, cart: Cart, act: Act): Cart {
  const after = counted(cart)
  world.commit({ project, typeId: 'cart', act, after })
  watch(project, after)
  return after
}

export function deleteDays(body: JsonObject): number {
  const days = optionalInteger(body, 'deleteDaysAfterLastModification') ?? DELETE_DAYS
  if (days < 1 || days > MAX_DELETE_DAYS) {
    throw malformedJson(`deleteDaysAfterLastModification: must be between 1 and ${MAX_DELETE_DAYS}`)
  }
  return days
}
