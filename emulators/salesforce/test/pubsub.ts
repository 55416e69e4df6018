// A bare gRPC client of the Pub/Sub API, for tests that look at the wire itself.

import { fileURLToPath } from 'node:url'
import {
  type ChannelCredentials,
  type ClientDuplexStream,
  credentials,
  type GrpcObject,
  loadPackageDefinition,
  Metadata,
  type ServiceClientConstructor,
  type ServiceError,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import avsc from 'avsc'

const FILE = fileURLToPath(new URL('../src/pubsub/eventbus.proto', import.meta.url))

export type Result = { correlation_key: string; replay_id?: Buffer; error?: { code: string; msg: string } }
export type Response = {
  events?: { event: { id: string; schema_id: string; payload: Buffer }; replay_id: Buffer }[]
  latest_replay_id: Buffer
  rpc_id: string
  pending_num_requested?: number
  /** Of a publish stream. */
  results?: Result[]
  schema_id?: string
  /** Of a managed subscription. */
  commit_response?: { commit_request_id: string; replay_id: Buffer; error?: { code: string; msg: string } }
}
export type Request = {
  topic_name?: string
  replay_preset?: string
  replay_id?: Buffer
  num_requested?: number
  events?: Produced[]
  subscription_id?: string
  developer_name?: string
  commit_replay_id_request?: { commit_request_id: string; replay_id: Buffer }
}
export type Produced = { id: string; schema_id: string; payload: Buffer }
export type Header = {
  entityName: string
  recordIds: string[]
  changeType: string
  changeOrigin: string
  transactionKey: string
  sequenceNumber: number
  commitTimestamp: number
  commitNumber: number
  commitUser: string
  nulledFields: string[]
  diffFields: string[]
  changedFields: string[]
}
export type Decoded = {
  id: string
  replayId: Buffer
  header: Header
  /** What is not null, unions unwrapped. */
  values: Record<string, unknown>
  /** Names that the header's bitmaps stand for, parts as `Name.LastName`. */
  changed: string[]
  nulled: string[]
  differing: string[]
}
export type Stream = {
  ask(request: Request): void
  /** The next response; rejects with the error that ended the stream. */
  next(): Promise<Response>
  /** The events of the next responses, decoded, once there are so many. */
  events(count: number): Promise<Decoded[]>
  /** The error that ends the stream. */
  failure(): Promise<ServiceError>
  /** Says that no more requests come; resolves when the server has ended too. */
  finish(): Promise<void>
  cancel(): void
}
export type Bus = {
  unary<Answer>(method: string, request: object): Promise<Answer>
  subscribe(request: Request): Stream
  open(method: 'Subscribe' | 'ManagedSubscribe' | 'PublishStream', request: Request): Stream
  /** Events of a topic, as its schema writes them. */
  produce(topic: string, list: { id?: string; [field: string]: unknown }[]): Promise<Produced[]>
  raw(method: string): ClientDuplexStream<object, Response>
  close(): void
}

type Named = { name: string; type: unknown }
type Wrapped = Record<string, unknown>

export function bus(
  url: string,
  meta: Record<string, string>,
  secure: ChannelCredentials = credentials.createInsecure(),
): Bus {
  const loaded: GrpcObject = loadPackageDefinition(
    loadSync(FILE, { keepCase: true, enums: String, longs: Number, arrays: false }),
  )
  const { PubSub } = (loaded.eventbus as { v1: { PubSub: ServiceClientConstructor } }).v1
  const client = new PubSub(new URL(url).host, secure)
  const schemas = new Map<string, { type: avsc.Type; fields: Named[] }>()
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(meta)) metadata.set(name, value)

  const unary = <Answer>(method: string, request: object): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const call = client[method] as (
        request: object,
        metadata: Metadata,
        done: (error: ServiceError | null, answer: Answer) => void,
      ) => void
      call.call(client, request, metadata, (error, answer) => (error ? reject(error) : resolve(answer)))
    })
  const schemaOf = async (id: string): Promise<{ type: avsc.Type; fields: Named[] }> => {
    const known = schemas.get(id)
    if (known) return known
    const { schema_json } = await unary<{ schema_json: string }>('GetSchema', { schema_id: id })
    const made = {
      type: avsc.Type.forSchema(JSON.parse(schema_json), { wrapUnions: true }),
      fields: (JSON.parse(schema_json) as { fields: Named[] }).fields,
    }
    schemas.set(id, made)
    return made
  }
  const raw = (method: string): ClientDuplexStream<object, Response> =>
    (client[method] as (metadata: Metadata) => ClientDuplexStream<object, Response>).call(client, metadata)

  return {
    unary,
    raw,
    close: () => client.close(),
    subscribe: request => open('Subscribe', request),
    open,
    async produce(topic_name, list) {
      const { schema_id } = await unary<{ schema_id: string }>('GetTopic', { topic_name })
      const { type } = await schemaOf(schema_id)
      const stamps = { CreatedDate: 0, CreatedById: '005000000000001AAA' }
      return list.map(({ id = '', ...values }) => ({ id, schema_id, payload: type.toBuffer({ ...stamps, ...values }) }))
    },
  }

  function open(method: string, request: Request): Stream {
    const stream = raw(method)
    const waiting: Response[] = []
    let failed: ServiceError | undefined
    let wake = (): void => {}
    stream.on('data', (response: Response) => {
      waiting.push(response)
      wake()
    })
    stream.on('error', (error: ServiceError) => {
      failed = error
      wake()
    })
    const change = (): Promise<void> =>
      new Promise(resolve => {
        wake = resolve
      })
    const next = async (): Promise<Response> => {
      while (waiting.length === 0 && !failed) await change()
      const response = waiting.shift()
      if (!response) throw failed
      return response
    }
    stream.write(request)
    return {
      ask: more => void stream.write(more),
      next,
      async events(count) {
        const list: Decoded[] = []
        while (list.length < count) {
          for (const { event, replay_id } of (await next()).events ?? []) {
            list.push({ id: event.id, ...decode(await schemaOf(event.schema_id), event.payload, replay_id) })
          }
        }
        return list
      },
      async failure() {
        while (!failed) await change()
        return failed
      },
      finish: () =>
        new Promise(resolve => {
          stream.on('end', () => resolve())
          stream.end()
        }),
      cancel: () => stream.cancel(),
    }
  }
}

function decode(
  { type, fields }: { type: avsc.Type; fields: Named[] },
  payload: Buffer,
  replayId: Buffer,
): Omit<Decoded, 'id'> {
  const { ChangeEventHeader, ...rest } = type.fromBuffer(payload) as Wrapped
  const header = (ChangeEventHeader ?? { changedFields: [], nulledFields: [], diffFields: [] }) as Header
  const names = (bitmaps: string[]): string[] => bitmaps.flatMap(bitmap => namesOf(bitmap, fields))
  return {
    replayId,
    header,
    values: plain(rest),
    changed: names(header.changedFields),
    nulled: names(header.nulledFields),
    differing: names(header.diffFields),
  }
}

function plain(record: Wrapped): Wrapped {
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, wrapped]) => {
      if (wrapped === null) return []
      // Platform events have two fields that are no unions.
      const value = typeof wrapped === 'object' ? Object.values(wrapped as Wrapped)[0] : wrapped
      return [[name, typeof value === 'object' && value !== null ? plain(value as Wrapped) : value]]
    }),
  )
}

function namesOf(bitmap: string, fields: Named[]): string[] {
  const [head = '', tail] = bitmap.split('-')
  if (tail === undefined) return bits(head).map(at => fields[at]?.name ?? '?')
  const parent = fields[Number(head)]
  const record = (parent ? (parent.type as unknown[]).at(-1) : '') as { fields?: Named[] } | string
  const parts = typeof record === 'string' ? sharedParts(record, fields) : (record.fields ?? [])
  return bits(tail).map(at => `${parent?.name}.${parts[at]?.name ?? '?'}`)
}

/** The record was written out where it came first, and is only named later. */
function sharedParts(name: string, fields: Named[]): Named[] {
  for (const { type } of fields) {
    const last = Array.isArray(type) ? (type.at(-1) as { name?: string; fields?: Named[] }) : undefined
    if (last?.name === name && last.fields) return last.fields
  }
  return []
}

function bits(hex: string): number[] {
  const list: number[] = []
  for (let rest = BigInt(hex), at = 0; rest > 0n; rest >>= 1n, at++) if (rest & 1n) list.push(at)
  return list
}
