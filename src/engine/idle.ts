/** Plans that write nothing, and when they are entered: with what else is written of their record, so that it is saved once. */
import type { Outcome } from '../model/outcome.ts'
import { refKey } from '../model/resource.ts'
import type { Considered } from './consider.ts'

/** What became of one plan; `at` is its place in the pass. */
export type Result = {
  readonly at: number
  /** Null for a plan that wrote nothing. */
  readonly outcome: Outcome | null
  readonly scope: 'row' | 'call'
  readonly ms: number | null
}

export type Idle = {
  /** Of records of which nothing is written. */
  readonly alone: readonly Result[]
  /** Of the record that this outcome is about: given once, with the first outcome. */
  readonly along: (first: Result) => readonly Result[]
}

const writes = (what: Considered['plan']['do']): boolean => what === 'create' || what === 'update' || what === 'delete'

/** Plans in `later` are left out: their records are given back untouched. */
export function idle(considered: readonly Considered[], later: ReadonlySet<number>): Idle {
  const rows = considered.map(({ subject }) => refKey(subject.row.ref))
  const written = new Set(rows.filter((_, at) => writes(considered[at]?.plan.do ?? 'nothing')))
  const all = considered
    .keys()
    .filter(at => !later.has(at) && !writes(considered[at]?.plan.do ?? 'nothing'))
    .map((at): Result => ({ at, outcome: null, scope: 'row', ms: null }))
  const byRow = Map.groupBy(all, ({ at }) => rows[at] ?? '')
  const alone = [...byRow].flatMap(([row, results]) => (written.has(row) ? [] : results))
  const along = ({ at, outcome }: Result): readonly Result[] => {
    if (outcome === null) return []
    const row = rows[at] ?? ''
    const results = byRow.get(row) ?? []
    byRow.delete(row)
    return results
  }
  return { alone, along }
}
