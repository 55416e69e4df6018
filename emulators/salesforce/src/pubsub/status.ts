// How calls of the Pub/Sub API fail: a gRPC status, and in the trailer a code of Salesforce's own with the id of the call.
// Source of the codes: "Handle Errors" and "Retry Long-Lived RPC Calls" in the Pub/Sub API's guide. Assumed, since no page
// that we read names them: the status of each code but those of replay ids, the code of publishing where only the org
// publishes, and the name of the trailer with the id.

import { Metadata, type StatusObject, status } from '@grpc/grpc-js'

const PREFIX = 'sfdc.platform.eventbus.grpc.'

const { ALREADY_EXISTS, DEADLINE_EXCEEDED, FAILED_PRECONDITION, INVALID_ARGUMENT, NOT_FOUND, UNAUTHENTICATED } = status

const CODES = {
  'service.auth.error': UNAUTHENTICATED,
  'service.auth.headers.invalid': UNAUTHENTICATED,
  'service.unavailable': status.UNAVAILABLE,
  'topic.not.found': NOT_FOUND,
  'topic.validation.empty': INVALID_ARGUMENT,
  'schema.meta.permission': NOT_FOUND,
  'schema.validation.failed': INVALID_ARGUMENT,
  'subscription.fetch.topic.mismatch': INVALID_ARGUMENT,
  'subscription.fetch.replayid.corrupted': INVALID_ARGUMENT,
  'subscription.fetch.replayid.validation.failed': INVALID_ARGUMENT,
  'subscription.fetch.requested.events.invalid': INVALID_ARGUMENT,
  'subscription.limit.exceeded': status.RESOURCE_EXHAUSTED,
  'publish.not.permitted': status.PERMISSION_DENIED,
  'publish.topic.validation.empty': INVALID_ARGUMENT,
  'publish.topic.mismatch': INVALID_ARGUMENT,
  'publish.event.count.invalid': INVALID_ARGUMENT,
  'publish.stream.sweeper.timeout': DEADLINE_EXCEEDED,
  'managed.subscription.already.active': ALREADY_EXISTS,
  'managed.subscription.config.stopped': FAILED_PRECONDITION,
  'managed.subscription.developer.name.not.found': NOT_FOUND,
  'managed.subscription.subscription.id.not.found': NOT_FOUND,
  'managed.subscription.subscription.id.invalid': INVALID_ARGUMENT,
  'managed.subscription.id.or.developer.name.empty': INVALID_ARGUMENT,
  'managed.subscription.fetch.request.events.invalid': INVALID_ARGUMENT,
  'managed.subscription.fetch.request.invalid': INVALID_ARGUMENT,
  'managed.subscription.fetch.request.commit.request.restricted': INVALID_ARGUMENT,
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

export const noTopic = (name: string, rpcId: string): Problem =>
  name === ''
    ? problem('topic.validation.empty', 'The topic name is empty.', rpcId)
    : problem('topic.not.found', `The topic ${name} does not exist, or you have no access to it.`, rpcId)

export const isProblem = (answer: object | number): answer is Problem => answer instanceof Error

function failure(code: status, details: string, metadata: Metadata): Problem {
  return Object.assign(new Error(details), { code, details, metadata })
}

/** As the request log shows it, beside the statuses of HTTP. */
const HTTP: Partial<Record<status, number>> = {
  [status.OK]: 200,
  [UNAUTHENTICATED]: 401,
  [status.PERMISSION_DENIED]: 403,
  [NOT_FOUND]: 404,
  [INVALID_ARGUMENT]: 400,
  [status.RESOURCE_EXHAUSTED]: 429,
  [ALREADY_EXISTS]: 409,
  [FAILED_PRECONDITION]: 400,
  [DEADLINE_EXCEEDED]: 408,
}
export const httpStatus = (failed: Problem | null): number => (failed ? (HTTP[failed.code ?? status.OK] ?? 503) : 200)
