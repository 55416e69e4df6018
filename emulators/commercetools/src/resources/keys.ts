/** Keys that are unique among the rows of a table. */
import { checkKey } from '../customers/fields.ts'
import type { Resource } from '../model/entities.ts'
import { duplicateField } from '../model/errors.ts'
import type { Table } from '../store/table.ts'

/** `id` is of the row that may have the key already; empty for one that is being made. */
export function freeKey<K extends string | undefined>(
  rows: Table<Resource & { key?: string | undefined }>,
  id: string,
  key: K,
): K {
  checkKey(key)
  if (key !== undefined && rows.find('key', key).some(other => other.id !== id)) throw duplicateField('key', key)
  return key
}
