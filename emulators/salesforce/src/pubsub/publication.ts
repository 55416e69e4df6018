// Publishing platform events: what becomes of each event of a request, and the stream that takes requests one after the other.
// Source: "Publish RPC Method" and "PublishStream RPC Method" in the Pub/Sub API's references, and the contract's comments.

import { randomUUID } from 'node:crypto'
import type { ServerDuplexStream } from '@grpc/grpc-js'
import type { Org } from '../org/org.ts'
import type { EventType } from './event-type.ts'
import { replayBytes } from './replay-id.ts'
import { isProblem, noTopic, type Problem, problem } from './status.ts'
import type { ProducerEvent, PublishRequest, PublishResponse, PublishResult } from './wire.ts'

/** "A client must send a valid publish request with one or more events every 70 seconds" (the contract's comments). */
const IDLE_MS = 70_000

export function publish(org: Org, request: PublishRequest, rpcId: string): PublishResponse | Problem {
  const type = typeOf(org, request.topic_name, rpcId)
  return isProblem(type) ? type : published(org, type, request.events, rpcId)
}

/** Answers each request in order; the first names the topic. */
export function publishStream(
  stream: ServerDuplexStream<PublishRequest, PublishResponse>,
  org: Org,
  session: () => boolean,
  log: (failed: Problem | null) => void,
): void {
  const rpcId = randomUUID()
  let topic: string | null = null
  let ended = false
  let callOffSweeper = (): void => {}

  const end = (failed: Problem | null): void => {
    if (ended) return
    ended = true
    callOffSweeper()
    if (topic === null || failed) log(failed)
    if (failed) stream.emit('error', failed)
    else stream.end()
  }
  const awaitRequest = (): void => {
    callOffSweeper()
    callOffSweeper = org.clock.after(IDLE_MS, () => {
      const message = `No events were published for ${IDLE_MS / 1000} seconds.`
      end(problem('publish.stream.sweeper.timeout', message, rpcId))
    })
  }
  const answer = (request: PublishRequest): PublishResponse | Problem => {
    if (!session()) return problem('service.auth.error', 'The session is invalid or has expired.', rpcId)
    if (topic !== null && request.topic_name !== '' && request.topic_name !== topic)
      return problem('publish.topic.mismatch', 'The topic of a publish stream cannot change.', rpcId)
    return publish(org, { ...request, topic_name: topic ?? request.topic_name }, rpcId)
  }
  awaitRequest()
  stream.on('data', (request: PublishRequest) => {
    if (ended) return
    const response = answer(request)
    if (isProblem(response)) return end(response)
    if (topic === null) log(null)
    topic ??= request.topic_name
    awaitRequest()
    stream.write(response)
  })
  stream.on('end', () => end(null))
  stream.on('cancelled', () => end(null))
}

function typeOf(org: Org, name: string, rpcId: string): EventType | Problem {
  if (name === '') return problem('publish.topic.validation.empty', 'The topic name is empty.', rpcId)
  const topic = org.topics.named(name)
  if (!topic) return noTopic(name, rpcId)
  return topic.publishes ?? problem('publish.not.permitted', `Events cannot be published on ${name}.`, rpcId)
}

/** An event that does not fit fails alone. */
function published(org: Org, type: EventType, events: ProducerEvent[], rpcId: string): PublishResponse | Problem {
  if (events.length === 0)
    return problem('publish.event.count.invalid', 'A publish request needs at least one event.', rpcId)
  const wrong = events.map(({ schema_id, payload }) =>
    schema_id === type.schema.id
      ? type.problem(payload)
      : `The schema ID ${schema_id || '(none)'} is not that of ${type.name}.`,
  )
  const fit = events.filter((_, at) => wrong[at] === null)
  const kept = org.feed.publish(
    fit.map(({ id, payload }) => ({
      platformEvent: type.name,
      id: id === '' ? randomUUID() : id,
      payload: payload.toString('base64'),
    })),
  )
  if (kept.length > 0) org.keep({ events: kept })
  let next = 0
  const results = events.map(({ id }, at): PublishResult => {
    const msg = wrong[at]
    if (typeof msg === 'string') return { correlation_key: id, error: { code: 'PUBLISH', msg } }
    const event = kept[next++]
    return { correlation_key: event?.id ?? id, replay_id: replayBytes(event?.replayId ?? 0) }
  })
  return { results, schema_id: type.schema.id, rpc_id: rpcId }
}
