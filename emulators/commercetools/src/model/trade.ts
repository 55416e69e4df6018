/** What the emulator keeps of trade: money, catalogue, carts, orders, payments; field by field as the wire shows it. */
import type { Address, CustomFields, KeyReference, Resource } from './entities.ts'
import type { Json, JsonObject } from './json.ts'

type Maybe<T> = T | undefined
export type Ref<T extends string> = { typeId: T; id: string }

/** An amount in the currency's smallest unit; `fractionDigits` is 2 for the euro, 0 for the yen, 3 for the dinar. */
export type Money = { type: 'centPrecision'; currencyCode: string; centAmount: number; fractionDigits: number }
export type PreciseMoney = {
  type: 'highPrecision'
  currencyCode: string
  centAmount: number
  preciseAmount: number
  fractionDigits: number
}
export type TypedMoney = Money | PreciseMoney
export type Rounding = 'HalfEven' | 'HalfUp' | 'HalfDown'

export type TaxRate = {
  id?: Maybe<string>
  key?: Maybe<string>
  name: string
  amount: number
  includedInPrice: boolean
  country: string
  state?: Maybe<string>
  subRates: { name: string; amount: number }[]
}
export type TaxPortion = { name?: Maybe<string>; rate: number; amount: Money }
export type TaxedPrice = { totalNet: Money; totalGross: Money; taxPortions: TaxPortion[]; totalTax?: Maybe<Money> }

export type TaxCategory = Resource & { name: string; description?: Maybe<string>; rates: TaxRate[] }

export type Price = {
  id: string
  key?: Maybe<string>
  value: TypedMoney
  country?: Maybe<string>
  customerGroup?: Maybe<Ref<'customer-group'>>
  channel?: Maybe<Ref<'channel'>>
  validFrom?: Maybe<string>
  validUntil?: Maybe<string>
  discounted?: Maybe<{ value: TypedMoney; discount: JsonObject }>
  tiers?: Maybe<{ minimumQuantity: number; value: TypedMoney }[]>
  custom?: Maybe<CustomFields>
}
export type Variant = {
  id: number
  sku?: Maybe<string>
  key?: Maybe<string>
  prices: Price[]
  attributes: { name: string; value: Json }[]
  images: JsonObject[]
  assets: JsonObject[]
}
export type ProductType = Resource & { name: string; description: string; attributes: JsonObject[] }
export type ProductData = {
  name: JsonObject
  slug: JsonObject
  description?: Maybe<JsonObject>
  categories: JsonObject[]
  masterVariant: Variant
  variants: Variant[]
  searchKeywords: JsonObject
  attributes: JsonObject[]
}
export type Product = Resource & {
  productType: Ref<'product-type'>
  masterData: { published: boolean; current: ProductData; staged: ProductData; hasStagedChanges: boolean }
  taxCategory?: Maybe<Ref<'tax-category'>>
  priceMode: 'Embedded'
}

export type Channel = Resource & {
  key: string
  roles: string[]
  name?: Maybe<JsonObject>
  description?: Maybe<JsonObject>
  address?: Maybe<BasketAddress>
  custom?: Maybe<CustomFields>
  geoLocation?: Maybe<JsonObject>
}

export type State = Resource & {
  key: string
  type: string
  name?: Maybe<JsonObject>
  description?: Maybe<JsonObject>
  initial: boolean
  builtIn: boolean
  roles?: Maybe<string[]>
  /** Absent: anything may follow. Empty: nothing may. */
  transitions?: Maybe<Ref<'state'>[]>
}

export type CustomObject = Resource & { container: string; key: string; value: Json }

/** An address of a cart or an order has an id only when the client gave one. */
export type BasketAddress = Omit<Address, 'id'> & { id?: Maybe<string> }

export type ItemState = { quantity: number; state: Ref<'state'> }
export type ShippingDetails = { targets: { addressKey: string; quantity: number }[]; valid: boolean }

/** What line items and custom line items have in common. */
type Item = {
  id: string
  key?: Maybe<string>
  name: JsonObject
  quantity: number
  totalPrice: Money
  discountedPricePerQuantity: Json[]
  taxedPrice?: Maybe<TaxedPrice>
  taxedPricePortions: Json[]
  taxRate?: Maybe<TaxRate>
  perMethodTaxRate: Json[]
  state: ItemState[]
  shippingDetails?: Maybe<ShippingDetails>
  custom?: Maybe<CustomFields>
}
export type LineItem = Item & {
  productId: string
  productKey?: Maybe<string>
  productSlug?: Maybe<JsonObject>
  productType?: Maybe<Ref<'product-type'>>
  variant: Variant
  price: Price
  priceMode: 'Platform' | 'ExternalPrice' | 'ExternalTotal'
  lineItemMode: 'Standard'
  inventoryMode?: Maybe<string>
  supplyChannel?: Maybe<Ref<'channel'>>
  distributionChannel?: Maybe<Ref<'channel'>>
  addedAt?: Maybe<string>
  lastModifiedAt?: Maybe<string>
}
export type CustomLineItem = Item & {
  money: TypedMoney
  slug: string
  taxCategory?: Maybe<Ref<'tax-category'>>
  priceMode: 'Standard' | 'External'
}

export type DeliveryItem = { id: string; quantity: number }
export type Parcel = {
  id: string
  key?: Maybe<string>
  createdAt: string
  measurements?: Maybe<JsonObject>
  trackingData?: Maybe<JsonObject>
  items: DeliveryItem[]
  custom?: Maybe<CustomFields>
}
export type Shipment = {
  id: string
  key?: Maybe<string>
  createdAt: string
  items: DeliveryItem[]
  parcels: Parcel[]
  address?: Maybe<BasketAddress>
  custom?: Maybe<CustomFields>
}
export type ShippingInfo = {
  shippingMethodName: string
  /** Absent for a custom shipping method. */
  shippingMethod?: Maybe<Ref<'shipping-method'>>
  price: Money
  shippingRate: { price: Money; freeAbove?: Maybe<Money>; tiers: Json[] }
  taxedPrice?: Maybe<TaxedPrice>
  taxRate?: Maybe<TaxRate>
  taxCategory?: Maybe<Ref<'tax-category'>>
  deliveries: Shipment[]
  shippingMethodState: string
  estimatedDelivery?: Maybe<JsonObject>
}

export type TaxMode = 'Platform' | 'External' | 'ExternalAmount' | 'Disabled'

/** What a cart and an order share: whose it is, what is in it, what it costs, where it goes. */
export type Basket = Resource & {
  purchaseOrderNumber?: Maybe<string>
  customerId?: Maybe<string>
  customerEmail?: Maybe<string>
  customerGroup?: Maybe<Ref<'customer-group'>>
  anonymousId?: Maybe<string>
  businessUnit?: Maybe<KeyReference<'business-unit'>>
  store?: Maybe<KeyReference<'store'>>
  lineItems: LineItem[]
  customLineItems: CustomLineItem[]
  totalPrice: Money
  taxedPrice?: Maybe<TaxedPrice>
  taxedShippingPrice?: Maybe<TaxedPrice>
  taxMode?: Maybe<TaxMode>
  priceRoundingMode: Rounding
  taxRoundingMode: Rounding
  taxCalculationMode: 'LineItemLevel' | 'UnitPriceLevel'
  inventoryMode: string
  billingAddress?: Maybe<BasketAddress>
  shippingAddress?: Maybe<BasketAddress>
  shippingMode: 'Single'
  shippingInfo?: Maybe<ShippingInfo>
  shippingCustomFields?: Maybe<CustomFields>
  shipping: Json[]
  itemShippingAddresses: BasketAddress[]
  discountCodes: { discountCode: Ref<'discount-code'>; state: string }[]
  directDiscounts: Json[]
  refusedGifts: Json[]
  paymentInfo?: Maybe<{ payments: Ref<'payment'>[] }>
  country?: Maybe<string>
  locale?: Maybe<string>
  origin: string
  custom?: Maybe<CustomFields>
}

export type Cart = Basket & {
  taxMode: TaxMode
  cartState: 'Active' | 'Frozen' | 'Merged' | 'Ordered'
  freezeStrategy?: Maybe<string>
  totalLineItemQuantity?: Maybe<number>
  deleteDaysAfterLastModification: number
}

export type ReturnItem = {
  type: 'LineItemReturnItem' | 'CustomLineItemReturnItem'
  id: string
  key?: Maybe<string>
  quantity: number
  lineItemId?: Maybe<string>
  customLineItemId?: Maybe<string>
  comment?: Maybe<string>
  shipmentState: string
  paymentState: string
  custom?: Maybe<CustomFields>
  createdAt: string
  lastModifiedAt: string
}
export type ReturnInfo = { items: ReturnItem[]; returnTrackingId?: Maybe<string>; returnDate?: Maybe<string> }

export type Order = Basket & {
  orderNumber?: Maybe<string>
  orderState: string
  shipmentState?: Maybe<string>
  paymentState?: Maybe<string>
  state?: Maybe<Ref<'state'>>
  syncInfo: { channel: Ref<'channel'>; externalId?: Maybe<string>; syncedAt: string }[]
  returnInfo: ReturnInfo[]
  cart?: Maybe<Ref<'cart'>>
  quote?: Maybe<Ref<'quote'>>
  completedAt?: Maybe<string>
}

export type OrderEdit = Resource & {
  resource: Ref<'order'>
  stagedActions: JsonObject[]
  result: JsonObject
  comment?: Maybe<string>
  custom?: Maybe<CustomFields>
}

export type Transaction = {
  id: string
  timestamp?: Maybe<string>
  type: string
  amount: Money
  interactionId?: Maybe<string>
  interfaceId?: Maybe<string>
  state: string
  custom?: Maybe<CustomFields>
}
export type PaymentMethodInfo = {
  paymentInterface?: Maybe<string>
  method?: Maybe<string>
  name?: Maybe<JsonObject>
  token?: Maybe<JsonObject>
  interfaceAccount?: Maybe<string>
  custom?: Maybe<CustomFields>
}
export type Payment = Resource & {
  customer?: Maybe<Ref<'customer'>>
  anonymousId?: Maybe<string>
  interfaceId?: Maybe<string>
  amountPlanned: Money
  paymentMethodInfo: PaymentMethodInfo
  paymentStatus: { interfaceCode?: Maybe<string>; interfaceText?: Maybe<string>; state?: Maybe<Ref<'state'>> }
  transactions: Transaction[]
  interfaceInteractions: CustomFields[]
  custom?: Maybe<CustomFields>
}
