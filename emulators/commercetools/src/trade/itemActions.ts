/** Update actions on what is in a cart, or by way of an edit in an order; each leaves all totals added up anew. */
import { channelRef } from '../catalog/prices.ts'
import type { MessageBody } from '../model/entities.ts'
import { invalidInput, invalidOperation } from '../model/errors.ts'
import { type JsonObject, list, object, optional, sameJson } from '../model/json.ts'
import { given, withValue } from '../model/rows.ts'
import type { Basket, CustomLineItem, LineItem, Ref } from '../model/trade.ts'
import { initialOf } from '../resources/states.ts'
import type { Action, Actions, Context } from '../resources/update.ts'
import { put, word } from './basket.ts'
import {
  checkItems,
  checkSameCurrency,
  customLineItem,
  externalPrice,
  externalRate,
  inventoryMode,
  lineItem,
  namedItem,
  quantityOf,
  withRole,
} from './items.ts'
import { cents, typedMoney } from './money.ts'
import { priced, recalculated } from './totals.ts'

/** The row with its totals, and the message that is told of it as it then is. */
export function summed<T extends Basket>(row: T, { project }: Context, message?: (after: T) => MessageBody) {
  checkItems(row)
  const after = recalculated(project, row)
  return { row: after, messages: message ? [message(after)] : [] }
}

const itemIn = <T extends Basket>(row: T, id: string) => row.lineItems.find(each => each.id === id)
const customIn = <T extends Basket>(row: T, id: string) => row.customLineItems.find(each => each.id === id)

function withLineItem<T extends Basket>(row: T, item: LineItem): T {
  return { ...row, lineItems: row.lineItems.map(each => (each.id === item.id ? item : each)) }
}

function withCustomItem<T extends Basket>(row: T, item: CustomLineItem): T {
  return { ...row, customLineItems: row.customLineItems.map(each => (each.id === item.id ? item : each)) }
}

/** A new quantity begins in the initial state, as far as it is new. */
function amounting<I extends LineItem | CustomLineItem>(item: I, quantity: number, { project }: Context): I {
  const initial = initialOf(project)
  let left = quantity
  const state = item.state.flatMap(each => {
    const kept = Math.min(each.quantity, left)
    left -= kept
    return kept > 0 ? [{ ...each, quantity: kept }] : []
  })
  if (left > 0) {
    const old = state.find(each => each.state.id === initial.id)
    if (old) old.quantity += left
    else state.push({ quantity: left, state: initial })
  }
  const { shippingDetails } = item
  const sum = shippingDetails?.targets.reduce((all, each) => all + each.quantity, 0)
  return {
    ...item,
    quantity,
    state,
    ...given('shippingDetails', shippingDetails && { ...shippingDetails, valid: sum === quantity }),
  }
}

function reduced<T extends Basket>(row: T, item: LineItem, quantity: number, action: JsonObject, context: Context) {
  const { world, project, act } = context
  const now = world.clock.iso()
  const removedQuantity = item.quantity - quantity
  const outside = externalPrice(action, row.totalPrice.currencyCode, act)
  if (quantity > 0 && item.priceMode !== 'Platform' && !outside) {
    if (item.priceMode === 'ExternalTotal')
      throw invalidOperation("The line item has an external total: 'externalTotalPrice' is required.")
  }
  const next = { ...amounting(item, quantity, context), ...outside, lastModifiedAt: now }
  const changed =
    quantity === 0
      ? { ...row, lineItems: row.lineItems.filter(each => each.id !== item.id) }
      : withLineItem(row, priced(project, row, next, now))
  if (removedQuantity < 0) {
    return summed(changed, context, after => ({
      type: 'OrderLineItemAdded',
      lineItem: itemIn(after, item.id),
      addedQuantity: -removedQuantity,
    }))
  }
  return summed(changed, context, after => {
    const left = itemIn(after, item.id)
    return {
      type: 'OrderLineItemRemoved',
      lineItemId: item.id,
      ...given('lineItemKey', item.key),
      removedQuantity,
      newQuantity: quantity,
      newState: left?.state ?? [],
      newTotalPrice: left?.totalPrice ?? cents(item.totalPrice.currencyCode, 0),
      ...given('newTaxedPrice', left?.taxedPrice),
      ...given('newPrice', left?.price),
    }
  })
}

/** One field of one line item. */
const inLine =
  <T extends Basket>(
    change: (item: LineItem, action: JsonObject, context: Context, row: T) => LineItem,
    message?: string,
  ): Action<T> =>
  (row, action, context) => {
    const old = namedItem(row.lineItems, action, 'lineItem')
    const changed = change(old, action, context, row)
    if (sameJson(changed, old)) return null
    const told = (type: string): MessageBody => ({
      type,
      lineItemId: old.id,
      ...given('lineItemKey', old.key),
      ...given('distributionChannel', changed.distributionChannel),
    })
    return summed(withLineItem(row, changed), context, message === undefined ? undefined : () => told(message))
  }

const inCustom =
  <T extends Basket>(change: (item: CustomLineItem, action: JsonObject, row: T) => CustomLineItem): Action<T> =>
  (row, action, context) => {
    const old = namedItem(row.customLineItems, action, 'customLineItem')
    return summed(withCustomItem(row, change(old, action, row)), context)
  }

const channel =
  (field: 'distributionChannel' | 'supplyChannel', role: string) =>
  (item: LineItem, action: JsonObject, { project, world }: Context, row: Basket): LineItem => {
    const value = optional(action, field)
    const ref: Ref<'channel'> | undefined =
      value === undefined ? undefined : withRole(project, channelRef(project, value), role)
    return priced(project, row, withValue(item, field, ref), world.clock.iso())
  }

export const itemActions = <T extends Basket>(): Actions<T> => ({
  addLineItem(row, action, context) {
    const now = context.world.clock.iso()
    const added = lineItem(row, action, { ...context, now })
    // The same thing once more only counts higher, unless its price is set from outside.
    const same =
      added.priceMode === 'Platform' && added.key === undefined
        ? row.lineItems.find(
            each =>
              each.priceMode === 'Platform' &&
              each.productId === added.productId &&
              each.variant.id === added.variant.id &&
              sameJson(
                [each.supplyChannel, each.distributionChannel, each.custom],
                [added.supplyChannel, added.distributionChannel, added.custom],
              ),
          )
        : undefined
    const id = same?.id ?? added.id
    const more =
      same &&
      priced(
        context.project,
        row,
        { ...amounting(same, same.quantity + added.quantity, context), lastModifiedAt: now },
        now,
      )
    return summed(
      more ? withLineItem(row, more) : { ...row, lineItems: [...row.lineItems, added] },
      context,
      after => ({
        type: 'OrderLineItemAdded',
        lineItem: itemIn(after, id),
        addedQuantity: added.quantity,
      }),
    )
  },
  removeLineItem(row, action, context) {
    const item = namedItem(row.lineItems, action, 'lineItem')
    const less = optional(action, 'quantity') === undefined ? item.quantity : quantityOf(action, 1)
    return reduced(row, item, Math.max(0, item.quantity - less), action, context)
  },
  changeLineItemQuantity(row, action, context) {
    const item = namedItem(row.lineItems, action, 'lineItem')
    const quantity = quantityOf(action, 0)
    const outside = optional(action, 'externalPrice') ?? optional(action, 'externalTotalPrice')
    if (quantity === item.quantity && outside === undefined) return null
    if (quantity > 0 && item.priceMode === 'ExternalPrice' && outside === undefined) {
      throw invalidOperation("The line item has an external price: 'externalPrice' is required.")
    }
    return reduced(row, item, quantity, action, context)
  },
  setLineItemPrice: inLine<T>((item, action, { project, world, act }, row) => {
    const outside = externalPrice(action, row.totalPrice.currencyCode, act)
    if (outside) return { ...item, ...outside }
    return priced(project, row, { ...item, priceMode: 'Platform' }, world.clock.iso())
  }),
  setLineItemTotalPrice: inLine<T>((item, action, { project, world, act }, row) => {
    const outside = externalPrice(action, row.totalPrice.currencyCode, act)
    if (outside) return { ...item, ...outside }
    return priced(project, row, { ...item, priceMode: 'Platform' }, world.clock.iso())
  }),
  setLineItemTaxRate: inLine<T>((item, action, _context, row) => withValue(item, 'taxRate', externalRate(action, row))),
  setLineItemDistributionChannel: inLine<T>(
    channel('distributionChannel', 'ProductDistribution'),
    'OrderLineItemDistributionChannelSet',
  ),
  setLineItemSupplyChannel: inLine<T>(channel('supplyChannel', 'InventorySupply')),

  setLineItemInventoryMode: inLine<T>((item, action) => withValue(item, 'inventoryMode', inventoryMode(action))),
  /** All items, each once, in another order. */
  changeLineItemsOrder(row, action) {
    const ids = list(action, 'lineItemOrder')
    const ordered = ids.flatMap(id => row.lineItems.find(each => each.id === id) ?? [])
    if (ordered.length !== row.lineItems.length || new Set(ids).size !== ids.length || ids.length !== ordered.length) {
      throw invalidInput("'lineItemOrder' must name each line item once.")
    }
    return sameJson(ordered, row.lineItems) ? null : { row: { ...row, lineItems: ordered } }
  },

  addCustomLineItem(row, action, context) {
    const added = customLineItem(row, action, { ...context, now: context.world.clock.iso() })
    const same = row.customLineItems.find(each => each.slug === added.slug)
    const kept = (each: CustomLineItem) => [each.name, each.money, each.taxCategory, each.custom]
    if (same && !sameJson(kept(same), kept(added))) {
      throw invalidOperation(`The cart contains another custom line item with the slug '${added.slug}' already.`)
    }
    const more = same && amounting(same, same.quantity + added.quantity, context)
    const changed = more ? withCustomItem(row, more) : { ...row, customLineItems: [...row.customLineItems, added] }
    return summed(changed, context, after => ({
      type: 'OrderCustomLineItemAdded',
      customLineItem: customIn(after, same?.id ?? added.id),
    }))
  },
  removeCustomLineItem(row, action, context) {
    return withoutCustom(row, namedItem(row.customLineItems, action, 'customLineItem'), context)
  },
  changeCustomLineItemQuantity(row, action, context) {
    const item = namedItem(row.customLineItems, action, 'customLineItem')
    const quantity = quantityOf(action, 0)
    if (quantity === item.quantity) return null
    if (quantity === 0) return withoutCustom(row, item, context)
    return summed(withCustomItem(row, amounting(item, quantity, context)), context, () => ({
      type: 'OrderCustomLineItemQuantityChanged',
      customLineItemId: item.id,
      ...given('customLineItemKey', item.key),
      quantity,
      oldQuantity: item.quantity,
    }))
  },
  changeCustomLineItemMoney: inCustom<T>((item, action, row) => {
    const money = typedMoney(object(action.money, 'money'), 'money')
    checkSameCurrency(row, money.currencyCode)
    return { ...item, money }
  }),
  changeCustomLineItemPriceMode: inCustom<T>((item, action) => ({
    ...item,
    priceMode: word(action, 'mode', ['Standard', 'External'] as const),
  })),
  setCustomLineItemTaxRate: inCustom<T>((item, action, row) => withValue(item, 'taxRate', externalRate(action, row))),
})

function withoutCustom<T extends Basket>(row: T, item: CustomLineItem, context: Context) {
  const left = put(
    row,
    'customLineItems',
    row.customLineItems.filter(each => each.id !== item.id),
  )
  return summed(left, context, () => ({
    type: 'OrderCustomLineItemRemoved',
    customLineItemId: item.id,
    ...given('customLineItemKey', item.key),
    customLineItem: item,
  }))
}
