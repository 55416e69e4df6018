/** Update actions on the addresses of a customer and on what each address is for. */
import type { Address, Customer } from '../../model/entities.ts'
import { type JsonObject, sameJson } from '../../model/json.ts'
import { withValue } from '../../model/rows.ts'
import { address, addressDraft, addressId, checkAddressKeys, named, optionallyNamed, rolesOf } from '../address.ts'
import type { Action, Actions } from './change.ts'

type Role = {
  ids: 'shippingAddressIds' | 'billingAddressIds'
  main: 'defaultShippingAddressId' | 'defaultBillingAddressId'
  word: string
}
const shipping: Role = { ids: 'shippingAddressIds', main: 'defaultShippingAddressId', word: 'Shipping' }
const billing: Role = { ids: 'billingAddressIds', main: 'defaultBillingAddressId', word: 'Billing' }

const addId =
  ({ ids, word }: Role): Action =>
  (customer, action) => {
    const found = named(customer, action)
    if (customer[ids].includes(found.id)) return null
    return {
      customer: { ...customer, [ids]: [...customer[ids], found.id] },
      messages: [{ type: `Customer${word}AddressAdded`, address: found }],
    }
  }

const removeId =
  (role: Role): Action =>
  (customer, action) => {
    const found = named(customer, action)
    if (!customer[role.ids].includes(found.id)) return null
    return {
      customer: withoutRole(customer, role, found.id),
      messages: [{ type: `Customer${role.word}AddressRemoved`, address: found }],
    }
  }

/** Without an address named, the default is unset. */
const setMain =
  ({ ids, main, word }: Role): Action =>
  (customer, action) => {
    const found = optionallyNamed(customer, action)
    if (customer[main] === found?.id) return null
    const changed = withValue(customer, main, found?.id)
    const all = found && !changed[ids].includes(found.id) ? [...changed[ids], found.id] : changed[ids]
    return {
      customer: { ...changed, [ids]: all },
      messages: [{ type: `CustomerDefault${word}AddressSet`, ...(found ? { address: found } : {}) }],
    }
  }

export const addresses: Actions = {
  addAddress(customer, action, { project, act }) {
    const added = address(project, addressDraft(action), addressId(act))
    const all = [...customer.addresses, added]
    checkAddressKeys(all)
    return { customer: { ...customer, addresses: all }, messages: [{ type: 'CustomerAddressAdded', address: added }] }
  },

  changeAddress(customer, action, { project }) {
    const old = named(customer, action)
    const changed = address(project, addressDraft(action), old.id)
    if (old.custom && !changed.custom) changed.custom = old.custom
    if (sameJson(sortedNames(old), sortedNames(changed))) return null
    const all = customer.addresses.map(each => (each.id === old.id ? changed : each))
    checkAddressKeys(all)
    return {
      customer: { ...customer, addresses: all },
      messages: [{ type: 'CustomerAddressChanged', address: changed, addressRoles: rolesOf(customer, old.id) }],
    }
  },

  removeAddress(customer, action) {
    const old = named(customer, action)
    const kept = { ...customer, addresses: customer.addresses.filter(each => each.id !== old.id) }
    return {
      customer: withoutRole(withoutRole(kept, shipping, old.id), billing, old.id),
      messages: [{ type: 'CustomerAddressRemoved', address: old, addressRoles: rolesOf(customer, old.id) }],
    }
  },

  addShippingAddressId: addId(shipping),
  addBillingAddressId: addId(billing),
  removeShippingAddressId: removeId(shipping),
  removeBillingAddressId: removeId(billing),
  setDefaultShippingAddress: setMain(shipping),
  setDefaultBillingAddress: setMain(billing),
}

function withoutRole(customer: Customer, { ids, main }: Role, id: string): Customer {
  if (!customer[ids].includes(id)) return customer
  const left = { ...customer, [ids]: customer[ids].filter(each => each !== id) }
  return left[main] === id ? withValue(left, main, undefined) : left
}

const sortedNames = (given: Address): JsonObject =>
  Object.fromEntries(Object.entries(given).sort(([a], [b]) => (a < b ? -1 : 1))) as JsonObject
