/** What the emulator keeps: one row type for each resource; rows are never changed, only replaced by newer ones. */
import type { Json, JsonObject } from './json.ts'

type Maybe<T> = T | undefined

export type ClientLogging = { clientId: string; isPlatformClient: false; externalUserId?: Maybe<string> }

export type Resource = {
  id: string
  version: number
  createdAt: string
  lastModifiedAt: string
  createdBy: ClientLogging
  lastModifiedBy: ClientLogging
  /** Number of the resource's latest message; not part of the wire form. */
  sequence: number
  key?: Maybe<string>
}

type Reference<T extends string = string> = { typeId: T; id: string }
export type KeyReference<T extends string = string> = { typeId: T; key: string }
export type CustomFields = { type: Reference<'type'>; fields: JsonObject }

// biome-ignore format: a word list reads better in lines
export const ADDRESS_TEXTS = [
  'title', 'salutation', 'firstName', 'lastName', 'streetName', 'streetNumber', 'additionalStreetInfo', 'postalCode',
  'city', 'region', 'state', 'company', 'department', 'building', 'apartment', 'pOBox', 'phone', 'mobile', 'email',
  'fax', 'additionalAddressInfo', 'externalId',
] as const

export type Address = { id: string; key?: Maybe<string>; country: string; custom?: Maybe<CustomFields> } & {
  [name in (typeof ADDRESS_TEXTS)[number]]?: Maybe<string>
}

/** Who has addresses, and knows what each is for. */
export type AddressOwner = Resource & {
  addresses: Address[]
  shippingAddressIds: string[]
  defaultShippingAddressId?: Maybe<string>
  billingAddressIds: string[]
  defaultBillingAddressId?: Maybe<string>
}

export type GroupAssignment = { customerGroup: Reference<'customer-group'> }

export type Customer = Resource & {
  customerNumber?: Maybe<string>
  externalId?: Maybe<string>
  email: string
  /** A marker, never the password. */
  password?: Maybe<string>
  firstName?: Maybe<string>
  lastName?: Maybe<string>
  middleName?: Maybe<string>
  title?: Maybe<string>
  salutation?: Maybe<string>
  dateOfBirth?: Maybe<string>
  companyName?: Maybe<string>
  vatId?: Maybe<string>
  addresses: Address[]
  defaultShippingAddressId?: Maybe<string>
  shippingAddressIds: string[]
  defaultBillingAddressId?: Maybe<string>
  billingAddressIds: string[]
  isEmailVerified: boolean
  customerGroup?: Maybe<Reference<'customer-group'>>
  customerGroupAssignments: GroupAssignment[]
  custom?: Maybe<CustomFields>
  locale?: Maybe<string>
  stores: KeyReference<'store'>[]
  authenticationMode: 'Password' | 'ExternalAuth'
}

export type CustomerGroup = Resource & { name: string; custom?: Maybe<CustomFields> }

export type Store = Resource & {
  key: string
  name?: Maybe<JsonObject>
  languages: string[]
  countries: { code: string }[]
  distributionChannels: Reference<'channel'>[]
  supplyChannels: Reference<'channel'>[]
  /** The emulator has no product selections; a store offers everything. */
  productSelections: []
  custom?: Maybe<CustomFields>
  storefront?: Maybe<Record<string, string>>
}

export type FieldType = {
  name: string
  values?: { key: string; label: Json }[]
  elementType?: FieldType
  referenceTypeId?: string
}
export type FieldDefinition = {
  name: string
  type: FieldType
  label: JsonObject
  required: boolean
  inputHint: 'SingleLine' | 'MultiLine'
}
export type Type = Resource & {
  key: string
  name: JsonObject
  description?: Maybe<JsonObject>
  resourceTypeIds: string[]
  fieldDefinitions: FieldDefinition[]
}

/** `ManuallySuspended` is left out: commercetools' own support sets it. */
export type HealthStatus = 'Healthy' | 'ConfigurationError' | 'ConfigurationErrorDeliveryStopped' | 'TemporaryError'

export type Subscription = Resource & {
  destination: JsonObject
  messages: { resourceTypeId: string; types: string[] }[]
  changes: { resourceTypeId: string }[]
  events: JsonObject[]
  format: { type: 'Platform' } | { type: 'CloudEvents'; cloudEventsVersion: string }
  status: HealthStatus
  /** Since when, on the emulator's clock, nothing could be published; not part of the wire form. */
  failingSince?: Maybe<string>
}

export type UserProvidedIdentifiers = {
  key?: Maybe<string>
  externalId?: Maybe<string>
  customerNumber?: Maybe<string>
  orderNumber?: Maybe<string>
  containerAndKey?: Maybe<{ container: string; key: string }>
}

/** Messages that hold the resource as it was created, and under which name: there the row itself is kept. */
export const HOLDS: Record<string, string> = {
  CustomerCreated: 'customer',
  OrderCreated: 'order',
  OrderImported: 'order',
  PaymentCreated: 'payment',
  AssociateRoleCreated: 'associateRole',
  BusinessUnitCreated: 'businessUnit',
  QuoteRequestCreated: 'quoteRequest',
  StagedQuoteCreated: 'stagedQuote',
  QuoteCreated: 'quote',
}

/** A message's own fields lie beside the common ones, as on the wire. */
export type MessageBody = { type: string; [name: string]: unknown }
export type Message = Resource &
  MessageBody & {
    sequenceNumber: number
    resource: Reference
    resourceVersion: number
    resourceUserProvidedIdentifiers: UserProvidedIdentifiers
  }

export type ProjectSettings = {
  version: number
  name: string
  countries: string[]
  currencies: string[]
  languages: string[]
  createdAt: string
  messages: { enabled: boolean; deleteDaysAfterCreation: number }
}

export type ApiClient = { id: string; secret: string; scopes?: Maybe<string[]> }

/** Who acts and with which ids: a request, or the player of people, whose ids come from its seed. */
export type Act = {
  by: ClientLogging
  newId: () => string
  /** The player's step that this act belongs to; it is kept with the act, so that no step is played twice. */
  step?: number
  /** Names of the update actions, for the inspector. */
  actions?: string[]
}
