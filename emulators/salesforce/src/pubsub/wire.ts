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
export type ConsumerEvent = { event: { id: string; schema_id: string; payload: Buffer }; replay_id: Buffer }
/** Without events it is a keepalive. */
export type FetchResponse = {
  events?: ConsumerEvent[]
  latest_replay_id: Buffer
  rpc_id: string
  pending_num_requested: number
}

const FILE = fileURLToPath(new URL('./eventbus.proto', import.meta.url))

export function serviceDefinition(): ServiceDefinition {
  const loaded = loadSync(FILE, { keepCase: true, defaults: true, enums: String, longs: Number })
  return loaded['eventbus.v1.PubSub'] as ServiceDefinition
}

/** Opaque to clients: eight bytes, the highest first. */
export function replayBytes(replayId: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(replayId))
  return bytes
}

export function readReplay(bytes: Buffer): number | null {
  return bytes.length === 8 ? Number(bytes.readBigUInt64BE()) : null
}
