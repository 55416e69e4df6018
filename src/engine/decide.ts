/** A person's decision on a conflict: recorded, and its record marked dirty with force, so that the next pass carries it out. */
import type { Choice, Decision } from '../model/plan.ts'
import type { Engine } from './engine.ts'

/** Null when the conflict is not open any more. */
export function decide(
  engine: Engine,
  conflict: string,
  choice: Choice,
  by: string,
  correlationId: string,
): Promise<Decision | null> {
  return engine.store.decide(conflict, choice, by, correlationId)
}
