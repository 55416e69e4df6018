/** Deliveries of an order and their parcels, and the update actions on both. */
import { checkKey } from '../customers/fields.ts'
import type { Act, CustomFields } from '../model/entities.ts'
import { duplicateField, invalidInput, invalidOperation, malformedJson } from '../model/errors.ts'
import { type JsonObject, objects, optionalObject, optionalText, sameJson, text } from '../model/json.ts'
import { given, withValue } from '../model/rows.ts'
import type { Basket, BasketAddress, DeliveryItem, Order, Parcel, Shipment } from '../model/trade.ts'
import { customOf } from '../resources/custom.ts'
import { type CustomOutcome, setField, setType } from '../resources/customActions.ts'
import type { Action, Actions } from '../resources/update.ts'
import type { Project } from '../store/project.ts'
import { basketAddress } from '../trade/address.ts'
import { put } from '../trade/basket.ts'
import { quantityOf } from '../trade/items.ts'

export function shipment(project: Project, draft: JsonObject, act: Act, now: string): Shipment {
  return {
    id: act.newId(),
    ...given('key', checkKey(optionalText(draft, 'deliveryKey') ?? optionalText(draft, 'key'))),
    createdAt: now,
    items: deliveryItems(draft),
    parcels: objects(draft, 'parcels').map(each => parcel(project, each, act, now)),
    ...given('address', basketAddress(project, draft.address)),
    ...given('custom', customOf(project, draft.custom, 'order-delivery')),
  }
}

function parcel(project: Project, draft: JsonObject, act: Act, now: string): Parcel {
  return {
    id: act.newId(),
    ...given('key', checkKey(optionalText(draft, 'parcelKey') ?? optionalText(draft, 'key'))),
    createdAt: now,
    ...given('measurements', optionalObject(draft, 'measurements')),
    ...given('trackingData', optionalObject(draft, 'trackingData')),
    items: deliveryItems(draft),
    ...given('custom', customOf(project, draft.custom, 'order-parcel')),
  }
}

const deliveryItems = (body: JsonObject): DeliveryItem[] =>
  objects(body, 'items').map(each => ({ id: text(each, 'id'), quantity: quantityOf(each, 1) }))

function checkItems({ lineItems, customLineItems }: Basket, items: DeliveryItem[]) {
  for (const { id } of items) {
    if (lineItems.some(each => each.id === id) || customLineItems.some(each => each.id === id)) continue
    throw invalidInput(`The order does not contain an item with ID '${id}'.`)
  }
}

/** The orders of a world have one shipping method each, and their deliveries lie in it. */
function deliveriesOf(row: Order): Shipment[] {
  if (!row.shippingInfo) throw invalidOperation('The order has no shipping info that a delivery could belong to.')
  return row.shippingInfo.deliveries
}

const withDeliveries = (row: Order, deliveries: Shipment[]): Order =>
  row.shippingInfo ? put(row, 'shippingInfo', { ...row.shippingInfo, deliveries }) : row

function delivery(row: Order, action: JsonObject): Shipment {
  return named(deliveriesOf(row), action, 'delivery')
}

function named<T extends { id: string; key?: string | undefined }>(all: T[], action: JsonObject, word: string): T {
  const id = optionalText(action, `${word}Id`)
  const key = optionalText(action, `${word}Key`)
  if (id === undefined && key === undefined) throw malformedJson(`actions: Either ${word}Id or ${word}Key is required`)
  const found = all.find(each => (id === undefined ? each.key === key : each.id === id))
  if (!found)
    throw invalidInput(`The order does not contain a ${word} with ${id === undefined ? `key '${key}'` : `ID '${id}'`}.`)
  return found
}

const changed = (row: Order, next: Shipment) =>
  withDeliveries(
    row,
    deliveriesOf(row).map(each => (each.id === next.id ? next : each)),
  )

function checkKeys(all: { key?: string | undefined }[], field: string) {
  const keys = all.flatMap(each => each.key ?? [])
  const twice = keys.find((key, place) => keys.indexOf(key) !== place)
  if (twice !== undefined) throw duplicateField(field, twice)
}

function found(row: Order, action: JsonObject): { home: Shipment; old: Parcel } {
  const all = deliveriesOf(row).flatMap(each => each.parcels)
  const old = named(all, action, 'parcel')
  const home = deliveriesOf(row).find(each => each.parcels.includes(old))
  if (!home) throw new Error('a parcel lies in a delivery')
  return { home, old }
}

const inParcel = (row: Order, home: Shipment, next: Parcel) =>
  changed(row, { ...home, parcels: home.parcels.map(each => (each.id === next.id ? next : each)) })

/** One value of a parcel, told under its own name. */
const setParcel =
  (field: 'measurements' | 'trackingData', type: string): Action<Order> =>
  (row, action) => {
    const { home, old } = found(row, action)
    const value = optionalObject(action, field)
    if (sameJson(value, old[field])) return null
    return {
      row: inParcel(row, home, withValue(old, field, value)),
      messages: [{ type, deliveryId: home.id, parcelId: old.id, ...given(field, value) }],
    }
  }

type Way = (project: Project, old: CustomFields | undefined, action: JsonObject) => CustomOutcome

const onDelivery =
  (way: Way): Action<Order> =>
  (row, action, { project }) => {
    const old = delivery(row, action)
    const done = way(project, old.custom, action)
    return (
      done && {
        row: changed(row, withValue(old, 'custom', done.custom)),
        messages: [{ ...done.message, deliveryId: old.id }],
      }
    )
  }

/** Custom Fields of the address that a delivery goes to change without a message. */
const onAddress =
  (way: Way): Action<Order> =>
  (row, action, { project }) => {
    const old = delivery(row, action)
    if (!old.address) throw invalidOperation('The delivery has no address.')
    const done = way(project, old.address.custom, action)
    if (!done) return null
    const address = withValue<BasketAddress, 'custom'>(old.address, 'custom', done.custom)
    return { row: changed(row, { ...old, address }) }
  }

/** Custom Fields of parcels change without a message. */
const onParcel =
  (way: Way): Action<Order> =>
  (row, action, { project }) => {
    const { home, old } = found(row, action)
    const done = way(project, old.custom, action)
    return done && { row: inParcel(row, home, withValue(old, 'custom', done.custom)) }
  }

export const shipmentActions: Actions<Order> = {
  addDelivery(row, action, { project, world, act }) {
    const added = shipment(project, action, act, world.clock.iso())
    checkItems(row, added.items)
    const all = [...deliveriesOf(row), added]
    checkKeys(all, 'deliveries.key')
    return {
      row: withDeliveries(row, all),
      messages: [
        { type: 'DeliveryAdded', delivery: added },
        ...added.parcels.map(each => ({ type: 'ParcelAddedToDelivery', delivery: added, parcel: each })),
      ],
    }
  },
  removeDelivery(row, action) {
    const old = delivery(row, action)
    return {
      row: withDeliveries(
        row,
        deliveriesOf(row).filter(each => each.id !== old.id),
      ),
      messages: [{ type: 'DeliveryRemoved', delivery: old }],
    }
  },
  setDeliveryItems(row, action) {
    const old = delivery(row, action)
    const items = deliveryItems(action)
    checkItems(row, items)
    if (sameJson(items, old.items)) return null
    return {
      row: changed(row, { ...old, items }),
      messages: [{ type: 'DeliveryItemsUpdated', deliveryId: old.id, items, oldItems: old.items }],
    }
  },
  setDeliveryAddress(row, action, { project }) {
    const old = delivery(row, action)
    const address = basketAddress(project, action.address)
    if (sameJson(address, old.address)) return null
    const told = { ...given('address', address), ...given('oldAddress', old.address) }
    return {
      row: changed(row, withValue(old, 'address', address)),
      messages: [{ type: 'DeliveryAddressSet', deliveryId: old.id, ...told }],
    }
  },
  setDeliveryAddressCustomType: onAddress((project, old, action) => setType(project, old, action, 'address', '')),
  setDeliveryAddressCustomField: onAddress((project, old, action) => setField(project, old, action, '')),
  setDeliveryCustomType: onDelivery((project, old, action) =>
    setType(project, old, action, 'order-delivery', 'Delivery'),
  ),
  setDeliveryCustomField: onDelivery((project, old, action) => setField(project, old, action, 'Delivery')),
  addParcelToDelivery(row, action, { project, world, act }) {
    const home = delivery(row, action)
    const added = parcel(project, action, act, world.clock.iso())
    checkItems(row, added.items)
    const next = { ...home, parcels: [...home.parcels, added] }
    checkKeys(next.parcels, 'parcels.key')
    return { row: changed(row, next), messages: [{ type: 'ParcelAddedToDelivery', delivery: next, parcel: added }] }
  },
  removeParcelFromDelivery(row, action) {
    const { home, old } = found(row, action)
    return {
      row: changed(row, { ...home, parcels: home.parcels.filter(each => each.id !== old.id) }),
      messages: [{ type: 'ParcelRemovedFromDelivery', deliveryId: home.id, parcel: old }],
    }
  },
  setParcelMeasurements: setParcel('measurements', 'ParcelMeasurementsUpdated'),
  setParcelTrackingData: setParcel('trackingData', 'ParcelTrackingDataUpdated'),
  setParcelItems(row, action) {
    const { home, old } = found(row, action)
    const items = deliveryItems(action)
    checkItems(row, items)
    if (sameJson(items, old.items)) return null
    return {
      row: inParcel(row, home, { ...old, items }),
      messages: [{ type: 'ParcelItemsUpdated', parcelId: old.id, deliveryId: home.id, items, oldItems: old.items }],
    }
  },
  setParcelCustomType: onParcel((project, old, action) => setType(project, old, action, 'order-parcel', '')),
  setParcelCustomField: onParcel((project, old, action) => setField(project, old, action, '')),
}
