/** An emulated org and our client on it, for the contract of `CrmSystem`: with the steering that tests need. */
import { z } from 'zod'
import { salesforceEmulator } from '../../emulators/salesforce/src/index.ts'
import { clock } from '../../src/lib/clock.ts'
import { log } from '../../src/lib/log.ts'
import type { Value } from '../../src/model/mapping.ts'
import type { WriteRow } from '../../src/model/plan.ts'
import type { CallContext, CrmFeed, CrmSystem } from '../../src/model/ports.ts'
import type { ResourceRef } from '../../src/model/resource.ts'
import { type SalesforceOptions, salesforce } from '../../src/systems/salesforce/index.ts'

type Org = NonNullable<Parameters<typeof salesforceEmulator>[0]>['org']

const logForm = z.object({
  last: z.number(),
  requests: z.array(
    z.object({ method: z.string(), path: z.string(), operation: z.string(), status: z.number(), cost: z.number() }),
  ),
})

export const credentials = { flow: 'client-credentials', clientId: 'ctsf', clientSecret: 'secret-1' } as const

export const context = (signal: AbortSignal = new AbortController().signal): CallContext => ({
  correlationId: 'c-1',
  signal,
})

export type SalesforceWorld = {
  readonly url: string
  readonly crm: CrmSystem & CrmFeed & AsyncDisposable
  /** Log lines of the client under test. */
  readonly lines: string[]
  control(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown>
  /** The requests since the last time this was asked. */
  requests(): Promise<z.infer<typeof logForm>['requests']>
  rows(object: string): Promise<readonly Record<string, Value>[]>
  [Symbol.asyncDispose](): Promise<void>
}

export async function salesforceWorld(
  options: { org?: Org; client?: Partial<SalesforceOptions> } = {},
): Promise<SalesforceWorld> {
  const emulator = await salesforceEmulator({
    org: options.org ?? { clients: [{ clientId: credentials.clientId, clientSecret: credentials.clientSecret }] },
  })
  const lines: string[] = []
  const crm = salesforce(
    { loginUrl: emulator.url, auth: credentials, apiVersion: '67.0', ...options.client },
    { clock: clock(), log: log('debug', line => lines.push(line)) },
  )
  let seen = 0
  const control: SalesforceWorld['control'] = async (method, path, body) => {
    const headers = { 'content-type': 'application/json' }
    const init = body === undefined ? { method } : { method, headers, body: JSON.stringify(body) }
    const response = await fetch(`${emulator.url}/__emulator/${path}`, init)
    const json: unknown = await response.json()
    if (!response.ok) throw new Error(`the emulator refused ${method} ${path}: ${JSON.stringify(json)}`)
    return json
  }
  return {
    url: emulator.url,
    crm,
    lines,
    control,
    async requests() {
      const { last, requests } = logForm.parse(await control('GET', `requests?since=${seen}`))
      seen = last
      return requests
    },
    async rows(object) {
      const form = z.object({
        rows: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))),
      })
      return form.parse(await control('GET', `rows/${object}?limit=5000`)).rows
    },
    async [Symbol.asyncDispose]() {
      await crm[Symbol.asyncDispose]()
      await emulator.close()
    },
  }
}

const bare = { plan: 0, key: null, id: null, fields: {}, links: [], ifUnmodifiedSince: null }

export const upsert = (object: string, key: string, more: Partial<WriteRow> = {}): WriteRow => ({
  ...bare,
  do: 'create',
  object,
  key: { field: 'CT_Id__c', value: key },
  ...more,
})

export const update = (ref: ResourceRef, more: Partial<WriteRow> = {}): WriteRow => ({
  ...bare,
  do: 'update',
  object: ref.type,
  id: ref.id,
  ...more,
})

export const remove = (ref: ResourceRef): WriteRow => ({ ...bare, do: 'delete', object: ref.type, id: ref.id })

/** The parent by its external ID. */
export const child = (key: string): WriteRow['links'][number] => ({
  by: 'key',
  field: 'AccountId',
  relationship: 'Account',
  keyField: 'CT_Id__c',
  key,
})
