// Requests with bodies: sensible ones that reach the rules, and what is made of them by a careless or hostile client.

import fc from 'fast-check'
import { VERSION } from '../org.ts'
import { fields, record, single, value } from './records.ts'
import { broken, ids, names, objects, texts } from './values.ts'

export type Sent = { method: string; path: string; type?: string; text?: string }

export const under = `/services/data/${VERSION}`
const rowPath = fc
  .tuple(
    objects,
    fc.constantFrom('', '/describe', '/updated', '/CT_Id__c/a%2Fb', '/CT_Id__c/', '/Email/a@b.de', '/Phone/1'),
    ids,
  )
  .map(([object, rest, id]) => `/sobjects/${object}${rest === '' && id !== '' ? `/${id}` : rest}`)
const path = fc.oneof(
  rowPath,
  objects.map(object => `/sobjects/${object}`),
  fc.constantFrom(
    '/composite/sobjects',
    '/composite',
    '/composite/batch',
    '/jobs/ingest',
    '/jobs/query',
    '/limits',
    '/query?q=x',
  ),
  objects.map(object => `/composite/sobjects/${object}`),
  objects.map(object => `/composite/sobjects/${object}/CT_Id__c`),
)
const methods = fc.constantFrom('GET', 'POST', 'PATCH', 'PUT', 'DELETE')
const writes = fc.constantFrom('POST', 'PATCH')
const inside: fc.Arbitrary<unknown> = fc
  .record({
    method: fc.oneof(methods, texts),
    path: fc.oneof(path, texts),
    body: fc.oneof(fields, value),
    at: fc.nat(3),
  })
  .map(({ method, path: where, body, at }) => ({
    method,
    url: `${under}${where}`,
    body,
    richInput: body,
    referenceId: `r${at}`,
  }))
const composites = fc.record({
  allOrNone: fc.oneof(fc.boolean(), value),
  collateSubrequests: fc.boolean(),
  compositeRequest: fc.oneof(fc.array(inside, { maxLength: 6 }), value),
  batchRequests: fc.array(inside, { maxLength: 3 }),
})
const collections = fc.record({
  allOrNone: fc.boolean(),
  records: fc.oneof({ weight: 4, arbitrary: fc.array(fc.oneof(record, value), { maxLength: 5 }) }, value),
  ids: fc.oneof(fc.array(fc.oneof(ids, value), { maxLength: 4 }), value),
  fields: fc.oneof(fc.array(fc.oneof(names, value), { maxLength: 4 }), value),
})
const job = fc.record(
  {
    object: fc.oneof(objects, value),
    operation: fc.oneof(fc.constantFrom('insert', 'update', 'upsert', 'delete', 'query'), value),
    externalIdFieldName: fc.oneof(names, value),
    columnDelimiter: fc.oneof(fc.constantFrom('COMMA', 'TAB'), value),
    query: value,
  },
  { requiredKeys: [] },
)
const steering = fc.record({
  object: fc.oneof(objects, value),
  id: fc.oneof(ids, value),
  masterId: ids,
  loserId: fc.oneof(ids, value),
  leadId: ids,
  fields: fc.oneof(fields, value),
})

const json = (body: fc.Arbitrary<unknown>): fc.Arbitrary<string> =>
  broken(body.map(given => JSON.stringify(given) ?? ''))

const request = (
  method: fc.Arbitrary<string>,
  where: fc.Arbitrary<string>,
  text: fc.Arbitrary<string>,
): fc.Arbitrary<Sent> =>
  fc.record({ method, path: where.map(found => under + found), text, type: fc.constant('application/json') })

export const requests: fc.Arbitrary<Sent> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(writes, single)
      .map(([method, { path: where, body }]) => ({ method, path: under + where, text: JSON.stringify(body) })),
  },
  { weight: 3, arbitrary: request(writes, path, json(fields)) },
  {
    weight: 3,
    arbitrary: request(
      writes,
      fc.constantFrom('/composite/sobjects', '/composite/sobjects/Contact/CT_Id__c'),
      json(collections),
    ),
  },
  {
    weight: 1,
    arbitrary: request(
      fc.constant('POST'),
      objects.map(object => `/composite/sobjects/${object}`),
      json(collections),
    ),
  },
  {
    weight: 3,
    arbitrary: request(fc.constant('POST'), fc.constantFrom('/composite', '/composite/batch'), json(composites)),
  },
  { weight: 1, arbitrary: request(fc.constant('POST'), fc.constantFrom('/jobs/ingest', '/jobs/query'), json(job)) },
  { weight: 2, arbitrary: request(methods, path, json(value)) },
  {
    weight: 1,
    arbitrary: fc.record({
      method: fc.constant('POST'),
      path: fc.constantFrom('edit', 'delete', 'undelete', 'convert', 'merge').map(name => `/__emulator/${name}`),
      type: fc.constant('application/json'),
      text: json(steering),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      method: fc.constantFrom('GET', 'POST'),
      path: fc.constantFrom(
        '/services/oauth2/token',
        '/services/oauth2/revoke',
        '/services/oauth2/userinfo',
        '/',
        '/id/x/y',
      ),
      type: fc.constant('application/x-www-form-urlencoded'),
      text: fc
        .dictionary(fc.oneof(names, fc.constantFrom('grant_type', 'client_id', 'assertion', '__object', '__id')), texts)
        .map(form => new URLSearchParams(form).toString()),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.webPath().map(where => ({ method: 'GET', path: `${under}${where}` })),
  },
)
