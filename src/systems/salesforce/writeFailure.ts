/** What a write that was not answered leaves its rows with. */
import { type Failure, RemoteFailure } from '../../model/outcome.ts'
import type { Log } from '../../model/ports.ts'
import type { Timed } from './client.ts'
import { failing } from './failure.ts'

const stopped = failing('unavailable', 'STOPPED', 'The service stopped before the record was sent.')
export const notSent = failing(
  'unavailable',
  'NOT_SENT',
  'An earlier part of the same call failed, so this one was not sent.',
)

export function failureOf(error: unknown, context: Timed, log: Log): Failure {
  if (error instanceof RemoteFailure) return error.failure
  // Rejected with the signal's reason: not sent, since a write that was sent rejects as uncertain.
  if (context.signal.aborted) return stopped
  const name = error instanceof Error ? error.name : typeof error
  log.error({ correlationId: context.correlationId, error: name }, 'A bug in the Salesforce client.')
  return failing(
    'uncertain',
    'BUG',
    'The write ended in a bug of this service; whether it was carried out is not known.',
  )
}
