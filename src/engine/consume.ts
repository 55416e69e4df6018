/**
 * Takes deliveries out of a queue: each is marked like one that came over HTTP, and removed from the queue only after the
 * commit. A message stays hidden from others for as long as it is in hand here, however slow the database is; a process
 * that dies leaves it to the next one.
 */
import { backoffMs } from '../core/respond.ts'
import { shallowJson } from '../lib/shallowJson.ts'
import { RemoteFailure } from '../model/outcome.ts'
import { type DeliveryQueue, type NotDone, type QueuedDelivery, StoreDown } from '../model/ports.ts'
import type { Instant } from '../model/resource.ts'
import type { Engine } from './engine.ts'
import { listen } from './listen.ts'

/**
 * What became of a message. `stored` and `ignored` are removed. `bad` is no delivery, and `failed` met a bug of ours: both
 * stay, so that the queue's own policy puts them aside. `returned` was given back because the process stops.
 */
export const queuedResults = ['stored', 'ignored', 'bad', 'failed', 'returned'] as const
export type QueuedResult = (typeof queuedResults)[number]

/** Listens to figures of the queue. */
export type QueueObserver = {
  took(result: QueuedResult): void
  /** A call failed as a whole, or for some of its messages; once a message. */
  failed(call: 'receive' | 'remove' | 'hide', code: string): void
}

export type Consume = {
  readonly queue: DeliveryQueue
  readonly signal: AbortSignal
  /** Batches in hand at once. */
  readonly receivers: number
  /** How long a message of a process that died stays hidden. Renewed while it is in hand. */
  readonly hiddenMs: number
  /** Something was marked. */
  readonly wake: () => void
  readonly observe: QueueObserver
}

export type QueueState = {
  readonly name: string
  /** Why the queue cannot be read now, and since when; null while it can. */
  readonly problem: { readonly why: string; readonly code: string; readonly is: string; readonly since: Instant } | null
  /** When it last answered; null before the first answer. */
  readonly answeredAt: Instant | null
}

export type Consumer = {
  state(): QueueState
  /** Settles when the signal has fired and all that was in hand is removed or given back. Never rejects. */
  readonly done: Promise<void>
}

const waitMs = 20_000
/** No longer than this between two looks at a queue that cannot be read. */
const longestPauseMs = 60_000
/** A message that stays comes later each time, so that a queue without a dead-letter queue is no treadmill. */
const longestHiddenMs = 900_000
/** For what is still to be told to the queue when the process stops. */
const lastCallMs = 3_000
/** Of a removal that the queue did not carry out, before the message is left to come again. */
const removals = 3

export function consume(engine: Engine, options: Consume): Consumer {
  const { queue, signal, hiddenMs, observe } = options
  const log = engine.log.child({ queue: queue.name })
  let problem: QueueState['problem'] = null
  let answeredAt: Instant | null = null

  /** All receivers meet the same fault: it is told when it begins, when it becomes another, and when it is over. */
  function answered(): void {
    answeredAt = engine.clock.now()
    if (problem !== null) log.info({ since: problem.since }, 'the queue can be read again')
    problem = null
  }
  function failed(error: unknown): void {
    const { is, code, message } = error instanceof RemoteFailure ? error.failure : fault
    observe.failed('receive', code)
    if (!(error instanceof RemoteFailure)) log.error({ stack: stackOf(error) }, 'receiving from the queue broke off')
    else if (problem?.code !== code) log.warn({ code, message }, 'the queue cannot be read now; trying again')
    problem = { why: message, code, is, since: problem?.since ?? engine.clock.now() }
  }

  async function receiver(): Promise<void> {
    let troubles = 0
    while (!signal.aborted) {
      try {
        const messages = await queue.receive({ waitMs, hiddenMs }, signal)
        answered()
        troubles = 0
        if (messages.length > 0) await settle(messages)
      } catch (error) {
        if (signal.aborted) return
        failed(error)
        await pause(Math.min(backoffMs(troubles++, 0.5), longestPauseMs))
      }
    }
  }

  const pause = (ms: number): Promise<void> => engine.clock.sleep(ms, signal).catch(() => undefined)

  /** One batch, from the queue to the database and out of the queue. Rejects never: what fails stays in the queue. */
  async function settle(messages: readonly QueuedDelivery[]): Promise<void> {
    const settled = new AbortController()
    const keeping = keepHidden(messages, settled.signal)
    const taken = await Promise.all(messages.map(async message => ({ message, result: await take(message) })))
    const of = (...wanted: QueuedResult[]) =>
      taken.filter(({ result }) => wanted.includes(result)).map(({ message }) => message)
    for (const { result } of taken) observe.took(result)
    if (of('stored').length > 0) options.wake()
    await remove(of('stored', 'ignored'))
    settled.abort()
    await keeping
    for (const message of of('bad', 'failed'))
      await hide([message], Math.min(hiddenMs * 2 ** Math.min(message.receives - 1, 20), longestHiddenMs))
    await hide(of('returned'), 0)
  }

  /** While the database is away the message is kept: given back again and again, it would be put aside as if it were bad. */
  async function take(message: QueuedDelivery): Promise<QueuedResult> {
    const about = { correlationId: message.id, messageId: message.id, receives: message.receives }
    for (let troubles = 0; ; troubles++) {
      if (signal.aborted) return 'returned'
      try {
        const body = shallowJson(message.text)
        const heard = await listen(engine, body, { correlationId: message.id })
        if (heard.is === 'bad')
          log.warn(
            { ...about, why: body === undefined ? 'it is no JSON' : heard.why },
            'a message of the queue is no delivery and stays in it',
          )
        else if (heard.is === 'ignored') log.info({ ...about, why: heard.why }, 'delivery ignored')
        else
          log.debug({ ...about, events: heard.events, marked: heard.marked, dropped: heard.dropped }, 'delivery stored')
        return heard.is
      } catch (error) {
        if (!(error instanceof StoreDown)) {
          log.error({ ...about, stack: stackOf(error) }, 'a delivery could not be stored and stays in the queue')
          return 'failed'
        }
        if (troubles === 0) log.warn({ ...about, error: error.message }, 'a delivery waits for the database')
        await pause(Math.min(backoffMs(troubles, 0.5), hiddenMs))
      }
    }
  }

  /** Renews the time of what is in hand until all is settled. */
  async function keepHidden(messages: readonly QueuedDelivery[], settled: AbortSignal): Promise<void> {
    while (!settled.aborted) {
      await engine.clock.sleep(hiddenMs / 3, settled).catch(() => undefined)
      if (!settled.aborted) await hide(messages, hiddenMs)
    }
  }

  async function remove(messages: readonly QueuedDelivery[]): Promise<void> {
    let left = messages
    for (let tries = 1; left.length > 0; tries++) {
      const notRemoved = await told('remove', left, (all, last) => queue.remove(all, last))
      if (tries === removals && notRemoved.length > 0)
        log.warn(
          { messages: notRemoved.length, code: notRemoved[0]?.code ?? '' },
          'stored deliveries stay in the queue and will come again',
        )
      if (tries === removals || notRemoved.length === 0 || signal.aborted) return
      left = notRemoved.map(({ message }) => message)
      await pause(backoffMs(tries - 1, 0.5) / 10)
    }
  }

  async function hide(messages: readonly QueuedDelivery[], ms: number): Promise<void> {
    if (messages.length > 0) await told('hide', messages, (all, last) => queue.hide(all, ms, last))
  }

  /** Tells the queue something about messages, also while the process stops: then it has only a moment. Never rejects. */
  async function told(
    call: 'remove' | 'hide',
    messages: readonly QueuedDelivery[],
    work: (messages: readonly QueuedDelivery[], signal: AbortSignal) => Promise<readonly NotDone[]>,
  ): Promise<readonly NotDone[]> {
    let notDone: readonly NotDone[]
    try {
      notDone = await work(messages, AbortSignal.timeout(signal.aborted ? lastCallMs : waitMs))
    } catch (error) {
      const code = error instanceof RemoteFailure ? error.failure.code : error instanceof Error ? error.name : 'Unknown'
      notDone = messages.map(message => ({ message, code }))
    }
    for (const { code } of notDone) observe.failed(call, code)
    return notDone
  }

  const done = Promise.all(Array.from({ length: options.receivers }, receiver)).then(() => undefined)
  return { state: () => ({ name: queue.name, problem, answeredAt }), done }
}

const fault = { is: 'bug', code: 'QUARANTINED', message: 'receiving broke off: see the log' }

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error))
