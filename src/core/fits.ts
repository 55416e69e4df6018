/** Which decisions can answer which question: one that cannot would change nothing, and the same would be asked again. */
import type { Choice, Conflict } from '../model/plan.ts'

/** Between values, not about which record it is. */
const isDispute = ({ kind }: Pick<Conflict, 'kind'>): boolean => kind === 'both-changed' || kind === 'rewritten'

/** Null when the choice answers the conflict; else why it does not, for a person. Total. */
export function misfit(conflict: Pick<Conflict, 'kind' | 'source' | 'candidates'>, choice: Choice): string | null {
  // A record with the key of a project that is not served: no commerce record is there to be decided about.
  if (conflict.source.side === 'crm' && conflict.kind === 'foreign')
    return choice.do === 'ignore' ? null : 'its project is not served here: serve it and relink, or ignore the record'
  // A second key led to it, and the record in question is linked to another one: nothing waits for the answer.
  if (conflict.source.side === 'crm' && conflict.kind === 'disagrees')
    return choice.do === 'ignore' ? null : 'nothing waits for it: merge the two in Salesforce, or ignore it'
  // A dispute between two fields of Salesforce: the commerce record's identity is not in question.
  if (conflict.source.side === 'crm' && choice.do !== 'take')
    return 'two fields of Salesforce feed one place: say which side is right'
  // What a duplicate rule refused may be written to its own record all the same.
  if (choice.do === 'take')
    return isDispute(conflict) || conflict.kind === 'duplicate-rule'
      ? null
      : 'the question is which record it is, not which value'
  if (choice.do === 'share')
    return conflict.kind === 'claimed' && conflict.candidates.length === 1
      ? null
      : "only a record that is another one's already can be shared with it"
  if (choice.do === 'link' && conflict.kind === 'lead')
    return 'a Lead can only be looked at: convert it in Salesforce, and wait for that'
  if (choice.do === 'wait') {
    if (conflict.kind === 'lead') return null
    if (isDispute(conflict) || conflict.kind === 'deleted' || conflict.kind === 'duplicate-rule')
      return 'a record merge does not answer this question'
    return conflict.candidates.length > 1 ? null : 'there are not several candidates that could be merged'
  }
  return null
}

/** Every choice that can be previewed for a conflict, in the order people should think of them. */
export function choicesFor(conflict: Pick<Conflict, 'kind' | 'source' | 'candidates'>): readonly Choice[] {
  const all: readonly Choice[] = [
    { do: 'take', side: 'commerce' },
    { do: 'take', side: 'crm' },
    ...(isDispute(conflict) ? [] : conflict.candidates.map(crm => ({ do: 'link', crm }) as const)),
    { do: 'share', crm: conflict.candidates[0] ?? null },
    ...(isDispute(conflict) ? [] : ([{ do: 'create' }] as const)),
    { do: 'wait' },
    { do: 'ignore' },
  ]
  return all.filter(choice => misfit(conflict, choice) === null)
}
