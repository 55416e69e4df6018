/** The Store port in memory: the protocol of the tables without a database, so that engine and properties run in microseconds. */
import type { IdentityLink } from '../../src/model/identity.ts'
import type { FailedRecord, JournalEntry, Settlement } from '../../src/model/outcome.ts'
import type { Conflict, Decision } from '../../src/model/plan.ts'
import type { Backlog, Claim, ClaimedRow, Clock, Store } from '../../src/model/ports.ts'
import {
  type ChangeEvent,
  type Checkpoint,
  type Lane,
  lanes,
  type ResourceRef,
  refKey,
  sameRef,
  type Version,
} from '../../src/model/resource.ts'

type Dirty = {
  ref: ResourceRef
  lane: Lane
  version: Version | null
  deleted: boolean
  erase: boolean
  forced: boolean
  uncertain: boolean
  attempts: number
  markedAt: string
  dueAt: string
  correlationId: string
  mark: number
  token: string | null
  claimedMark: number
  expired: boolean
}

/** What tests may look at and do beside the port. */
export type MemoryStore = Store & {
  readonly dirtyRows: Map<string, Dirty>
  readonly linkRows: Map<string, IdentityLink>
  readonly journalRows: JournalEntry[]
  readonly failureRows: FailedRecord[]
  readonly conflictRows: Conflict[]
  /** All leases run out: as if their workers had died. */
  expire(): void
}

const partKey = (one: { mapping: string; role: string }, ref: ResourceRef): string =>
  `${one.mapping}|${one.role}|${refKey(ref)}`

export function memoryStore(clock: Clock): MemoryStore {
  const dirty = new Map<string, Dirty>()
  const settled = new Map<string, { version: Version; gone: boolean }>()
  const links = new Map<string, IdentityLink>()
  const leased = new Map<string, string>()
  const journal: JournalEntry[] = []
  const failures: FailedRecord[] = []
  const conflicts: Conflict[] = []
  const decisions: (Decision & { applied: boolean })[] = []
  const checkpoints = new Map<string, Checkpoint>()
  let marks = 0
  let tokens = 0

  const isOld = ({ ref, version }: ChangeEvent): boolean => {
    const done = settled.get(refKey(ref))
    if (version === null || done === undefined) return false
    return ref.side === 'commerce' ? version <= done.version : version < done.version
  }

  function markOne(event: ChangeEvent, force: boolean, notBefore: string): void {
    const key = refKey(event.ref)
    const row = dirty.get(key)
    const deleted = event.kind === 'deleted'
    marks++
    if (row === undefined) {
      dirty.set(key, {
        ref: event.ref,
        lane: event.lane,
        version: event.version,
        deleted,
        erase: event.erase,
        forced: force || event.version === null,
        uncertain: false,
        attempts: 0,
        markedAt: event.at,
        dueAt: notBefore,
        correlationId: event.correlationId,
        mark: marks,
        token: null,
        claimedMark: 0,
        expired: false,
      })
      return
    }
    row.mark = marks
    row.version = event.version === null ? row.version : Math.max(row.version ?? 0, event.version)
    row.deleted ||= deleted
    row.erase ||= event.erase
    row.forced ||= force || event.version === null
    if (lanes.indexOf(event.lane) < lanes.indexOf(row.lane)) row.lane = event.lane
    if (notBefore < row.dueAt) row.dueAt = notBefore
  }

  const linksOf = (ref: ResourceRef): IdentityLink[] =>
    [...links.values()].filter(link => sameRef(link.commerce, ref) || sameRef(link.crm, ref))
  const claimable = (row: Dirty): boolean => row.dueAt <= clock.now() && (row.token === null || row.expired)

  function claimRow(row: Dirty, token: string): ClaimedRow {
    row.uncertain ||= row.expired
    row.token = token
    row.expired = false
    row.claimedMark = row.mark
    const { ref, lane, version, deleted, erase, forced, uncertain, attempts, markedAt, correlationId } = row
    return { ref, lane, version, deleted, erase, forced, uncertain, attempts, markedAt, correlationId }
  }

  function saveLinks(settlement: Settlement, clashes: Set<string>): void {
    for (const change of settlement.links) {
      const key = partKey(change.link, change.link.commerce)
      const now = links.get(key)
      if (change.do === 'put') {
        const other = [...links.entries()].find(
          ([at, link]) =>
            at !== key &&
            link.mapping === change.link.mapping &&
            link.role === change.link.role &&
            sameRef(link.crm, change.link.crm),
        )
        if (other || (now?.revision ?? null) !== change.revision) clashes.add(refKey(change.link.commerce))
        else
          links.set(key, {
            ...change.link,
            revision: (now?.revision ?? 0) + 1,
            since: now?.since ?? clock.now(),
            savedAt: clock.now(),
          })
      } else if (now === undefined || now.revision !== change.link.revision) clashes.add(refKey(change.link.commerce))
      else if (change.do === 'remove') links.delete(key)
      else
        links.set(key, {
          ...now,
          base: change.base,
          restores: change.restores,
          revision: now.revision + 1,
          savedAt: clock.now(),
        })
    }
  }

  function free(row: Dirty, dueAt: string): void {
    row.token = null
    row.expired = false
    row.dueAt = dueAt
    for (const link of linksOf(row.ref)) leased.delete(partKey(link, link.commerce))
  }

  function saveRow(one: Settlement['rows'][number], clash: boolean): void {
    const key = refKey(one.ref)
    const row = dirty.get(key)
    if (row === undefined || one.do === 'keep') return
    if (clash) {
      free(row, clock.now())
      return
    }
    if (one.do === 'free') {
      row.attempts += one.countsAttempt ? 1 : 0
      row.uncertain ||= one.uncertain
      row.lane = one.lane ?? row.lane
      free(row, one.notBefore ?? clock.now())
      return
    }
    for (const link of linksOf(one.ref)) leased.delete(partKey(link, link.commerce))
    if (row.mark !== row.claimedMark) {
      row.attempts = 0
      row.uncertain = false
      free(row, clock.now())
      return
    }
    dirty.delete(key)
    const before = settled.get(key)?.version ?? 0
    if (one.version !== null) settled.set(key, { version: Math.max(before, one.version), gone: one.gone })
  }

  const store: MemoryStore = {
    dirtyRows: dirty,
    linkRows: links,
    journalRows: journal,
    failureRows: failures,
    conflictRows: conflicts,
    expire() {
      for (const row of dirty.values()) row.expired = row.token !== null
      leased.clear()
    },
    async mark(events, options = {}) {
      let dropped = 0
      for (const event of events)
        if (!options.force && isOld(event)) dropped++
        else markOne(event, options.force ?? false, options.notBefore ?? clock.now())
      return { marked: events.length - dropped, dropped }
    },
    async claim({ side, limit, lanes: wanted }) {
      const due = [...dirty.values()].filter(
        row => row.ref.side === side && claimable(row) && wanted.includes(row.lane),
      )
      const lane = lanes.find(one => due.some(row => row.lane === one))
      if (lane === undefined) return null
      const token = `token-${++tokens}`
      const rows: ClaimedRow[] = []
      const taken: IdentityLink[] = []
      for (const row of due.filter(one => one.lane === lane).slice(0, limit)) {
        const own = linksOf(row.ref)
        if (own.some(link => leased.has(partKey(link, link.commerce)))) continue
        for (const link of own) leased.set(partKey(link, link.commerce), token)
        taken.push(...own)
        rows.push(claimRow(row, token))
      }
      return rows.length === 0 ? null : ({ token, lane, rows, links: taken } satisfies Claim)
    },
    renew: async token => [...dirty.values()].some(row => row.token === token && !row.expired),
    async release(token, { notBefore }) {
      for (const row of dirty.values()) if (row.token === token) free(row, notBefore ?? clock.now())
    },
    links: async refs => refs.flatMap(linksOf),
    claimants: async refs => refs.flatMap(ref => [...links.values()].filter(link => sameRef(link.crm, ref))),
    decisions: async sources => decisions.filter(one => !one.applied && sources.some(ref => sameRef(ref, one.source))),
    async save(token, settlement) {
      if (settlement.rows.some(one => dirty.get(refKey(one.ref))?.token !== token)) return false
      const clashes = new Set<string>()
      saveLinks(settlement, clashes)
      for (const one of settlement.rows) saveRow(one, clashes.has(refKey(one.ref)))
      for (const mark of settlement.marks) markOne(mark, true, clock.now())
      for (const { source, mapping, role } of settlement.resolved) {
        for (const one of failures)
          if (one.state === 'open' && sameRef(one.source, source) && one.mapping === mapping && one.role === role)
            Object.assign(one, { state: 'resolved' })
        for (const one of conflicts)
          if (one.state === 'open' && sameRef(one.source, source) && one.mapping === mapping && one.role === role)
            Object.assign(one, { state: 'closed' })
      }
      for (const one of settlement.failures)
        failures.push({ ...one, id: `failure-${failures.length}`, state: 'open', failedAt: clock.now() })
      for (const one of settlement.conflicts)
        conflicts.push({ ...one, id: `conflict-${conflicts.length}`, state: 'open', openedAt: clock.now() })
      for (const one of decisions)
        if (settlement.applied.some(done => done.conflict === one.conflict)) one.applied = true
      journal.push(...settlement.journal)
      return true
    },
    async nextDue(side) {
      const due = [...dirty.values()].filter(row => row.ref.side === side && row.token === null).map(row => row.dueAt)
      return due.sort()[0] ?? null
    },
    async backlog() {
      const none = { due: 0, later: 0, claimed: 0, oldestDueAt: null }
      const counts: Record<Lane, Backlog['lanes'][Lane]> = { live: none, retry: none, backfill: none, reconcile: none }
      for (const row of dirty.values()) {
        const what = row.token !== null ? 'claimed' : row.dueAt <= clock.now() ? 'due' : 'later'
        counts[row.lane] = { ...counts[row.lane], [what]: counts[row.lane][what] + 1 }
      }
      const open = <T extends { state: string }>(rows: readonly T[]): number =>
        rows.filter(one => one.state === 'open').length
      return { lanes: counts, links: links.size, conflicts: open(conflicts), failures: open(failures), waiting: 0 }
    },
    due: async (side, wanted, upTo) =>
      Math.min(
        upTo,
        [...dirty.values()].filter(row => row.ref.side === side && claimable(row) && wanted.includes(row.lane)).length,
      ),
    conflicts: async () => ({ items: conflicts, next: null }),
    conflict: async id => conflicts.find(one => one.id === id) ?? null,
    async decide(id, choice, by, correlationId) {
      const conflict = conflicts.find(one => one.id === id && one.state === 'open')
      if (conflict === undefined) return null
      Object.assign(conflict, { state: 'decided' })
      const { source, mapping, role, kind } = conflict
      const decision: Decision = { conflict: id, kind, source, mapping, role, choice, by, at: clock.now() }
      decisions.push({ ...decision, applied: false })
      markOne(
        { id, ref: source, kind: 'changed', version: null, at: clock.now(), correlationId, lane: 'live', erase: false },
        true,
        clock.now(),
      )
      return decision
    },
    failures: async () => ({ items: failures, next: null }),
    failure: async id => failures.find(one => one.id === id) ?? null,
    async closeFailure(id, how, correlationId) {
      const one = failures.find(failure => failure.id === id && failure.state === 'open')
      if (one === undefined) return null
      Object.assign(one, { state: how === 'retry' ? 'retried' : 'discarded' })
      if (how === 'retry')
        markOne(
          {
            id,
            ref: one.source,
            kind: 'changed',
            version: null,
            at: clock.now(),
            correlationId,
            lane: 'retry',
            erase: false,
          },
          true,
          clock.now(),
        )
      return one
    },
    async journal(entries) {
      journal.push(...entries)
    },
    trace: async of =>
      journal.filter(one => ('ref' in of ? sameRef(one.ref, of.ref) : one.correlationId === of.correlationId)),
    dirty: async ref => dirty.get(refKey(ref)) ?? null,
    settled: async ref => settled.get(refKey(ref)) ?? null,
    checkpoint: async stream => checkpoints.get(stream) ?? null,
    async putCheckpoint(checkpoint) {
      checkpoints.set(checkpoint.stream, checkpoint)
    },
    async bind() {},
    async maintain() {},
    async ping() {},
    async [Symbol.asyncDispose]() {},
  }
  return store
}
