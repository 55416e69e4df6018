/** Every environment variable the product reads: the table that the reference is made from and the parsers of its values. */
import { z } from 'zod'
import { logLevels } from '../lib/log.ts'
import { readSecret } from '../lib/secret.ts'
import type { Problem } from '../model/ports.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export type Variable = {
  readonly name: string
  readonly doc: string
  readonly default?: string
  /** May come as `NAME_FILE`, and is never printed. */
  readonly secret?: true
}

export const variables: readonly Variable[] = [
  { name: 'CTP_PROJECT_KEY', doc: 'The commercetools project. Several: `projects` in `sync.config.ts`.' },
  { name: 'CTP_CLIENT_ID', doc: 'Its API client.' },
  { name: 'CTP_CLIENT_SECRET', doc: "The API client's secret.", secret: true },
  { name: 'CTP_AUTH_URL', doc: 'Where tokens come from: `https://auth.europe-west1.gcp.commercetools.com`.' },
  { name: 'CTP_API_URL', doc: 'Where the API is: `https://api.europe-west1.gcp.commercetools.com`.' },
  { name: 'CTP_SCOPES', doc: 'Scopes to ask for, separated by spaces. Default: all that the API client has.' },
  { name: 'SF_LOGIN_URL', doc: "The org's own address (My Domain): `https://acme.my.salesforce.com`." },
  { name: 'SF_CLIENT_ID', doc: 'Consumer key of the connected or external client app.' },
  { name: 'SF_CLIENT_SECRET', doc: 'Its secret, for the client credentials flow.', secret: true },
  { name: 'SF_USERNAME', doc: 'The integration user, for the JWT bearer flow (with `SF_PRIVATE_KEY`).' },
  { name: 'SF_PRIVATE_KEY', doc: 'Private key (PEM) whose certificate the app knows.', secret: true },
  { name: 'SF_API_VERSION', doc: 'Version of the Salesforce API.', default: '67.0' },
  {
    name: 'DATABASE_URL',
    doc: 'A PostgreSQL server. Without it the database is built in, under `DATA_DIR`.',
    secret: true,
  },
  { name: 'DATA_DIR', doc: 'Where the built-in database, its keys and the state of the demo are.', default: './data' },
  {
    name: 'HOST',
    doc: 'Address to listen on. Other than loopback needs the two secrets below; `deliveries.oidc` can stand in for the first.',
    default: '127.0.0.1',
  },
  { name: 'PORT', doc: 'Port to listen on; 0 takes any free one.', default: '8080' },
  { name: 'LOG_LEVEL', doc: `One of ${logLevels.join(', ')}.`, default: 'info' },
  { name: 'CTSF_CONFIG', doc: 'Path of `sync.config.ts`. Default: the one in the working directory, if there is one.' },
  {
    name: 'CTSF_DIGEST_KEY',
    doc: 'Key of the digests of agreed values: 32 characters or more. To change it write `new,old`. Required with `DATABASE_URL`; else made once in `DATA_DIR/keys.json`.',
    secret: true,
  },
  {
    name: 'CTSF_ENCRYPTION_KEY',
    doc: 'Key of the values of open conflicts and failures: 32 bytes in base64 or hex. Required with `DATABASE_URL`; else made once in `DATA_DIR/keys.json`.',
    secret: true,
  },
  {
    name: 'CTSF_DELIVERY_SECRET',
    doc: 'What a delivery must carry. May be left out on loopback, and where `deliveries.oidc` in `sync.config.ts` is set.',
    secret: true,
  },
  {
    name: 'CTSF_API_TOKENS',
    doc: 'Who may use the API, separated by commas, each `token` or `name:token`. May be left out on loopback only.',
    secret: true,
  },
  {
    name: 'CTSF_SQS_QUEUE_URL',
    doc: 'The queue of Amazon SQS that the Subscription fills, for the role `intake` (how-to/sqs.md).',
  },
  { name: 'AWS_ACCESS_KEY_ID', doc: 'For the queue: an access key.' },
  { name: 'AWS_SECRET_ACCESS_KEY', doc: "The access key's secret.", secret: true },
  { name: 'AWS_SESSION_TOKEN', doc: 'With an access key that is temporary.', secret: true },
  {
    name: 'AWS_PROFILE',
    doc: "Instead of an access key: a profile of Amazon's own files (also `AWS_SHARED_CREDENTIALS_FILE`). A role of the platform is found by what the platform sets (`AWS_WEB_IDENTITY_TOKEN_FILE`, `AWS_CONTAINER_CREDENTIALS_…`).",
  },
  { name: 'AWS_REGION', doc: "The queue's region (also `AWS_DEFAULT_REGION`), where its address does not name it." },
  {
    name: 'AWS_ENDPOINT_URL_SQS',
    doc: "Where SQS is, if not where the queue's address says (also `AWS_ENDPOINT_URL`).",
  },
  { name: 'CTSF_URL', doc: 'For the `ctsf` command: the running service.', default: 'http://127.0.0.1:8080' },
  { name: 'CTSF_TOKEN', doc: 'For the `ctsf` command: an API token of the service.', secret: true },
]

/** Collects problems, so that all are told at once. */
export type Complaints = { readonly problems: Problem[]; say(place: string, problem: string, fix: string): void }

export function complaints(): Complaints {
  const problems: Problem[] = []
  return { problems, say: (place, problem, fix) => void problems.push({ place, problem, fix }) }
}

/** Reads one environment with all problems said to `complain`. An empty value counts as none. */
export function reader(env: Environment, complain: Complaints) {
  const plain = (name: string): string | null => {
    const value = env[name]?.trim()
    return value === undefined || value === '' ? null : value
  }
  return {
    plain,
    secret(name: string): string | null {
      const read = readSecret(env, name)
      if (read.is === 'value') return read.value
      if (read.is === 'unreadable')
        complain.say(read.place, read.why, `set ${name}, or ${name}_FILE to a file that this user may read`)
      return null
    },
    /** Was the variable given at all, readable or not? Then "missing" would be the wrong complaint. */
    given: (name: string): boolean => plain(name) !== null || plain(`${name}_FILE`) !== null,
    url(name: string): string | null {
      const value = plain(name)
      if (value === null) return null
      const parsed = z.url({ protocol: /^https?$/ }).safeParse(value)
      if (parsed.success) return value.replace(/\/+$/, '')
      complain.say(name, `'${value}' is no http address`, 'write it in full: https://host')
      return null
    },
    port(name: string, otherwise: number): number {
      const value = plain(name)
      if (value === null) return otherwise
      const parsed = z.coerce.number().int().min(0).max(65_535).safeParse(value)
      if (parsed.success) return parsed.data
      complain.say(name, `'${value}' is no port`, 'use a number from 0 (any free port) to 65535')
      return otherwise
    },
    oneOf<T extends string>(name: string, known: readonly T[], otherwise: T): T {
      const value = plain(name)
      if (value === null) return otherwise
      const found = known.find(each => each === value)
      if (found === undefined) complain.say(name, `'${value}' is not known`, `use one of ${known.join(', ')}`)
      return found ?? otherwise
    },
  }
}
export type Reader = ReturnType<typeof reader>
