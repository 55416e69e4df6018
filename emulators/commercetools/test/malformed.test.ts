/**
 * Malformed requests: each gets the status and the code that commercetools documents for it (ErrorObject and its kinds in
 * the API reference; OAuth's own for tokens), never a 500, never a stack trace.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { at, type Json, SUBSCRIPTION, tokenOf, world } from './world.ts'

let it: Awaited<ReturnType<typeof world>>
let customer: Json
let member: Json
let group: Json

beforeAll(async () => {
  it = await world()
  await it.ok('POST', '/demo/types', {
    key: 'consent',
    name: { en: 'Consent' },
    resourceTypeIds: ['customer'],
    fieldDefinitions: [
      { name: 'consent', type: { name: 'Boolean' }, label: { en: 'Consent' }, required: true },
      {
        name: 'source',
        type: { name: 'Enum', values: [{ key: 'web', label: 'Web' }] },
        label: { en: 'Source' },
        required: false,
      },
    ],
  })
  group = await it.ok('POST', '/demo/customer-groups', { groupName: 'Gold', key: 'gold' })
  customer = await it.signUp({ email: 'taken@example.com', key: 'taken', customerNumber: 'C-1' })
  member = await it.signUp({
    email: 'member@example.com',
    customerGroup: { typeId: 'customer-group', key: 'gold' },
    custom: { type: { typeId: 'type', key: 'consent' }, fields: { consent: true } },
  })
  await it.ok('POST', '/demo/subscriptions', SUBSCRIPTION)
})
afterAll(() => it[Symbol.asyncDispose]())

type Case = {
  name: string
  method?: string
  path: string | (() => string)
  body?: unknown
  headers?: Record<string, string> | (() => Promise<Record<string, string>>)
  expected: { status: number; code: string; [detail: string]: unknown }
}

const draft = (more: Json) => ({ email: 'new@example.com', password: 'x', ...more })
const signUp = (name: string, body: unknown, code: string, more: Json = {}): Case => ({
  name,
  method: 'POST',
  path: '/demo/customers',
  body,
  expected: { status: 400, code, ...more },
})
const update = (name: string, body: unknown, code: string, more: Json = {}): Case => ({
  name,
  method: 'POST',
  path: () => `/demo/customers/${customer.id}`,
  body,
  expected: { status: 400, code, ...more },
})
const action = (name: string, given: Json, code: string, more: Json = {}) =>
  update(name, { version: 1, actions: [given] }, code, more)
const query = (name: string, search: string, message: RegExp): Case => ({
  name,
  path: `/demo/customers?${search}`,
  expected: { status: 400, code: 'InvalidInput', message: expect.stringMatching(message) },
})
const where = (name: string, predicate: string, message: RegExp) =>
  query(name, new URLSearchParams({ where: predicate }).toString(), message)
const subscribe = (name: string, more: Json, code: string): Case => ({
  name,
  method: 'POST',
  path: '/demo/subscriptions',
  body: { ...SUBSCRIPTION, key: 'more', ...more },
  expected: { status: 400, code },
})

const NOT_JSON = 'InvalidJsonInput'
const shape = (detail: string) => ({
  message: 'Request body does not contain valid JSON.',
  detailedErrorMessage: expect.stringContaining(detail),
})

const BODIES: Case[] = [
  signUp('a body that is no JSON', '{"email": ', NOT_JSON, shape('')),
  signUp('a body that is a list', '[]', NOT_JSON, shape('')),
  signUp('a body that is a text', '"customer"', NOT_JSON, shape('')),
  signUp('a body that is too deep', `{"a":${'['.repeat(9_000)}${']'.repeat(9_000)}}`, NOT_JSON, shape('deep')),
  signUp('no body', undefined, NOT_JSON, shape('')),
  signUp('a draft without what it needs', { password: 'x' }, NOT_JSON, shape('email: Missing required value')),
  signUp('a number for a text', draft({ firstName: 7 }), NOT_JSON, shape('firstName')),
  signUp('an object for a list', draft({ addresses: {} }), NOT_JSON, shape('addresses')),
  signUp('a text for an object', draft({ custom: 'consent' }), NOT_JSON, shape('custom')),
  signUp('a text for a flag', draft({ isEmailVerified: 'yes' }), NOT_JSON, shape('isEmailVerified')),
  signUp('a fraction for an index', draft({ addresses: [{ country: 'DE' }], defaultShippingAddress: 0.5 }), NOT_JSON),
  signUp('a date that does not exist', draft({ dateOfBirth: '2026-02-30' }), NOT_JSON, shape('dateOfBirth')),
  signUp('a country that is none', draft({ addresses: [{ country: 'Germany' }] }), NOT_JSON, shape('country')),
  signUp('a reference of another type', draft({ customerGroup: { typeId: 'store', key: 'gold' } }), NOT_JSON),
  signUp('a reference without id and key', draft({ customerGroup: { typeId: 'customer-group' } }), NOT_JSON),
  signUp('an index of no address', draft({ defaultBillingAddress: 3 }), 'InvalidInput'),
]

const FIELDS: Case[] = [
  signUp('an email that is none', draft({ email: 'nobody' }), 'InvalidField', {
    field: 'email',
    invalidValue: 'nobody',
  }),
  signUp('a key of forbidden letters', draft({ key: 'no spaces' }), 'InvalidField', { field: 'key' }),
  signUp('a language that the project has not', draft({ locale: 'tlh' }), 'InvalidField', {
    field: 'locale',
    allowedValues: expect.arrayContaining(['de']),
  }),
  signUp('no password', { email: 'new@example.com' }, 'RequiredField', { field: 'password' }),
  signUp('a taken email', draft({ email: 'TAKEN@example.com' }), 'DuplicateField', {
    field: 'email',
    duplicateValue: 'TAKEN@example.com',
  }),
  signUp('a taken key', draft({ key: 'taken' }), 'DuplicateField', { field: 'key' }),
  signUp('a taken customer number', draft({ customerNumber: 'C-1' }), 'DuplicateField', { field: 'customerNumber' }),
  signUp(
    'a group that does not exist',
    draft({ customerGroup: { typeId: 'customer-group', key: 'none' } }),
    'ReferencedResourceNotFound',
    {
      typeId: 'customer-group',
      key: 'none',
    },
  ),
  signUp(
    'a store that does not exist',
    draft({ stores: [{ typeId: 'store', key: 'none' }] }),
    'ReferencedResourceNotFound',
    {
      typeId: 'store',
    },
  ),
  signUp(
    'a type that does not exist',
    draft({ custom: { type: { typeId: 'type', id: 'none' } } }),
    'ReferencedResourceNotFound',
    {
      typeId: 'type',
      id: 'none',
    },
  ),
  signUp(
    'a required Custom Field left out',
    draft({ custom: { type: { typeId: 'type', key: 'consent' }, fields: {} } }),
    'RequiredField',
    {
      field: 'consent',
    },
  ),
  signUp(
    'a Custom Field of another kind',
    draft({ custom: { type: { typeId: 'type', key: 'consent' }, fields: { consent: 'yes' } } }),
    'InvalidField',
    { field: 'consent', invalidValue: 'yes' },
  ),
  signUp(
    'a value that the enumeration has not',
    draft({ custom: { type: { typeId: 'type', key: 'consent' }, fields: { consent: true, source: 'fax' } } }),
    'InvalidField',
    { field: 'source', allowedValues: ['web'] },
  ),
  signUp(
    'a Custom Field that the type has not',
    draft({ custom: { type: { typeId: 'type', key: 'consent' }, fields: { consent: true, other: 1 } } }),
    'InvalidOperation',
  ),
]

const UPDATES: Case[] = [
  update('no version', { actions: [] }, NOT_JSON, shape('version: Missing required value')),
  update('a version that is a text', { version: '1', actions: [] }, NOT_JSON, shape('version')),
  update('actions that are no list', { version: 1, actions: {} }, NOT_JSON, shape('actions')),
  update('an action that is no object', { version: 1, actions: ['setKey'] }, NOT_JSON, shape('actions')),
  update(
    'more actions than are allowed',
    { version: 1, actions: Array.from({ length: 501 }, () => ({ action: 'setKey' })) },
    NOT_JSON,
  ),
  action('an action without its name', { firstName: 'A' }, NOT_JSON, shape('action: Missing required value')),
  action('an action that does not exist', { action: 'setMood' }, 'InvalidInput'),
  action('an action that is a name of every object', { action: 'constructor' }, 'InvalidInput'),
  action('an action without its value', { action: 'changeEmail' }, NOT_JSON, shape('email: Missing required value')),
  action('an address that the customer has not', { action: 'removeAddress', addressId: 'none' }, 'InvalidInput'),
  action(
    'a Custom Field without a type',
    { action: 'setCustomField', name: 'consent', value: true },
    'InvalidOperation',
  ),
  action('a customer number given twice', { action: 'setCustomerNumber', customerNumber: 'C-2' }, 'InvalidField'),
  {
    name: 'a version that is not the present one',
    method: 'POST',
    path: () => `/demo/customers/${customer.id}`,
    body: { version: 7, actions: [] },
    expected: { status: 409, code: 'ConcurrentModification', currentVersion: 1 },
  },
  {
    name: 'a deletion without a version',
    method: 'DELETE',
    path: () => `/demo/customers/${customer.id}`,
    expected: { status: 400, code: 'InvalidInput' },
  },
  {
    name: 'a deletion under another version',
    method: 'DELETE',
    path: () => `/demo/customers/${customer.id}?version=2`,
    expected: { status: 409, code: 'ConcurrentModification', currentVersion: 1 },
  },
  {
    name: 'a deletion of what is referred to',
    method: 'DELETE',
    path: () => `/demo/customer-groups/${group.id}?version=1`,
    expected: { status: 400, code: 'ReferenceExists', referencedBy: 'customer' },
  },
  {
    name: 'a required Custom Field taken away',
    method: 'POST',
    path: () => `/demo/customers/${member.id}`,
    body: { version: 1, actions: [{ action: 'setCustomField', name: 'consent' }] },
    expected: { status: 400, code: 'RequiredField', field: 'consent' },
  },
]

const QUERIES: Case[] = [
  where('half a predicate', 'key(', /^Malformed parameter: where: Syntax error while parsing 'where'/),
  where(
    'a predicate that is too deep',
    `${'('.repeat(3_000)}key = "a"${')'.repeat(3_000)}`,
    /^Malformed parameter: where: .*deep/,
  ),
  where('an operator that does not exist', 'firstName ilike "a%"', /^Malformed parameter: where: Syntax error/),
  where('a text that does not end', 'firstName = "a', /^Malformed parameter: where: Syntax error/),
  where('a field that does not exist', 'mood = "good"', /^Malformed parameter: where: The field 'mood' does not exist/),
  where('a nested field that does not exist', 'addresses(mood = "good")', /The field 'mood' does not exist/),
  where('a variable without a value', 'email = :email', /^Malformed parameter: where: .*'email'/),
  where('a time that is none', 'createdAt > "yesterday"', /^Malformed parameter: where: /),
  query('a field to sort by that does not exist', 'sort=mood', /^Malformed parameter: sort: /),
  query('a direction that does not exist', 'sort=email+up', /^Malformed parameter: sort: /),
  query('too high a limit', 'limit=501', /limit/),
  query('a limit that is no number', 'limit=many', /^Malformed parameter: limit: /),
  query('too high an offset', 'offset=10001', /offset/),
  query('an offset below nothing', 'offset=-1', /offset/),
]

const PLACES: Case[] = [
  { name: 'an id of nobody', path: '/demo/customers/nobody', expected: { status: 404, code: 'ResourceNotFound' } },
  { name: 'a key of nobody', path: '/demo/customers/key=nobody', expected: { status: 404, code: 'ResourceNotFound' } },
  { name: 'a resource that does not exist', path: '/demo/moods', expected: { status: 404, code: 'ResourceNotFound' } },
  {
    name: 'a resource named as every object',
    path: '/demo/constructor',
    expected: { status: 404, code: 'ResourceNotFound' },
  },
  {
    name: 'a path that does not exist',
    method: 'PUT',
    path: '/demo/customers',
    expected: { status: 404, code: 'ResourceNotFound' },
  },
  {
    name: 'a path of broken escapes',
    path: '/demo/customers/%E0%A4%A',
    expected: { status: 400, code: 'InvalidInput' },
  },
  {
    name: 'a user id longer than allowed',
    method: 'POST',
    path: '/demo/customers',
    body: draft({}),
    headers: { 'x-external-user-id': 'x'.repeat(129) },
    expected: { status: 400, code: 'InvalidInput' },
  },
]

const TOKENS: Case[] = [
  {
    name: 'no token',
    path: '/demo/customers',
    headers: { authorization: '' },
    expected: { status: 401, code: 'invalid_token' },
  },
  {
    name: 'a made-up token',
    path: '/demo/customers',
    headers: { authorization: 'Bearer x.y' },
    expected: { status: 401, code: 'invalid_token' },
  },
  {
    name: 'a token for less',
    method: 'POST',
    path: '/demo/customers',
    body: draft({}),
    headers: async () => ({ authorization: `Bearer ${await tokenOf(it.emulator.url, 'a:b', 'view_customers:demo')}` }),
    expected: { status: 403, code: 'insufficient_scope' },
  },
  {
    name: 'no client',
    method: 'POST',
    path: '/oauth/token',
    headers: { authorization: '' },
    expected: { status: 401, code: 'invalid_client' },
  },
  {
    name: 'another grant',
    method: 'POST',
    path: '/oauth/token',
    headers: { authorization: `Basic ${btoa('a:b')}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'grant_type=implicit',
    expected: { status: 400, code: 'unsupported_grant_type' },
  },
]

const SUBSCRIPTIONS: Case[] = [
  subscribe('a destination that does not exist', { destination: { type: 'Pigeon' } }, NOT_JSON),
  subscribe('a destination named as every object', { destination: { type: 'constructor' } }, NOT_JSON),
  subscribe('a destination without its address', { destination: { type: 'SNS' } }, NOT_JSON),
  subscribe('nothing to tell', { changes: [], messages: [] }, 'InvalidInput'),
  subscribe('changes of what does not exist', { changes: [{ resourceTypeId: 'mood' }] }, NOT_JSON),
  subscribe('messages of carts, which have none', { messages: [{ resourceTypeId: 'cart' }] }, NOT_JSON),
  subscribe('a format that does not exist', { format: { type: 'Poem' } }, NOT_JSON),
  subscribe('a taken key', { key: 'ctsf' }, 'DuplicateField'),
]

const control = (name: string, path: string, body: unknown, code = NOT_JSON): Case => ({
  name,
  method: 'POST',
  path: `/__emulator/${path}`,
  body,
  expected: { status: 400, code },
})
const CONTROLS: Case[] = [
  control('time that goes backwards', 'clock', { advanceMs: -1 }),
  control('more time than there is', 'clock', { advanceMs: 1e16 }),
  control('a receiver that is no URL', 'deliveries', { deliverTo: 'somewhere' }),
  control('a receiver that speaks something else', 'deliveries', { deliverTo: 'ftp://127.0.0.1/' }),
  control('a rate that is a text', 'deliveries', { doubleRate: 'often' }),
  control('a handshake that does not exist', 'deliveries', { handshake: 'firm' }),
  control('a fault that does not exist', 'faults', [{ on: 'query', do: 'sulk' }]),
  control('a fault nowhere', 'faults', [{ on: 'lunch', do: 'status' }]),
  control('a status that is none', 'faults', [{ on: 'query', do: 'status', status: 7 }]),
  control('a scenario that does not exist', 'play', { scenario: 'opera' }),
  control('a state that does not exist', 'destinations', { subscription: 'key=ctsf', is: 'sad' }),
]

describe.each([
  ['a body', BODIES],
  ['a control route', CONTROLS],
  ['a field', FIELDS],
  ['an update or a deletion', UPDATES],
  ['a query', QUERIES],
  ['a path or a header', PLACES],
  ['a token', TOKENS],
  ['a subscription', SUBSCRIPTIONS],
])('%s', (_title, cases) => {
  test.each(cases)('$name', async ({ method = 'GET', path, body, headers = {}, expected }) => {
    const { status, code, ...details } = expected
    const answer = await it.call(
      method,
      typeof path === 'string' ? path : path(),
      body,
      typeof headers === 'function' ? await headers() : headers,
    )
    expect([answer.status, at(answer.body, 'errors', 0, 'code')], JSON.stringify(answer.body)).toEqual([status, code])
    expect(answer.body).toMatchObject({ statusCode: status, message: at(answer.body, 'errors', 0, 'message') })
    expect(at(answer.body, 'errors', 0)).toMatchObject(details)
    expect(answer.headers.get('content-type')).toContain('application/json')
    expect(JSON.stringify(answer.body)).not.toMatch(/\.ts:\d|node:internal| {4}at /)
  })
})

test('nothing of all this changed anything', async () => {
  expect((await it.query('customers', {})).total).toBe(2)
  expect((await it.query('subscriptions', {})).total).toBe(1)
  expect(await it.ok('GET', `/demo/customers/${customer.id}`)).toEqual(customer)
})

test('more subscriptions than a project may have', async () => {
  for (let n = 1; n < 50; n += 1) await it.ok('POST', '/demo/subscriptions', { ...SUBSCRIPTION, key: `more-${n}` })
  expect(await it.call('POST', '/demo/subscriptions', { ...SUBSCRIPTION, key: 'more-50' })).toMatchObject({
    status: 400,
    body: { errors: [{ code: 'MaxResourceLimitExceeded', exceededResource: 'subscription' }] },
  })
})

test('more than a request may hold', async () => {
  const answer = await it.call('POST', '/demo/customers', draft({ firstName: 'x'.repeat(17 * 1024 * 1024) }))
  expect(answer).toMatchObject({ status: 413, body: { errors: [{ code: 'ContentTooLarge' }] } })
})
