/** How an emulator is started: from a program by options, from a shell by arguments. */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { SqsOptions } from './deliveries/sqs.ts'
import { hasChanges } from './resources/subscriptions.ts'

export type EmulatorOptions = {
  /** 0 takes any free one. */
  port?: number | undefined
  host?: string | undefined
  /** Directory in which everything that happens is kept. */
  stateDir?: string | undefined
  /** JSON with projects, clients, stores, customer groups, types and customers; read when the state is empty. */
  dataFile?: string | undefined
  /** URL to which deliveries are pushed. */
  deliverTo?: string | undefined
  /** Sent as `Authorization: Bearer` with each delivery. */
  deliverToken?: string | undefined
  /** Puts what Subscriptions with a destination of type SQS tell into their queues. */
  sqs?: SqsOptions | undefined
  /** Makes the Subscription `ctsf` when the project has none. */
  autoSubscribe?: boolean | undefined
  /** Type ids that it tells of beside customers and customer groups: changes, and messages where there are any. */
  subscribeTo?: string[] | undefined
  projectKey?: string | undefined
  /** Keys of empty projects beside it. */
  moreProjects?: string[] | undefined
  /** Longest URL; longer ones get 414. The real API's limit is not documented, clients met it at about 15,000. */
  maxUrlBytes?: number | undefined
}

export type Arguments = EmulatorOptions & { json: boolean; exitWithParent: boolean; help: boolean }

export class UsageError extends Error {}

export const USAGE = `node src/main.ts [--port P] [--host H] [--project KEY …] [--state DIR] [--data FILE]
                 [--deliver-to URL] [--sqs aws|URL] [--auto-subscribe] [--subscribe-to TYPE,…] [--max-url-bytes N]
                 [--exit-with-parent] [--json]

The delivery secret is read from CTSF_DELIVERY_SECRET or the file named by CTSF_DELIVERY_SECRET_FILE; the credentials
for --sqs from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.`

const DEFAULT_PORT = 4020

export function readArguments(argv: string[], env: NodeJS.ProcessEnv): Arguments {
  const values = parsed(argv)
  const port = values.port === undefined ? DEFAULT_PORT : Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new UsageError(`--port: '${values.port}' is not a port`)
  const deliverTo = values['deliver-to']
  if (deliverTo !== undefined && !/^https?:/.test(URL.parse(deliverTo)?.protocol ?? '')) {
    throw new UsageError(`--deliver-to: '${deliverTo}' is not an http or https URL`)
  }
  return {
    port,
    host: values.host,
    projectKey: values.project?.[0],
    moreProjects: values.project?.slice(1),
    stateDir: values.state,
    dataFile: values.data,
    maxUrlBytes: positive('--max-url-bytes', values['max-url-bytes']),
    deliverTo,
    deliverToken: secret(env),
    sqs: sqs(values.sqs, env),
    autoSubscribe: values['auto-subscribe'] ?? values['subscribe-to'] !== undefined,
    subscribeTo: typeIds(values['subscribe-to']),
    json: values.json ?? false,
    exitWithParent: values['exit-with-parent'] ?? false,
    help: values.help ?? false,
  }
}

function parsed(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        project: { type: 'string', multiple: true },
        state: { type: 'string' },
        data: { type: 'string' },
        'deliver-to': { type: 'string' },
        sqs: { type: 'string' },
        'max-url-bytes': { type: 'string' },
        'auto-subscribe': { type: 'boolean' },
        'subscribe-to': { type: 'string' },
        'exit-with-parent': { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function typeIds(given: string | undefined): string[] | undefined {
  const all = given?.split(',').map(each => each.trim())
  const unknown = all?.find(each => !hasChanges(each))
  if (unknown !== undefined) throw new UsageError(`--subscribe-to: Subscriptions tell nothing of '${unknown}'`)
  return all
}

/** From the environment alone: Amazon's client would look for credentials in files and on the network as well. */
function sqs(where: string | undefined, env: NodeJS.ProcessEnv): SqsOptions | undefined {
  if (where === undefined) return undefined
  if (where !== 'aws' && !/^https?:/.test(URL.parse(where)?.protocol ?? '')) {
    throw new UsageError(`--sqs: '${where}' is neither 'aws' nor an http or https URL`)
  }
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env
  if (!accessKeyId || !secretAccessKey) {
    throw new UsageError('--sqs: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set')
  }
  return { endpoint: where === 'aws' ? undefined : where, accessKeyId, secretAccessKey, sessionToken }
}

function positive(name: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined
  const value = Number(given)
  if (!Number.isInteger(value) || value < 1) throw new UsageError(`${name}: '${given}' is not a positive number`)
  return value
}

function secret(env: NodeJS.ProcessEnv): string | undefined {
  const file = env.CTSF_DELIVERY_SECRET_FILE
  if (env.CTSF_DELIVERY_SECRET) return env.CTSF_DELIVERY_SECRET
  if (!file) return undefined
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    throw new UsageError(`CTSF_DELIVERY_SECRET_FILE: '${file}' can not be read`)
  }
}
