/** What maps to what, as data: from a Mapping come the plans, the validation, the generated docs and the screens. */
import type { Json, JsonObject, Side } from './resource.ts'
import type { Watched } from './watched.ts'

/** Who is right about a field. See docs/3-merge.md for each word in each situation. */
export type FieldOwnership = 'commerce' | 'crm' | 'latest' | 'review' | 'seed' | 'strictest'

export const ownerships: readonly FieldOwnership[] = ['commerce', 'crm', 'latest', 'review', 'seed', 'strictest']

/** What a Salesforce field can hold. Dates are `YYYY-MM-DD`, date-times ISO in UTC. */
export type Value = string | number | boolean | null

/** The result of turning one side's value into the other's; `bad` drops that field, is reported, and keeps the record. */
export type Coded = { readonly is: 'value'; readonly value: Value } | { readonly is: 'bad'; readonly why: string }

/** What a codec may look at beside the value itself. */
export type CodecContext = {
  /** Another part of the same commerce record, by path. */
  readonly get: (path: string) => Json
  /** The target field, when the org's describe is known. */
  readonly field: FieldSchema | null
}

/**
 * When two ways of writing something mean the same. It decides what is compared and what is searched for, never what is
 * written. Pure; a form's own form is itself, and every spelling has the form of the text it is a spelling of.
 */
export type Likeness = {
  readonly name: string
  /** One line for the generated docs. */
  readonly doc: string
  /** What is compared: the same for all ways of writing one thing. Null for a text that says nothing. */
  readonly form: (text: string) => string | null
  /** How Salesforce may hold it: what a search asks for, beginning with the text as it is written here. */
  readonly spellings: (text: string) => readonly string[]
}

/** Turns a commerce value into CRM words, and back where that is possible. Pure; the same input gives the same output. */
export type Codec = {
  readonly name: string
  /** One line for the generated docs. */
  readonly doc: string
  readonly toCrm: (value: Json, context: CodecContext) => Coded
  /** Absent when the way back is not defined: such a field never flows to commerce. */
  readonly toCommerce?: (value: Value) => Json
  /** How its values are compared when records are matched. Without: without case, accents and punctuation. */
  readonly like?: Likeness
}

/** How a composed value comes apart when Salesforce's wins. */
export type Apart = {
  /** All paths of the commerce record that it may change; each is one that can be written. */
  readonly paths: readonly string[]
  /** What each becomes; a path that is not named stays as it is. Pure. */
  readonly of: (value: Value) => Readonly<Record<string, Json>>
  /** What the rule's expression makes of these pieces: the value, but for blanks. */
  readonly composed: (value: Value) => Value
}

/**
 * One field of one record.
 * `commerce` is an expression over the commerce record: a path (`firstName`, `addresses[@defaultBillingAddressId].city`),
 * a template (`{firstName} {lastName}`), or alternatives joined by ` ?? ` of which the first that is not empty counts.
 * A path may end in `|local`: the part of an email before the @. Full grammar: `core/evaluate.ts`.
 */
export type FieldRule = {
  readonly commerce: string
  readonly crm: string
  /** A value that the org cannot hold goes over all the same, to be refused: without it the record would say something else. */
  readonly vital?: true
  /** Some orgs do not have the field, and miss nothing by that. */
  readonly optional?: true
  readonly owner: FieldOwnership
  readonly codec?: Codec
  /** For a template: without it only a path, or alternatives of paths, can flow back. */
  readonly apart?: Apart
  /** Used instead of `crm` when the org does not have that field (`MailingCountryCode` → `MailingCountry`). */
  readonly orElse?: string
  /** The org refuses the record without it. */
  readonly required?: boolean
  /** Written on create only, when the value is empty: the same kind of expression as `commerce`. */
  readonly fallback?: string
  /** For `strictest`: its values in CRM words, the most restrictive one first. A value that is not named binds the least. */
  readonly stricter?: readonly Value[]
  /** Does it tell who the person is? Then it is emptied when the person is anonymised. Default: true, to be safe. */
  readonly personal?: boolean
}

/**
 * Which records may be the counterpart at all: a field that is one of these values, or equal to an expression over the
 * commerce record; with `ifThere`, an org that lacks the field has nothing to compare.
 */
export type Within =
  | { readonly crm: string; readonly is: readonly Value[] }
  | { readonly crm: string; readonly commerce: string; readonly ifThere?: true }
  /** As a new record would have it in this org. */
  | { readonly crm: string; readonly asNew: true }

/** Which of several is taken: the one with this value, or with the highest (latest) or lowest one. */
export type Preference =
  | { readonly crm: string; readonly is: Value }
  | { readonly crm: string; readonly has: 'highest' | 'lowest' }
  | RelatedPreference

/**
 * The one that records of a child relationship (`Cases`) refer to: any that meet the conditions, or, with `latest`, the
 * one whose latest such record is the latest by that field.
 */
export type RelatedPreference = {
  readonly related: string
  readonly where?: Readonly<Record<string, Value>>
  readonly latest?: string
}

/**
 * What a search asks of the records that refer to a found one: whether there are any such, as true or false; with
 * `latest`, that field of the one in which it is highest, or null.
 */
export type RelatedQuery = {
  readonly name: string
  readonly relationship: string
  readonly where: Readonly<Record<string, Value>>
  readonly latest: string | null
}

/** A second key that is safe only under conditions. Fields are named as in Salesforce; they are compared by what they mean. */
export type FallbackRule = {
  readonly by: 'fallback'
  readonly crm: string
  readonly commerce: string
  /** How the two values are compared. Without: as the codec of the field does, else without case. */
  readonly like?: Likeness
  /** The field of a Lead that holds the same key: who was converted from it is found by it too. */
  readonly lead?: string
  /** An expression over the commerce record: what it finds is certain where this is neither empty nor false … */
  readonly when?: string
  /** … or where both sides have the same value of one of these. Without both it is always certain; else a person looks. */
  readonly agree?: readonly string[]
  /** All of them must hold, else the record is not seen. */
  readonly within?: readonly Within[]
  /** Fields that must not say otherwise where both sides have a value. */
  readonly corroborate?: readonly string[]
  /** Tie-breaks, in their order: each that tells some from others leaves only those. */
  readonly prefer?: readonly Preference[]
}

/** How an unlinked record finds its counterpart. */
export type MatchRule =
  /** Our own external ID, or a pair of fields that the merchant declared to be shared. */
  { readonly by: 'external-id'; readonly crm: string; readonly commerce: string | 'key' } | FallbackRule

/** A pointer from this record to another one that a mapping writes. */
export type LinkRule = {
  /** The reference field on the CRM record (`AccountId`). */
  readonly crm: string
  /** The relationship to name the parent by its external ID (`Account`). */
  readonly relationship: string
  /** Which mapping and which of its parts the parent comes from. */
  readonly mapping: string
  readonly role: string
  /** The parent's commerce record: `self` for another part of the same record, else its type and an expression for its id. */
  readonly of: 'self' | Parent
  readonly owner: FieldOwnership
  /** Without the parent the record waits; else it is written without. */
  readonly required: boolean
  /** Where `of` names nobody: the guest of this mapping whom the record shows. */
  readonly orGuest?: string
  /** As `orGuest`, for a record that makes nobody: it points at a guest who is there, and waits for none. */
  readonly orKnownGuest?: string
  /** Waits for a parent that may still come. Without one that never will the record is written without, or, where it is required, not at all. */
  readonly patient?: true
  /** The parent is a record of an `onDemand` mapping: where there is none yet it is made from what this record's rules see. */
  readonly onDemand?: true
  /**
   * The field is settled at creation, and there Salesforce takes an id and no external ID: a parent that is new goes in an
   * earlier call.
   */
  readonly byId?: true
  /** Where the parent has no record of ours: what the linked record of this role points at by this field. */
  readonly orWhere?: { readonly role: string; readonly field: string; readonly object: string }
  readonly parking?: Parking
}

/**
 * Where a reference leads while it cannot lead to its parent: to a record of Salesforce that somebody made for that.
 * `at` has its ids by the value of the expression `by`, and under `*` the one for any other value.
 */
export type Parking = {
  readonly object: string
  readonly by: string
  readonly at: Readonly<Record<string, string>>
  /** Also while a person is asked who the parent is, or the parent is listed as failed; it is moved when that is over. */
  readonly whileAsked: boolean
  /** Also where `of` names nobody. */
  readonly ofNobody: boolean
}

/** Another commerce record. With `per`, one for each value of it, in an org whose object of this part has that field. */
export type Parent = {
  readonly type: string
  readonly id: string
  readonly per?: { readonly field: string; readonly value: string }
}

/**
 * What a field holds at creation: a value, or a record type by its developer name or id, or a price book by its name or
 * id, which each org numbers anew; `standard` is the price book that every org has.
 */
export type Default = Value | { readonly recordType: string } | { readonly priceBook: string }

/** A part of which there is one for each element of a list. An element without an id, or with one seen before, is left out. */
export type Each = {
  /** The list, as an expression over the commerce record: `lineItems`. */
  readonly of: string
  /** What tells the elements apart and stays as it is, as an expression over the element: `id`. */
  readonly id: string
  /** What becomes of its record in Salesforce when the element is no longer there. */
  readonly whenGone: 'delete' | 'unlink'
}

/** One CRM record that a commerce record becomes. A customer may become two: an Account and a Contact. */
export type MappingPart = {
  /**
   * Names the part within its mapping and in the link table: `account`, `contact`. Of a part for each element of a list
   * the element's id follows: `line/1c2d`.
   */
  readonly role: string
  /** One record for each element of a list: its expressions see the element, and the whole record as `whole`. */
  readonly each?: Each
  /** The sObject written. */
  readonly object: string
  readonly match: readonly MatchRule[]
  /**
   * Made only along with the part of this role: a person who is found in Salesforce has an Account there already, and it
   * may hold a whole company.
   */
  readonly follows?: string
  readonly fields: readonly FieldRule[]
  readonly links: readonly LinkRule[]
  /** Fixed values written at creation: a record type, an owner. */
  readonly defaults: Readonly<Record<string, Default>>
  /** What `deactivate` writes, by field. */
  readonly deactivate?: Readonly<Record<string, Deactivated>>
  /** Fields beside the mapped ones that tell who the person is, and are emptied too. */
  readonly personal?: readonly string[]
  /** What Salesforce deletes along with this record: while there is any of it, the record is anonymised instead. */
  readonly takesAlong?: readonly { readonly object: string; readonly field: string }[]
}

/** A value, or the time at which the deletion was announced. */
export type Deactivated = Value | { readonly at: 'deletion' }

/** What happens in Salesforce when the commerce record is deleted. */
export type DeletionPolicy = 'ignore' | 'unlink' | 'deactivate' | 'anonymise' | 'delete'

export const deletionPolicies: readonly DeletionPolicy[] = ['ignore', 'unlink', 'deactivate', 'anonymise', 'delete']

/** What happens when the linked record was deleted in Salesforce: a person decides, it is made again, or left alone for good. */
export type GonePolicy = 'review' | 'recreate' | 'unlink'

export const gonePolicies: readonly GonePolicy[] = ['review', 'recreate', 'unlink']

/** What happens when a record is found that is another commerce record's already: a person decides, or both share it. */
export type ClaimedPolicy = 'review' | 'share'

export const claimedPolicies: readonly ClaimedPolicy[] = ['review', 'share']

/**
 * How several commerce records share one CRM record: the part `of` is shared, and each of them has a record of `part`
 * of its own, which holds its key. Expressions of that part see the commerce record, and beside it `sharing.project`,
 * `sharing.record` (the id of what is shared) and `sharing.primary`.
 */
export type Sharing = { readonly of: string; readonly part: MappingPart }

/** What happens when the person is to be erased, whatever the deletion policy says. */
export type ErasurePolicy = 'anonymise' | 'delete'

/**
 * Records that commercetools does not keep as such: people who are known only from what they appear in. Whoever has the
 * same email in the same scope is one of them; the record's id is a digest of both (`engine/guest/identity.ts`).
 */
export type Appearance = {
  /** The commerce type in which they appear. What they appear in is also what the mapping's expressions are about. */
  readonly in: string
  /** Where this expression is not empty it is none of them: the order names its customer. */
  readonly unless: string
  readonly email: string
  /** One person for each value of this; without it one in the whole project. */
  readonly scope?: string
}

/** The person may have been known before, as one of another mapping's: then that record becomes this one. */
export type TakeOver = {
  readonly mapping: string
  readonly email: string
  /** Where that mapping has scopes: those in which the person may be known, keys or references by key. */
  readonly scopes?: string
}

/**
 * What a Lead with the same key means. One that was converted leads to its Contact, or its Account. An open one: `note`
 * makes a record all the same and tells of it in its story, `review` asks a person first. `ignore` looks at none.
 */
export type LeadPolicy = 'ignore' | 'note' | 'review'

export const leadPolicies: readonly LeadPolicy[] = ['ignore', 'note', 'review']

/** What happens when several records match, or one of which nobody can be certain: a person decides, or a new one is made. */
export type AmbiguousPolicy = 'review' | 'create'

export const ambiguousPolicies: readonly AmbiguousPolicy[] = ['review', 'create']

/** One pair of kinds of record that are kept in step. */
export type Mapping = Watched & {
  readonly name: string
  readonly doc: string
  /** The commercetools resource type id. */
  readonly commerce: string
  /** Our external ID field on every object written: `CT_Id__c` unless the org has other names. */
  readonly keyField: string
  /** Only records for which this expression is not empty take part. */
  readonly when?: string
  /** Its records are known only from others. `commerce` is then our own word for them. */
  readonly appearsIn?: Appearance
  /** Its records are made from those that need them, in their pass and once; nobody tells of them. */
  readonly onDemand?: true
  readonly takesOver?: TakeOver
  /** In dependency order: a part may point at the parts before it. */
  readonly parts: readonly MappingPart[]
  readonly deletion: DeletionPolicy
  /** Default: `anonymise`. */
  readonly erasure?: ErasurePolicy
  /** Default: `review`. */
  readonly whenGone?: GonePolicy
  /** Without: its records are not shared, whatever `onClaimed` says. */
  readonly sharing?: Sharing
  /** Default: `review`. */
  readonly onClaimed?: ClaimedPolicy
  /** Default: `review`. */
  readonly onAmbiguous?: AmbiguousPolicy
  /** Default: `note`. */
  readonly leads?: LeadPolicy
  readonly creates: Side | 'both'
  /** References to expand when the record is read (`customerGroup`). */
  readonly expand: readonly string[]
}

/** What the org says of one field: the part of describe that changes what we write. */
export type FieldSchema = {
  readonly name: string
  readonly label: string
  readonly type: string
  readonly length: number
  readonly precision: number
  readonly scale: number
  readonly nillable: boolean
  readonly defaultedOnCreate: boolean
  readonly createable: boolean
  readonly updateable: boolean
  readonly unique: boolean
  readonly externalId: boolean
  readonly filterable: boolean
  readonly restricted: boolean
  /** Active values of a picklist; empty for other types. */
  readonly values: readonly string[]
  /** For a dependent picklist: the field it depends on, and which values go with each of that field's values. */
  readonly depends?: { readonly on: string; readonly values: ReadonlyMap<string, ReadonlySet<string>> }
  readonly referenceTo: readonly string[]
  /** Of an amount: its record says in which currency it is. Without: it is in the only currency of the org. */
  readonly inCurrency?: true
}

/** A record type that this user may give a new record. */
export type RecordTypeSchema = { readonly id: string; readonly developerName: string }

/** A price book of the org; one of them is the standard one. */
export type PriceBook = { readonly id: string; readonly name: string; readonly isStandard: boolean }

export type ObjectSchema = {
  readonly name: string
  readonly createable: boolean
  readonly updateable: boolean
  readonly fields: ReadonlyMap<string, FieldSchema>
  /** The names by which SOQL speaks of records that refer to it (`Cases`). Without: not known. */
  readonly relationships?: ReadonlySet<string>
  /** Without: none. */
  readonly recordTypes?: readonly RecordTypeSchema[]
  /** Of Pricebook2: those there are. */
  readonly priceBooks?: readonly PriceBook[]
}

/** The org's describe of the objects the mappings write. An object that is missing does not exist for this user. */
export type Schema = ReadonlyMap<string, ObjectSchema>

/** A commerce record's body, as mapping expressions see it. */
export type CommerceBody = JsonObject
