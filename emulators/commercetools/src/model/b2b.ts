/** What the emulator keeps of business customers: roles, units and quotes, field by field as the wire shows it. */
import type { Address, CustomFields, GroupAssignment, KeyReference, Resource } from './entities.ts'
import type { Basket, Ref } from './trade.ts'

type Maybe<T> = T | undefined

export type AssociateRole = Resource & {
  key: string
  buyerAssignable: boolean
  name?: Maybe<string>
  permissions: string[]
  custom?: Maybe<CustomFields>
}

export type RoleAssignment = { associateRole: KeyReference<'associate-role'>; inheritance: 'Enabled' | 'Disabled' }
export type Associate = { associateRoleAssignments: RoleAssignment[]; customer: Ref<'customer'> }

export type UnitReference = KeyReference<'business-unit'>
export type InheritedAssociate = {
  associateRoleAssignments: { associateRole: KeyReference<'associate-role'>; source: UnitReference }[]
  customer: Ref<'customer'>
}

export type InheritanceMode = 'Explicit' | 'ExplicitAndFromParent'

export type BusinessUnit = Resource & {
  key: string
  status: 'Active' | 'Inactive'
  /** Absent while they come from the parent. */
  stores?: Maybe<KeyReference<'store'>[]>
  inheritedStores?: Maybe<KeyReference<'store'>[]>
  storeMode: 'Explicit' | 'FromParent'
  unitType: 'Company' | 'Division'
  name: string
  contactEmail?: Maybe<string>
  custom?: Maybe<CustomFields>
  customerGroupAssignments?: Maybe<GroupAssignment[]>
  addresses: Address[]
  shippingAddressIds: string[]
  defaultShippingAddressId?: Maybe<string>
  billingAddressIds: string[]
  defaultBillingAddressId?: Maybe<string>
  associateMode: InheritanceMode
  associates: Associate[]
  inheritedAssociates?: Maybe<InheritedAssociate[]>
  parentUnit?: Maybe<UnitReference>
  topLevelUnit: UnitReference
  approvalRuleMode: InheritanceMode
}

/** What a quote request takes over from the cart that it asks about, and a quote from the cart that it offers. */
export type Offered = Pick<
  Basket,
  | 'customerGroup'
  | 'store'
  | 'lineItems'
  | 'customLineItems'
  | 'totalPrice'
  | 'taxedPrice'
  | 'shippingAddress'
  | 'billingAddress'
  | 'inventoryMode'
  | 'priceRoundingMode'
  | 'taxRoundingMode'
  | 'taxCalculationMode'
  | 'country'
  | 'shippingInfo'
  | 'paymentInfo'
  | 'itemShippingAddresses'
  | 'directDiscounts'
  | 'purchaseOrderNumber'
  | 'businessUnit'
> & { taxMode: NonNullable<Basket['taxMode']> }

export type QuoteRequestState = 'Submitted' | 'Accepted' | 'Closed' | 'Rejected' | 'Cancelled'
export type QuoteRequest = Resource &
  Offered & {
    quoteRequestState: QuoteRequestState
    comment?: Maybe<string>
    customer: Ref<'customer'>
    custom?: Maybe<CustomFields>
    state?: Maybe<Ref<'state'>>
    cart?: Maybe<Ref<'cart'>>
  }

export type StagedQuoteState = 'InProgress' | 'Sent' | 'Closed'
export type StagedQuote = Resource & {
  stagedQuoteState: StagedQuoteState
  customer?: Maybe<Ref<'customer'>>
  quoteRequest: Ref<'quote-request'>
  quotationCart: Ref<'cart'>
  validTo?: Maybe<string>
  sellerComment?: Maybe<string>
  custom?: Maybe<CustomFields>
  state?: Maybe<Ref<'state'>>
  purchaseOrderNumber?: Maybe<string>
  businessUnit?: Maybe<UnitReference>
  store?: Maybe<KeyReference<'store'>>
}

export type QuoteState =
  | 'Pending'
  | 'Declined'
  | 'DeclinedForRenegotiation'
  | 'RenegotiationAddressed'
  | 'Accepted'
  | 'Withdrawn'
export type Quote = Resource &
  Offered & {
    quoteRequest: Ref<'quote-request'>
    stagedQuote: Ref<'staged-quote'>
    customer?: Maybe<Ref<'customer'>>
    validTo?: Maybe<string>
    sellerComment?: Maybe<string>
    buyerComment?: Maybe<string>
    custom?: Maybe<CustomFields>
    quoteState: QuoteState
    state?: Maybe<Ref<'state'>>
  }
