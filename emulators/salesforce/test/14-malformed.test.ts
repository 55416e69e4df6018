// Requests that are malformed or break a limit, each with the error that the org has for it: never a 500, never a stack.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { VERSION, type Wire, wire } from './org.ts'

type Sent = { method?: string; path: string; body?: unknown; headers?: Record<string, string> }
type Case = [name: string, sent: Sent, status: number, body: unknown]

let org: Wire & AsyncDisposable
let token: string
let account: string
let gone: string
let openJob: string
let queryJob: string

beforeAll(async () => {
  org = await wire({ org: { apiLimit: 1_000_000, bulkQueueMs: 0, bulkRecordMs: 0 } })
  token = await org.login()
  const idOf = (reply: { body: unknown }): string => (reply.body as { id: string }).id
  account = idOf(await org.call('POST', '/sobjects/Account', { Name: 'There', CT_Id__c: 'taken' }))
  gone = idOf(await org.call('POST', '/sobjects/Account', { Name: 'Gone' }))
  await org.call('DELETE', `/sobjects/Account/${gone}`)
  openJob = idOf(await org.call('POST', '/jobs/ingest', { object: 'Account', operation: 'insert' }))
  queryJob = idOf(await org.call('POST', '/jobs/query', { operation: 'query', query: 'SELECT Id FROM Account' }))
  await org.control('POST', '/clock', { advanceMs: 1000 })
})
afterAll(() => org[Symbol.asyncDispose]())

/** A string is sent as it is, anything else as JSON. `{account}` and the like stand for ids made above. */
async function ask(sent: Sent): Promise<{ status: number; text: string }> {
  const ids: Record<string, string> = { account, gone, openJob, queryJob }
  const filled = (text: string): string =>
    text.replace(/\{(account|gone|openJob|queryJob)\}/g, (_, id) => ids[id] ?? '')
  const { method = 'GET', path, body, headers = {} } = sent
  const url = path.startsWith('/services') ? path : `/services/data/${VERSION}${path}`
  const text = body === undefined ? undefined : filled(typeof body === 'string' ? body : JSON.stringify(body))
  const response = await fetch(`${org.emulator.url}${filled(url)}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    ...(text === undefined ? {} : { body: text }),
  })
  return { status: response.status, text: await response.text() }
}

const one = (errorCode: string, more: object = {}): object[] => [{ errorCode, ...more }]
const rows = (...codes: string[]): object[] => codes.map(statusCode => ({ success: false, errors: [{ statusCode }] }))
const subs = (...codes: string[]): object => ({
  compositeResponse: codes.map(code => ({ httpStatusCode: 400, body: [{ errorCode: code }] })),
})
/** A composite that is refused as a whole says so in one answer without a name. */
const whole = (errorCode: string): object => ({
  compositeResponse: [{ httpStatusCode: 400, referenceId: null, body: [{ errorCode }] }],
})
const soql = (text: string): Sent => ({ path: `/query?q=${encodeURIComponent(text)}` })
const create = (body: unknown, object = 'Contact'): Sent => ({ method: 'POST', path: `/sobjects/${object}`, body })
const collection = (records: unknown[], method = 'POST'): Sent => ({
  method,
  path: '/composite/sobjects',
  body: { records },
})
const composite = (...compositeRequest: unknown[]): Sent => ({
  method: 'POST',
  path: '/composite',
  body: { compositeRequest },
})
const sub = (referenceId: string, url: string, more: object = {}): object => ({
  method: 'GET',
  url: `/services/data/${VERSION}${url}`,
  referenceId,
  ...more,
})
const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at))
const record = (more: object = {}): object => ({ attributes: { type: 'Contact' }, LastName: 'X', ...more })
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
const job = (more: object): Sent => ({
  method: 'POST',
  path: '/jobs/ingest',
  body: { object: 'Account', operation: 'insert', ...more },
})
const queryJobOf = (query: unknown): Sent => ({
  method: 'POST',
  path: '/jobs/query',
  body: { operation: 'query', query },
})
const KEY = '/sobjects/Account/CT_Id__c'

const protocol: Case[] = [
  ['no token', { path: '/limits', headers: { authorization: '' } }, 401, one('INVALID_SESSION_ID')],
  ['a token of nobody', { path: '/limits', headers: { authorization: 'Bearer x' } }, 401, one('INVALID_SESSION_ID')],
  ['basic credentials', { path: '/limits', headers: { authorization: 'Basic eDp5' } }, 401, one('INVALID_SESSION_ID')],
  ['a version to come', { path: '/services/data/v99.0/limits' }, 404, one('NOT_FOUND')],
  ['a retired version', { path: '/services/data/v29.0/limits' }, 410, one('UNSUPPORTED_API_VERSION')],
  ['a version without its zero', { path: '/services/data/v67/limits' }, 404, one('NOT_FOUND')],
  ['an unknown resource', { path: '/nothing' }, 404, one('NOT_FOUND')],
  ['a path that is no UTF-8', { path: '/sobjects/Account/CT_Id__c/%E0%A4%A' }, 404, one('NOT_FOUND')],
  ['a NUL in the path', { path: '/sobjects/Acc%00ount' }, 404, one('NOT_FOUND')],
  ['a path too deep', { path: '/sobjects/Account/CT_Id__c/a/b/c' }, 404, one('NOT_FOUND')],
  ['a URL beyond 16 KB', soql(`SELECT Id FROM Account WHERE Name = '${'x'.repeat(17_000)}'`), 414, one('URI_TOO_LONG')],
  ['DELETE of an object', { method: 'DELETE', path: '/sobjects/Account' }, 405, one('METHOD_NOT_ALLOWED')],
  ['PUT of a record', { method: 'PUT', path: '/sobjects/Account/{account}', body: {} }, 405, one('METHOD_NOT_ALLOWED')],
  ['POST of limits', { method: 'POST', path: '/limits', body: {} }, 405, one('METHOD_NOT_ALLOWED')],
  [
    'POST of describe',
    { method: 'POST', path: '/sobjects/Account/describe', body: {} },
    405,
    one('METHOD_NOT_ALLOWED'),
  ],
  ['DELETE of a query', { method: 'DELETE', path: '/query?q=x' }, 405, one('METHOD_NOT_ALLOWED')],
  ['PUT of composite', { method: 'PUT', path: '/composite', body: {} }, 405, one('METHOD_NOT_ALLOWED')],
  ['PUT of a collection', { method: 'PUT', path: '/composite/sobjects', body: {} }, 405, one('METHOD_NOT_ALLOWED')],
  ['OPTIONS', { method: 'OPTIONS', path: '/limits' }, 405, one('METHOD_NOT_ALLOWED')],
  [
    'another content type',
    { ...create('LastName=X'), headers: { 'content-type': 'text/plain' } },
    415,
    one('UNSUPPORTED_MEDIA_TYPE', { message: "MediaType of 'text/plain' is not supported by this resource" }),
  ],
  [
    'JSON where CSV belongs',
    { method: 'PUT', path: '/jobs/ingest/{openJob}/batches', body: { Name: 'x' } },
    415,
    one('UNSUPPORTED_MEDIA_TYPE'),
  ],
  [
    'a condition that is no date',
    {
      method: 'PATCH',
      path: '/sobjects/Account/{account}',
      body: { Name: 'x' },
      headers: { 'if-unmodified-since': 'yesterday' },
    },
    400,
    one('BAD_REQUEST'),
  ],
  [
    'a condition that does not hold',
    {
      method: 'PATCH',
      path: '/sobjects/Account/{account}',
      body: { Name: 'x' },
      headers: { 'if-unmodified-since': 'Thu, 01 Jan 2015 00:00:00 GMT' },
    },
    412,
    one('PRECONDITION_FAILED'),
  ],
]

const bodies: Case[] = [
  ['no JSON', create('{"LastName":'), 400, one('JSON_PARSER_ERROR')],
  ['a raw line break in a text', create('{"LastName":"a\nb"}'), 400, one('JSON_PARSER_ERROR')],
  ['a raw NUL', create('{"LastName":"a\u0000b"}'), 400, one('JSON_PARSER_ERROR')],
  ['no body', { method: 'POST', path: '/sobjects/Contact' }, 400, one('JSON_PARSER_ERROR')],
  ['a list for a record', create([{ LastName: 'X' }]), 400, one('JSON_PARSER_ERROR')],
  ['a text for a record', create('"LastName"'), 400, one('JSON_PARSER_ERROR')],
  ['null for a record', create('null'), 400, one('JSON_PARSER_ERROR')],
  ['nesting without end', create(nested(100_000)), 400, one('JSON_PARSER_ERROR')],
  [
    'nesting without end in a composite',
    {
      ...composite(),
      body: `{"compositeRequest":[{"method":"POST","url":"/services/data/${VERSION}/sobjects/Account","referenceId":"a","body":${nested(4000)}}]}`,
    },
    400,
    one('JSON_PARSER_ERROR'),
  ],
  ['an unknown object', create({ Name: 'x' }, 'Nope'), 404, one('NOT_FOUND')],
  ['an unknown field', create({ LastName: 'X', Nope__c: 1 }), 400, one('INVALID_FIELD')],
  ['a name of JavaScript', create('{"LastName":"X","__proto__":{}}'), 400, one('INVALID_FIELD')],
  ['an Id to create with', create({ LastName: 'X', Id: '003000000000001' }), 400, one('INVALID_FIELD')],
  ['nothing that is required', create({}), 400, one('REQUIRED_FIELD_MISSING', { fields: ['LastName'] })],
  ['a blank where something is required', create({ LastName: '  ' }), 400, one('REQUIRED_FIELD_MISSING')],
  ['null where something is required', create({ LastName: null }), 400, one('REQUIRED_FIELD_MISSING')],
  ['a number for a text', create({ LastName: 7 }), 400, one('JSON_PARSER_ERROR')],
  ['an object for a text', create({ LastName: { toString: 1 } }), 400, one('JSON_PARSER_ERROR')],
  ['a list for a text', create({ LastName: [{ toString: 1 }] }), 400, one('JSON_PARSER_ERROR')],
  ['a text for a yes or no', create({ LastName: 'X', Vip__c: 'maybe' }), 400, one('JSON_PARSER_ERROR')],
  ['null for a yes or no', create({ LastName: 'X', Vip__c: null }), 400, one('JSON_PARSER_ERROR')],
  ['a text for a number', create({ LastName: 'X', Score__c: 'many' }), 400, one('JSON_PARSER_ERROR')],
  ['a number too large', create({ LastName: 'X', Score__c: 1e9 }), 400, one('NUMBER_OUTSIDE_VALID_RANGE')],
  ['a day that is none', create({ LastName: 'X', Birthdate: '2026-02-30' }), 400, one('JSON_PARSER_ERROR')],
  ['a time without a zone', create({ LastName: 'X', Seen_At__c: '2026-02-03 10:00' }), 400, one('JSON_PARSER_ERROR')],
  ['a month 13', create({ LastName: 'X', Seen_At__c: '2026-13-03T10:00:00Z' }), 400, one('JSON_PARSER_ERROR')],
  ['a text too long', create({ LastName: 'x'.repeat(81) }), 400, one('STRING_TOO_LONG', { fields: ['LastName'] })],
  ['a bad email', create({ LastName: 'X', Email: 'a..b@c' }), 400, one('INVALID_EMAIL_ADDRESS', { fields: ['Email'] })],
  [
    'a value that the picklist does not have',
    create({ LastName: 'X', Tier__c: '<Lead>' }),
    400,
    one('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', { message: expect.stringContaining('&lt;Lead&gt;') }),
  ],
  [
    'a read-only field',
    create({ LastName: 'X', CreatedDate: '2026-01-01' }),
    400,
    one('INVALID_FIELD_FOR_INSERT_UPDATE'),
  ],
  ['a reference that is no id', create({ LastName: 'X', AccountId: 'acme' }), 400, one('MALFORMED_ID')],
  [
    'a reference of another object',
    create({ LastName: 'X', AccountId: '003000000000001' }),
    400,
    one('FIELD_INTEGRITY_EXCEPTION'),
  ],
  [
    'a reference to nothing',
    create({ LastName: 'X', AccountId: '001000000000001' }),
    400,
    one('INVALID_CROSS_REFERENCE_KEY'),
  ],
  ['a reference to the recycle bin', create({ LastName: 'X', AccountId: '{gone}' }), 400, one('ENTITY_IS_DELETED')],
  ['a parent nobody knows', create({ LastName: 'X', Account: { CT_Id__c: 'nobody' } }), 400, one('INVALID_FIELD')],
  [
    'a parent by two keys',
    create({ LastName: 'X', Account: { CT_Id__c: 'a', ERP_Id__c: 'b' } }),
    400,
    one('INVALID_FIELD'),
  ],
  ['a parent twice', create({ LastName: 'X', AccountId: null, Account: { CT_Id__c: 'a' } }), 400, one('INVALID_FIELD')],
  ['a parent by a text', create({ LastName: 'X', Account: 'taken' }), 400, one('JSON_PARSER_ERROR')],
  ['a key that is taken', create({ Name: 'x', CT_Id__c: 'taken' }, 'Account'), 400, one('DUPLICATE_VALUE')],
]

const records: Case[] = [
  ['an id that is none', { path: '/sobjects/Account/nothing' }, 404, one('NOT_FOUND')],
  ['an id with a sign', { path: '/sobjects/Account/001-00000000001' }, 400, one('MALFORMED_ID')],
  ['an id of nothing', { path: '/sobjects/Account/001000000000001' }, 404, one('NOT_FOUND')],
  ['an id of another object', { path: '/sobjects/Contact/{account}' }, 404, one('NOT_FOUND')],
  ['a record in the recycle bin', { path: '/sobjects/Account/{gone}' }, 404, one('ENTITY_IS_DELETED')],
  ['a delete twice', { method: 'DELETE', path: '/sobjects/Account/{gone}' }, 404, one('ENTITY_IS_DELETED')],
  ['a column that is none', { path: '/sobjects/Account/{account}?fields=Name,Nope' }, 400, one('INVALID_FIELD')],
  ['a key that is no external ID', { path: '/sobjects/Account/Phone/1' }, 404, one('NOT_FOUND')],
  [
    'a key field that is none',
    { method: 'PATCH', path: '/sobjects/Account/Nope__c/1', body: {} },
    404,
    one('NOT_FOUND'),
  ],
  [
    'the key in the body too',
    { method: 'PATCH', path: `${KEY}/new`, body: { CT_Id__c: 'new', Name: 'x' } },
    400,
    one('INVALID_FIELD'),
  ],
  [
    'a key too long',
    { method: 'PATCH', path: `${KEY}/${'k'.repeat(256)}`, body: { Name: 'x' } },
    400,
    one('STRING_TOO_LONG'),
  ],
  [
    'an update only of nothing',
    { method: 'PATCH', path: `${KEY}/new?updateOnly=true`, body: {} },
    404,
    one('NOT_FOUND'),
  ],
  ['a list of changes without times', { path: '/sobjects/Account/updated' }, 400, one('INVALID_REPLICATION_DATE')],
  [
    'a list of changes that ends before it begins',
    { path: '/sobjects/Account/deleted?start=2026-01-02T00:00:00Z&end=2026-01-01T00:00:00Z' },
    400,
    one('INVALID_REPLICATION_DATE'),
  ],
]

const queries: Case[] = [
  ['no query', { path: '/query' }, 400, one('MALFORMED_QUERY')],
  ['no sense', soql('hello'), 400, one('MALFORMED_QUERY')],
  ['a word misspelt', soql('SELECT Id FORM Account'), 400, one('MALFORMED_QUERY')],
  ['no FROM', soql('SELECT Id'), 400, one('MALFORMED_QUERY')],
  ['no columns', soql('SELECT FROM Account'), 400, one('MALFORMED_QUERY')],
  ['a star', soql('SELECT * FROM Account'), 400, one('MALFORMED_QUERY')],
  ['a text without its end', soql("SELECT Id FROM Account WHERE Name = 'x"), 400, one('MALFORMED_QUERY')],
  ['a bracket without its end', soql("SELECT Id FROM Account WHERE (Name = 'x'"), 400, one('MALFORMED_QUERY')],
  ['an empty list', soql('SELECT Id FROM Account WHERE Name IN ()'), 400, one('MALFORMED_QUERY')],
  [
    'AND beside OR',
    soql("SELECT Id FROM Account WHERE Name='a' AND Name='b' OR Name='c'"),
    400,
    one('MALFORMED_QUERY'),
  ],
  ['a limit below zero', soql('SELECT Id FROM Account LIMIT -1'), 400, one('MALFORMED_QUERY')],
  ['ALL ROWS', soql('SELECT Id FROM Account ALL ROWS'), 400, one('MALFORMED_QUERY')],
  ['a NUL', soql('SELECT Id FROM Account WHERE \u0000'), 400, one('MALFORMED_QUERY')],
  ['two statements', soql('SELECT Id FROM Account; DELETE FROM Account'), 400, one('MALFORMED_QUERY')],
  ['an unknown object', soql('SELECT Id FROM Nope'), 400, one('INVALID_TYPE')],
  ['an unknown column', soql('SELECT Nope FROM Account'), 400, one('INVALID_FIELD')],
  ['a column twice', soql('SELECT Id, Name, Name FROM Account'), 400, one('INVALID_FIELD')],
  ['an unknown parent', soql('SELECT Nope.Name FROM Account'), 400, one('INVALID_FIELD')],
  [
    'a parent six steps up',
    soql('SELECT Parent.Parent.Parent.Parent.Parent.Parent.Name FROM Account'),
    400,
    one('MALFORMED_QUERY'),
  ],
  ['unknown children', soql('SELECT (SELECT Id FROM Nopes) FROM Account'), 400, one('INVALID_TYPE')],
  [
    'twenty-one child queries',
    soql(`SELECT Id${many(21, () => ', (SELECT Id FROM Contacts)').join('')} FROM Account`),
    400,
    one('MALFORMED_QUERY', { message: expect.stringContaining('more than 20') }),
  ],
  [
    'the same children twice',
    soql('SELECT (SELECT Id FROM Contacts), (SELECT Id FROM Contacts) FROM Account'),
    400,
    one('MALFORMED_QUERY'),
  ],
  [
    'three semi-joins',
    soql(`SELECT Id FROM Account WHERE ${many(3, () => 'Id IN (SELECT AccountId FROM Contact)').join(' AND ')}`),
    400,
    one('EXCEEDED_MAX_SEMIJOIN_SUBSELECTS'),
  ],
  [
    'a semi-join beside OR',
    soql("SELECT Id FROM Account WHERE Name = 'a' OR Id IN (SELECT AccountId FROM Contact)"),
    400,
    one('MALFORMED_QUERY'),
  ],
  [
    'an unknown date literal',
    soql('SELECT Id FROM Account WHERE CreatedDate = LAST_FORTNIGHT'),
    400,
    one('MALFORMED_QUERY'),
  ],
  ['a day that is none', soql('SELECT Id FROM Contact WHERE Birthdate = 2026-02-31'), 400, one('MALFORMED_QUERY')],
  [
    'an hour that is none',
    soql('SELECT Id FROM Account WHERE CreatedDate > 2026-01-01T25:00:00Z'),
    400,
    one('MALFORMED_QUERY'),
  ],
  [
    'a day where a time belongs',
    soql('SELECT Id FROM Account WHERE CreatedDate > 2026-01-01'),
    400,
    one('INVALID_FIELD'),
  ],
  [
    'a time in quotes',
    soql("SELECT Id FROM Account WHERE CreatedDate > '2026-01-01T00:00:00Z'"),
    400,
    one('INVALID_FIELD'),
  ],
  ['a number in quotes', soql("SELECT Id FROM Contact WHERE Score__c = '1'"), 400, one('INVALID_FIELD')],
  ['a text without quotes', soql('SELECT Id FROM Account WHERE Name = 7'), 400, one('INVALID_FIELD')],
  ['a yes in quotes', soql("SELECT Id FROM Contact WHERE Vip__c = 'true'"), 400, one('INVALID_FIELD')],
  ['an id that is none', soql("SELECT Id FROM Account WHERE Id = 'x'"), 400, one('INVALID_QUERY_FILTER_OPERATOR')],
  [
    'LIKE of a number',
    soql("SELECT Id FROM Contact WHERE Score__c LIKE '1%'"),
    400,
    one('INVALID_QUERY_FILTER_OPERATOR'),
  ],
  [
    'INCLUDES of a plain text',
    soql("SELECT Id FROM Contact WHERE LastName INCLUDES ('a')"),
    400,
    one('INVALID_QUERY_FILTER_OPERATOR'),
  ],
  ['a long text filtered', soql("SELECT Id FROM Contact WHERE Notes__c = 'x'"), 400, one('INVALID_FIELD')],
  ['a long text sorted', soql('SELECT Id FROM Contact ORDER BY Notes__c'), 400, one('INVALID_FIELD')],
  ['an offset too far', soql('SELECT Id FROM Account OFFSET 2001'), 400, one('NUMBER_OUTSIDE_VALID_RANGE')],
  ['a column neither grouped nor aggregated', soql('SELECT Name, COUNT(Id) FROM Account'), 400, one('MALFORMED_QUERY')],
  ['all fields without a limit', soql('SELECT FIELDS(ALL) FROM Account'), 400, one('MALFORMED_QUERY')],
  ['a locator of nothing', { path: '/query/0r8000000000001AAA-2000' }, 400, one('INVALID_QUERY_LOCATOR')],
  ['a locator without its place', { path: '/query/x' }, 400, one('INVALID_QUERY_LOCATOR')],
]

const batches: Case[] = [
  ['201 records', collection(many(201, () => record())), 400, one('EXCEEDED_ID_LIMIT')],
  ['no records', { method: 'POST', path: '/composite/sobjects', body: {} }, 400, one('JSON_PARSER_ERROR')],
  ['records that are no list', collection('x' as unknown as unknown[]), 400, one('JSON_PARSER_ERROR')],
  ['a record that is none', collection([7]), 400, one('JSON_PARSER_ERROR')],
  ['a record without a type', collection([{ LastName: 'X' }]), 400, one('INVALID_TYPE')],
  ['a record of an unknown type', collection([{ attributes: { type: 'Nope' } }]), 400, one('INVALID_TYPE')],
  ['an update without an id', collection([record()], 'PATCH'), 200, rows('MISSING_ARGUMENT')],
  [
    'an update of one record twice',
    collection(
      many(2, () => ({ attributes: { type: 'Account' }, Id: '{account}' })),
      'PATCH',
    ),
    200,
    rows('DUPLICATE_VALUE', 'DUPLICATE_VALUE'),
  ],
  ['an update by an id that is none', collection([record({ Id: 'x' })], 'PATCH'), 200, rows('MALFORMED_ID')],
  [
    'an upsert of one key twice',
    {
      method: 'PATCH',
      path: '/composite/sobjects/Contact/CT_Id__c',
      body: { records: many(2, () => record({ CT_Id__c: 'k' })) },
    },
    200,
    rows('DUPLICATE_VALUE', 'DUPLICATE_VALUE'),
  ],
  [
    'an upsert of two types',
    { method: 'PATCH', path: '/composite/sobjects/Account/CT_Id__c', body: { records: [record()] } },
    400,
    one('INVALID_TYPE'),
  ],
  [
    'an upsert by no external ID',
    { method: 'PATCH', path: '/composite/sobjects/Account/Phone', body: { records: [] } },
    404,
    one('NOT_FOUND'),
  ],
  ['a delete of nothing', { method: 'DELETE', path: '/composite/sobjects' }, 400, one('REQUIRED_FIELD_MISSING')],
  [
    'a delete of 201',
    { method: 'DELETE', path: `/composite/sobjects?ids=${many(201, () => '001000000000001').join()}` },
    400,
    one('EXCEEDED_ID_LIMIT'),
  ],
  ['a delete of what is none', { method: 'DELETE', path: '/composite/sobjects?ids=x' }, 200, rows('MALFORMED_ID')],
  [
    'a retrieve of 2,001',
    {
      method: 'POST',
      path: '/composite/sobjects/Account',
      body: { ids: many(2001, () => '001000000000001'), fields: ['Id'] },
    },
    400,
    one('EXCEEDED_ID_LIMIT'),
  ],
  [
    'a retrieve of ids that are none',
    { method: 'POST', path: '/composite/sobjects/Account', body: { ids: [{ toString: 1 }], fields: ['Id'] } },
    400,
    one('JSON_PARSER_ERROR'),
  ],
  [
    'a retrieve without columns',
    { method: 'POST', path: '/composite/sobjects/Account', body: { ids: ['{account}'] } },
    400,
    one('JSON_PARSER_ERROR'),
  ],
  ['26 subrequests', composite(...many(26, at => sub(`r${at}`, '/limits'))), 200, whole('LIMIT_EXCEEDED')],
  [
    'six queries',
    composite(...many(6, at => sub(`r${at}`, '/query?q=SELECT+Id+FROM+Account'))),
    200,
    whole('LIMIT_EXCEEDED'),
  ],
  [
    'six collections',
    composite(...many(6, at => sub(`r${at}`, '/composite/sobjects', { method: 'POST', body: { records: [] } }))),
    200,
    whole('LIMIT_EXCEEDED'),
  ],
  ['a name with a dash', composite(sub('a-b', '/limits')), 200, whole('INVALID_INPUT')],
  ['a name twice', composite(sub('a', '/limits'), sub('a', '/limits')), 200, whole('INVALID_INPUT')],
  ['no subrequests', { method: 'POST', path: '/composite', body: {} }, 400, one('JSON_PARSER_ERROR')],
  ['a subrequest that is none', composite(7), 400, one('JSON_PARSER_ERROR')],
  ['a reference to nobody', composite(sub('a', '/sobjects/Account/@{b.id}')), 200, subs('PROCESSING_HALTED')],
  [
    'a reference to what failed',
    composite(
      sub('a', '/sobjects/Account', { method: 'POST', body: {} }),
      sub('b', '/sobjects/Account/@{a.id}', { method: 'PATCH', body: { Name: 'x' } }),
    ),
    200,
    subs('REQUIRED_FIELD_MISSING', 'PROCESSING_HALTED'),
  ],
  [
    'a composite in a composite',
    composite(sub('a', '/composite', { method: 'POST', body: { compositeRequest: [] } })),
    200,
    { compositeResponse: [{ httpStatusCode: 404, body: [{ errorCode: 'NOT_FOUND' }] }] },
  ],
]

const jobs: Case[] = [
  ['a job on an unknown object', job({ object: 'Nope' }), 400, one('INVALIDJOB')],
  ['a job on no object', job({ object: { toString: 1 } }), 400, one('INVALIDJOB')],
  ['a job of an unknown kind', job({ operation: 'merge' }), 400, one('INVALIDJOB')],
  ['an upsert without a key', job({ operation: 'upsert' }), 400, one('INVALIDJOB')],
  ['an upsert by no key', job({ operation: 'upsert', externalIdFieldName: 'Phone' }), 400, one('INVALIDJOB')],
  ['an unknown delimiter', job({ columnDelimiter: 'SPACE' }), 400, one('INVALIDJOB')],
  ['an unknown line ending', job({ lineEnding: 'CR' }), 400, one('INVALIDJOB')],
  ['a hard delete without the right', job({ operation: 'hardDelete' }), 400, one('FEATURENOTENABLED')],
  ['a job of nothing', { path: '/jobs/ingest/750000000000001AAA' }, 404, one('NOT_FOUND')],
  [
    'a job moved nowhere',
    { method: 'PATCH', path: '/jobs/ingest/{openJob}', body: { state: 'Done' } },
    400,
    one('INVALIDJOBSTATE'),
  ],
  ['results before the end', { path: '/jobs/ingest/{openJob}/failedResults' }, 400, one('INVALIDJOBSTATE')],
  ['a delete of an open job', { method: 'DELETE', path: '/jobs/ingest/{openJob}' }, 400, one('INVALIDJOBSTATE')],
  ['a query job of nothing', queryJobOf(7), 400, one('INVALIDJOB')],
  ['a query job with a sum', queryJobOf('SELECT COUNT(Id) FROM Account'), 400, one('API_ERROR')],
  ['a query job with an offset', queryJobOf('SELECT Id FROM Account OFFSET 1'), 400, one('API_ERROR')],
  ['a query job with children', queryJobOf('SELECT Id, (SELECT Id FROM Contacts) FROM Account'), 400, one('API_ERROR')],
  ['a query job that is no SOQL', queryJobOf('SELECT'), 400, one('MALFORMED_QUERY')],
  ['results from nowhere', { path: '/jobs/query/{queryJob}/results?locator=!!' }, 400, one('INVALID_QUERY_LOCATOR')],
  ['results of no size', { path: '/jobs/query/{queryJob}/results?maxRecords=0' }, 400, one('INVALID_PARAMETER')],
  ['jobs from nowhere', { path: '/jobs/ingest?queryLocator=x' }, 400, one('INVALID_QUERY_LOCATOR')],
]

const ALL = { protocol, bodies, records, queries, batches, jobs }

describe.each(Object.entries(ALL))('%s', (_, cases) => {
  test.each(cases)('%s', async (_name, sent, status, body) => {
    const reply = await ask(sent)
    expect(JSON.parse(reply.text), reply.text).toMatchObject(body as object)
    expect(reply.status).toBe(status)
    expect(reply.text).not.toMatch(/\.ts:|node_modules|at \w+ \(|UNKNOWN_EXCEPTION/)
  })
})

/** Files are refused when the job comes to them: the job fails with a sentence, or a row does. */
const files: [name: string, csv: string, outcome: string | RegExp][] = [
  [
    'a quote without its end',
    'Name\n"x\n',
    'InvalidBatch : Failed to parse CSV. EOF reached before closing an opened quote',
  ],
  ['a quote in the middle', 'Name\nx"y\n', /Found unescaped quote/],
  ['nothing', '', 'InvalidBatch : Records not found'],
  ['a header alone', 'Name\n', 'InvalidBatch : Records not found'],
  ['an unknown column', 'Name,Nope\nx,y\n', 'InvalidBatch : Field name not found : Nope'],
  ['a column twice', 'Name,name\nx,y\n', 'InvalidBatch : Duplicate field name : name'],
  ['the other line ending', 'Name\r\nx\r\n', /LineEnding is invalid on user data/],
  ['a cell beyond 32,000', `Name\n${'x'.repeat(32_001)}\n`, /Field size exceeds/],
  ['5,001 columns', `${many(5001, at => `C${at}`).join()}\nx\n`, /Number of fields exceeds/],
  ['a NUL', 'Na\u0000me\nx\n', /Field name not found/],
  ['a byte order mark', '\ufeffName\nx\n', /Field name not found : \ufeffName/],
]

test.each(files)('a file with %s', async (_, csv, outcome) => {
  const { body } = await org.call('POST', '/jobs/ingest', { object: 'Account', operation: 'insert' })
  const { id } = body as { id: string }
  const path = `/jobs/ingest/${id}`
  await ask({ method: 'PUT', path: `${path}/batches`, body: csv, headers: { 'content-type': 'text/csv' } })
  const twice = await ask({
    method: 'PUT',
    path: `${path}/batches`,
    body: csv,
    headers: { 'content-type': 'text/csv' },
  })
  expect([twice.status, JSON.parse(twice.text)]).toMatchObject([400, one('INVALIDJOBSTATE')])
  await org.call('PATCH', path, { state: 'UploadComplete' })
  await org.control('POST', '/clock', { advanceMs: 1000 })
  const read = await org.call('GET', path)
  expect(read.body).toMatchObject({
    state: 'Failed',
    errorMessage: typeof outcome === 'string' ? outcome : expect.stringMatching(outcome),
  })
  const again = await org.call('PATCH', path, { state: 'UploadComplete' })
  expect([again.status, again.body]).toMatchObject([400, one('INVALIDJOBSTATE')])
})

const logins: [name: string, form: string, headers: Record<string, string>, error: string][] = [
  ['no grant', '', {}, 'invalid_request'],
  ['an unknown grant', 'grant_type=magic&client_id=x', {}, 'unsupported_grant_type'],
  ['no client', 'grant_type=client_credentials', {}, 'invalid_client_id'],
  [
    'a broken percent sign',
    'grant_type=client_credentials',
    { authorization: `Basic ${btoa('%:x')}` },
    'invalid_client_id',
  ],
  ['no password', 'grant_type=password&client_id=x&username=y', {}, 'invalid_grant'],
  [
    'an assertion that is none',
    'grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=a.b.c',
    {},
    'invalid_grant',
  ],
]

test.each(logins)('a login with %s', async (_, form, headers, error) => {
  const response = await fetch(`${org.emulator.url}/services/oauth2/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: form,
  })
  expect([response.status, await response.json()]).toMatchObject([400, { error }])
})

test('there are more than forty of them, all different', () => {
  const told = Object.values(ALL).flatMap(cases => cases.map(([, sent]) => JSON.stringify(sent)))
  expect(new Set(told).size).toBe(told.length)
  expect(told.length).toBeGreaterThan(150)
})
