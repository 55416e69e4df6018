// What the org accepts, how it stores it, and the words it refuses with.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Wire, wire } from './org.ts'

let org: Wire & AsyncDisposable
beforeAll(async () => {
  org = await wire({
    org: {
      validationRules: [
        { object: 'Contact', field: 'Phone', op: 'matches', value: '[a-z]', message: 'Phone must hold no letters' },
      ],
      recordTypes: [{ object: 'Account', developerName: 'Business' }],
    },
  })
})
afterAll(() => org[Symbol.asyncDispose]())

const create = async (type: string, fields: object): Promise<{ status: number; body: unknown }> =>
  org.call('POST', `/sobjects/${type}`, fields)
const made = async (type: string, fields: object): Promise<string> => {
  const { status, body } = await create(type, fields)
  expect([status, body]).toMatchObject([201, { success: true }])
  return (body as { id: string }).id
}
const read = async (type: string, id: string): Promise<Record<string, unknown>> =>
  (await org.call('GET', `/sobjects/${type}/${id}`)).body as Record<string, unknown>

describe('refusals', () => {
  const cases: [what: string, type: string, fields: object, error: object][] = [
    [
      'a missing name',
      'Account',
      {},
      { errorCode: 'REQUIRED_FIELD_MISSING', message: 'Required fields are missing: [Name]', fields: ['Name'] },
    ],
    ['an empty required text', 'Contact', { LastName: '  ' }, { errorCode: 'REQUIRED_FIELD_MISSING' }],
    [
      'a long text',
      'Account',
      { Name: 'A', BillingCity: 'x'.repeat(41) },
      {
        errorCode: 'STRING_TOO_LONG',
        message: `Billing City: data value too large: ${'x'.repeat(41)} (max length=40)`,
        fields: ['BillingCity'],
      },
    ],
    [
      'an email without a dot',
      'Contact',
      { LastName: 'L', Email: 'a@b' },
      { errorCode: 'INVALID_EMAIL_ADDRESS', message: 'Email: invalid email address: a@b', fields: ['Email'] },
    ],
    [
      'an email with two dots',
      'Contact',
      { LastName: 'L', Email: 'a..b@c.de' },
      { errorCode: 'INVALID_EMAIL_ADDRESS' },
    ],
    [
      'an email beyond ASCII',
      'Contact',
      { LastName: 'L', Email: 'jürgen@c.de' },
      { errorCode: 'INVALID_EMAIL_ADDRESS' },
    ],
    [
      'a value outside a restricted picklist',
      'Contact',
      { LastName: 'L', Tier__c: 'Br<onze' },
      {
        errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
        message: 'Tier: bad value for restricted picklist field: Br&lt;onze',
        fields: ['Tier__c'],
      },
    ],
    [
      'a value outside a restricted multi-picklist',
      'Contact',
      { LastName: 'L', Interests__c: 'A;Z' },
      { errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST' },
    ],
    [
      'an unknown column',
      'Account',
      { Name: 'A', Foo__c: 1 },
      { errorCode: 'INVALID_FIELD', message: "No such column 'Foo__c' on sobject of type Account" },
    ],
    [
      'a read-only field',
      'Account',
      { Name: 'A', CreatedDate: '2020-01-01T00:00:00Z' },
      { errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE', fields: ['CreatedDate'] },
    ],
    ['text for a number', 'Contact', { LastName: 'L', Score__c: 'many' }, { errorCode: 'JSON_PARSER_ERROR' }],
    [
      'a number too big',
      'Contact',
      { LastName: 'L', Score__c: 10_000 },
      { errorCode: 'NUMBER_OUTSIDE_VALID_RANGE', fields: ['Score__c'] },
    ],
    ['text for a box', 'Contact', { LastName: 'L', DoNotCall: 'maybe' }, { errorCode: 'JSON_PARSER_ERROR' }],
    ['a day that is none', 'Contact', { LastName: 'L', Birthdate: '2026-02-30' }, { errorCode: 'JSON_PARSER_ERROR' }],
    [
      'a malformed id',
      'Contact',
      { LastName: 'L', AccountId: 'zzz' },
      { errorCode: 'MALFORMED_ID', fields: ['AccountId'] },
    ],
    [
      'an id of another object',
      'Contact',
      { LastName: 'L', AccountId: '003gL0000000001' },
      { errorCode: 'FIELD_INTEGRITY_EXCEPTION' },
    ],
    [
      'an id of nobody',
      'Contact',
      { LastName: 'L', AccountId: '001gL00000zzzzz' },
      { errorCode: 'INVALID_CROSS_REFERENCE_KEY' },
    ],
    [
      'a record type of nobody',
      'Account',
      { Name: 'A', RecordTypeId: '012gL00000zzzzz' },
      { errorCode: 'INVALID_CROSS_REFERENCE_KEY' },
    ],
    [
      'a broken rule of the org',
      'Contact',
      { LastName: 'L', Phone: 'call me' },
      { errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'Phone must hold no letters', fields: ['Phone'] },
    ],
    [
      'an unknown country code',
      'Account',
      { Name: 'A', BillingCountryCode: 'XX' },
      { errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', fields: ['BillingCountryCode'] },
    ],
    [
      'a country by the wrong name',
      'Contact',
      { LastName: 'L', MailingCountry: 'Deutschland' },
      {
        errorCode: 'FIELD_INTEGRITY_EXCEPTION',
        message:
          "There's a problem with this country, even though it may appear correct. Please select a country/territory from the list of valid countries.: Mailing Country",
      },
    ],
    [
      'a state without a country',
      'Account',
      { Name: 'A', BillingStateCode: 'CA' },
      { errorCode: 'FIELD_INTEGRITY_EXCEPTION' },
    ],
    [
      'a state of another country',
      'Account',
      { Name: 'A', BillingCountryCode: 'DE', BillingStateCode: 'CA' },
      {
        errorCode: 'FIELD_INTEGRITY_EXCEPTION',
        message:
          "The existing country/territory doesn't recognize the state value for field: Billing State/Province Code",
      },
    ],
    [
      'two fields in a foreign key',
      'Contact',
      { LastName: 'L', Account: { CT_Id__c: 'a', Name: 'b' } },
      { errorCode: 'INVALID_FIELD' },
    ],
  ]
  test.each(cases)('%s', async (_what, type, fields, error) => {
    const { status, body } = await create(type, fields)
    expect([status, body]).toMatchObject([400, [error]])
  })

  test('a value that another record has, with and without regard to case', async () => {
    const first = await made('Account', { Name: 'A', CT_Id__c: 'Key', Nick__c: 'Bob' })
    const again = await create('Account', { Name: 'B', CT_Id__c: 'Key' })
    expect(again.body).toMatchObject([
      {
        errorCode: 'DUPLICATE_VALUE',
        message: `duplicate value found: CT_Id__c duplicates value on record with id: ${first.slice(0, 15)}`,
      },
    ])
    await made('Account', { Name: 'B', CT_Id__c: 'KEY' })
    expect((await create('Account', { Name: 'C', Nick__c: 'BOB' })).body).toMatchObject([
      { errorCode: 'DUPLICATE_VALUE' },
    ])
  })

  test('wrong methods and paths', async () => {
    expect(await org.call('PUT', '/sobjects/Account', {})).toMatchObject({
      status: 405,
      body: [{ errorCode: 'METHOD_NOT_ALLOWED' }],
    })
    expect(await org.call('GET', '/sobjects/Nope/describe')).toMatchObject({
      status: 404,
      body: [{ errorCode: 'NOT_FOUND' }],
    })
    expect(await org.call('PATCH', '/sobjects/Account/Nope__c/1', {})).toMatchObject({ status: 404 })
    expect(await org.call('GET', '/sobjects/Account/001gL00000zzzzz')).toMatchObject({
      status: 404,
      body: [{ errorCode: 'NOT_FOUND' }],
    })
    const key = `${'k'.repeat(200)}%2F%C3%A9%23%3F`
    expect((await org.call('PATCH', `/sobjects/Account/CT_Id__c/${key}`, { Name: 'A' })).status).toBe(201)
    expect(await org.query("SELECT CT_Id__c FROM Account WHERE CT_Id__c LIKE '%kk/é#?'")).toHaveLength(1)
    expect((await org.call('GET', '/sobjects/Account/CT_Id__c/%zz')).status).toBeGreaterThanOrEqual(400)
    const long = await org.call('GET', `/query?q=${'x'.repeat(17_000)}`)
    expect(long.status).toBe(414)
  })
})

describe('storage', () => {
  test('trims, lower-cases, rounds, empties and defaults', async () => {
    const id = await made('Contact', {
      LastName: ' Doe ',
      FirstName: '',
      Email: 'A.B@Example.COM',
      Score__c: 1.005,
      Seen_At__c: '2026-01-02T03:04:05.678+01:00',
    })
    expect(await read('Contact', id)).toMatchObject({
      LastName: 'Doe',
      FirstName: null,
      Name: 'Doe',
      Email: 'a.b@example.com',
      Score__c: 1.01,
      Seen_At__c: '2026-01-02T02:04:05.000+0000',
      Vip__c: true,
      Tier__c: 'Silver',
      DoNotCall: false,
    })
  })

  test('fills labels from codes and codes from labels, and empties both', async () => {
    const id = await made('Contact', { LastName: 'L', MailingCountry: 'united states', MailingState: 'Texas' })
    expect(await read('Contact', id)).toMatchObject({
      MailingCountryCode: 'US',
      MailingStateCode: 'TX',
      MailingAddress: { countryCode: 'US', stateCode: 'TX' },
    })
    const moved = await org.call('PATCH', `/sobjects/Contact/${id}`, { MailingCountryCode: 'DE' })
    expect(moved.body).toMatchObject([{ errorCode: 'FIELD_INTEGRITY_EXCEPTION' }])
    expect(
      (await org.call('PATCH', `/sobjects/Contact/${id}`, { MailingCountryCode: 'DE', MailingStateCode: null })).status,
    ).toBe(204)
    expect(await read('Contact', id)).toMatchObject({
      MailingCountry: 'Germany',
      MailingState: null,
      MailingStateCode: null,
    })
  })

  test('numbers its own names and clears lookups of what is deleted', async () => {
    const contact = await made('Contact', { LastName: 'L' })
    const cart = await made('CT_Cart__c', { CT_Id__c: 'cart', Contact__c: contact })
    expect((await read('CT_Cart__c', cart)).Name).toBe('C-0001')
    expect((await org.call('DELETE', `/sobjects/Contact/${contact}`)).status).toBe(204)
    expect((await read('CT_Cart__c', cart)).Contact__c).toBeNull()
    expect(await org.call('PATCH', `/sobjects/Contact/${contact}`, { LastName: 'M' })).toMatchObject({
      status: 404,
      body: [{ errorCode: 'ENTITY_IS_DELETED' }],
    })
  })

  test('takes a record type of the org', async () => {
    const [type] = await org.query(
      "SELECT Id FROM RecordType WHERE SobjectType = 'Account' AND DeveloperName = 'Business'",
    )
    const id = await made('Account', { Name: 'A', RecordTypeId: type?.Id })
    expect((await read('Account', id)).RecordTypeId).toBe(type?.Id)
  })
})

describe('conditional requests', () => {
  test('refuse a write to what changed since, and skip a read of what did not', async () => {
    const id = await made('Account', { Name: 'A' })
    const past = new Date(Date.now() - 60_000).toUTCString()
    const soon = new Date(Date.now() + 60_000).toUTCString()
    expect(
      (await org.call('PATCH', `/sobjects/Account/${id}`, { Name: 'B' }, { 'if-unmodified-since': past })).status,
    ).toBe(412)
    expect(
      (await org.call('PATCH', `/sobjects/Account/${id}`, { Name: 'B' }, { 'if-unmodified-since': soon })).status,
    ).toBe(204)
    expect((await org.call('GET', `/sobjects/Account/${id}`, undefined, { 'if-modified-since': soon })).status).toBe(
      304,
    )
    expect((await org.call('GET', `/sobjects/Account/${id}`, undefined, { 'if-modified-since': past })).status).toBe(
      200,
    )
  })

  test('upsert answers 201, 200 and, update only, 404', async () => {
    expect(await org.call('PATCH', '/sobjects/Contact/CT_Id__c/u%2F1', { LastName: 'L' })).toMatchObject({
      status: 201,
      body: { created: true },
    })
    expect(await org.call('PATCH', '/sobjects/Contact/CT_Id__c/u%2F1', { LastName: 'M' })).toMatchObject({
      status: 200,
      body: { created: false },
    })
    expect((await org.call('PATCH', '/sobjects/Contact/CT_Id__c/none?updateOnly=true', { LastName: 'M' })).status).toBe(
      404,
    )
    expect((await org.call('PATCH', '/sobjects/Contact/CT_Id__c/u%2F1', { CT_Id__c: 'x' })).status).toBe(400)
  })
})

describe('merge', () => {
  test('moves the children and leaves the loser with its master', async () => {
    const [master, loser] = [
      await made('Account', { Name: 'Master', Nick__c: 'm' }),
      await made('Account', { Name: 'Loser', CT_Id__c: 'loser' }),
    ]
    const child = await made('Contact', { LastName: 'Child', AccountId: loser })
    expect((await org.control('POST', '/merge', { object: 'Account', masterId: master, loserId: loser })).status).toBe(
      200,
    )
    expect((await read('Contact', child)).AccountId).toBe(master)
    const { body } = await org.call(
      'GET',
      `/queryAll?q=${encodeURIComponent(`SELECT IsDeleted, MasterRecordId FROM Account WHERE Id = '${loser}'`)}`,
    )
    expect(body).toMatchObject({ records: [{ IsDeleted: true, MasterRecordId: master }] })
    expect(await org.query(`SELECT Id FROM Account WHERE CT_Id__c = 'loser'`)).toEqual([])
  })
})
