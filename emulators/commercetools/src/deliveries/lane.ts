/**
 * One way out of the emulator: what waits to be delivered on it, several at a time, again with growing pauses while it
 * is refused, and one at a time while nothing is taken at all. Pauses run on the wall's time, not on the emulator's.
 */

import type { Delivery } from '../model/notice.ts'
import { type Sorted, sorted } from '../store/sorted.ts'
import { IN_FLIGHT } from './send.ts'

/** A delivery and how often it was tried; a double is told once more, with the same id. */
export type Job = {
  delivery: Delivery
  tries: number
  double: boolean
  /** The destination has it; what is left is the way from there. */
  published: boolean
  at: number
  n: number
}

/** `held`: this one can not go now, which says nothing of the others; `gone`: nobody will get it any more. */
export type Outcome = 'taken' | 'refused' | 'held' | 'gone'

export type Lane = {
  add(delivery: Delivery, double: boolean, pauseMs?: number): void
  /** What waits or is on its way. */
  jobs(): Iterable<Job>
  size(): number
  /** Takes out what waits and fits; what is on its way is not stopped. */
  drop(fits: (job: Job) => boolean): Job[]
  /** What was put off after a refusal goes out now; what is late on purpose stays late. */
  hurry(): void
  clear(): void
  close(): void
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2_000
/** Refusals in a row after which the other side counts as down. */
const DOWN_AFTER = 3
const LONGEST_REST_MS = 500

/** `opens` says whether anybody is there at all; `attempt` never rejects. */
export function lane(opens: () => boolean, attempt: (job: Job) => Promise<Outcome>): Lane {
  let ready: Job[] = []
  let head = 0
  const later: Sorted<Job> = sorted((a, b) => a.at - b.at || a.n - b.n)
  const flying = new Set<Job>()
  let n = 0
  /** Refusals in a row: while the other side is down, one delivery at a time tries it, with rests in between. */
  let failing = 0
  let restsUntil = 0
  let timer: NodeJS.Timeout | null = null
  let timerAt = 0
  let closed = false
  let generation = 0
  let pumping = false

  function postpone(each: Job, pauseMs: number) {
    each.at = Date.now() + pauseMs
    later.insert(each)
    wake()
  }

  /** `now` is what the caller went by: a clock that moved on meanwhile must not end a rest that nobody has noticed. */
  function wake(now = Date.now()) {
    const first = later.from().next()
    const waits = head < ready.length && restsUntil > now
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
    if (closed || !opens()) return
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
      void fly(next, generation)
    }
    if (head > 1_000 && head * 2 > ready.length) {
      ready = ready.slice(head)
      head = 0
    }
    wake(now)
  }

  async function fly(each: Job, born: number) {
    each.tries += 1
    const outcome = await attempt(each)
    if (born !== generation) return
    flying.delete(each)
    if (outcome === 'taken') {
      failing = 0
      restsUntil = 0
    }
    if (outcome === 'refused') {
      failing += 1
      if (failing >= DOWN_AFTER)
        restsUntil = Date.now() + Math.min(LONGEST_REST_MS, 10 * 2 ** Math.min(failing - DOWN_AFTER, 10))
    }
    if (outcome === 'refused' || outcome === 'held') {
      const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(each.tries - 1, 10))
      postpone(each, pause * (0.75 + Math.random() / 2))
    }
    soon()
  }

  return {
    add(delivery, double, pauseMs = 0) {
      n += 1
      const job: Job = { delivery, tries: 0, double, published: false, at: 0, n }
      if (pauseMs > 0) postpone(job, pauseMs)
      else {
        ready.push(job)
        soon()
      }
    },
    *jobs() {
      yield* [...flying, ...ready.slice(head), ...later.from()]
    },
    size: () => ready.length - head + later.size() + flying.size,
    drop(fits) {
      const waiting = [...ready.slice(head), ...later.from()]
      const dropped = waiting.filter(fits)
      if (dropped.length === 0) return []
      ready = ready.slice(head).filter(each => !fits(each))
      head = 0
      for (const each of dropped) later.remove(each)
      return dropped
    },
    hurry() {
      failing = 0
      restsUntil = 0
      for (const each of [...later.from()].filter(job => job.tries > 0)) {
        later.remove(each)
        ready.push(each)
      }
      soon()
    },
    clear() {
      generation += 1
      ready = []
      head = 0
      later.clear()
      flying.clear()
      failing = 0
      restsUntil = 0
    },
    close() {
      closed = true
      if (timer !== null) clearTimeout(timer)
    },
  }
}
