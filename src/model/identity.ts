/** Which record of one side is which record of the other, and what both last agreed on. */
import type { MatchRule, Value } from './mapping.ts'
import type { Instant, ResourceRef, Version } from './resource.ts'

/**
 * A keyed digest of one field's value in CRM words, `<key id>.<mac>`: enough to see that a value changed, useless for
 * learning it. Two digests are comparable only under the same key id; the engine rebases old ones before core sees them.
 */
export type Digest = string

/** Last agreed values of one linked pair, per CRM field. A field that is absent was never agreed on. */
export type Base = Readonly<Record<string, Digest>>

/** Where a reference of a draft points: to a record known in Salesforce, or to one that this same pass writes. */
export type Pointer =
  | { readonly to: 'id'; readonly ref: ResourceRef }
  | { readonly to: 'draft'; readonly role: string; readonly source: ResourceRef }
  /** Neither linked nor in this pass. */
  | { readonly to: 'missing'; readonly source: ResourceRef; readonly required: boolean }

/** A commerce record, or a part of one, in CRM words, exactly as Salesforce will store it. */
export type Draft = {
  readonly mapping: string
  readonly role: string
  readonly source: ResourceRef
  readonly object: string
  /** Ids of the records to which references lead that cannot lead to their parents, by reference field. */
  readonly parking?: Readonly<Record<string, string>>
  /** Our external ID field and this record's value in it. */
  readonly keyField: string
  readonly key: string
  readonly version: Version
  readonly modifiedAt: Instant
  /** Of people who may have been guests, while they are not linked: keys under which they may be there already. */
  readonly formerly?: readonly string[]
  /** Null means the source has no value. */
  readonly fields: Readonly<Record<string, Value>>
  readonly digests: Base
  /** Written on create only, for fields whose value is null. */
  readonly fallbacks: Readonly<Record<string, Value>>
  readonly defaults: Readonly<Record<string, Value>>
  readonly links: Readonly<Record<string, Pointer>>
  /** Values that could not be carried over: reported, the rest of the record goes on. */
  readonly dropped: readonly { readonly field: string; readonly why: string }[]
}

/**
 * An entry of a base beside the fields: the CRM record bears the key of the commerce record that was primary before, and
 * is to get that of the one that is now.
 */
export const formerKey = '#key'
export const former: Digest = 'of.former'

/** One pair of records that are the same thing. */
export type IdentityLink = {
  readonly mapping: string
  readonly role: string
  readonly commerce: ResourceRef
  readonly crm: ResourceRef
  /** Of several commerce records on one CRM record, the one that owns the profile fields. */
  readonly primary: boolean
  readonly base: Base
  /** Rises with each save; a save that saw another revision is refused. */
  readonly revision: number
  /** How often in a row a yield had to put a field back, per field. */
  readonly restores: Readonly<Record<string, number>>
  readonly since: Instant
  readonly savedAt: Instant
}

/** A CRM record as LOOK UP found it. */
export type Candidate = {
  readonly ref: ResourceRef
  readonly version: Version
  readonly modifiedAt: Instant
  readonly values: Readonly<Record<string, Value>>
  readonly digests: Base
  readonly by: MatchRule
  /** Another commerce record that already holds this CRM record; of several the one that is primary. */
  readonly claimedBy: ResourceRef | null
  /** The holder is a guest, who gives way to the customer that they have become. */
  readonly yields?: true
  /** The holder is a customer, and this guest is linked to it too: who they were before. */
  readonly guest?: ResourceRef
  /** For a guest: the customer who they are, and who owns what this record holds. */
  readonly theirs?: ResourceRef
  /** Its key is that of a record that waits to be looked at, and will be its holder then. */
  readonly awaits?: ResourceRef
  /** The converted Lead that led to it. */
  readonly via?: ResourceRef
}

/** The present state of a linked CRM record, read because its values can change the plan. */
export type Present =
  | {
      readonly state: 'present'
      readonly ref: ResourceRef
      readonly version: Version
      readonly modifiedAt: Instant
      readonly values: Readonly<Record<string, Value>>
      readonly digests: Base
    }
  | { readonly state: 'absent'; readonly ref: ResourceRef }
  | { readonly state: 'merged'; readonly ref: ResourceRef; readonly into: ResourceRef }

/** What a draft's counterpart is. */
export type Match =
  | { readonly is: 'linked'; readonly link: IdentityLink }
  /** `other` is a record that a second key led to, and that is another one: told, and left alone. */
  | { readonly is: 'found'; readonly candidate: Candidate; readonly by: MatchRule; readonly other: Candidate | null }
  /** `despite` are records of which one may be it: it is made all the same, since nobody is to wait for a person's word. */
  | { readonly is: 'new'; readonly despite?: readonly Candidate[] }
  /** Somebody else's already, and theirs as well: it keeps the fields of the one that came first, `holder`. */
  | { readonly is: 'shared'; readonly crm: ResourceRef; readonly holder: ResourceRef }
  /** Whose it is will be known once that record was looked at. */
  | { readonly is: 'awaited'; readonly holder: ResourceRef }
  | {
      readonly is: 'ambiguous'
      readonly candidates: readonly Candidate[]
      readonly why: ConflictKind
      /** What a person should know, where the kind does not say it all. */
      readonly because: string | null
    }

/** Why a person must look. */
export type ConflictKind =
  | 'ambiguous'
  | 'claimed'
  | 'disagrees'
  | 'duplicate-rule'
  | 'lead'
  | 'foreign'
  | 'deleted'
  | 'both-changed'
  | 'rewritten'
