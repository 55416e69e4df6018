/** A draft with all that is known of it and what is to be done about it: what a pass carries out and a preview shows. */
import type { ConflictDraft, WritePlan } from '../model/plan.ts'
import type { ResourceRef } from '../model/resource.ts'
import type { LookedUp, Subject } from './lookUp.ts'

export type Considered = {
  readonly subject: Subject
  readonly looked: LookedUp
  readonly plan: WritePlan
  /** For the story: what is worth a look though nothing waits for it. */
  readonly note: string | null
  /**
   * Another record of Salesforce that a second key leads to. It is a question about that record, which nobody is linked to:
   * this one goes on.
   */
  readonly doubt?: ConflictDraft & { readonly source: ResourceRef }
  /** Of what the plan waits for, records of which nobody has told yet. */
  readonly strangers?: readonly ResourceRef[]
}
