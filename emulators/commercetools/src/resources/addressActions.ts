/** Update actions on the addresses of a customer or a business unit, and on what each address is for. */
import {
  address,
  addressDraft,
  addressId,
  checkAddressKeys,
  named,
  optionallyNamed,
  rolesOf,
} from '../customers/address.ts'
import type { Act, Address, AddressOwner, MessageBody } from '../model/entities.ts'
import { type JsonObject, sameJson } from '../model/json.ts'
import { withValue } from '../model/rows.ts'
import type { Project } from '../store/project.ts'
import { setField, setType } from './customActions.ts'

type Role = {
  ids: 'shippingAddressIds' | 'billingAddressIds'
  main: 'defaultShippingAddressId' | 'defaultBillingAddressId'
  word: string
}
const shipping: Role = { ids: 'shippingAddressIds', main: 'defaultShippingAddressId', word: 'Shipping' }
const billing: Role = { ids: 'billingAddressIds', main: 'defaultBillingAddressId', word: 'Billing' }

type Action<T> = (
  row: T,
  action: JsonObject,
  context: { project: Project; act: Act },
) => { row: T; messages: MessageBody[] } | null

/** Names of messages begin with the word of whose addresses they are. */
export function addressActions<T extends AddressOwner>(word: 'Customer' | 'BusinessUnit') {
  const addId =
    (role: Role): Action<T> =>
    (row, action) => {
      const found = named(row, action)
      if (row[role.ids].includes(found.id)) return null
      return {
        row: { ...row, [role.ids]: [...row[role.ids], found.id] },
        messages: [{ type: `${word}${role.word}AddressAdded`, address: found }],
      }
    }

  const removeId =
    (role: Role): Action<T> =>
    (row, action) => {
      const found = named(row, action)
      if (!row[role.ids].includes(found.id)) return null
      return {
        row: withoutRole(row, role, found.id),
        messages: [{ type: `${word}${role.word}AddressRemoved`, address: found }],
      }
    }

  /** Without an address named, the default is unset. */
  const setMain =
    (role: Role): Action<T> =>
    (row, action) => {
      const found = optionallyNamed(row, action)
      if (row[role.main] === found?.id) return null
      const changed: T = withValue(row, role.main, found?.id)
      const all = found && !changed[role.ids].includes(found.id) ? [...changed[role.ids], found.id] : changed[role.ids]
      return {
        row: { ...changed, [role.ids]: all },
        messages: [{ type: `${word}Default${role.word}AddressSet`, ...(found ? { address: found } : {}) }],
      }
    }

  const inAddress = (row: T, old: Address, done: ReturnType<typeof setType>): ReturnType<Action<T>> => {
    if (!done) return null
    const { custom: _, ...rest } = old
    const changed: Address = done.custom ? { ...rest, custom: done.custom } : rest
    return { row: replaced(row, changed), messages: [{ ...done.message, addressId: old.id }] }
  }

  return {
    addAddress(row, action, { project, act }) {
      const added = address(project, addressDraft(action), addressId(act))
      const all = [...row.addresses, added]
      checkAddressKeys(all)
      return { row: { ...row, addresses: all }, messages: [{ type: `${word}AddressAdded`, address: added }] }
    },
    changeAddress(row, action, { project }) {
      const old = named(row, action)
      const changed = address(project, addressDraft(action), old.id)
      if (old.custom && !changed.custom) changed.custom = old.custom
      if (sameJson(sortedNames(old), sortedNames(changed))) return null
      const after = replaced(row, changed)
      checkAddressKeys(after.addresses)
      return {
        row: after,
        messages: [{ type: `${word}AddressChanged`, address: changed, addressRoles: rolesOf(row, old.id) }],
      }
    },
    removeAddress(row, action) {
      const old = named(row, action)
      const kept = { ...row, addresses: row.addresses.filter(each => each.id !== old.id) }
      return {
        row: withoutRole(withoutRole(kept, shipping, old.id), billing, old.id),
        messages: [{ type: `${word}AddressRemoved`, address: old, addressRoles: rolesOf(row, old.id) }],
      }
    },
    addShippingAddressId: addId(shipping),
    addBillingAddressId: addId(billing),
    removeShippingAddressId: removeId(shipping),
    removeBillingAddressId: removeId(billing),
    setDefaultShippingAddress: setMain(shipping),
    setDefaultBillingAddress: setMain(billing),
    setAddressCustomType(row, action, { project }) {
      const old = named(row, action)
      return inAddress(row, old, setType(project, old.custom, action, 'address', `${word}Address`))
    },
    setAddressCustomField(row, action, { project }) {
      const old = named(row, action)
      return inAddress(row, old, setField(project, old.custom, action, `${word}Address`))
    },
  } satisfies Record<string, Action<T>>
}

function replaced<T extends AddressOwner>(row: T, changed: Address): T {
  return { ...row, addresses: row.addresses.map(each => (each.id === changed.id ? changed : each)) }
}

function withoutRole<T extends AddressOwner>(row: T, { ids, main }: Role, id: string): T {
  if (!row[ids].includes(id)) return row
  const left: T = { ...row, [ids]: row[ids].filter(each => each !== id) }
  return left[main] === id ? withValue(left, main, undefined) : left
}

const sortedNames = (given: Address): JsonObject =>
  Object.fromEntries(Object.entries(given).sort(([a], [b]) => (a < b ? -1 : 1))) as JsonObject
