// Sends drawn calls to the Pub/Sub API of one emulator: each ends, with a status of the contract and no stack in its words.

import { once } from 'node:events'
import { connect } from 'node:http2'
import { fileURLToPath } from 'node:url'
import {
  Client,
  credentials,
  Metadata,
  type MethodDefinition,
  type ServiceDefinition,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import type { Wire } from '../org.ts'
import { bus } from '../pubsub.ts'
import { type Method, OWN_PAYLOAD, OWN_SCHEMA, type Sent, TOPIC } from './calls.ts'

const FILE = fileURLToPath(new URL('../../src/pubsub/eventbus.proto', import.meta.url))
/** What the service may answer a message that can be read. */
const EXPECTED = new Set([
  status.OK,
  status.UNAUTHENTICATED,
  status.NOT_FOUND,
  status.INVALID_ARGUMENT,
  status.PERMISSION_DENIED,
  status.ALREADY_EXISTS,
  status.FAILED_PRECONDITION,
])

export type Caller = { send(sent: Sent): Promise<number>; close(): void }

/** Answers with the status of each call, 200 for OK. Throws for what no caller may ever see. */
export async function caller(org: Wire): Promise<Caller> {
  const url = org.emulator.pubSub?.url ?? ''
  const [{ Id = '' } = {}] = await org.query('SELECT Id FROM Organization')
  const meta = { accesstoken: await org.login(), instanceurl: org.emulator.url, tenantid: String(Id) }
  const plain = bus(url, meta)
  const [produced] = await plain.produce(TOPIC, [{ id: 'own', Order_Number__c: { string: '1' } }])
  const service = loadSync(FILE, { keepCase: true })['eventbus.v1.PubSub'] as ServiceDefinition
  const client = new Client(new URL(url).host, credentials.createInsecure())
  const http = connect(url)
  http.on('error', () => {})

  const filled = (value: unknown): unknown => {
    if (value === OWN_SCHEMA) return produced?.schema_id
    if (value === OWN_PAYLOAD) return produced?.payload
    if (value instanceof Uint8Array) return Buffer.from(value)
    if (Array.isArray(value)) return value.map(filled)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, filled(part)]))
  }
  const call = (method: Method, messages: Buffer[], wrong: Record<string, string>): Promise<ServiceError | null> => {
    const metadata = new Metadata()
    for (const [name, value] of Object.entries({ ...meta, ...wrong })) metadata.set(name, value)
    const { path, requestStream } = service[method] as MethodDefinition<object, object>
    const asIs = (bytes: Buffer): Buffer => bytes
    return new Promise(resolve => {
      if (!requestStream) {
        const message = messages[0] ?? Buffer.alloc(0)
        client.makeUnaryRequest(path, asIs, asIs, message, metadata, error => resolve(error))
        return
      }
      const stream = client.makeBidiStreamRequest(path, asIs, asIs, metadata)
      stream.on('data', () => {})
      stream.on('error', (error: ServiceError) => resolve(error))
      stream.on('end', () => resolve(null))
      for (const message of messages) stream.write(message)
      stream.end()
    })
  }
  const frames = async ({ path, headers, body }: Sent & { is: 'frames' }): Promise<number> => {
    const stream = http.request({ ':method': 'POST', ':path': path, ...meta, te: 'trailers', ...headers })
    stream.on('error', () => {})
    stream.resume()
    stream.end(body)
    await once(stream, 'close')
    return stream.rstCode
  }
  return {
    async send(sent) {
      if (sent.is === 'frames') {
        await frames(sent)
        return 0
      }
      const { method } = sent
      const { requestSerialize } = service[method] as MethodDefinition<object, object>
      const messages =
        sent.is === 'bytes'
          ? sent.messages.map(bytes => Buffer.from(bytes))
          : sent.requests.map(request => requestSerialize(filled(request) as object))
      const error = await call(method, messages, sent.is === 'call' ? sent.metadata : {})
      const { code, details } = error ?? { code: status.OK, details: '' }
      const readable = sent.is === 'call' || code !== status.INTERNAL
      if ((readable && !EXPECTED.has(code)) || /node_modules|\.ts:\d|\bat \w+ \(/.test(details))
        throw new Error(`${JSON.stringify(sent)} was answered with ${code} ${details.slice(0, 2000)}`)
      return code === status.OK ? 200 : code
    },
    close() {
      http.destroy()
      client.close()
      plain.close()
    },
  }
}
