/** Environment and `sync.config.ts` in, one Config out, or one error with everything that is wrong. The only reader of process.env. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chosen } from './config/chosen.ts'
import { type Complaints, complaints, type Environment, type Reader, reader } from './config/environment.ts'
import { type Keys, keys } from './config/keys.ts'
import { type QueueConfig, queueOf } from './config/queue.ts'
import { parseSyncConfig, type SyncConfig } from './config/syncConfig.ts'
import { type LogLevel, logLevels } from './lib/log.ts'
import type { People } from './mappings/index.ts'
import type { Mapping } from './model/mapping.ts'
import type { Problem } from './model/ports.ts'

export { defineConfig, type SyncConfig } from './config/syncConfig.ts'

export type Config = {
  readonly projects: readonly {
    readonly key: string
    readonly clientId: string
    readonly clientSecret: string
    readonly authUrl: string
    readonly apiUrl: string
    readonly scopes: readonly string[]
  }[]
  readonly salesforce: {
    readonly loginUrl: string
    readonly clientId: string
    readonly auth:
      | { readonly by: 'client-credentials'; readonly clientSecret: string }
      | { readonly by: 'jwt'; readonly username: string; readonly privateKey: string }
    readonly apiVersion: string
  }
  /** What becomes of a record that a duplicate rule of the org refuses. */
  readonly duplicateRules: 'review' | 'allow'
  readonly databaseUrl: string | null
  readonly dataDir: string
  readonly keys: Keys
  readonly host: string
  readonly port: number
  readonly logLevel: LogLevel
  readonly deliverySecret: string | null
  /** Whose tokens a delivery may carry instead of the secret. */
  readonly oidc: {
    readonly audience: string
    readonly email: string
    readonly issuer: string
    readonly keysUrl: string
    readonly toleranceMs: number
  } | null
  /** The queue that deliveries are taken out of; null where they come over HTTP only. */
  readonly queue: QueueConfig | null
  readonly apiTokens: readonly { readonly name: string; readonly token: string }[]
  /** What a customer becomes in Salesforce. */
  readonly people: People
  readonly mappings: readonly Mapping[]
  readonly pace: {
    readonly passSize: number
    readonly callsInFlight: number
    readonly leaseMs: number
    readonly maxDelayMs: number
    readonly reserve: number
    readonly burst: number
    readonly maxAttempts: number
    readonly pollMs: number
    readonly sweepMs: number
    readonly dueMs: number
    readonly lagMs: number
  }
  readonly journalDays: number
  /** The file that was read, if any. */
  readonly file: string | null
}

/** Everything that is wrong with the set-up, each with its place and its fix; never with a secret's value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly Problem[]
  constructor(all: readonly Problem[]) {
    // One value may be read for two purposes, and is wrong once.
    const problems = [...new Map(all.map(each => [`${each.place} ${each.problem}`, each])).values()]
    const lines = problems.map(({ place, problem, fix }) => `  ${place}: ${problem}; ${fix}`)
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${lines.join('\n')}`,
    )
    this.problems = problems
  }
}

const loopback = ['127.0.0.1', 'localhost', '::1']

export type Given = { readonly env?: Environment; readonly cwd?: string }

/** The environment of the process, with `over` laid on top: what a child process is given. */
export const environment = (over: Environment = {}): Environment => ({ ...process.env, ...over })

/** Reads everything and says everything that is wrong in one ConfigError. */
export async function configure({ env = process.env, cwd = process.cwd() }: Given = {}): Promise<Config> {
  const complain = complaints()
  const read = reader(env, complain)
  const { path, config: file } = await fileOf(read, cwd, complain)
  const host = read.plain('HOST') ?? '127.0.0.1'
  const oidc = oidcOf(file, complain)
  const databaseUrl = read.secret('DATABASE_URL')
  if (databaseUrl !== null && !/^postgres(ql)?:\/\//.test(databaseUrl))
    complain.say('DATABASE_URL', 'is no PostgreSQL address', 'write postgresql://user:password@host:5432/database')
  const dataDir = resolve(cwd, read.plain('DATA_DIR') ?? 'data')
  const config = {
    projects: projectsOf(read, file, complain),
    salesforce: salesforceOf(read, complain),
    databaseUrl,
    dataDir,
    host,
    port: read.port('PORT', 8080),
    logLevel: read.oneOf('LOG_LEVEL', logLevels, 'info'),
    oidc,
    queue: queueOf(read, file, complain),
    ...accessOf(read, host, oidc !== null, complain),
    duplicateRules: file.duplicateRules ?? 'review',
    people: file.people ?? 'contact-with-own-account',
    mappings: chosen(file, complain),
    pace: {
      passSize: file.pace?.passSize ?? 1_000,
      callsInFlight: file.pace?.callsInFlight ?? 4,
      leaseMs: file.pace?.leaseMs ?? 60_000,
      maxDelayMs: file.pace?.maxDelayMs ?? 2_000,
      burst: file.pace?.burst ?? 8,
      maxAttempts: file.pace?.maxAttempts ?? 10,
      pollMs: file.pace?.pollMs ?? 15_000,
      sweepMs: file.pace?.sweepMs ?? 300_000,
      dueMs: file.pace?.dueMs ?? 60_000,
      lagMs: file.pace?.lagMs ?? 60_000,
      reserve: file.apiReserve ?? 0.2,
    },
    journalDays: file.journalDays ?? 30,
    file: path,
  }
  // Last, because it may make a file: not while anything is wrong.
  const both = keys(read, { dataDir: databaseUrl === null ? dataDir : null }, complain)
  if (both === null || complain.problems.length > 0) throw new ConfigError(complain.problems)
  return { ...config, keys: both }
}

/** What the `ctsf` command needs to talk to a running service. */
export function client(env: Environment = process.env): { readonly url: string; readonly token: string | null } {
  const complain = complaints()
  const read = reader(env, complain)
  const found = { url: read.url('CTSF_URL') ?? 'http://127.0.0.1:8080', token: read.secret('CTSF_TOKEN') }
  if (complain.problems.length > 0) throw new ConfigError(complain.problems)
  return found
}

/** The port alone, for who needs it before the rest is known. */
export function portOf(env: Environment): number {
  const complain = complaints()
  const port = reader(env, complain).port('PORT', 8080)
  if (complain.problems.length > 0) throw new ConfigError(complain.problems)
  return port
}

async function fileOf(
  read: Reader,
  cwd: string,
  complain: Complaints,
): Promise<{ path: string | null; config: SyncConfig }> {
  const named = read.plain('CTSF_CONFIG')
  const path = resolve(cwd, named ?? 'sync.config.ts')
  if (!existsSync(path)) {
    if (named !== null) complain.say('CTSF_CONFIG', `there is no file '${named}'`, 'name the file, or unset it')
    return { path: null, config: {} }
  }
  try {
    const loaded: { default?: unknown } = await import(pathToFileURL(path).href)
    if (loaded.default === undefined) {
      complain.say('sync.config', 'exports nothing', 'write export default defineConfig({ … })')
      return { path, config: {} }
    }
    return { path, config: parseSyncConfig(loaded.default, complain) }
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    complain.say('sync.config', `cannot be loaded: ${why}`, 'it is run by Node: no enums, .ts in its imports')
    return { path, config: {} }
  }
}

function projectsOf(read: Reader, file: SyncConfig, complain: Complaints): Config['projects'] {
  const own = read.plain('CTP_PROJECT_KEY')
  const wanted = file.projects ?? [{ key: own ?? '', env: 'CTP' }]
  if (file.projects === undefined && own === null)
    complain.say('CTP_PROJECT_KEY', 'is missing', 'name the commercetools project')
  const keysSeen = wanted.map(({ key }) => key)
  if (new Set(keysSeen).size < keysSeen.length)
    complain.say('sync.config.projects', 'names a project twice', 'remove one')
  return wanted.map(({ key, env }) => ({
    key,
    clientId: required(read, `${env}_CLIENT_ID`, 'take it from the API client in the Merchant Center', complain),
    clientSecret: secret(read, `${env}_CLIENT_SECRET`, 'it was shown once, when the API client was made', complain),
    authUrl: address(read, `${env}_AUTH_URL`, 'CTP_AUTH_URL', complain),
    apiUrl: address(read, `${env}_API_URL`, 'CTP_API_URL', complain),
    scopes: (read.plain(`${env}_SCOPES`) ?? '').split(/\s+/).filter(scope => scope !== ''),
  }))
}

function salesforceOf(read: Reader, complain: Complaints): Config['salesforce'] {
  const apiVersion = read.plain('SF_API_VERSION') ?? '67.0'
  if (!/^\d{2,3}\.0$/.test(apiVersion))
    complain.say('SF_API_VERSION', `'${apiVersion}' is no version`, 'write it like 67.0')
  const username = read.plain('SF_USERNAME')
  const privateKey = read.secret('SF_PRIVATE_KEY')
  const clientSecret = read.secret('SF_CLIENT_SECRET')
  const half = (missing: string, given: string): void =>
    complain.say(missing, `is missing, but ${given} is set`, 'the JWT flow needs both; client credentials need neither')
  if (username !== null && !read.given('SF_PRIVATE_KEY')) half('SF_PRIVATE_KEY', 'SF_USERNAME')
  else if (username === null && read.given('SF_PRIVATE_KEY')) half('SF_USERNAME', 'SF_PRIVATE_KEY')
  else if (username === null && !read.given('SF_CLIENT_SECRET'))
    complain.say('SF_CLIENT_SECRET', 'is missing', 'set it, or SF_USERNAME with SF_PRIVATE_KEY for the JWT flow')
  if (privateKey !== null && !privateKey.includes('PRIVATE KEY'))
    complain.say('SF_PRIVATE_KEY', 'is no PEM private key', 'it begins with -----BEGIN PRIVATE KEY-----')
  return {
    loginUrl: address(read, 'SF_LOGIN_URL', 'SF_LOGIN_URL', complain),
    clientId: required(read, 'SF_CLIENT_ID', 'take the consumer key of the app in Salesforce', complain),
    auth:
      username !== null && privateKey !== null
        ? { by: 'jwt', username, privateKey }
        : { by: 'client-credentials', clientSecret: clientSecret ?? '' },
    apiVersion,
  }
}

/** Google's. Another issuer has keys of its own. Source: Authentication for push subscriptions (Pub/Sub). */
const google = { issuer: 'https://accounts.google.com', keysUrl: 'https://www.googleapis.com/oauth2/v3/certs' }

function oidcOf(file: SyncConfig, complain: Complaints): Config['oidc'] {
  const given = file.deliveries?.oidc
  if (given === undefined) return null
  const { audience, email, issuer = google.issuer, keysUrl = google.keysUrl, toleranceMs = 30_000 } = given
  const place = 'sync.config.deliveries.oidc.keysUrl'
  if (issuer !== google.issuer && given.keysUrl === undefined)
    complain.say(place, "is missing, and the issuer is not Google's", "name the issuer's key set (its jwks_uri)")
  const { protocol, hostname } = new URL(keysUrl)
  if (protocol !== 'https:' && !loopback.includes(hostname.replace(/^\[|\]$/g, '')))
    complain.say(place, 'is not encrypted: anybody on the way could put keys in', 'write an https address')
  return { audience, email, issuer, keysUrl, toleranceMs }
}

function accessOf(
  read: Reader,
  host: string,
  takesTokens: boolean,
  complain: Complaints,
): { deliverySecret: string | null; apiTokens: Config['apiTokens'] } {
  const deliverySecret = read.secret('CTSF_DELIVERY_SECRET')
  const apiTokens = (read.secret('CTSF_API_TOKENS') ?? '')
    .split(',')
    .map(entry => entry.trim())
    .filter(entry => entry !== '')
    .map((entry, index) => {
      const [name, token] = entry.includes(':') ? entry.split(/:(.*)/s) : [`token ${index + 1}`, entry]
      return { name: name ?? '', token: token ?? '' }
    })
  if (apiTokens.some(({ token }) => token.length < 8))
    complain.say('CTSF_API_TOKENS', 'holds a token of fewer than 8 characters', 'make one with: openssl rand -hex 24')
  if (!loopback.includes(host))
    for (const [name, missing] of [
      ['CTSF_DELIVERY_SECRET', !takesTokens && !read.given('CTSF_DELIVERY_SECRET')],
      ['CTSF_API_TOKENS', !read.given('CTSF_API_TOKENS')],
    ] as const)
      if (missing)
        complain.say(name, `is missing, and HOST is ${host}`, 'set it, or HOST=127.0.0.1 to serve this machine only')
  return { deliverySecret, apiTokens }
}

function required(read: Reader, name: string, fix: string, complain: Complaints): string {
  const value = read.plain(name)
  if (value === null) complain.say(name, 'is missing', fix)
  return value ?? ''
}

function secret(read: Reader, name: string, fix: string, complain: Complaints): string {
  const value = read.secret(name)
  if (value === null && !read.given(name)) complain.say(name, 'is missing', `set it or ${name}_FILE; ${fix}`)
  return value ?? ''
}

/** An address, or the one of the first project. */
function address(read: Reader, name: string, otherwise: string, complain: Complaints): string {
  const value = read.url(name) ?? (name === otherwise ? null : read.url(otherwise))
  if (value === null && read.plain(name) === null && read.plain(otherwise) === null)
    complain.say(name, 'is missing', 'write it in full: https://host')
  return value ?? ''
}
