// One subscriber's way along the bus: where it stands, how many events it still takes, and its keepalives.

import type { Clock } from '../org/clock.ts'
import type { Feed } from './feed.ts'
import { replayBytes } from './replay-id.ts'
import type { Topic } from './topics.ts'
import type { ConsumerEvent, FetchResponse } from './wire.ts'

/** "If no events are available, an empty batch is sent within 270 seconds" (the contract's own comments). */
const KEEPALIVE_MS = 270_000
/** Outstanding events a client may have asked for; more counts as this ("Pub/Sub API Allocations"). */
const MOST_REQUESTED = 100

export type Delivery = {
  /** Takes so many events more. */
  ask(count: number): void
  /** Sends what is not events, which is a sign of life too. */
  send(more: object): void
  /** The newest event that was sent, or the place where it began. */
  readonly position: number
  stop(): void
}
type Parts = {
  feed: Feed
  clock: Clock
  topic: Topic
  from: number
  rpcId: string
  write(response: FetchResponse): void
  /** The bus was emptied: there is nothing to go on from. */
  lost(): void
}

export function delivery({ feed, clock, topic, from, rpcId, write, lost }: Parts): Delivery {
  let position = from
  let pending = 0
  let isDue = false
  let stopped = false
  /** Events of one replay id that the client has not asked for yet. */
  let waiting: ConsumerEvent[] = []
  let callOffKeepalive = (): void => {}

  const send = (more: object = {}): void => {
    write({ latest_replay_id: replayBytes(position), rpc_id: rpcId, pending_num_requested: pending, ...more })
    awaitKeepalive()
  }
  const awaitKeepalive = (): void => {
    callOffKeepalive()
    callOffKeepalive = clock.after(KEEPALIVE_MS, () => {
      // Nothing that this client waits for has come: where the bus stands is where it may go on.
      if (pending > 0) position = Math.max(position, feed.last)
      send()
    })
  }
  const deliver = (): void => {
    isDue = false
    if (stopped || pending === 0) return
    const events = waiting.splice(0, pending)
    pending -= events.length
    if (pending > 0) {
      for (const event of feed.after(position)) {
        position = event.replayId
        waiting = topic.show(event)
        const taken = waiting.splice(0, pending)
        pending -= taken.length
        events.push(...taken)
        if (pending === 0) break
      }
    }
    if (events.length > 0) send({ events })
  }
  // Not at once: the commit that brought the event is not finished.
  const schedule = (): void => {
    if (isDue || stopped) return
    isDue = true
    setImmediate(deliver)
  }
  const unwatch = feed.watch(emptied => {
    if (emptied) lost()
    else schedule()
  })
  awaitKeepalive()
  return {
    ask(count) {
      pending = Math.min(pending + count, MOST_REQUESTED)
      deliver()
    },
    send,
    get position() {
      return position
    },
    stop() {
      stopped = true
      unwatch()
      callOffKeepalive()
    },
  }
}
