/** Update actions on Custom Fields of a customer and of its addresses. */
import type { Address, CustomFields, MessageBody } from '../../model/entities.ts'
import { type JsonObject, optional, sameJson, text } from '../../model/json.ts'
import { customFrom, withField } from '../../resources/custom.ts'
import type { Project } from '../../store/project.ts'
import { named } from '../address.ts'
import { type Actions, withValue } from './change.ts'

type Outcome = { custom: CustomFields | undefined; message: MessageBody } | null

const WORDS = { added: 'Added', changed: 'Changed', removed: 'Removed' } as const

function setType(
  project: Project,
  old: CustomFields | undefined,
  action: JsonObject,
  resource: string,
  prefix: string,
): Outcome {
  const previous = old ? { previousTypeId: old.type.id } : {}
  const type = optional(action, 'type')
  if (type === undefined) {
    return old ? { custom: undefined, message: { type: `${prefix}CustomTypeRemoved`, ...previous } } : null
  }
  const custom = customFrom(project, type, optional(action, 'fields'), resource)
  if (sameJson(custom, old)) return null
  return { custom, message: { type: `${prefix}CustomTypeSet`, customFields: custom, ...previous } }
}

function setField(project: Project, old: CustomFields | undefined, action: JsonObject, prefix: string): Outcome {
  const name = text(action, 'name')
  const value = optional(action, 'value')
  const change = withField(project, old, name, value)
  if (!change) return null
  const rest = change.was === 'removed' ? {} : { value }
  const previous = change.previousValue === undefined ? {} : { previousValue: change.previousValue }
  return {
    custom: change.custom,
    message: { type: `${prefix}CustomField${WORDS[change.was]}`, name, ...rest, ...previous },
  }
}

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

function inAddress(customer: Parameters<Actions[string]>[0], old: Address, done: NonNullable<Outcome>) {
  const { custom: _, ...rest } = old
  const changed: Address = done.custom ? { ...rest, custom: done.custom } : rest
  return {
    customer: { ...customer, addresses: customer.addresses.map(each => (each.id === old.id ? changed : each)) },
    messages: [{ ...done.message, addressId: old.id }],
  }
}
