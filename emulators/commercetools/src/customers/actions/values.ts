/** Update actions that set one value: names, numbers, email, locale, authentication mode. */
import type { Customer } from '../../model/entities.ts'
import { invalidField, invalidOperation, requiredField } from '../../model/errors.ts'
import { optionalText, text } from '../../model/json.ts'
import { withValue } from '../../model/rows.ts'
import { authentication, checkCustomerNumber } from '../create.ts'
import { checkDate, checkEmail, checkKey, checkLocale, PASSWORD_MARKER } from '../fields.ts'
import { checkEmailFree, checkFree } from '../unique.ts'
import type { Action, Actions } from './change.ts'

type Text =
  | 'firstName'
  | 'lastName'
  | 'middleName'
  | 'title'
  | 'salutation'
  | 'companyName'
  | 'vatId'
  | 'externalId'
  | 'dateOfBirth'
  | 'locale'
  | 'key'

/** Locale, VAT id, key, salutation and middle name change without a message, as in the real API. */
function set(
  field: Text,
  message: string | null,
  check: (value: string | undefined, at: Parameters<Action>) => string | undefined = value => value,
): Action {
  return (...at) => {
    const [customer, action] = at
    const value = check(optionalText(action, field), at)
    if (customer[field] === value) return null
    const changed = withValue(customer, field, value)
    if (message === null) return { customer: changed }
    return { customer: changed, messages: [{ type: message, ...(value === undefined ? {} : { [field]: value }) }] }
  }
}

export const values: Actions = {
  setFirstName: set('firstName', 'CustomerFirstNameSet'),
  setLastName: set('lastName', 'CustomerLastNameSet'),
  setMiddleName: set('middleName', null),
  setTitle: set('title', 'CustomerTitleSet'),
  setSalutation: set('salutation', null),
  setCompanyName: set('companyName', 'CustomerCompanyNameSet'),
  setVatId: set('vatId', null),
  setExternalId: set('externalId', 'CustomerExternalIdSet'),
  setDateOfBirth: set('dateOfBirth', 'CustomerDateOfBirthSet', value => checkDate(value, 'dateOfBirth')),
  setLocale: set('locale', null, (value, [, , { project }]) => checkLocale(value, project)),
  setKey: set('key', null, (value, [customer, , { project }]) => {
    checkFree(project, customer.id, 'key', checkKey(value))
    return value
  }),

  setCustomerNumber(customer, action, { project }) {
    const value = checkCustomerNumber(optionalText(action, 'customerNumber'))
    if (customer.customerNumber === value) return null
    if (customer.customerNumber !== undefined) {
      throw invalidField('customerNumber', value ?? null)
    }
    checkFree(project, customer.id, 'customerNumber', value)
    return { customer: withValue(customer, 'customerNumber', value) }
  },

  changeEmail(customer, action, { project }) {
    const email = checkEmail(text(action, 'email'))
    if (email === customer.email) return null
    checkEmailFree(project, customer.id, email, customer.stores)
    return {
      customer: { ...customer, email, isEmailVerified: false },
      messages: [{ type: 'CustomerEmailChanged', email, oldEmail: customer.email }],
    }
  },

  setAuthenticationMode(customer, action) {
    const mode: Customer['authenticationMode'] = authentication(text(action, 'authMode'))
    const password = optionalText(action, 'password')
    if (mode === customer.authenticationMode) return null
    if (mode === 'Password') {
      if (password === undefined) throw requiredField('password')
      return { customer: { ...customer, authenticationMode: mode, password: PASSWORD_MARKER } }
    }
    if (password !== undefined) {
      throw invalidOperation("A password can not be set for a customer with authentication mode 'ExternalAuth'.")
    }
    return { customer: { ...withValue(customer, 'password', undefined), authenticationMode: mode } }
  },
}
