/** Records by key: any number of values, in as few calls as the length of a URL allows. */
import type { CallContext, FindQuery, Found } from '../../model/ports.ts'
import type { Client } from './client.ts'
import type { Describe } from './describe.ts'
import { ask, instant, prefixLength, type QueryRecord, type Question, valuesOf, versionOf } from './query.ts'
import { cut, fieldList, literal } from './soql.ts'

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
  const { object, field, fields, values } = query
  const names = ['Id', 'SystemModstamp', 'LastModifiedDate', field, ...fields]
  const literals = new Set<string>()
  for (const value of values) {
    const text = literal(value, type)
    if (text !== null) literals.add(text)
  }
  const head = `SELECT ${fieldList(names)} FROM ${object} WHERE ${field} IN`
  return cut(head, [...literals], prefixLength(client)).map(text => ({ resource: 'query', text, names }))
}

/**
 * SOQL compares texts without case. An external ID must agree exactly; a fallback key (an email) as SOQL compares.
 * A row is answered once for each value asked that it matches.
 */
function found(describe: Describe, query: FindQuery, records: readonly QueryRecord[]): Found[] {
  const { object, by, field, fields, values } = query
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
      values: valuesOf(record, wanted, describe.known(object)),
      by,
      matched,
    })),
  )
}

function comparable(type: string, isExact: boolean): (value: string) => string {
  if (type === 'id' || type === 'reference') return value => value.slice(0, 15)
  if (['int', 'long', 'double', 'currency', 'percent'].includes(type)) return value => String(Number(value))
  // Salesforce keeps emails in lower case, whatever was sent.
  return isExact && type !== 'email' ? value => value : value => value.trim().toLowerCase()
}
