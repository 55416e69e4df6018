/** What a record is called on either side, and what we know of it at a moment. The words every other room uses. */

/** The two worlds: commercetools is `commerce`, Salesforce is `crm`. */
export type Side = 'commerce' | 'crm'

/** An ISO 8601 time in UTC with milliseconds, as `Date.prototype.toISOString` writes it. */
export type Instant = string

/**
 * Names one record for ever.
 * `commerce`: type is the commercetools resource type id (`customer`), id is `<project key>/<resource id>`.
 * `crm`: type is the sObject name (`Contact`), id is the 18-character Salesforce id.
 */
export type ResourceRef = { readonly side: Side; readonly type: string; readonly id: string }

/**
 * How new a record is, comparable by number: commercetools' `version`, or Salesforce's `SystemModstamp` in epoch
 * milliseconds (Salesforce may round it to whole seconds, so equal does not mean unchanged there).
 */
export type Version = number

/** Order of service: live work first, repair last. */
export type Lane = 'live' | 'retry' | 'backfill' | 'reconcile'

export const lanes: readonly Lane[] = ['live', 'retry', 'backfill', 'reconcile']

/** A sign that a record may differ from what we know. It carries no truth: the pass reads the present state. */
export type ChangeEvent = {
  readonly id: string
  readonly ref: ResourceRef
  readonly kind: 'changed' | 'deleted'
  /** Null when the sender does not say: a forced mark, a decision, a wake-up. */
  readonly version: Version | null
  readonly at: Instant
  readonly correlationId: string
  readonly lane: Lane
  /** The sender asked for the person to be erased (commercetools `dataErasure: true`). */
  readonly erase: boolean
  /** What Salesforce holds is not what our base says: it is read before anything is planned. */
  readonly doubt?: true
}

/** A JSON value as it came from a remote system. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

export type JsonObject = { readonly [key: string]: Json }

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Who changed a record last, as far as the system says: our own client, or somebody. */
export type Author = { readonly clientId: string | null; readonly marker: string | null }

/** What one read said about one record. */
export type Snapshot =
  | {
      readonly state: 'present'
      readonly ref: ResourceRef
      readonly version: Version
      readonly modifiedAt: Instant
      readonly modifiedBy: Author
      readonly body: JsonObject
    }
  /** Not there: counts as deleted only together with a delete event or a 404 for that very id. */
  | { readonly state: 'absent'; readonly ref: ResourceRef }
  /** Salesforce merged it into another record. */
  | { readonly state: 'merged'; readonly ref: ResourceRef; readonly into: ResourceRef }

/** Where a listing or a feed stands. `position` means something only to the system that made it. */
export type Checkpoint = { readonly stream: string; readonly position: string; readonly at: Instant }

/** The project of a commerce record. */
export const projectOf = ({ id }: ResourceRef): string => id.slice(0, id.indexOf('/'))

/** The id that a commerce record has in its project. */
export const idInProject = ({ id }: ResourceRef): string => id.slice(id.indexOf('/') + 1)

/** One text per record, for maps, sorted locking and logs: `commerce:customer:demo/1f…`. */
export const refKey = (ref: ResourceRef): string => `${ref.side}:${ref.type}:${ref.id}`

/** Reads what {@link refKey} wrote. Throws a RangeError on anything else: a key never comes from outside. */
export function parseRefKey(key: string): ResourceRef {
  const [side, type, ...rest] = key.split(':')
  if ((side !== 'commerce' && side !== 'crm') || !type || rest.length === 0) throw new RangeError('not a record key')
  return { side, type, id: rest.join(':') }
}

export const sameRef = (a: ResourceRef, b: ResourceRef): boolean =>
  a.id === b.id && a.type === b.type && a.side === b.side

/** Closes a switch over a union: the compiler proves it is never reached. */
export function unreachable(value: never): never {
  throw new RangeError(`no case for ${JSON.stringify(value)}`)
}
