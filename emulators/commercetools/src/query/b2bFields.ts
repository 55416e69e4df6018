/** Fields of stores, roles, business units and quotes that a predicate, a sort or an index may name. */
import { ADDRESS_TEXTS } from '../model/entities.ts'
import type { Fields } from './fields.ts'

type Shapes = {
  base: Fields
  custom: Fields
  reference: Fields
  keyReference: Fields
  texts(...names: readonly string[]): Fields
}

export function b2bFields({ base, custom, reference, keyReference, texts }: Shapes): Record<string, Fields> {
  const address: Fields = { id: 'text', key: 'text', country: 'text', ...texts(...ADDRESS_TEXTS), custom }
  const offered: Fields = {
    customer: reference,
    customerGroup: reference,
    store: keyReference,
    businessUnit: keyReference,
    lineItems: 'open',
    customLineItems: 'open',
    totalPrice: { type: 'text', currencyCode: 'text', centAmount: 'number', fractionDigits: 'number' },
    taxedPrice: 'open',
    shippingAddress: address,
    billingAddress: address,
    itemShippingAddresses: address,
    shippingInfo: 'open',
    paymentInfo: 'open',
    directDiscounts: 'open',
    state: reference,
    custom,
    ...texts('inventoryMode', 'taxMode', 'priceRoundingMode', 'taxRoundingMode', 'taxCalculationMode', 'country'),
    purchaseOrderNumber: 'text',
  }
  return {
    stores: {
      ...base,
      name: 'open',
      languages: 'texts',
      countries: { code: 'text' },
      distributionChannels: reference,
      supplyChannels: reference,
      productSelections: 'open',
      storefront: 'open',
      custom,
    },
    'associate-roles': { ...base, name: 'text', buyerAssignable: 'flag', permissions: 'texts', custom },
    'business-units': {
      ...base,
      ...texts('status', 'storeMode', 'unitType', 'name', 'contactEmail', 'associateMode', 'approvalRuleMode'),
      stores: keyReference,
      inheritedStores: keyReference,
      addresses: address,
      shippingAddressIds: 'texts',
      billingAddressIds: 'texts',
      ...texts('defaultShippingAddressId', 'defaultBillingAddressId'),
      associates: {
        customer: reference,
        associateRoleAssignments: { associateRole: keyReference, inheritance: 'text' },
      },
      inheritedAssociates: {
        customer: reference,
        associateRoleAssignments: { associateRole: keyReference, source: keyReference },
      },
      customerGroupAssignments: { customerGroup: reference },
      parentUnit: keyReference,
      topLevelUnit: keyReference,
      custom,
    },
    'quote-requests': { ...base, ...offered, quoteRequestState: 'text', comment: 'text', cart: reference },
    'staged-quotes': {
      ...base,
      stagedQuoteState: 'text',
      customer: reference,
      quoteRequest: reference,
      quotationCart: reference,
      validTo: 'date',
      sellerComment: 'text',
      purchaseOrderNumber: 'text',
      businessUnit: keyReference,
      store: keyReference,
      state: reference,
      custom,
    },
    quotes: {
      ...base,
      ...offered,
      quoteRequest: reference,
      stagedQuote: reference,
      validTo: 'date',
      sellerComment: 'text',
      buyerComment: 'text',
      quoteState: 'text',
    },
  }
}
