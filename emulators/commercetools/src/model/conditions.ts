/** What a project says of shipping and of codes: zones, shipping methods, discount codes. */
import type { CustomFields, Resource } from './entities.ts'
import type { Json, JsonObject } from './json.ts'
import type { Ref, ShippingInfo } from './trade.ts'

type Maybe<T> = T | undefined

export type Zone = Resource & {
  key?: Maybe<string>
  name: string
  description?: Maybe<string>
  locations: { country: string; state?: Maybe<string> }[]
}

export type ShippingRate = ShippingInfo['shippingRate']

export type ShippingMethod = Resource & {
  key?: Maybe<string>
  name: string
  localizedName?: Maybe<JsonObject>
  description?: Maybe<string>
  localizedDescription?: Maybe<JsonObject>
  taxCategory: Ref<'tax-category'>
  zoneRates: { zone: Ref<'zone'>; shippingRates: ShippingRate[] }[]
  active: boolean
  isDefault: boolean
  predicate?: Maybe<string>
  custom?: Maybe<CustomFields>
}

export type DiscountCode = Resource & {
  key?: Maybe<string>
  name?: Maybe<JsonObject>
  description?: Maybe<JsonObject>
  code: string
  cartDiscounts: Json[]
  isActive: boolean
  cartPredicate?: Maybe<string>
  maxApplications?: Maybe<number>
  maxApplicationsPerCustomer?: Maybe<number>
  references: Json[]
  groups: string[]
  validFrom?: Maybe<string>
  validUntil?: Maybe<string>
  custom?: Maybe<CustomFields>
}
