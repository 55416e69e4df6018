/** The whole demo put up: both emulators, the service between them, and the Subscription; taken down in reverse. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type App, app, subscribe } from '../../app.ts'
import { type Config, configure, environment, portOf } from '../../config.ts'
import { clock } from '../../lib/clock.ts'
import { log } from '../../lib/log.ts'
import { callsOf, type Emulator, emulator } from './emulator.ts'

export const projectKey = 'demo'
const usualConfig = fileURLToPath(new URL('../../../demo/sync.config.ts', import.meta.url))
/** The port of the discard protocol, which no machine serves any more. */
const nobody = 9

export type Stage = AsyncDisposable & {
  readonly crm: Emulator
  readonly commerce: Emulator
  readonly service: App
  readonly config: Config
  readonly url: string
  /** What the org had counted before the service came. */
  readonly callsAtStart: number
}

export type StageOptions = {
  readonly dataDir: string
  /** Of the service; null takes PORT or 8080. 0: any free one. */
  readonly port: string | null
  readonly salesforcePort: string
  readonly commercetoolsPort: string
  /** The org file of the Salesforce emulator. */
  readonly org: string | null
  /** For this process and its children alone: on loopback, without tokens. */
  readonly alone: boolean
  readonly signal: AbortSignal
}

/** The two worlds of the demo in words of the environment. What is set for real systems plays no part. */
function environmentFor(crm: Emulator, commerce: Emulator, { dataDir, alone }: StageOptions, port: number) {
  const own = environment()
  return environment({
    CTP_PROJECT_KEY: projectKey,
    CTP_CLIENT_ID: 'demo',
    CTP_CLIENT_SECRET: 'demo',
    CTP_CLIENT_SECRET_FILE: '',
    CTP_AUTH_URL: commerce.url,
    CTP_API_URL: commerce.url,
    CTP_SCOPES: '',
    SF_LOGIN_URL: crm.url,
    SF_CLIENT_ID: 'demo',
    SF_CLIENT_SECRET: 'demo',
    SF_CLIENT_SECRET_FILE: '',
    SF_USERNAME: '',
    SF_PRIVATE_KEY: '',
    SF_PRIVATE_KEY_FILE: '',
    CTSF_SQS_QUEUE_URL: '',
    DATABASE_URL: '',
    DATABASE_URL_FILE: '',
    DATA_DIR: dataDir,
    // A terminal that people read: passes are on the page.
    LOG_LEVEL: own.LOG_LEVEL ?? 'warn',
    PORT: String(port),
    ...(alone ? { HOST: '127.0.0.1', CTSF_API_TOKENS: '', CTSF_API_TOKENS_FILE: '' } : {}),
  })
}

export async function stage(options: StageOptions): Promise<Stage> {
  const { dataDir, salesforcePort, commercetoolsPort, signal } = options
  const port = portOf(environment(options.port === null ? {} : { PORT: options.port }))
  // Customers of an earlier start go on arriving at once, before the service is there. Without a reader the emulator would
  // forget what it has to tell, as a topic without subscribers does: where the port is not known yet, nobody answers.
  const told = ['--deliver-to', `http://127.0.0.1:${port === 0 ? nobody : port}/deliveries/commercetools`]
  await using up = new AsyncDisposableStack()
  const org = options.org === null ? [] : ['--org', options.org]
  const state = (name: string): string[] => ['--state', join(dataDir, 'emulators', name)]
  const [crm, commerce] = await Promise.all([
    emulator('salesforce', ['--port', salesforcePort, ...state('salesforce'), ...org]).then(each => up.use(each)),
    emulator('commercetools', [
      '--port',
      commercetoolsPort,
      '--project',
      projectKey,
      ...state('commercetools'),
      ...told,
    ]).then(each => up.use(each)),
  ])
  const callsAtStart = await callsOf({ crm })
  const env = environmentFor(crm, commerce, options, port)
  // A sync.config.ts of the working directory is for real systems; one that is named, or lies in the data directory, is meant.
  const named = env.CTSF_CONFIG || (existsSync(join(dataDir, 'sync.config.ts')) ? '' : usualConfig)
  const config = await configure({ env: { ...env, CTSF_CONFIG: named }, cwd: named ? process.cwd() : dataDir })
  const service = up.use(await app(config))
  const url = service.url ?? ''
  await commerce.ask('/deliveries', {
    deliverTo: `${url}/deliveries/commercetools`,
    ...(config.deliverySecret === null ? {} : { deliverToken: config.deliverySecret }),
  })
  const destination = { type: 'GoogleCloudPubSub', projectId: 'demo', topic: 'ctsf' } as const
  const deps = { clock: clock(), log: log(config.logLevel) }
  await subscribe(config, { project: projectKey, key: 'ctsf', destination }, { correlationId: 'demo', signal }, deps)
  const down = up.move()
  return { crm, commerce, service, config, url, callsAtStart, [Symbol.asyncDispose]: () => down.disposeAsync() }
}
