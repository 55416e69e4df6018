/** What SQS, or the silence of SQS, means for the caller. Its own sentences name accounts and users: ours name the code. */
import { type Failure, RemoteFailure } from '../../model/outcome.ts'

type Refusal = {
  readonly name?: string
  /** Of Node's network layer. */
  readonly code?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
}

const throttles = /throttl|TooManyRequests|RequestLimitExceeded|OverLimit|SlowDown/i

/** Made-up names would make made-up metrics. */
const tidy = (code: string): string => (/^[\w.:-]{1,80}$/.test(code) ? code : 'Unknown')

function kindOf(status: number | undefined, code: string): Failure['is'] {
  if (throttles.test(code) || status === 429) return 'throttled'
  // No status: nobody answered. A receipt, a queue or a key that is refused with 4xx stays refused.
  return status === undefined || status >= 500 ? 'unavailable' : 'denied'
}

const sentences: Partial<Record<Failure['is'], (call: string) => string>> = {
  throttled: call => `SQS asks for a pause (${call})`,
  unavailable: call => `SQS gave no answer worth having (${call})`,
  denied: call => `SQS refuses ${call}`,
}

/** `error` is what Amazon's client threw. The signal's own reason goes through untouched. */
export function failureOf(error: unknown, call: string, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason
  const { name = '', code, $metadata } = (error ?? {}) as Refusal
  const status = $metadata?.httpStatusCode
  const told = tidy(status === undefined ? (code ?? name) : name)
  const is = kindOf(status, told)
  const message = sentences[is]?.(call) ?? call
  return new RemoteFailure({ is, code: told, message, fields: [], retryAt: null })
}
