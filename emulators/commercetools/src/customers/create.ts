/** Signing up: a CustomerDraft becomes a customer, or is refused. */
import type { Act, Customer, GroupAssignment, KeyReference } from '../model/entities.ts'
import { invalidField, invalidInput, invalidOperation, requiredField } from '../model/errors.ts'
import { type JsonObject, objects, optionalFlag, optionalText, text } from '../model/json.ts'
import { given } from '../model/rows.ts'
import { customOf } from '../resources/custom.ts'
import { group, store } from '../resources/references.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { addressBook } from './address.ts'
import { checkDate, checkEmail, checkKey, checkLocale, PASSWORD_MARKER } from './fields.ts'
import { checkEmailFree, checkFree } from './unique.ts'

const MAX_GROUP_ASSIGNMENTS = 500

export function createCustomer(world: World, project: Project, draft: JsonObject, act: Act): Customer {
  const id = act.newId()
  const email = checkEmail(text(draft, 'email'))
  const authenticationMode = authentication(optionalText(draft, 'authenticationMode') ?? 'Password')
  const password = optionalText(draft, 'password')
  if (authenticationMode === 'Password' && password === undefined) throw requiredField('password')
  if (authenticationMode === 'ExternalAuth' && password !== undefined) {
    throw invalidOperation("A password can not be set for a customer with authentication mode 'ExternalAuth'.")
  }
  const key = checkKey(optionalText(draft, 'key'))
  const customerNumber = checkCustomerNumber(optionalText(draft, 'customerNumber'))
  const book = addressBook(project, draft, act)
  const stores = uniqueStores(objects(draft, 'stores').map(each => store(project, each).key))
  checkFree(project, id, 'key', key)
  checkFree(project, id, 'customerNumber', customerNumber)
  checkEmailFree(project, id, email, stores)

  const customerGroup = draft.customerGroup ? group(project, draft.customerGroup) : undefined
  const now = world.clock.iso()

  const customer: Customer = {
    id,
    version: 1,
    createdAt: now,
    lastModifiedAt: now,
    createdBy: act.by,
    lastModifiedBy: act.by,
    sequence: 0,
    ...given('key', key),
    ...given('customerNumber', customerNumber),
    ...given('externalId', optionalText(draft, 'externalId')),
    email,
    ...given('password', password === undefined ? undefined : PASSWORD_MARKER),
    ...given('firstName', optionalText(draft, 'firstName')),
    ...given('lastName', optionalText(draft, 'lastName')),
    ...given('middleName', optionalText(draft, 'middleName')),
    ...given('title', optionalText(draft, 'title')),
    ...given('salutation', optionalText(draft, 'salutation')),
    ...given('dateOfBirth', checkDate(optionalText(draft, 'dateOfBirth'), 'dateOfBirth')),
    ...given('companyName', optionalText(draft, 'companyName')),
    ...given('vatId', optionalText(draft, 'vatId')),
    ...book,
    isEmailVerified: optionalFlag(draft, 'isEmailVerified') ?? false,
    ...given('customerGroup', customerGroup && ({ typeId: 'customer-group', id: customerGroup.id } as const)),
    customerGroupAssignments: assignments(project, objects(draft, 'customerGroupAssignments')),
    ...given('custom', customOf(project, draft.custom, 'customer')),
    ...given('locale', checkLocale(optionalText(draft, 'locale'), project)),
    stores,
    authenticationMode,
  }
  world.commit({
    project,
    typeId: 'customer',
    act,
    after: customer,
    messages: [{ body: { type: 'CustomerCreated' }, version: 1 }],
  })
  return customer
}

const unique = <T>(values: T[]): T[] => [...new Set(values)]

export function uniqueStores(keys: string[]): KeyReference<'store'>[] {
  return unique(keys).map(key => ({ typeId: 'store', key }))
}

export function authentication(mode: string): 'Password' | 'ExternalAuth' {
  if (mode !== 'Password' && mode !== 'ExternalAuth') {
    throw invalidField('authenticationMode', mode, ['Password', 'ExternalAuth'])
  }
  return mode
}

export function checkCustomerNumber(number: string | undefined): string | undefined {
  if (number !== undefined && (number.length < 1 || number.length > 256)) throw invalidField('customerNumber', number)
  return number
}

export function assignments(project: Project, drafts: JsonObject[]): GroupAssignment[] {
  const ids = unique(drafts.map(each => group(project, each.customerGroup).id))
  if (ids.length > MAX_GROUP_ASSIGNMENTS) {
    throw invalidInput(`A customer can be assigned to at most ${MAX_GROUP_ASSIGNMENTS} customer groups.`)
  }
  return ids.map(id => ({ customerGroup: { typeId: 'customer-group', id } }))
}
