/** The people in Salesforce: they edit, delete and merge records; and a clerk, who decides open conflicts. */
import type { Mapping, Value } from '../../../src/model/mapping.ts'
import type { Choice, Conflict } from '../../../src/model/plan.ts'
import type { memoryWorld } from '../../memory/world.ts'
import type { Die } from './gates.ts'
import type { Ledger } from './ledger.ts'
import { plainFields } from './mappings.ts'

/** One change as a person made it; what our own user writes is not among them. */
export type Done = { readonly object: string; readonly id: string; readonly stamp: number; readonly deleted: boolean }

export function agents(
  die: Die,
  { crm, clock }: Pick<ReturnType<typeof memoryWorld>, 'crm' | 'clock'>,
  mapping: Mapping,
  book: Ledger,
  count: (what: string) => void,
) {
  const done: Done[] = []
  const fields = plainFields(mapping)
  const objects = mapping.parts.map(part => part.object)
  const tell = (id: string): void => {
    const row = crm.rows.get(id)
    if (row !== undefined) done.push({ object: row.object, id, stamp: row.modified, deleted: row.deleted })
  }

  /** Gone for good, or merged into a record that is nobody's counterpart. */
  function remove(id: string): void {
    const row = crm.rows.get(id)
    const customer = row?.fields.CT_Id__c
    if (row === undefined || typeof customer !== 'string') return
    const isMerge = die.chance(0.5)
    count(isMerge ? 'record merges' : 'deletions in Salesforce')
    // A Contact keeps its Account: deleting that one alone would take the Contact with it.
    const { CT_Id__c: _, ...rest } = row.fields
    const into = isMerge ? crm.make(row.object, rest) : undefined
    crm.remove(id, into?.id)
    book.void(customer, row.object)
    tell(id)
    if (into !== undefined) tell(into.id)
  }

  return {
    done,
    tell,
    /** Somebody does something. False when there is no record yet. */
    work(): boolean {
      const rows = objects.flatMap(object => crm.of(object))
      if (rows.length === 0) return false
      clock.advance(1)
      const row = die.pick(rows)
      if (die.chance(0.015)) {
        if (row.object === 'Contact') remove(row.id)
        return true
      }
      const { rule } = die.pick(fields.filter(one => one.object === row.object && one.rule.owner !== 'seed'))
      const value: Value = rule.required ? die.pick(['A', 'B']) : die.pick(['A', 'B', null])
      // It may be stamped a little earlier than it can be seen, but never before the record's last change.
      const nowMs = Date.parse(clock.now())
      const { modified } = row
      crm.edit(row.id, { [rule.crm]: value })
      row.modified = Math.max(modified, crm.stamp(nowMs - die.below(500)))
      book.agentEdits(row, rule.crm, value)
      tell(row.id)
      count(`Salesforce edits of ${rule.owner}`)
      return true
    },
    /** What a person may choose. */
    choose({ kind, candidates: [candidate] }: Conflict): Choice {
      if (kind === 'both-changed' || kind === 'rewritten') return { do: 'take', side: die.pick(['commerce', 'crm']) }
      if (kind === 'deleted')
        return candidate === undefined
          ? die.pick([{ do: 'create' } as const, { do: 'ignore' } as const])
          : { do: 'link', crm: candidate }
      return candidate === undefined
        ? { do: 'ignore' }
        : die.pick([{ do: 'link', crm: candidate } as const, { do: 'ignore' } as const])
    },
  }
}
