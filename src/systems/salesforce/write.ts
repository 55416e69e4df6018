/** WRITE: one call of up to five groups, one outcome a row, and never a rejection. */
import { type Failure, type Outcome, RemoteFailure } from '../../model/outcome.ts'
import type { Call } from '../../model/plan.ts'
import type { CallContext, Log } from '../../model/ports.ts'
import type { Client, Timed } from './client.ts'
import { bodyOf, composite, mostHeavySubs } from './composite.ts'
import type { Describe } from './describe.ts'
import { type Answer, errorsIn, failing } from './failure.ts'
import { outcomes } from './outcomes.ts'
import { halves, type Unit, units } from './units.ts'

/** A value with this in it would be read as a reference to an earlier subrequest's answer. */
const reference = '@{'

const unsendable = failing('invalid', 'NO_KEY', 'The record has neither an external ID to create it by nor an id.')
const stopped = failing('unavailable', 'STOPPED', 'The service stopped before the record was sent.')
const notSent = failing('unavailable', 'NOT_SENT', 'An earlier part of the same call failed, so this one was not sent.')

type Deps = { readonly client: Client; readonly describe: Describe; readonly log: Log }

export async function write(deps: Deps, call: Call, caller: CallContext): Promise<readonly Outcome[]> {
  const results: Outcome[] = call.groups.flat().map(() => ({ ok: false, failure: unsendable }))
  const settle = (unit: Unit, made: readonly Outcome[]): void => {
    for (const [at, { at: place }] of unit.rows.entries())
      results[place] = made[at] ?? { ok: false, failure: unsendable }
  }
  // All requests of one call share one time limit: none may go out when the lease may be lost.
  const context = { ...caller, until: deps.client.deadline() }
  const { root } = deps.client
  const parts = units(root, call)
  const body = parts.length > 1 && parts.length <= mostHeavySubs && parts.every(canJoin) ? joined(parts) : null
  if (body === null || body.includes(reference)) await alone(deps, parts, context, settle)
  else await together(deps, parts, body, context, settle)
  return results
}

type Settle = (unit: Unit, made: readonly Outcome[]) => void

const canJoin = (unit: Unit): boolean => unit.shape !== 'guarded'

const subsOf = (parts: readonly Unit[]) =>
  parts.map(({ method, path, body }) => ({ method, url: path, ...(body === null ? {} : { body }) }))

const joined = (parts: readonly Unit[]): string => bodyOf(subsOf(parts))

const allFail = (unit: Unit, failure: Failure): Outcome[] => unit.rows.map(() => ({ ok: false, failure }))

async function together(deps: Deps, parts: readonly Unit[], body: string, context: Timed, settle: Settle) {
  let answers: readonly (Answer | null)[]
  try {
    answers = await composite(deps.client, subsOf(parts), 'write', context, body)
  } catch (error) {
    const failure = failureOf(error, context, deps.log)
    for (const unit of parts) settle(unit, allFail(unit, failure))
    return
  }
  for (const [at, unit] of parts.entries()) await take(deps, unit, answers[at] ?? null, context, settle)
}

/** One request a unit, one after the other: for one unit, for guarded rows, and for values that a composite would misread. */
async function alone(deps: Deps, parts: readonly Unit[], context: Timed, settle: Settle): Promise<Failure | null> {
  let failed: Failure | null = null
  for (const unit of parts) {
    if (failed === null) failed = await send(deps, unit, context, settle)
    else settle(unit, allFail(unit, failed.is === 'uncertain' ? notSent : failed))
  }
  return failed
}

/** Null when the unit was answered, whatever became of its rows; else the failure that the next unit would meet too. */
async function send(deps: Deps, unit: Unit, context: Timed, settle: Settle): Promise<Failure | null> {
  const { method, path, body, headers } = unit
  const ask = {
    kind: 'write' as const,
    method,
    path,
    headers,
    ...(body === null ? {} : { body: JSON.stringify(body) }),
  }
  try {
    const answer = await deps.client.call(ask, context)
    return await take(deps, unit, answer, context, settle)
  } catch (error) {
    const failure = failureOf(error, context, deps.log)
    settle(unit, allFail(unit, failure))
    return failure
  }
}

async function take(
  deps: Deps,
  unit: Unit,
  answer: Answer | null,
  context: Timed,
  settle: Settle,
): Promise<Failure | null> {
  // One value that Salesforce cannot parse refuses all rows, and nothing was done: the others go on without it.
  if (unit.rows.length > 1 && answer?.status === 400 && errorsIn(answer.json)[0]?.code === 'JSON_PARSER_ERROR')
    return alone(deps, halves(deps.client.root, unit), context, settle)
  const made = outcomes(unit, answer, deps.describe.known)
  settle(unit, made)
  const [first] = made
  const isWhole = answer !== null && answer.status >= 300 && first?.ok === false && unit.shape !== 'guarded'
  return isWhole && first.failure.is !== 'invalid' && first.failure.is !== 'stale' ? first.failure : null
}

function failureOf(error: unknown, context: Timed, log: Log): Failure {
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
