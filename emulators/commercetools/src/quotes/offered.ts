/** What passes from a cart to a quote request, to the cart that a seller works on, to a quote and to an order. */
import { counted } from '../carts/counted.ts'
import { DELETE_DAYS } from '../carts/create.ts'
import { watch } from '../carts/expiry.ts'
import type { Offered, QuoteRequest } from '../model/b2b.ts'
import type { Act } from '../model/entities.ts'
import { given } from '../model/rows.ts'
import type { Cart } from '../model/trade.ts'
import { fresh } from '../resources/change.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'

export const offered = (of: Cart | Offered): Offered => ({
  ...given('customerGroup', of.customerGroup),
  ...given('store', of.store),
  lineItems: of.lineItems,
  customLineItems: of.customLineItems,
  totalPrice: of.totalPrice,
  ...given('taxedPrice', of.taxedPrice),
  ...given('shippingAddress', of.shippingAddress),
  ...given('billingAddress', of.billingAddress),
  inventoryMode: of.inventoryMode,
  taxMode: of.taxMode,
  priceRoundingMode: of.priceRoundingMode,
  taxRoundingMode: of.taxRoundingMode,
  taxCalculationMode: of.taxCalculationMode,
  ...given('country', of.country),
  ...given('shippingInfo', of.shippingInfo),
  ...given('paymentInfo', of.paymentInfo),
  itemShippingAddresses: of.itemShippingAddresses,
  directDiscounts: of.directDiscounts,
  ...given('purchaseOrderNumber', of.purchaseOrderNumber),
  ...given('businessUnit', of.businessUnit),
})

/** What baskets have that quotes do not show. */
export const basket = (): Pick<Cart, 'origin' | 'shippingMode' | 'shipping' | 'discountCodes' | 'refusedGifts'> => ({
  origin: 'Quote',
  shippingMode: 'Single',
  shipping: [],
  discountCodes: [],
  refusedGifts: [],
})

/** The cart in which the seller shapes the offer: as requested, at the prices of the request. */
export function quotationCart(world: World, project: Project, request: QuoteRequest, act: Act): Cart {
  const cart = counted({
    ...fresh(world, act),
    customerId: request.customer.id,
    ...given('customerEmail', project.customers.get(request.customer.id)?.email),
    ...offered(request),
    ...basket(),
    lineItems: request.lineItems.map(each => ({ ...each, id: act.newId() })),
    customLineItems: request.customLineItems.map(each => ({ ...each, id: act.newId() })),
    cartState: 'Active',
    deleteDaysAfterLastModification: DELETE_DAYS,
  })
  world.commit({ project, typeId: 'cart', act, after: cart })
  watch(project, cart)
  return cart
}
