/** The OpenAPI document without a running service: for the generated reference. */
import { metrics } from '../http/metrics.ts'
import type { Served } from '../http/served.ts'
import { server } from '../http/server.ts'
import { log } from '../lib/log.ts'

export async function describeApi(): Promise<unknown> {
  // Routes are described, none is called: the engine behind them is never asked.
  const served: Served = {
    engine: { log: log('silent') } as Served['engine'],
    drain: null,
    queue: null,
    metrics: metrics(),
    unready: async () => [],
    about: { version: '', roles: ['intake'], startedAt: '', org: () => null },
    access: { host: '127.0.0.1', deliverySecret: null, oidc: null, apiTokens: [] },
    signal: new AbortController().signal,
  }
  const http = await server(served)
  await http.ready()
  return http.swagger()
}
