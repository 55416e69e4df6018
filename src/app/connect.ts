/** From the configuration to the three things outside: both systems and the database. */
import { hostname } from 'node:os'
import { type Config, ConfigError } from '../config.ts'
import { flowsBack } from '../core/mergeFields.ts'
import { pathsBack } from '../core/sharedPaths.ts'
import { readTypes, sourcesOf, toldMessages } from '../engine/sources.ts'
import type { clock } from '../lib/clock.ts'
import type { Logger } from '../lib/log.ts'
import type { CallContext, CommerceSystem, CommerceWriter, CrmFeed, CrmSystem, Problem, Store } from '../model/ports.ts'
import { DataDirectoryInUse, store } from '../store/index.ts'
import { commercetools } from '../systems/commercetools/index.ts'
import { type Ensured, ensureSubscription, toldOf, type Wanted } from '../systems/commercetools/setup.ts'
import { salesforce } from '../systems/salesforce/index.ts'

export type Deps = { readonly clock: ReturnType<typeof clock>; readonly log: Logger }

export type Systems = {
  readonly commerce: CommerceSystem & CommerceWriter & AsyncDisposable
  readonly crm: CrmSystem & CrmFeed & AsyncDisposable
}

/** Fields whose owner lets Salesforce's value flow back, though commercetools has no way to take it. */
export function unwritable({ mappings }: Pick<Config, 'mappings'>, commerce: CommerceWriter): readonly Problem[] {
  return mappings.flatMap(({ name, commerce: type, parts }) =>
    parts.flatMap(({ object, fields }) =>
      fields
        .filter(({ owner }) => owner !== 'commerce' && owner !== 'seed')
        .filter(rule => !flowsBack(rule) || !pathsBack(rule).every(path => commerce.writable(type, path)))
        .map(({ crm, owner, commerce: path }) => ({
          place: `mapping ${name}.${object}.${crm}.owner`,
          problem: `'${owner}' lets Salesforce's value flow back, and '${path}' cannot be written to commercetools`,
          fix: 'use commerce or seed, or map a single path that can be written',
        })),
    ),
  )
}

export function systemsOf(config: Config, deps: Deps): Systems {
  const { projects, salesforce: org, mappings, pace, duplicateRules } = config
  const { loginUrl, clientId, apiVersion, auth } = org
  const flowing = mappings.filter(({ parts }) => parts.some(part => part.fields.some(flowsBack)))
  return {
    commerce: commercetools(
      {
        projects,
        types: readTypes(config),
        messages: [...toldMessages(config).values()].flat(),
        writes: flowing.map(mapping => mapping.commerce),
        lagMs: pace.lagMs,
      },
      deps,
    ),
    crm: salesforce(
      {
        loginUrl,
        apiVersion,
        duplicateRules,
        auth:
          auth.by === 'jwt'
            ? { flow: 'jwt-bearer', clientId, username: auth.username, privateKey: auth.privateKey }
            : { flow: 'client-credentials', clientId, clientSecret: auth.clientSecret },
      },
      deps,
    ),
  }
}

/** Makes the Subscription that the mappings live on, or brings it up to date. */
export const subscribe = (config: Config, wanted: Wanted, context: CallContext, deps: Deps): Promise<Ensured> =>
  ensureSubscription(
    { projects: config.projects },
    { ...toldOf(sourcesOf(config), toldMessages(config)), ...wanted },
    context,
    deps,
  )

export async function storeOf({ databaseUrl, dataDir, keys }: Config, { clock, log }: Deps): Promise<Store> {
  try {
    return await store({
      database: databaseUrl === null ? { dataDir } : { databaseUrl },
      clock,
      log,
      encryptionKey: keys.encryption,
      instance: `${hostname()}-${process.pid}`,
    })
  } catch (error) {
    if (!(error instanceof DataDirectoryInUse)) throw error
    const [problem = ''] = error.message.split('. ')
    const fix = 'stop that process, or set another DATA_DIR, or let both use a DATABASE_URL'
    throw new ConfigError([{ place: 'DATA_DIR', problem, fix }])
  }
}
