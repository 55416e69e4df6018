/** Where everything stands: what waits, what went, what is spent; and each pass as it happens. */
import type { FastifyInstance } from 'fastify'
import type { QueueState } from '../../engine/consume.ts'
import type { DrainState } from '../../engine/drain.ts'
import type { SweepReport } from '../../engine/engine.ts'
import type { Backlog } from '../../model/ports.ts'
import { type Instant, lanes } from '../../model/resource.ts'
import type { Totals } from '../metrics.ts'
import type { Served } from '../served.ts'

export type Status = {
  readonly version: string
  readonly roles: readonly string[]
  readonly startedAt: Instant
  readonly at: Instant
  readonly org: string | null
  readonly projects: readonly string[]
  readonly ready: boolean
  readonly reasons: readonly string[]
  readonly lanes: Backlog['lanes']
  /** Due and claimed records of all lanes: 0 when all is done that can be done now. */
  readonly backlog: number
  /** How long the oldest due record has waited; 0 when nothing waits. */
  readonly lagMs: number
  readonly links: number
  readonly conflicts: number
  readonly failures: number
  readonly waiting: number
  readonly paused: DrainState['paused']
  readonly passes: DrainState['passes']
  readonly recent: DrainState['recent']
  /** What the passes of this process did with records of Salesforce. */
  readonly totals: Totals
  readonly budget: DrainState['budget']
  /** When each feed was last looked at: Salesforce's changes, and commercetools' by the sweep. */
  readonly feeds: readonly { readonly stream: string; readonly at: Instant }[]
  /** What the last sweep of this process saw and found; null before the first, and where another process sweeps. */
  readonly swept: SweepReport | null
  /** The queue that this process takes deliveries out of; null where it reads none. */
  readonly queue: QueueState | null
}

export async function statusOf({ engine, drain, queue, unready, about, metrics }: Served): Promise<Status> {
  const [found, reasons, feeds] = await Promise.all([engine.store.backlog(), unready(), engine.store.checkpoints()])
  const at = engine.clock.now()
  const oldest = lanes.flatMap(lane => found.lanes[lane].oldestDueAt ?? []).sort()[0]
  const state = drain?.state()
  return {
    version: about.version,
    roles: about.roles,
    startedAt: about.startedAt,
    at,
    org: about.org(),
    projects: engine.systems.commerce.projects,
    ready: reasons.length === 0,
    reasons,
    lanes: found.lanes,
    backlog: lanes.reduce((sum, lane) => sum + found.lanes[lane].due + found.lanes[lane].claimed, 0),
    lagMs: oldest === undefined ? 0 : Math.max(0, Date.parse(at) - Date.parse(oldest)),
    links: found.links,
    conflicts: found.conflicts,
    failures: found.failures,
    waiting: found.waiting,
    paused: state?.paused ?? null,
    passes: state?.passes ?? { count: 0, rows: 0, sizes: [] },
    recent: state?.recent ?? [],
    totals: metrics.totals(),
    budget: state?.budget ?? null,
    feeds: feeds.map(({ stream, at }) => ({ stream, at })),
    swept: metrics.swept(),
    queue: queue?.state() ?? null,
  }
}

/** Proxies close what is silent. */
const heartbeatMs = 15_000

export function status(app: FastifyInstance, served: Served): void {
  app.get('/status', { schema: { summary: 'Lanes, backlog, lag, passes, budget', tags: ['status'] } }, async () =>
    statusOf(served),
  )
  app.get(
    '/events',
    {
      exposeHeadRoute: false,
      schema: {
        summary: 'Server-sent events: one `pass` for each pass, with its report',
        tags: ['status'],
        produces: ['text/event-stream'],
      },
    },
    (_request, reply) => {
      reply.hijack()
      const { raw } = reply
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) raw.setHeader(name, value)
      raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' })
      raw.write('retry: 2000\n\n')
      const stop = served.metrics.onPass(report => raw.write(`event: pass\ndata: ${JSON.stringify(report)}\n\n`))
      const heartbeat = setInterval(() => raw.write(': still here\n\n'), heartbeatMs)
      const end = (): void => {
        stop()
        clearInterval(heartbeat)
        served.signal.removeEventListener('abort', end)
        raw.end()
      }
      raw.on('close', end)
      served.signal.addEventListener('abort', end)
      if (served.signal.aborted) end()
    },
  )
}
