// The Tooling API as far as subscribers need it: what managed event subscriptions are configured.

import { fieldOf, type Row } from '../entities.ts'
import { refuse } from '../rules/refusal.ts'
import { makeEntity, makeField } from '../schema/table.ts'
import { compileFilter } from '../soql/filter.ts'
import { noSuchColumn } from '../soql/path.ts'
import { parse, treeOf } from '../soql/tree.ts'
import { type Call, ok, type Reply } from './api.ts'

const TYPE = 'ManagedEventSubscription'
const TABLE = makeEntity(
  {
    name: TYPE,
    label: TYPE,
    labelPlural: TYPE,
    keyPrefix: '18x',
    custom: false,
    writable: false,
    mergeable: false,
  },
  ['DeveloperName', 'MasterLabel', 'Metadata'].map(name => makeField(name, name, 'string')),
)

/** `/tooling/query?q=` over the one object that there is. */
export function toolingQuery(call: Call): Reply {
  const soql = call.params.get('q')
  if (!soql) throw refuse('MALFORMED_QUERY', 'A query string has to be specified')
  const query = parse(soql)
  if (query.sObject?.toLowerCase() !== TYPE.toLowerCase())
    throw refuse('INVALID_TYPE', `sObject type '${query.sObject ?? ''}' is not supported.`)
  const columns = (query.fields ?? []).map(item => {
    if (item.type !== 'Field') throw refuse('MALFORMED_QUERY', 'functions are not emulated in the Tooling API')
    const field = fieldOf(TABLE, item.field)
    if (!field) throw noSuchColumn(item.field, TABLE)
    return field
  })
  const subselect = (): never => {
    throw refuse('MALFORMED_QUERY', 'semi-joins are not emulated in the Tooling API')
  }
  const { org } = call
  const scope = { world: org, entity: TABLE, alias: query.sObjectAlias, subselect }
  const test = query.where ? compileFilter(scope, treeOf(query.where)).test : () => true
  const found = org.managed.list.filter(({ id, developerName, label }) => test(rowOf(id, developerName, label)))
  const records = found.slice(0, query.limit ?? found.length).map(entry => {
    const { id, developerName, label, topicName, defaultReplay, errorRecoveryReplay, state } = entry
    const row = rowOf(id, developerName, label)
    const Metadata = { label, topicName, defaultReplay, errorRecoveryReplay, state, version: null, urls: null }
    const url = `/services/data/${call.version}/tooling/sobjects/${TYPE}/${id}`
    const shown = columns.map(field => [field.name, field.name === 'Metadata' ? Metadata : field.read(row)])
    return { attributes: { type: TYPE, url }, ...Object.fromEntries(shown) }
  })
  const size = records.length
  return ok({ size, totalSize: size, done: true, queryLocator: null, entityTypeName: TYPE, records })
}

function rowOf(id: string, DeveloperName: string, MasterLabel: string): Row {
  const stamps = { createdAt: 0, createdBy: '', modifiedAt: 0, modifiedBy: '' }
  return { id, ...stamps, deleted: false, mergedInto: null, values: { DeveloperName, MasterLabel } }
}
