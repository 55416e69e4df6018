/** Update actions that carts and orders share and that leave prices alone: people, addresses, payments, Custom Fields. */
import { checkLocale } from '../customers/fields.ts'
import type { CustomFields, MessageBody } from '../model/entities.ts'
import { invalidInput, invalidOperation } from '../model/errors.ts'
import { type JsonObject, optionalObject, optionalText, sameJson, text } from '../model/json.ts'
import { given, withValue } from '../model/rows.ts'
import type { Basket, BasketAddress } from '../model/trade.ts'
import { type CustomOutcome, setField, setType } from '../resources/customActions.ts'
import type { Action, Actions } from '../resources/update.ts'
import type { Project } from '../store/project.ts'
import { basketAddress } from './address.ts'
import { customerOf, paymentRef, put } from './basket.ts'
import { namedItem, shippingDetails } from './items.ts'

type Way = (project: Project, old: CustomFields | undefined, action: JsonObject) => CustomOutcome

const typeWay =
  (resource: string, prefix: string): Way =>
  (project, old, action) =>
    setType(project, old, action, resource, prefix)
const fieldWay =
  (prefix: string): Way =>
  (project, old, action) =>
    setField(project, old, action, prefix)

const own =
  <T extends Basket>(way: Way): Action<T> =>
  (row, action, { project }) => {
    const done = way(project, row.custom, action)
    return done && { row: put(row, 'custom', done.custom), messages: [done.message] }
  }

/** Custom Fields inside a basket change without a message. */
const inAddress =
  <T extends Basket>(field: 'billingAddress' | 'shippingAddress', way: Way): Action<T> =>
  (row, action, { project }) => {
    const old = row[field]
    if (!old) throw invalidOperation(`The ${field} is not set.`)
    const done = way(project, old.custom, action)
    return done && { row: put(row, field, withValue<BasketAddress, 'custom'>(old, 'custom', done.custom)) }
  }

/** Custom Fields of the shipping, of which a basket has one. */
const inShipping =
  <T extends Basket>(way: Way): Action<T> =>
  (row, action, { project }) => {
    const done = way(project, row.shippingCustomFields, action)
    return done && { row: put(row, 'shippingCustomFields', done.custom) }
  }

const inItemAddress =
  <T extends Basket>(way: Way): Action<T> =>
  (row, action, { project }) => {
    const key = text(action, 'addressKey')
    const all = row.itemShippingAddresses
    const old = all.find(each => each.key === key)
    if (!old) throw noItemAddress(key)
    const done = way(project, old.custom, action)
    if (!done) return null
    const changed = withValue<BasketAddress, 'custom'>(old, 'custom', done.custom)
    return {
      row: put(
        row,
        'itemShippingAddresses',
        all.map(each => (each === old ? changed : each)),
      ),
    }
  }

const inItem =
  <T extends Basket>(kind: 'lineItem' | 'customLineItem', way: Way): Action<T> =>
  (row, action, { project }) => {
    const items: readonly Basket['lineItems' | 'customLineItems'][number][] =
      kind === 'lineItem' ? row.lineItems : row.customLineItems
    const old = namedItem(items, action, kind)
    const done = way(project, old.custom, action)
    return done && { row: withItem(row, old.id, item => withValue(item, 'custom', done.custom)) }
  }

/** Replaces one item, whichever sort it is of. */
export function withItem<T extends Basket>(
  row: T,
  id: string,
  change: <
    I extends { custom?: CustomFields | undefined; shippingDetails?: Basket['lineItems'][number]['shippingDetails'] },
  >(
    item: I,
  ) => I,
): T {
  return {
    ...row,
    lineItems: row.lineItems.map(each => (each.id === id ? change(each) : each)),
    customLineItems: row.customLineItems.map(each => (each.id === id ? change(each) : each)),
  }
}

const setAddress =
  <T extends Basket>(field: 'billingAddress' | 'shippingAddress', type: string): Action<T> =>
  (row, action, { project }) => {
    const address = basketAddress(project, action.address)
    const oldAddress = row[field]
    if (sameJson(address, oldAddress)) return null
    return {
      row: put(row, field, address),
      messages: [{ type, ...given('address', address), ...given('oldAddress', oldAddress) }],
    }
  }

const setText =
  <T extends Basket>(
    field: 'customerEmail' | 'purchaseOrderNumber',
    name: string,
    message: (now: string | undefined, old: string | undefined) => MessageBody,
  ): Action<T> =>
  (row, action) => {
    const value = optionalText(action, name)
    if (value === row[field]) return null
    return { row: put(row, field, value), messages: [message(value, row[field])] }
  }

const setDetails =
  <T extends Basket>(kind: 'lineItem' | 'customLineItem'): Action<T> =>
  (row, action) => {
    const old =
      kind === 'lineItem' ? namedItem(row.lineItems, action, kind) : namedItem(row.customLineItems, action, kind)
    const details = shippingDetails(action, old.quantity)
    return sameJson(details, old.shippingDetails)
      ? null
      : { row: withItem(row, old.id, item => withValue(item, 'shippingDetails', details)) }
  }

export const basketActions = <T extends Basket>(): Actions<T> => ({
  setCustomerId(row, action, { project }) {
    const { customerId, customerGroup } = customerOf(project, optionalText(action, 'customerId'))
    if (customerId === row.customerId) return null
    const { customerId: oldId, customerGroup: oldCustomerGroup } = row
    const ref = (id: string | undefined) => (id === undefined ? undefined : { typeId: 'customer', id })
    const message: MessageBody = {
      type: 'OrderCustomerSet',
      ...given('customer', ref(customerId)),
      ...given('customerGroup', customerGroup),
      ...given('oldCustomer', ref(oldId)),
      ...given('oldCustomerGroup', oldCustomerGroup),
    }
    return { row: put(put(row, 'customerId', customerId), 'customerGroup', customerGroup), messages: [message] }
  },
  setCustomerEmail: setText('customerEmail', 'email', (email, oldEmail) => ({
    type: 'OrderCustomerEmailSet',
    ...given('email', email),
    ...given('oldEmail', oldEmail),
  })),
  setPurchaseOrderNumber: setText('purchaseOrderNumber', 'purchaseOrderNumber', (now, old) => ({
    type: 'OrderPurchaseOrderNumberSet',
    ...given('purchaseOrderNumber', now),
    ...given('oldPurchaseOrderNumber', old),
  })),
  setLocale(row, action, { project }) {
    const locale = checkLocale(optionalText(action, 'locale'), project)
    return locale === row.locale ? null : { row: put(row, 'locale', locale) }
  },
  setBillingAddress: setAddress('billingAddress', 'OrderBillingAddressSet'),
  setShippingAddress: setAddress('shippingAddress', 'OrderShippingAddressSet'),
  setBillingAddressCustomType: inAddress('billingAddress', typeWay('address', '')),
  setBillingAddressCustomField: inAddress('billingAddress', fieldWay('')),
  setShippingAddressCustomType: inAddress('shippingAddress', typeWay('address', '')),
  setShippingAddressCustomField: inAddress('shippingAddress', fieldWay('')),
  setItemShippingAddressCustomType: inItemAddress(typeWay('address', '')),
  setItemShippingAddressCustomField: inItemAddress(fieldWay('')),
  setShippingCustomType: inShipping(typeWay('shipping', '')),
  setShippingCustomField: inShipping(fieldWay('')),
  setEstimatedDelivery(row, action) {
    if (!row.shippingInfo) throw invalidOperation('The shipping method is not set.')
    const estimatedDelivery = optionalObject(action, 'estimatedDelivery')
    if (sameJson(estimatedDelivery, row.shippingInfo.estimatedDelivery)) return null
    return {
      row: put(row, 'shippingInfo', withValue(row.shippingInfo, 'estimatedDelivery', estimatedDelivery)),
      messages: [{ type: 'OrderEstimatedDeliverySet', ...given('estimatedDelivery', estimatedDelivery) }],
    }
  },
  addItemShippingAddress(row, action, { project }) {
    const added = itemAddress(project, action)
    if (row.itemShippingAddresses.some(each => each.key === added.key)) {
      throw invalidInput(`An item shipping address with the key '${added.key}' exists already.`)
    }
    return { row: put(row, 'itemShippingAddresses', [...row.itemShippingAddresses, added]) }
  },
  updateItemShippingAddress(row, action, { project }) {
    const changed = itemAddress(project, action)
    const all = row.itemShippingAddresses
    if (!all.some(each => each.key === changed.key)) throw noItemAddress(changed.key)
    return {
      row: put(
        row,
        'itemShippingAddresses',
        all.map(each => (each.key === changed.key ? changed : each)),
      ),
    }
  },
  removeItemShippingAddress(row, action) {
    const key = text(action, 'addressKey')
    const left = row.itemShippingAddresses.filter(each => each.key !== key)
    if (left.length === row.itemShippingAddresses.length) throw noItemAddress(key)
    return { row: put(row, 'itemShippingAddresses', left) }
  },
  setCustomType: own((project, old, action) => setType(project, old, action, 'order', 'Order')),
  setCustomField: own(fieldWay('Order')),
  setLineItemCustomType: inItem('lineItem', typeWay('line-item', '')),
  setLineItemCustomField: inItem('lineItem', fieldWay('')),
  setCustomLineItemCustomType: inItem('customLineItem', typeWay('custom-line-item', '')),
  setCustomLineItemCustomField: inItem('customLineItem', fieldWay('')),
  setLineItemShippingDetails: setDetails('lineItem'),
  setCustomLineItemShippingDetails: setDetails('customLineItem'),
  addPayment(row, action, { project }) {
    const payment = paymentRef(project, action.payment)
    const payments = row.paymentInfo?.payments ?? []
    if (payments.some(each => each.id === payment.id)) return null
    checkPaymentFree(project, row, payment.id)
    return {
      row: put(row, 'paymentInfo', { payments: [...payments, payment] }),
      messages: [{ type: 'OrderPaymentAdded', paymentRef: payment }],
    }
  },
  removePayment(row, action, { project }) {
    const payment = paymentRef(project, action.payment)
    const payments = row.paymentInfo?.payments ?? []
    const left = payments.filter(each => each.id !== payment.id)
    if (left.length === payments.length) return null
    const removedPaymentInfo = left.length === 0
    return {
      row: put(row, 'paymentInfo', removedPaymentInfo ? undefined : { payments: left }),
      messages: [{ type: 'OrderPaymentRemoved', paymentRef: payment, removedPaymentInfo }],
    }
  },
})

/** A payment belongs to one order, or to one cart that may still become one. */
export function checkPaymentFree(project: Project, basket: Basket, id: string) {
  const order = project.orders.find('payments', id).some(each => each.id !== basket.id)
  const cart = project.carts.find('payments', id).some(each => each.id !== basket.id && each.cartState === 'Active')
  if (order || cart)
    throw invalidOperation(`The payment '${id}' is already assigned to another ${order ? 'order' : 'cart'}.`)
}

const noItemAddress = (key: string | undefined) =>
  invalidInput(`There is no item shipping address with the key '${key}'.`)

function itemAddress(project: Project, action: JsonObject): BasketAddress {
  const made = basketAddress(project, action.address ?? {})
  if (!made?.key) throw invalidInput('An item shipping address needs a key.')
  return made
}
