/** The composition root: everything is made here, once, and ends here. The only file that imports every room. */
import type { Config } from './config.ts'
import { drain as startDrain } from './engine/drain.ts'
import type { Engine } from './engine/engine.ts'
import { metrics as makeMetrics } from './http/metrics.ts'
import { server } from './http/server.ts'
import { clock as realClock } from './lib/clock.ts'
import { digester } from './lib/digester.ts'
import { type Logger, log as makeLog } from './lib/log.ts'
import type { Clock, CommerceSystem, CrmSystem, Store } from './model/ports.ts'
import { StoreDown, WrongDatabase } from './model/ports.ts'
import { store as openStore } from './store/index.ts'
import { commercetools } from './systems/commercetools/index.ts'
import { salesforce } from './systems/salesforce/index.ts'

export type Role = 'intake' | 'worker' | 'scheduler'
export const roles: readonly Role[] = ['intake', 'worker', 'scheduler']

export type App = {
  readonly url: string
  readonly engine: Engine
  /** Settles when the process can no longer do its work: the database belongs to another org. Never otherwise. */
  readonly failed: Promise<Error>
  [Symbol.asyncDispose](): Promise<void>
}

export type AppOptions = { readonly roles?: readonly Role[]; readonly version?: string }

/** How often to try to learn the org's id while Salesforce does not answer. */
const bindEveryMs = 5_000
/** How often the database cleans up after itself. */
const maintainEveryMs = 600_000
const journalDays = 30

type Systems = { readonly commerce: CommerceSystem & AsyncDisposable; readonly crm: CrmSystem & AsyncDisposable }

/** The two worlds, as the configuration names them. */
export function systemsOf(config: Config, deps: { clock: Clock; log: Logger }): Systems {
  const { loginUrl, clientId, auth, apiVersion } = config.salesforce
  return {
    commerce: commercetools({ projects: config.projects, types: typesOf(config) }, deps),
    crm: salesforce(
      {
        loginUrl,
        apiVersion,
        auth:
          auth.by === 'jwt'
            ? { flow: 'jwt-bearer', clientId, username: auth.username, privateKey: auth.privateKey }
            : { flow: 'client-credentials', clientId, clientSecret: auth.clientSecret },
      },
      deps,
    ),
  }
}

const typesOf = ({ mappings }: Config): readonly string[] => [
  ...new Set(mappings.flatMap(mapping => [mapping.commerce, ...mapping.touchedBy.map(touch => touch.type)])),
]

/** Starts the service. It answers at once; what it cannot reach yet it says at `/readyz`. */
export async function app(config: Config, options: AppOptions = {}): Promise<App> {
  const played = options.roles ?? roles
  const clock = realClock()
  const log = makeLog(config.logLevel)
  const stop = new AbortController()
  const stack = new AsyncDisposableStack()
  try {
    const store = stack.use(await openStore(storeOptions(config, clock, log)))
    const systems = systemsOf(config, { clock, log })
    stack.use(systems.commerce)
    stack.use(systems.crm)
    const metrics = makeMetrics()
    const engine: Engine = {
      systems,
      store,
      mappings: config.mappings,
      digester: digester(config.keys.digest.current, config.keys.digest.older),
      clock,
      log,
      pace: config.pace,
      observe: metrics.observer,
      projections: new WeakMap(),
    }
    const bound = bind(engine, stop.signal)
    const works = played.includes('worker')
    const drain = works ? startDrain(engine, { signal: stop.signal, ready: bound.ready }) : null
    stack.defer(async () => {
      stop.abort(new DOMException('the service is stopping', 'AbortError'))
      await Promise.all([drain?.done, bound.done, ...(played.includes('scheduler') ? [tidying] : [])])
    })
    const tidying = played.includes('scheduler') ? maintain(engine, stop.signal) : Promise.resolve()
    metrics.watch(store, drain)
    const http = await server({
      engine,
      drain,
      metrics,
      unready: async () => [
        ...(await storeReasons(store)),
        ...bound.reasons(),
        ...pauseReasons(drain?.state().paused ?? null),
      ],
      about: { version: options.version ?? '0.1.0', roles: played, startedAt: clock.now(), org: bound.org },
      access: { host: config.host, deliverySecret: config.deliverySecret, apiTokens: config.apiTokens },
      signal: stop.signal,
    })
    stack.defer(() => http.close())
    const url = await http.listen({ host: config.host, port: config.port })
    const all = stack.move()
    return { url, engine, failed: bound.failed, [Symbol.asyncDispose]: () => all.disposeAsync() }
  } catch (error) {
    stop.abort(new DOMException('the service did not start', 'AbortError'))
    await stack.disposeAsync()
    throw error
  }
}

const storeOptions = (config: Config, clock: Clock, log: Logger) => ({
  database:
    config.databaseUrl === null ? { dataDir: `${config.dataDir}/database` } : { databaseUrl: config.databaseUrl },
  clock,
  log,
  encryptionKey: config.keys.encryption,
})

async function storeReasons(store: Store): Promise<readonly string[]> {
  return store.ping().then(
    () => [],
    () => ['the database does not answer'],
  )
}

const pauseReasons = (paused: { message: string; until: string } | null): readonly string[] =>
  paused === null ? [] : [`paused until ${paused.until}: ${paused.message}`]

/** Learns which org this is and writes it into the database, or finds that the database is another org's. */
function bind(engine: Engine, signal: AbortSignal) {
  let org: string | null = null
  let reason: string | null = 'Salesforce has not answered yet'
  const wrong = Promise.withResolvers<Error>()
  const right = Promise.withResolvers<void>()
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        const id = await engine.systems.crm.orgId({ correlationId: 'start', signal })
        await engine.store.bind(id, engine.systems.commerce.projects)
        org = id
        reason = null
        return right.resolve()
      } catch (error) {
        if (signal.aborted) return
        reason = error instanceof Error ? error.message : 'Salesforce does not answer'
        if (error instanceof WrongDatabase) return wrong.resolve(error)
        engine.log.warn(
          { reason },
          error instanceof StoreDown ? 'the database does not answer' : 'Salesforce cannot be used yet; trying again',
        )
        await engine.clock.sleep(bindEveryMs, signal).catch(() => undefined)
      }
    }
  }
  return {
    done: run(),
    ready: right.promise,
    failed: wrong.promise,
    org: () => org,
    reasons: () => (reason === null ? [] : [reason]),
  }
}

/** Keeps the database small, every ten minutes. */
async function maintain(engine: Engine, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await engine.clock.sleep(maintainEveryMs, signal).catch(() => undefined)
    if (signal.aborted) return
    await engine.store
      .maintain({ journalDays })
      .catch(error => engine.log.warn({ message: String(error) }, 'cleaning up failed; it is tried again'))
  }
}
