/**
 * Brings deliveries to where a Subscription's destination leads, at least once: over HTTP to one receiver, or into a
 * queue of SQS; doubled, delayed, shuffled or lost when a test asks for it.
 */

import { createHmac } from 'node:crypto'
import type { Fault } from '../http/faults.ts'
import type { Subscription } from '../model/entities.ts'
import type { Delivery } from '../model/notice.ts'
import { type Random, random } from '../model/random.ts'
import type { World } from '../store/world.ts'
import { destinations } from './destinations.ts'
import { envelope } from './envelope.ts'
import { handshakes } from './handshake.ts'
import { isKept } from './health.ts'
import { type Job, type Lane, lane, type Outcome } from './lane.ts'
import { payloadOf } from './notification.ts'
import { pushed, wait } from './push.ts'
import { accepted, type Sender, sender } from './send.ts'
import { type Published, queues, type SqsOptions } from './sqs.ts'
import { type Told, toldLog } from './told.ts'
import { CALM, type Disturbance, USUAL, type Ways } from './ways.ts'

type Counts = {
  sent: number
  acknowledged: number
  refused: number
  pending: number
  doubled: number
  lost: number
  /** Not retained any more when the destination could have taken them. */
  dropped: number
}

export type Dispatcher = {
  /** Whether anybody reads there; without a reader, what is published is gone. */
  reaches(subscription: Subscription): boolean
  enqueue(deliveries: Delivery[]): void
  /** Takes up what an earlier process left undelivered. */
  resume(deliveries: Delivery[]): void
  /** Whether the destination is asked itself, so that its answer is known at once. */
  isDirect(subscription: Subscription): boolean
  /** Sends the test notification to such a destination. */
  tryOut(probe: Delivery, subscription: Subscription): Promise<Published>
  disturb(change: Partial<Disturbance>): void
  arrange(change: Partial<Ways>): void
  /** Plays that a destination is broken, or well again. */
  stand(subscription: Subscription, state: Published): void
  /** Looks at what time has done to the health of Subscriptions, and to what is kept for them. */
  tick(): void
  confirm(token: string): boolean
  counts(): Counts & Disturbance & Ways & { deliverTo: string | null }
  pending(): Iterable<Delivery>
  told(): readonly Told[]
  deliverTo(url: string | null, token?: string): void
  reset(): void
  close(): void
}

const SHUFFLE_MS = 100

type Sources = { faultOf: () => Fault | null; baseUrl: () => string; sqs: SqsOptions | undefined }

export function dispatcher(world: World, { faultOf, baseUrl, sqs }: Sources): Dispatcher {
  const counts = { sent: 0, acknowledged: 0, refused: 0, doubled: 0, lost: 0, dropped: 0 }
  let disturbance = CALM
  let ways = USUAL
  let dice: Random = random(CALM.seed)
  let target: Sender | null = null
  let url: string | null = null
  let acked: string[] = []
  let closed = false
  let generation = 0
  const told = toldLog()
  const places = destinations(world, () => ways)
  const shakes = handshakes(baseUrl, () => world.clock.iso())
  const amazon = sqs === undefined ? null : queues(sqs)
  const overHttp = lane(() => target !== null, attempt)
  const intoQueues = lane(() => true, attempt)
  const lanes: Lane[] = [overHttp, intoQueues]

  const subscriptionOf = ({ projectKey, subscriptionId }: Delivery) =>
    world.projects.get(projectKey)?.subscriptions.get(subscriptionId)
  const queued = ({ destination }: Subscription) => amazon !== null && destination.type === 'SQS'

  async function attempt(job: Job): Promise<Outcome> {
    const { delivery } = job
    const born = generation
    const subscription = subscriptionOf(delivery)
    if (!subscription) return gone(job)
    const outcome = await (queued(subscription) ? publishToQueue : publishToTopic)(job, subscription)
    // What was on its way when everything was reset counts for nothing.
    if (born !== generation) return 'gone'
    if (outcome === 'held') return outcome
    if (outcome === 'taken') {
      counts.acknowledged += 1
      done(job)
      return outcome
    }
    if (outcome === 'refused') {
      counts.refused += 1
      return outcome
    }
    const health = places.published(delivery, outcome)
    const kept = !health || isKept(health, delivery.publishedAt, world.clock.ms(), ways)
    // A queue that was really asked is not asked by everybody at once; one that a test broke is not asked at all.
    if (kept) return places.standing(subscription) === 'taken' ? 'refused' : 'held'
    counts.dropped += job.double ? 0 : 1
    return gone(job)
  }

  function gone(job: Job): Outcome {
    done(job)
    return 'gone'
  }

  /** Nobody can verify it: the certificate is Amazon's. It stands where the real one would. */
  const sign = (text: string) => createHmac('sha256', world.tokenKey).update(text).digest('base64')

  function done(job: Job) {
    if (job.double) return
    if (acked.length === 0) setTimeout(flush, 20)
    acked.push(job.delivery.id)
  }

  /** The topic takes everything unless a test broke it; what it then pushes may be refused, which the topic minds alone. */
  async function publishToTopic(job: Job, subscription: Subscription) {
    const { delivery } = job
    const state = job.published ? 'taken' : places.standing(subscription)
    if (state !== 'taken') return state
    if (!job.published) places.published(delivery, 'taken')
    job.published = true
    if (!target) return 'held'
    if (!(await shakes.mayDeliver(subscription, target, ways.handshake, ways.eventGridSchema))) return 'held'
    counts.sent += 1
    const { destination } = subscription
    const { id, publishedAt } = delivery
    const { eventGridSchema } = ways
    const posting = { id, publishedAt, tries: job.tries, destination, eventGridSchema, sign }
    const answer = await pushed(envelope(payloadOf(delivery, subscription), posting), target, faultOf())
    const status = answer?.status ?? null
    told.add(job, status)
    return accepted(status) ? 'taken' : 'refused'
  }

  async function publishToQueue(job: Job, subscription: Subscription) {
    const { delivery } = job
    const played = places.standing(subscription)
    const published = played === 'taken' ? await put(delivery, subscription) : played
    told.add(job, published === 'taken' ? 200 : null)
    if (published === 'taken') places.published(delivery, published)
    else counts.refused += 1
    return published
  }

  async function put(delivery: Delivery, subscription: Subscription): Promise<Published> {
    if (!amazon) return 'unavailable'
    const fault = faultOf()
    if (fault && fault.do !== 'commit-then-drop' && fault.do !== 'slow') return 'unavailable'
    if (fault?.do === 'slow') await wait(fault.ms ?? 1_000)
    counts.sent += 1
    const { text } = payloadOf(delivery, subscription)
    const published = await amazon.publish(subscription.destination, text)
    return fault?.do === 'commit-then-drop' ? 'unavailable' : published
  }

  function flush() {
    if (acked.length === 0 || closed) return
    world.acknowledged(acked)
    acked = []
  }

  function place(delivery: Delivery, double: boolean) {
    const { delayRate, delayMs, shuffle } = disturbance
    const pause = (dice.chance(delayRate) ? delayMs : 0) + (shuffle ? dice.int(SHUFFLE_MS) : 0)
    laneOf(delivery).add(delivery, double, pause)
  }

  function laneOf(delivery: Delivery): Lane {
    const subscription = subscriptionOf(delivery)
    return subscription && queued(subscription) ? intoQueues : overHttp
  }

  const reaches = (subscription: Subscription) => queued(subscription) || target !== null

  const self: Dispatcher = {
    told: told.entries,
    reaches,
    isDirect: queued,
    resume(deliveries) {
      for (const delivery of deliveries) laneOf(delivery).add(delivery, false)
    },
    enqueue(deliveries) {
      for (const delivery of deliveries) {
        const subscription = subscriptionOf(delivery)
        if (!subscription || !reaches(subscription)) {
          world.acknowledged([delivery.id])
          continue
        }
        if (dice.chance(disturbance.loseRate)) {
          counts.lost += 1
          world.acknowledged([delivery.id])
          continue
        }
        place(delivery, false)
        if (dice.chance(disturbance.doubleRate)) {
          counts.doubled += 1
          place(delivery, true)
        }
      }
    },
    async tryOut(probe, subscription) {
      const published = await put(probe, subscription)
      if (published !== 'taken') counts.refused += 1
      else {
        counts.acknowledged += 1
        places.published(probe, published)
        intoQueues.hurry()
      }
      return published
    },
    disturb(change) {
      disturbance = { ...disturbance, ...change }
      if (change.seed !== undefined) dice = random(change.seed)
    },
    arrange(change) {
      ways = { ...ways, ...change }
      self.tick()
      for (const each of lanes) each.hurry()
    },
    stand(subscription, state) {
      places.stand(subscription, state)
      if (state === 'taken') for (const each of lanes) each.hurry()
    },
    tick() {
      places.tick()
      const now = world.clock.ms()
      for (const each of lanes) {
        const dropped = each.drop(({ delivery, published }) => {
          const health = subscriptionOf(delivery)
          return !published && health !== undefined && !isKept(health, delivery.publishedAt, now, ways)
        })
        const ids = dropped.filter(job => !job.double).map(job => job.delivery.id)
        counts.dropped += ids.length
        if (ids.length > 0) world.acknowledged(ids)
      }
    },
    confirm(token) {
      const known = shakes.confirm(token)
      if (known) overHttp.hurry()
      return known
    },
    counts: () => ({
      ...counts,
      pending: overHttp.size() + intoQueues.size(),
      ...disturbance,
      ...ways,
      deliverTo: url,
    }),
    *pending() {
      for (const each of lanes) for (const job of each.jobs()) if (!job.double) yield job.delivery
    },
    deliverTo(to, token) {
      target?.close()
      url = to
      target = to === null ? null : sender(to, token)
      shakes.forget()
      overHttp.hurry()
    },
    reset() {
      generation += 1
      for (const each of lanes) each.clear()
      acked = []
      told.clear()
      Object.assign(counts, { sent: 0, acknowledged: 0, refused: 0, doubled: 0, lost: 0, dropped: 0 })
      disturbance = CALM
      ways = USUAL
      dice = random(CALM.seed)
      places.forget()
      shakes.forget()
    },
    close() {
      flush()
      closed = true
      for (const each of lanes) each.close()
      target?.close()
      amazon?.close()
    },
  }
  return self
}
