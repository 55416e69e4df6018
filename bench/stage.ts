/** Both emulators as processes, and as many processes of the service as a figure asks for, each with the roles it names. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SyncConfig } from '../src/config.ts'
import { freePort, type Running, run } from '../test/ports.ts'
import { ask } from '../test/world.ts'
import { profiled } from './figure.ts'

type Latency = { readonly ms?: number; readonly perRecordMs?: number }

export async function stage(options: { readonly databaseUrl: string | null; readonly profileDir: string | null }) {
  const scratch = await mkdtemp(join(tmpdir(), 'ctsf-bench-'))
  const emulator = ['--port', '0', '--json', '--exit-with-parent']
  const [salesforce, commercetools] = await Promise.all([
    run(['emulators/salesforce/src/main.ts', ...emulator]),
    run(['emulators/commercetools/src/main.ts', ...emulator]),
  ])
  const crmUrl = salesforce.ready.urls.salesforce ?? ''
  const commerceUrl = commercetools.ready.urls.commercetools ?? ''
  const secret = 'only-for-the-benchmark'
  const env: Readonly<Record<string, string>> = {
    CTP_PROJECT_KEY: 'demo',
    CTP_CLIENT_ID: 'bench',
    CTP_CLIENT_SECRET: 'bench',
    CTP_AUTH_URL: commerceUrl,
    CTP_API_URL: commerceUrl,
    CTP_SCOPES: 'manage_project:demo',
    SF_LOGIN_URL: crmUrl,
    SF_CLIENT_ID: 'bench',
    SF_CLIENT_SECRET: 'bench',
    CTSF_DELIVERY_SECRET: secret,
    CTSF_DIGEST_KEY: Buffer.alloc(32, 1).toString('base64'),
    CTSF_ENCRYPTION_KEY: Buffer.alloc(32, 2).toString('base64'),
    DATA_DIR: join(scratch, 'data'),
    LOG_LEVEL: 'warn',
    ...(options.databaseUrl !== null && { DATABASE_URL: options.databaseUrl }),
    ...profiled(options.profileDir),
  }
  const services: Running[] = []
  const post = (url: string, body: unknown): Promise<unknown> =>
    ask(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

  return {
    crmUrl,
    commerceUrl,
    secret,
    /** Starts one more process of the service, listening; answers where. `config` is what its `sync.config.ts` says. */
    async serve(
      role: string,
      config: SyncConfig = {},
    ): Promise<{ readonly url: string; readonly stop: () => Promise<unknown> }> {
      const port = await freePort()
      const file = join(scratch, `${port}.config.ts`)
      await writeFile(file, `export default ${JSON.stringify(config)}`)
      const service = await run(['bin/ctsf.js', 'start', '--role', role, '--port', `${port}`, '--json'], {
        ...env,
        CTSF_CONFIG: file,
      })
      services.push(service)
      return { url: `http://127.0.0.1:${port}`, stop: () => service.stop() }
    },
    slow: {
      crm: (latency: Latency): Promise<unknown> => post(`${crmUrl}/__emulator/latency`, { ms: 0, ...latency }),
    },
    people: (scenario: string, how: { rate: number; customers: number }): Promise<unknown> =>
      post(`${commerceUrl}/__emulator/play`, { scenario, seed: 1, ...how }),
    async [Symbol.asyncDispose](): Promise<void> {
      const all = [...services, salesforce, commercetools]
      await Promise.all(all.map(one => (one.child.exitCode === null ? one.kill() : undefined)))
      await rm(scratch, { recursive: true, force: true })
    },
  }
}

export type Stage = Awaited<ReturnType<typeof stage>>
