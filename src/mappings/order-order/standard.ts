/** Orders as Salesforce's own Order and OrderItem: native reports and roll-ups, for the price of an Account, products and price books. */
import type { LinkRule, MappingPart } from '../../model/mapping.ts'
import { dayIn } from '../codecs/dayIn.ts'
import { summed } from '../codecs/summed.ts'
import { text } from '../codecs/text.ts'
import { address } from '../customer-person/address.ts'
import { priceOf } from '../product-price/index.ts'
import {
  type LinePaths,
  lineFields,
  lineParts,
  orderFields,
  paymentFields,
  productName,
  recipient,
  summaryFields,
} from './fields.ts'
import type { Target } from './target.ts'

export const standardDoc = `An order becomes a record of Salesforce's Order, with an OrderItem for each of its line items and custom line items.
It is made as a draft and stays one: the states of the shop are fields of their own, so that lines may still change and return.
Salesforce wants an Account for each order: that of whoever placed it; of a person who was found in Salesforce the one that
their Contact belongs to. An order that comes before its customer waits; when both are new they go in one call, the customer first.
Each line wants a product with a price in the standard price book: what is missing of these is made on the way (product-product,
product-price). A line that leaves the order is deleted. Beside Salesforce's amounts, which the org rounds and adds up,
stand the shop's own as numbers, with the ISO code of their currency.
All of it is the shop's to know: nothing flows back.`

const owner = 'commerce'

/** Who placed it. As long as they may still come the order waits: without an Account it cannot be written. */
function buyer({ isPerson, parking }: Target): readonly LinkRule[] {
  const link = (crm: string, relationship: string, role: string): LinkRule => ({
    crm,
    relationship,
    mapping: 'customer-person',
    role,
    of: { type: 'customer', id: 'customerId' },
    orGuest: 'guest-person',
    owner,
    required: false,
    patient: true,
  })
  const account = { ...link('AccountId', 'Account', 'account'), ...(parking !== null && { parking }) }
  if (isPerson) return [account]
  return [
    { ...account, orWhere: { role: 'contact', field: 'AccountId', object: 'Account' } },
    link('BillToContactId', 'BillToContact', 'contact'),
  ]
}

/** The deal that it came of: told of long before, and so only waited for where it is still on its way. */
const deal: LinkRule = {
  crm: 'OpportunityId',
  relationship: 'Opportunity',
  mapping: 'quote-opportunity',
  role: 'opportunity',
  of: { type: 'quote-request', id: 'quote.obj.quoteRequest.id' },
  owner,
  required: false,
  patient: true,
}

/** The parts of an order in Salesforce's own objects. */
export function standardParts(target: Target): readonly MappingPart[] {
  const { prefix, match, street, language, lines, payments, timeZone, draftStatus, currency } = target
  const line = (role: string, list: string, paths: LinePaths): MappingPart => ({
    role,
    each: { of: list, id: 'id', whenGone: 'delete' },
    object: 'OrderItem',
    match,
    fields: [
      { crm: 'Quantity', commerce: 'quantity', owner, required: true, personal: false },
      {
        crm: 'UnitPrice',
        commerce: paths.unitPrice,
        owner,
        codec: summed(currency, 0),
        required: true,
        personal: false,
      },
      { crm: 'Description', commerce: 'name', owner, codec: productName(language), personal: false },
      // Salesforce's own Quantity is one.
      ...lineFields(prefix, paths, language).filter(rule => rule.commerce !== 'quantity'),
    ],
    links: [
      {
        crm: 'OrderId',
        relationship: 'Order',
        mapping: 'order-order',
        role: 'order',
        of: 'self',
        owner: 'seed',
        required: true,
        byId: true,
      },
      {
        crm: 'PricebookEntryId',
        relationship: 'PricebookEntry',
        mapping: 'product-price',
        role: 'entry',
        of: priceOf,
        onDemand: true,
        byId: true,
        owner: 'seed',
        required: true,
      },
    ],
    defaults: {},
  })
  return [
    {
      role: 'order',
      object: 'Order',
      match,
      fields: [
        {
          crm: 'EffectiveDate',
          commerce: 'createdAt',
          owner,
          codec: dayIn(timeZone),
          required: true,
          personal: false,
        },
        { crm: 'PoNumber', commerce: 'purchaseOrderNumber', owner, codec: text, personal: false },
        {
          crm: 'CurrencyIsoCode',
          commerce: 'totalPrice.currencyCode',
          owner: 'seed',
          codec: text,
          optional: true,
          vital: true,
          personal: false,
        },
        ...address('Billing', 'billingAddress', owner, street),
        ...address('Shipping', 'shippingAddress', owner, street),
        recipient(`${prefix}Billing_`, 'billingAddress'),
        recipient(`${prefix}Shipping_`, 'shippingAddress'),
        ...orderFields(prefix),
        ...paymentFields(prefix, payments),
        ...summaryFields(prefix, lines, language),
      ],
      links: [...buyer(target), ...(target.quotes ? [deal] : [])],
      defaults: {
        Status: draftStatus,
        Pricebook2Id: { priceBook: 'standard' },
      },
      deactivate: { [`${prefix}Deleted_At__c`]: { at: 'deletion' } },
    },
    ...(lines === 'rows' ? lineParts.map(one => line(...one)) : []),
  ]
}
