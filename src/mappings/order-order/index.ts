/** The mapping `order-order`: a commercetools order with its lines, as records of our own objects. */
import { define } from '../../core/define.ts'
import type { Codec, FieldRule, LinkRule, Mapping, MappingPart, Parking } from '../../model/mapping.ts'
import { country } from '../codecs/country.ts'
import { email } from '../codecs/email.ts'
import { expanded } from '../codecs/expanded.ts'
import { localized } from '../codecs/localized.ts'
import { money } from '../codecs/money.ts'
import { name } from '../codecs/name.ts'
import { text } from '../codecs/text.ts'
import type { People } from '../customer-person/index.ts'
import { type StreetOrder, streetOf } from '../customer-person/street.ts'

/** Where orders go: nowhere, or to the package's own objects. */
export type Orders = 'none' | 'custom-object'

export type OrderOrderOptions = {
  /** As for `customer-person`: it says which record a buyer is. */
  readonly people?: People
  readonly keyField?: string
  readonly fieldPrefix?: string
  readonly street?: StreetOrder
  /** Each line item a record of its own, or none. Each record costs the org 2 KB. Default: `rows`. */
  readonly lines?: 'rows' | 'none'
  /**
   * Accounts of stores, by store key, `*` for any other: ids of Salesforce. There an order stands that shows nobody who
   * could have it.
   */
  readonly storeAccounts?: Readonly<Record<string, string>>
  /** What an order does while a person is asked who placed it: it waits, or stands at the Account of its store. Default: `wait`. */
  readonly whileAsked?: 'wait' | 'park'
  /** Are guests people? Without them an order of a guest stands at the Account of its store. Default: true. */
  readonly guests?: boolean
  /** The language of product names where neither the order's locale nor its language is there. Default: `en`. */
  readonly language?: string
}

const doc = `An order becomes a record of the package's own objects, with one record for each of its line items and custom line items.
It waits for whoever placed it, and is written with them in one call when both are new; of a customer who was deleted
meanwhile it is written without. A line that leaves the order is deleted. All amounts are in the order's own currency,
which stands beside them as its ISO code: they are numbers and not currency fields, so that no roll-up adds yen to euro.
All of it is the shop's to know: nothing flows back.
An order of a guest is written without a Contact and keeps the email; the order of a company keeps the key of its business unit.`

const owner = 'commerce'

/** One postal address in text fields of ours, beside who receives it. */
function place(prefix: string, at: string, order: StreetOrder): readonly FieldRule[] {
  const field = (part: string): string => `${prefix}${part}__c`
  return [
    { crm: field('Name'), commerce: `{${at}.firstName} {${at}.lastName} ?? ${at}.company`, owner, codec: name },
    { crm: field('Street'), commerce: streetOf(at, order), owner, codec: text },
    { crm: field('City'), commerce: `${at}.city`, owner, codec: text },
    { crm: field('Postal_Code'), commerce: `${at}.postalCode`, owner, codec: text },
    { crm: field('State'), commerce: `${at}.state ?? ${at}.region`, owner, codec: text },
    { crm: field('Country'), commerce: `${at}.country`, owner, codec: country },
  ]
}

function orderFields(prefix: string, street: StreetOrder): readonly FieldRule[] {
  const plainly = (part: string, commerce: string, codec: Codec = text): FieldRule => ({
    crm: `${prefix}${part}__c`,
    commerce,
    owner,
    codec,
    personal: false,
  })
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
    plainly('Shipping', 'taxedShippingPrice.totalGross ?? shippingInfo.price', money),
    plainly('Discount', 'discountOnTotalPrice.discountedAmount', money),
    plainly('Shipping_Method', 'shippingInfo.shippingMethodName'),
    plainly('Purchase_Order_Number', 'purchaseOrderNumber'),
    plainly('Store_Key', 'store.key'),
    plainly('Business_Unit_Key', 'businessUnit.key'),
    plainly('Country', 'country', country),
    plainly('Locale', 'locale'),
    plainly('Origin', 'origin'),
    { crm: `${prefix}Email__c`, commerce: 'customerEmail', owner, codec: email },
    ...place(`${prefix}Billing_`, 'billingAddress', street),
    ...place(`${prefix}Shipping_`, 'shippingAddress', street),
  ]
}

type LinePaths = { readonly sku: string | null; readonly unitPrice: string }

function lineFields(prefix: string, { sku, unitPrice }: LinePaths, language: string): readonly FieldRule[] {
  const named = localized({ locale: 'whole.locale', default: language })
  const plainly = (part: string, commerce: string, codec: Codec): FieldRule => ({
    crm: `${prefix}${part}__c`,
    commerce,
    owner,
    codec,
    personal: false,
  })
  return [
    { crm: 'Name', commerce: 'name', fallback: 'id', owner, codec: named, required: true, personal: false },
    // The record's name holds 80 characters, which a product's may well have.
    plainly('Product_Name', 'name', named),
    ...(sku === null ? [] : [plainly('Sku', sku, text)]),
    { crm: `${prefix}Quantity__c`, commerce: 'quantity', owner, personal: false },
    plainly('Unit_Price', unitPrice, money),
    plainly('Total', 'totalPrice', money),
    plainly('Tax', 'taxedPrice.totalTax', money),
  ]
}

/** Who placed it. Waits for a person who may still come: an order of nobody is of no use to anybody. */
function buyer(prefix: string, isPerson: boolean, options: OrderOrderOptions): readonly LinkRule[] {
  const { storeAccounts: at, whileAsked, guests } = options
  const parking: Parking | null =
    at === undefined || (whileAsked !== 'park' && guests !== false)
      ? null
      : { object: 'Account', by: 'store.key', at, whileAsked: whileAsked === 'park', ofNobody: guests === false }
  const of = { type: 'customer', id: 'customerId' }
  const link = (to: string): LinkRule => ({
    crm: `${prefix}${to}__c`,
    relationship: `${prefix}${to}__r`,
    mapping: 'customer-person',
    role: to.toLowerCase(),
    of,
    orGuest: 'guest-person',
    owner,
    required: false,
    ...(to === 'Account' && parking !== null && { parking }),
  })
  // A person who was found in Salesforce has no Account of ours: nobody waits for one.
  return isPerson ? [{ ...link('Account'), patient: true }] : [{ ...link('Contact'), patient: true }, link('Account')]
}

/** The mapping for these options. */
export function orderOrder(options: OrderOrderOptions = {}): Mapping {
  const prefix = options.fieldPrefix ?? 'CT_'
  const keyField = options.keyField ?? `${prefix}Id__c`
  const language = options.language ?? 'en'
  const match = [{ by: 'external-id', crm: keyField, commerce: 'key' }] as const
  const line = (role: string, list: string, paths: LinePaths): MappingPart => ({
    role,
    each: { of: list, id: 'id', whenGone: 'delete' },
    object: `${prefix}Order_Line__c`,
    match,
    fields: lineFields(prefix, paths, language),
    links: [
      {
        crm: `${prefix}Order__c`,
        relationship: `${prefix}Order__r`,
        mapping: 'order-order',
        role: 'order',
        of: 'self',
        owner: 'seed',
        required: true,
      },
    ],
    defaults: {},
  })
  return define({
    name: 'order-order',
    doc,
    commerce: 'order',
    keyField,
    parts: [
      {
        role: 'order',
        object: `${prefix}Order__c`,
        match,
        fields: orderFields(prefix, options.street ?? 'name-number'),
        links: buyer(prefix, options.people === 'person-account', options),
        defaults: {},
        deactivate: { [`${prefix}Deleted_At__c`]: { at: 'deletion' } },
      },
      ...(options.lines === 'none'
        ? []
        : [
            line('line', 'lineItems', { sku: 'variant.sku', unitPrice: 'price.discounted.value ?? price.value' }),
            line('custom-line', 'customLineItems', { sku: null, unitPrice: 'money' }),
          ]),
    ],
    deletion: 'unlink',
    creates: 'commerce',
    expand: ['state'],
    touchedBy: [],
  })
}
