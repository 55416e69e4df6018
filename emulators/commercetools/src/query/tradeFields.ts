/** Which fields of the resources of trade a predicate or a sort may name. */
import { ADDRESS_TEXTS } from '../model/entities.ts'
import { base, custom, type Fields, keyReference, reference, texts } from './shapes.ts'

const money: Fields = {
  type: 'text',
  currencyCode: 'text',
  centAmount: 'number',
  fractionDigits: 'number',
  preciseAmount: 'number',
}
const address: Fields = { id: 'text', key: 'text', country: 'text', ...texts(...ADDRESS_TEXTS), custom }
const rate: Fields = {
  id: 'text',
  key: 'text',
  name: 'text',
  amount: 'number',
  includedInPrice: 'flag',
  country: 'text',
  state: 'text',
  subRates: 'open',
}
const portion: Fields = { name: 'text', rate: 'number', amount: money }
const taxed: Fields = { totalNet: money, totalGross: money, totalTax: money, taxPortions: portion }
const variant: Fields = {
  id: 'number',
  ...texts('sku', 'key'),
  prices: 'open',
  attributes: 'open',
  images: 'open',
  assets: 'open',
}
const item: Fields = {
  ...texts('id', 'key'),
  name: 'open',
  quantity: 'number',
  totalPrice: money,
  taxedPrice: taxed,
  taxRate: rate,
  state: { quantity: 'number', state: reference },
  shippingDetails: 'open',
  custom,
}
const deliveryItem: Fields = { id: 'text', quantity: 'number' }
const parcel: Fields = {
  ...texts('id', 'key'),
  createdAt: 'date',
  measurements: 'open',
  trackingData: 'open',
  items: deliveryItem,
  custom,
}
const basket: Fields = {
  ...base,
  ...texts('purchaseOrderNumber', 'customerId', 'customerEmail', 'anonymousId', 'country', 'locale', 'origin'),
  ...texts('taxMode', 'priceRoundingMode', 'taxRoundingMode', 'taxCalculationMode', 'inventoryMode', 'shippingMode'),
  customerGroup: reference,
  businessUnit: keyReference,
  store: keyReference,
  lineItems: {
    ...item,
    ...texts('productId', 'productKey', 'priceMode', 'lineItemMode', 'inventoryMode'),
    productSlug: 'open',
    productType: reference,
    variant,
    price: 'open',
    supplyChannel: reference,
    distributionChannel: reference,
    addedAt: 'date',
    lastModifiedAt: 'date',
  },
  customLineItems: { ...item, ...texts('slug', 'priceMode'), money, taxCategory: reference },
  totalPrice: money,
  taxedPrice: taxed,
  taxedShippingPrice: taxed,
  billingAddress: address,
  shippingAddress: address,
  itemShippingAddresses: address,
  shippingInfo: {
    ...texts('shippingMethodName', 'shippingMethodState'),
    estimatedDelivery: 'open',
    price: money,
    shippingRate: 'open',
    taxedPrice: taxed,
    taxRate: rate,
    taxCategory: reference,
    deliveries: { ...texts('id', 'key'), createdAt: 'date', items: deliveryItem, parcels: parcel, address, custom },
  },
  shippingCustomFields: custom,
  shipping: 'open',
  discountCodes: { discountCode: reference, state: 'text' },
  directDiscounts: 'open',
  refusedGifts: reference,
  paymentInfo: { payments: reference },
  custom,
}

export const TRADE_FIELDS: Record<string, Fields> = {
  channels: { ...base, roles: 'texts', name: 'open', description: 'open', address, custom, geoLocation: 'open' },
  states: {
    ...base,
    type: 'text',
    name: 'open',
    description: 'open',
    initial: 'flag',
    builtIn: 'flag',
    roles: 'texts',
    transitions: reference,
  },
  'tax-categories': { ...base, ...texts('name', 'description'), rates: rate },
  'product-types': { ...base, ...texts('name', 'description'), attributes: 'open' },
  products: { ...base, productType: reference, masterData: 'open', taxCategory: reference, priceMode: 'text' },
  'custom-objects': { ...base, container: 'text', value: 'open' },
  payments: {
    ...base,
    customer: reference,
    ...texts('anonymousId', 'interfaceId'),
    amountPlanned: money,
    paymentMethodInfo: {
      ...texts('paymentInterface', 'method', 'interfaceAccount'),
      name: 'open',
      token: 'open',
      custom,
    },
    paymentStatus: { ...texts('interfaceCode', 'interfaceText'), state: reference },
    transactions: {
      ...texts('id', 'type', 'interactionId', 'interfaceId', 'state'),
      timestamp: 'date',
      amount: money,
      custom,
    },
    interfaceInteractions: custom,
    custom,
  },
  carts: {
    ...basket,
    ...texts('cartState', 'freezeStrategy'),
    totalLineItemQuantity: 'number',
    deleteDaysAfterLastModification: 'number',
  },
  orders: {
    ...basket,
    ...texts('orderNumber', 'orderState', 'shipmentState', 'paymentState'),
    state: reference,
    syncInfo: { channel: reference, externalId: 'text', syncedAt: 'date' },
    returnInfo: {
      returnTrackingId: 'text',
      returnDate: 'date',
      items: {
        ...texts('type', 'id', 'key', 'lineItemId', 'customLineItemId', 'comment', 'shipmentState', 'paymentState'),
        quantity: 'number',
        createdAt: 'date',
        lastModifiedAt: 'date',
        custom,
      },
    },
    cart: reference,
    quote: reference,
    completedAt: 'date',
  },
  'orders/edits': { ...base, resource: reference, stagedActions: 'open', result: 'open', comment: 'text', custom },
}
