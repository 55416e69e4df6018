// The gRPC face of the org: Salesforce's Pub/Sub API.

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
import { managedSubscribe } from './managed-subscription.ts'
import { publish, publishStream } from './publication.ts'
import { broken, httpStatus, isProblem, noTopic, type Problem, problem } from './status.ts'
import { type Reader, subscribe } from './subscription.ts'
import {
  type FetchRequest,
  type FetchResponse,
  type ManagedFetchRequest,
  type ManagedFetchResponse,
  type PublishRequest,
  type PublishResponse,
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
type Duplex<Request, Response> = (stream: ServerDuplexStream<Request, Response>) => void

function methods(org: Org) {
  const log = (name: string, failed: Problem | null, fault: Fault | null = null): void => {
    const operation = name.endsWith('Subscribe') ? 'subscribe' : 'other'
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
      const answer = noSession(org, call.metadata, rpcId) ?? work(call.request, rpcId)
      const failed = isProblem(answer) ? answer : null
      log(name, failed)
      if (failed) reply(failed)
      else reply(null, answer)
    }
  /** A stream of events, which faults may hit before `start` takes it over. */
  const subscription =
    <Request, Response>(
      name: string,
      start: (stream: ServerDuplexStream<Request, Response>, reader: Reader) => void,
    ): Duplex<Request, Response> =>
    stream => {
      const { metadata } = stream
      const fault = org.faults.next('subscribe')
      const began = (failed: Problem | null): void => log(name, failed, fault)
      if (fault?.do === 'expire-session') org.sessions.end(text(metadata, 'accesstoken'))
      const failed = noSession(org, metadata, randomUUID()) ?? spoiled(fault)
      if (failed) {
        began(failed)
        stream.emit('error', failed)
        return
      }
      if (fault?.do === 'hang') return began(null)
      const begin = (): void => start(stream, { org, session: sessionOf(org, metadata), began, fault })
      // What the client has sent meanwhile waits in the stream until somebody reads it.
      if (fault?.do === 'slow') org.clock.after(fault.ms ?? 1000, begin)
      else begin()
    }
  return {
    GetTopic: unary<TopicRequest>('GetTopic', ({ topic_name }, rpc_id) => {
      const topic = org.topics.named(topic_name)
      if (!topic) return noTopic(topic_name, rpc_id)
      const { schemaId: schema_id, publishes } = topic
      const can_publish = publishes !== null
      return { topic_name, tenant_guid: org.id, can_publish, can_subscribe: true, schema_id, rpc_id }
    }),
    GetSchema: unary<SchemaRequest>('GetSchema', ({ schema_id }, rpc_id) => {
      if (schema_id === '') return problem('schema.validation.failed', 'The schema ID is empty.', rpc_id)
      const schema_json = org.topics.schemaById(schema_id)
      if (schema_json !== null) return { schema_json, schema_id, rpc_id }
      return problem('schema.meta.permission', `There is no schema with the ID ${schema_id}.`, rpc_id)
    }),
    Publish: unary<PublishRequest>('Publish', (request, rpcId) => publish(org, request, rpcId)),
    PublishStream(stream: ServerDuplexStream<PublishRequest, PublishResponse>) {
      const logged = (failed: Problem | null): void => log('PublishStream', failed)
      const failed = noSession(org, stream.metadata, randomUUID())
      if (failed) {
        logged(failed)
        stream.emit('error', failed)
      } else publishStream(stream, org, sessionOf(org, stream.metadata), logged)
    },
    Subscribe: subscription<FetchRequest, FetchResponse>('Subscribe', subscribe),
    ManagedSubscribe: subscription<ManagedFetchRequest, ManagedFetchResponse>('ManagedSubscribe', managedSubscribe),
  }
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

const sessionOf = (org: Org, metadata: Metadata) => (): boolean =>
  org.sessions.use(text(metadata, 'accesstoken')) !== undefined

/** Why a caller is not let in; null when he is. */
function noSession(org: Org, metadata: Metadata, rpcId: string): Problem | null {
  const [token, instance, tenant] = ['accesstoken', 'instanceurl', 'tenantid'].map(name => text(metadata, name))
  if (!token || !tenant || !instance || !URL.canParse(instance)) {
    const message = 'Authentication failed: accesstoken, instanceurl and tenantid must be given.'
    return problem('service.auth.headers.invalid', message, rpcId)
  }
  const isOurs = tenant === org.id || tenant === org.id.slice(0, 15)
  if (isOurs && org.sessions.use(token) !== undefined) return null
  return problem('service.auth.error', 'Authentication failed: check accesstoken, instanceurl and tenantid.', rpcId)
}

const text = (metadata: Metadata, name: string): string => String(metadata.get(name)[0] ?? '')
