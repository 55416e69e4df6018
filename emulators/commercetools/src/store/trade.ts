/** The tables of trade, each with the indexes that queries may use, and the states that every project has. */
import { createHash } from 'node:crypto'
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
import { type Table, table } from './table.ts'

export type TradeTables = {
  channels: Table<Channel>
  states: Table<State>
  taxCategories: Table<TaxCategory>
  zones: Table<Zone>
  shippingMethods: Table<ShippingMethod>
  discountCodes: Table<DiscountCode>
  productTypes: Table<ProductType>
  products: Table<Product>
  customObjects: Table<CustomObject>
  payments: Table<Payment>
  carts: Table<Cart>
  orders: Table<Order>
  orderEdits: Table<OrderEdit>
}

export const tradeTables = (): TradeTables => ({
  channels: table({ key: row => [row.key] }),
  states: table({ key: row => [row.key], 'transitions.id': row => (row.transitions ?? []).map(each => each.id) }),
  taxCategories: table({ key: row => [row.key] }),
  zones: table({ key: row => [row.key] }),
  shippingMethods: table({ key: row => [row.key] }),
  discountCodes: table({ key: row => [row.key], code: row => [row.code] }),
  productTypes: table({ key: row => [row.key] }),
  products: table({
    key: row => [row.key],
    'productType.id': row => [row.productType.id],
    sku: ({ masterData: { current, staged } }) =>
      [current, staged].flatMap(each => [each.masterVariant, ...each.variants].map(variant => variant.sku)),
  }),
  customObjects: table({ container: row => [row.container], containerAndKey: row => [`${row.container}/${row.key}`] }),
  payments: table({
    key: row => [row.key],
    interfaceId: row => [row.interfaceId],
    'customer.id': row => [row.customer?.id],
  }),
  carts: table({
    key: row => [row.key],
    customerId: row => [row.customerId],
    customerEmail: row => [row.customerEmail],
    anonymousId: row => [row.anonymousId],
    'businessUnit.key': row => [row.businessUnit?.key],
    payments: row => (row.paymentInfo?.payments ?? []).map(each => each.id),
  }),
  orders: table({
    orderNumber: row => [row.orderNumber],
    customerId: row => [row.customerId],
    customerEmail: row => [row.customerEmail],
    anonymousId: row => [row.anonymousId],
    'businessUnit.key': row => [row.businessUnit?.key],
    'cart.id': row => [row.cart?.id],
    payments: row => (row.paymentInfo?.payments ?? []).map(each => each.id),
  }),
  orderEdits: table({ key: row => [row.key], 'resource.id': row => [row.resource.id] }),
})

const BY = { clientId: 'platform', isPlatformClient: false } as const

/** The state that every line item begins in; its id follows from the project's key, so that it survives a reset. */
export function initialState(projectKey: string, createdAt: string): State {
  const hex = createHash('sha256').update(`${projectKey}/Initial`).digest('hex')
  return {
    id: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`,
    version: 1,
    createdAt,
    lastModifiedAt: createdAt,
    createdBy: BY,
    lastModifiedBy: BY,
    sequence: 0,
    key: 'Initial',
    type: 'LineItemState',
    name: { en: 'Initial' },
    description: { en: 'Initial is the first state of each line item.' },
    initial: true,
    builtIn: true,
    roles: [],
  }
}
