/** How much of a claim one pass takes on: records with long lists become many drafts, and memory must not grow with them. */
import { evaluate } from '../core/evaluate.ts'
import type { Mapping } from '../model/mapping.ts'
import type { ReadRow } from './consider.ts'
import type { Engine } from './engine.ts'

/** Ten calls' worth. A record that is larger by itself goes alone. */
const mostDrafts = 10_000

/** How many drafts a record of this type becomes, counted without making them. */
function weigher(mappings: readonly Mapping[]): (row: ReadRow) => number {
  const lists = new Map<string, { fixed: number; of: ReturnType<typeof evaluate>[] }>()
  for (const { commerce, parts } of mappings) {
    const known = lists.get(commerce) ?? { fixed: 0, of: [] }
    lists.set(commerce, known)
    for (const { each } of parts)
      if (each === undefined) known.fixed++
      else known.of.push(evaluate(each.of))
  }
  return ({ row, snapshot }) => {
    const { fixed, of } = lists.get(row.ref.type) ?? { fixed: 1, of: [] }
    return of.reduce((sum, list) => {
      const found = list(snapshot.body)
      return sum + (Array.isArray(found) ? found.length : 0)
    }, fixed)
  }
}

/** The rows that this pass takes on, and those that go back for the next one: in their order, so that none is passed over for ever. */
export function portion(
  { mappings }: Pick<Engine, 'mappings'>,
  rows: readonly ReadRow[],
): { readonly taken: readonly ReadRow[]; readonly later: readonly ReadRow[] } {
  if (mappings.every(({ parts }) => parts.every(part => part.each === undefined))) return { taken: rows, later: [] }
  const weigh = weigher(mappings)
  let total = 0
  const end = rows.findIndex((row, at) => {
    total += weigh(row)
    return at > 0 && total > mostDrafts
  })
  return end === -1 ? { taken: rows, later: [] } : { taken: rows.slice(0, end), later: rows.slice(end) }
}
