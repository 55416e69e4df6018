/** The composition root: puts the service together, starts it, and takes it down in order. */
import type { AddressInfo } from 'node:net'
import packageJson from '../package.json' with { type: 'json' }
import { type Deps, storeOf, systemsOf, unwritable } from './app/connect.ts'
import { intake } from './app/intake.ts'
import { bind, worker } from './app/worker.ts'
import { type Config, ConfigError } from './config.ts'
import { comeDue } from './engine/comeDue.ts'
import type { Engine } from './engine/engine.ts'
import { poll } from './engine/poll.ts'
import { sweep } from './engine/sweep.ts'
import { type Status, statusOf } from './http/api/status.ts'
import { metrics } from './http/metrics.ts'
import { oidc } from './http/oidc.ts'
import type { Served } from './http/served.ts'
import { server } from './http/server.ts'
import { aborted } from './lib/aborted.ts'
import { clock } from './lib/clock.ts'
import { digester } from './lib/digester.ts'
import { type Logger, log } from './lib/log.ts'
import type { FailedRecord } from './model/outcome.ts'

export { check } from './app/check.ts'
export { subscribe } from './app/connect.ts'
export { describeApi } from './app/describeApi.ts'
export type { Status } from './http/api/status.ts'

/** What a process does. `intake` takes deliveries, `worker` carries changes over, `scheduler` follows Salesforce and keeps the database tidy. */
export type Role = 'intake' | 'worker' | 'scheduler'
export const roles: readonly Role[] = ['intake', 'worker', 'scheduler']

/** `url` is null in a process that does not listen. */
export type App = AsyncDisposable & {
  readonly url: string | null
  status(): Promise<Status>
  failures(): Promise<readonly FailedRecord[]>
}

export const version: string = packageJson.version

/** How long `app` waits for the org's first answer before it says that it runs; the rest happens behind. */
const firstTryMs = 5_000
/** After the stop signal, for all that is under way; then what is still open is cut. Ten seconds in all. */
const orderlyMs = 8_000
const tidyEveryMs = 3_600_000

/**
 * Starts the service: `await using running = await app(config)`. It takes deliveries in even while Salesforce is away.
 * Rejects with `ConfigError` when the port or the data directory is taken, `WrongDatabase` when the database serves
 * another org, `StoreDown` when there is no database. `listen` serves health, figures and the API without the role `intake` too.
 */
export async function app(
  config: Config,
  options: { readonly roles?: readonly Role[]; readonly log?: Logger; readonly listen?: boolean } = {},
): Promise<App> {
  const playing = options.roles ?? roles
  const deps: Deps = { clock: clock(), log: options.log ?? log(config.logLevel) }
  const stop = new AbortController()
  const { signal } = stop
  const board = metrics()
  await using started = new AsyncDisposableStack()
  const store = started.use(await storeOf(config, deps))
  const systems = systemsOf(config, deps)
  started.use(systems.commerce)
  started.use(systems.crm)
  const problems = unwritable(config, systems.commerce)
  if (problems.length > 0) throw new ConfigError(problems)
  const engine: Engine = {
    systems,
    store,
    mappings: config.mappings,
    digester: digester(config.keys.digest.current, config.keys.digest.older),
    clock: deps.clock,
    log: deps.log,
    pace: config.pace,
    observe: board.observer,
    projections: new WeakMap(),
  }
  const work = playing.includes('worker') ? worker(engine, signal) : null
  const bound = Promise.withResolvers<void>()
  const binding = bind(engine, signal, () => {
    work?.begin()
    bound.resolve()
  })
  const wake = (): void => work?.wake()
  const queue =
    config.queue !== null && playing.includes('intake')
      ? intake(engine, config.queue, bound.promise, { signal, wake, observe: board.queue })
      : null
  board.watch(store, work, queue)

  const unready = async (): Promise<readonly string[]> => {
    const reasons: string[] = signal.aborted ? ['stopping'] : []
    await store.ping().catch(() => reasons.push('the database does not answer'))
    // Who only takes deliveries in can do that whatever the org does.
    if (work) reasons.push(...[binding.why()].filter(why => why !== null))
    const paused = work?.state().paused
    // A remote that asks us to slow down is no reason to take this process out of service.
    if (paused && paused.is !== 'throttled') reasons.push(`${paused.message} (${paused.code})`)
    const queued = queue?.state().problem ?? null
    if (queued && queued.is !== 'throttled') reasons.push(`the queue cannot be read: ${queued.why} (${queued.code})`)
    return reasons
  }

  const about = { version, roles: playing, startedAt: deps.clock.now(), org: binding.org }
  const { host, port, deliverySecret, apiTokens } = config
  const tokens = config.oidc === null ? null : oidc(config.oidc, deps.clock)
  const access = { host, deliverySecret, oidc: tokens, apiTokens }
  const served: Served = { engine, drain: work, queue, metrics: board, unready, about, access, signal }
  const http = (options.listen ?? playing.includes('intake')) ? await server(served) : null
  const scheduled = playing.includes('scheduler')
    ? [tidy(engine, config.journalDays, signal), watch(engine, bound.promise, { signal, wake })]
    : []

  started.defer(async () => {
    stop.abort(new Error('the service stops'))
    const orderly = Promise.allSettled([http?.close(), queue?.done, work?.done, binding.done, ...scheduled])
    await Promise.race([orderly, new Promise(resolve => setTimeout(resolve, orderlyMs).unref())])
  })
  await http?.listen({ host, port }).catch((error: unknown) => {
    throw listenProblem(error, config)
  })
  await Promise.race([binding.tried, new Promise(resolve => setTimeout(resolve, firstTryMs).unref())])
  const broken = binding.broken()
  if (broken) throw broken
  const running = started.move()
  return {
    url: http ? urlOf(host, http.server.address()) : null,
    status: () => statusOf(served),
    failures: async () => (await store.failures({ state: 'open', cursor: null, limit: 20 })).items,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** Looks at both sides for what nobody told of, once the org is known to be the one of this database. */
async function watch(
  engine: Engine,
  bound: Promise<void>,
  how: { signal: AbortSignal; wake: () => void },
): Promise<void> {
  const { signal } = how
  await Promise.race([bound, aborted(signal)])
  const broke = (error: unknown): void => {
    engine.log.error({ stack: error instanceof Error ? (error.stack ?? '') : '' }, 'looking for changes broke off')
  }
  const { pollMs, sweepMs, dueMs } = engine.pace
  await Promise.all([
    poll(engine, { ...how, everyMs: pollMs }).catch(broke),
    sweep(engine, { ...how, everyMs: sweepMs }).catch(broke),
    comeDue(engine, { ...how, everyMs: dueMs }).catch(broke),
  ])
}

async function tidy(engine: Engine, journalDays: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    await engine.clock.sleep(tidyEveryMs, signal).catch(() => undefined)
    if (signal.aborted) return
    await engine.store.maintain({ journalDays }).catch((error: unknown) => {
      engine.log.warn({ error: error instanceof Error ? error.message : '' }, 'could not tidy up; trying again later')
    })
  }
}

function urlOf(host: string, address: string | AddressInfo | null): string {
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}`
}

function listenProblem(error: unknown, { host, port }: Config): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  const say = (place: string, problem: string, fix: string) => new ConfigError([{ place, problem, fix }])
  if (code === 'EADDRINUSE')
    return say(
      'PORT',
      `${port} is taken by another process`,
      'stop that one, or choose another with --port (0: any free)',
    )
  if (code === 'EACCES') return say('PORT', `${port} may not be used by this user`, 'choose one above 1023')
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return say('HOST', `${host} is no address of this machine`, 'use 127.0.0.1, or 0.0.0.0 for all addresses')
  return error
}
