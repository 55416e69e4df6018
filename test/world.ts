/** The whole product and both emulators, each a process of its own, in verbs of the world: what the flows speak to. */

import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort, type Running, root, run, until } from './ports.ts'
import { serverDatabase, serverMissing } from './postgres.ts'
import { layTemplate } from './template.ts'

const exec = promisify(execFile)

export type Customer = { readonly id: string; readonly version: number; readonly [field: string]: unknown }
export type CrmRow = { readonly Id: string; readonly [field: string]: unknown }
export type Compared = {
  readonly lost: number
  readonly listed: number
  readonly duplicates: number
  readonly commerce: Record<string, number>
  readonly crm: Record<string, number>
  readonly gone: { readonly left: number; readonly erased: number }
  readonly totals?: { readonly compared: number; readonly different: number }
  readonly differences: unknown[]
}

export type WorldOptions = {
  /**
   * A PostgreSQL server's database; null for the built-in one, in a directory of its own. Without: one of a server where there is
   * one, since a service starts there in a third of the time, else the built-in one.
   */
  readonly databaseUrl?: string | null
  /** The Salesforce emulator's org file, as an object. */
  readonly org?: Record<string, unknown>
  /** What `sync.config.ts` says. */
  readonly config?: Record<string, unknown>
  readonly env?: Readonly<Record<string, string>>
  /** Resource types, beside customers and their groups, of which the commercetools emulator tells: `order`. */
  readonly subscribeTo?: readonly string[]
  /** A queue of SQS that the Subscription fills and the service reads, instead of pushes over HTTP. */
  readonly queue?: { readonly endpoint: string; readonly region: string; readonly url: string }
  /** Milliseconds that each emulator takes for an answer. */
  readonly latencyMs?: number
}

const json = { 'content-type': 'application/json' }

/** What an order cannot do without, and no test asks about. */
const something = {
  totalPrice: { currencyCode: 'EUR', centAmount: 995 },
  customLineItems: [{ name: { en: 'Mug' }, slug: 'mug', quantity: 1, money: { currencyCode: 'EUR', centAmount: 995 } }],
}

/** Fetches JSON; an answer that is not 2xx rejects with its text. */
export async function ask<T>(url: string, init: RequestInit = {}): Promise<T> {
  const answer = await fetch(url, init)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${init.method ?? 'GET'} ${url} answered ${answer.status}: ${text.slice(0, 500)}`)
  return (text === '' ? null : JSON.parse(text)) as T
}

const post = <T>(url: string, body: unknown, headers: Record<string, string> = {}): Promise<T> =>
  ask<T>(url, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) })

/** Starts everything. Dispose of it: that ends the processes and removes their files. */
export async function world(options: WorldOptions = {}) {
  const isAny = options.databaseUrl === undefined && (await serverMissing()) === null
  const own = isAny ? await serverDatabase() : null
  const databaseUrl = own?.url ?? options.databaseUrl ?? null
  const scratch = await mkdtemp(join(tmpdir(), 'ctsf-world-'))
  const servicePort = await freePort()
  const secret = randomUUID()
  const serviceUrl = `http://127.0.0.1:${servicePort}`
  const orgFile = join(scratch, 'org.json')
  const configFile = join(scratch, 'sync.config.ts')
  if (options.config !== undefined) await writeFile(configFile, `export default ${JSON.stringify(options.config)}\n`)
  if (options.org !== undefined) await writeFile(orgFile, JSON.stringify(options.org))
  const { queue } = options
  const amazon = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }
  const more = options.subscribeTo === undefined ? [] : ['--subscribe-to', options.subscribeTo.join(',')]
  const deliveries =
    queue === undefined
      ? ['--auto-subscribe', ...more, '--deliver-to', `${serviceUrl}/deliveries/commercetools`]
      : ['--sqs', queue.endpoint]
  const [salesforce, commercetools] = await Promise.all([
    run([
      'emulators/salesforce/src/main.ts',
      '--port',
      '0',
      '--json',
      '--exit-with-parent',
      ...(options.org === undefined ? [] : ['--org', orgFile]),
    ]),
    run(['emulators/commercetools/src/main.ts', '--port', '0', '--json', '--exit-with-parent', ...deliveries], {
      CTSF_DELIVERY_SECRET: secret,
      ...(queue === undefined ? {} : amazon),
    }),
  ])
  const crmUrl = salesforce.ready.urls.salesforce ?? ''
  const commerceUrl = commercetools.ready.urls.commercetools ?? ''
  const env: Record<string, string> = {
    CTP_PROJECT_KEY: 'demo',
    CTP_CLIENT_ID: 'test-client',
    CTP_CLIENT_SECRET: 'test-secret',
    CTP_AUTH_URL: commerceUrl,
    CTP_API_URL: commerceUrl,
    CTP_SCOPES: 'manage_project:demo',
    SF_LOGIN_URL: crmUrl,
    SF_CLIENT_ID: 'test-client',
    SF_CLIENT_SECRET: 'test-secret',
    CTSF_DELIVERY_SECRET: secret,
    CTSF_DIGEST_KEY: Buffer.alloc(32, 1).toString('base64'),
    CTSF_ENCRYPTION_KEY: Buffer.alloc(32, 2).toString('base64'),
    CTSF_CONFIG: options.config === undefined ? '' : configFile,
    DATA_DIR: join(scratch, 'data'),
    LOG_LEVEL: 'warn',
    CTSF_SQS_QUEUE_URL: queue?.url ?? '',
    ...(queue === undefined ? {} : { ...amazon, AWS_ENDPOINT_URL_SQS: queue.endpoint, AWS_REGION: queue.region }),
    ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
    ...options.env,
  }
  if (databaseUrl === null) await layTemplate(join(scratch, 'data'))
  for (const url of [crmUrl, commerceUrl])
    if (options.latencyMs !== undefined) await post(`${url}/__emulator/latency`, { ms: options.latencyMs })

  let service: Running | null = null
  const helpers: Running[] = []
  const start = async (): Promise<void> => {
    service = await run(['bin/ctsf.js', 'start', '--port', String(servicePort), '--json'], env)
  }
  await start()

  const token = await ask<{ access_token: string }>(`${commerceUrl}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('shop:shop')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  const shop = { ...json, authorization: `Bearer ${token.access_token}` }
  const { access_token: session } = await ask<{ access_token: string }>(`${crmUrl}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'sales', client_secret: 'sales' }),
  })
  if (queue !== undefined)
    await post(
      `${commerceUrl}/demo/subscriptions`,
      {
        key: 'ctsf',
        destination: { type: 'SQS', region: queue.region, queueUrl: queue.url, authenticationMode: 'IAM' },
        changes: [{ resourceTypeId: 'customer' }, { resourceTypeId: 'customer-group' }],
        messages: [{ resourceTypeId: 'customer', types: ['CustomerDeleted'] }],
      },
      { authorization: shop.authorization },
    )
  const rows = async (object: string): Promise<CrmRow[]> => {
    const all: CrmRow[] = []
    for (;;) {
      const page = await ask<{ rows?: CrmRow[]; results?: CrmRow[] }>(
        `${crmUrl}/__emulator/rows/${object}?limit=5000&after=${all.at(-1)?.Id ?? ''}`,
      )
      const some = page.rows ?? page.results ?? []
      all.push(...some)
      if (some.length < 5_000) return all.filter(row => row.IsDeleted !== true)
    }
  }

  return {
    urls: { service: serviceUrl, crm: crmUrl, commerce: commerceUrl },
    env,
    secret,
    service: {
      start,
      /** Another worker process on the same database. */
      helper: async (): Promise<void> => {
        helpers.push(await run(['bin/ctsf.js', 'start', '--role', 'worker', '--port', '0', '--json'], env))
      },
      kill: async (): Promise<void> => service?.kill(),
      stop: async (): Promise<number | null> => (service === null ? null : service.stop()),
      log: (): string => service?.log() ?? '',
    },
    shopper: {
      signsUp: async (draft: Record<string, unknown>): Promise<Customer> =>
        (
          await ask<{ customer: Customer }>(`${commerceUrl}/demo/customers`, {
            method: 'POST',
            headers: shop,
            body: JSON.stringify(draft),
          })
        ).customer,
      changes: (customer: Customer, ...actions: Record<string, unknown>[]): Promise<Customer> =>
        ask<Customer>(`${commerceUrl}/demo/customers/${customer.id}`, {
          method: 'POST',
          headers: shop,
          body: JSON.stringify({ version: customer.version, actions }),
        }),
      /** The customer as the shop shows it now. */
      sees: (customer: Customer): Promise<Customer> =>
        ask<Customer>(`${commerceUrl}/demo/customers/${customer.id}`, { headers: shop }),
      leaves: (customer: Customer, how: { erase?: boolean } = {}): Promise<Customer> =>
        ask<Customer>(
          `${commerceUrl}/demo/customers/${customer.id}?version=${customer.version}&dataErasure=${how.erase === true}`,
          {
            method: 'DELETE',
            headers: shop,
          },
        ),
    },
    /** Somebody who buys, with or without an account. */
    buyer: {
      /** An order as another system has it: this email, these addresses, a store, a customer. */
      orders: (draft: Record<string, unknown>): Promise<Customer> =>
        ask<Customer>(`${commerceUrl}/demo/orders/import`, {
          method: 'POST',
          headers: shop,
          body: JSON.stringify({ ...something, ...draft }),
        }),
      /** Their order is deleted. */
      drops: async (order: Customer, how: { erase?: boolean } = {}): Promise<Customer> => {
        const { version } = await ask<Customer>(`${commerceUrl}/demo/orders/${order.id}`, { headers: shop })
        const query = `version=${version}&dataErasure=${how.erase === true}`
        return ask<Customer>(`${commerceUrl}/demo/orders/${order.id}?${query}`, { method: 'DELETE', headers: shop })
      },
    },
    merchant: {
      /** Makes a customer group, a store, an order of another system (`orders/import`). */
      makes: (what: string, draft: Record<string, unknown>): Promise<Customer> =>
        ask<Customer>(`${commerceUrl}/demo/${what}`, { method: 'POST', headers: shop, body: JSON.stringify(draft) }),
      sees: (what: string, { id }: Customer): Promise<Customer> =>
        ask<Customer>(`${commerceUrl}/demo/${what}/${id}`, { headers: shop }),
      /** The first 500 of such things. */
      lists: async (what: string): Promise<readonly Customer[]> =>
        (await ask<{ results: Customer[] }>(`${commerceUrl}/demo/${what}?limit=500`, { headers: shop })).results,
      /** Update actions on such a thing, as it is now. */
      changes: async (what: string, { id }: Customer, ...actions: Record<string, unknown>[]): Promise<Customer> => {
        const { version } = await ask<Customer>(`${commerceUrl}/demo/${what}/${id}`, { headers: shop })
        const body = JSON.stringify({ version, actions })
        return ask<Customer>(`${commerceUrl}/demo/${what}/${id}`, { method: 'POST', headers: shop, body })
      },
      deletes: (what: string, { id, version }: Customer): Promise<Customer> =>
        ask<Customer>(`${commerceUrl}/demo/${what}/${id}?version=${version}`, { method: 'DELETE', headers: shop }),
    },
    /** The people of the emulator's scenarios. */
    people: {
      play: (scenario: string, how: { rate: number; customers?: number; seed?: number }): Promise<unknown> =>
        post(`${commerceUrl}/__emulator/play`, { scenario, seed: 1, ...how }),
      done: (): Promise<unknown> =>
        until(
          () => ask<{ running: boolean }>(`${commerceUrl}/__emulator/play`),
          progress => !progress.running,
          120_000,
        ),
    },
    agent: {
      edits: (object: string, id: string, fields: Record<string, unknown>): Promise<unknown> =>
        post(`${crmUrl}/__emulator/edit`, { object, id, fields }),
      /** The id of the record made. */
      makes: async (object: string, fields: Record<string, unknown>): Promise<string> =>
        (
          await post<{ id: string }>(`${crmUrl}/services/data/v67.0/sobjects/${object}`, fields, {
            authorization: `Bearer ${session}`,
          })
        ).id,
      deletes: (object: string, id: string): Promise<unknown> => post(`${crmUrl}/__emulator/delete`, { object, id }),
      undeletes: (object: string, id: string): Promise<unknown> =>
        post(`${crmUrl}/__emulator/undelete`, { object, id }),
      merges: (object: string, masterId: string, loserId: string): Promise<unknown> =>
        post(`${crmUrl}/__emulator/merge`, { object, masterId, loserId }),
      /** The Contact that a Lead becomes; no deal. */
      converts: async (leadId: string): Promise<string> => {
        await post(`${crmUrl}/__emulator/convert`, { leadId, opportunityName: null })
        return String((await rows('Lead')).find(row => row.Id === leadId)?.ConvertedContactId)
      },
    },
    crm: {
      rows,
      contact: async (customer: Customer): Promise<CrmRow | undefined> =>
        (await rows('Contact')).find(row => row.CT_Id__c === `demo/${customer.id}`),
      account: async (customer: Customer): Promise<CrmRow | undefined> =>
        (await rows('Account')).find(row => row.CT_Id__c === `demo/${customer.id}`),
      /** API calls so far, counted as the org counts them. */
      calls: async (): Promise<number> =>
        (await ask<{ totals: { cost: number } }>(`${crmUrl}/__emulator/requests?since=999999999`)).totals.cost,
      faults: (faults: unknown[]): Promise<unknown> => post(`${crmUrl}/__emulator/faults`, faults),
    },
    commerce: {
      faults: (faults: unknown[]): Promise<unknown> => post(`${commerceUrl}/__emulator/faults`, faults),
      disturb: (how: Record<string, unknown>): Promise<unknown> => post(`${commerceUrl}/__emulator/deliveries`, how),
    },
    /** What a command of the CLI prints with `--json`, asked of the running service. */
    ctsf: async <T>(...args: string[]): Promise<T> =>
      JSON.parse(
        (await exec(process.execPath, ['bin/ctsf.js', ...args, '--url', serviceUrl, '--json'], { cwd: root })).stdout,
      ) as T,
    status: (): Promise<Status> => ask<Status>(`${serviceUrl}/api/v1/status`),
    api: <T>(path: string): Promise<T> => ask<T>(`${serviceUrl}/api/v1${path}`),
    retry: (failure: string): Promise<unknown> => post(`${serviceUrl}/api/v1/failures/${failure}/retry`, {}),
    decide: (conflict: string, choice: Record<string, unknown>): Promise<unknown> =>
      post(`${serviceUrl}/api/v1/conflicts/${conflict}/decision`, { ...choice, by: 'a person' }),
    /** Resolves when every delivery has arrived and nothing is dirty any more. */
    quiet: async (forMs = 120_000): Promise<void> => {
      let seen = 0
      await until(
        async () => {
          const deliveries = await ask<{ pending: number }>(`${commerceUrl}/__emulator/deliveries`)
          const status = await ask<Status>(`${serviceUrl}/api/v1/status`).catch(() => null)
          return { deliveries: deliveries.pending, waiting: status === null ? -1 : waitingIn(status) }
        },
        left => {
          // Twice in a row: what was on its way between the two questions shows in the second look.
          seen = left.deliveries === 0 && left.waiting === 0 ? seen + 1 : 0
          return seen > 1
        },
        forMs,
      )
    },
    /** What demo/compare.ts says; `--guests` and `--orders` have it look at those too. */
    compare: async (
      ...also: ('--guests' | '--orders' | '--activity' | '--quotes' | '--roll-ups')[]
    ): Promise<Compared> =>
      JSON.parse(
        (
          await exec(
            process.execPath,
            ['demo/compare.ts', '--commerce', commerceUrl, '--crm', crmUrl, '--service', serviceUrl, ...also],
            { cwd: root },
          )
        ).stdout,
      ),
    async [Symbol.asyncDispose](): Promise<void> {
      await Promise.all([service?.kill(), ...helpers.map(each => each.kill()), salesforce.kill(), commercetools.kill()])
      await Promise.all([rm(scratch, { recursive: true, force: true }), own?.close()])
    },
  }
}

export type World = Awaited<ReturnType<typeof world>>
export type Status = {
  readonly lanes: Readonly<Record<string, { due: number; later: number; claimed: number }>>
  readonly failures: number
  readonly conflicts: number
  readonly links: number
}

const waitingIn = (status: Status): number =>
  Object.values(status.lanes).reduce((sum, lane) => sum + lane.due + lane.later + lane.claimed, 0)
