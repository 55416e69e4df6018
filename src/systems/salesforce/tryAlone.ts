/** Rows that a duplicate rule refused in a collection, each sent once more by itself: only then does Salesforce name the matches. */
import { chunks } from '../../lib/chunks.ts'
import type { Failure, Outcome } from '../../model/outcome.ts'
import { RemoteFailure } from '../../model/outcome.ts'
import type { Log } from '../../model/ports.ts'
import type { Client, Timed } from './client.ts'
import { bodyOf, composite, mostSubs, reference, subOf } from './composite.ts'
import type { Describe } from './describe.ts'
import { type Answer, callFailure } from './failure.ts'
import { outcomes } from './outcomes.ts'
import { type Placed, single, type Unit } from './units.ts'
import { failureOf, notSent } from './writeFailure.ts'

type Deps = { readonly client: Client; readonly describe: Describe; readonly log: Log }
type Settle = (unit: Unit, made: readonly Outcome[]) => void

/**
 * One call for 25 rows, within the time limit that their first call began. A row that was answered has the outcome of
 * that answer, which may be a success by now. Without an answer it comes back another time, when it can be asked again;
 * only where asking is itself refused does the first refusal stand, without matches.
 */
export async function tryAlone(deps: Deps, refused: readonly Placed[], context: Timed, settle: Settle): Promise<void> {
  const tries = refused.flatMap(placed => single(deps.client.root, placed) ?? [])
  let failed: Failure | null = null
  for (const some of calls(tries)) {
    if (failed === null) failed = await send(deps, some, context, settle)
    else if (comesBack(failed)) giveUp(some, failed.is === 'uncertain' ? notSent : failed, settle)
  }
}

/** What a composite would misread goes in a request of its own. */
function calls(tries: readonly Unit[]): readonly (readonly Unit[])[] {
  const isMisread = (unit: Unit): boolean => bodyOf([subOf(unit)]).includes(reference)
  const joined = tries.filter(unit => !isMisread(unit))
  return [...chunks(joined, mostSubs), ...tries.filter(isMisread).map(unit => [unit])]
}

const comesBack = ({ is }: Failure): boolean => is === 'uncertain' || is === 'throttled' || is === 'unavailable'

function giveUp(units: readonly Unit[], failure: Failure, settle: Settle): void {
  for (const unit of units) settle(unit, [{ ok: false, failure }])
}

/** Null when the rows were answered; else the failure that the next call would meet too. */
async function send(deps: Deps, some: readonly Unit[], context: Timed, settle: Settle): Promise<Failure | null> {
  try {
    const answers = await ask(deps.client, some, context)
    for (const [at, unit] of some.entries()) {
      const made = outcomes(unit, answers[at] ?? null, deps.describe.known)
      if (!made.some(isBlind)) settle(unit, made)
    }
    return null
  } catch (error) {
    const failure = failureOf(error, context, deps.log)
    if (comesBack(failure)) giveUp(some, failure, settle)
    return failure
  }
}

/** A row was refused a moment ago: that it cannot be found by its key says nothing of it, only of how it was asked for. */
const isBlind = (outcome: Outcome): boolean => !outcome.ok && outcome.failure.code === 'NOT_FOUND'

async function ask(client: Client, some: readonly Unit[], context: Timed): Promise<readonly (Answer | null)[]> {
  const [only, second] = some
  if (only === undefined || second !== undefined) return composite(client, some.map(subOf), 'write', context)
  const { method, path, body, headers } = only
  const answer = await client.call({ kind: 'write', method, path, headers, body: JSON.stringify(body) }, context)
  const { status } = answer
  if ((status >= 200 && status < 300) || status === 400 || status === 404) return [answer]
  throw new RemoteFailure(callFailure(answer, 'write'))
}
