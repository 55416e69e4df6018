/** The plan that does nothing about a draft, and says why. */
import type { Draft } from '../model/identity.ts'
import type { WritePlan } from '../model/plan.ts'

export const leftAlone = (draft: Draft, why: string): Extract<WritePlan, { do: 'nothing' }> => ({
  do: 'nothing',
  draft,
  verdicts: [],
  why,
  crm: null,
  link: null,
  base: {},
  yields: [],
})
