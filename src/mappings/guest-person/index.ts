/** The mapping `guest-person`: somebody who buys without an account, as a Contact in an Account of its own, or as a person account. */
import { define } from '../../core/define.ts'
import type { FallbackRule, FieldRule, Mapping } from '../../model/mapping.ts'
import { email } from '../codecs/email.ts'
import { keys } from '../codecs/keys.ts'
import { locale } from '../codecs/locale.ts'
import { name } from '../codecs/name.ts'
import { phone } from '../codecs/phone.ts'
import { text } from '../codecs/text.ts'
import { address } from '../customer-person/address.ts'
import { personParts } from '../customer-person/personParts.ts'
import type { StreetOrder } from '../customer-person/street.ts'
import { firstName } from './firstName.ts'

/** Of whom two guest orders with one email are: one person of the project, or one of each store. */
export type GuestScope = 'project' | 'store'

export type GuestPersonOptions = {
  readonly people?: 'contact-with-own-account' | 'person-account'
  readonly recordType?: string
  readonly keyField?: string
  readonly fieldPrefix?: string
  readonly street?: StreetOrder
  /** Which of the order's addresses is the billing one, as a path. Default: `billingAddress`. */
  readonly billing?: string
  /** Which of the order's addresses is the shipping one, as a path. Default: `shippingAddress`. */
  readonly shipping?: string
  /** Default: `project`. */
  readonly scope?: GuestScope
}

const doc = `An order that names no customer but an email is a guest's. However many orders they place, a guest becomes one person, in
the same form as a customer: a Contact in an Account of its own. The key is made from the project and the email (and the store, if
sync.config.ts says so); an order without an email, or with one that Salesforce could not hold, makes nobody.
The fields come from the newest order, and what it does not say from the two before it.
A guest whom Salesforce knows already is found by email, where the last name agrees: nobody has proved that an order's email is
theirs. What is unsure is a conflict for a person.
A guest who signs up with the same email becomes that customer: same Contact, same Account, under the customer's key. From then on the
customer's values count, and a guest order of theirs leads to the customer's record and writes nothing there.`

const personDoc = `A guest becomes one record: a person account, for which the platform keeps the Contact itself.
The fields are those of the two records of the other form, under the names that person accounts have for them.`

const owner = 'commerce'

type Setting = Required<Pick<GuestPersonOptions, 'fieldPrefix' | 'street' | 'billing' | 'shipping'>>

function accountFields({ fieldPrefix, street, billing, shipping }: Setting): readonly FieldRule[] {
  const nameAt = (at: string): string => `{${at}.firstName} {${at}.lastName}`
  return [
    {
      crm: 'Name',
      commerce: `${billing}.company ?? ${nameAt(billing)} ?? ${shipping}.company ?? ${nameAt(shipping)}`,
      fallback: 'customerEmail',
      owner,
      codec: name,
      required: true,
    },
    { crm: 'Phone', commerce: `${billing}.phone`, owner: 'seed', codec: phone({ country: `${billing}.country` }) },
    ...address('Billing', billing, owner, street),
    ...address('Shipping', shipping, owner, street),
    { crm: `${fieldPrefix}Company_Name__c`, commerce: `${billing}.company`, owner, codec: name },
  ]
}

function contactFields({ fieldPrefix, street, billing, shipping }: Setting): readonly FieldRule[] {
  const phones = {
    billing: phone({ country: `${billing}.country` }),
    shipping: phone({ country: `${shipping}.country` }),
  }
  const either = (field: string): string => `${billing}.${field} ?? ${shipping}.${field}`
  return [
    { crm: 'Salutation', commerce: `${billing}.salutation`, owner, codec: text },
    { crm: 'FirstName', commerce: either('firstName'), owner, codec: firstName({ billing, shipping }) },
    {
      crm: 'LastName',
      commerce: either('lastName'),
      fallback: `${either('company')} ?? customerEmail|local`,
      owner,
      codec: name,
      required: true,
    },
    { crm: 'Title', commerce: `${billing}.title`, owner: 'seed', codec: text },
    { crm: 'Email', commerce: 'customerEmail', owner, codec: email },
    { crm: 'Phone', commerce: `${billing}.phone`, owner, codec: phones.billing },
    { crm: 'MobilePhone', commerce: `${billing}.mobile`, owner, codec: phones.billing },
    { crm: 'OtherPhone', commerce: `${shipping}.phone`, owner, codec: phones.shipping },
    ...address('Mailing', billing, owner, street),
    ...address('Other', shipping, owner, street),
    { crm: `${fieldPrefix}Locale__c`, commerce: 'locale', owner, codec: locale(), personal: false },
    { crm: `${fieldPrefix}Store_Keys__c`, commerce: 'store.key', owner, codec: keys, personal: false },
  ]
}

/** As for customers, but for the proof: nobody verifies the email of an order. */
const byEmail: FallbackRule = {
  by: 'fallback',
  crm: 'Email',
  commerce: 'customerEmail',
  agree: ['LastName'],
  corroborate: ['LastName'],
}

/** The mapping for these options. Throws a RangeError when an address path among them is no expression. */
export function guestPerson(options: GuestPersonOptions = {}): Mapping {
  const fieldPrefix = options.fieldPrefix ?? 'CT_'
  const keyField = options.keyField ?? `${fieldPrefix}Id__c`
  const setting: Setting = {
    fieldPrefix,
    street: options.street ?? 'name-number',
    billing: options.billing ?? 'billingAddress',
    shipping: options.shipping ?? 'shippingAddress',
  }
  const isPerson = options.people === 'person-account'
  return define({
    name: 'guest-person',
    doc: isPerson ? personDoc : doc,
    commerce: 'guest',
    keyField,
    appearsIn: {
      in: 'order',
      unless: 'customerId',
      email: 'customerEmail',
      ...(options.scope === 'store' && { scope: 'store.key' }),
    },
    parts: personParts({
      mapping: 'guest-person',
      keyField,
      fieldPrefix,
      isPerson,
      recordType: options.recordType,
      byEmail,
      account: accountFields(setting),
      contact: contactFields(setting),
    }),
    deletion: 'unlink',
    creates: 'commerce',
    expand: [],
    touchedBy: [],
  })
}
