/** A person's decision on a conflict: recorded, and its record marked dirty with force, so that the next pass carries it out. */
import { misfit } from '../core/fits.ts'
import type { Choice, Conflict, Decision, PastDecision } from '../model/plan.ts'
import { cannotShare } from './cannotShare.ts'
import type { Engine } from './engine.ts'

export type Decided =
  | { readonly is: 'decided'; readonly decision: Decision }
  | { readonly is: 'not-there' }
  /** It cannot answer this conflict. */
  | { readonly is: 'misfit'; readonly why: string }
  /** Not open any more; `last` is the decision that stands, if any. */
  | { readonly is: 'over'; readonly state: Conflict['state']; readonly last: PastDecision | null }

export async function decide(
  engine: Engine,
  id: string,
  choice: Choice,
  by: string,
  correlationId: string,
): Promise<Decided> {
  const { store } = engine
  const conflict = await store.conflict(id)
  if (conflict === null) return { is: 'not-there' }
  if (conflict.state === 'open') {
    const why =
      misfit(conflict, choice) ?? (choice.do === 'share' ? await cannotShare(engine, conflict, correlationId) : null)
    if (why !== null) return { is: 'misfit', why }
    const decision = await store.decide(id, choice, by, correlationId)
    if (decision !== null) return { is: 'decided', decision }
  }
  const [now, past] = await Promise.all([store.conflict(id), store.pastDecisions(id)])
  const last = past.findLast(one => one.undoneAt === null) ?? null
  return { is: 'over', state: now?.state ?? 'closed', last }
}
