// One change event as the org keeps it: what changed in which transaction, not yet in the form it is delivered in.

import type { Row } from '../entities.ts'

type Kind = 'CREATE' | 'UPDATE' | 'DELETE' | 'UNDELETE'
export type ChangeType = Kind | `GAP_${Kind}` | 'GAP_OVERFLOW'

export const CHANGE_TYPES: readonly (ChangeType | 'SNAPSHOT')[] = [
  'CREATE',
  'UPDATE',
  'DELETE',
  'UNDELETE',
  'GAP_CREATE',
  'GAP_UPDATE',
  'GAP_DELETE',
  'GAP_UNDELETE',
  'GAP_OVERFLOW',
  'SNAPSHOT',
]

export type ChangeEvent = {
  /** Grows with every event of the org, whatever its object. */
  readonly replayId: number
  readonly object: string
  /** More than one when a transaction changed several records in the same way. */
  readonly ids: readonly string[]
  readonly type: ChangeType
  /** `com/salesforce/api/rest/67.0;client=…`, or empty. */
  readonly origin: string
  /** Number of the transaction, and of the event in it, from 1. */
  readonly transaction: number
  readonly sequence: number
  /** Epoch milliseconds of the commit. */
  readonly at: number
  readonly userId: string
  /** The record after the change; null where the event is a header only. */
  readonly row: Row | null
  /** Names of the changed fields, of an UPDATE only. */
  readonly changed: readonly string[]
}
