/** Updating and deleting an order. */
import { instant } from '../catalog/prices.ts'
import type { Act } from '../model/entities.ts'
import { invalidInput, malformedJson } from '../model/errors.ts'
import { optional, optionalText } from '../model/json.ts'
import { given, withValue } from '../model/rows.ts'
import type { Order } from '../model/trade.ts'
import { resolve } from '../resources/references.ts'
import type { Actions } from '../resources/update.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { put, storeRef, unitRef } from '../trade/basket.ts'
import { basketActions } from '../trade/basketActions.ts'
import { freeNumber } from './create.ts'
import { returnActions } from './returns.ts'
import { shipmentActions } from './shipments.ts'
import { numberTaken, workflow } from './workflow.ts'

export const ORDER_ACTIONS: Actions<Order> = {
  ...basketActions<Order>(),
  ...workflow,
  ...returnActions,
  ...shipmentActions,
  /** Without a message, like the locale, as in the real API. */
  setOrderNumber(order, action, { project }) {
    const orderNumber = freeNumber(project, order.id, optionalText(action, 'orderNumber'))
    if (orderNumber === order.orderNumber) return null
    if (order.orderNumber !== undefined) throw numberTaken(orderNumber)
    return { row: withValue(order, 'orderNumber', orderNumber) }
  },
  setStore(order, action, { project }) {
    const store = storeRef(project, optional(action, 'store'))
    if (store?.key === order.store?.key) throw malformedJson('store: The order is assigned to this store already')
    return { row: put(order, 'store', store), messages: [{ type: 'OrderStoreSet', ...given('store', store) }] }
  },
  setBusinessUnit(order, action, { project }) {
    const businessUnit = unitRef(project, optional(action, 'businessUnit'))
    if (businessUnit?.key === order.businessUnit?.key) return null
    const told = { ...given('businessUnit', businessUnit), ...given('oldbusinessUnit', order.businessUnit) }
    return { row: put(order, 'businessUnit', businessUnit), messages: [{ type: 'OrderBusinessUnitSet', ...told }] }
  },
  /** The newest export to a channel replaces the one before; without a message, as in the real API. */
  updateSyncInfo(order, action, { project, world }) {
    const channel = resolve(project.channels, 'channel', action.channel)
    if (!channel.roles.includes('OrderExport') && !channel.roles.includes('OrderImport')) {
      throw invalidInput(`The channel '${channel.key}' has neither the role 'OrderExport' nor the role 'OrderImport'.`)
    }
    const made = {
      channel: { typeId: 'channel' as const, id: channel.id },
      ...given('externalId', optionalText(action, 'externalId')),
      syncedAt: instant(action, 'syncedAt') ?? world.clock.iso(),
    }
    return { row: { ...order, syncInfo: [...order.syncInfo.filter(each => each.channel.id !== channel.id), made] } }
  },
}

/** With data erasure, the deletion is told without the order's contents, and older messages of it go too. */
export function deleteOrder(world: World, project: Project, order: Order, dataErasure: boolean, act: Act) {
  world.commit({
    project,
    typeId: 'order',
    act,
    before: order,
    messages: dataErasure ? [] : [{ body: { type: 'OrderDeleted', order }, version: order.version }],
    dataErasure,
  })
}
