/** Requests for the fuzzer: from sound ones with a part exchanged to noise, for every resource that the emulator knows. */
import fc from 'fast-check'
import { CUSTOMER_ACTIONS } from '../../src/customers/update.ts'
import { FIELDS } from '../../src/query/fields.ts'
import { groupActions } from '../../src/resources/groups.ts'
import { KINDS } from '../../src/resources/registry.ts'
import { storeActions } from '../../src/resources/stores.ts'
import { subscriptionActions } from '../../src/resources/subscriptions.ts'
import { typeActions } from '../../src/resources/types.ts'
import { words } from './words.ts'

export type FuzzRequest = {
  method: string
  path: string
  /** One of the resources made so far under the path. */
  ref?: number
  query?: [string, string][]
  body?: unknown
  /** Sent as it is, instead of JSON. */
  raw?: string
  headers?: Record<string, string>
}

const RESOURCES = Object.keys(KINDS)
const ACTIONS: Record<string, string[]> = {
  customers: Object.keys(CUSTOMER_ACTIONS),
  'customer-groups': Object.keys(groupActions),
  stores: Object.keys(storeActions),
  types: Object.keys(typeActions),
  subscriptions: Object.keys(subscriptionActions),
}
const resource = fc.constantFrom(...RESOURCES)

/** Values as people send them: right ones, nearly right ones, and anything. */
const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...words.values) },
  { weight: 3, arbitrary: fc.constantFrom(...words.objects) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.array(fc.constantFrom(...words.objects), { maxLength: 4 }) },
)
const name = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...words.names) },
  { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'obj', '*') },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
)
const mixture = fc.array(fc.tuple(name, value), { maxLength: 8 }).map(pairs => Object.fromEntries(pairs))

const fitting = fc.record(
  Object.fromEntries(Object.entries(words.fitting).map(([called, values]) => [called, fc.constantFrom(...values)])),
)
/** A few values of the right kind, in the places where they belong. */
const few = fc
  .tuple(fitting, fc.subarray(Object.keys(words.fitting), { maxLength: 3 }))
  .map(([all, some]) => Object.fromEntries(some.map(called => [called, all[called]])))

const turn = fc.nat(10_000)
/** What has no place anywhere, or is the name of something that every object has. */
const odd = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown[]>(
      'constructor',
      '__proto__',
      'toString',
      null,
      [],
      {},
      [null],
      0,
      -1,
      1e300,
      '',
      true,
    ),
  },
  { weight: 1, arbitrary: value },
)

/** Every part of a body, the deep ones as likely as the others. */
function* parts(given: unknown): Generator<{ in: Record<string, unknown>; at: string }> {
  if (typeof given !== 'object' || given === null) return
  // Lists are read by their places, which are names as well.
  const holder = given as Record<string, unknown>
  for (const at of Object.keys(holder)) {
    yield { in: holder, at }
    yield* parts(holder[at])
  }
}

/** Puts another value in the place of one part of a body. */
function exchanged(given: Record<string, unknown>, turn: number, other: unknown): Record<string, unknown> {
  const body = structuredClone(given)
  const all = [...parts(body)]
  const chosen = all[turn % all.length] ?? { in: body, at: 'added' }
  chosen.in[chosen.at] = other
  return body
}

/** A sound draft with some of its parts exchanged, so that most of what follows the first check is reached as well. */
const body = (sound: Record<string, unknown> | undefined) =>
  fc.oneof(
    { weight: 8, arbitrary: fc.tuple(turn, odd).map(([way, other]) => exchanged(fresh(sound ?? {}), way, other)) },
    { weight: 5, arbitrary: few.map(more => ({ ...fresh(sound ?? {}), ...more })) },
    { weight: 3, arbitrary: mixture.map(more => ({ ...fresh(sound ?? {}), ...more })) },
    { weight: 2, arbitrary: fc.constant(null).map(() => fresh(sound ?? {})) },
    { weight: 1, arbitrary: mixture },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
  )

let made = 0
/** Unique words where a sound draft needs them; the runner's seed decides the rest. */
function fresh(draft: Record<string, unknown>): Record<string, unknown> {
  made += 1
  return JSON.parse(JSON.stringify(draft).replaceAll('#', String(made))) as Record<string, unknown>
}

// An action reads the few fields that it knows: all others beside them do not matter.
const actionOf = (of: string) => {
  const known = ACTIONS[of] ?? words.actions
  const called = fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: fc.constantFrom(...words.actions, 'constructor', '__proto__', '') },
    { weight: 1, arbitrary: value },
  )
  const given = fc.oneof(
    { weight: 6, arbitrary: fitting },
    {
      weight: 3,
      arbitrary: fc.tuple(fitting, turn, odd).map(([one, at, other]) => exchanged(one, at, other)),
    },
    { weight: 1, arbitrary: fc.tuple(fitting, mixture).map(([one, other]) => ({ ...one, ...other })) },
    { weight: 1, arbitrary: mixture },
  )
  return fc.tuple(called, given).map(([action, fields]) => ({ ...fields, action }))
}

/** Predicates: a small grammar, and then any token in the place of another. */
const fieldNames = [...new Set(Object.values(FIELDS).flatMap(fields => Object.keys(fields)))]
const field = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...fieldNames, ...words.names) },
  { weight: 1, arbitrary: fc.string({ maxLength: 6 }) },
)
const literal = fc.oneof(
  fc.constantFrom(
    '"a"',
    '""',
    '1',
    '-1.5e3',
    'true',
    ':v',
    ':many',
    '"2026-11-27T00:00:00.000Z"',
    '"\\u0041\\"\\n"',
    '1e999',
  ),
  fc.string({ maxLength: 8 }).map(text => JSON.stringify(text)),
)
const { predicate } = fc.letrec<{ predicate: string }>(tie => ({
  predicate: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.tuple(field, fc.constantFrom('=', '!=', '<>', '<', '>', '<=', '>='), literal).map(parts => parts.join(' ')),
    fc
      .tuple(
        field,
        fc.constantFrom('in', 'not in', 'contains any', 'contains all'),
        fc.array(literal, { maxLength: 4 }),
      )
      .map(([left, by, right]) => `${left} ${by} (${right.join(', ')})`),
    fc
      .tuple(field, fc.constantFrom('is defined', 'is not defined', 'is empty', 'is not empty'))
      .map(parts => parts.join(' ')),
    fc.tuple(field, tie('predicate')).map(([of, inner]) => `${of}(${inner})`),
    fc.tuple(tie('predicate'), fc.constantFrom('and', 'or'), tie('predicate')).map(parts => parts.join(' ')),
    tie('predicate').map(inner => `not(${inner})`),
    tie('predicate').map(inner => `(${inner})`),
  ),
}))
const TOKENS = ['(', ')', '"', '`', ':', ',', '=', '\\', 'and', 'or', 'not', 'in', 'is', '\u0000', '\\u', '𝒳', '.', '*']
const where = fc.oneof(
  { weight: 5, arbitrary: predicate },
  {
    weight: 3,
    arbitrary: fc
      .tuple(predicate, fc.nat(40), fc.constantFrom(...TOKENS))
      .map(([text, at, token]) => text.slice(0, at) + token + text.slice(at + 1)),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('('.repeat(3_000), `${'not('.repeat(500)}a=1${')'.repeat(500)}`, 'a='.repeat(400)),
  },
)
const pair = <A extends string>(of: A, text: fc.Arbitrary<string>) => text.map((given): [string, string] => [of, given])
const path = fc.array(field, { minLength: 1, maxLength: 4 }).map(parts => parts.join('.'))
const number = fc.constantFrom(
  '0',
  '1',
  '20',
  '500',
  '501',
  '-1',
  '1.5',
  'NaN',
  '1e9',
  '',
  '0x10',
  '10000',
  '10001',
  '٣',
)
const query = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: pair('where', where) },
    {
      weight: 2,
      arbitrary: pair(
        'sort',
        fc.tuple(path, fc.constantFrom('', ' asc', ' desc', ' up', ' asc desc', ',')).map(parts => parts.join('')),
      ),
    },
    {
      weight: 2,
      arbitrary: pair(
        'expand',
        fc.oneof(
          path,
          path.map(text => `${text}[*].type`),
          fc.constant('customerGroup'),
          fc.constant('custom.type'),
        ),
      ),
    },
    { weight: 1, arbitrary: pair('limit', number) },
    { weight: 1, arbitrary: pair('offset', number) },
    { weight: 1, arbitrary: pair('withTotal', fc.constantFrom('true', 'false', '')) },
    { weight: 2, arbitrary: pair('var.v', fc.string({ maxLength: 8 })) },
    { weight: 2, arbitrary: pair('var.many', fc.string({ maxLength: 8 })) },
    {
      weight: 1,
      arbitrary: fc.tuple(
        fc.constantFrom('var.', 'var.__proto__', '__proto__', 'where[]'),
        fc.string({ maxLength: 8 }),
      ),
    },
  ),
  { maxLength: 6 },
)

const version = fc.oneof(fc.constantFrom(1, 2, 3, 0, -1, 1.5, 2 ** 60), value)
const ref = fc.nat(10_000)
const oddRef = fc.oneof(
  fc.constantFrom('key=', 'key=a', 'key=__proto__', '%00', '__proto__', 'health'),
  // Dots alone are no name: whoever sends a URL resolves them first.
  fc.string({ maxLength: 20 }).filter(text => !/^\.*$/.test(text)),
)
const headers = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Record<string, string>>({}) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Record<string, string>[]>(
      { 'x-external-user-id': 'a'.repeat(128) },
      { 'x-external-user-id': 'a'.repeat(200) },
      { 'x-correlation-id': 'story' },
      { authorization: 'Bearer x' },
      { authorization: 'Basic !!' },
      { 'content-type': 'text/plain' },
    ),
  },
)
const updates = resource.chain(of => {
  const action = actionOf(of)
  return fc.record({
    method: fc.constant('POST'),
    path: fc.constant(`/demo/${of}`),
    ref,
    body: fc.oneof(
      {
        weight: 12,
        arbitrary: fc.record({
          version: fc.constant('present'),
          actions: fc.array(action, { minLength: 1, maxLength: 3 }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ version, actions: fc.array(fc.oneof(action, value), { maxLength: 4 }) }) },
      { weight: 1, arbitrary: body(undefined) },
    ),
    query,
    headers,
  })
})

export const request: fc.Arbitrary<FuzzRequest> = fc.oneof(
  {
    weight: 5,
    arbitrary: resource.chain(of =>
      fc.record({
        method: fc.constant('POST'),
        path: fc.constant(`/demo/${of}`),
        body: body(words.drafts[of]),
        query,
        headers,
      }),
    ),
  },
  { weight: 9, arbitrary: updates },
  {
    weight: 6,
    arbitrary: fc
      .oneof(resource, fc.constant('messages'))
      .chain(of => fc.record({ method: fc.constant('GET'), path: fc.constant(`/demo/${of}`), query })),
  },
  { weight: 2, arbitrary: fc.record({ method: fc.constant('GET'), path: fc.constant('/demo'), ref, query }) },
  {
    weight: 1,
    arbitrary: fc.record({
      method: fc.constant('DELETE'),
      path: fc.constantFrom('/demo', '/demo/subscriptions', '/demo/subscriptions'),
      ref,
      query: fc.tuple(
        pair('version', fc.oneof({ weight: 3, arbitrary: fc.constant('present') }, { weight: 1, arbitrary: number })),
        pair('dataErasure', fc.constantFrom('true', 'x')),
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      method: fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'HEAD'),
      path: fc.tuple(fc.oneof(resource, oddRef), oddRef).map(([of, odd]) => `/demo/${of}/${encodeURIComponent(odd)}`),
      query,
      headers,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      method: fc.constant('POST'),
      path: resource.map(of => `/demo/${of}`),
      raw: fc.oneof(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.constantFrom('{', '[[[', '{"a":1}x', '\ufeff{}', '['.repeat(50_000)),
      ),
      headers,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      method: fc.constant('POST'),
      path: fc.constant('/demo'),
      body: fc.record({
        version,
        actions: fc.array(
          mixture.map(given => ({ action: 'changeName', ...given })),
          { maxLength: 3 },
        ),
      }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      method: fc.constant('POST'),
      path: fc.constant('/oauth/token'),
      raw: fc.oneof(fc.webQueryParameters(), fc.constantFrom('grant_type=client_credentials&scope=a:b', 'grant_type=')),
      headers,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      method: fc.constant('POST'),
      path: fc.constantFrom('deliveries', 'destinations', 'latency', 'play', 'nothing').map(of => `/__emulator/${of}`),
      body: fc.oneof(
        fc.record(
          {
            doubleRate: value,
            shuffle: value,
            handshake: value,
            subscription: value,
            is: value,
            scenario: value,
            ms: fc.constant('x'),
          },
          { requiredKeys: ['ms'] },
        ),
        fc.jsonValue(),
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      method: fc.constant('GET'),
      path: fc
        .tuple(
          fc.constantFrom('requests', 'resources/demo/customers', 'confirm/x', 'play', 'faults'),
          fc.constantFrom('', '?since=x', '?limit=0', '?limit=-5&after=%00'),
        )
        .map(parts => `/__emulator/${parts.join('')}`),
    }),
  },
)
