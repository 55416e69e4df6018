/** Orders as records of the package's own objects: no products and no price books, for shops that sell more than sales works with. */
import type { LinkRule, MappingPart } from '../../model/mapping.ts'
import {
  addressFields,
  type LinePaths,
  lineFields,
  lineParts,
  orderFields,
  paymentFields,
  productName,
  summaryFields,
} from './fields.ts'
import type { Target } from './target.ts'

export const customDoc = `An order becomes a record of the package's own objects, with one record for each of its line items and custom line items.
It waits for whoever placed it, and is written with them in one call when both are new; of a customer who was deleted
meanwhile it is written without. A line that leaves the order is deleted. All amounts are in the order's own currency,
which stands beside them as its ISO code: they are numbers and not currency fields, so that no roll-up adds yen to euro.
All of it is the shop's to know: nothing flows back.
An order of a guest is written without a Contact and keeps the email; the order of a company keeps the key of its business unit.`

/** Who placed it. Waits for a person who may still come: an order of nobody is of no use to anybody. */
function buyer({ prefix, isPerson, parking }: Target): readonly LinkRule[] {
  const of = { type: 'customer', id: 'customerId' }
  const link = (to: string): LinkRule => ({
    crm: `${prefix}${to}__c`,
    relationship: `${prefix}${to}__r`,
    mapping: 'customer-person',
    role: to.toLowerCase(),
    of,
    orGuest: 'guest-person',
    owner: 'commerce',
    required: false,
    ...(to === 'Account' && parking !== null && { parking }),
  })
  // A person who was found in Salesforce has no Account of ours: nobody waits for one.
  return isPerson ? [{ ...link('Account'), patient: true }] : [{ ...link('Contact'), patient: true }, link('Account')]
}

/** The parts of an order in `CT_Order__c` and `CT_Order_Line__c`, or whatever the prefix makes of these names. */
export function customParts(target: Target): readonly MappingPart[] {
  const { prefix, match, street, language, lines, payments } = target
  const line = (role: string, list: string, paths: LinePaths): MappingPart => ({
    role,
    each: { of: list, id: 'id', whenGone: 'delete' },
    object: `${prefix}Order_Line__c`,
    match,
    fields: [
      // The record's name holds 80 characters, and a product's may well have more: that one is among the fields.
      {
        crm: 'Name',
        commerce: 'name',
        fallback: 'id',
        owner: 'commerce',
        codec: productName(language),
        required: true,
        personal: false,
      },
      ...lineFields(prefix, paths, language),
    ],
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
  return [
    {
      role: 'order',
      object: `${prefix}Order__c`,
      match,
      fields: [
        ...orderFields(prefix),
        ...addressFields(prefix, street),
        ...paymentFields(prefix, payments),
        ...summaryFields(prefix, lines, language),
      ],
      links: buyer(target),
      defaults: {},
      deactivate: { [`${prefix}Deleted_At__c`]: { at: 'deletion' } },
    },
    ...(lines === 'rows' ? lineParts.map(one => line(...one)) : []),
  ]
}
