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

export type Table = {
  readonly properties: Readonly<Record<string, Property>>
  /** By the property that holds the address' id. */
  readonly addresses: Readonly<Record<string, Role>>
  /** `custom.fields.<name>`, each by `setCustomField`. */
  readonly custom: boolean
}

/** A table whose actions the SDK knows. */
type Checked<Action extends string> = {
  readonly properties: Readonly<Record<string, Property & { readonly action: Action }>>
  readonly addresses: Readonly<Record<string, Role & { readonly action: Action }>>
  readonly custom: boolean
}

/** A changed email loses its verification. Not here: `isEmailVerified` (only a token of the shopper sets it), groups, stores. */
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

const inAddress = /^addresses\[@([A-Za-z_]\w*)\]\.([A-Za-z]+)$/
const inCustom = /^custom\.fields\.([A-Za-z_][\w-]*)$/

const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined

/** Null for what cannot be written: another property, a template, alternatives, a part of an email. */
export function place(type: string, expression: string): Place | null {
  const table = tables.get(type)
  const path = expression.trim()
  if (!table) return null
  const property = own(table.properties, path)
  if (property) return { at: 'property', path, name: path, property }
  const [, of = '', text = ''] = inAddress.exec(path) ?? []
  const role = own(table.addresses, of)
  if (role && addressTexts.has(text)) return { at: 'address', path, name: text, of, role }
  const [, name] = inCustom.exec(path) ?? []
  return table.custom && name !== undefined ? { at: 'custom', path, name } : null
}

export const writable = (type: string, path: string): boolean => place(type, path) !== null
