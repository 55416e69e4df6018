/** The fields that an order and its lines have in Salesforce, whichever objects they go to: one list, so that the targets cannot drift. */
import type { Codec, FieldRule } from '../../model/mapping.ts'
import { codes } from '../codecs/codes.ts'
import { country } from '../codecs/country.ts'
import { email } from '../codecs/email.ts'
import { expanded } from '../codecs/expanded.ts'
import { items } from '../codecs/items.ts'
import { localized } from '../codecs/localized.ts'
import { money } from '../codecs/money.ts'
import { name } from '../codecs/name.ts'
import { moved, type Way } from '../codecs/payments.ts'
import { refundState, returnedOfLine, returnedPieces, returnState, returns } from '../codecs/returns.ts'
import { deliveries, lastDelivery, parcels, shippingCost, shippingMethods, tracking } from '../codecs/shippings.ts'
import { text } from '../codecs/text.ts'
import { type StreetOrder, streetOf } from '../customer-person/street.ts'
import { plainField } from '../plainField.ts'
import type { Lines, Payments } from './target.ts'

const owner = 'commerce'

/** Who stands on an address; Salesforce's own address fields have no room for it. */
export const recipient = (prefix: string, at: string): FieldRule => ({
  crm: `${prefix}Name__c`,
  commerce: `{${at}.firstName} {${at}.lastName} ?? ${at}.company`,
  owner,
  codec: name,
})

/** One postal address in text fields of ours, beside who receives it. */
function place(prefix: string, at: string, order: StreetOrder): readonly FieldRule[] {
  const field = (part: string): string => `${prefix}${part}__c`
  return [
    recipient(prefix, at),
    { crm: field('Street'), commerce: streetOf(at, order), owner, codec: text },
    { crm: field('City'), commerce: `${at}.city`, owner, codec: text },
    { crm: field('Postal_Code'), commerce: `${at}.postalCode`, owner, codec: text },
    { crm: field('State'), commerce: `${at}.state ?? ${at}.region`, owner, codec: text },
    { crm: field('Country'), commerce: `${at}.country`, owner, codec: country },
  ]
}

/** What is said of an order, in whichever object: its number, states, amounts, addresses. */
export function orderFields(prefix: string): readonly FieldRule[] {
  const plainly = plainField(prefix, text)
  return [
    // Optional in the shop; the id stands in so that people have something to search for.
    { crm: 'Name', commerce: 'orderNumber', fallback: 'id', owner, codec: name, required: true, personal: false },
    plainly('Order_State', 'orderState'),
    plainly('Shipment_State', 'shipmentState'),
    plainly('Payment_State', 'paymentState'),
    plainly('Workflow_State', 'state.obj.key', expanded({ reference: 'state' })),
    plainly('Placed_At', 'createdAt'),
    plainly('Currency', 'totalPrice.currencyCode'),
    plainly('Total', 'totalPrice', money),
    plainly('Net', 'taxedPrice.totalNet', money),
    plainly('Tax', 'taxedPrice.totalTax', money),
    plainly('Gross', 'taxedPrice.totalGross', money),
    plainly('Shipping', 'taxedShippingPrice.totalGross ?? shippingInfo.price ?? shipping', shippingCost),
    plainly('Discount', 'discountOnTotalPrice.discountedAmount', money),
    plainly('Discount_Codes', 'discountCodes', codes),
    plainly('Shipping_Method', 'shippingInfo.shippingMethodName ?? shipping', shippingMethods),
    plainly('Deliveries', 'shippingInfo.deliveries ?? shipping', deliveries),
    plainly('Parcels', 'shippingInfo.deliveries ?? shipping', parcels),
    plainly('Last_Delivery_At', 'shippingInfo.deliveries ?? shipping', lastDelivery),
    { crm: `${prefix}Tracking__c`, commerce: 'shippingInfo.deliveries ?? shipping', owner, codec: tracking },
    plainly('Returns', 'returnInfo', returns),
    plainly('Returned_Quantity', 'returnInfo', returnedPieces),
    plainly('Return_State', 'returnInfo', returnState),
    plainly('Refund_State', 'returnInfo', refundState),
    plainly('Purchase_Order_Number', 'purchaseOrderNumber'),
    plainly('Store_Key', 'store.key'),
    plainly('Business_Unit_Key', 'businessUnit.key'),
    plainly('Country', 'country', country),
    plainly('Locale', 'locale'),
    plainly('Origin', 'origin'),
    { crm: `${prefix}Email__c`, commerce: 'customerEmail', owner, codec: email },
  ]
}

/** What the payments of an order came to, where they are read. */
export function paymentFields(prefix: string, payments: Payments): readonly FieldRule[] {
  const amount = (part: string, ...types: Way): FieldRule => ({
    crm: `${prefix}${part}__c`,
    commerce: 'paymentInfo.payments',
    owner,
    codec: moved(types),
    personal: false,
  })
  return payments === 'none' ? [] : [amount('Charged', 'Charge'), amount('Refunded', 'Refund', 'Chargeback')]
}

/** What was bought, as one text, where lines are no records. */
export const summaryFields = (prefix: string, lines: Lines, language: string): readonly FieldRule[] =>
  lines === 'summary'
    ? [
        {
          crm: `${prefix}Lines__c`,
          commerce: 'lineItems ?? customLineItems',
          owner,
          codec: items({ language }),
          personal: false,
        },
      ]
    : []

/** Where a line item and a custom line item differ. */
export type LinePaths = { readonly isProduct: boolean; readonly unitPrice: string }

/** The parts of an order that become records, by role: each is an object of its own in commercetools. */
export const lineParts: readonly (readonly [role: string, list: string, paths: LinePaths])[] = [
  ['line', 'lineItems', { isProduct: true, unitPrice: 'price.discounted.value ?? price.value' }],
  ['custom-line', 'customLineItems', { isProduct: false, unitPrice: 'money' }],
]

/** A line's name as the order's language has it. */
export const productName = (language: string): Codec => localized({ locale: 'whole.locale', default: language })

/** Both addresses in fields of ours, for an object that has none of its own. */
export const addressFields = (prefix: string, street: StreetOrder): readonly FieldRule[] => [
  ...place(`${prefix}Billing_`, 'billingAddress', street),
  ...place(`${prefix}Shipping_`, 'shippingAddress', street),
]

/** What is said of a line, in whichever object. */
export function lineFields(
  prefix: string,
  { isProduct, unitPrice }: LinePaths,
  language: string,
): readonly FieldRule[] {
  const named = productName(language)
  const plainly = plainField(prefix)
  const channel = (part: string, reference: string): FieldRule =>
    plainly(part, `${reference}.obj.key`, expanded({ reference }))
  return [
    plainly('Product_Name', 'name', named),
    ...(isProduct
      ? [
          plainly('Sku', 'variant.sku', text),
          plainly('Line_Mode', 'lineItemMode', text),
          channel('Supply_Channel', 'supplyChannel'),
          channel('Distribution_Channel', 'distributionChannel'),
        ]
      : []),
    plainly('Line_Key', 'key', text),
    plainly('Parent_Key', 'custom.fields.parentKey', text),
    { crm: `${prefix}Quantity__c`, commerce: 'quantity', owner, personal: false },
    plainly('Returned_Quantity', 'whole.returnInfo', returnedOfLine),
    plainly('Unit_Price', unitPrice, money),
    plainly('Total', 'totalPrice', money),
    plainly('Tax', 'taxedPrice.totalTax', money),
  ]
}
