// What the event bus keeps: change events, not yet in the form they are delivered in, and platform events as they came.

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
  /** By field, what is sent of a large text instead of the whole. */
  readonly diffs?: Readonly<Record<string, string>>
}

/** A platform event, in the bytes that its publisher wrote. */
export type PlatformEvent = {
  readonly replayId: number
  readonly platformEvent: string
  /** What the publisher called it, or what the bus did. */
  readonly id: string
  /** Base 64. */
  readonly payload: string
  readonly at: number
}

export type BusEvent = ChangeEvent | PlatformEvent
