/** Several subrequests in one API call, run in the order given. Source: REST API, Composite resource. */
import { z } from 'zod'
import { RemoteFailure } from '../../model/outcome.ts'
import type { Client, Timed } from './client.ts'
import { type Answer, callFailure, demand, type Kind } from './failure.ts'
import type { Unit } from './units.ts'

export type Sub = {
  readonly method: 'GET' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly body?: unknown
  /** Of the call's own headers a subrequest takes over only those of format and login. Source: REST API, Composite Subrequest. */
  readonly httpHeaders?: Readonly<Record<string, string>>
}

/** Per call: 25 subrequests, of which 5 may be queries or collections. */
export const mostSubs = 25
export const mostHeavySubs = 5

/** A value with this in it would be read as a reference to an earlier subrequest's answer. */
export const reference = '@{'

/** A request as a part of a composite call. */
export const subOf = ({ method, path, body, headers }: Unit): Sub => ({
  method,
  url: path,
  ...(body === null ? {} : { body }),
  ...(Object.keys(headers).length === 0 ? {} : { httpHeaders: headers }),
})

const form = z.object({
  compositeResponse: z.array(z.object({ body: z.unknown(), httpStatusCode: z.number(), referenceId: z.string() })),
})

/** The body of a composite call. Without `collateSubrequests: false` Salesforce may run them in any order. */
export const bodyOf = (subs: readonly Sub[]): string =>
  JSON.stringify({
    allOrNone: false,
    collateSubrequests: false,
    compositeRequest: subs.map((sub, at) => ({ ...sub, referenceId: `s${at}` })),
  })

/** One answer a subrequest, in order; null for one that the response does not speak of. */
export async function composite(
  client: Client,
  subs: readonly Sub[],
  kind: Kind,
  context: Timed,
  body = bodyOf(subs),
): Promise<readonly (Answer | null)[]> {
  const answer = await client.call({ kind, method: 'POST', path: `${client.root}/composite`, body }, context)
  const read = form.safeParse(demand(answer, kind).json)
  if (!read.success) throw new RemoteFailure(callFailure(answer, kind))
  const byId = new Map(read.data.compositeResponse.map(one => [one.referenceId, one]))
  return subs.map((_, at) => {
    const one = byId.get(`s${at}`)
    return one === undefined
      ? null
      : { status: one.httpStatusCode, json: one.body ?? undefined, sentAtMs: answer.sentAtMs }
  })
}
