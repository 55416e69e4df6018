/** Why records of a mapping cannot be shared in this org, for a person who asks for it; null when they can. */
import type { Conflict } from '../model/plan.ts'
import { objectsOf } from './consider.ts'
import type { Engine } from './engine.ts'

/** Rejects with `RemoteFailure` as the ports do, where the org was not described yet. */
export async function cannotShare(
  { mappings, systems }: Engine,
  { mapping: name, role }: Pick<Conflict, 'mapping' | 'role'>,
  correlationId: string,
): Promise<string | null> {
  const mapping = mappings.find(one => one.name === name)
  const { sharing, keyField = '' } = mapping ?? {}
  if (sharing?.of !== role) return `a ${role} of ${name} cannot be shared`
  const context = { correlationId, signal: AbortSignal.timeout(30_000) }
  const schema = await systems.crm.schema(objectsOf(mappings), { refresh: false }, context)
  if (schema.get(sharing.part.object)?.fields.has(keyField)) return null
  return `the org has no ${sharing.part.object} for us, which holds the keys of those who share: deploy salesforce/sharing and assign CT_Sync_Sharing`
}
