/** Records of Salesforce that a second key led to and that nobody is linked to: whether that is still so when they change. */
import type { Resolved } from '../model/outcome.ts'
import type { CallContext, ClaimedRow } from '../model/ports.ts'
import { refKey } from '../model/resource.ts'
import type { Engine } from './engine.ts'

/** Over when the record is gone, merged away, or holds another key by now. One read for all of them; none when none is in doubt. */
export async function doubtsOver(
  engine: Engine,
  rows: readonly ClaimedRow[],
  context: CallContext,
): Promise<readonly Resolved[]> {
  const open = await engine.store.openAbout(
    rows.map(({ ref }) => ref),
    'disagrees',
  )
  if (open.length === 0) return []
  const fields: Record<string, readonly string[]> = {}
  for (const { source, fields: keys } of open)
    fields[source.type] = [...new Set([...(fields[source.type] ?? []), ...keys.map(({ field }) => field)])]
  const refs = open.map(({ source }) => source)
  const now = new Map((await engine.systems.crm.read(refs, fields, context)).map(one => [refKey(one.ref), one]))
  return open
    .filter(({ source, fields: keys }) => {
      const read = now.get(refKey(source))
      return read?.state !== 'present' || keys.some(({ field, crm }) => read.values[field] !== crm)
    })
    .map(({ source, mapping, role }) => ({ source, mapping, role, seen: true }))
}
