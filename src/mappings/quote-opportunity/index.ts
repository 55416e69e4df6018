/** The mapping `quote-opportunity`: a negotiation, from the request to the order, as one Opportunity. */
import { define } from '../../core/define.ts'
import type { FieldRule, LinkRule, Mapping, MappingPart } from '../../model/mapping.ts'
import { country } from '../codecs/country.ts'
import { dayIn } from '../codecs/dayIn.ts'
import { items } from '../codecs/items.ts'
import { money } from '../codecs/money.ts'
import { name } from '../codecs/name.ts'
import { type OrgCurrency, summed } from '../codecs/summed.ts'
import { text } from '../codecs/text.ts'
import type { People } from '../customer-person/index.ts'
import { plainField } from '../plainField.ts'
import { defaultStages, negotiated } from './standing.ts'

/** Where quotes go: nowhere, or to Salesforce's Opportunity. */
export type Quotes = 'none' | 'opportunity'

export type QuoteOpportunityOptions = {
  readonly people?: People
  readonly keyField?: string
  readonly fieldPrefix?: string
  /** The org's only currency, where it has only one. */
  readonly currency?: OrgCurrency
  /** Stages by state (`quote.Pending`), beside or instead of the ready-made ones. */
  readonly stages?: Readonly<Partial<Record<string, string>>>
  /** Default: 30. */
  readonly closesAfterDays?: number
  /** By developer name or id; of a sales process of its own. Default: the user's own. */
  readonly recordType?: string
  /** Default: `en`. */
  readonly language?: string
  /** Where a day begins. Default: `UTC`. */
  readonly timeZone?: string
}

const doc = `A negotiation becomes one Opportunity: it begins with the request for a quote and follows the seller's draft, the offers, and the order
that comes of them. Its stage is that of the latest of these, its amount that of the order, else of the newest offer, else of what
was asked for. It closes on the day of the order, or on the day until which the offer holds. Whoever asked is its contact role.
A change of a staged quote, a quote or an order is told to the request, so that each is read along with the others, once.
Name and owner are sales' own after the first write; all else is the shop's to know: nothing flows back.`

const owner = 'commerce'

function fieldsOf(options: QuoteOpportunityOptions, prefix: string): readonly FieldRule[] {
  const ours = plainField(prefix, text)
  const language = options.language ?? 'en'
  return [
    // People call their deals as they like.
    {
      crm: 'Name',
      commerce: 'purchaseOrderNumber ?? key',
      fallback: 'id',
      owner: 'seed',
      codec: name,
      required: true,
      personal: false,
    },
    { crm: 'StageName', commerce: 'derived.stage', owner, codec: text, required: true, personal: false },
    {
      crm: 'CloseDate',
      commerce: 'derived.closesAt',
      owner,
      codec: dayIn(options.timeZone ?? 'UTC'),
      required: true,
      personal: false,
    },
    {
      crm: 'Amount',
      commerce: 'derived.basket.totalPrice',
      owner,
      codec: summed(options.currency ?? null),
      personal: false,
    },
    {
      crm: 'CurrencyIsoCode',
      commerce: 'derived.currency',
      owner: 'seed',
      codec: text,
      optional: true,
      vital: true,
      personal: false,
    },
    ours('Quote_State', 'derived.state'),
    ours('Currency', 'derived.currency'),
    ours('Total', 'derived.basket.totalPrice', money),
    ours('Lines', 'derived.state', items({ language, at: 'derived.basket' })),
    { crm: `${prefix}Rounds__c`, commerce: 'derived.rounds', owner, personal: false },
    { crm: `${prefix}Valid_Until__c`, commerce: 'derived.validTo', owner, personal: false },
    { crm: `${prefix}Requested_At__c`, commerce: 'createdAt', owner, personal: false },
    ours('Order_Number', 'derived.orderNumber'),
    ours('Purchase_Order_Number', 'purchaseOrderNumber'),
    ours('Store_Key', 'store.key'),
    ours('Business_Unit_Key', 'businessUnit.key'),
    ours('Country', 'country', country),
    { crm: `${prefix}Buyer_Comment__c`, commerce: 'derived.buyerComment', owner, codec: text },
    { crm: `${prefix}Seller_Comment__c`, commerce: 'derived.sellerComment', owner, codec: text },
  ]
}

const whoAsked = { mapping: 'customer-person', owner, patient: true } as const

function account(isPerson: boolean): LinkRule {
  const link: LinkRule = {
    ...whoAsked,
    crm: 'AccountId',
    relationship: 'Account',
    role: 'account',
    of: { type: 'customer', id: 'derived.customer.id' },
    required: false,
  }
  return isPerson ? link : { ...link, orWhere: { role: 'contact', field: 'AccountId', object: 'Account' } }
}

/** Salesforce keeps the role of a contact in a deal as a record of its own. One who no longer has it is left there: they had. */
const contactRole: MappingPart = {
  role: 'contact-role',
  each: { of: 'derived.people', id: 'id', whenGone: 'unlink' },
  object: 'OpportunityContactRole',
  match: [],
  fields: [],
  links: [
    {
      crm: 'OpportunityId',
      relationship: 'Opportunity',
      mapping: 'quote-opportunity',
      role: 'opportunity',
      of: 'self',
      byId: true,
      owner: 'seed',
      required: true,
    },
    {
      ...whoAsked,
      crm: 'ContactId',
      relationship: 'Contact',
      role: 'contact',
      of: { type: 'customer', id: 'id' },
      owner: 'seed',
      required: true,
    },
  ],
  defaults: { IsPrimary: true },
}

/** The mapping for these options. Throws a RangeError for a time zone that there is not. */
export function quoteOpportunity(options: QuoteOpportunityOptions = {}): Mapping {
  const prefix = options.fieldPrefix ?? 'CT_'
  const keyField = options.keyField ?? `${prefix}Id__c`
  const isPerson = options.people === 'person-account'
  const match: MappingPart['match'] = [{ by: 'external-id', crm: keyField, commerce: 'key' }]
  const opportunity: MappingPart = {
    role: 'opportunity',
    object: 'Opportunity',
    match,
    fields: fieldsOf(options, prefix),
    links: [account(isPerson)],
    defaults: options.recordType === undefined ? {} : { RecordTypeId: { recordType: options.recordType } },
    deactivate: { [`${prefix}Deleted_At__c`]: { at: 'deletion' } },
  }
  return define({
    name: 'quote-opportunity',
    doc,
    commerce: 'quote-request',
    keyField,
    // The Contact of a person account cannot be named by a key.
    parts: isPerson ? [opportunity] : [opportunity, { ...contactRole, match }],
    deletion: 'unlink',
    creates: 'commerce',
    expand: [],
    touchedBy: [
      { type: 'staged-quote', names: 'quoteRequest.id' },
      { type: 'quote', names: 'quoteRequest.id' },
      { type: 'order', names: 'quote.id', as: 'quote' },
    ],
    companions: [
      { as: 'stagedQuotes', type: 'staged-quote', by: 'quoteRequest' },
      { as: 'quotes', type: 'quote', by: 'quoteRequest' },
      { as: 'orders', type: 'order', by: 'quote', of: 'quotes' },
    ],
    derive: negotiated({
      stages: { ...defaultStages, ...options.stages },
      closesAfterDays: options.closesAfterDays ?? 30,
    }),
  })
}
