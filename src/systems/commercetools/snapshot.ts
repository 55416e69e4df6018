/** What one query answers, as snapshots. */
import { z } from 'zod'
import { type Instant, isObject, type JsonObject, type ResourceRef, type Snapshot } from '../../model/resource.ts'
import { garbled } from './failure.ts'

/** It came out of JSON.parse, so an object is a JSON object: the body is not walked through again. */
const body = z.custom<JsonObject>(isObject)
const answer = z.object({ results: z.array(body) })
const resource = z.object({
  id: z.string().min(1),
  version: z.number().int().nonnegative(),
  lastModifiedAt: z.string().refine(value => !Number.isNaN(Date.parse(value))),
  lastModifiedBy: z.object({ clientId: z.string().optional(), externalUserId: z.string().optional() }).optional(),
})

/** A record as it was answered, with its own id and its time in the API's own words, for the position of a listing. */
export type Row = {
  readonly id: string
  readonly lastModifiedAt: string
  readonly snapshot: Extract<Snapshot, { state: 'present' }>
}

/** Rejects what is not a query answer as a failure that may pass. */
export function rows(given: unknown, project: string, type: string): readonly Row[] {
  const parsed = answer.safeParse(given)
  if (!parsed.success) throw garbled('read')
  return parsed.data.results.map(each => row(each, project, type))
}

function row(given: JsonObject, project: string, type: string): Row {
  const parsed = resource.safeParse(given)
  if (!parsed.success) throw garbled('read')
  const { id, version, lastModifiedAt, lastModifiedBy } = parsed.data
  const modifiedBy = { clientId: lastModifiedBy?.clientId ?? null, marker: lastModifiedBy?.externalUserId ?? null }
  const modifiedAt: Instant = new Date(lastModifiedAt).toISOString()
  const ref = refOf(project, type, id)
  return { id, lastModifiedAt, snapshot: { state: 'present', ref, version, modifiedAt, modifiedBy, body: given } }
}

export const refOf = (project: string, type: string, id: string): ResourceRef => ({
  side: 'commerce',
  type,
  id: `${project}/${id}`,
})

/** What an id of commercetools may look like; also what may stand in a predicate without escaping. */
export const idWord = /^[A-Za-z0-9_-]{1,256}$/
