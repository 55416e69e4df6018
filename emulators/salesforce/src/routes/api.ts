// The shape of an API call inside the emulator: plain values in, plain values out, so that a composite request runs the
// same handlers as the wire.

import type { Org } from '../org/org.ts'
import type { Refusal } from '../rules/refusal.ts'
import type { Actor } from '../rules/world.ts'

export type Call = {
  org: Org
  method: string
  /** Decoded parts of the path after `/services/data/vNN.N`. */
  path: string[]
  version: string
  params: URLSearchParams
  header(name: string): string | undefined
  body: unknown
  /** What was sent, where it is not JSON. */
  text: string
  actor: Actor
  userId: string
  /** Set inside a composite request: its allOrNone rules over that of a collection in it. */
  enclosing?: { allOrNone: boolean }
}

/** `csv` is a body that is not JSON. */
export type Reply = { status: number; body?: unknown; csv?: string; headers?: Record<string, string> }

export const ok = (body: unknown): Reply => ({ status: 200, body })

/** Codes of the protocol, not of a record: their errors carry no `fields`. */
const WITHOUT_FIELDS = new Set([
  'INVALID_FIELD',
  'INVALID_TYPE',
  'NOT_FOUND',
  'MALFORMED_QUERY',
  'JSON_PARSER_ERROR',
  'INVALID_SESSION_ID',
  'METHOD_NOT_ALLOWED',
  'REQUEST_LIMIT_EXCEEDED',
  'INVALID_QUERY_LOCATOR',
  'INVALID_QUERY_FILTER_OPERATOR',
  'PROCESSING_HALTED',
  'SERVER_UNAVAILABLE',
])

/** The single-record form of an error: a list, with `errorCode` where a collection says `statusCode`. */
export function errorReply(refusal: Refusal): Reply {
  if (refusal.detail) return { status: refusal.status, body: [refusal.detail] }
  const body = refusal.errors.map(({ statusCode, message, fields }) => ({
    message,
    errorCode: statusCode,
    ...(WITHOUT_FIELDS.has(statusCode) && fields.length === 0 ? {} : { fields }),
  }))
  return { status: refusal.status, body }
}
