// Messages of the Pub/Sub API as they arrive and leave, and its service as gRPC needs it described.

import { fileURLToPath } from 'node:url'
import type { ServiceDefinition } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'

export type TopicRequest = { topic_name: string }
export type SchemaRequest = { schema_id: string }
export type FetchRequest = {
  topic_name: string
  replay_preset: 'LATEST' | 'EARLIEST' | 'CUSTOM'
  replay_id: Buffer
  num_requested: number
}
export type ManagedFetchRequest = {
  subscription_id: string
  developer_name: string
  num_requested: number
  commit_replay_id_request: { commit_request_id: string; replay_id: Buffer } | null
}
export type ProducerEvent = { id: string; schema_id: string; payload: Buffer }
export type PublishRequest = { topic_name: string; events: ProducerEvent[] }
type EventError = { code: 'UNKNOWN' | 'PUBLISH' | 'COMMIT'; msg: string }
/** Without a replay id there is an error. */
export type PublishResult = { correlation_key: string; replay_id?: Buffer; error?: EventError }
export type PublishResponse = { results: PublishResult[]; schema_id: string; rpc_id: string }
export type ConsumerEvent = { event: { id: string; schema_id: string; payload: Buffer }; replay_id: Buffer }
/** Without events it is a keepalive. */
export type FetchResponse = {
  events?: ConsumerEvent[]
  latest_replay_id: Buffer
  rpc_id: string
  pending_num_requested: number
}

export type ManagedFetchResponse = FetchResponse & {
  commit_response?: { commit_request_id: string; replay_id: Buffer; error?: EventError; process_time: number }
}

const FILE = fileURLToPath(new URL('./eventbus.proto', import.meta.url))

export function serviceDefinition(): ServiceDefinition {
  const loaded = loadSync(FILE, { keepCase: true, defaults: true, enums: String, longs: Number })
  return loaded['eventbus.v1.PubSub'] as ServiceDefinition
}
