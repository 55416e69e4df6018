/** The mapping `customer-person`: a commercetools customer as a Contact in an Account of its own, or as a person account. */
import { define } from '../../core/define.ts'
import type { Codec, FallbackRule, FieldRule, Mapping, Sharing } from '../../model/mapping.ts'
import { date } from '../codecs/date.ts'
import { email } from '../codecs/email.ts'
import { expanded } from '../codecs/expanded.ts'
import { keys } from '../codecs/keys.ts'
import { locale } from '../codecs/locale.ts'
import { name } from '../codecs/name.ts'
import { phone } from '../codecs/phone.ts'
import { text } from '../codecs/text.ts'
import { address } from './address.ts'
import { personParts } from './personParts.ts'
import type { StreetOrder } from './street.ts'

export type People = 'contact-with-own-account' | 'person-account'

export type CustomerPersonOptions = {
  /** One record a customer or two. Default: two, which every org can hold. */
  readonly people?: People
  /** Record type of new Accounts, by developer name or id. Default: the org's own choice, or `PersonAccount` for person accounts. */
  readonly recordType?: string
  /** Our external ID field on both objects. Default: the prefix and `Id__c`. */
  readonly keyField?: string
  /** What the package's other fields begin with, an org's namespace included (`acme__CT_`). Default `CT_`. */
  readonly fieldPrefix?: string
  /** How a street is written: `Hauptstraße 12` (default) or `12 Main Street`. */
  readonly street?: StreetOrder
  /** Which of the customer's addresses is the billing one, as a path. Default: the default billing address. */
  readonly billing?: string
  /** Which of the customer's addresses is the shipping one, as a path. Default: the default shipping address. */
  readonly shipping?: string
  /** The mapping of the guests that customers may have been. Default: none. */
  readonly guests?: string
}

const doc = `A customer becomes two records: a Contact for the person, in an Account of its own.
A person whom Salesforce knows already is found by email, where the email is verified or the last name agrees; what is unsure
is a conflict for a person. One who is found stays in the Account where they are, and none is made.
What the customer types in the shop is the shop's to know: those fields are commerce's, and the shop's next change of one
overwrites an edit of it in Salesforce. What sales comes to know better (the job title, the Account's phone, whose Account
the Contact belongs to) is filled once and then left alone. Nothing flows back unless sync.config.ts gives a field another owner.
Addresses are the default billing and the default shipping address; a customer without one has none here.`

const personDoc = `A customer becomes one record: a person account, for which the platform keeps the Contact itself.
The fields are those of the two records of the other form under the names that person accounts have for them. The Account's name is
made by Salesforce from first and last name, and its phone is the person's; nothing else differs.`

type Setting = Required<Omit<CustomerPersonOptions, 'people' | 'recordType' | 'guests'>> & {
  /** Each number is read with the country of the address that it stands in. */
  readonly phones: { readonly billing: Codec; readonly shipping: Codec }
}

function accountFields({ fieldPrefix, street, billing, shipping, phones }: Setting): readonly FieldRule[] {
  const owner = 'commerce'
  return [
    // The email stands in at creation only: a name that arrives later takes its place, and one that goes leaves it.
    {
      crm: 'Name',
      commerce: 'companyName ?? {firstName} {lastName}',
      fallback: 'email',
      owner,
      codec: name,
      required: true,
    },
    { crm: 'Phone', commerce: `${billing}.phone`, owner: 'seed', codec: phones.billing },
    ...address('Billing', billing, owner, street),
    ...address('Shipping', shipping, owner, street),
    { crm: `${fieldPrefix}Company_Name__c`, commerce: 'companyName', owner, codec: name },
    { crm: `${fieldPrefix}Vat_Id__c`, commerce: 'vatId', owner, codec: text },
  ]
}

function contactFields({ fieldPrefix, street, billing, shipping, phones }: Setting): readonly FieldRule[] {
  const owner = 'commerce'
  return [
    { crm: 'Salutation', commerce: 'salutation', owner, codec: text },
    { crm: 'FirstName', commerce: 'firstName', owner, codec: name },
    // Optional in the shop, required here.
    {
      crm: 'LastName',
      commerce: 'lastName',
      fallback: 'companyName ?? email|local',
      owner,
      codec: name,
      required: true,
    },
    // Salesforce means the job, commercetools the `Dr.`: a start for sales to put right.
    { crm: 'Title', commerce: 'title', owner: 'seed', codec: text },
    { crm: 'Email', commerce: 'email', owner, codec: email },
    { crm: 'Phone', commerce: `${billing}.phone`, owner, codec: phones.billing },
    { crm: 'MobilePhone', commerce: `${billing}.mobile`, owner, codec: phones.billing },
    { crm: 'OtherPhone', commerce: `${shipping}.phone`, owner, codec: phones.shipping },
    { crm: 'Birthdate', commerce: 'dateOfBirth', owner, codec: date },
    ...address('Mailing', billing, owner, street),
    ...address('Other', shipping, owner, street),
    { crm: `${fieldPrefix}Customer_Number__c`, commerce: 'customerNumber', owner, codec: text },
    { crm: `${fieldPrefix}Key__c`, commerce: 'key', owner, codec: text },
    { crm: `${fieldPrefix}External_Id__c`, commerce: 'externalId', owner, codec: text },
    { crm: `${fieldPrefix}Locale__c`, commerce: 'locale', owner, codec: locale(), personal: false },
    {
      crm: `${fieldPrefix}Customer_Group__c`,
      commerce: 'customerGroup.obj.name',
      owner,
      codec: expanded({ reference: 'customerGroup' }),
      personal: false,
    },
    { crm: `${fieldPrefix}Store_Keys__c`, commerce: 'stores', owner, codec: keys, personal: false },
    { crm: `${fieldPrefix}Email_Verified__c`, commerce: 'isEmailVerified', owner, personal: false },
  ]
}

/**
 * A person whom Salesforce knows already, by email. Shop emails are not proved unless the flag says so, and families share
 * one: so the last name must confirm it, or the shopper has; and a last name that says otherwise is for a person.
 */
const byEmail: FallbackRule = {
  by: 'fallback',
  crm: 'Email',
  commerce: 'email',
  when: 'isEmailVerified',
  agree: ['LastName'],
  corroborate: ['LastName'],
  lead: 'Email',
}

/**
 * Of several customers who are one person: each one's key and what tells them apart in a record of its own, found in the
 * related list of the person. Their profiles stay in the shop; the person's record shows that of the primary one.
 */
function sharing({ fieldPrefix }: Setting, of: 'account' | 'contact'): Sharing {
  const owner = 'commerce'
  const person = of === 'contact' ? 'Contact' : 'Account'
  return {
    of,
    part: {
      role: 'identity',
      object: `${fieldPrefix}Identity__c`,
      match: [],
      fields: [
        { crm: `${fieldPrefix}${person}__c`, commerce: 'sharing.record', owner, personal: false },
        { crm: `${fieldPrefix}Project__c`, commerce: 'sharing.project', owner, codec: text, personal: false },
        { crm: `${fieldPrefix}Store_Keys__c`, commerce: 'stores', owner, codec: keys, personal: false },
        { crm: `${fieldPrefix}Email__c`, commerce: 'email', owner, codec: email },
        { crm: `${fieldPrefix}Is_Primary__c`, commerce: 'sharing.primary', owner, personal: false },
      ],
      links: [],
      defaults: {},
    },
  }
}

/** The mapping for these options. Throws a RangeError when an address path among them is no expression. */
export function customerPerson(options: CustomerPersonOptions = {}): Mapping {
  const fieldPrefix = options.fieldPrefix ?? 'CT_'
  const billing = options.billing ?? 'addresses[@defaultBillingAddressId]'
  const shipping = options.shipping ?? 'addresses[@defaultShippingAddressId]'
  const phoneOf = (address: string): Codec => phone({ country: `${address}.country` })
  const setting: Setting = {
    fieldPrefix,
    keyField: options.keyField ?? `${fieldPrefix}Id__c`,
    street: options.street ?? 'name-number',
    billing,
    shipping,
    phones: { billing: phoneOf(billing), shipping: phoneOf(shipping) },
  }
  const isPerson = options.people === 'person-account'
  return define({
    name: 'customer-person',
    doc: isPerson ? personDoc : doc,
    commerce: 'customer',
    keyField: setting.keyField,
    ...(options.guests !== undefined && {
      takesOver: { mapping: options.guests, email: 'email', scopes: 'stores' },
    }),
    parts: personParts({
      mapping: 'customer-person',
      keyField: setting.keyField,
      fieldPrefix,
      isPerson,
      recordType: options.recordType,
      byEmail,
      account: accountFields(setting),
      contact: contactFields(setting),
    }),
    sharing: sharing(setting, isPerson ? 'account' : 'contact'),
    deletion: 'unlink',
    creates: 'commerce',
    expand: ['customerGroup'],
    touchedBy: [{ type: 'customer-group', where: 'customerGroup(id in (:ids))', shown: 'customerGroup.id' }],
  })
}
