/** What the simulation maps: the way there alone, and both ways, with fields of every owner on both parts. */
import { define } from '../../../src/core/define.ts'
import type { FieldRule, Mapping, Value } from '../../../src/model/mapping.ts'
import { stageMapping } from '../../faults/stage.ts'

const stricter: readonly Value[] = ['A']

const added: Readonly<Record<string, readonly FieldRule[]>> = {
  account: [
    { crm: 'Industry', commerce: 'industry', owner: 'crm' },
    { crm: 'Site', commerce: 'site', owner: 'latest' },
  ],
  contact: [
    { crm: 'Title', commerce: 'title', owner: 'crm' },
    { crm: 'Department', commerce: 'department', owner: 'latest' },
    { crm: 'Nickname__c', commerce: 'nickname', owner: 'review' },
    { crm: 'Consent__c', commerce: 'consent', owner: 'strictest', stricter },
  ],
}

const both: Mapping = define({
  ...stageMapping,
  parts: stageMapping.parts.map(part => ({ ...part, fields: [...part.fields, ...(added[part.role] ?? [])] })),
})

/**
 * `there`: nothing flows back. `fed`: Salesforce is polled, and what we wrote ourselves comes back by it. `unfed`: its feed
 * tells every edit, but not what our own user wrote: the rules for crashes matter most there.
 */
export const modes = ['there', 'fed', 'unfed'] as const
export type Mode = (typeof modes)[number]

export const mappingOf = (mode: Mode): Mapping => (mode === 'there' ? stageMapping : both)

/** A field whose commerce value is one plain property of the record. */
export type Plain = { readonly role: string; readonly object: string; readonly rule: FieldRule }
export const plainFields = (mapping: Mapping): readonly Plain[] =>
  mapping.parts.flatMap(({ role, object, fields }) =>
    fields
      .filter(rule => /^\w+$/.test(rule.commerce) && rule.commerce !== 'groupName')
      .map(rule => ({ role, object, rule })),
  )
