/** Salesforce as the engine sees it: our own thin client of its REST API, put together. */
import type { Clock, CrmFeed, CrmSystem, Log } from '../../model/ports.ts'
import { changes } from './changes.ts'
import { check } from './check.ts'
import { client } from './client.ts'
import { describe } from './describe.ts'
import { find } from './find.ts'
import { keyed } from './keyed.ts'
import { defaults, type SalesforceOptions } from './options.ts'
import { windowOf } from './place.ts'
import { read } from './read.ts'
import { transport } from './transport.ts'
import { write } from './write.ts'

export { missing } from './check.ts'
export type { SalesforceOptions } from './options.ts'

/** Connects on first use. Disposing ends all calls in flight. */
export function salesforce(
  options: SalesforceOptions,
  deps: { clock: Clock; log: Log },
): CrmSystem & CrmFeed & AsyncDisposable {
  const http = transport({ ...defaults, ...options })
  const org = client(options, http, deps)
  const known = describe(org)
  const { overlapMs = defaults.overlapMs, duplicateRules = 'review' } = options
  return {
    side: 'crm',
    batch: { rowsPerGroup: 200, groupsPerCall: 5 },
    schema: known.schema,
    find: (queries, context) => find(org, known, queries, context),
    keyed: (query, context) => keyed(org, known, query, context),
    read: (refs, fields, context) => read(org, known, refs, fields, context),
    changes: (query, context) =>
      changes({ client: org, describe: known, clock: deps.clock }, windowOf(overlapMs), query, context),
    write: (call, context) => write({ client: org, describe: known, log: deps.log, duplicateRules }, call, context),
    limits: org.limits,
    check: signal => check(org, options, signal),
    orgId: async context => (await org.session(context.signal)).orgId,
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  }
}
