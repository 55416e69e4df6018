/** Turns what commercetools, or the network in between, answered into a failure that says what to do next. */
import { z } from 'zod'
import { type Failure, RemoteFailure } from '../../model/outcome.ts'
import type { Instant } from '../../model/resource.ts'

/** An HTTP answer whose body has been read to its end. */
export type Answer = {
  readonly status: number
  readonly retryAfter: string | null
  readonly text: string
}

/** What was asked: a read can be asked again, a write may have been carried out, a token is about credentials. */
export type Asked = 'token' | 'read' | 'write'

const failing = (is: Failure['is'], code: string, message: string, more: Partial<Failure> = {}): RemoteFailure =>
  new RemoteFailure({ is, code, message, fields: [], retryAt: null, ...more })

const errorBody = z.object({
  error: z.string().optional(),
  errors: z.array(z.object({ code: z.string(), field: z.string().optional() })).optional(),
  message: z.string().optional(),
})
const codeWord = /^[A-Za-z_-]{1,64}$/
const fieldWord = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/
const scopeWord = /\b(?:view|manage|create)_[a-z_]+(?::[A-Za-z0-9_-]+)*/g

type Said = { readonly code: string | null; readonly fields: readonly string[]; readonly scopes: readonly string[] }

/** The words of an error body that are safe to repeat: its code, its field names, the scopes it misses. */
function said(text: string): Said {
  const body = errorBody.safeParse(json(text))
  if (!body.success) return { code: null, fields: [], scopes: [] }
  const { error, errors = [], message = '' } = body.data
  const code = errors[0]?.code ?? error ?? ''
  return {
    code: codeWord.test(code) ? code : null,
    fields: errors.flatMap(each => (each.field !== undefined && fieldWord.test(each.field) ? [each.field] : [])),
    scopes: [...new Set(message.match(scopeWord) ?? [])],
  }
}

/** Undefined for what is not JSON: an HTML page from a proxy, an answer cut off. */
export function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A failure for an answer that is not a success. */
export function refused(answer: Answer, asked: Asked, now: Instant): RemoteFailure {
  const { status } = answer
  const { code: given, fields, scopes } = said(answer.text)
  const code = given ?? `HTTP_${status}`
  if (status === 429) {
    const retryAt = retryTime(answer.retryAfter, now)
    return failing('throttled', code, 'commercetools asks for a pause.', { retryAt })
  }
  if (status >= 500 || status === 408) {
    // Any 5xx may come from a gateway behind which the write went through.
    const is = asked === 'write' ? 'uncertain' : 'unavailable'
    return failing(is, code, `commercetools could not answer (HTTP ${status}).`)
  }
  if (asked === 'token') return failing('denied', code, tokenRefusal(code, status))
  if (status >= 300 && status < 400) {
    return failing('denied', code, 'The API host redirects elsewhere. Set CTP_API_URL to the host of your region.')
  }
  switch (status) {
    case 401:
      return failing(
        'denied',
        code,
        'commercetools refused a fresh access token. Check that CTP_API_URL and CTP_AUTH_URL are of one region.',
      )
    case 403: {
      const missing = scopes.length > 0 ? ` It needs one of: ${scopes.join(', ')}.` : ''
      return failing(
        'denied',
        code,
        `The API client may not do this.${missing} Create one with that scope and set CTP_CLIENT_ID, CTP_CLIENT_SECRET and CTP_SCOPES.`,
      )
    }
    case 404:
      return failing(
        'denied',
        code,
        'commercetools knows no such project or resource. Check CTP_PROJECT_KEY and CTP_API_URL.',
      )
    case 409:
      return failing('stale', code, 'The record changed in commercetools meanwhile.')
    default: {
      const fix = asked === 'read' ? ' Check the `where` and `expand` of the mapping.' : ''
      return failing('invalid', code, `commercetools refused the request (HTTP ${status}).${fix}`, { fields })
    }
  }
}

function tokenRefusal(code: string, status: number): string {
  if (code === 'invalid_scope') {
    return 'The API client does not have the scopes asked for. Set CTP_SCOPES to scopes that it was created with.'
  }
  if (status === 404) return 'There is no token endpoint at this address. Check CTP_AUTH_URL.'
  return 'commercetools refused the API client. Check CTP_CLIENT_ID, CTP_CLIENT_SECRET and CTP_AUTH_URL.'
}

/** `Retry-After` in seconds or as an HTTP date; null when it is missing or makes no sense. */
function retryTime(retryAfter: string | null, now: Instant): Instant | null {
  if (retryAfter === null) return null
  const given = retryAfter.trim()
  const at = /^\d{1,7}$/.test(given) ? Date.parse(now) + Number(given) * 1_000 : Date.parse(given)
  return Number.isNaN(at) ? null : new Date(Math.max(at, Date.parse(now))).toISOString()
}

/** A success whose body is not what the API promises. */
export const garbled = (asked: Asked): RemoteFailure =>
  failing(
    asked === 'write' ? 'uncertain' : 'unavailable',
    'UNEXPECTED_ANSWER',
    'The answer is not what commercetools documents. Is something between us and CTP_API_URL answering in its place?',
  )

/** No whole answer within the time limit. */
export const late = (asked: Asked, timeoutMs: number): RemoteFailure =>
  failing(
    asked === 'write' ? 'uncertain' : 'unavailable',
    'TIMEOUT',
    `No ${asked === 'token' ? 'access token' : 'answer'} from commercetools within ${timeoutMs} ms.`,
  )

/** Never sent: the failure of a write is then as harmless as that of a read. */
const beforeSending = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])
const resets = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])

/** The network's own code, which Node puts on the error or on its cause. */
function networkCode(error: unknown): string {
  const shape = z.object({ code: z.string().optional(), cause: z.object({ code: z.string().optional() }).optional() })
  const read = shape.safeParse(error)
  return (read.success ? (read.data.code ?? read.data.cause?.code) : undefined) ?? 'NETWORK'
}

export const isReset = (error: unknown): boolean => resets.has(networkCode(error))

/** The call did not get through, or its answer did not. */
export function unreached(error: unknown, asked: Asked): RemoteFailure {
  const code = networkCode(error)
  const variable = asked === 'token' ? 'CTP_AUTH_URL' : 'CTP_API_URL'
  if (code === 'ERR_INVALID_URL') return failing('denied', code, `${variable} is not a URL.`)
  const is = asked === 'write' && !beforeSending.has(code) ? 'uncertain' : 'unavailable'
  const fix = code === 'ENOTFOUND' ? ` Check ${variable}.` : ''
  return failing(is, code, `commercetools could not be reached (${code}).${fix}`)
}
