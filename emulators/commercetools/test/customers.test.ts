/** Customers: all update actions with the messages they emit, and everything that is refused. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CUSTOMER_ACTIONS } from '../src/customers/update.ts'
import { at, type Json, world } from './world.ts'

let it: Awaited<ReturnType<typeof world>>
let n = 0
const email = () => `c${++n}@example.com`

beforeAll(async () => {
  it = await world()
  for (const key of ['north', 'south']) await it.ok('POST', '/demo/stores', { key, name: { en: key } })
  for (const key of ['gold', 'silver']) await it.ok('POST', '/demo/customer-groups', { key, groupName: key })
  await it.ok('POST', '/demo/types', {
    key: 'consent',
    name: { en: 'Consent' },
    resourceTypeIds: ['customer', 'address'],
    fieldDefinitions: [
      { name: 'optIn', type: { name: 'Boolean' }, label: { en: 'Opt in' }, required: false },
      {
        name: 'source',
        type: { name: 'Enum', values: [{ key: 'web', label: 'Web' }] },
        label: { en: 'Source' },
        required: false,
      },
      { name: 'tags', type: { name: 'Set', elementType: { name: 'String' } }, label: { en: 'Tags' }, required: false },
    ],
  })
})
afterAll(() => it[Symbol.asyncDispose]())

const group = (key: string) => ({ typeId: 'customer-group', key })
const store = (key: string) => ({ typeId: 'store', key })
const messagesOf = async (id: unknown): Promise<Json[]> => {
  const found = await it.query('messages', { where: `resource(id="${id}")`, sort: 'sequenceNumber asc', limit: '500' })
  return found.results as Json[]
}

describe('update actions', () => {
  test('all 34 exist; each raises the version, and all but nine tell of it', async () => {
    expect(Object.keys(CUSTOMER_ACTIONS)).toHaveLength(34)
    let customer = await it.signUp({ email: email(), addresses: [{ country: 'DE', key: 'home' }] })
    const home = at(customer, 'addresses', 0, 'id')
    const steps: [Json, string | null][] = [
      [{ action: 'setFirstName', firstName: 'A' }, 'CustomerFirstNameSet'],
      [{ action: 'setLastName', lastName: 'B' }, 'CustomerLastNameSet'],
      [{ action: 'setMiddleName', middleName: 'M' }, null],
      [{ action: 'setTitle', title: 'Dr.' }, 'CustomerTitleSet'],
      [{ action: 'setSalutation', salutation: 'Frau' }, null],
      [{ action: 'setCompanyName', companyName: 'Co' }, 'CustomerCompanyNameSet'],
      [{ action: 'setVatId', vatId: 'V' }, null],
      [{ action: 'setExternalId', externalId: 'E' }, 'CustomerExternalIdSet'],
      [{ action: 'setDateOfBirth', dateOfBirth: '2000-02-29' }, 'CustomerDateOfBirthSet'],
      [{ action: 'setLocale', locale: 'de-CH' }, null],
      [{ action: 'setKey', key: 'all-actions' }, null],
      [{ action: 'setCustomerNumber', customerNumber: 'N-1' }, null],
      [{ action: 'changeEmail', email: 'All@Example.com' }, 'CustomerEmailChanged'],
      [{ action: 'setAuthenticationMode', authMode: 'ExternalAuth' }, null],
      [{ action: 'addAddress', address: { country: 'CH', key: 'work' } }, 'CustomerAddressAdded'],
      [
        { action: 'changeAddress', addressKey: 'home', address: { country: 'DE', key: 'home', city: 'Bonn' } },
        'CustomerAddressChanged',
      ],
      [{ action: 'addShippingAddressId', addressKey: 'work' }, 'CustomerShippingAddressAdded'],
      [{ action: 'addBillingAddressId', addressId: home }, 'CustomerBillingAddressAdded'],
      [{ action: 'setDefaultShippingAddress', addressKey: 'work' }, 'CustomerDefaultShippingAddressSet'],
      [{ action: 'setDefaultBillingAddress', addressKey: 'work' }, 'CustomerDefaultBillingAddressSet'],
      [{ action: 'removeShippingAddressId', addressKey: 'work' }, 'CustomerShippingAddressRemoved'],
      [{ action: 'removeBillingAddressId', addressKey: 'home' }, 'CustomerBillingAddressRemoved'],
      [{ action: 'removeAddress', addressKey: 'work' }, 'CustomerAddressRemoved'],
      [{ action: 'setCustomerGroup', customerGroup: group('gold') }, 'CustomerGroupSet'],
      [
        { action: 'addCustomerGroupAssignment', customerGroupAssignment: { customerGroup: group('gold') } },
        'CustomerGroupAssignmentAdded',
      ],
      [{ action: 'removeCustomerGroupAssignment', customerGroup: group('gold') }, 'CustomerGroupAssignmentRemoved'],
      [
        { action: 'setCustomerGroupAssignments', customerGroupAssignments: [{ customerGroup: group('silver') }] },
        'CustomerGroupAssignmentsSet',
      ],
      [{ action: 'setStores', stores: [store('north')] }, 'CustomerStoresSet'],
      [{ action: 'addStore', store: store('south') }, null],
      [{ action: 'removeStore', store: store('north') }, null],
      [
        { action: 'setCustomType', type: { typeId: 'type', key: 'consent' }, fields: { optIn: false } },
        'CustomerCustomTypeSet',
      ],
      [{ action: 'setCustomField', name: 'optIn', value: true }, 'CustomerCustomFieldChanged'],
      [{ action: 'setCustomField', name: 'source', value: 'web' }, 'CustomerCustomFieldAdded'],
      [{ action: 'setCustomField', name: 'source' }, 'CustomerCustomFieldRemoved'],
      [{ action: 'setCustomType' }, 'CustomerCustomTypeRemoved'],
      [
        { action: 'setAddressCustomType', addressId: home, type: { typeId: 'type', key: 'consent' } },
        'CustomerAddressCustomTypeSet',
      ],
      [
        { action: 'setAddressCustomField', addressId: home, name: 'tags', value: ['a'] },
        'CustomerAddressCustomFieldAdded',
      ],
    ]
    expect(new Set(steps.map(([action]) => action.action)).size).toBe(34)
    expect(steps.filter(([, message]) => message === null)).toHaveLength(9)
    for (const [action] of steps) {
      const after = await it.act(customer, action)
      expect(after.version, String(action.action)).toBe(Number(customer.version) + 1)
      customer = after
    }
    const told = await messagesOf(customer.id)
    expect(told.map(each => each.type)).toEqual([
      'CustomerCreated',
      ...steps.map(([, message]) => message).filter(each => each !== null),
    ])
    expect(told.map(each => each.sequenceNumber)).toEqual(told.map((_, place) => place + 1))
    expect(customer).toMatchObject({
      key: 'all-actions',
      customerNumber: 'N-1',
      email: 'All@Example.com',
      locale: 'de-CH',
      authenticationMode: 'ExternalAuth',
      stores: [store('south')],
      addresses: [{ id: home, city: 'Bonn', custom: { fields: { tags: ['a'] } } }],
      shippingAddressIds: [],
      billingAddressIds: [],
    })
    expect(customer).not.toHaveProperty('defaultShippingAddressId')
    expect(customer).not.toHaveProperty('password')
  })

  test('a value may be taken away, and setting it again changes nothing', async () => {
    const customer = await it.signUp({ email: email(), firstName: 'A', isEmailVerified: true })
    const bare = await it.act(customer, { action: 'setFirstName' })
    expect(bare).not.toHaveProperty('firstName')
    expect((await it.act(bare, { action: 'setFirstName' })).version).toBe(2)
    const moved = await it.act(bare, { action: 'changeEmail', email: email() })
    expect(moved.isEmailVerified).toBe(false)
    const again = await it.act(moved, { action: 'addAddress', address: { country: 'DE', city: 'X' } })
    const id = at(again, 'addresses', 0, 'id')
    const same = { action: 'changeAddress', addressId: id, address: { city: 'X', country: 'DE' } }
    expect((await it.act(again, same)).version).toBe(again.version)
  })

  test('hold together: one refused action undoes the request', async () => {
    const customer = await it.signUp({ email: email() })
    const actions = [
      { action: 'setFirstName', firstName: 'A' },
      { action: 'setLocale', locale: 'tlh' },
    ]
    expect((await it.call('POST', `/demo/customers/${customer.id}`, { version: 1, actions })).status).toBe(400)
    expect(await it.ok('GET', `/demo/customers/${customer.id}`)).toEqual(customer)
  })
})

describe('what is refused', () => {
  const refuse = async (draft: Json | string) =>
    at((await it.call('POST', '/demo/customers', draft)).body, 'errors', 0) as Json

  test.each<[string, Json | string, Json]>([
    ['no JSON', '{"email":', { code: 'InvalidJsonInput', message: 'Request body does not contain valid JSON.' }],
    [
      'no email',
      { password: 'x' },
      { code: 'InvalidJsonInput', detailedErrorMessage: 'email: Missing required value' },
    ],
    [
      'an email that is none',
      { email: 'nobody', password: 'x' },
      { code: 'InvalidField', field: 'email', invalidValue: 'nobody' },
    ],
    ['no password', { email: 'p@example.com' }, { code: 'RequiredField', field: 'password' }],
    ['a short key', { email: 'p@example.com', password: 'x', key: 'k' }, { code: 'InvalidField', field: 'key' }],
    ['a number for a name', { email: 'p@example.com', password: 'x', firstName: 1 }, { code: 'InvalidJsonInput' }],
    [
      'a language the project does not have',
      { email: 'p@example.com', password: 'x', locale: 'tlh' },
      { code: 'InvalidField', field: 'locale' },
    ],
    [
      'a day that is none',
      { email: 'p@example.com', password: 'x', dateOfBirth: '2001-02-29' },
      { code: 'InvalidJsonInput' },
    ],
    [
      'an address without country',
      { email: 'p@example.com', password: 'x', addresses: [{}] },
      { code: 'InvalidJsonInput', detailedErrorMessage: 'country: Missing required value' },
    ],
    [
      'a country that is none',
      { email: 'p@example.com', password: 'x', addresses: [{ country: 'Germany' }] },
      { code: 'InvalidJsonInput' },
    ],
    [
      'an address that is not there',
      { email: 'p@example.com', password: 'x', defaultBillingAddress: 0 },
      { code: 'InvalidInput' },
    ],
    [
      'two addresses with one key',
      {
        email: 'p@example.com',
        password: 'x',
        addresses: [
          { country: 'DE', key: 'kk' },
          { country: 'DE', key: 'kk' },
        ],
      },
      { code: 'DuplicateField' },
    ],
    [
      'an unknown group',
      { email: 'p@example.com', password: 'x', customerGroup: group('none') },
      { code: 'ReferencedResourceNotFound', typeId: 'customer-group', key: 'none' },
    ],
    [
      'an unknown store',
      { email: 'p@example.com', password: 'x', stores: [store('none')] },
      { code: 'ReferencedResourceNotFound', typeId: 'store' },
    ],
    [
      'a custom field of the wrong kind',
      {
        email: 'p@example.com',
        password: 'x',
        custom: { type: { typeId: 'type', key: 'consent' }, fields: { optIn: 'yes' } },
      },
      { code: 'InvalidField', field: 'optIn' },
    ],
    [
      'a custom field that the type lacks',
      {
        email: 'p@example.com',
        password: 'x',
        custom: { type: { typeId: 'type', key: 'consent' }, fields: { other: 1 } },
      },
      { code: 'InvalidOperation' },
    ],
  ])('%s', async (_, draft, error) => {
    expect(await refuse(draft)).toMatchObject(error)
  })

  test('an email, key or number that somebody has', async () => {
    await it.signUp({ email: 'Once@Example.com', key: 'once', customerNumber: 'once' })
    expect(await refuse({ email: 'once@example.COM', password: 'x' })).toEqual({
      code: 'DuplicateField',
      field: 'email',
      duplicateValue: 'once@example.COM',
      message: `A duplicate value '"once@example.COM"' exists for field 'email'.`,
    })
    expect(await refuse({ email: email(), password: 'x', key: 'once' })).toMatchObject({
      code: 'DuplicateField',
      field: 'key',
    })
    expect(await refuse({ email: email(), password: 'x', customerNumber: 'once' })).toMatchObject({
      field: 'customerNumber',
    })
  })

  test('an email in the same store, but not in another one nor beside a global customer', async () => {
    const shared = email()
    await it.signUp({ email: shared })
    const north = await it.signUp({ email: shared, stores: [store('north')] })
    await it.signUp({ email: shared, stores: [store('south')] })
    expect(await refuse({ email: shared, password: 'x', stores: [store('north')] })).toMatchObject({
      code: 'DuplicateField',
    })
    const into = (action: Json) =>
      it.call('POST', `/demo/customers/${north.id}`, { version: north.version, actions: [action] })
    expect((await into({ action: 'addStore', store: store('south') })).status).toBe(400)
    expect((await into({ action: 'setStores', stores: [] })).status).toBe(400)
    expect((await it.query('customers', { where: `lowercaseEmail = "${shared}"` })).total).toBe(3)
  })

  test('a second customer number, an unknown action, an unset custom field', async () => {
    const customer = await it.signUp({ email: email(), customerNumber: 'fixed' })
    const refused = async (action: Json) =>
      at(
        (await it.call('POST', `/demo/customers/${customer.id}`, { version: 1, actions: [action] })).body,
        'errors',
        0,
        'code',
      )
    expect(await refused({ action: 'setCustomerNumber', customerNumber: 'other' })).toBe('InvalidField')
    expect(await refused({ action: 'fly' })).toBe('InvalidInput')
    expect(await refused({ action: 'toString' })).toBe('InvalidInput')
    expect(await refused({ action: 'setCustomField', name: 'optIn', value: true })).toBe('InvalidOperation')
    expect(await refused({ action: 'removeAddress', addressId: 'none' })).toBe('InvalidInput')
  })

  test('a stale version, also for an update without effect and for a deletion', async () => {
    const customer = await it.signUp({ email: email(), firstName: 'A' })
    await it.act(customer, { action: 'setFirstName', firstName: 'B' })
    const stale = await it.call('POST', `/demo/customers/${customer.id}`, {
      version: 1,
      actions: [{ action: 'setFirstName', firstName: 'B' }],
    })
    expect(stale).toMatchObject({ status: 409, body: { errors: [{ currentVersion: 2 }] } })
    expect((await it.call('DELETE', `/demo/customers/${customer.id}?version=1`)).status).toBe(409)
    expect((await it.call('DELETE', `/demo/customers/${customer.id}`)).status).toBe(400)
  })

  test('to delete a group that somebody belongs to, or to give two groups one name', async () => {
    await it.ok('POST', '/demo/customer-groups', { groupName: 'Busy', key: 'busy' })
    const customer = await it.signUp({ email: email(), customerGroupAssignments: [{ customerGroup: group('busy') }] })
    const remove = () => it.call('DELETE', '/demo/customer-groups/key=busy?version=1')
    expect((await remove()).body).toMatchObject({ errors: [{ code: 'ReferenceExists', referencedBy: 'customer' }] })
    expect((await it.call('POST', '/demo/customer-groups', { groupName: 'Busy' })).body).toMatchObject({
      errors: [{ field: 'name' }],
    })
    await it.act(customer, { action: 'setCustomerGroupAssignments', customerGroupAssignments: [] })
    expect((await remove()).status).toBe(200)
  })
})

test('erasing data takes earlier messages with it', async () => {
  const customer = await it.signUp({ email: email() })
  await it.ok('DELETE', `/demo/customers/${customer.id}?version=1&dataErasure=true`)
  const told = await messagesOf(customer.id)
  expect(told.map(each => each.type)).toEqual(['CustomerDeleted'])
  expect(told[0]).not.toHaveProperty('email')
})

test('the raw listing goes through everybody by id', async () => {
  const seen: unknown[] = []
  let after = ''
  for (;;) {
    const { results } = await it.control('GET', `resources/demo/customers?limit=3&after=${after}`)
    const ids = (results as Json[]).map(each => each.id)
    if (ids.length === 0) break
    seen.push(...ids)
    after = String(ids.at(-1))
  }
  expect(seen).toEqual(seen.toSorted())
  expect(seen).toHaveLength(Number((await it.query('customers', {})).total))
})
