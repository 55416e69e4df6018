/** What the service tells Prometheus (`ctsf_…`), and the stream of passes that screens listen to. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Consumer, QueueObserver } from '../engine/consume.ts'
import type { Drain } from '../engine/drain.ts'
import type { Observer, PassReport, SweepReport } from '../engine/engine.ts'
import type { Store } from '../model/ports.ts'
import { lanes } from '../model/resource.ts'

export type Metrics = {
  /** Given to the engine. */
  readonly observer: Observer
  /** Given to who takes deliveries out of a queue. */
  readonly queue: QueueObserver
  /** A delivery was answered. */
  answered(status: number): void
  /** Adds what is asked for at each scrape: the backlog and the budget. */
  watch(store: Store, drain: Drain | null, queue: Consumer | null): void
  /** What passes of this process did with records, since it started. */
  totals(): Totals
  /** The last look of this process for what no delivery told of. */
  swept(): SweepReport | null
  /** Calls back at each pass; returns the way to stop. */
  onPass(listener: (report: PassReport) => void): () => void
  text(): Promise<string>
  readonly contentType: string
}

const results = ['created', 'updated', 'unchanged', 'failed', 'waiting', 'review'] as const
export type Totals = Readonly<Record<(typeof results)[number], number>>

const seconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

export function metrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers })
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers })
  const passes = counter('ctsf_passes_total', 'Passes carried out.', ['lane'])
  const rows = counter('ctsf_rows_total', 'Records taken into passes, by what became of them.', ['lane', 'result'])
  const failures = counter('ctsf_failures_total', 'Failures, by what is done next and the code of the remote.', [
    'kind',
    'code',
  ])
  const deliveries = counter('ctsf_deliveries_total', 'Deliveries answered, by HTTP status.', ['status'])
  const events = counter('ctsf_events_total', 'Events taken in, by the form of their delivery.', ['form'])
  const messages = counter('ctsf_queue_messages_total', 'Messages taken out of the queue, by what became of them.', [
    'result',
  ])
  const refusals = counter('ctsf_queue_failures_total', 'What the queue did not do, by the code of the remote.', [
    'call',
    'code',
  ])
  const sweeps = counter('ctsf_sweeps_total', 'Looks at commercetools for what no delivery told of.', [])
  const listed = counter('ctsf_sweep_listed_total', 'Changed records that those looks saw.', [])
  const found = counter('ctsf_sweep_found_total', 'Those among them that no delivery had told of.', [])
  const duration = new Histogram({
    name: 'ctsf_pass_seconds',
    help: 'How long a pass took.',
    labelNames: ['lane'],
    buckets: seconds,
    registers,
  })
  const lag = new Histogram({
    name: 'ctsf_lag_seconds',
    help: 'From the mark of the oldest record of a pass to its save.',
    labelNames: ['lane'],
    buckets: [...seconds, 300, 900, 3600],
    registers,
  })
  const totals = { created: 0, updated: 0, unchanged: 0, failed: 0, waiting: 0, review: 0 }
  const listeners = new Set<(report: PassReport) => void>()
  let lastSweep: SweepReport | null = null
  let ask = async (): Promise<void> => undefined

  const watch = (store: Store, drain: Drain | null, queue: Consumer | null): void => {
    const up = gauge('ctsf_store_up', '1 while the database answers.')
    const backlog = gauge('ctsf_backlog', 'Records waiting for a pass.', ['lane', 'state'])
    const oldest = gauge('ctsf_backlog_oldest_seconds', 'How long the oldest due record has waited.', ['lane'])
    const open = gauge('ctsf_open', 'What waits for a person or for a parent.', ['kind'])
    const linked = gauge('ctsf_links', 'Pairs of records known to be the same.')
    const api = gauge('ctsf_salesforce_api_calls', "The org's daily calls, as it last told.", ['kind'])
    const paused = gauge('ctsf_paused', '1 while nothing is sent.')
    const feed = gauge('ctsf_feed_age_seconds', 'Since when a side was not looked at for changes.', ['stream'])
    const readable = queue === null ? null : gauge('ctsf_queue_up', '1 while the queue can be read.')
    up.set(0)
    ask = async () => {
      const state = drain?.state()
      const queued = queue?.state()
      if (queued) readable?.set(queued.problem === null && queued.answeredAt !== null ? 1 : 0)
      paused.set(state?.paused ? 1 : 0)
      if (state?.budget) {
        api.set({ kind: 'used' }, state.budget.used)
        api.set({ kind: 'max' }, state.budget.max)
      }
      for (const { stream, at } of await store.checkpoints().catch(() => []))
        feed.set({ stream }, Math.max(0, (Date.now() - Date.parse(at)) / 1000))
      const found = await store.backlog().catch(() => null)
      up.set(found === null ? 0 : 1)
      if (found === null) return
      for (const lane of lanes) {
        const { due, later, claimed, oldestDueAt } = found.lanes[lane]
        backlog.set({ lane, state: 'due' }, due)
        backlog.set({ lane, state: 'later' }, later)
        backlog.set({ lane, state: 'claimed' }, claimed)
        oldest.set({ lane }, oldestDueAt === null ? 0 : Math.max(0, (Date.now() - Date.parse(oldestDueAt)) / 1000))
      }
      open.set({ kind: 'conflict' }, found.conflicts)
      open.set({ kind: 'failure' }, found.failures)
      open.set({ kind: 'waiting' }, found.waiting)
      linked.set(found.links)
    }
  }

  return {
    observer: {
      pass(report) {
        const { lane } = report
        passes.inc({ lane })
        for (const result of results) {
          rows.inc({ lane, result }, report[result])
          totals[result] += report[result]
        }
        duration.observe({ lane }, report.durationMs / 1000)
        lag.observe({ lane }, report.lagMs / 1000)
        for (const listener of listeners) listener(report)
      },
      failure: (kind, code) => failures.inc({ kind, code }),
      received: (form, count) => events.inc({ form }, count),
      swept(report) {
        sweeps.inc()
        listed.inc(report.listed)
        found.inc(report.found)
        lastSweep = report
      },
    },
    queue: {
      took: result => messages.inc({ result }),
      failed: (call, code) => refusals.inc({ call, code }),
    },
    answered: status => deliveries.inc({ status: String(status) }),
    watch,
    totals: () => ({ ...totals }),
    swept: () => lastSweep,
    onPass(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async text() {
      await ask()
      return registry.metrics()
    },
    contentType: registry.contentType,
  }
}
