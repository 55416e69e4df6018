// Calls of the Pub/Sub API: sensible ones, ones that are not, messages that are no messages, and requests that are no calls.

import fc from 'fast-check'
import { texts } from './values.ts'

export const TOPIC = '/event/Order_Event__e'
const METHODS = ['GetTopic', 'GetSchema', 'Publish', 'Subscribe', 'PublishStream', 'ManagedSubscribe'] as const
export type Method = (typeof METHODS)[number]

/** Stands for the schema id of the platform event, which is known once the emulator runs. */
export const OWN_SCHEMA = '{own schema}'
/** Stands for a payload that its schema can read. */
export const OWN_PAYLOAD = new Uint8Array([1, 2, 3, 4, 5, 6, 7])

const topics = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(TOPIC, '/data/ContactChangeEvent', '/data/ChangeEvents', '/data/CT_Sync__chn'),
  },
  fc.constantFrom(
    '',
    '/',
    '/data/',
    '/event/',
    '/event/__proto__',
    '/data/constructor',
    '/event/Nope__e',
    'x'.repeat(5000),
  ),
  texts,
)
const replayIds = fc.oneof(
  fc.constant(new Uint8Array()),
  fc.nat(60).map(at => new Uint8Array([0, 0, 0, 0, 0, 0, 0, at * 3])),
  fc.constantFrom(new Uint8Array(8).fill(255), new Uint8Array([128, 0, 0, 0, 0, 0, 0, 0])),
  fc.uint8Array({ maxLength: 12 }),
)
const counts = fc.oneof(fc.constantFrom(1, 2, 100, 0, -1, 2 ** 31 - 1, -(2 ** 31)), fc.nat(200))
const event = fc.record({
  id: texts,
  schema_id: fc.oneof({ weight: 4, arbitrary: fc.constant(OWN_SCHEMA) }, texts),
  payload: fc.oneof({ weight: 3, arbitrary: fc.constant(OWN_PAYLOAD) }, fc.uint8Array({ maxLength: 60 })),
  headers: fc.array(fc.record({ key: texts, value: fc.uint8Array({ maxLength: 9 }) }), { maxLength: 2 }),
})
const published = fc.record({ topic_name: topics, events: fc.array(event, { maxLength: 5 }), auth_refresh: texts })
const names = fc.constantFrom('Sync', 'Off', '', 'Nope', '__proto__', '18x', '18xgL0000000001AAA', '18xgL0000000009AAA')
const REQUESTS: Record<Method, fc.Arbitrary<object>> = {
  GetTopic: fc.record({ topic_name: topics }),
  GetSchema: fc.record({ schema_id: fc.oneof(fc.constant(OWN_SCHEMA), texts) }),
  Publish: published,
  PublishStream: published,
  Subscribe: fc.record({
    topic_name: topics,
    replay_preset: fc.constantFrom(0, 1, 2, 2, 2, 7),
    replay_id: replayIds,
    num_requested: counts,
    auth_refresh: texts,
  }),
  ManagedSubscribe: fc.record({
    subscription_id: names,
    developer_name: names,
    num_requested: counts,
    commit_replay_id_request: fc.option(fc.record({ commit_request_id: texts, replay_id: replayIds })),
  }),
}
/** What of the caller's metadata is wrong, if anything. */
const wrong = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Record<string, string>>({}) },
  fc.constantFrom<Record<string, string>>(
    { accesstoken: 'nope' },
    { tenantid: '' },
    { tenantid: '__proto__' },
    { instanceurl: 'no url' },
    { accesstoken: 'x'.repeat(3000) },
  ),
)

export type Sent =
  | { is: 'call'; method: Method; requests: object[]; metadata: Record<string, string> }
  | { is: 'bytes'; method: Method; messages: Uint8Array[] }
  | { is: 'frames'; path: string; headers: Record<string, string>; body: Uint8Array }

export const calls: fc.Arbitrary<Sent> = fc.constantFrom(...METHODS).chain((method): fc.Arbitrary<Sent> => {
  const requests = fc.array(REQUESTS[method], { minLength: 1, maxLength: 4 })
  const prefix = fc.constantFrom([0, 0, 0, 0, 4], [1, 0, 0, 0, 4], [0, 255, 255, 255, 255], [2, 0, 0, 0, 0], [0, 0])
  return fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        is: fc.constant('call' as const),
        method: fc.constant(method),
        requests,
        metadata: wrong,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        is: fc.constant('bytes' as const),
        method: fc.constant(method),
        messages: fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 3 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        is: fc.constant('frames' as const),
        path: fc.constantFrom(`/eventbus.v1.PubSub/${method}`, '/eventbus.v1.PubSub/Nope', '/', '/__proto__'),
        headers: fc.constantFrom<Record<string, string>>(
          { 'content-type': 'application/grpc' },
          { 'content-type': 'application/grpc', 'grpc-encoding': 'gzip' },
          { 'content-type': 'application/grpc', 'grpc-timeout': 'never' },
          { 'content-type': 'text/plain' },
          {},
        ),
        body: fc
          .tuple(prefix, fc.uint8Array({ maxLength: 12 }))
          .map(([head, rest]) => new Uint8Array([...head, ...rest])),
      }),
    },
  )
})
