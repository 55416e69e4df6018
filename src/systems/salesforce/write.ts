/** WRITE: one call of up to five groups, one outcome a row, and never a rejection. Rows refused as duplicates cost more calls. */
import type { Failure, Outcome } from '../../model/outcome.ts'
import type { Call } from '../../model/plan.ts'
import type { CallContext, Log } from '../../model/ports.ts'
import type { Client, Timed } from './client.ts'
import { bodyOf, composite, mostHeavySubs, reference, subOf } from './composite.ts'
import type { Describe } from './describe.ts'
import { type Answer, errorsIn, failing } from './failure.ts'
import { hasLate, named, orphaned, type Parents, parentsIn, referring } from './late.ts'
import { outcomes } from './outcomes.ts'
import { tryAlone } from './tryAlone.ts'
import { halves, type Unit, units } from './units.ts'
import { failureOf, notSent } from './writeFailure.ts'

const unsendable = failing('invalid', 'NO_KEY', 'The record has neither an external ID to create it by nor an id.')

type Deps = {
  readonly client: Client
  readonly describe: Describe
  readonly log: Log
  /** `allow`: every row is saved where a duplicate rule of the org lets it be. */
  readonly duplicateRules?: 'review' | 'allow'
}

export async function write(deps: Deps, given: Call, caller: CallContext): Promise<readonly Outcome[]> {
  const call = deps.duplicateRules === 'allow' ? allowing(given) : given
  const results: Outcome[] = call.groups.flat().map(() => ({ ok: false, failure: unsendable }))
  const settle: Work['settle'] = (unit, made: readonly Outcome[]): void => {
    for (const [at, { at: place }] of unit.rows.entries())
      results[place] = made[at] ?? { ok: false, failure: unsendable }
  }
  // All requests of one call share one time limit: none may go out when the lease may be lost.
  const context = { ...caller, until: deps.client.deadline() }
  const { root } = deps.client
  const parts = units(root, call)
  const work: Work = { context, settle, results, parents: parentsIn(parts, deps.describe.known) }
  const body = parts.length > 1 && parts.length <= mostHeavySubs && parts.every(canJoin) ? joined(parts) : null
  if (body === null || body.includes(reference)) await alone(deps, parts, work)
  else await together(deps, parts, body, work)
  const refused = parts
    .filter(unit => canJoin(unit) && unit.rows.some(({ at }) => isDuplicate(results[at])))
    .flatMap(unit => named(root, unit, work.parents, results).unit?.rows ?? [])
    .filter(({ at }) => isDuplicate(results[at]))
  if (refused.length > 0) await tryAlone(deps, refused, context, settle)
  return results
}

const allowing = ({ groups }: Call): Call => ({
  groups: groups.map(group => group.map(row => (row.do === 'delete' ? row : { ...row, evenIfDuplicate: true }))),
})

const isDuplicate = (outcome: Outcome | undefined): boolean =>
  outcome !== undefined && !outcome.ok && outcome.failure.duplicate !== undefined

/** What all requests of a call share. */
type Work = {
  readonly context: Timed
  readonly settle: (unit: Pick<Unit, 'rows'>, made: readonly Outcome[]) => void
  readonly results: readonly Outcome[]
  readonly parents: Parents
}

const canJoin = (unit: Unit): boolean => unit.shape !== 'guarded'

const joined = (parts: readonly Unit[]): string => bodyOf(parts.map(subOf))

const allFail = (unit: Unit, failure: Failure): Outcome[] => unit.rows.map(() => ({ ok: false, failure }))

async function together(deps: Deps, parts: readonly Unit[], plain: string, work: Work) {
  const { context, settle, parents } = work
  let answers: readonly (Answer | null)[]
  try {
    const subs = (parts.some(hasLate) ? referring(deps.client.root, parts, parents) : parts).map(subOf)
    answers = await composite(deps.client, subs, 'write', context, parts.some(hasLate) ? bodyOf(subs) : plain)
  } catch (error) {
    const failure = failureOf(error, context, deps.log)
    for (const unit of parts) settle(unit, allFail(unit, failure))
    return
  }
  const halted: Unit[] = []
  for (const [at, unit] of parts.entries()) {
    const answer = answers[at] ?? null
    if (hasLate(unit) && isHalted(answer)) halted.push(unit)
    else await take(deps, unit, answer, work)
  }
  // One parent was refused, and with it the whole request that names it: its other rows go by the ids of theirs.
  await alone(deps, halted, work)
}

const isHalted = (answer: Answer | null): boolean =>
  answer !== null && answer.status >= 300 && errorsIn(answer.json)[0]?.code === 'PROCESSING_HALTED'

/** One request a unit, one after the other: for one unit, for guarded rows, and for values that a composite would misread. */
async function alone(deps: Deps, parts: readonly Unit[], work: Work): Promise<Failure | null> {
  const { settle, parents, results } = work
  let failed: Failure | null = null
  for (const part of parts) {
    const { unit, orphans } = named(deps.client.root, part, parents, results)
    settle(
      { rows: orphans },
      orphans.map(() => orphaned),
    )
    if (unit === null) continue
    if (failed === null) failed = await send(deps, unit, work)
    else settle(unit, allFail(unit, failed.is === 'uncertain' ? notSent : failed))
  }
  return failed
}

/** Null when the unit was answered, whatever became of its rows; else the failure that the next unit would meet too. */
async function send(deps: Deps, unit: Unit, work: Work): Promise<Failure | null> {
  const { method, path, body, headers } = unit
  const { context, settle } = work
  const ask = {
    kind: 'write' as const,
    method,
    path,
    headers,
    ...(body === null ? {} : { body: JSON.stringify(body) }),
  }
  try {
    const answer = await deps.client.call(ask, context)
    return await take(deps, unit, answer, work)
  } catch (error) {
    const failure = failureOf(error, context, deps.log)
    settle(unit, allFail(unit, failure))
    return failure
  }
}

async function take(deps: Deps, unit: Unit, answer: Answer | null, work: Work): Promise<Failure | null> {
  // One value that Salesforce cannot parse refuses all rows, and nothing was done: the others go on without it.
  if (unit.rows.length > 1 && answer?.status === 400 && errorsIn(answer.json)[0]?.code === 'JSON_PARSER_ERROR')
    return alone(deps, halves(deps.client.root, unit), work)
  const made = outcomes(unit, answer, deps.describe.known)
  work.settle(unit, made)
  const [first] = made
  const isWhole = answer !== null && answer.status >= 300 && first?.ok === false && unit.shape !== 'guarded'
  return isWhole && first.failure.is !== 'invalid' && first.failure.is !== 'stale' ? first.failure : null
}
