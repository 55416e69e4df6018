/** Update actions on the states of an order and of the pieces of its items. */
import { instant } from '../catalog/prices.ts'
import { invalidField, invalidInput } from '../model/errors.ts'
import { sameJson } from '../model/json.ts'
import { given } from '../model/rows.ts'
import type { CustomLineItem, ItemState, LineItem, Order, Ref } from '../model/trade.ts'
import { checkTransition, stateOf, transitioned } from '../resources/states.ts'
import type { Action, Actions } from '../resources/update.ts'
import { namedItem, quantityOf } from '../trade/items.ts'
import { itemStates } from './import.ts'
import { requiredWord } from './states.ts'

const change =
  (field: 'orderState' | 'paymentState' | 'shipmentState', type: string, old: string): Action<Order> =>
  (order, action) => {
    const value = requiredWord(action, field, field)
    if (value === order[field]) return null
    return { row: { ...order, [field]: value }, messages: [{ type, [field]: value, ...given(old, order[field]) }] }
  }

type Kind = 'lineItem' | 'customLineItem'
const itemOf = (order: Order, action: Parameters<Action<Order>>[1], kind: Kind): LineItem | CustomLineItem =>
  kind === 'lineItem' ? namedItem(order.lineItems, action, kind) : namedItem(order.customLineItems, action, kind)

const withStates = (order: Order, id: string, state: ItemState[]): Order => ({
  ...order,
  lineItems: order.lineItems.map(each => (each.id === id ? { ...each, state } : each)),
  customLineItems: order.customLineItems.map(each => (each.id === id ? { ...each, state } : each)),
})

/** Some pieces of an item go from one state to another; the rest stay. */
const transition =
  (kind: Kind): Action<Order> =>
  (order, action, { project, world }) => {
    const item = itemOf(order, action, kind)
    const quantity = quantityOf(action, 1)
    const from = stateOf(project, action.fromState, 'LineItemState')
    const to = stateOf(project, action.toState, 'LineItemState')
    const there = item.state.find(each => each.state.id === from.id)?.quantity ?? 0
    if (there < quantity) {
      throw invalidInput(`The item '${item.id}' has ${there} pieces in state '${from.key}', fewer than ${quantity}.`)
    }
    const fromState: Ref<'state'> = { typeId: 'state', id: from.id }
    const toState: Ref<'state'> = { typeId: 'state', id: to.id }
    checkTransition(project, fromState, to, false)
    const type = kind === 'lineItem' ? 'LineItemStateTransition' : 'CustomLineItemStateTransition'
    return {
      row: withStates(order, item.id, moved(item.state, fromState, toState, quantity)),
      messages: [
        {
          type,
          [`${kind}Id`]: item.id,
          ...given(`${kind}Key`, item.key),
          transitionDate: instant(action, 'actualTransitionDate') ?? world.clock.iso(),
          quantity,
          fromState,
          toState,
        },
      ],
    }
  }

function moved(states: ItemState[], from: Ref<'state'>, to: Ref<'state'>, quantity: number): ItemState[] {
  const amounts = new Map(states.map(each => [each.state.id, each.quantity]))
  amounts.set(from.id, (amounts.get(from.id) ?? 0) - quantity)
  amounts.set(to.id, (amounts.get(to.id) ?? 0) + quantity)
  return [...amounts]
    .filter(([, each]) => each > 0)
    .map(([id, each]) => ({ quantity: each, state: { typeId: 'state', id } }))
}

/** As another system has them; no rule is asked. */
const importStates =
  (kind: Kind): Action<Order> =>
  (order, action, { project }) => {
    const item = itemOf(order, action, kind)
    const state = itemStates(project, action, item.quantity)
    return sameJson(state, item.state) ? null : { row: withStates(order, item.id, state) }
  }

export const workflow: Actions<Order> = {
  changeOrderState: change('orderState', 'OrderStateChanged', 'oldOrderState'),
  changePaymentState: change('paymentState', 'OrderPaymentStateChanged', 'oldPaymentState'),
  changeShipmentState: change('shipmentState', 'OrderShipmentStateChanged', 'oldShipmentState'),
  transitionState(order, action, { project }) {
    const made = transitioned(project, action, order.state, 'OrderState')
    if (made === null) return null
    const { state, force } = made
    return {
      row: { ...order, state },
      messages: [{ type: 'OrderStateTransition', state, ...given('oldState', order.state), force }],
    }
  },
  transitionLineItemState: transition('lineItem'),
  transitionCustomLineItemState: transition('customLineItem'),
  importLineItemState: importStates('lineItem'),
  importCustomLineItemState: importStates('customLineItem'),
}

/** A number that was set once stays. */
export const numberTaken = (orderNumber: string | undefined) => invalidField('orderNumber', orderNumber ?? null)
