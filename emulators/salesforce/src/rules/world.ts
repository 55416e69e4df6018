// What rules and routes work on: the schema, the rows, and who is asking.

import type { RowError, Schema } from '../entities.ts'
import type { OrgOptions } from '../org/options.ts'
import type { Countries } from '../schema/countries.ts'
import type { Access } from '../schema/permissions.ts'
import type { Store } from '../store/store.ts'

export type World = {
  readonly options: OrgOptions
  readonly schema: Schema
  readonly countries: Countries | null
  readonly store: Store
  now(): number
  /** Set where a user with less than all permissions looks: what he may, and what there is beyond. */
  readonly access?: Access
  readonly whole?: World
  /** This world as a user sees it. */
  seenBy(userId: string): World
}

/** Who writes, and what an injected fault says about the next row (null: nothing). */
export type Actor = {
  userId: string
  spoil?: Spoil
  /** Saves what a rule only alerts about: `Sforce-Duplicate-Rule-Header: allowSave=true`. */
  allowDuplicates?: boolean
  /** Whether the row above the one written is held by somebody else. */
  lock?: (parentId: string) => boolean
  /** Keys (see `raceKey`) that nobody had when the request came: whoever made one meanwhile was faster. */
  racing?: Set<string>
  /** The API version spoken, as in URLs. */
  version?: string
}
export type Spoil = (id: string | null) => RowError | null
