/** Records by key: any number of values, in as few calls as the length of a URL allows. */
import { z } from 'zod'
import type { RelatedQuery, Value } from '../../model/mapping.ts'
import type { CallContext, FindQuery, Found } from '../../model/ports.ts'
import type { Client } from './client.ts'
import type { Describe } from './describe.ts'
import { ask, instant, prefixLength, type QueryRecord, type Question, valueIn, valuesOf, versionOf } from './query.ts'
import { cut, fieldList, literal, quoted } from './soql.ts'

export async function find(
  client: Client,
  describe: Describe,
  queries: readonly FindQuery[],
  context: CallContext,
): Promise<readonly Found[]> {
  context.signal.throwIfAborted()
  const asked = queries.flatMap(query =>
    questions(client, query, typeOf(describe, query)).map(question => ({ query, question })),
  )
  const answers = await ask(
    client,
    asked.map(one => one.question),
    context,
  )
  // Asked in parts, answered as one: a value that differs by case may have been asked in another part.
  const records = new Map<FindQuery, Map<string, QueryRecord>>()
  asked.forEach(({ query }, at) => {
    const seen = records.get(query) ?? new Map<string, QueryRecord>()
    records.set(query, seen)
    for (const record of answers[at] ?? []) seen.set(record.Id, record)
  })
  return [...records].flatMap(([query, seen]) => found(describe, query, [...seen.values()]))
}

/** The field's type when its describe is known; text otherwise, which is what keys are. */
function typeOf(describe: Describe, { object, field }: FindQuery): string {
  if (field === 'Id') return 'id'
  return describe.known(object)?.fields.get(field)?.type ?? 'string'
}

function questions(client: Client, query: FindQuery, type: string): Question[] {
  const { object, field, fields, values, related = [] } = query
  const names = ['Id', 'SystemModstamp', 'LastModifiedDate', field, ...fields]
  const literals = new Set<string>()
  for (const value of values) {
    const text = literal(value, type)
    if (text !== null) literals.add(text)
  }
  const beside = related.map(one => `,${childQuery(one)}`).join('')
  const head = `SELECT ${fieldList(names)}${beside} FROM ${object} WHERE ${field} IN`
  return cut(head, [...literals], prefixLength(client)).map(text => ({ resource: 'query', text, names }))
}

/**
 * SOQL compares texts without case. An external ID must agree exactly; a fallback key (an email) as SOQL compares.
 * A row is answered once for each value asked that it matches.
 */
function found(describe: Describe, query: FindQuery, records: readonly QueryRecord[]): Found[] {
  const { object, by, field, fields, values, related = [] } = query
  const type = typeOf(describe, query)
  const form = comparable(type, by.by === 'external-id')
  const asked = new Map<string, Set<string>>()
  for (const value of values) {
    const same = asked.get(form(value)) ?? new Set<string>()
    asked.set(form(value), same.add(value))
  }
  const wanted = [...new Set([...fields, field])]
  return records.flatMap(record =>
    [...(asked.get(form(String(record[field] ?? ''))) ?? [])].map(matched => ({
      ref: { side: 'crm' as const, type: object, id: record.Id },
      version: versionOf(record),
      modifiedAt: instant(record.LastModifiedDate),
      values: { ...valuesOf(record, wanted, describe.known(object)), ...answersOf(record, related) },
      by,
      matched,
    })),
  )
}

/** The one row of a child relationship that tells enough. Source: SOQL and SOSL Reference, Relationship Queries. */
function childQuery({ relationship, where, latest }: RelatedQuery): string {
  const literalOf = (value: Value): string => (typeof value === 'string' ? quoted(value) : String(value))
  const conditions = Object.entries(where).map(([field, value]) => `${field} = ${literalOf(value)}`)
  const filter = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  const order = latest === null ? '' : ` ORDER BY ${latest} DESC NULLS LAST`
  return `(SELECT ${latest ?? 'Id'} FROM ${relationship}${filter}${order} LIMIT 1)`
}

const listForm = z.object({ records: z.array(z.record(z.string(), z.unknown())) }).nullish()

function answersOf(record: QueryRecord, related: readonly RelatedQuery[]): Record<string, Value> {
  return Object.fromEntries(
    related.map(({ name, relationship, latest }) => {
      const [first] = listForm.parse(record[relationship])?.records ?? []
      return [name, latest === null ? first !== undefined : valueIn(first?.[latest], undefined)]
    }),
  )
}

function comparable(type: string, isExact: boolean): (value: string) => string {
  if (type === 'id' || type === 'reference') return value => value.slice(0, 15)
  if (['int', 'long', 'double', 'currency', 'percent'].includes(type)) return value => String(Number(value))
  // Salesforce keeps emails in lower case, whatever was sent.
  return isExact && type !== 'email' ? value => value : value => value.trim().toLowerCase()
}
