/** What an error of Salesforce means for us. Its texts can hold personal values, so ours are made from codes and field names. */
import { z } from 'zod'
import { type Duplicate, type Failure, RemoteFailure } from '../../model/outcome.ts'
import type { Instant } from '../../model/resource.ts'
import { duplicateIn } from './duplicates.ts'
import { sentences } from './sentences.ts'
import type { Unanswered } from './transport.ts'

/** A read can be asked again; a write may have been carried out. */
export type Kind = 'read' | 'write'

/** An answer as callers see it; `json` is undefined when the body is empty, HTML or cut off. */
export type Answer = {
  readonly status: number
  readonly json: unknown
  readonly retryAt?: Instant | null
  /** When the call was sent, or somewhat before, on Salesforce's own clock. */
  readonly sentAtMs?: number | undefined
}

/** One error of an answer: rows say `statusCode`, calls say `errorCode`. */
export type RemoteError = {
  readonly code: string
  readonly message: string
  readonly fields: readonly string[]
  /** Of a duplicate rule; what it found is there only when the row was sent by itself. */
  readonly duplicate?: Duplicate
}

const wireError = z.object({
  statusCode: z.string().nullish(),
  errorCode: z.string().nullish(),
  message: z.string().nullish(),
  fields: z.array(z.string()).nullish(),
})
const wireErrors = z.array(wireError.loose())
const duplicatesDetected = 'DUPLICATES_DETECTED'
const codeForm = /^[A-Z][A-Z0-9_]{2,80}$/

/** Reads a list of errors; anything else is no errors. */
export function errorsIn(json: unknown): readonly RemoteError[] {
  const read = wireErrors.safeParse(json)
  if (!read.success) return []
  return read.data.map(error => {
    const { statusCode, errorCode, message, fields } = error
    const code = statusCode ?? errorCode ?? ''
    return {
      code: codeForm.test(code) ? code : 'UNKNOWN',
      message: message ?? '',
      fields: fields ?? [],
      ...(code === duplicatesDetected && { duplicate: duplicateIn(error) }),
    }
  })
}

export const failing = (
  is: Failure['is'],
  code: string,
  message: string,
  more: Partial<Pick<Failure, 'fields' | 'retryAt' | 'duplicate'>> = {},
): Failure => ({ is, code, message, fields: [], retryAt: null, ...more })

/** The field names an error speaks of: only names we know ourselves, since a remote text may hold anything. */
export function namesIn(errors: readonly RemoteError[], isKnown: (name: string) => boolean): readonly string[] {
  const names = new Set<string>()
  for (const { code, fields, message } of errors) {
    const inText = fields.length === 0 && namesFields.has(code) ? (message.match(/[A-Za-z]\w*/g) ?? []) : []
    for (const name of [...fields, ...inText]) if (isKnown(name)) names.add(name)
  }
  return [...names]
}

const namesFields = new Set([
  'INVALID_FIELD',
  'INVALID_FIELD_FOR_INSERT_UPDATE',
  'DUPLICATE_VALUE',
  'REQUIRED_FIELD_MISSING',
])

/** A code's meaning and its sentence; an unknown code keeps its name and is for a person to look at. */
export function meaning(code: string): { readonly is: Failure['is']; readonly sentence: string } {
  const known = sentences[code]
  if (known) return { is: known[0], sentence: known[1] }
  if (code.startsWith('INSUFFICIENT_ACCESS')) return meaning('INSUFFICIENT_ACCESS')
  if (code.startsWith('API_')) return meaning('API_DISABLED_FOR_ORG')
  return { is: 'invalid', sentence: 'Salesforce refused the record' }
}

/** Codes that speak of one record in a row, but of our set-up when a whole call gets them. */
const setUp = new Set([
  'NOT_FOUND',
  'INVALID_TYPE',
  'INVALID_FIELD',
  'MALFORMED_QUERY',
  'METHOD_NOT_ALLOWED',
  'INVALID_SESSION_ID',
])

/** The failure of a whole call, or of a whole subrequest, that was answered with something else than success. */
export function callFailure(answer: Answer, kind: Kind, isKnown: (name: string) => boolean = () => false): Failure {
  const { status, json, retryAt = null } = answer
  const errors = errorsIn(json)
  const code = errors[0]?.code ?? `HTTP_${status}`
  const fields = namesIn(errors, isKnown)
  const { is, sentence } = meaning(code)
  const message = `${sentence}${fields.length > 0 ? `: ${fields.join(', ')}` : ''}.`
  if (status >= 200 && status < 300)
    return failing(
      kind === 'write' ? 'uncertain' : 'unavailable',
      'UNREADABLE',
      'The answer of Salesforce is unreadable.',
    )
  if (is === 'throttled' || status === 429 || status === 420)
    return failing('throttled', code, 'Salesforce asks for a pause: the allowance of API calls is used up.', {
      retryAt,
    })
  if (status === 503 || status === 408)
    return failing('unavailable', code, `Salesforce could not answer (HTTP ${status}).`)
  // A server error after a write says nothing about what was saved before it.
  if (status >= 500)
    return failing(
      kind === 'write' ? 'uncertain' : 'unavailable',
      code,
      `Salesforce answered with an error of its own (HTTP ${status}).`,
    )
  if (status >= 300 && status < 400)
    return failing('denied', code, 'Salesforce redirects elsewhere. Set SF_LOGIN_URL to the My Domain URL of the org.')
  if (setUp.has(code))
    return failing(
      'denied',
      code,
      fields.length > 0
        ? `The org, or the integration user, does not have ${fields.join(', ')}. Deploy the package and assign its permission set.`
        : 'The org, or the integration user, does not have what was asked for. Deploy the package, assign its permission set, and run ctsf check.',
      { fields },
    )
  if (sentences[code] || is !== 'invalid') return failing(is, code, message, { fields })
  if (kind === 'read' || status === 401 || status === 403)
    return failing(
      'denied',
      code,
      `Salesforce refused the call (HTTP ${status}). Check the integration user's permissions.`,
    )
  return failing('invalid', code, `Salesforce refused the call (HTTP ${status}).`)
}

/** The answer, if it is a success. Else rejects. */
export function demand(answer: Answer, kind: Kind, isKnown?: (name: string) => boolean): Answer {
  if (answer.status >= 200 && answer.status < 300 && answer.json !== undefined) return answer
  throw new RemoteFailure(callFailure(answer, kind, isKnown))
}

/** The failure of a call that was not answered completely. */
export function unansweredFailure(error: Unanswered, kind: Kind): Failure {
  const { sent, why, code } = error
  if (kind === 'write' && sent)
    return failing('uncertain', why === 'late' ? 'TIMEOUT' : 'CONNECTION_LOST', 'The write was sent and not answered.')
  if (why === 'late') return failing('unavailable', 'TIMEOUT', 'Salesforce did not answer within the time limit.')
  if (why === 'stopped') return failing('unavailable', 'STOPPED', 'The service stopped before the call was sent.')
  if (sent) return failing('unavailable', 'CONNECTION_LOST', `The connection to Salesforce broke (${code}).`)
  return failing('unavailable', 'UNREACHABLE', `Salesforce cannot be reached (${code}).`)
}
