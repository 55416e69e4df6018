// The event bus of one org: the events of the last 72 hours in order, and who waits for more.

import type { Entity } from '../entities.ts'
import type { Clock } from '../org/clock.ts'
import type { Entry } from '../store/journal.ts'
import { type ChangeSchema, changeSchema } from './avro.ts'
import { changesOf, type Step } from './changes.ts'
import type { BusEvent, ChangeEvent, PlatformEvent } from './event.ts'

/** "Event Retention" in the guide to platform events: events are kept for three days. */
const KEPT_MS = 72 * 60 * 60 * 1000
/** Ids are not contiguous in an org, whose bus carries more than what one client sees. */
const STEP = 3
const SNAPSHOT_LINE = 1000

export type Feed = {
  /** The newest replay id given out; 0 when there was none. */
  readonly last: number
  /** The point that all kept events come after. */
  earliest(): number
  /** Whether a subscription may go on after this id. */
  knows(replayId: number): boolean
  /** Events after an id, oldest first, as far as they are there now. */
  after(replayId: number): Generator<BusEvent>
  schemaOf(entity: Entity): ChangeSchema
  /** Makes and keeps the events of a transaction; undefined when there is nothing to tell. */
  capture(steps: readonly Step[], origin: string): ChangeEvent[] | undefined
  /** Keeps platform events; whoever calls writes them down. */
  publish(events: readonly Omit<PlatformEvent, 'replayId' | 'at'>[]): PlatformEvent[]
  /** Calls back when events have come, or (true) when the bus was emptied; returns how to stop it. */
  watch(notice: (emptied: boolean) => void): () => void
  take(entry: Entry): void
  snapshot(): Generator<Entry>
  clear(): void
  /** Changes are events from now on, not before: what an org begins with is no news. */
  begin(): void
}

/** `selected` are the objects whose changes are events, `mostChanges` how many a transaction tells one by one. */
export function feed(selected: ReadonlySet<string>, mostChanges: number, clock: Clock): Feed {
  const schemas = new Map<string, ChangeSchema>()
  const watchers = new Set<(emptied: boolean) => void>()
  let events: BusEvent[] = []
  let last = 0
  let forgotten = 0
  let transactions = 0
  let isOpen = false

  const schemaOf = (entity: Entity): ChangeSchema => {
    const known = schemas.get(entity.name) ?? changeSchema(entity)
    schemas.set(entity.name, known)
    return known
  }
  const reading = {
    fieldsOf: (entity: Entity) => (selected.has(entity.name) ? schemaOf(entity).fields : null),
    mostChanges,
  }
  const firstAfter = (replayId: number): number => {
    let low = 0
    let high = events.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((events[middle]?.replayId ?? 0) <= replayId) low = middle + 1
      else high = middle
    }
    return low
  }
  const forget = (): void => {
    const oldest = clock.now() - KEPT_MS
    let gone = 0
    while (gone < events.length && (events[gone]?.at ?? 0) < oldest) gone++
    if (gone === 0) return
    forgotten = events[gone - 1]?.replayId ?? forgotten
    events = events.slice(gone)
  }
  const keep = (event: BusEvent): void => {
    events.push(event)
    last = event.replayId
    if ('transaction' in event) transactions = Math.max(transactions, event.transaction)
  }

  return {
    get last() {
      return last
    },
    earliest() {
      forget()
      return forgotten
    },
    knows(replayId) {
      forget()
      return replayId === last || (events[firstAfter(replayId) - 1]?.replayId === replayId && replayId > forgotten)
    },
    *after(replayId) {
      forget()
      for (let at = firstAfter(replayId); at < events.length; at++) {
        const event = events[at]
        if (event) yield event
      }
    },
    schemaOf,
    capture(steps, origin) {
      if (selected.size === 0 || !isOpen) return undefined
      const changes = changesOf(steps, reading)
      if (changes.length === 0) return undefined
      forget()
      const transaction = transactions + 1
      const at = clock.now()
      const made = changes.map((change, index) => ({
        ...change,
        origin,
        transaction,
        sequence: index + 1,
        at,
        replayId: last + STEP * (index + 1),
      }))
      made.forEach(keep)
      for (const notice of watchers) notice(false)
      return made
    },
    publish(list) {
      forget()
      const at = clock.now()
      const made = list.map((event, index) => ({ ...event, at, replayId: last + STEP * (index + 1) }))
      made.forEach(keep)
      if (made.length > 0) for (const notice of watchers) notice(false)
      return made
    },
    watch(notice) {
      watchers.add(notice)
      return () => void watchers.delete(notice)
    },
    take(entry) {
      entry.events?.forEach(keep)
      if (entry.bus) {
        last = Math.max(last, entry.bus.last)
        forgotten = entry.bus.forgotten
        transactions = Math.max(transactions, entry.bus.transactions)
      }
    },
    *snapshot() {
      forget()
      if (last === 0) return
      for (let at = 0; at < events.length; at += SNAPSHOT_LINE) yield { events: events.slice(at, at + SNAPSHOT_LINE) }
      yield { bus: { last, forgotten, transactions } }
    },
    clear() {
      events = []
      last = 0
      forgotten = 0
      transactions = 0
      isOpen = false
      for (const notice of watchers) notice(true)
    },
    begin() {
      isOpen = true
    },
  }
}
