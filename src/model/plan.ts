/** What is to be done about one draft, and how the plans of a pass become calls. */
import type { Base, ConflictKind, Draft, IdentityLink } from './identity.ts'
import type { FieldOwnership, Value } from './mapping.ts'
import type { Instant, ResourceRef, Side } from './resource.ts'

/** `same`: nothing to do. `write`: the source's value goes over. `yield`: the other side's value stands. `conflict`: a person decides. */
export type Verdict = 'same' | 'write' | 'yield' | 'conflict'

/** One field's verdict with its reason: what `ctsf plan` prints. */
export type FieldVerdict = {
  readonly field: string
  readonly owner: FieldOwnership
  readonly verdict: Verdict
  readonly why: string
  /** The value is put back over an edit of the side that does not own it. */
  readonly restores: boolean
}

/** A reference as it is written: by Salesforce id, or by the parent's external ID. */
export type PlannedLink =
  | { readonly by: 'id'; readonly field: string; readonly id: string }
  | {
      readonly by: 'key'
      readonly field: string
      readonly relationship: string
      readonly keyField: string
      readonly key: string
      /** Salesforce takes no external ID in this field: the parent goes in an earlier call, whose answer has its id. */
      readonly late?: true
    }

/** What all plans carry: the draft they are for and why each field got its verdict. */
type Planned = {
  readonly draft: Draft
  readonly verdicts: readonly FieldVerdict[]
  /** It is written, and waits all the same: for a person's word about these, on which its references depend. */
  readonly parks?: readonly ResourceRef[]
}

export type WritePlan =
  | (Planned & {
      readonly do: 'create'
      readonly fields: Readonly<Record<string, Value>>
      readonly links: readonly PlannedLink[]
      /** What both sides agree on once the write is confirmed. */
      readonly base: Base
      /** A person has seen what a rule against duplicates takes it for, and wants it saved. */
      readonly evenIfDuplicate?: true
      /** The record linked until now is no more: all that share it come along. */
      readonly brings?: true
    })
  | (Planned & {
      readonly do: 'update'
      readonly crm: ResourceRef
      /** Null when the record was found, not linked: the write makes the link. */
      readonly link: IdentityLink | null
      readonly fields: Readonly<Record<string, Value>>
      readonly links: readonly PlannedLink[]
      readonly base: Base
      /** Fields where the CRM's value stands and must flow back: the CRM end is marked with force. */
      readonly yields: readonly string[]
      /** Set when an unseen edit must not be overwritten: the row goes alone, with `If-Unmodified-Since`. */
      readonly ifUnmodifiedSince: Instant | null
      /** The commerce record is gone: the write is the last one, and the link goes with it. */
      readonly ends?: true
      /** As for `create`. */
      readonly evenIfDuplicate?: true
      readonly brings?: true
    })
  /** `link` is null for a record that only its key led to. */
  | (Planned & { readonly do: 'delete'; readonly crm: ResourceRef; readonly link: IdentityLink | null })
  | (Planned & {
      readonly do: 'nothing'
      readonly why: string
      /** The link to keep: updated when its base learnt something, or newly made when a found record already agrees. */
      readonly crm: ResourceRef | null
      readonly link: IdentityLink | null
      readonly base: Base
      readonly yields: readonly string[]
      /** As for `update`. */
      readonly ends?: true
      /** Nothing is done because this record is another one's as well: if it no longer is, it is to be looked at again. */
      readonly ifShared?: ResourceRef
      /** The record is another one's as well, which owns its fields: the link is not the primary one. */
      readonly sharedWith?: ResourceRef
      /** As for `create`. */
      readonly brings?: true
      /** Nothing was done or compared yet: it needs a part of the same record that waits for a person. */
      readonly heldBack?: true
    })
  | (Planned & { readonly do: 'wait'; readonly awaits: readonly ResourceRef[] })
  | (Planned & { readonly do: 'review'; readonly conflict: ConflictDraft })

/** A disagreement before it is stored. Values are shown to a person and kept encrypted only while it is open. */
export type ConflictDraft = {
  readonly kind: ConflictKind
  readonly why: string
  readonly candidates: readonly ResourceRef[]
  readonly fields: readonly { readonly field: string; readonly commerce: Value; readonly crm: Value }[]
}

export type Conflict = ConflictDraft & {
  readonly id: string
  readonly source: ResourceRef
  readonly mapping: string
  readonly role: string
  readonly correlationId: string
  readonly openedAt: Instant
  /** `decided`: the next pass carries it out. `awaits-merge`, `ignored`: as a person chose, until something changes or it is undone. */
  readonly state: 'open' | 'decided' | 'awaits-merge' | 'ignored' | 'closed'
}

/** A conflict as people see it: with how many records wait for this one (orders of a customer). */
export type ListedConflict = Conflict & { readonly waiting: number }

/**
 * What a person chose. `link`: this record is that one. `share`: it is, and stays another one's as well; which one is
 * entered when the choice is recorded. `take`: in the disputed fields this side is right. `wait`: the
 * candidates are the same person and will be merged in Salesforce; until they are, nothing is written and nothing asked.
 */
export type Choice =
  | { readonly do: 'link'; readonly crm: ResourceRef }
  | { readonly do: 'share'; readonly crm: ResourceRef | null }
  | { readonly do: 'create' }
  | { readonly do: 'ignore' }
  | { readonly do: 'take'; readonly side: Side }
  | { readonly do: 'wait' }

export type Decision = {
  readonly conflict: string
  readonly kind: ConflictKind
  readonly source: ResourceRef
  readonly mapping: string
  readonly role: string
  readonly choice: Choice
  readonly by: string
  readonly at: Instant
}

/** A decision with what became of it. `undoneBy` took it back, or decided anew. */
export type PastDecision = Decision & {
  readonly appliedAt: Instant | null
  readonly undoneAt: Instant | null
  readonly undoneBy: string | null
}

/**
 * What became of the wish to take a decision back. `at-work`: a pass may be carrying it out now. `uncertain`: a write was
 * sent for the record and not answered. `carried-out`: what it led to is written. `asked-again`: the same part has a newer
 * question, whose answer replaces this one. `not-decided`: there is nothing to take back.
 */
export type Undone = 'undone' | 'not-decided' | 'at-work' | 'uncertain' | 'carried-out' | 'asked-again'

/** Which open conflicts are meant: all that is said must hold. */
export type ConflictFilter = {
  readonly kind?: string | undefined
  readonly mapping?: string | undefined
  readonly role?: string | undefined
  /** One of the disputed fields. */
  readonly field?: string | undefined
  readonly openedBefore?: Instant | undefined
  readonly source?: ResourceRef | undefined
}

/** The open conflicts that a filter means, counted. `ids` are the oldest of them, as many as were asked for. */
export type MeantConflicts = {
  readonly total: number
  readonly ids: readonly string[]
  readonly kinds: Readonly<Record<string, number>>
  /** In how many of them each field is disputed. */
  readonly fields: Readonly<Record<string, number>>
}

/** One row of one remote write. `plan` is the position of the plan it carries out, in the pass. */
export type WriteRow = {
  readonly plan: number
  readonly do: 'create' | 'update' | 'delete'
  readonly object: string
  /** For `create`: upsert by this external ID. */
  readonly key: { readonly field: string; readonly value: string } | null
  /** For `update` and `delete`: the Salesforce id. */
  readonly id: string | null
  readonly fields: Readonly<Record<string, Value>>
  readonly links: readonly PlannedLink[]
  readonly ifUnmodifiedSince: Instant | null
  /** To be saved although a rule against duplicates objects: the row goes alone, since the remote is told so for a whole call. */
  readonly evenIfDuplicate?: true
}

/** What goes in one remote call: groups run in this order, all rows of a `create` group are of one object. */
export type Call = { readonly groups: readonly (readonly WriteRow[])[] }

/** Calls in dependency order: those of one wave may be in flight together, a wave starts when the one before is settled. */
export type Batch = { readonly waves: readonly (readonly Call[])[] }

/** What one remote call can carry. Salesforce: 200 rows a group, five groups. Source: REST API, Composite resource. */
export type BatchLimits = { readonly rowsPerGroup: number; readonly groupsPerCall: number }
