/** Addresses of a customer or a business unit: drafts read, ids made, keys kept unique, found again by id or key. */
import { type Act, ADDRESS_TEXTS, type Address, type AddressOwner } from '../model/entities.ts'
import { duplicateField, invalidInput, malformedJson } from '../model/errors.ts'
import { type JsonObject, list, object, objects, optionalInteger, optionalText, text } from '../model/json.ts'
import { given } from '../model/rows.ts'
import { customOf } from '../resources/custom.ts'
import type { Project } from '../store/project.ts'
import { checkCountry, checkKey } from './fields.ts'

export function address(project: Project, draft: JsonObject, id: string): Address {
  const made: Address = { id, country: checkCountry(text(draft, 'country')) }
  const key = checkKey(optionalText(draft, 'key'))
  if (key !== undefined) made.key = key
  for (const name of ADDRESS_TEXTS) {
    const value = optionalText(draft, name)
    if (value !== undefined && value !== '') made[name] = value
  }
  const custom = customOf(project, draft.custom, 'address')
  if (custom) made.custom = custom
  return made
}

type Book = Pick<
  AddressOwner,
  'addresses' | 'shippingAddressIds' | 'billingAddressIds' | 'defaultShippingAddressId' | 'defaultBillingAddressId'
>

/** The addresses of a draft, and what each is for; a draft names them by their place in the list. */
export function addressBook(project: Project, draft: JsonObject, act: Act): Book {
  const addresses = objects(draft, 'addresses').map(each => address(project, each, addressId(act)))
  checkAddressKeys(addresses)
  const at = (index: number | undefined, field: string): string | undefined => {
    if (index === undefined) return undefined
    const found = addresses[index]
    if (!found) throw invalidInput(`The index '${index}' of '${field}' does not refer to an address.`)
    return found.id
  }
  const ids = (name: string, main: string | undefined) => {
    const indexes = list(draft, name).map(each => (typeof each === 'number' ? each : -1))
    return [...new Set([...indexes.flatMap(each => at(each, name) ?? []), ...(main ? [main] : [])])]
  }
  const shipping = at(optionalInteger(draft, 'defaultShippingAddress'), 'defaultShippingAddress')
  const billing = at(optionalInteger(draft, 'defaultBillingAddress'), 'defaultBillingAddress')
  return {
    addresses,
    ...given('defaultShippingAddressId', shipping),
    shippingAddressIds: ids('shippingAddresses', shipping),
    ...given('defaultBillingAddressId', billing),
    billingAddressIds: ids('billingAddresses', billing),
  }
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
export function named(owner: AddressOwner, action: JsonObject): Address {
  const found = optionallyNamed(owner, action)
  if (!found) throw malformedJson('actions: Either addressId or addressKey is required')
  return found
}

export function optionallyNamed(owner: AddressOwner, action: JsonObject): Address | undefined {
  const id = optionalText(action, 'addressId')
  const key = optionalText(action, 'addressKey')
  if (id === undefined && key === undefined) return undefined
  const found = owner.addresses.find(each => (id === undefined ? each.key === key : each.id === id))
  if (!found) {
    throw invalidInput(
      `The ${'unitType' in owner ? 'business unit' : 'customer'} ${owner.id} does not contain an address with the ${id === undefined ? `key '${key}'` : `ID '${id}'`}.`,
    )
  }
  return found
}

export const addressDraft = (action: JsonObject): JsonObject => object(action.address, 'address')

export function rolesOf(owner: AddressOwner, id: string): string[] {
  const roles: string[] = []
  if (owner.shippingAddressIds.includes(id)) roles.push('Shipping')
  if (owner.billingAddressIds.includes(id)) roles.push('Billing')
  return roles
}
