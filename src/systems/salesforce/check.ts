/** What is wrong with the way to the org, each with its fix, before anything runs. */
import { z } from 'zod'
import type { Schema } from '../../model/mapping.ts'
import { type Failure, RemoteFailure } from '../../model/outcome.ts'
import type { CallContext, Problem } from '../../model/ports.ts'
import type { Client } from './client.ts'
import { demand } from './failure.ts'
import type { SalesforceOptions } from './options.ts'

const versionsForm = z.array(z.object({ version: z.string() }))

/** Logs in, then asks which API versions the org has. Never rejects. */
export async function check(
  client: Client,
  options: SalesforceOptions,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const context: CallContext = { correlationId: 'check', signal }
  try {
    await client.session(signal)
    const answer = demand(await client.call({ kind: 'read', method: 'GET', path: '/services/data' }, context), 'read')
    const versions = versionsForm.safeParse(answer.json)
    if (!versions.success) return [unreadable(options)]
    const known = versions.data.map(one => one.version)
    if (!known.includes(options.apiVersion)) return [versionProblem(options.apiVersion, known)]
    const root = await client.call({ kind: 'read', method: 'GET', path: `${client.root}/limits` }, context)
    // Refused for want of View Setup is fine: the answers' header says the same.
    if (root.status !== 403) demand(root, 'read')
    return []
  } catch (error) {
    return [problemOf(error, options)]
  }
}

function unreadable({ loginUrl }: SalesforceOptions): Problem {
  const problem = `${new URL(loginUrl).origin} does not answer like Salesforce.`
  return { place: 'SF_LOGIN_URL', problem, fix: 'Set it to the My Domain URL of the org.' }
}

function versionProblem(wanted: string, known: readonly string[]): Problem {
  const newest = known.toSorted((a, b) => Number(b) - Number(a))[0] ?? 'none'
  const problem = `The org does not have API version ${wanted}; its newest is ${newest}.`
  return { place: 'SF_API_VERSION', problem, fix: `Set it to ${newest} or below.` }
}

const fixes: Readonly<Record<Failure['is'], string>> = {
  denied: 'Change what the message names, then check again.',
  unavailable: 'Check SF_LOGIN_URL and that this machine may reach the org, then try again.',
  uncertain: 'Try again.',
  throttled: 'Wait until the allowance of API calls frees, or raise it.',
  invalid: 'Check SF_LOGIN_URL and SF_API_VERSION.',
  stale: 'Try again.',
}

function problemOf(error: unknown, options: SalesforceOptions): Problem {
  if (!(error instanceof RemoteFailure))
    return { place: 'SF_LOGIN_URL', problem: 'The check was stopped before it ended.', fix: 'Run it again.' }
  const { failure } = error
  // The message of a refused login names the variable to change first.
  const place = /\bSF_[A-Z_]+\b/.exec(failure.message)?.[0] ?? 'SF_LOGIN_URL'
  const where = failure.is === 'unavailable' ? ` (${new URL(options.loginUrl).host})` : ''
  return { place, problem: `${failure.message}${where}`, fix: fixes[failure.is] }
}

/** Objects and fields that are wanted and not in the describe. */
export function missing(schema: Schema, wanted: Readonly<Record<string, readonly string[]>>): readonly Problem[] {
  const fix = 'Deploy the package to the org and assign its permission set to the integration user.'
  return Object.entries(wanted).flatMap(([object, fields]) => {
    const known = schema.get(object)
    if (known === undefined)
      return [{ place: object, problem: `The object ${object} is not there for this user.`, fix }]
    return fields
      .filter(field => !known.fields.has(field))
      .map(field => ({
        place: `${object}.${field}`,
        problem: `The field ${object}.${field} is not there for this user.`,
        fix,
      }))
  })
}
