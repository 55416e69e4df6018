/** Plans for a record that is another commerce record's as well: one of them owns the fields, the others only say that it is theirs. */
import { type Draft, formerKey, type IdentityLink, type Present } from '../model/identity.ts'
import type { LinkChange } from '../model/outcome.ts'
import type { WritePlan } from '../model/plan.ts'
import type { ResourceRef } from '../model/resource.ts'

type Nothing = Extract<WritePlan, { do: 'nothing' }>

/** The record that was linked is no more: who shares it goes where the primary one goes. */
export const isOver = (present: Present | null): boolean => present?.state === 'absent' || present?.state === 'merged'

/** A plan that makes a link, told to bring along all who shared the record that is no more. */
export const bringing = (made: WritePlan, present: Present | null, link: IdentityLink | null): WritePlan =>
  link?.primary === true && isOver(present) && (made.do === 'create' || made.do === 'update' || made.do === 'nothing')
    ? { ...made, brings: true }
    : made

/** It becomes one of those who share the record: its fields are the holder's, so nothing is agreed on. */
export const joins = (draft: Draft, crm: ResourceRef, holder: ResourceRef): Nothing => ({
  do: 'nothing',
  draft,
  verdicts: [],
  why: `shared with ${holder.id}, whose fields it has`,
  crm,
  link: null,
  base: {},
  yields: [],
  sharedWith: holder,
})

/** It shares the record already: whatever changed, the record's fields are not its own. */
export const follows = (draft: Draft, link: IdentityLink, present: Present | null): Nothing => ({
  do: 'nothing',
  draft,
  verdicts: [],
  why: isOver(present)
    ? `the shared ${draft.object} is no more: its primary ${draft.source.type} says what becomes of it`
    : `the ${draft.object} is shared, and its fields are the primary ${draft.source.type}'s`,
  crm: link.crm,
  link,
  base: link.base,
  yields: [],
})

/** Is it the primary one since the one before has gone? Then the record still bears the key of that one. */
export const bearsFormerKey = (link: IdentityLink | null): boolean => link?.base[formerKey] !== undefined

/** What a plan says of the link to be put. */
export const sharingOf = (
  plan: WritePlan,
): { primary: boolean; brings: Partial<Extract<LinkChange, { do: 'put' }>> } => ({
  primary: plan.do !== 'nothing' || plan.sharedWith === undefined,
  brings: 'brings' in plan && plan.brings ? { brings: true } : {},
})
