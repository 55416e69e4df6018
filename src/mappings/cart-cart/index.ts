/** The mapping `cart-cart`: a cart that somebody left, and what became of it, as a record of the package's own object. */
import { define } from '../../core/define.ts'
import type { FieldRule, LinkRule, Mapping, MappingPart } from '../../model/mapping.ts'
import { country } from '../codecs/country.ts'
import { email } from '../codecs/email.ts'
import { items } from '../codecs/items.ts'
import { money } from '../codecs/money.ts'
import { name } from '../codecs/name.ts'
import { text } from '../codecs/text.ts'
import type { People } from '../customer-person/index.ts'
import { plainField } from '../plainField.ts'
import { cartSeen } from './state.ts'
import { type CartTaskOptions, cartTask, withTask } from './tasks.ts'

/** Where carts go: nowhere, or to the package's own object. */
export type Carts = 'none' | 'custom-object'

export type CartCartOptions = {
  readonly people?: People
  readonly keyField?: string
  readonly fieldPrefix?: string
  /** A cart that nobody changed for so long is abandoned. Default: four hours. */
  readonly abandonedAfterMs?: number
  /** From what value on, in units by ISO code of the currency, `*` for any other one. Default: any value. */
  readonly minimumValue?: Readonly<Record<string, number>>
  /** Where the shopper finds the cart again, as a template over the cart. Default: none. */
  readonly recoveryLink?: string
  /** Default: `en`. */
  readonly language?: string
  /** From what value on a cart that was left makes a Task as well, as for `minimumValue`. Default: none does. */
  readonly taskFrom?: Readonly<Record<string, number>>
  /** Of those Tasks: what was left longer ago makes none (default: seven days), their closed status, where a day begins. */
  readonly tasks?: Pick<CartTaskOptions, 'historyMs' | 'closedStatus' | 'timeZone'>
}

const doc = `A cart that was left alone for abandonedAfterMs, that somebody can be written to about (a customer, or a guest's email) and that is worth
minimumValue or more becomes a record. commercetools tells of no change of a cart, so carts are looked for: one query a minute.
A cart that has a record is followed: it is Active when its shopper comes back, and Ordered, Merged or Deleted (by hand, or by
its age) when it is over. What is ordered or merged before it was ever abandoned is never written.
The cart of a customer waits for them; that of a guest points at their Contact where an order of theirs made one, and keeps the email
in any case. An anonymous cart without an email is left alone. All of it is the shop's to know: nothing flows back.`

const owner = 'commerce'

function fieldsOf(prefix: string, language: string, recoveryLink: string | undefined): readonly FieldRule[] {
  const plainly = plainField(prefix)
  return [
    { crm: 'Name', commerce: 'key', fallback: 'id', owner, codec: name, required: true, personal: false },
    plainly('Status', 'derived.state', text),
    plainly('Changed_At', 'derived.changedAt'),
    plainly('Expires_At', 'derived.expiresAt'),
    plainly('Currency', 'totalPrice.currencyCode', text),
    plainly('Total', 'totalPrice', money),
    plainly('Items', 'derived.pieces'),
    plainly('Lines', 'lineItems ?? customLineItems', items({ language })),
    plainly('Store_Key', 'store.key', text),
    plainly('Business_Unit_Key', 'businessUnit.key', text),
    plainly('Country', 'country', country),
    plainly('Locale', 'locale', text),
    plainly('Order_Number', 'derived.orderNumber ?? derived.orderId', text),
    { crm: `${prefix}Email__c`, commerce: 'customerEmail', owner, codec: email },
    // Whoever has it may open the cart.
    ...(recoveryLink === undefined
      ? []
      : [{ crm: `${prefix}Recovery_Link__c`, commerce: recoveryLink, owner, codec: text } as const]),
  ]
}

/** Whose it is. A customer may still come; a guest is only looked for. */
function ownerLinks(prefix: string, isPerson: boolean): readonly LinkRule[] {
  const link = (to: string): LinkRule => ({
    crm: `${prefix}${to}__c`,
    relationship: `${prefix}${to}__r`,
    mapping: 'customer-person',
    role: to.toLowerCase(),
    of: { type: 'customer', id: 'customerId' },
    orKnownGuest: 'guest-person',
    owner,
    required: false,
  })
  return isPerson ? [{ ...link('Account'), patient: true }] : [{ ...link('Contact'), patient: true }, link('Account')]
}

/** The mapping for these options. Throws a RangeError when the template of the recovery link is none. */
export function cartCart(options: CartCartOptions = {}): Mapping {
  const prefix = options.fieldPrefix ?? 'CT_'
  const keyField = options.keyField ?? `${prefix}Id__c`
  const afterMs = options.abandonedAfterMs ?? 14_400_000
  const { taskFrom, tasks = {}, language = 'en' } = options
  const isPerson = options.people === 'person-account'
  const seen = cartSeen({ afterMs, minimum: options.minimumValue ?? {} })
  const part: MappingPart = {
    role: 'cart',
    object: `${prefix}Cart__c`,
    match: [{ by: 'external-id', crm: keyField, commerce: 'key' }],
    fields: fieldsOf(prefix, language, options.recoveryLink),
    links: ownerLinks(prefix, isPerson),
    defaults: {},
    deactivate: { [`${prefix}Status__c`]: 'Deleted', [`${prefix}Deleted_At__c`]: { at: 'deletion' } },
  }
  return define({
    name: 'cart-cart',
    doc,
    commerce: 'cart',
    keyField,
    parts: [part, ...(taskFrom === undefined ? [] : [cartTask({ ...tasks, keyField, fieldPrefix: prefix }, isPerson)])],
    deletion: 'deactivate',
    creates: 'commerce',
    expand: [],
    touchedBy: [],
    polled: {
      afterMs,
      where: 'cartState = "Active" and (customerId is defined or customerEmail is defined)',
    },
    companions: [{ as: 'orders', type: 'order', by: 'cart', when: ({ cartState }) => cartState === 'Ordered' }],
    derive: taskFrom === undefined ? seen : withTask(seen, { ...tasks, from: taskFrom, language }),
    createsWhen: 'derived.isDue',
    endsWhen: 'derived.isOver',
  })
}
