/** Which fields a predicate, a sort or an index may name, resource by resource. */
import { ADDRESS_TEXTS } from '../model/entities.ts'
import { B2B_FIELDS } from './b2bFields.ts'
import { PredicateError } from './lexer.ts'
import type { Predicate } from './parser.ts'
import { base, custom, type Fields, keyReference, reference, texts } from './shapes.ts'
import { TRADE_FIELDS } from './tradeFields.ts'

export const FIELDS: Record<string, Fields> = {
  customers: {
    ...base,
    ...texts(
      'customerNumber',
      'externalId',
      'email',
      'lowercaseEmail',
      'firstName',
      'lastName',
      'middleName',
      'title',
      'salutation',
    ),
    ...texts(
      'companyName',
      'vatId',
      'locale',
      'authenticationMode',
      'defaultShippingAddressId',
      'defaultBillingAddressId',
      'dateOfBirth',
      'password',
    ),
    isEmailVerified: 'flag',
    shippingAddressIds: 'texts',
    billingAddressIds: 'texts',
    addresses: { id: 'text', key: 'text', country: 'text', ...texts(...ADDRESS_TEXTS), custom },
    customerGroup: reference,
    customerGroupAssignments: { customerGroup: reference },
    stores: keyReference,
    custom,
  },
  'customer-groups': { ...base, name: 'text', custom },
  ...TRADE_FIELDS,
  ...B2B_FIELDS,
  types: { ...base, name: 'open', description: 'open', resourceTypeIds: 'texts', fieldDefinitions: 'open' },
  subscriptions: {
    ...base,
    destination: 'open',
    messages: 'open',
    changes: 'open',
    events: 'open',
    format: 'open',
    status: 'text',
  },
  messages: {
    ...base,
    sequenceNumber: 'number',
    resource: reference,
    resourceVersion: 'number',
    resourceUserProvidedIdentifiers: 'open',
    type: 'text',
    '*': 'open',
  },
}

/** Checks each name, and brings instants into the form in which rows keep them. */
export function typed(tree: Predicate, fields: Fields | 'open'): Predicate {
  if (!('field' in tree)) {
    if (tree.is === 'not') return { is: 'not', of: typed(tree.of, fields) }
    return { is: tree.is, of: tree.of.map(each => typed(each, fields)) }
  }
  if (fields === 'open') return tree
  const field = Object.hasOwn(fields, tree.field) ? fields[tree.field] : fields['*']
  if (field === undefined) throw new PredicateError(`The field '${tree.field}' does not exist.`)
  if (tree.is === 'nested') {
    if (field === 'open') return tree
    if (typeof field === 'string') throw new PredicateError(`The field '${tree.field}' has no nested fields.`)
    return { is: 'nested', field: tree.field, of: typed(tree.of, field) }
  }
  if (field === 'date' && tree.is === 'compare') return { ...tree, value: instant(tree.field, tree.value) }
  if (field === 'date' && tree.is === 'in')
    return { ...tree, values: tree.values.map(each => instant(tree.field, each)) }
  if (field === 'number' && tree.is === 'compare') return { ...tree, value: Number(tree.value) }
  if (field === 'flag' && tree.is === 'compare') return { ...tree, value: tree.value === true || tree.value === 'true' }
  if (field === 'text' && tree.is === 'compare' && typeof tree.value !== 'string') {
    throw new PredicateError(`The field '${tree.field}' expects a string.`)
  }
  return tree
}

function instant(field: string, value: unknown): string {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN
  if (Number.isNaN(at)) throw new PredicateError(`The value '${value}' of field '${field}' is not a date and time.`)
  return new Date(at).toISOString()
}
