/** Orders: made from a cart, which is thereby ordered, or imported as another system has them. */
import type { Act } from '../model/entities.ts'
import { concurrentModification, duplicateField, invalidOperation, requiredField } from '../model/errors.ts'
import { integer, type JsonObject, optional, optionalText } from '../model/json.ts'
import { given } from '../model/rows.ts'
import type { Cart, Order } from '../model/trade.ts'
import { fresh } from '../resources/change.ts'
import { customOf } from '../resources/custom.ts'
import { resolve } from '../resources/references.ts'
import { startingState } from '../resources/states.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { optionalWord } from './states.ts'
import { shippingItemsFit } from './valid.ts'

/** The cart may be named by reference, or by its id alone as older clients do. */
export function createOrder(world: World, project: Project, draft: JsonObject, act: Act): Order {
  const cart = resolve(project.carts, 'cart', optional(draft, 'cart') ?? { typeId: 'cart', id: draft.id ?? null })
  const version = integer(draft, 'version')
  if (version !== cart.version) throw concurrentModification(cart.id, version, cart.version)
  checkOrderable(cart)
  const orderNumber = freeNumber(project, '', optionalText(draft, 'orderNumber'))
  const state = startingState(project, draft, 'OrderState')
  const {
    key: _k,
    cartState: _c,
    freezeStrategy: _f,
    totalLineItemQuantity: _q,
    deleteDaysAfterLastModification: _d,
    ...basket
  } = cart
  const purchaseOrderNumber = optionalText(draft, 'purchaseOrderNumber') ?? cart.purchaseOrderNumber
  const order: Order = {
    ...basket,
    ...fresh(world, act),
    ...given('orderNumber', orderNumber),
    ...given('purchaseOrderNumber', purchaseOrderNumber),
    orderState: optionalWord(draft, 'orderState', 'orderState') ?? 'Open',
    ...given('shipmentState', optionalWord(draft, 'shipmentState', 'shipmentState')),
    ...given('paymentState', optionalWord(draft, 'paymentState', 'paymentState')),
    ...given('state', state),
    syncInfo: [],
    returnInfo: [],
    cart: { typeId: 'cart', id: cart.id },
    ...given('custom', customOf(project, draft.custom, 'order') ?? cart.custom),
  }
  const now = world.clock.iso()
  const ordered: Cart = {
    ...cart,
    cartState: 'Ordered',
    version: cart.version + 1,
    lastModifiedAt: now,
    lastModifiedBy: act.by,
  }
  world.commit({
    project,
    typeId: 'cart',
    act: { ...act, actions: ['ordered'] },
    before: cart,
    after: ordered,
    silent: true,
  })
  return keep(world, project, order, 'OrderCreated', act)
}

export function keep(
  world: World,
  project: Project,
  order: Order,
  type: 'OrderCreated' | 'OrderImported',
  act: Act,
): Order {
  world.commit({ project, typeId: 'order', act, after: order, messages: [{ body: { type }, version: 1 }] })
  return order
}

function checkOrderable(cart: Cart) {
  if (cart.cartState !== 'Active' && cart.cartState !== 'Frozen') {
    throw invalidOperation(`The cart with ID '${cart.id}' can not be ordered: it is in state '${cart.cartState}'.`)
  }
  if (cart.lineItems.length + cart.customLineItems.length === 0) {
    throw invalidOperation(`The cart with ID '${cart.id}' can not be ordered: it is empty.`)
  }
  // Whatever the tax mode (documentation of creating an order).
  if (!cart.shippingAddress) {
    throw invalidOperation(`The cart with ID '${cart.id}' can not be ordered: the shipping address is not set.`)
  }
  shippingItemsFit(cart)
}

export function freeNumber(project: Project, id: string, orderNumber: string | undefined): string | undefined {
  if (orderNumber === undefined) return undefined
  if (orderNumber === '') throw requiredField('orderNumber')
  if (project.orders.find('orderNumber', orderNumber).some(other => other.id !== id)) {
    throw duplicateField('orderNumber', orderNumber)
  }
  return orderNumber
}
