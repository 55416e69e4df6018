/** How a mapping hears of its records, and what is read along with them, beyond what commercetools tells by itself. */
import type { Instant, JsonObject } from './resource.ts'

/**
 * Of whose changes commercetools does not tell, as of carts: they are looked for. One that has been left alone for a while
 * has come due; of the others only those matter that have a record, or are about to get one.
 */
export type Polled = {
  /** So long nothing may have changed a record before it has come due. */
  readonly afterMs: number
  /** Which of those can come due at all, as a predicate of commercetools. */
  readonly where: string
}

/** Records of another commerce type that tell of the same thing: the body shows them as the list `as`, oldest change first. */
export type Companion = {
  readonly as: string
  readonly type: string
  /** Their reference: `quoteRequest`; with `isId` a field of theirs that holds the id itself. */
  readonly by: string
  readonly isId?: true
  /** Of a guest: what they were seen in, instead. Of somebody who was a guest before: that, too. */
  readonly seen?: true
  /** What is kept of each until all are read, where there may be many. Without: all of it. */
  readonly keeps?: (body: JsonObject) => JsonObject
  /** Which of them, as a predicate of commercetools. */
  readonly where?: string
  /** Of messages: their types, of which the Subscription is to tell. */
  readonly tells?: readonly string[]
  /** What it leads to: a companion named before. Without: the record itself. */
  readonly of?: string
  /** Which records are asked about: all of them without it. Pure, and total for any JSON. */
  readonly when?: (body: JsonObject) => boolean
}

/**
 * Another commerce type whose change may alter a record: found by a predicate, in which `:ids` stands for the ids of what
 * changed, and which of them a record shows is told by the expression `shown`, for an id or a list of references; or
 * named by what changed itself, as an expression for the id. With `as`, that is the id of a record of yet another type.
 */
export type Touch =
  | { readonly type: string; readonly where: string; readonly shown: string }
  | { readonly type: string; readonly names: string; readonly as?: string }

/** When a record is looked at, for what depends on that. */
export type Seen = { readonly now: Instant; readonly modifiedAt: Instant }

/** What follows from a record as a whole: shown to the expressions as `derived`. Pure, and total for any JSON. */
export type Derive = (body: JsonObject, seen: Seen) => JsonObject

/** What is not said of every mapping. */
export type Watched = {
  readonly polled?: Polled
  /** Other commerce types whose change may alter this record, and how to find the records they touch. */
  readonly touchedBy: readonly Touch[]
  /** In their order. */
  readonly companions?: readonly Companion[]
  readonly derive?: Derive
  /** A record gets its first counterpart only where this is neither empty nor false; one that has its own follows it always. */
  readonly createsWhen?: string
  /** Where this is neither empty nor false the record is history: it is written once more, and unlinked. */
  readonly endsWhen?: string
}
