/**
 * The contracts the engine relies on. Each sentence here is one that the contract suites (`test/contract`) can test.
 * All methods take an `AbortSignal`; when it fires they reject with its reason and start nothing new.
 */
import type { Backlog } from './backlog.ts'
import type { Candidate, ConflictKind, IdentityLink, Present } from './identity.ts'
import type { MatchRule, RelatedQuery, Schema, Value } from './mapping.ts'
import type { FailedRecord, JournalEntry, Outcome, Settlement } from './outcome.ts'
import type {
  BatchLimits,
  Call,
  Choice,
  Conflict,
  ConflictFilter,
  Decision,
  ListedConflict,
  MeantConflicts,
  PastDecision,
  Undone,
} from './plan.ts'
import type { Problem } from './problem.ts'
import type { Keyed, KeyedQuery, Relinked } from './relink.ts'
import type {
  ChangeEvent,
  Checkpoint,
  Instant,
  Json,
  JsonObject,
  Lane,
  ResourceRef,
  Side,
  Snapshot,
  Version,
} from './resource.ts'

export type { Backlog } from './backlog.ts'
export type { Problem } from './problem.ts'
export type { DeliveryQueue, NotDone, QueuedDelivery } from './queue.ts'

/** Travels with every remote call: for tracing, and to stop. */
export type CallContext = { readonly correlationId: string; readonly signal: AbortSignal }

/** How much of the remote's allowance is used. Null where the remote has none. */
export type RemoteLimits = { readonly used: number; readonly max: number; readonly at: Instant } | null

/** One question LOOK UP asks: which records of this object have one of these values in this field. */
export type FindQuery = {
  readonly object: string
  readonly by: MatchRule
  readonly field: string
  readonly values: readonly string[]
  /** Fields whose values are wanted beside id, key and version. */
  readonly fields: readonly string[]
  /** What is asked of the records that refer to each found one, answered among its values. */
  readonly related?: readonly RelatedQuery[]
}

/** What a find answers: a row per record found, in no order. The engine adds digests and claims. */
export type Found = Omit<Candidate, 'digests' | 'claimedBy'> & { readonly matched: string }

/** A page of a listing, with the position to resume after it. */
export type Page = { readonly snapshots: readonly Snapshot[]; readonly position: string }

/** commercetools, as the engine sees it. Failures of a whole call reject with `RemoteFailure`. */
export type CommerceSystem = {
  readonly side: 'commerce'
  /** The projects served; commerce ids begin with one of these keys. */
  readonly projects: readonly string[]
  /**
   * The present state of these records, one snapshot each, in the order asked; `absent` for one that is not there.
   * As few queries as fit a URL. `expand` names references to be included in the body.
   */
  read(refs: readonly ResourceRef[], expand: readonly string[], context: CallContext): Promise<readonly Snapshot[]>
  /**
   * All records of a type by keyset `(lastModifiedAt, id)`, oldest change first, up to a safety lag before now.
   * `position` null starts at the beginning; a page's `position` resumes after it. Ends when there is no more.
   * `upToNow` does without the lag: for a listing that is not resumed, whose late-comers announce themselves.
   */
  list(
    query: {
      readonly project: string
      readonly type: string
      readonly position: string | null
      readonly expand: readonly string[]
      readonly where?: string
      readonly upToNow?: boolean
      /**
       * Of what was last changed by `before` only what meets `where` as well; of later changes only those after the position
       * `orAfter`. In one listing: of two windows that move at their own pace, none is passed over.
       */
      readonly due?: { readonly before: Instant; readonly where: string; readonly orAfter: string }
    },
    context: CallContext,
  ): AsyncIterable<Page>
  /** A position for `list` that begins with what changed after this time. */
  positionAt(at: Instant): string
  /** What a delivery says, or why it is none. Never throws: bad input is a normal day. */
  decode(body: unknown, received: { readonly at: Instant; readonly correlationId: string }): Delivery
  check(signal: AbortSignal): Promise<readonly Problem[]>
}

/** What is to be changed on one commerce record. `body` is the snapshot that the plan was made upon. */
export type CommerceWrite = {
  readonly ref: ResourceRef
  readonly version: Version
  readonly body: JsonObject
  readonly changes: readonly { readonly path: string; readonly value: Json }[]
}

/** commercetools as a target: what lets values that win in Salesforce flow back. */
export type CommerceWriter = {
  /**
   * Changes records, one request a record, guarded by the version it was read with: a record that moved meanwhile is
   * `stale`, never sent again by itself. One outcome a write, in their order, with the new version. Never rejects. A
   * change whose path cannot be written makes its write `invalid` and names the path.
   */
  write(writes: readonly CommerceWrite[], context: CallContext): Promise<readonly Outcome[]>
  /** Can this expression be written on records of this type? For `config.ts`: an owner that flows back needs it. */
  writable(type: string, path: string): boolean
}

/** Salesforce as a source of changes, where there is no change feed. */
export type CrmFeed = {
  /**
   * What changed in these objects since `position` (null: from now on), by polling `SystemModstamp`, deletions included.
   * The window overlaps, because a transaction that ends late carries an earlier stamp: the same change may come twice.
   * At most `limit` events; `more` when there is more already.
   */
  changes(
    query: { readonly objects: readonly string[]; readonly position: string | null; readonly limit: number },
    context: CallContext,
  ): Promise<{ readonly events: readonly ChangeEvent[]; readonly position: string; readonly more: boolean }>
}

/** A delivery, understood. `ignored` is acknowledged and logged: a probe, a type nobody maps. */
export type Delivery =
  | { readonly is: 'events'; readonly events: readonly ChangeEvent[]; readonly form: string }
  | { readonly is: 'ignored'; readonly why: string }
  | { readonly is: 'bad'; readonly why: string }

/** Salesforce, as the engine sees it. Failures of a whole call reject with `RemoteFailure`, except those of `write`. */
export type CrmSystem = {
  readonly side: 'crm'
  readonly batch: BatchLimits
  /** The describe of these objects; cached until `refresh`. An object that does not exist for us is left out. */
  schema(objects: readonly string[], options: { readonly refresh: boolean }, context: CallContext): Promise<Schema>
  /** Records by key. Any number of values: split into as few calls as fit. */
  find(queries: readonly FindQuery[], context: CallContext): Promise<readonly Found[]>
  /** Up to `limit` records; fewer mean that there are no more. */
  keyed(query: KeyedQuery, context: CallContext): Promise<readonly Keyed[]>
  /** The present state of these records, with these fields by object: `absent` when deleted, `merged` when merged away. */
  read(
    refs: readonly ResourceRef[],
    fields: Readonly<Record<string, readonly string[]>>,
    context: CallContext,
  ): Promise<readonly PresentRead[]>
  /**
   * Sends one call and answers one outcome a row, in the order of `groups.flat()`. Never rejects: a call that failed
   * as a whole gives each row the same failure, `uncertain` when it may have been carried out. A row that a rule against
   * duplicates refused is tried once more by itself where only that tells the matches: at most one call more for 25 such
   * rows, all within the time limit of one call, and a row that is accepted then is an ordinary success.
   */
  write(call: Call, context: CallContext): Promise<readonly Outcome[]>
  /** What the last answers said of the daily allowance; asks the org when `ask` is set. */
  limits(options: { readonly ask: boolean }, context: CallContext): Promise<RemoteLimits>
  check(signal: AbortSignal): Promise<readonly Problem[]>
  /** The org's id, for the database that serves it. */
  orgId(context: CallContext): Promise<string>
}

/** A present record before digesting. */
export type PresentRead =
  | Omit<Extract<Present, { state: 'present' }>, 'digests'>
  | Extract<Present, { state: 'absent' }>
  | Extract<Present, { state: 'merged' }>

/** A dirty row taken by a claim. */
export type ClaimedRow = {
  readonly ref: ResourceRef
  readonly lane: Lane
  /** The highest version announced; null when only forced marks came. */
  readonly version: Version | null
  readonly deleted: boolean
  readonly erase: boolean
  readonly forced: boolean
  /** Claimed over an expired lease, or a write of it was not answered: read the target before writing. */
  readonly uncertain: boolean
  readonly attempts: number
  readonly markedAt: Instant
  readonly correlationId: string
}

/** Rows taken for one pass. The token fences the SAVE. */
export type Claim = {
  readonly token: string
  readonly lane: Lane
  readonly rows: readonly ClaimedRow[]
  readonly links: readonly IdentityLink[]
}

/** What MARK did with the events of a group of deliveries. */
export type Marked = { readonly marked: number; readonly dropped: number }

/** A page of a list, by cursor; `next` null at the end. */
export type Listed<T> = { readonly items: readonly T[]; readonly next: string | null }

/**
 * The memory: one PostgreSQL dialect, on PGlite or a server. Every method is one transaction, retried on 40P01 and
 * 40001. Rejects with `StoreDown` when the database cannot be reached.
 */
export type Store = {
  /**
   * MARK. Makes records dirty, durably, in one statement a group: highest version, most urgent lane, earliest due
   * time, `erase`, `deleted` and force are sticky, and each mark gives the row a new mark number. An event with a
   * version is dropped when that is not above what was settled of its record (CRM: only when lower); one without a
   * version, with force, or with `erase`, never. Resolves after commit: only then may a delivery be acknowledged.
   */
  mark(
    events: readonly ChangeEvent[],
    options?: { readonly force?: boolean; readonly notBefore?: Instant },
  ): Promise<Marked>
  /**
   * CLAIM. Up to `limit` due rows of one lane, the most urgent lane first, with a new token and a lease on them and on
   * every known link of theirs. A row whose link is leased elsewhere, or whose link's other end is taken by this claim,
   * is left. A row claimed over an expired lease is `uncertain`. Null when nothing is due.
   */
  claim(options: {
    readonly side: Side
    readonly limit: number
    readonly leaseMs: number
    readonly lanes: readonly Lane[]
  }): Promise<Claim | null>
  /** Extends the lease of all rows and links of this token; false when any of it was lost. */
  renew(token: string, leaseMs: number): Promise<boolean>
  /** Gives rows back untouched: a pass that could not start. */
  release(token: string, options: { readonly notBefore: Instant | null }): Promise<void>
  /** Links of these records, from either side. */
  links(refs: readonly ResourceRef[]): Promise<readonly IdentityLink[]>
  /** Who holds these CRM records already: links by their CRM end. */
  claimants(crm: readonly ResourceRef[]): Promise<readonly IdentityLink[]>
  /**
   * Holds identity keys for rows of this claim, each row all of its keys or none; until the row is saved, the claim is
   * given back, or its lease runs out. Answers the rows that did not get theirs: another row has one, here or in
   * another process.
   */
  hold(
    token: string,
    wanted: readonly { readonly ref: ResourceRef; readonly keys: readonly string[] }[],
  ): Promise<readonly ResourceRef[]>
  /** What these people were seen in, newest first, up to `upTo` for each. */
  sightings(
    who: readonly ResourceRef[],
    upTo: number,
  ): Promise<readonly { readonly who: ResourceRef; readonly in: ResourceRef }[]>
  /** Decisions of these records that still have a say: not yet carried out, or to ignore the record; none that was undone. */
  decisions(sources: readonly ResourceRef[]): Promise<readonly Decision[]>
  /**
   * SAVE, in one transaction. Rows the token no longer holds are refused: false, and nothing is written. A link whose
   * revision moved, or whose CRM record got another commerce record meanwhile, frees its row instead and the rest goes on.
   * A `settle`d row goes only if it was not marked since it was claimed; else it is freed, due now.
   */
  save(token: string, settlement: Settlement): Promise<boolean>
  /**
   * Enters links that no pass has made, in one transaction: each where its commerce record has none yet and its CRM record
   * no primary one (for one that is not primary: has one). Marks come with force. Answers `<role> <record>` of those left out.
   */
  relink(found: Relinked): Promise<readonly string[]>
  /** When the next row becomes due; null when none will. */
  nextDue(side: Side): Promise<Instant | null>
  backlog(): Promise<Backlog>
  /** How many rows are due now in these lanes, counted up to `upTo`. */
  due(side: Side, lanes: readonly Lane[], upTo: number): Promise<number>

  conflicts(query: {
    readonly state: Conflict['state'] | 'all'
    readonly cursor: string | null
    readonly limit: number
  }): Promise<Listed<ListedConflict>>
  conflict(id: string): Promise<ListedConflict | null>
  /** The open conflicts of this kind about these records. */
  openAbout(refs: readonly ResourceRef[], kind: ConflictKind): Promise<readonly ListedConflict[]>
  /** Counts the open conflicts that a filter means, and names up to `upTo` of them, oldest first. */
  meant(filter: ConflictFilter, upTo: number): Promise<MeantConflicts>
  /**
   * Records the decision and marks the conflict's record, with force, in one transaction. Null when it is not open. What
   * was decided about the same part before, and not carried out, is replaced; only a side taken leaves a link standing.
   */
  decide(id: string, choice: Choice, by: string, correlationId: string): Promise<Decision | null>
  /** The same decision on each of these that is still open, in one transaction, in the lane `retry`; answers those. */
  decideAll(ids: readonly string[], choice: Choice, by: string, correlationId: string): Promise<readonly Decision[]>
  /**
   * Takes a decision back: the conflict is open again and its record marked with force. Refused, and nothing is changed,
   * once it may have been written: what a pass holds or may have sent is never undone behind its back.
   */
  undo(id: string, by: string, correlationId: string): Promise<Undone>
  /** All that was ever decided about a conflict, oldest first. */
  pastDecisions(conflict: string): Promise<readonly PastDecision[]>
  failures(query: {
    readonly state: FailedRecord['state'] | 'all'
    readonly cursor: string | null
    readonly limit: number
  }): Promise<Listed<FailedRecord>>
  failure(id: string): Promise<FailedRecord | null>
  /** `retry` marks the record with force; `discard` only closes the failure. Null when it is not open. */
  closeFailure(id: string, how: 'retry' | 'discard', correlationId: string): Promise<FailedRecord | null>

  journal(entries: readonly JournalEntry[]): Promise<void>
  /** The story of a correlation id, or of a record with its links, oldest first. */
  trace(
    of: { readonly correlationId: string } | { readonly ref: ResourceRef },
    limit: number,
  ): Promise<readonly JournalEntry[]>
  /** The dirty row of a record, if any, for `trace` and the record page. */
  dirty(ref: ResourceRef): Promise<ClaimedRow | null>
  settled(ref: ResourceRef): Promise<{ readonly version: Version; readonly gone: boolean } | null>

  /**
   * Which of these records neither are settled at the version given, nor waiting to be read at it: those that no
   * delivery told of. Reads only, and leaves no line in the journal.
   */
  unheard(seen: readonly { readonly ref: ResourceRef; readonly version: Version }[]): Promise<readonly ResourceRef[]>

  /** Which of these records are linked, or wait or are under way: those whose change matters to somebody. In one look. */
  known(refs: readonly ResourceRef[]): Promise<readonly ResourceRef[]>
  /** Commerce records of a project and type that are linked, each once, in the order of their ids, after this one. */
  linked(query: {
    readonly project: string
    readonly type: string
    readonly after: ResourceRef | null
    readonly limit: number
  }): Promise<readonly ResourceRef[]>

  checkpoint(stream: string): Promise<Checkpoint | null>
  /** All of them, by the name of their stream. */
  checkpoints(): Promise<readonly Checkpoint[]>
  putCheckpoint(checkpoint: Checkpoint): Promise<void>
  /** Serves exactly one org and these projects: stored at the first start; another org's id or a missing project rejects with `WrongDatabase`. */
  bind(org: string, projects: readonly string[]): Promise<void>
  /** Cleans up what is past its retention (journal, closed conflicts and failures) and lets the database reclaim space. */
  maintain(options: { readonly journalDays: number }): Promise<void>
  ping(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** The database cannot be reached or does not answer: the caller tries again later, and acknowledges nothing. */
export class StoreDown extends Error {
  override readonly name = 'StoreDown'
}

/** The database belongs to another org: the operator must name another `DATABASE_URL` or `DATA_DIR`. */
export class WrongDatabase extends Error {
  override readonly name = 'WrongDatabase'
}

/** The wall clock and sleep, so that tests move time by hand. `monotonicMs` never goes back. */
export type Clock = {
  now(): Instant
  monotonicMs(): number
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/** Turns values into digests under the current key, and under an older one by its id. */
export type Digester = {
  readonly keyId: string
  /** The digest of a field's value under the current key, or under the key with this id; null when that key is gone. */
  digest(field: string, value: Value): string
  under(keyId: string, field: string, value: Value): string | null
}

/** Structured logging: the message is for people, the fields for search. Never a value of a record. */
export type Log = {
  debug(fields: JsonObject, message: string): void
  info(fields: JsonObject, message: string): void
  warn(fields: JsonObject, message: string): void
  error(fields: JsonObject, message: string): void
  child(fields: JsonObject): Log
}
