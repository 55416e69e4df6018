/** The service's own HTTP server with a handler that reads the delivery and does nothing with it: what intake is compared with. */
import type { AddressInfo } from 'node:net'
import { metrics } from '../src/http/metrics.ts'
import { server } from '../src/http/server.ts'
import { engineOver } from './fakes.ts'

const [databaseUrl = ''] = process.argv.slice(2)
const board = metrics()
await using made = await engineOver(databaseUrl, { birthday: () => '', pass() {} })
const app = await server({
  engine: made.engine,
  drain: null,
  queue: null,
  metrics: board,
  unready: async () => [],
  about: { version: '0.0.0', roles: [], startedAt: new Date().toISOString(), org: () => null },
  access: { host: '127.0.0.1', deliverySecret: null, oidc: null, apiTokens: [] },
  signal: new AbortController().signal,
})
app.register(async scope => {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  scope.post('/deliveries/commercetools', async (_request, reply) => reply.status(204).send())
})
await app.listen({ host: '127.0.0.1', port: 0 })
const { port } = app.server.address() as AddressInfo
process.stdout.write(`${JSON.stringify({ ready: true, urls: { service: `http://127.0.0.1:${port}` } })}\n`)
await new Promise(resolve => process.once('SIGINT', resolve))
await app.close()
