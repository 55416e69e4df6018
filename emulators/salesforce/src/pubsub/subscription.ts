// One Subscribe call: what its requests ask for, where it begins, and what ends it.

import { randomUUID } from 'node:crypto'
import type { ServerDuplexStream } from '@grpc/grpc-js'
import type { Fault } from '../org/faults.ts'
import type { Org } from '../org/org.ts'
import { type Delivery, delivery } from './delivery.ts'
import { readReplay } from './replay-id.ts'
import { broken, isProblem, noTopic, type Problem, problem } from './status.ts'
import type { Topic } from './topics.ts'
import type { FetchRequest, FetchResponse } from './wire.ts'

export type Reader = { org: Org; session(): boolean; began(failed: Problem | null): void; fault: Fault | null }

export function subscribe(
  stream: ServerDuplexStream<FetchRequest, FetchResponse>,
  { org, session, began, fault }: Reader,
): void {
  const rpcId = randomUUID()
  let topic: Topic | null = null
  let reading: Delivery | null = null
  let ended = false

  const end = (failed: Problem | null): void => {
    if (ended) return
    if (!topic) began(failed)
    ended = true
    reading?.stop()
    if (failed) stream.emit('error', failed)
    else stream.end()
  }
  const begin = (request: FetchRequest): Delivery | Problem => {
    const found = org.topics.named(request.topic_name)
    if (!found) return noTopic(request.topic_name, rpcId)
    const from = startOf(org, request, rpcId)
    if (isProblem(from)) return from
    topic = found
    const write = (response: FetchResponse): void => {
      stream.write(response)
      if (response.events && fault?.do === 'commit-then-drop') end(broken())
    }
    const lost = (): void => end(problem('service.unavailable', 'The event bus is not available.', rpcId))
    return delivery({ feed: org.feed, clock: org.clock, topic: found, from, rpcId, write, lost })
  }
  const take = (request: FetchRequest): Problem | null => {
    if (!session()) return problem('service.auth.error', 'The session is invalid or has expired.', rpcId)
    if (request.num_requested <= 0) {
      const message = 'The number of requested events must be greater than 0.'
      return problem('subscription.fetch.requested.events.invalid', message, rpcId)
    }
    if (!reading) {
      const made = begin(request)
      if (isProblem(made)) return made
      reading = made
      began(null)
    } else if (request.topic_name !== '' && request.topic_name !== topic?.name) {
      return problem('subscription.fetch.topic.mismatch', 'The topic of a subscription cannot change.', rpcId)
    }
    reading.ask(request.num_requested)
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

/** The point after which a subscription begins. */
function startOf({ feed }: Org, { replay_preset, replay_id }: FetchRequest, rpcId: string): number | Problem {
  if (replay_preset === 'EARLIEST') return feed.earliest()
  if (replay_preset !== 'CUSTOM') return feed.last
  if (replay_id.length === 0) {
    const message = 'A replay ID is required when the replay preset is CUSTOM.'
    return problem('subscription.fetch.replayid.validation.failed', message, rpcId)
  }
  const replayId = readReplay(replay_id)
  if (replayId !== null && feed.knows(replayId)) return replayId
  const message = 'The replay ID is corrupted, or its event is no longer retained.'
  return problem('subscription.fetch.replayid.corrupted', message, rpcId)
}
