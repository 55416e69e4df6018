/** How much of the day's API calls is used, as each answer says. */
import { z } from 'zod'
import type { Clock, RemoteLimits } from '../../model/ports.ts'

const header = /(?:^|[;\s])api-usage=(\d+)\/(\d+)/

export type Usage = {
  /** Takes note of a `Sforce-Limit-Info` header: `api-usage=18/15000; per-app-api-usage=17/250(appName=x)`. */
  saw(header: string | null): void
  /** Takes note of the body of `/limits`; false when it does not say. */
  read(json: unknown): boolean
  last(): RemoteLimits
}

const body = z.object({ DailyApiRequests: z.object({ Max: z.number(), Remaining: z.number() }) })

export function usage(clock: Clock): Usage {
  let last: RemoteLimits = null
  return {
    saw(text) {
      const [, used, max] = header.exec(text ?? '') ?? []
      if (used !== undefined && max !== undefined) last = { used: Number(used), max: Number(max), at: clock.now() }
    },
    read(json) {
      const read = body.safeParse(json)
      if (!read.success) return false
      const { Max, Remaining } = read.data.DailyApiRequests
      last = { used: Max - Remaining, max: Max, at: clock.now() }
      return true
    },
    last: () => last,
  }
}
