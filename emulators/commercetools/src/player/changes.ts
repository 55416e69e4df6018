/** One small change that a person makes to their own account, always a real one. */
import { updateCustomer } from '../customers/update.ts'
import type { Act, Address, Customer } from '../model/entities.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import type { Random } from '../model/random.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import type { Cast } from './people.ts'
import { redialled } from './vary.ts'

type Idea = (customer: Customer, cast: Cast, dice: Random, project: Project) => JsonObject | null

const other = (cast: Cast, dice: Random, field: string): string | null => {
  const value = dice.pick(cast.drafts)[field]
  return typeof value === 'string' ? value : null
}

const setText =
  (action: string, field: keyof Customer & string): Idea =>
  (customer, cast, dice) => {
    const value = other(cast, dice, field)
    return value === null || customer[field] === value ? null : { action, [field]: value }
  }

/** Rewrites an address whole, as the API demands. */
const inAddress =
  (change: (address: Address, dice: Random) => Partial<Address> | null): Idea =>
  (customer, _cast, dice) => {
    if (customer.addresses.length === 0) return null
    const address = dice.pick(customer.addresses)
    const changed = change(address, dice)
    if (!changed) return null
    const { id, custom: _, ...rest } = address
    return { action: 'changeAddress', addressId: id, address: { ...rest, ...changed } as JsonObject }
  }

const IDEAS: Idea[] = [
  setText('setFirstName', 'firstName'),
  setText('setLastName', 'lastName'),
  setText('setCompanyName', 'companyName'),
  setText('setTitle', 'title'),
  inAddress((address, dice) => (address.phone ? { phone: redialled(address.phone, dice) } : null)),
  inAddress((address, dice) => (address.mobile ? { mobile: redialled(address.mobile, dice) } : null)),
  inAddress((address, dice) => ({
    streetNumber: String(Number.parseInt(address.streetNumber ?? '', 10) || 1) + 'abcdefgh'[dice.int(8)],
  })),
  (customer, _cast, dice) => {
    const at = customer.email.lastIndexOf('@')
    return {
      action: 'changeEmail',
      email: `${customer.email.slice(0, at).split('+')[0]}+${dice.int(1_000_000)}${customer.email.slice(at)}`,
    }
  },
  setText('setLocale', 'locale'),
]

/** Tries ideas until one fits; a last name made of the id's first letters fits everybody. */
export function changeOneField(world: World, project: Project, customer: Customer, cast: Cast, dice: Random, act: Act) {
  for (let tries = 0; tries < 6; tries += 1) {
    const action = dice.pick(IDEAS)(customer, cast, dice, project)
    if (action && isAllowed(action, project) && changes(world, project, customer, action, act)) return
  }
  changes(
    world,
    project,
    customer,
    { action: 'setLastName', lastName: `${customer.lastName ?? 'New'}-${dice.uuid().slice(0, 4)}` },
    act,
  )
}

function changes(world: World, project: Project, customer: Customer, action: JsonObject, act: Act): boolean {
  return updateCustomer(world, project, customer, [action], act) !== customer
}

function isAllowed(action: JsonObject, project: Project): boolean {
  const locale: Json | undefined = action.locale
  if (locale !== undefined) return project.settings.languages.includes(String(locale))
  if (typeof action.email === 'string')
    return project.customers.find('lowercaseEmail', action.email.toLowerCase()).length === 0
  return !isObject(action.address) || typeof action.address.country === 'string'
}
