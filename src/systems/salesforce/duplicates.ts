/**
 * What a duplicate rule says of a row that it refused. The body of a row sent by itself names rule and matches; a row of a
 * collection is told only that there are some. Source: REST API, Duplicate Rule Header; sObject Rows (seen in public logs).
 */
import { z } from 'zod'
import type { Duplicate } from '../../model/outcome.ts'
import type { ResourceRef } from '../../model/resource.ts'

/** Saves what a rule only alerts about; one that blocks refuses all the same. Since API version 52. */
export const allowSave = { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' }

const recordForm = z.object({
  Id: z.string().regex(/^[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?$/),
  attributes: z.object({ type: z.string().regex(/^\w{1,80}$/) }),
})
const resultForm = z.object({
  allowSave: z.boolean().nullish().catch(null),
  duplicateRule: z
    .string()
    .regex(/^\w{1,80}$/)
    .nullish()
    .catch(null),
  matchResults: z.array(z.object({ matchRecords: z.array(z.object({ record: z.unknown() })).catch([]) })).catch([]),
})
/** The name is spelt wrong by most versions of the API, and right by some. */
const errorForm = z.object({ duplicateResut: z.unknown().optional(), duplicateResult: z.unknown().optional() })

const unknown: Duplicate = { rule: null, matches: [], allowsSave: null }

/** Ids, types and the rule's name only: nothing of what the records hold. Total: what cannot be read was not said. */
export function duplicateIn(error: unknown): Duplicate {
  const said = errorForm.safeParse(error)
  const result = resultForm.safeParse(said.data?.duplicateResut ?? said.data?.duplicateResult)
  if (!result.success) return unknown
  const { duplicateRule, allowSave: allowsSave, matchResults } = result.data
  const matches = new Map<string, ResourceRef>()
  for (const { record } of matchResults.flatMap(one => one.matchRecords)) {
    const read = recordForm.safeParse(record)
    if (read.success) matches.set(read.data.Id, { side: 'crm', type: read.data.attributes.type, id: read.data.Id })
  }
  return { rule: duplicateRule ?? null, matches: [...matches.values()], allowsSave: allowsSave ?? null }
}
