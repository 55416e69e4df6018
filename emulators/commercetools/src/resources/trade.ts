/** The resources of trade in the registry: catalogue, workflow, payments, carts, orders. */

import { createCart } from '../carts/create.ts'
import { activeCart } from '../carts/merge.ts'
import { updateCart } from '../carts/update.ts'
import { createDiscountCode, discountCodeActions } from '../catalog/discountCodes.ts'
import { productActions } from '../catalog/productActions.ts'
import { createProduct, createProductType, productTypeActions } from '../catalog/products.ts'
import { createShippingMethod, shippingMethodActions } from '../catalog/shippingMethods.ts'
import { createTaxCategory, taxCategoryActions } from '../catalog/taxCategories.ts'
import { createZone, zoneActions } from '../catalog/zones.ts'
import type { DiscountCode, ShippingMethod, Zone } from '../model/conditions.ts'
import type {
  Cart,
  Channel,
  CustomObject,
  Order,
  OrderEdit,
  Payment,
  Product,
  ProductType,
  State,
  TaxCategory,
} from '../model/trade.ts'
import { createOrder } from '../orders/create.ts'
import { createEdit, updateEdit } from '../orders/edits.ts'
import { deleteOrder, ORDER_ACTIONS } from '../orders/update.ts'
import { paymentActions } from '../payments/actions.ts'
import { createPayment, deletePayment } from '../payments/payments.ts'
import { channelActions, createChannel } from './channels.ts'
import { putCustomObject } from './customObjects.ts'
import { kind, type ResourceKind, tellingKind } from './kind.ts'
import { createState, deleteState, stateActions } from './states.ts'

export const TRADE: Record<string, ResourceKind> = {
  channels: kind<Channel>('channel', 'products', createChannel, channelActions),
  states: kind<State>('state', 'states', createState, stateActions, {
    remove: (world, project, row, _, act) => deleteState(world, project, row as State, act),
  }),
  'tax-categories': tellingKind<TaxCategory>('tax-category', 'tax_categories', createTaxCategory, taxCategoryActions),
  zones: kind<Zone>('zone', 'shipping_methods', createZone, zoneActions),
  'shipping-methods': kind<ShippingMethod>(
    'shipping-method',
    'shipping_methods',
    createShippingMethod,
    shippingMethodActions,
  ),
  'discount-codes': kind<DiscountCode>('discount-code', 'discount_codes', createDiscountCode, discountCodeActions),
  'product-types': kind<ProductType>('product-type', 'products', createProductType, productTypeActions),
  products: tellingKind<Product>('product', 'products', createProduct, productActions),
  'custom-objects': kind<CustomObject>('key-value-document', 'key_value_documents', putCustomObject, {}),
  payments: tellingKind<Payment>('payment', 'payments', createPayment, paymentActions, {
    remove: (world, project, row, erasure, act) => deletePayment(world, project, row as Payment, erasure, act),
  }),
  carts: kind<Cart>(
    'cart',
    'orders',
    createCart,
    {},
    {
      refs: { 'customer-id': activeCart },
      update: (world, project, row, actions, act) => updateCart(row as Cart, actions, { world, project, act }),
      remove: (world, project, row, _, act) =>
        world.commit({ project, typeId: 'cart', act, before: row, silent: true }),
    },
  ),
  orders: tellingKind<Order>('order', 'orders', createOrder, ORDER_ACTIONS, {
    refs: { 'order-number': (project, value) => project.orders.find('orderNumber', value)[0] },
    remove: (world, project, row, erasure, act) => deleteOrder(world, project, row as Order, erasure, act),
  }),
  'orders/edits': kind<OrderEdit>(
    'order-edit',
    'order_edits',
    createEdit,
    {},
    {
      view: ['view_order_edits', 'manage_order_edits', 'view_orders', 'manage_orders'],
      manage: ['manage_order_edits', 'manage_orders'],
      update: (world, project, row, actions, act) => updateEdit(row as OrderEdit, actions, { world, project, act }),
    },
  ),
}
