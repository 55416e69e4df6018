/**
 * Whether the destination of a Subscription takes what is published, as SubscriptionHealthStatus of the API reference
 * tells it. Time is the emulator's. How long a configuration error lasts before delivery stops ("some time"), and how long
 * messages outlive a temporary one, is not in the reference: 24 and 48 hours are assumed and can be set.
 */
import type { Subscription } from '../model/entities.ts'
import type { Published } from './sqs.ts'

export type Patience = { stopAfterMs: number; keepForMs: number }

const HOUR_MS = 3_600_000
export const PATIENCE: Patience = { stopAfterMs: 24 * HOUR_MS, keepForMs: 48 * HOUR_MS }

type Health = Pick<Subscription, 'status' | 'failingSince'>

/** The health after one attempt to publish; null when nothing changes. */
export function healthAfter(before: Health, published: Published, now: string): Health | null {
  switch (published) {
    case 'taken':
      return before.status === 'Healthy' ? null : { status: 'Healthy', failingSince: undefined }
    case 'misconfigured':
      if (before.status === 'ConfigurationError' || before.status === 'ConfigurationErrorDeliveryStopped') return null
      return { status: 'ConfigurationError', failingSince: now }
    case 'unavailable':
      // A stopped Subscription becomes healthy with the first message that arrives, by nothing less.
      if (before.status !== 'Healthy' && before.status !== 'ConfigurationError') return null
      return { status: 'TemporaryError', failingSince: now }
  }
}

/** The health that time alone leads to; null when nothing changes. */
export function healthAt(before: Health, nowMs: number, { stopAfterMs }: Patience): Health | null {
  if (before.status !== 'ConfigurationError' || before.failingSince === undefined) return null
  if (nowMs - Date.parse(before.failingSince) < stopAfterMs) return null
  return { ...before, status: 'ConfigurationErrorDeliveryStopped' }
}

/** Whether what was published then is still kept for a Subscription in this state. */
export function isKept({ status }: Health, publishedAt: string, nowMs: number, { keepForMs }: Patience): boolean {
  if (status === 'ConfigurationErrorDeliveryStopped') return false
  return status !== 'TemporaryError' || nowMs - Date.parse(publishedAt) < keepForMs
}
