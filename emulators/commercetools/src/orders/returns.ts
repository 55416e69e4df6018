/** Returns of an order: what comes back, in which state it is, and whether the money went back. */
import { instant } from '../catalog/prices.ts'
import { checkKey } from '../customers/fields.ts'
import type { Act, CustomFields } from '../model/entities.ts'
import { invalidField, invalidInput, invalidOperation, malformedJson, requiredField } from '../model/errors.ts'
import { type JsonObject, objects, optional, optionalText } from '../model/json.ts'
import { given, withValue } from '../model/rows.ts'
import type { Order, ReturnInfo, ReturnItem } from '../model/trade.ts'
import { customOf } from '../resources/custom.ts'
import { type CustomOutcome, setField, setType } from '../resources/customActions.ts'
import type { Action, Actions } from '../resources/update.ts'
import type { Project } from '../store/project.ts'
import { namedItem, quantityOf } from '../trade/items.ts'
import { requiredWord } from './states.ts'

function returnInfo(project: Project, order: Order, draft: JsonObject, act: Act, now: string): ReturnInfo {
  const items = objects(draft, 'items').map(each => returnItem(project, order, each, act, now))
  if (items.length === 0) throw requiredField('items')
  return {
    items,
    ...given('returnTrackingId', optionalText(draft, 'returnTrackingId')),
    returnDate: instant(draft, 'returnDate') ?? now,
  }
}

/** What comes back is Advised or Returned at first; only what was Returned can be refunded. */
function returnItem(project: Project, order: Order, draft: JsonObject, act: Act, now: string): ReturnItem {
  const custom = optional(draft, 'customLineItemId') !== undefined
  const item = custom
    ? namedItem(order.customLineItems, draft, 'customLineItem')
    : namedItem(order.lineItems, draft, 'lineItem')
  const shipmentState = requiredWord(draft, 'shipmentState', 'returnShipmentState')
  if (shipmentState !== 'Advised' && shipmentState !== 'Returned') {
    throw invalidField('shipmentState', shipmentState, ['Advised', 'Returned'])
  }
  return {
    type: custom ? 'CustomLineItemReturnItem' : 'LineItemReturnItem',
    id: act.newId(),
    ...given('key', checkKey(optionalText(draft, 'key'))),
    quantity: quantityOf(draft, 1),
    ...(custom ? { customLineItemId: item.id } : { lineItemId: item.id }),
    ...given('comment', optionalText(draft, 'comment')),
    shipmentState,
    paymentState: shipmentState === 'Advised' ? 'NonRefundable' : 'Initial',
    ...given('custom', customOf(project, draft.custom, 'order-return-item')),
    createdAt: now,
    lastModifiedAt: now,
  }
}

function named(order: Order, action: JsonObject): ReturnItem {
  const id = optionalText(action, 'returnItemId')
  const key = optionalText(action, 'returnItemKey')
  if (id === undefined && key === undefined)
    throw malformedJson('actions: Either returnItemId or returnItemKey is required')
  const all = order.returnInfo.flatMap(each => each.items)
  const found = all.find(each => (id === undefined ? each.key === key : each.id === id))
  if (!found)
    throw invalidInput(
      `The order does not contain a return item with ${id === undefined ? `key '${key}'` : `ID '${id}'`}.`,
    )
  return found
}

const withItem = (order: Order, next: ReturnItem): Order => ({
  ...order,
  returnInfo: order.returnInfo.map(info => ({
    ...info,
    items: info.items.map(each => (each.id === next.id ? next : each)),
  })),
})

/** Custom Fields of return items change without a message. */
const onItem =
  (way: (project: Project, old: CustomFields | undefined, action: JsonObject) => CustomOutcome): Action<Order> =>
  (order, action, { project }) => {
    const old = named(order, action)
    const done = way(project, old.custom, action)
    return done && { row: withItem(order, withValue(old, 'custom', done.custom)) }
  }

export const returnActions: Actions<Order> = {
  addReturnInfo(order, action, { project, act, world }) {
    const added = returnInfo(project, order, action, act, world.clock.iso())
    return {
      row: { ...order, returnInfo: [...order.returnInfo, added] },
      messages: [{ type: 'ReturnInfoAdded', returnInfo: added }],
    }
  },
  setReturnInfo(order, action, { project, act, world }) {
    const all = objects(action, 'items').map(each => returnInfo(project, order, each, act, world.clock.iso()))
    return {
      row: { ...order, returnInfo: all },
      messages: [{ type: 'ReturnInfoSet', ...(all.length > 0 ? { returnInfo: all } : {}) }],
    }
  },
  /** Only onwards: what was Returned goes back into stock or can not be used any more. */
  setReturnShipmentState(order, action, { world }) {
    const old = named(order, action)
    const shipmentState = requiredWord(action, 'shipmentState', 'returnShipmentState')
    if (shipmentState === old.shipmentState) return null
    const advised = old.shipmentState === 'Advised' && shipmentState === 'Returned'
    const settled =
      old.shipmentState === 'Returned' && (shipmentState === 'BackInStock' || shipmentState === 'Unusable')
    if (!advised && !settled) {
      throw invalidOperation(`A return item can not go from '${old.shipmentState}' to '${shipmentState}'.`)
    }
    const paymentState = advised ? 'Initial' : old.paymentState
    return {
      row: withItem(order, { ...old, shipmentState, paymentState, lastModifiedAt: world.clock.iso() }),
      messages: [{ type: 'OrderReturnShipmentStateChanged', returnItemId: old.id, returnShipmentState: shipmentState }],
    }
  },
  /** Without a message, as in the real API. */
  setReturnPaymentState(order, action, { world }) {
    const old = named(order, action)
    const paymentState = requiredWord(action, 'paymentState', 'returnPaymentState')
    if (paymentState === old.paymentState) return null
    if (old.paymentState === 'NonRefundable')
      throw invalidOperation('The return item is not refundable: it has not been returned.')
    return { row: withItem(order, { ...old, paymentState, lastModifiedAt: world.clock.iso() }) }
  },
  setReturnItemCustomType: onItem((project, old, action) => setType(project, old, action, 'order-return-item', '')),
  setReturnItemCustomField: onItem((project, old, action) => setField(project, old, action, '')),
}
