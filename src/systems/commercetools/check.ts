/** What is wrong with the connection, in words an operator can act on: credentials, project, scopes. */
import { z } from 'zod'
import { RemoteFailure } from '../../model/outcome.ts'
import type { Problem } from '../../model/ports.ts'
import type { Client } from './client.ts'
import { endpointOf, endpoints } from './endpoints.ts'
import type { Deps } from './options.ts'

/** The resource types that are read, and those that are changed. */
type Wanted = { readonly types: readonly string[]; readonly writes: readonly string[] }

/** All projects at once; never rejects. */
export async function check(
  clients: readonly Client[],
  wanted: Wanted,
  signal: AbortSignal,
  deps: Deps,
): Promise<readonly Problem[]> {
  if (clients.length === 0) {
    return [{ place: 'CTP_PROJECT_KEY', problem: 'No commercetools project is named.', fix: 'Set CTP_PROJECT_KEY.' }]
  }
  return (await Promise.all(clients.map(each => ofProject(each, wanted, signal, deps)))).flat()
}

async function ofProject(
  client: Client,
  { types, writes }: Wanted,
  signal: AbortSignal,
  deps: Deps,
): Promise<Problem[]> {
  const { key, apiUrl, authUrl } = client.project
  const unreadable = urls({ CTP_API_URL: apiUrl, CTP_AUTH_URL: authUrl })
  if (unreadable.length > 0) return unreadable
  try {
    const { scopes } = await client.tokens.get(signal)
    const lacks = (all: readonly string[], may: May) =>
      scopes === null ? [] : all.filter(type => !allowed(scopes, key, type, may))
    const [missing, unwritable] = [lacks(types, 'view'), lacks(writes, 'manage')]
    const wanted = [...scopesOf(missing, key, 'view'), ...scopesOf(unwritable, key, 'manage')]
    const problems = wanted.length > 0 ? [scopeProblem(wanted, key)] : []
    const readable = types.filter(type => !missing.includes(type) && endpoints.has(type))
    const probes = readable.map(type => probe(client, type, signal))
    const kept = readable.includes('message') ? [keeping(client, signal)] : []
    return [...problems, ...distinct((await Promise.all([...probes, ...kept])).flat())]
  } catch (error) {
    return [problemOf(error, key, 'CTP_AUTH_URL', deps)]
  }
}

const settings = z.object({ messages: z.object({ enabled: z.boolean().optional() }).optional() })

/** Are messages kept, so that they can be read? A project that does not keep them answers as if there were none. */
async function keeping(client: Client, signal: AbortSignal): Promise<Problem[]> {
  const { key } = client.project
  const place = 'messages.enabled'
  try {
    const told = settings.safeParse(await client.call(api => api.get(), { correlationId: 'ctsf-check', signal }))
    if (told.data?.messages?.enabled === true) return []
    const problem = `Project ${key}: messages are not kept, so that none becomes a Task.`
    return [{ place, problem, fix: 'Switch them on: update action changeMessagesConfiguration, enabled: true.' }]
  } catch (error) {
    if (!(error instanceof RemoteFailure)) return []
    const problem = `Project ${key}: whether messages are kept could not be seen.`
    const fix = `Look it up, or give the API client view_project_settings:${key}.`
    return [{ place, problem, fix, hint: true }]
  }
}

/** One record of a type: proves the host, the project key and the permission in one call. */
async function probe(client: Client, type: string, signal: AbortSignal): Promise<Problem[]> {
  const args = { where: [], limit: 1, withTotal: false, expand: [] }
  try {
    await client.call(api => endpointOf(type).query(api, args), { correlationId: 'ctsf-check', signal })
    return []
  } catch (error) {
    return [problemOf(error, client.project.key, 'CTP_API_URL')]
  }
}

function problemOf(error: unknown, key: string, host: string, deps?: Deps): Problem {
  if (!(error instanceof RemoteFailure)) {
    deps?.log.debug({ project: key, error: error instanceof Error ? error.name : 'unknown' }, 'check was stopped')
    return { place: host, problem: `Project ${key} could not be checked.`, fix: 'Check again.' }
  }
  const { is, code, message } = error.failure
  const at = (place: string, fix: string): Problem => ({ place, problem: `Project ${key}: ${message}`, fix })
  if (is === 'denied') {
    if (code === 'invalid_scope') return at('CTP_SCOPES', 'Name only scopes that the API client was created with.')
    if (code === 'insufficient_scope' || code === 'HTTP_403') return at('CTP_SCOPES', scopeFix)
    if (code === 'ResourceNotFound' || code === 'HTTP_404') {
      return at(
        host === 'CTP_AUTH_URL' ? host : 'CTP_PROJECT_KEY',
        'Use the key and hosts that the Merchant Center shows for the API client.',
      )
    }
    if (host === 'CTP_AUTH_URL')
      return at(
        'CTP_CLIENT_SECRET',
        'Set CTP_CLIENT_ID and CTP_CLIENT_SECRET of one API client; a lost secret means a new API client.',
      )
    return at(host, 'Set the API host of the region in which the project lives.')
  }
  if (is === 'throttled') return at(host, 'Check again after the pause that commercetools asks for.')
  return at(host, 'Check the host and that this machine may reach it; then check again.')
}

const scopeFix = 'Create an API client with these scopes in the Merchant Center, under Settings, Developer settings.'

type May = 'view' | 'manage'

const scopesOf = (types: readonly string[], key: string, may: May): readonly string[] => [
  ...new Set(types.map(type => `${may}_${endpointOf(type).scope}:${key}`)),
]

const scopeProblem = (wanted: readonly string[], key: string): Problem => ({
  place: 'CTP_SCOPES',
  problem: `Project ${key}: the API client lacks ${wanted.join(', ')}.`,
  fix: scopeFix,
})

/** To manage is to view as well. A scope for one store only (`view_customers:<project>:<store>`) does not open the whole project. */
function allowed(scopes: readonly string[], key: string, type: string, may: May): boolean {
  const { scope } = endpointOf(type)
  const enough = [`${may}_${scope}:${key}`, `manage_${scope}:${key}`, `manage_project:${key}`]
  return enough.some(each => scopes.includes(each))
}

function urls(given: Readonly<Record<string, string>>): Problem[] {
  return Object.entries(given).flatMap(([place, url]) =>
    /^https?:$/.test(URL.parse(url)?.protocol ?? '')
      ? []
      : [
          {
            place,
            problem: 'This is not an http or https address.',
            fix: 'Copy it from the API client, e.g. https://api.europe-west1.gcp.commercetools.com',
          },
        ],
  )
}

/** The same fault of two types is one problem. */
const distinct = (problems: readonly Problem[]): readonly Problem[] => [
  ...new Map(problems.map(each => [`${each.place} ${each.problem}`, each])).values(),
]
