/** Whether amounts can go into the org's own currency fields without its adding up yen and euro. */
import type { Mapping, Schema } from '../model/mapping.ts'
import type { Problem } from '../model/ports.ts'

/** A hint: an org with one currency does not say in its describe which that is. */
export function checkCurrency(mappings: readonly Mapping[], schema: Schema): readonly Problem[] {
  const bare = mappings.flatMap(({ parts }) =>
    parts.flatMap(({ object, fields }) =>
      fields
        .filter(({ crm, codec }) => {
          const field = schema.get(object)?.fields.get(crm)
          return field?.type === 'currency' && field.inCurrency !== true && codec?.name === 'money'
        })
        .map(({ crm }) => `${object}.${crm}`),
    ),
  )
  if (bare.length === 0) return []
  return [
    {
      place: 'sync.config.currency',
      problem: `The org has one currency, and ${[...new Set(bare)].join(', ')} would hold amounts of any, which Salesforce adds up.`,
      fix: "Name the org's currency: currency: { code: 'EUR' }; docs/how-to/orders.md tells what becomes of amounts of others.",
      hint: true,
    },
  ]
}
