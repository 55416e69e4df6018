// The gRPC face of the org: Salesforce's Pub/Sub API, as far as change events need it.

import { randomUUID } from 'node:crypto'
import {
  type Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type sendUnaryData,
} from '@grpc/grpc-js'
import type { Fault } from '../org/faults.ts'
import { SetupError } from '../org/options.ts'
import type { Org } from '../org/org.ts'
import { broken, httpStatus, type Problem, problem, unimplemented } from './status.ts'
import { noTopic, subscribe } from './subscription.ts'
import { topicOf } from './topic.ts'
import {
  type FetchRequest,
  type FetchResponse,
  type SchemaRequest,
  serviceDefinition,
  type TopicRequest,
} from './wire.ts'

export type Tls = { key: string; cert: string }
export type PubSub = { url: string; port: number; close(): void }

/** Plain unless a key and a certificate (PEM) are given. Throws a SetupError when it cannot listen. */
export async function pubSub(org: Org, host: string, port: number, tls: Tls | undefined): Promise<PubSub> {
  const server = new Server()
  server.addService(serviceDefinition(), methods(org))
  const address = host === '::1' ? '[::1]' : host
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${address}:${port}`, credentials(tls), (error, got) =>
      error ? reject(new SetupError(`cannot listen on ${address}:${port} for gRPC: ${error.message}`)) : resolve(got),
    )
  })
  return { url: `${tls ? 'https' : 'http'}://${address}:${bound}`, port: bound, close: () => server.forceShutdown() }
}

function credentials(tls: Tls | undefined): ServerCredentials {
  if (!tls) return ServerCredentials.createInsecure()
  try {
    return ServerCredentials.createSsl(null, [{ private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) }])
  } catch (error) {
    throw new SetupError(
      `the key and certificate of gRPC cannot be used: ${error instanceof Error ? error.message : error}`,
    )
  }
}

type Unary<Request> = (call: ServerUnaryCall<Request, object>, reply: sendUnaryData<object>) => void

function methods(org: Org) {
  const log = (name: string, failed: Problem | null, fault: Fault | null = null): void => {
    const operation = name === 'Subscribe' ? 'subscribe' : 'other'
    const path = `/eventbus.v1.PubSub/${name}`
    const at = new Date(org.now()).toISOString()
    const more = fault ? { fault: fault.do } : {}
    org.log.add({ at, method: 'POST', path, operation, status: httpStatus(failed), cost: 0, ...more })
  }
  /** A call with one answer: `work` gives it, or says why not. */
  const unary =
    <Request>(name: string, work: (request: Request, rpcId: string) => object): Unary<Request> =>
    (call, reply) => {
      const rpcId = randomUUID()
      const answer = hasSession(org, call.metadata) ? work(call.request, rpcId) : noSession(rpcId)
      const failed = answer instanceof Error ? answer : null
      log(name, failed)
      if (failed) reply(failed)
      else reply(null, answer)
    }
  return {
    GetTopic: unary<TopicRequest>('GetTopic', ({ topic_name }, rpc_id) => {
      const topic = topicOf(org.schema, topic_name)
      if (!topic) return noTopic(topic_name, rpc_id)
      const schema_id = topic.entity ? org.feed.schemaOf(topic.entity).id : ''
      return { topic_name, tenant_guid: org.id, can_publish: false, can_subscribe: true, schema_id, rpc_id }
    }),
    GetSchema: unary<SchemaRequest>('GetSchema', ({ schema_id }, rpc_id) => {
      const schema = org.feed.schemaById(schema_id)
      if (!schema) return problem('schema.not.found', `There is no schema with the ID ${schema_id}.`, rpc_id)
      return { schema_json: schema.json, schema_id, rpc_id }
    }),
    Publish: unary<TopicRequest>('Publish', ({ topic_name }, rpcId) =>
      topicOf(org.schema, topic_name)
        ? problem('publish.not.permitted', `Events cannot be published on ${topic_name}.`, rpcId)
        : noTopic(topic_name, rpcId),
    ),
    PublishStream: refusing('PublishStream', log),
    ManagedSubscribe: refusing('ManagedSubscribe', log),
    Subscribe(stream: ServerDuplexStream<FetchRequest, FetchResponse>) {
      const fault = org.faults.next('subscribe')
      const began = (failed: Problem | null): void => log('Subscribe', failed, fault)
      if (fault?.do === 'expire-session') org.sessions.end(text(stream.metadata, 'accesstoken'))
      const failed = hasSession(org, stream.metadata) ? spoiled(fault) : noSession(randomUUID())
      if (failed) {
        began(failed)
        stream.emit('error', failed)
        return
      }
      if (fault?.do === 'hang') return began(null)
      const session = (): boolean => org.sessions.use(text(stream.metadata, 'accesstoken')) !== undefined
      const start = (): void => subscribe(stream, { org, session, began, fault })
      // What the client has sent meanwhile waits in the stream until somebody reads it.
      if (fault?.do === 'slow') org.clock.after(fault.ms ?? 1000, start)
      else start()
    },
  }
}

const refusing =
  (name: string, log: (name: string, failed: Problem) => void) =>
  (stream: ServerDuplexStream<unknown, object>): void => {
    const failed = unimplemented(name)
    log(name, failed)
    stream.emit('error', failed)
  }

/** What a fault makes of a subscription before it begins; `commit-then-drop` breaks it after the first events. */
function spoiled(fault: Fault | null): Problem | null {
  switch (fault?.do) {
    case undefined:
    case 'slow':
    case 'hang':
    case 'expire-session':
    case 'commit-then-drop':
      return null
    case 'limit-exceeded':
      return problem(
        'subscription.limit.exceeded',
        'The event delivery allocation of 24 hours is used up.',
        randomUUID(),
      )
    case 'status':
      return problem('service.unavailable', 'The service is temporarily unavailable.', randomUUID())
    default:
      return broken()
  }
}

const noSession = (rpcId: string): Problem =>
  problem('service.auth.error', 'Authentication failed: check accesstoken, instanceurl and tenantid.', rpcId)

function hasSession(org: Org, metadata: Metadata): boolean {
  const tenant = text(metadata, 'tenantid')
  const isOurs = tenant === org.id || tenant === org.id.slice(0, 15)
  return (
    isOurs &&
    URL.canParse(text(metadata, 'instanceurl')) &&
    org.sessions.use(text(metadata, 'accesstoken')) !== undefined
  )
}

const text = (metadata: Metadata, name: string): string => String(metadata.get(name)[0] ?? '')
