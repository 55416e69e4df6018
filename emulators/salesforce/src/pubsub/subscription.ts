// One Subscribe call: where it stands on the bus, how many events its client still takes, and what ends it.

import { randomUUID } from 'node:crypto'
import type { ServerDuplexStream } from '@grpc/grpc-js'
import { entityOf } from '../entities.ts'
import type { Fault } from '../org/faults.ts'
import type { Org } from '../org/org.ts'
import type { ChangeSchema } from './avro.ts'
import type { ChangeEvent } from './event.ts'
import { broken, type Problem, problem } from './status.ts'
import { type Topic, topicOf } from './topic.ts'
import { type ConsumerEvent, type FetchRequest, type FetchResponse, readReplay, replayBytes } from './wire.ts'

/** "If no events are available, an empty batch is sent within 270 seconds" (the contract's own comments). */
const KEEPALIVE_MS = 270_000
/** Outstanding events a client may have asked for; more counts as this ("Pub/Sub API Allocations"). */
const MOST_REQUESTED = 100

type Stream = ServerDuplexStream<FetchRequest, FetchResponse>
export type Reader = { org: Org; session(): boolean; began(failed: Problem | null): void; fault: Fault | null }

export function subscribe(stream: Stream, { org, session, began, fault }: Reader): void {
  const rpcId = randomUUID()
  const { feed } = org
  let topic: Topic | null = null
  let position = 0
  let pending = 0
  let isDue = false
  let ended = false
  let callOffKeepalive = (): void => {}

  const end = (failed: Problem | null): void => {
    if (ended) return
    if (!topic) began(failed)
    ended = true
    unwatch()
    callOffKeepalive()
    if (failed) stream.emit('error', failed)
    else stream.end()
  }
  const send = (events?: ConsumerEvent[]): void => {
    const response = { latest_replay_id: replayBytes(position), rpc_id: rpcId, pending_num_requested: pending }
    stream.write(events ? { events, ...response } : response)
    awaitKeepalive()
  }
  const awaitKeepalive = (): void => {
    callOffKeepalive()
    callOffKeepalive = org.clock.after(KEEPALIVE_MS, () => {
      // Nothing that this client waits for has come: where the bus stands is where it may go on.
      if (pending > 0) position = Math.max(position, feed.last)
      send()
    })
  }
  const deliver = (): void => {
    isDue = false
    if (ended || !topic || pending === 0) return
    const events: ConsumerEvent[] = []
    for (const event of feed.after(position)) {
      if (pending === 0) break
      position = event.replayId
      const entity = entityOf(org.schema, event.object)
      if (!entity || (topic.entity && topic.entity.name !== entity.name)) continue
      events.push(consumerEvent(event, feed.schemaOf(entity), org.id))
      pending--
    }
    if (events.length === 0) return
    send(events)
    if (fault?.do === 'commit-then-drop') end(broken())
  }
  // Not at once: the commit that brought the event is not finished.
  const schedule = (): void => {
    if (isDue || ended) return
    isDue = true
    setImmediate(deliver)
  }
  const unwatch = feed.watch(emptied => {
    if (emptied) end(problem('service.unavailable', 'The event bus is not available.', rpcId))
    else schedule()
  })

  const begin = (request: FetchRequest): Problem | null => {
    const found = topicOf(org.schema, request.topic_name)
    if (!found) return noTopic(request.topic_name, rpcId)
    if (request.replay_preset === 'CUSTOM') {
      if (request.replay_id.length === 0) {
        const message = 'A replay ID is required when the replay preset is CUSTOM.'
        return problem('subscription.fetch.replayid.validation.failed', message, rpcId)
      }
      const replayId = readReplay(request.replay_id)
      if (replayId === null || !feed.knows(replayId)) {
        const message = 'The replay ID is corrupted, or its event is no longer retained.'
        return problem('subscription.fetch.replayid.corrupted', message, rpcId)
      }
      position = replayId
    } else position = request.replay_preset === 'EARLIEST' ? feed.earliest() : feed.last
    topic = found
    return null
  }
  const take = (request: FetchRequest): Problem | null => {
    if (!session()) return problem('service.auth.error', 'The session is invalid or has expired.', rpcId)
    if (request.num_requested <= 0) {
      const message = 'The number of requested events must be greater than 0.'
      return problem('subscription.fetch.requested.events.invalid', message, rpcId)
    }
    const isFirst = topic === null
    if (isFirst) {
      const failed = begin(request)
      if (failed) return failed
      began(null)
    } else if (request.topic_name !== '' && request.topic_name !== topic?.name) {
      return problem('subscription.topic.changed', 'The topic of a subscription cannot change.', rpcId)
    }
    pending = Math.min(pending + request.num_requested, MOST_REQUESTED)
    if (isFirst) awaitKeepalive()
    deliver()
    return null
  }
  stream.on('data', (request: FetchRequest) => {
    if (ended) return
    const failed = take(request)
    if (failed) end(failed)
  })
  stream.on('end', () => end(null))
  stream.on('cancelled', () => end(null))
}

export const noTopic = (name: string, rpcId: string): Problem =>
  problem('topic.not.found', `The topic ${name || '(none)'} does not exist, or you have no access to it.`, rpcId)

function consumerEvent(event: ChangeEvent, schema: ChangeSchema, orgId: string): ConsumerEvent {
  const payload = schema.encode(event, orgId)
  const id = `${orgId}-${event.replayId}`
  return { event: { id, schema_id: schema.id, payload }, replay_id: replayBytes(event.replayId) }
}
