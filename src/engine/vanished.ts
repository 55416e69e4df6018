/** Elements that a list no longer has, while their records are still linked: a line taken out of an order. */
import { isRoleOf } from '../core/elements.ts'
import { departed } from '../core/leave.ts'
import { leftAlone } from '../core/leftAlone.ts'
import type { Draft, IdentityLink } from '../model/identity.ts'
import type { MappingPart } from '../model/mapping.ts'
import type { WritePlan } from '../model/plan.ts'
import type { ClaimedRow } from '../model/ports.ts'
import { refKey, type Snapshot } from '../model/resource.ts'
import type { Engine } from './engine.ts'
import type { Subject } from './lookUp.ts'

type ReadRow = { readonly row: ClaimedRow; readonly snapshot: Extract<Snapshot, { state: 'present' }> }
type Vanished = { readonly subject: Subject; readonly link: IdentityLink; readonly plan: WritePlan }

/** Of a record that takes no part any more nothing is taken away: only who still has a list can have a shorter one. */
export function vanished(
  engine: Engine,
  rows: readonly ReadRow[],
  links: readonly IdentityLink[],
  subjects: readonly Subject[],
): readonly Vanished[] {
  const listed = engine.mappings.flatMap(mapping => {
    const parts = mapping.parts.filter(part => part.each !== undefined)
    return parts.length === 0 ? [] : [{ mapping, parts }]
  })
  if (listed.length === 0) return []
  const there = Map.groupBy(subjects, ({ row, mapping }) => `${mapping.name}\n${refKey(row.ref)}`)
  const byRecord = Map.groupBy(links, link => `${link.mapping}\n${refKey(link.commerce)}`)
  return rows.flatMap(({ row, snapshot }) =>
    listed.flatMap(({ mapping, parts }) => {
      const key = `${mapping.name}\n${refKey(row.ref)}`
      const present = there.get(key)
      if (present === undefined) return []
      const roles = new Set(present.map(({ draft }) => draft.role))
      return (byRecord.get(key) ?? []).flatMap(link => {
        const part = parts.find(one => isRoleOf(one, link.role))
        if (part === undefined || roles.has(link.role)) return []
        const draft = { ...departed(mapping, part, row.ref, snapshot.modifiedAt), role: link.role }
        return [{ subject: { draft, mapping, part, row, body: {} }, link, plan: takenAway(draft, part, link) }]
      })
    }),
  )
}

function takenAway(draft: Draft, part: MappingPart, link: IdentityLink): WritePlan {
  // What is gone in Salesforce already answers that it is: there is nothing to look at first.
  return part.each?.whenGone === 'delete'
    ? { do: 'delete', draft, verdicts: [], crm: link.crm, link }
    : { ...leftAlone(draft, 'no longer in the list; unlinked'), crm: link.crm, link, ends: true }
}
