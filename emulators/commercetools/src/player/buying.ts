/**
 * People buy. A customer fills a cart, changes it, and either orders, is served and perhaps sends something back, or
 * leaves the cart behind. A guest orders by email, signs up later with the same email, and is given the order.
 */
import { createCart } from '../carts/create.ts'
import { updateCart } from '../carts/update.ts'
import { createCustomer } from '../customers/create.ts'
import type { JsonObject } from '../model/json.ts'
import { type Random, random } from '../model/random.ts'
import type { Cart, Order } from '../model/trade.ts'
import { createOrder } from '../orders/create.ts'
import { ORDER_ACTIONS } from '../orders/update.ts'
import { updateRow } from '../resources/update.ts'
import type { Scene } from './scene.ts'
import { contents } from './shop.ts'
import { anyone } from './shoppers.ts'
import { fitting } from './stage.ts'
import { person } from './vary.ts'

/** A plot of several steps: what it made is found by a name that its first step gives it. */
export type Plot = Scene & { name: string; first: number; chosen: Random }

export const plot =
  (word: string, steps: ((plot: Plot) => void)[]) =>
  (scene: Scene): void => {
    const place = scene.n % steps.length
    const first = scene.turn - place
    // The same for all steps of a plot.
    const chosen = random(scene.state.seed, first, word.length)
    steps[place]?.({ ...scene, name: `${word}-${first}`, first, chosen })
  }

export function cartOf({ project, name }: Plot): Cart {
  const [found] = project.carts.find('key', name)
  if (!found) throw new Error('the cart is gone')
  return found
}

export function changeOrder({ world, project, name, act }: Plot, ...actions: JsonObject[]): Order {
  const [order] = project.orders.find('orderNumber', name)
  if (!order) throw new Error('the order is gone')
  return updateRow('order', order, actions, ORDER_ACTIONS, { world, project, act })
}

function order(scene: Plot) {
  const { world, project, name, act } = scene
  const cart = cartOf(scene)
  const draft = { cart: { typeId: 'cart', id: cart.id }, version: cart.version, orderNumber: name }
  createOrder(world, project, draft, act)
}

/** A quarter of the carts is never ordered. */
const isAbandoned = ({ chosen }: Plot) => chosen.chance(0.25)

function unlessAbandoned(act: (scene: Plot) => void) {
  return (scene: Plot) => {
    if (!isAbandoned(scene)) act(scene)
  }
}

const BUYING = [
  (scene: Plot) => {
    const { world, project, dice, act, name } = scene
    const someone = anyone(project, dice)
    if (!someone) throw new Error('there is nobody to buy')
    const [address] = someone.addresses
    const [store] = project.stores.find('key', someone.stores[0]?.key ?? '')
    const owned = { key: name, customerId: someone.id, customerEmail: someone.email }
    createCart(world, project, { ...contents(dice, address as JsonObject | undefined, store), ...owned }, act)
  },
  (scene: Plot) => {
    const { world, project, dice, act } = scene
    const cart = cartOf(scene)
    const [line] = cart.lineItems
    const quantity = (line?.quantity ?? 0) + 1 + dice.int(3)
    updateCart(cart, [{ action: 'changeLineItemQuantity', lineItemId: line?.id, quantity }], { world, project, act })
  },
  unlessAbandoned(order),
  unlessAbandoned(scene => {
    changeOrder(
      scene,
      { action: 'changeOrderState', orderState: 'Confirmed' },
      { action: 'changePaymentState', paymentState: 'Paid' },
    )
  }),
  unlessAbandoned(scene => {
    changeOrder(scene, { action: 'changeShipmentState', shipmentState: scene.dice.chance(0.8) ? 'Shipped' : 'Delayed' })
  }),
  unlessAbandoned(scene => {
    const [found] = scene.project.orders.find('orderNumber', scene.name)
    const lineItemId = found?.lineItems[0]?.id
    if (scene.dice.chance(0.7)) return changeOrder(scene, { action: 'changeOrderState', orderState: 'Complete' })
    const items = [{ quantity: 1, lineItemId, comment: 'Too small', shipmentState: 'Returned' }]
    return changeOrder(scene, { action: 'addReturnInfo', items, returnTrackingId: scene.name })
  }),
]

/** A person of the data files under another email; the number lies far above that of other arrivals. */
function guest({ cast, first, chosen }: Plot): JsonObject {
  return person(cast.drafts, (first + 30_000_000) * cast.drafts.length + chosen.int(cast.drafts.length), chosen)
}

const GUEST = [
  (scene: Plot) => {
    const { world, project, dice, act, name } = scene
    const { email, addresses } = guest(scene)
    const [address] = Array.isArray(addresses) ? addresses : []
    const bought = contents(dice, address as JsonObject | undefined)
    createCart(world, project, { ...bought, key: name, customerEmail: email, anonymousId: name }, act)
  },
  order,
  (scene: Plot) => {
    changeOrder(scene, { action: 'changeOrderState', orderState: 'Confirmed' })
  },
  (scene: Plot) => {
    const { world, project, act, name } = scene
    const { stores: _, ...global } = guest(scene)
    createCustomer(world, project, fitting(project, { ...global, key: name }), act)
  },
  (scene: Plot) => {
    const [customer] = scene.project.customers.find('key', scene.name)
    if (!customer) throw new Error('the customer is gone')
    changeOrder(scene, { action: 'setCustomerId', customerId: customer.id })
  },
]

export const buyingAs = (word: string) => plot(word, BUYING)
export const guestsAs = (word: string) => plot(word, GUEST)
export const BUYING_STEPS = BUYING.length
export const GUEST_STEPS = GUEST.length
