/** The mapping `order-order`: a commercetools order with its lines, as records of the objects that the settings choose. */
import { define } from '../../core/define.ts'
import type { Mapping, Parking } from '../../model/mapping.ts'
import type { OrgCurrency } from '../codecs/summed.ts'
import type { People } from '../customer-person/index.ts'
import type { StreetOrder } from '../customer-person/street.ts'
import { customDoc, customParts } from './customObject.ts'
import { placedWithin } from './placed.ts'
import { standardDoc, standardParts } from './standard.ts'
import type { Lines, Payments, Target } from './target.ts'

/** Where orders go: nowhere, to the package's own objects, or to Salesforce's Order and OrderItem. */
export type Orders = 'none' | 'custom-object' | 'order'

export type OrderOrderOptions = {
  /** As for `customer-person`: it says which record a buyer is. */
  readonly people?: People
  readonly keyField?: string
  readonly fieldPrefix?: string
  readonly street?: StreetOrder
  /** Each line item a record of its own, all of them one text of the order, or none. Each record costs the org 2 KB. Default: `rows`. */
  readonly lines?: Lines
  /** What was charged and refunded; `none` for who does not let payments be read. Default: `amounts`. */
  readonly payments?: Payments
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
  /** An order that was placed more days ago gets no record any more. Default: all get one. */
  readonly newForDays?: number
  /** Default: `custom-object`. */
  readonly target?: Exclude<Orders, 'none'>
  /** Of `order`: where a day begins. Default: `UTC`. */
  readonly timeZone?: string
  /** Of `order`: the status of a new order, one of the category Draft. Default: `Draft`. */
  readonly draftStatus?: string
  /** Of `order`: the org's only currency, where it has only one. */
  readonly currency?: OrgCurrency
  /** Of `order`: are quotes deals? Then an order that came of one points at it. Default: false. */
  readonly quotes?: boolean
}

function parkingOf({ storeAccounts: at, whileAsked, guests, target }: OrderOrderOptions): Parking | null {
  // Salesforce's own Order cannot do without an Account.
  const ofNobody = guests === false || target === 'order'
  if (at === undefined || (whileAsked !== 'park' && !ofNobody)) return null
  return { object: 'Account', by: 'store.key', at, whileAsked: whileAsked === 'park', ofNobody }
}

const expanded = [
  'state',
  'discountCodes[*].discountCode',
  'lineItems[*].supplyChannel',
  'lineItems[*].distributionChannel',
]

/** The mapping for these options. */
export function orderOrder(options: OrderOrderOptions = {}): Mapping {
  const prefix = options.fieldPrefix ?? 'CT_'
  const keyField = options.keyField ?? `${prefix}Id__c`
  const { newForDays } = options
  const withPayments = (options.payments ?? 'amounts') !== 'none'
  const isStandard = options.target === 'order'
  const target: Target = {
    prefix,
    match: [{ by: 'external-id', crm: keyField, commerce: 'key' }],
    isPerson: options.people === 'person-account',
    street: options.street ?? 'name-number',
    language: options.language ?? 'en',
    lines: options.lines ?? 'rows',
    payments: options.payments ?? 'amounts',
    parking: parkingOf(options),
    timeZone: options.timeZone ?? 'UTC',
    draftStatus: options.draftStatus ?? 'Draft',
    currency: options.currency ?? null,
    quotes: isStandard && options.quotes === true,
  }
  return define({
    name: 'order-order',
    doc: isStandard ? standardDoc : customDoc,
    commerce: 'order',
    keyField,
    parts: isStandard ? standardParts(target) : customParts(target),
    deletion: 'unlink',
    creates: 'commerce',
    expand: [...expanded, ...(target.quotes ? ['quote'] : []), ...(withPayments ? ['paymentInfo.payments[*]'] : [])],
    ...(newForDays !== undefined && { derive: placedWithin(newForDays), createsWhen: 'derived.isRecent' }),
    touchedBy: withPayments
      ? [{ type: 'payment', where: 'paymentInfo(payments(id in (:ids)))', shown: 'paymentInfo.payments' }]
      : [],
  })
}
