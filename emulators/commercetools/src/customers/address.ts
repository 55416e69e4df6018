/** Addresses of a customer: drafts read, ids made, keys kept unique, and found again by id or key. */
import { type Act, ADDRESS_TEXTS, type Address, type Customer } from '../model/entities.ts'
import { duplicateField, invalidInput, malformedJson } from '../model/errors.ts'
import { type JsonObject, object, optionalText, text } from '../model/json.ts'
import { customOf } from '../resources/custom.ts'
import type { Project } from '../store/project.ts'
import { checkCountry, checkKey } from './fields.ts'

export function address(project: Project, given: JsonObject, id: string): Address {
  const made: Address = { id, country: checkCountry(text(given, 'country')) }
  const key = checkKey(optionalText(given, 'key'))
  if (key !== undefined) made.key = key
  for (const name of ADDRESS_TEXTS) {
    const value = optionalText(given, name)
    if (value !== undefined && value !== '') made[name] = value
  }
  const custom = customOf(project, given.custom, 'address')
  if (custom) made.custom = custom
  return made
}

/** Address ids are short and unlike resource ids; an id in the draft is overwritten, as in the real API. */
export const addressId = (act: Act): string => {
  const hex = act.newId().replaceAll('-', '')
  return BigInt(`0x${hex.slice(0, 12)}`)
    .toString(36)
    .padStart(8, 'a')
    .slice(-8)
}

export function checkAddressKeys(addresses: readonly Address[]) {
  const keys = new Set<string>()
  for (const { key } of addresses) {
    if (key === undefined) continue
    if (keys.has(key)) throw duplicateField('addresses.key', key)
    keys.add(key)
  }
}

/** The address that an action names by `addressId` or `addressKey`. */
export function named(customer: Customer, action: JsonObject): Address {
  const found = optionallyNamed(customer, action)
  if (!found) throw malformedJson('actions: Either addressId or addressKey is required')
  return found
}

export function optionallyNamed(customer: Customer, action: JsonObject): Address | undefined {
  const id = optionalText(action, 'addressId')
  const key = optionalText(action, 'addressKey')
  if (id === undefined && key === undefined) return undefined
  const found = customer.addresses.find(each => (id === undefined ? each.key === key : each.id === id))
  if (!found) {
    throw invalidInput(
      `The customer ${customer.id} does not contain an address with the ${id === undefined ? `key '${key}'` : `ID '${id}'`}.`,
    )
  }
  return found
}

export const addressDraft = (action: JsonObject): JsonObject => object(action.address, 'address')

export function rolesOf(customer: Customer, id: string): string[] {
  const roles: string[] = []
  if (customer.shippingAddressIds.includes(id)) roles.push('Shipping')
  if (customer.billingAddressIds.includes(id)) roles.push('Billing')
  return roles
}
