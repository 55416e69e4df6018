/** What a customer is in Salesforce, field by field, and what is left of one who was erased. */
import { type Expected, emailOf, list, type Row, text } from './values.ts'

export type Expectation = {
  object: 'Account' | 'Contact'
  field: string
  expected: (customer: Row, crm: Row) => Expected
}

const addressOf = (customer: Row, which: string): Row | undefined => {
  const id = customer[which]
  return id === undefined ? undefined : list(customer.addresses).find(address => address.id === id)
}
export const billing = (customer: Row): Row | undefined => addressOf(customer, 'defaultBillingAddressId')
const shipping = (customer: Row): Row | undefined => addressOf(customer, 'defaultShippingAddressId')
const field = (object: Expectation['object'], name: string, expected: Expectation['expected']): Expectation => ({
  object,
  field: name,
  expected,
})
const is =
  (pick: (customer: Row) => unknown) =>
  (customer: Row): Expected => ({ is: text(pick(customer)) })

/** Full-width and Arabic digits as 0 to 9. */
const western = (value: string): string =>
  value.normalize('NFKC').replace(/[\u0660-\u0669\u06F0-\u06F9]/g, digit => String((digit.codePointAt(0) ?? 0) & 0xf))

/** Phones are rewritten to the international form; all that can be said without the same library is how they end. */
export const endsLike = (customer: Row, crm: Row | undefined, pick: (customer: Row) => unknown): boolean => {
  const digits = (value: unknown): string =>
    western(String(value ?? ''))
      .replace(/\s*(x|;?ext[.=]?|int\.?)\s*\d+$/i, '')
      .replace(/\D/g, '')
  const stored = crm?.Phone
  if (stored === null || stored === undefined) return true
  return String(stored).startsWith('+') && digits(pick(customer)).endsWith(digits(stored).slice(-4))
}

/** Cut where Salesforce cuts: the standard lengths of its address and name fields. */
const upTo =
  (length: number, pick: (customer: Row) => unknown) =>
  (customer: Row): Expected => ({ is: text(pick(customer))?.slice(0, length).trim() ?? null })

/** Salesforce puts it together itself, from the two parts as it keeps them. */
const personName = (customer: Row): Expected => {
  const [first, last] = [text(customer.firstName)?.slice(0, 40), text(customer.lastName)?.slice(0, 80)]
  return last === undefined ? 'some' : { is: text(`${first ?? ''} ${last}`) }
}

export const expectations = (groups: ReadonlyMap<string, string>): readonly Expectation[] => [
  field(
    'Contact',
    'FirstName',
    upTo(40, customer => customer.firstName),
  ),
  field('Contact', 'LastName', customer =>
    text(customer.lastName) === null ? 'some' : upTo(80, one => one.lastName)(customer),
  ),
  field('Contact', 'Email', customer => ({ is: emailOf(customer.email) })),
  field(
    'Contact',
    'Birthdate',
    is(customer => customer.dateOfBirth),
  ),
  field(
    'Contact',
    'MailingCity',
    upTo(40, customer => billing(customer)?.city),
  ),
  field(
    'Contact',
    'MailingPostalCode',
    upTo(20, customer => billing(customer)?.postalCode),
  ),
  field(
    'Contact',
    'MailingCountryCode',
    is(customer => billing(customer)?.country),
  ),
  field(
    'Contact',
    'OtherCity',
    upTo(40, customer => shipping(customer)?.city),
  ),
  field(
    'Contact',
    'OtherCountryCode',
    is(customer => shipping(customer)?.country),
  ),
  field(
    'Contact',
    'CT_Customer_Number__c',
    is(customer => customer.customerNumber),
  ),
  field(
    'Contact',
    'CT_Key__c',
    is(customer => customer.key),
  ),
  field(
    'Contact',
    'CT_External_Id__c',
    is(customer => customer.externalId),
  ),
  field('Contact', 'CT_Email_Verified__c', customer => ({ is: customer.isEmailVerified === true })),
  field('Contact', 'CT_Customer_Group__c', customer => {
    const group = customer.customerGroup as { id?: string } | undefined
    return { is: group?.id === undefined ? null : text(groups.get(group.id)) }
  }),
  field('Account', 'Name', (customer, account) => {
    if (account.IsPersonAccount === true) return personName(customer)
    const name =
      text(customer.companyName) ?? text(`${text(customer.firstName) ?? ''} ${text(customer.lastName) ?? ''}`)
    return name === null ? 'some' : { is: name.slice(0, 255).trim() }
  }),
  field(
    'Account',
    'CT_Vat_Id__c',
    is(customer => customer.vatId),
  ),
  field(
    'Account',
    'CT_Company_Name__c',
    is(customer => customer.companyName),
  ),
  field(
    'Account',
    'BillingCity',
    upTo(40, customer => billing(customer)?.city),
  ),
  field(
    'Account',
    'ShippingCity',
    upTo(40, customer => shipping(customer)?.city),
  ),
]

/** What is left of a person who was erased: what Salesforce requires says so, and nothing of theirs says anything. */
const personal: Readonly<Record<Expectation['object'], readonly string[]>> = {
  Account: ['BillingStreet', 'BillingCity', 'ShippingStreet', 'ShippingCity', 'Phone', 'PersonEmail', 'FirstName'],
  Contact: ['FirstName', 'Email', 'Phone', 'MobilePhone', 'Birthdate', 'MailingStreet', 'MailingCity', 'OtherCity'],
}
const ours: Readonly<Record<Expectation['object'], readonly string[]>> = {
  Account: ['CT_Id__c', 'CT_Company_Name__c', 'CT_Vat_Id__c'],
  Contact: ['CT_Id__c', 'CT_Customer_Number__c', 'CT_Key__c', 'CT_External_Id__c'],
}
export const isErased = (object: Expectation['object'], row: Row): boolean =>
  row[object === 'Account' && row.IsPersonAccount !== true ? 'Name' : 'LastName'] === 'Anonymised' &&
  [...personal[object], ...ours[object]].every(name => text(row[name]) === null)
