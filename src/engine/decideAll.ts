/** One decision for many conflicts: first counted and shown, then made, if it is still as many. */
import { misfit } from '../core/fits.ts'
import { chunks } from '../lib/chunks.ts'
import type { Choice, ConflictFilter, ListedConflict, MeantConflicts } from '../model/plan.ts'
import { cannotShare } from './cannotShare.ts'
import type { Engine } from './engine.ts'

/** Decided by one request at most; the rest is told, and left to the next one. */
export const atMost = 2_000
/** In one transaction: some hundredths of a second, in which passes over these records wait. */
const batchSize = 100
const shown = 20

export type Meant = Pick<MeantConflicts, 'total' | 'kinds' | 'fields'>

export type DecidedAll =
  /** Nothing was decided. `misfits`: examples for which the choice is no answer. */
  | {
      readonly is: 'previewed'
      readonly meant: Meant
      readonly examples: readonly ListedConflict[]
      readonly misfits: readonly { readonly id: string; readonly why: string }[]
    }
  /** It is another number than was expected: nothing was decided. */
  | { readonly is: 'moved'; readonly meant: Meant }
  /** `skipped`: the choice is no answer to them, or somebody was faster. `left`: not looked at yet, for the next request. */
  | { readonly is: 'decided'; readonly decided: number; readonly skipped: number; readonly left: number }

const meantOf = ({ total, kinds, fields }: MeantConflicts): Meant => ({ total, kinds, fields })

async function read({ store }: Engine, ids: readonly string[]): Promise<readonly ListedConflict[]> {
  const found = await Promise.all(ids.map(id => store.conflict(id)))
  return found.filter(one => one !== null)
}

/** Null when the choice answers it, in this org. */
const whyNot = async (engine: Engine, one: ListedConflict, choice: Choice, by: string): Promise<string | null> =>
  misfit(one, choice) ?? (choice.do === 'share' ? await cannotShare(engine, one, by) : null)

/** What would be decided. */
export async function previewAll(
  engine: Engine,
  filter: ConflictFilter,
  choice: Choice,
  correlationId: string,
): Promise<DecidedAll> {
  const meant = await engine.store.meant(filter, shown)
  const examples = await read(engine, meant.ids)
  const reasons = await Promise.all(examples.map(one => whyNot(engine, one, choice, correlationId)))
  const misfits = examples.flatMap(({ id }, at) => {
    const why = reasons[at] ?? null
    return why === null ? [] : [{ id, why }]
  })
  return { is: 'previewed', meant: meantOf(meant), examples, misfits }
}

/**
 * Decides exactly those that were counted, batch by batch. Interrupted, it may be asked for again: what is decided is
 * not open any more, so it is neither counted nor decided twice.
 */
export async function decideAll(
  engine: Engine,
  filter: ConflictFilter,
  choice: Choice,
  expected: number,
  { by, correlationId }: { readonly by: string; readonly correlationId: string },
): Promise<DecidedAll> {
  const meant = await engine.store.meant(filter, atMost)
  if (meant.total !== expected) return { is: 'moved', meant: meantOf(meant) }
  let decided = 0
  for (const ids of chunks(meant.ids, batchSize)) {
    const some = await read(engine, ids)
    const reasons = await Promise.all(some.map(one => whyNot(engine, one, choice, correlationId)))
    const fitting = some.filter((_, at) => reasons[at] === null).map(({ id }) => id)
    decided += (await engine.store.decideAll(fitting, choice, by, correlationId)).length
  }
  return { is: 'decided', decided, skipped: meant.ids.length - decided, left: meant.total - meant.ids.length }
}
