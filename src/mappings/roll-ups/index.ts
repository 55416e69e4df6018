/** What a person bought in all, on their record: added to the mappings of people, where it is switched on. */
import { define } from '../../core/define.ts'
import type { FieldRule, Mapping } from '../../model/mapping.ts'
import type { Companion, Touch } from '../../model/watched.ts'
import type { OrgCurrency } from '../codecs/summed.ts'
import { text } from '../codecs/text.ts'
import { plainField } from '../plainField.ts'
import { keptOfCart, keptOfOrder, rolledUp } from './rolledUp.ts'

/** Where roll-ups stand: nowhere, on the Contact (of a person account: on the Account), or on their own Account as well. */
export type RollUps = 'none' | 'person' | 'person-and-account'

export type RollUpOptions = {
  readonly fieldPrefix?: string
  readonly people?: 'contact-with-own-account' | 'person-account'
  readonly currency?: OrgCurrency
  /** Whether carts are looked for: without that nobody tells of the last one. */
  readonly carts: boolean
  readonly where: Exclude<RollUps, 'none'>
}

const doc = `What the person bought in all is counted from their orders each time, never added up: number, totals by currency, average, first
and last order. An order that changes brings its person along.`

const orders: Companion = { as: 'placed', type: 'order', by: 'customerId', isId: true, seen: true, keeps: keptOfOrder }
const carts: Companion = {
  as: 'left',
  type: 'cart',
  by: 'customerId',
  isId: true,
  where: 'cartState = "Active"',
  keeps: keptOfCart,
}

function fieldsOf(prefix: string, isCartKnown: boolean): readonly FieldRule[] {
  const plainly = plainField(prefix)
  return [
    plainly('Order_Count', 'derived.rollUp.orders'),
    plainly('Order_Total', 'derived.rollUp.total'),
    plainly('Order_Currency', 'derived.rollUp.currency', text),
    plainly('Order_Average', 'derived.rollUp.average'),
    plainly('Order_Totals', 'derived.rollUp.totals', text),
    plainly('First_Order_At', 'derived.rollUp.first'),
    plainly('Last_Order_At', 'derived.rollUp.last'),
    ...(isCartKnown ? [plainly('Last_Cart_At', 'derived.rollUp.lastCart')] : []),
  ]
}

/** The mapping of a kind of people with these fields. A guest has no carts: a cart names no guest. */
export function withRollUps(mapping: Mapping, options: RollUpOptions): Mapping {
  const isPerson = options.people === 'person-account'
  const isCustomer = mapping.appearsIn === undefined
  const isCartKnown = options.carts && isCustomer
  const fields = fieldsOf(options.fieldPrefix ?? 'CT_', isCartKnown)
  // Of a person account the Account's own fields: they need no permission of their own beside those of other orgs.
  const ofRole = (role: string): readonly FieldRule[] =>
    isPerson || role === 'contact' || options.where === 'person-and-account' ? fields : []
  const touches = (type: string): Touch => ({ type, names: 'customerId' })
  return define({
    ...mapping,
    doc: `${mapping.doc}\n${doc}`,
    parts: mapping.parts.map(part => ({ ...part, fields: [...part.fields, ...ofRole(part.role)] })),
    companions: [...(mapping.companions ?? []), orders, ...(isCartKnown ? [carts] : [])],
    derive: rolledUp(options.currency ?? null),
    touchedBy: [
      ...mapping.touchedBy,
      ...(isCustomer ? [touches('order')] : []),
      ...(isCartKnown ? [touches('cart')] : []),
    ],
  })
}
