/** Which paths of which records can be written, and by which update action: a new path is one line, a new type one table. */
import type { CustomerUpdateAction } from '@commercetools/platform-sdk'

/** How one property of the record itself is set. */
export type Property = {
  readonly action: string
  /** What the action calls the value; the path where nothing is said. */
  readonly as?: string
  /** commercetools has no action that empties it. */
  readonly required?: true
  /** Takes a value once, and keeps it. */
  readonly once?: true
}

/** An address that the record names by its id, under `addresses[@<property>]`. */
export type Role = {
  /** Makes an address the one of this role. */
  readonly action: string
  /** What an address made here is called in its record. */
  readonly key: string
}

/** Another record that the record points at, told by a text of it that is unique in the project. */
export type Reference = {
  readonly action: string
  /** The property that points. */
  readonly property: string
  readonly typeId: string
  /** Which text of the other record names it. */
  readonly by: string
}

/** Other records that the record belongs to, each told by its key. */
export type Listed = { readonly action: string; readonly typeId: string }

export type Table = {
  readonly properties: Readonly<Record<string, Property>>
  /** By the path of the text that names the other record, there when it was read along. */
  readonly references: Readonly<Record<string, Reference>>
  readonly lists: Readonly<Record<string, Listed>>
  /** By the property that holds the address' id. */
  readonly addresses: Readonly<Record<string, Role>>
  /** `custom.fields.<name>`, each by `setCustomField`. */
  readonly custom: boolean
}

/** A table whose actions the SDK knows. */
type Checked<Action extends string> = {
  readonly properties: Readonly<Record<string, Property & { readonly action: Action }>>
  readonly references: Readonly<Record<string, Reference & { readonly action: Action }>>
  readonly lists: Readonly<Record<string, Listed & { readonly action: Action }>>
  readonly addresses: Readonly<Record<string, Role & { readonly action: Action }>>
  readonly custom: boolean
}

/**
 * A changed email loses its verification. Not here: `isEmailVerified`, which says that the shopper has proved the
 * address: only the token in their mail sets it. The name of a customer group is unique in a project
 * (https://docs.commercetools.com/api/projects/customerGroups#customergroupdraft).
 */
const customer = {
  properties: {
    email: { action: 'changeEmail', required: true },
    salutation: { action: 'setSalutation' },
    title: { action: 'setTitle' },
    firstName: { action: 'setFirstName' },
    middleName: { action: 'setMiddleName' },
    lastName: { action: 'setLastName' },
    dateOfBirth: { action: 'setDateOfBirth' },
    companyName: { action: 'setCompanyName' },
    vatId: { action: 'setVatId' },
    locale: { action: 'setLocale' },
    externalId: { action: 'setExternalId' },
    key: { action: 'setKey' },
    customerNumber: { action: 'setCustomerNumber', once: true },
  },
  references: {
    'customerGroup.obj.name': {
      action: 'setCustomerGroup',
      property: 'customerGroup',
      typeId: 'customer-group',
      by: 'name',
    },
  },
  lists: { stores: { action: 'setStores', typeId: 'store' } },
  addresses: {
    defaultBillingAddressId: { action: 'setDefaultBillingAddress', key: 'ctsf-billing' },
    defaultShippingAddressId: { action: 'setDefaultShippingAddress', key: 'ctsf-shipping' },
  },
  custom: true,
} satisfies Checked<CustomerUpdateAction['action']>

const tables: ReadonlyMap<string, Table> = new Map<string, Table>([['customer', customer]])

/** All texts of an address, https://docs.commercetools.com/api/types#baseaddress; its key is the shop's own. */
const addressTexts: ReadonlySet<string> = new Set([
  ...['title', 'salutation', 'firstName', 'lastName', 'company', 'department', 'building', 'apartment', 'pOBox'],
  ...['streetName', 'streetNumber', 'additionalStreetInfo', 'postalCode', 'city', 'region', 'state', 'country'],
  ...['phone', 'mobile', 'fax', 'email', 'additionalAddressInfo', 'externalId'],
])

/** Where a path leads. */
export type Place =
  | { readonly at: 'property'; readonly path: string; readonly name: string; readonly property: Property }
  | { readonly at: 'address'; readonly path: string; readonly name: string; readonly of: string; readonly role: Role }
  | { readonly at: 'custom'; readonly path: string; readonly name: string }
  | { readonly at: 'reference'; readonly path: string; readonly name: string; readonly reference: Reference }
  | { readonly at: 'list'; readonly path: string; readonly name: string; readonly list: Listed }

const inAddress = /^addresses\[@([A-Za-z_]\w*)\]\.([A-Za-z]+)$/
const inCustom = /^custom\.fields\.([A-Za-z_][\w-]*)$/

const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined

/** Null for what cannot be written: another property, a template, a part of an email. */
function place(type: string, expression: string): Place | null {
  const table = tables.get(type)
  const path = expression.trim()
  if (!table) return null
  const property = own(table.properties, path)
  if (property) return { at: 'property', path, name: path, property }
  const reference = own(table.references, path)
  if (reference) return { at: 'reference', path, name: reference.property, reference }
  const list = own(table.lists, path)
  if (list) return { at: 'list', path, name: path, list }
  const [, of = '', text = ''] = inAddress.exec(path) ?? []
  const role = own(table.addresses, of)
  if (role && addressTexts.has(text)) return { at: 'address', path, name: text, of, role }
  const [, name] = inCustom.exec(path) ?? []
  return table.custom && name !== undefined ? { at: 'custom', path, name } : null
}

/** All alternatives of an expression, in their order; empty when one of them cannot be written. */
export function places(type: string, expression: string): readonly Place[] {
  const all = expression.split(' ?? ').map(path => place(type, path))
  const found = all.filter(each => each !== null)
  return found.length === all.length ? found : []
}

export const writable = (type: string, path: string): boolean => places(type, path).length > 0
