/** Update actions on Custom Fields of a customer and of its addresses. */
import type { Address } from '../../model/entities.ts'
import { withValue } from '../../model/rows.ts'
import { type CustomOutcome, setField, setType } from '../../resources/customActions.ts'
import { named } from '../address.ts'
import type { Actions } from './change.ts'

export const custom: Actions = {
  setCustomType(customer, action, { project }) {
    const done = setType(project, customer.custom, action, 'customer', 'Customer')
    return done && { customer: withValue(customer, 'custom', done.custom), messages: [done.message] }
  },

  setCustomField(customer, action, { project }) {
    const done = setField(project, customer.custom, action, 'Customer')
    return done && { customer: withValue(customer, 'custom', done.custom), messages: [done.message] }
  },

  setAddressCustomType(customer, action, { project }) {
    const old = named(customer, action)
    const done = setType(project, old.custom, action, 'address', 'CustomerAddress')
    return done && inAddress(customer, old, done)
  },

  setAddressCustomField(customer, action, { project }) {
    const old = named(customer, action)
    const done = setField(project, old.custom, action, 'CustomerAddress')
    return done && inAddress(customer, old, done)
  },
}

function inAddress(customer: Parameters<Actions[string]>[0], old: Address, done: NonNullable<CustomOutcome>) {
  const { custom: _, ...rest } = old
  const changed: Address = done.custom ? { ...rest, custom: done.custom } : rest
  return {
    customer: { ...customer, addresses: customer.addresses.map(each => (each.id === old.id ? changed : each)) },
    messages: [{ ...done.message, addressId: old.id }],
  }
}
