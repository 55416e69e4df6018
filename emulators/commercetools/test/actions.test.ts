/** Every update action that the SDK knows of orders and payments, and those of carts, is one that the emulator knows. */
import type { CartUpdateAction, OrderUpdateAction, PaymentUpdateAction } from '@commercetools/platform-sdk'
import { describe, expect, test } from 'vitest'
import { CART_ACTIONS } from '../src/carts/update.ts'
import { ORDER_ACTIONS } from '../src/orders/update.ts'
import { paymentActions } from '../src/payments/actions.ts'

/** Complete, or this does not compile. */
const complete =
  <A extends string>() =>
  <const L extends readonly A[]>(list: [A] extends [L[number]] ? L : readonly ['missing', Exclude<A, L[number]>]) =>
    [...list].map(String).toSorted()

// biome-ignore format: a word list reads better in lines
const ORDERS = complete<OrderUpdateAction['action']>()([
  'addDelivery', 'addItemShippingAddress', 'addParcelToDelivery', 'addPayment',
  'addReturnInfo', 'changeOrderState', 'changePaymentState', 'changeShipmentState',
  'importCustomLineItemState', 'importLineItemState', 'removeDelivery', 'removeItemShippingAddress',
  'removeParcelFromDelivery', 'removePayment', 'setBillingAddress', 'setBillingAddressCustomField',
  'setBillingAddressCustomType', 'setBusinessUnit', 'setCustomField', 'setCustomLineItemCustomField',
  'setCustomLineItemCustomType', 'setCustomLineItemShippingDetails', 'setCustomType', 'setCustomerEmail',
  'setCustomerId', 'setDeliveryAddress', 'setDeliveryAddressCustomField', 'setDeliveryAddressCustomType',
  'setDeliveryCustomField', 'setDeliveryCustomType', 'setDeliveryItems', 'setEstimatedDelivery',
  'setItemShippingAddressCustomField', 'setItemShippingAddressCustomType', 'setLineItemCustomField', 'setLineItemCustomType',
  'setLineItemShippingDetails', 'setLocale', 'setOrderNumber', 'setParcelCustomField',
  'setParcelCustomType', 'setParcelItems', 'setParcelMeasurements', 'setParcelTrackingData',
  'setPurchaseOrderNumber', 'setReturnInfo', 'setReturnItemCustomField', 'setReturnItemCustomType',
  'setReturnPaymentState', 'setReturnShipmentState', 'setShippingAddress', 'setShippingAddressCustomField',
  'setShippingAddressCustomType', 'setShippingCustomField', 'setShippingCustomType', 'setStore',
  'transitionCustomLineItemState', 'transitionLineItemState', 'transitionState', 'updateItemShippingAddress',
  'updateSyncInfo',
])
// biome-ignore format: a word list reads better in lines
const PAYMENTS = complete<PaymentUpdateAction['action']>()([
  'addInterfaceInteraction', 'addTransaction', 'changeAmountPlanned', 'changeTransactionInteractionId',
  'changeTransactionState', 'changeTransactionTimestamp', 'setAnonymousId', 'setCustomField',
  'setCustomType', 'setCustomer', 'setInterfaceId', 'setKey',
  'setMethodInfo', 'setMethodInfoCustomField', 'setMethodInfoCustomType', 'setMethodInfoInterface',
  'setMethodInfoInterfaceAccount', 'setMethodInfoMethod', 'setMethodInfoName', 'setMethodInfoToken',
  'setStatusInterfaceCode', 'setStatusInterfaceText', 'setTransactionCustomField', 'setTransactionCustomType',
  'setTransactionInterfaceId', 'transitionState',
])
/** Without what they are about: locks, reservations, shopping lists, recurring orders, discounts, several shippings. */
// biome-ignore format: a word list reads better in lines
const LEFT_OUT: CartUpdateAction['action'][] = [
  'addCustomShippingMethod', 'addShippingMethod', 'removeShippingMethod', 'addShoppingList', 'setDirectDiscounts',
  'applyDeltaToCustomLineItemShippingDetailsTargets', 'applyDeltaToLineItemShippingDetailsTargets',
  'lockCart', 'unlockCart', 'setReservationExpirationInMinutes', 'setShippingRateInput',
  'setLineItemRecurrenceInfo', 'setCustomLineItemRecurrenceInfo',
]

describe('the emulator knows', () => {
  test('all actions of orders', () => expect(Object.keys(ORDER_ACTIONS).toSorted()).toEqual(ORDERS))
  test('all actions of payments', () => expect(Object.keys(paymentActions).toSorted()).toEqual(PAYMENTS))
  test('no action of carts that it does not do', () => {
    for (const each of LEFT_OUT) expect(CART_ACTIONS).not.toHaveProperty(each)
    expect(Object.keys(CART_ACTIONS)).toHaveLength(79 - LEFT_OUT.length)
  })
})
