/** A person who has seen what a rule against duplicates takes a record for may want it saved anyway. */
import type { Decision, WritePlan } from '../model/plan.ts'

/**
 * The plan, told to go through in spite of such a rule where a person decided so about just this: `create` makes the
 * record one of its own, `take commerce` writes onto the one it is linked to. It holds until that decision is carried out.
 */
export function anyway(plan: WritePlan, decision: Decision | null): WritePlan {
  if (decision?.kind !== 'duplicate-rule' || (plan.do !== 'create' && plan.do !== 'update')) return plan
  const { choice } = decision
  const isMeant = choice.do === 'create' || (choice.do === 'take' && choice.side === 'commerce')
  return isMeant ? { ...plan, evenIfDuplicate: true } : plan
}
