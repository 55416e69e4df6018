/** All records that bear a key of ours, by keyset over their ids: a page costs one query, however many there are before it. */
import type { CallContext } from '../../model/ports.ts'
import type { Keyed, KeyedQuery } from '../../model/relink.ts'
import type { Client } from './client.ts'
import type { Describe } from './describe.ts'
import { ask, instant, valuesOf, versionOf } from './query.ts'
import { fieldList, literal } from './soql.ts'

export async function keyed(
  client: Client,
  describe: Describe,
  { object, keyField, after, limit, fields }: KeyedQuery,
  context: CallContext,
): Promise<readonly Keyed[]> {
  context.signal.throwIfAborted()
  const wanted = [...new Set([keyField, ...fields])]
  const names = ['Id', 'SystemModstamp', 'LastModifiedDate', ...wanted]
  const from = after === null ? null : literal(after, 'id')
  const beyond = from === null ? '' : ` AND Id > ${from}`
  const soql = `SELECT ${fieldList(names)} FROM ${object} WHERE ${keyField} != null${beyond} ORDER BY Id LIMIT ${limit}`
  const [records = []] = await ask(client, [{ resource: 'query', text: encodeURIComponent(soql), names }], context)
  return records.map(record => ({
    ref: { side: 'crm', type: object, id: record.Id },
    version: versionOf(record),
    modifiedAt: instant(record.LastModifiedDate),
    values: valuesOf(record, wanted, describe.known(object)),
  }))
}
