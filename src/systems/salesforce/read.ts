/** The present state of known records: there, deleted, or merged into another. */
import type { CallContext, PresentRead } from '../../model/ports.ts'
import type { ResourceRef } from '../../model/resource.ts'
import type { Client } from './client.ts'
import type { Describe } from './describe.ts'
import { ask, instant, prefixLength, type QueryRecord, valuesOf, versionOf } from './query.ts'
import { cut, fieldList, literal } from './soql.ts'

/** The objects that people can merge. Source: Object Reference, MasterRecordId. */
const mergeable = new Set(['Account', 'Contact', 'Lead', 'Case'])

/** Ids are compared by the part that tells them apart; the last three characters are a checksum. */
const idKey = (type: string, id: string): string => `${type}\n${id.slice(0, 15)}`

export async function read(
  client: Client,
  describe: Describe,
  refs: readonly ResourceRef[],
  fields: Readonly<Record<string, readonly string[]>>,
  context: CallContext,
): Promise<readonly PresentRead[]> {
  context.signal.throwIfAborted()
  const literals = new Map<string, Set<string>>()
  for (const { type, id } of refs) {
    const text = literal(id, 'id')
    if (text !== null) literals.set(type, (literals.get(type) ?? new Set()).add(text))
  }
  const asked = [...literals].flatMap(([type, ids]) => {
    const names = [...systemFields(describe, type), ...(fields[type] ?? [])]
    const head = `SELECT ${fieldList(names)} FROM ${type} WHERE Id IN`
    return cut(head, [...ids], prefixLength(client)).map(text => ({ type, text, names }))
  })
  // queryAll, not query: only it shows what is in the recycle bin, and where a merged record went.
  const answers = await ask(
    client,
    asked.map(({ text, names }) => ({ resource: 'queryAll', text, names })),
    context,
  )
  const records = new Map<string, QueryRecord>()
  asked.forEach(({ type }, at) => {
    for (const record of answers[at] ?? []) records.set(idKey(type, record.Id), record)
  })
  return refs.map(ref => stateOf(describe, ref, records.get(idKey(ref.type, ref.id)), fields[ref.type] ?? []))
}

function systemFields(describe: Describe, type: string): string[] {
  const known = describe.known(type)?.fields
  const canDelete = known?.has('IsDeleted') ?? true
  const canMerge = known?.has('MasterRecordId') ?? mergeable.has(type)
  return [
    'Id',
    'SystemModstamp',
    'LastModifiedDate',
    ...(canDelete ? ['IsDeleted'] : []),
    ...(canMerge ? ['MasterRecordId'] : []),
  ]
}

function stateOf(
  describe: Describe,
  ref: ResourceRef,
  record: QueryRecord | undefined,
  fields: readonly string[],
): PresentRead {
  if (record === undefined) return { state: 'absent', ref }
  const { IsDeleted: isDeleted, MasterRecordId: master } = record
  if (isDeleted === true && typeof master === 'string' && master !== '')
    return { state: 'merged', ref, into: { side: 'crm', type: ref.type, id: master } }
  if (isDeleted === true) return { state: 'absent', ref }
  return {
    state: 'present',
    ref,
    version: versionOf(record),
    modifiedAt: instant(record.LastModifiedDate),
    values: valuesOf(record, fields, describe.known(ref.type)),
  }
}
