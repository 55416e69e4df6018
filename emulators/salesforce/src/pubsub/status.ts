// How calls of the Pub/Sub API fail: a gRPC status, and in the trailer a code of Salesforce's own with the id of the call.
// Source of the codes: "Handle Errors" and "Retry Long-Lived RPC Calls" in the Pub/Sub API's guide. Assumed, since no page
// that we read names them: the codes of topics, schemas and publishing, and the name of the trailer with the id.

import { Metadata, type StatusObject, status } from '@grpc/grpc-js'

const PREFIX = 'sfdc.platform.eventbus.grpc.'

const CODES = {
  'service.auth.error': status.UNAUTHENTICATED,
  'service.unavailable': status.UNAVAILABLE,
  'topic.not.found': status.NOT_FOUND,
  'schema.not.found': status.NOT_FOUND,
  'subscription.topic.changed': status.INVALID_ARGUMENT,
  'subscription.fetch.replayid.corrupted': status.INVALID_ARGUMENT,
  'subscription.fetch.replayid.validation.failed': status.INVALID_ARGUMENT,
  'subscription.fetch.requested.events.invalid': status.INVALID_ARGUMENT,
  'subscription.limit.exceeded': status.RESOURCE_EXHAUSTED,
  'publish.not.permitted': status.PERMISSION_DENIED,
} as const

export type Problem = Partial<StatusObject> & Error

export function problem(code: keyof typeof CODES, message: string, rpcId: string): Problem {
  const metadata = new Metadata()
  metadata.set('error-code', `${PREFIX}${code}`)
  metadata.set('rpc-id', rpcId)
  return failure(CODES[code], `${message} rpcId: ${rpcId}`, metadata)
}

/** What a client sees of a connection that broke: no trailer came. */
export const broken = (): Problem => failure(status.UNAVAILABLE, 'Connection dropped', new Metadata())

export const unimplemented = (what: string): Problem =>
  failure(status.UNIMPLEMENTED, `${what} is not emulated`, new Metadata())

function failure(code: status, details: string, metadata: Metadata): Problem {
  return Object.assign(new Error(details), { code, details, metadata })
}

/** As the request log shows it, beside the statuses of HTTP. */
const HTTP: Partial<Record<status, number>> = {
  [status.OK]: 200,
  [status.UNAUTHENTICATED]: 401,
  [status.PERMISSION_DENIED]: 403,
  [status.NOT_FOUND]: 404,
  [status.INVALID_ARGUMENT]: 400,
  [status.RESOURCE_EXHAUSTED]: 429,
  [status.UNIMPLEMENTED]: 501,
}
export const httpStatus = (failed: Problem | null): number => (failed ? (HTTP[failed.code ?? status.OK] ?? 503) : 200)
