/** The vocabulary of the fuzzer: sound drafts (`#` becomes a number of its own), field names, actions and values. */

const text = { en: 'Text', de: 'Wort' }

const drafts: Record<string, Record<string, unknown>> = {
  customers: {
    email: 'person-#@example.com',
    password: 'x',
    key: 'person-#',
    addresses: [{ key: 'home', country: 'DE', city: 'Köln' }],
    custom: { type: { typeId: 'type', key: 'fuzz' }, fields: { flag: true } },
  },
  'customer-groups': { groupName: 'Group #', key: 'group-#' },
  stores: { key: 'store-#', name: text, languages: ['en'] },
  types: {
    key: 'type-#',
    name: text,
    resourceTypeIds: ['customer', 'address'],
    fieldDefinitions: [{ name: 'flag', label: text, required: false, type: { name: 'Boolean' } }],
  },
  subscriptions: {
    key: 'subscription-#',
    destination: { type: 'GoogleCloudPubSub', projectId: 'p', topic: 't' },
    changes: [{ resourceTypeId: 'customer' }],
  },
}

// biome-ignore format: word lists read better in lines
const names = [
  'id', 'key', 'name', 'email', 'password', 'customerNumber', 'externalId', 'firstName', 'lastName', 'middleName', 'title', 'salutation', 'companyName',
  'vatId', 'dateOfBirth', 'locale', 'isEmailVerified', 'authenticationMode', 'authMode', 'addresses', 'address', 'addressId', 'addressKey', 'shippingAddresses',
  'billingAddresses', 'defaultShippingAddress', 'defaultBillingAddress', 'customerGroup', 'customerGroupAssignments', 'customerGroupAssignment', 'stores', 'store',
  'custom', 'type', 'fields', 'value', 'groupName', 'languages', 'countries', 'currencies', 'resourceTypeIds', 'fieldDefinitions', 'fieldDefinition', 'fieldName', 'description',
  'destination', 'changes', 'messages', 'events', 'format', 'resource', 'sequenceNumber', 'messagesConfiguration', 'version', 'actions', 'typeId', 'lineItems', 'currency', 'country',
  'contactEmail', 'unitType', 'parentUnit', 'status', 'associates', 'orderNumber', 'orderState', 'cart', 'customerId', 'amountPlanned', 'transactions', 'container', 'roles',
]
// biome-ignore format: word lists read better in lines
const actions = [
  'setKey', 'changeName', 'setCustomType', 'setCustomField', 'setName', 'setLanguages', 'setCountries', 'addFieldDefinition', 'removeFieldDefinition', 'changeKey', 'setDescription',
  'setMessages', 'setChanges', 'setEvents', 'changeDestination', 'changeMessagesConfiguration', 'changeLanguages', 'changeCountries', 'changeCurrencies',
]
const values = [
  'a',
  'ab',
  '',
  'en',
  'DE',
  'home',
  'gold',
  'fuzz',
  'flag',
  'Password',
  'ExternalAuth',
  'a@example.com',
  'A@EXAMPLE.com',
  '2026-02-30',
  '2026-01-01',
  '2026-11-27T00:00:00.000Z',
  'x'.repeat(300),
  '\u0000',
  '💥',
  '\ud800',
  true,
  false,
  0,
  1,
  -1,
  0.5,
  1e21,
  2 ** 53,
  ['a'],
  [1, null],
  [],
  {},
]
const objects = [
  { typeId: 'customer-group', key: 'gold' },
  { typeId: 'customer-group', id: 'none' },
  { typeId: 'store', key: 'main' },
  { key: 'main' },
  { typeId: 'type', key: 'fuzz' },
  { id: 1 },
  { customerGroup: { typeId: 'customer-group', key: 'gold' } },
  { country: 'DE' },
  { country: 'DE', key: 'home', phone: '1' },
  { country: 7 },
  { type: { typeId: 'type', key: 'fuzz' }, fields: { flag: 'x', 'no such': 1 } },
  { type: { key: 'fuzz' }, fields: { flag: true, set: [1], ref: { typeId: 'customer' } } },
  { name: 'other', label: text, type: { name: 'Set', elementType: { name: 'Set', elementType: { name: 'String' } } } },
  { name: 'flag', type: { name: 'Nope' } },
  { type: 'SQS', queueUrl: 'q', region: 'r' },
  { type: 'SNS', topicArn: 'x' },
  { type: 'EventGrid', uri: 'u', accessKey: 'k' },
  { type: '__proto__' },
  { type: 'CloudEvents' },
  { resourceTypeId: 'customer' },
  { resourceTypeId: 'customer', types: ['CustomerCreated', 7] },
  { enabled: true, deleteDaysAfterCreation: 15 },
  text,
  { code: 'DE' },
  { en: 7 },
]

/** Values of the right kind for a field, some of them refused all the same: so that requests get past the first check. */
const group = { typeId: 'customer-group', key: 'gold' }
const fitting: Record<string, unknown[]> = {
  key: ['key-1', 'key-2', 'gold', 'x', undefined],
  name: ['flag', 'string', 'number', 'money', 'none', text],
  value: [true, 'text', 7, { currencyCode: 'EUR', centAmount: 1 }, { en: 'a' }, null],
  email: ['a@example.com', 'First@Example.com', 'first@example.com', 'no'],
  customerNumber: ['1', '2', ''],
  firstName: ['Ada', ''],
  externalId: ['e'],
  dateOfBirth: ['1815-12-10', '1815-13-10'],
  locale: ['de', 'en', 'tlh'],
  authMode: ['Password', 'ExternalAuth'],
  authenticationMode: ['Password', 'ExternalAuth'],
  password: ['x', undefined],
  address: [{ country: 'DE' }, { country: 'DE', key: 'home' }, { country: 'US', key: 'work', phone: '1' }],
  addresses: [
    [],
    [
      { country: 'DE', key: 'home' },
      { country: 'DE', key: 'home' },
    ],
    [{ country: 'FR' }],
  ],
  addressKey: ['home', 'work', 'none', undefined],
  addressId: [undefined, undefined, undefined, 'none'],
  defaultShippingAddress: [0, 1, 9],
  shippingAddresses: [[0], [0, 1], [9]],
  customerGroup: [group, { ...group, key: 'none' }, undefined],
  customerGroupAssignment: [{ customerGroup: group }, { customerGroup: { id: 'none' } }],
  customerGroupAssignments: [[], [{ customerGroup: group }], [{ customerGroup: group }, { customerGroup: group }]],
  stores: [[], [{ typeId: 'store', key: 'main' }], [{ key: 'none' }], ['en']],
  store: [
    { typeId: 'store', key: 'main' },
    { typeId: 'store', key: 'none' },
  ],
  custom: [
    { type: { key: 'fuzz' }, fields: { flag: true } },
    { type: { key: 'fuzz' }, fields: { none: 1 } },
  ],
  type: [{ typeId: 'type', key: 'fuzz' }, undefined],
  fields: [{ flag: true }, { string: 7 }, {}],
  groupName: ['Gold', 'Silver'],
  languages: [['en'], []],
  countries: [[{ code: 'DE' }], []],
  fieldName: ['flag', 'none'],
  description: [text, undefined],
  changes: [[{ resourceTypeId: 'customer' }], []],
  messages: [[{ resourceTypeId: 'customer', types: ['CustomerCreated'] }], []],
  destination: [
    { type: 'SNS', topicArn: 'x' },
    { type: 'EventGrid', uri: 'u', accessKey: 'k' },
  ],
  messagesConfiguration: [
    { enabled: true, deleteDaysAfterCreation: 15 },
    { enabled: true, deleteDaysAfterCreation: 99 },
  ],
}

export const words = { drafts, names, actions, values, objects, fitting }
