// Managed subscriptions: what is configured, the position that each has committed, and which have a stream.

import type { ManagedEntry } from '../schema/event-metadata.ts'
import { makeId } from '../store/ids.ts'
import type { Entry } from '../store/journal.ts'

export type ManagedSubscription = ManagedEntry & { readonly id: string }
export type ManagedSubscriptions = {
  readonly list: readonly ManagedSubscription[]
  /** Null when nothing was committed yet. */
  committed(name: string): number | null
  /** Whoever calls writes it down. */
  commit(name: string, replayId: number): void
  /** One stream a subscription: false when there is one. */
  enter(name: string): boolean
  leave(name: string): void
  take(entry: Entry): void
  snapshot(): Generator<Entry>
  clear(): void
}

export function managedSubscriptions(entries: readonly ManagedEntry[]): ManagedSubscriptions {
  const positions = new Map<string, number>()
  const active = new Set<string>()
  return {
    list: entries.map((entry, at) => ({ ...entry, id: makeId('18x', at + 1) })),
    committed: name => positions.get(name) ?? null,
    commit: (name, replayId) => void positions.set(name, replayId),
    enter(name) {
      if (active.has(name)) return false
      active.add(name)
      return true
    },
    leave: name => void active.delete(name),
    take({ committed }) {
      for (const [name, replayId] of committed ?? []) positions.set(name, replayId)
    },
    *snapshot() {
      if (positions.size > 0) yield { committed: [...positions] }
    },
    clear: () => positions.clear(),
  }
}
