// The org's allocations: calls and Bulk API for real, storage by its rule of thumb, the others as an org of this edition
// shows them.

import type { Org } from '../org/org.ts'
import { type Refusal, refuse } from '../rules/refusal.ts'
import { type Call, ok, type Reply } from './api.ts'

export function limits(call: Call): Reply {
  const { org, version } = call
  const { options } = org
  const whole = (max: number): { Max: number; Remaining: number } => ({ Max: max, Remaining: max })
  const left = (Max: number, used: number): object => ({ Max, Remaining: Math.max(0, Max - used) })
  // 2 KB a record, whatever it holds.
  const storage = Math.ceil((org.store.rowCount * 2) / 1024)
  const bulk = org.jobs.used()
  // Renamed in 49.0; query jobs of Bulk API 2.0 came with 47.0 (REST guide, "Limits").
  const number = Number(version.slice(1))
  return ok({
    ConcurrentAsyncGetReportInstances: whole(200),
    ConcurrentSyncReportRuns: whole(20),
    DailyApiRequests: left(options.apiLimit, org.usage.used(org.now())),
    DailyAsyncApexExecutions: whole(250_000),
    [number >= 49 ? 'DailyBulkApiBatches' : 'DailyBulkApiRequests']: left(options.bulkBatches, bulk.batches),
    ...(number >= 47
      ? {
          DailyBulkV2QueryFileStorageMB: left(976_562, Math.ceil(bulk.queryBytes / 2 ** 20)),
          DailyBulkV2QueryJobs: left(options.bulkQueries, bulk.queries),
        }
      : {}),
    DailyDeliveredPlatformEvents: whole(25_000),
    DailyDurableStreamingApiEvents: whole(200_000),
    DataStorageMB: left(10_240, storage),
    FileStorageMB: whole(10_240),
    HourlyPublishedPlatformEvents: whole(250_000),
    MassEmail: whole(5000),
    MonthlyPlatformEvents: whole(25_000),
    SingleEmail: whole(5000),
  })
}

export function limitInfo(org: Org): string {
  return `api-usage=${org.usage.used(org.now())}/${org.options.apiLimit}`
}

/** Why the org takes no further call today; null when it does. */
export function dayProblem({ options, usage, now }: Org): Refusal | null {
  return options.apiLimitMode === 'hard' && usage.used(now()) >= options.apiLimit ? limitExceeded() : null
}

/** Why the org takes no further call while long ones run: it refuses it as it comes. */
export function crowdProblem({ options, running, now }: Org): Refusal | null {
  const most = options.concurrentCalls ?? (options.edition.startsWith('Developer') ? 5 : 25)
  return running.long(now()) >= most ? exceeded('ConcurrentRequests (Concurrent API Requests)') : null
}

export const limitExceeded = (): Refusal => exceeded('TotalRequests')

/** Why no further Bulk job may be made today; null when one may. Codes as seen by practitioners, wording assumed. */
export function bulkProblem(org: Org, kind: 'ingest' | 'query'): Refusal | null {
  const { options } = org
  const { batches, queries, records } = org.jobs.used()
  if (kind === 'query') return queries >= options.bulkQueries ? exceeded('DailyBulkV2QueryJobs') : null
  if (batches >= options.bulkBatches) return exceeded('DailyBulkApiBatches')
  return records >= options.bulkRecords ? exceeded('DailyBulkV2Records') : null
}

const exceeded = (what: string): Refusal => refuse('REQUEST_LIMIT_EXCEEDED', `${what} Limit exceeded.`, [], 403)
