/** What a kind of database gives the store. */
import type { Dialect } from 'kysely'

export type Adapter = {
  readonly name: 'postgres' | 'pglite'
  readonly dialect: Dialect
  /** No other process can have this database open: leases found at the start are those of the dead. */
  readonly alone: boolean
  /** Runs VACUUM statements, each by itself and without a time limit. */
  clean(statements: readonly string[]): Promise<void>
  /** After the dialect's own connections are closed. */
  close(): Promise<void>
}
