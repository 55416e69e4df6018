/** What rebuilds links from Salesforce: records by the keys they bear, and what was found about them. */
import type { Candidate, IdentityLink } from './identity.ts'
import type { JournalEntry, Settlement } from './outcome.ts'
import type { ChangeEvent } from './resource.ts'

/** Records of an object that bear a key of ours, the next ones after an id (null: the first ones), in the order of their ids. */
export type KeyedQuery = {
  readonly object: string
  readonly keyField: string
  readonly after: string | null
  readonly limit: number
  /** Fields whose values are wanted beside the key. */
  readonly fields: readonly string[]
}

export type Keyed = Pick<Candidate, 'ref' | 'version' | 'modifiedAt' | 'values'>

/** What was found in Salesforce about links that the memory has lost. */
export type Relinked = {
  readonly links: readonly Omit<IdentityLink, 'revision' | 'since' | 'savedAt'>[]
  /** Records whose values differ: a pass is to look at them. */
  readonly marks: readonly ChangeEvent[]
  readonly conflicts: Settlement['conflicts']
  readonly resolved: Settlement['resolved']
  readonly journal: readonly JournalEntry[]
}
