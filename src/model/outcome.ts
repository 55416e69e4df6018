/** What a remote answer means for us: failures are named by what the caller does next. */

import type { Base, IdentityLink } from './identity.ts'
import type { Conflict, Decision } from './plan.ts'
import type { ChangeEvent, Instant, Lane, ResourceRef, Version } from './resource.ts'

/**
 * A refusal that says "this is there already". The record itself may be fine, so nobody can correct it into success: the
 * question is which record it is, and only a person can answer that.
 */
export type Duplicate = {
  /** The rule of the remote that refused, by its name there; null when it was not named. */
  readonly rule: string | null
  /** The records it was taken for; empty when they were not named. */
  readonly matches: readonly ResourceRef[]
  /** Would the remote save it when told that it is meant? Null when it did not say. */
  readonly allowsSave: boolean | null
}

/**
 * Why something did not work.
 * `invalid`: the record is refused until it, the mapping or a person changes something. `stale`: plan again at once.
 * `throttled`: at the time the remote gave. `unavailable`: later. `uncertain`: sent, no answer: read again.
 * `denied`: the credentials or permissions are wrong: the lane pauses, attempts are not burnt.
 */
export type Failure = {
  readonly is: 'invalid' | 'stale' | 'throttled' | 'unavailable' | 'uncertain' | 'denied'
  /** The remote's own code (`STRING_TOO_LONG`), or ours. Never a value of the record. */
  readonly code: string
  /** One sentence for a person, with no personal data: field names, not values. */
  readonly message: string
  readonly fields: readonly string[]
  /** For `throttled`: when the remote allows another try. */
  readonly retryAt: Instant | null
  /** With `invalid`, where a rule against duplicates refused: a conflict instead of a failure. */
  readonly duplicate?: Duplicate
}

/** What became of one row. */
export type Outcome =
  | { readonly ok: true; readonly ref: ResourceRef; readonly created: boolean; readonly version: Version | null }
  | { readonly ok: false; readonly failure: Failure }

/** The one error that crosses a port: a whole call failed. Its `failure` says what the caller does next. */
export class RemoteFailure extends Error {
  readonly failure: Failure
  constructor(failure: Failure, options?: ErrorOptions) {
    super(`${failure.is} (${failure.code}): ${failure.message}`, options)
    this.name = 'RemoteFailure'
    this.failure = failure
  }
}

/** What the engine does with a row after an outcome. `at` null means now. */
export type Next =
  | { readonly do: 'done' }
  | { readonly do: 'retry'; readonly at: Instant }
  | { readonly do: 'replan' }
  | { readonly do: 'wait' }
  | { readonly do: 'review' }
  /** To the failed list: no retry until something changes. */
  | { readonly do: 'fail'; readonly failure: Failure }
  /** The lane stops until this time; the row keeps its attempts. */
  | { readonly do: 'pause'; readonly until: Instant; readonly failure: Failure }

/** A record that cannot succeed as it is, listed for a person. */
export type FailedRecord = {
  readonly id: string
  readonly source: ResourceRef
  readonly mapping: string
  readonly role: string
  readonly failure: Failure
  readonly attempts: number
  readonly correlationId: string
  readonly failedAt: Instant
  readonly state: 'open' | 'retried' | 'discarded' | 'resolved'
}

/** The code of a failure that kept a person who is to be erased in Salesforce: a retry of it erases again. */
export const erasureFailed = 'ERASURE_FAILED'

/** One line of a record's story. Field names only, never values. */
export type JournalEntry = {
  readonly at: Instant
  readonly correlationId: string
  readonly ref: ResourceRef
  /** What happened: `received`, `dropped`, `planned`, `written`, `failed`, `waits`, `conflict`, `decided`, `settled`, `linked`. */
  readonly step: string
  readonly mapping: string | null
  readonly role: string | null
  readonly target: ResourceRef | null
  readonly plan: string | null
  readonly fields: readonly string[]
  readonly detail: string | null
  readonly attempt: number
  readonly durationMs: number | null
}

/** What SAVE changes about one link. `revision` is the one the pass saw; null for a link that is new. */
export type LinkChange =
  | {
      readonly do: 'put'
      readonly link: Omit<IdentityLink, 'revision' | 'since' | 'savedAt'>
      readonly revision: number | null
      /** All that share the record it was linked to until now are moved along, and stay behind it. */
      readonly brings?: true
    }
  | {
      readonly do: 'base'
      readonly link: IdentityLink
      readonly base: Base
      readonly restores: Readonly<Record<string, number>>
    }
  /** `ifShared`: only while another commerce record is linked to this CRM record. */
  | { readonly do: 'remove'; readonly link: IdentityLink; readonly ifShared?: ResourceRef }

/** What becomes of one claimed row. */
export type RowSettlement = {
  readonly ref: ResourceRef
  /** `settle`: done up to this version, the row goes unless it was marked meanwhile. `free`: back to the queue. `keep`: another call of the pass still works on it. */
  readonly do: 'settle' | 'free' | 'keep'
  /** With `settle`: the version read; null when unknown. */
  readonly version: Version | null
  /** With `settle`: the record is gone from its side. */
  readonly gone: boolean
  /** With `free`: not before this time; null for now. */
  readonly notBefore: Instant | null
  /** With `free`: this try counts. */
  readonly countsAttempt: boolean
  /** With `free`: a write was sent and not answered. */
  readonly uncertain: boolean
  readonly lane: Lane | null
}

/**
 * What was open about a part of a record is over: its failure, and its conflict where both sides were `seen`. A pass that
 * found nothing to write without a look at the other side knows nothing about a disagreement. A conflict `duplicate-rule`
 * is over either way: it is about what was to be written, and that was taken or is not to be written any more.
 */
export type Resolved = {
  readonly source: ResourceRef
  readonly mapping: string
  readonly role: string
  readonly seen: boolean
}

/**
 * The elements that the lists of a record have now, by their roles (`line/1c2d`). What is open about any other element of
 * it is over: who took it out of the list can no longer mend it.
 */
export type Listing = { readonly source: ResourceRef; readonly mapping: string; readonly roles: readonly string[] }

/**
 * Who was seen in a record as it was read; `who` null when nobody was, and when it is `gone`. Whoever is seen in it, or
 * was until now, is marked with force: as `deleted` where it is gone.
 */
export type Sighting = {
  readonly in: ResourceRef
  readonly who: ResourceRef | null
  /** When the record was made: the newest tell most. */
  readonly at: Instant
  readonly gone: boolean
  readonly erase: boolean
  readonly lane: Lane
  readonly correlationId: string
}

/** Everything one SAVE writes, in one transaction fenced by the claim's token. */
export type Settlement = {
  readonly rows: readonly RowSettlement[]
  readonly links: readonly LinkChange[]
  readonly conflicts: readonly Omit<Conflict, 'id' | 'state' | 'openedAt'>[]
  readonly failures: readonly Omit<FailedRecord, 'id' | 'state' | 'failedAt'>[]
  readonly resolved: readonly Resolved[]
  /** Of records that have lists and are complete with this save. */
  readonly listings: readonly Listing[]
  /** Decisions that have been carried out: those made before about the same part are over with them. */
  readonly applied: readonly Decision[]
  /** Of rows that this save frees. What an earlier save of the same claim said of a row's waits is over with its last one. */
  readonly waits: readonly { readonly waiting: ResourceRef; readonly awaited: ResourceRef }[]
  /** Forced marks that follow from this pass: a yield, a new link's CRM end. */
  readonly marks: readonly ChangeEvent[]
  /** Records whose waiters go on. */
  readonly wakes: readonly ResourceRef[]
  /** Records of people who were erased: what people were shown of them, and the words of their story, are wiped. */
  readonly erased: readonly ResourceRef[]
  /** Of these even the id tells who they are: nothing that bears it stays, and what they were seen in never shows anybody again. */
  readonly forgotten: readonly ResourceRef[]
  readonly sightings: readonly Sighting[]
  readonly journal: readonly JournalEntry[]
}
