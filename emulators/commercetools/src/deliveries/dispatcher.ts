/**
 * Pushes deliveries to one receiver, at least once: several at a time, again with growing pauses while it refuses,
 * and doubled, delayed, shuffled or lost when a test asks for it. Pauses run on the wall's time, not on the emulator's.
 */

import type { Fault } from '../http/faults.ts'
import type { Delivery } from '../model/notice.ts'
import { type Random, random } from '../model/random.ts'
import { type Sorted, sorted } from '../store/sorted.ts'
import type { World } from '../store/world.ts'
import { bodyOf } from './notification.ts'
import { IN_FLIGHT, type Sender, sender } from './send.ts'

export type Disturbance = {
  doubleRate: number
  shuffle: boolean
  delayRate: number
  delayMs: number
  loseRate: number
  seed: number
}
type Counts = {
  sent: number
  acknowledged: number
  refused: number
  pending: number
  doubled: number
  lost: number
}

/** A delivery and how often it was tried; a double is told once more, with the same id. */
type Job = { delivery: Delivery; tries: number; double: boolean; at: number; n: number }

type Told = {
  id: string
  projectKey: string
  resourceId: string
  what: string
  at: string
  status: number | null
  tries: number
}

export type Dispatcher = {
  /** Whether anybody reads the topic; without a reader, what is published is gone. */
  hasReader(): boolean
  enqueue(deliveries: Delivery[]): void
  /** Takes up what an earlier process left undelivered. */
  resume(deliveries: Delivery[]): void
  disturb(change: Partial<Disturbance>): void
  counts(): Counts & Disturbance & { deliverTo: string | null }
  pending(): Iterable<Delivery>
  told: Told[]
  deliverTo(url: string | null, token?: string): void
  reset(): void
  close(): void
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2_000
/** Refusals in a row after which the receiver counts as down. */
const DOWN_AFTER = 3
const LONGEST_REST_MS = 500
const SHUFFLE_MS = 100
const TOLD_KEPT = 5_000
const CALM: Disturbance = { doubleRate: 0, shuffle: false, delayRate: 0, delayMs: 0, loseRate: 0, seed: 1 }

export function dispatcher(world: World, faultOf: () => Fault | null): Dispatcher {
  let ready: Job[] = []
  let head = 0
  const later: Sorted<Job> = sorted((a, b) => a.at - b.at || a.n - b.n)
  const flying = new Set<Job>()
  const counts = { sent: 0, acknowledged: 0, refused: 0, doubled: 0, lost: 0 }
  let disturbance = CALM
  let dice: Random = random(CALM.seed)
  let target: Sender | null = null
  let url: string | null = null
  let n = 0
  /** Refusals in a row: while the receiver is down, one delivery at a time tries it, with rests in between. */
  let failing = 0
  let restsUntil = 0
  let timer: NodeJS.Timeout | null = null
  let timerAt = 0
  let acked: string[] = []
  let closed = false
  let generation = 0
  let pumping = false

  const job = (delivery: Delivery, double: boolean): Job => {
    n += 1
    return { delivery, tries: 0, double, at: 0, n }
  }

  function place(each: Job) {
    const { delayRate, delayMs, shuffle } = disturbance
    const pause = (dice.chance(delayRate) ? delayMs : 0) + (shuffle ? dice.int(SHUFFLE_MS) : 0)
    if (pause > 0) postpone(each, pause)
    else ready.push(each)
  }

  function postpone(each: Job, pauseMs: number) {
    each.at = Date.now() + pauseMs
    later.insert(each)
    wake()
  }

  function wake() {
    const first = later.from().next()
    const waits = head < ready.length && restsUntil > Date.now()
    if ((first.done && !waits) || closed) return
    const next = Math.max(restsUntil, waits || first.done ? 0 : first.value.at)
    if (timer !== null && timerAt <= next) return
    if (timer !== null) clearTimeout(timer)
    timerAt = next
    timer = setTimeout(
      () => {
        timer = null
        pump()
      },
      Math.max(0, timerAt - Date.now()),
    )
  }

  /** After the reply: a delivery never holds up the request that caused it. */
  function soon() {
    if (pumping) return
    pumping = true
    setImmediate(() => {
      pumping = false
      pump()
    })
  }

  function pump() {
    if (closed || !target) return
    const now = Date.now()
    for (;;) {
      const first = later.from().next()
      if (first.done || first.value.at > now) break
      later.remove(first.value)
      ready.push(first.value)
    }
    const room = now < restsUntil ? 0 : failing >= DOWN_AFTER ? 1 : IN_FLIGHT
    while (flying.size < room && head < ready.length) {
      const next = ready[head] as Job
      head += 1
      flying.add(next)
      void push(next, target, generation)
    }
    if (head > 1_000 && head * 2 > ready.length) {
      ready = ready.slice(head)
      head = 0
    }
    wake()
  }

  async function push(each: Job, to: Sender, born: number) {
    each.tries += 1
    counts.sent += 1
    const { delivery } = each
    const subscription = world.projects.get(delivery.projectKey)?.subscriptions.get(delivery.subscriptionId)
    const status = subscription ? await attempt(bodyOf(delivery, subscription), to) : 204
    if (born !== generation) return
    flying.delete(each)
    remember(each, status)
    if (status !== null && (status === 102 || (status >= 200 && status < 300))) {
      failing = 0
      restsUntil = 0
      counts.acknowledged += 1
      if (!each.double) {
        if (acked.length === 0) setTimeout(flush, 20)
        acked.push(delivery.id)
      }
    } else {
      failing += 1
      if (failing >= DOWN_AFTER)
        restsUntil = Date.now() + Math.min(LONGEST_REST_MS, 10 * 2 ** Math.min(failing - DOWN_AFTER, 10))
      counts.refused += 1
      const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(each.tries - 1, 10))
      postpone(each, pause * (0.75 + Math.random() / 2))
    }
    soon()
  }

  async function attempt(
    { body, contentType }: { body: string; contentType: string },
    to: Sender,
  ): Promise<number | null> {
    const fault = faultOf()
    if (!fault) return to.send(body, contentType)
    switch (fault.do) {
      case 'status':
      case 'throttle':
      case 'conflict':
        return fault.status ?? (fault.do === 'throttle' ? 429 : 500)
      case 'drop-before':
        return null
      case 'commit-then-drop':
        await to.send(body, contentType)
        return null
      case 'slow':
        await new Promise(resolve => setTimeout(resolve, fault.ms ?? 1_000))
        return to.send(body, contentType)
      case 'hang':
        await new Promise(resolve => setTimeout(resolve, fault.ms ?? 10_000))
        return null
      case 'connection-reset':
        return to.send(body, contentType, 0)
      case 'truncate':
        return to.send(body, contentType, Math.floor(body.length / 2))
      case 'html':
        return to.send('<html><body>Bad gateway</body></html>', 'text/html')
    }
  }

  function remember({ delivery, tries }: Job, status: number | null) {
    const { notice, id, projectKey } = delivery
    const resourceId = notice.of === 'message' ? notice.message.resource.id : notice.id
    const what = notice.of === 'message' ? notice.message.type : `${notice.kind} v${notice.version}`
    self.told.push({ id, projectKey, resourceId, what, at: new Date().toISOString(), status, tries })
    if (self.told.length > TOLD_KEPT * 2) self.told = self.told.slice(-TOLD_KEPT)
  }

  function flush() {
    if (acked.length === 0 || closed) return
    world.acknowledged(acked)
    acked = []
  }

  const self: Dispatcher = {
    told: [],
    hasReader: () => target !== null,
    resume(deliveries) {
      for (const delivery of deliveries) ready.push(job(delivery, false))
      soon()
    },
    enqueue(deliveries) {
      if (!target) {
        if (deliveries.length > 0) world.acknowledged(deliveries.map(each => each.id))
        return
      }
      for (const delivery of deliveries) {
        if (dice.chance(disturbance.loseRate)) {
          counts.lost += 1
          world.acknowledged([delivery.id])
          continue
        }
        place(job(delivery, false))
        if (dice.chance(disturbance.doubleRate)) {
          counts.doubled += 1
          place(job(delivery, true))
        }
      }
      soon()
    },
    disturb(change) {
      disturbance = { ...disturbance, ...change }
      if (change.seed !== undefined) dice = random(change.seed)
    },
    counts: () => ({
      ...counts,
      pending: ready.length - head + later.size() + flying.size,
      ...disturbance,
      deliverTo: url,
    }),
    *pending() {
      for (const each of [...flying, ...ready.slice(head), ...later.from()]) if (!each.double) yield each.delivery
    },
    deliverTo(to, token) {
      target?.close()
      url = to
      target = to === null ? null : sender(to, token)
      failing = 0
      restsUntil = 0
      soon()
    },
    reset() {
      generation += 1
      ready = []
      head = 0
      later.clear()
      flying.clear()
      acked = []
      failing = 0
      restsUntil = 0
      self.told = []
      Object.assign(counts, { sent: 0, acknowledged: 0, refused: 0, doubled: 0, lost: 0 })
      disturbance = CALM
      dice = random(CALM.seed)
    },
    close() {
      flush()
      closed = true
      if (timer !== null) clearTimeout(timer)
      target?.close()
    },
  }
  return self
}
