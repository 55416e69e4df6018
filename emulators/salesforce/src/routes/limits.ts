// The org's allocations: the daily API calls for real, the others as an org of this edition shows them.

import type { Org } from '../org/org.ts'
import { type Call, ok, type Reply } from './api.ts'

export function limits(call: Call): Reply {
  const { org } = call
  const whole = (max: number): { Max: number; Remaining: number } => ({ Max: max, Remaining: max })
  const calls = { Max: org.options.apiLimit, Remaining: Math.max(0, org.options.apiLimit - org.usage.used(org.now())) }
  // 2 KB a record, whatever it holds.
  const storage = Math.ceil((org.store.rowCount * 2) / 1024)
  const bulk = org.jobs.used()
  const left = (Max: number, used: number): object => ({ Max, Remaining: Math.max(0, Max - used) })
  return ok({
    DailyApiRequests: calls,
    DailyAsyncApexExecutions: whole(250_000),
    DailyBulkApiBatches: left(15_000, bulk.batches),
    DailyBulkV2QueryFileStorageMB: whole(976_562),
    DailyBulkV2QueryJobs: left(10_000, bulk.queries),
    DailyDeliveredPlatformEvents: whole(25_000),
    DailyDurableStreamingApiEvents: whole(200_000),
    DataStorageMB: { Max: 10_240, Remaining: Math.max(0, 10_240 - storage) },
    FileStorageMB: whole(10_240),
    HourlyPublishedPlatformEvents: whole(250_000),
    MonthlyPlatformEvents: whole(25_000),
  })
}

export function limitInfo(org: Org): string {
  return `api-usage=${org.usage.used(org.now())}/${org.options.apiLimit}`
}

export function isExhausted(org: Org): boolean {
  return org.options.apiLimitMode === 'hard' && org.usage.used(org.now()) >= org.options.apiLimit
}
