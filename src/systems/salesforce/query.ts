/** Questions in SOQL, five to a call, with all pages of their answers as plain rows. */
import { z } from 'zod'
import type { FieldSchema, ObjectSchema, Value } from '../../model/mapping.ts'
import { RemoteFailure } from '../../model/outcome.ts'
import type { CallContext } from '../../model/ports.ts'
import type { Instant, Version } from '../../model/resource.ts'
import type { Client } from './client.ts'
import { composite, mostHeavySubs } from './composite.ts'
import { type Answer, callFailure, demand } from './failure.ts'
import { inTurn } from './inTurn.ts'

/** A question as it goes over the wire: `text` is encoded SOQL, `names` are the fields it may be refused for. */
export type Question = {
  readonly resource: 'query' | 'queryAll'
  readonly text: string
  readonly names: readonly string[]
}

const time = z.string().refine(text => !Number.isNaN(Date.parse(text)))
const recordForm = z.looseObject({ Id: z.string(), SystemModstamp: time, LastModifiedDate: time })
const pageForm = z.object({
  done: z.boolean(),
  nextRecordsUrl: z.string().startsWith('/services/data/').optional(),
  records: z.array(recordForm),
})

export type QueryRecord = z.infer<typeof recordForm>

const atOnce = 4

/** How much of a subrequest's URL is not the question's own text. */
export const prefixLength = (client: Client): number => client.root.length + '/queryAll?q='.length

/** All rows of each question, in the order asked. */
export async function ask(
  client: Client,
  questions: readonly Question[],
  context: CallContext,
): Promise<readonly (readonly QueryRecord[])[]> {
  const groups: Question[][] = []
  for (let at = 0; at < questions.length; at += mostHeavySubs) groups.push(questions.slice(at, at + mostHeavySubs))
  const answers = await inTurn(groups, atOnce, async group => {
    const subs = group.map(({ resource, text }) => ({
      method: 'GET' as const,
      url: `${client.root}/${resource}?q=${text}`,
    }))
    const firsts = await composite(client, subs, 'read', context)
    return Promise.all(group.map((question, at) => pages(client, firsts[at] ?? null, question, context)))
  })
  return answers.flat()
}

async function pages(client: Client, first: Answer | null, { names }: Question, context: CallContext) {
  const known = new Set(names)
  const records: QueryRecord[] = []
  let answer: Answer = first ?? { status: 200, json: undefined }
  while (true) {
    const read = pageForm.safeParse(demand(answer, 'read', name => known.has(name)).json)
    if (!read.success) throw new RemoteFailure(callFailure({ status: 200, json: undefined }, 'read'))
    const page = read.data
    records.push(...page.records)
    if (page.done || page.nextRecordsUrl === undefined) return records
    answer = await client.call({ kind: 'read', method: 'GET', path: page.nextRecordsUrl }, context)
  }
}

const wireTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$/

/** `2026-11-23T16:00:00.000+0000` as an instant. Throws a RangeError on what is no time. */
export const instant = (text: string): Instant => new Date(text).toISOString()

export const versionOf = (record: QueryRecord): Version => Date.parse(instant(record.SystemModstamp))

/** What a field holds, in our words. Without its schema, a text in the very form of a date-time is taken for one. */
export function valueIn(raw: unknown, schema: FieldSchema | undefined): Value {
  if (typeof raw === 'string') {
    const isTime = schema === undefined ? wireTime.test(raw) : schema.type === 'datetime'
    return isTime && !Number.isNaN(Date.parse(raw)) ? instant(raw) : raw
  }
  return typeof raw === 'number' || typeof raw === 'boolean' ? raw : null
}

export function valuesOf(
  record: QueryRecord,
  fields: readonly string[],
  schema: ObjectSchema | undefined,
): Record<string, Value> {
  const values: Record<string, Value> = {}
  for (const field of fields) values[field] = valueIn(at(record, field), schema?.fields.get(field))
  return values
}

/** A field of the record, or of one that it refers to: `ConvertedContact.LastName`. */
function at(record: QueryRecord, path: string): unknown {
  let here: unknown = record
  for (const step of path.split('.'))
    here = typeof here === 'object' && here !== null ? (here as Record<string, unknown>)[step] : null
  return here
}
