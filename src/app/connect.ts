/** From the configuration to the three things outside: both systems and the database. */
import { hostname } from 'node:os'
import { type Config, ConfigError } from '../config.ts'
import type { clock } from '../lib/clock.ts'
import type { Logger } from '../lib/log.ts'
import type { CallContext, CommerceSystem, CrmSystem, Store } from '../model/ports.ts'
import { DataDirectoryInUse, store } from '../store/index.ts'
import { commercetools } from '../systems/commercetools/index.ts'
import { type Ensured, ensureSubscription, type Wanted } from '../systems/commercetools/setup.ts'
import { salesforce } from '../systems/salesforce/index.ts'

export type Deps = { readonly clock: ReturnType<typeof clock>; readonly log: Logger }

export type Systems = {
  readonly commerce: CommerceSystem & AsyncDisposable
  readonly crm: CrmSystem & AsyncDisposable
}

export function systemsOf({ projects, salesforce: org }: Config, deps: Deps): Systems {
  const { loginUrl, clientId, apiVersion, auth } = org
  return {
    commerce: commercetools({ projects }, deps),
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

/** Makes the Subscription, or brings it up to date. */
export const subscribe = (config: Config, wanted: Wanted, context: CallContext, deps: Deps): Promise<Ensured> =>
  ensureSubscription({ projects: config.projects }, wanted, context, deps)

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
