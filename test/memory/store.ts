/** The Store port in memory: the protocol of the tables without a database, so that engine and properties run in microseconds. */
import type { IdentityLink } from '../../src/model/identity.ts'
import type { FailedRecord, JournalEntry, RowSettlement, Settlement } from '../../src/model/outcome.ts'
import type { Conflict } from '../../src/model/plan.ts'
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
import { LinkTable, memoryLinks, partKey } from './links.ts'
import { memoryLists } from './lists.ts'
import { memorySightings } from './sightings.ts'

/** `deleted`, `erase`, `forced` and `uncertain` hold the mark they came with: settling forgets those it has seen. */
type Dirty = {
  ref: ResourceRef
  lane: Lane
  version: Version | null
  deleted: number | null
  erase: number | null
  forced: number | null
  uncertain: number | null
  attempts: number
  markedAt: string
  dueAt: string
  notBefore: string
  correlationId: string
  mark: number
  token: string | null
  claimedMark: number
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

/** Rules of the protocol that a test may leave out, to prove that it would be seen. */
export type StoreRule =
  | 'an event above what is settled is kept'
  | 'a forced mark is never dropped'
  | 'a row that was marked meanwhile stays'
  | 'a Salesforce event of the version that is settled is kept'
  | 'a row belongs to one pass at a time'
  | 'both ends of a link belong to one pass at a time'
  | 'a row claimed over an expired lease is uncertain'
  | 'a row stays uncertain until it is settled'
  | 'a SAVE is fenced by its token'

const latest = (a: string, b: string): string => (a > b ? a : b)

export function memoryStore(clock: Clock, without: StoreRule | null = null): MemoryStore {
  const has = (rule: StoreRule): boolean => rule !== without
  const dirty = new Map<string, Dirty>()
  const settled = new Map<string, { version: Version; gone: boolean }>()
  const links = new LinkTable()
  const claims = new Map<string, { until: number }>()
  const leased = new Map<string, { token: string; ref: ResourceRef }>()
  const holds = new Map<string, { token: string; ref: ResourceRef }>()
  const waits = new Map<string, Set<string>>()
  /** When each commerce record was last saved, and what each claim could see of that. */
  const savedAs = new Map<string, number>()
  const claimedAs = new Map<string, number>()
  let saves = 0
  const seen = memorySightings(event => markOne(event, true, clock.now()))
  const journal: JournalEntry[] = []
  const checkpoints = new Map<string, Checkpoint>()
  let tokens = 0
  const lists = memoryLists(
    clock,
    event => markOne(event, true, clock.now()),
    ref => {
      const row = dirty.get(refKey(ref))
      if (row === undefined || (row.token === null && row.uncertain === null)) return null
      return row.token === null ? 'uncertain' : 'at-work'
    },
  )

  const isOld = ({ ref, version, kind, erase }: ChangeEvent): boolean => {
    const done = settled.get(refKey(ref))
    if (done === undefined || erase || (kind === 'deleted' && !done.gone)) return false
    if (version === null) return !has('a forced mark is never dropped')
    if (!has('an event above what is settled is kept')) return true
    const isStrict = ref.side === 'crm' && has('a Salesforce event of the version that is settled is kept')
    return isStrict ? version < done.version : version <= done.version
  }

  function markOne(event: ChangeEvent, force: boolean, dueAt: string): void {
    const { ref, lane, version, kind, erase, doubt, at, correlationId } = event
    const key = refKey(ref)
    const row = dirty.get(key)
    const mark = (row?.mark ?? 0) + 1
    const forced = force || version === null ? mark : (row?.forced ?? null)
    const deleted = kind === 'deleted' ? mark : (row?.deleted ?? null)
    const erased = erase ? mark : (row?.erase ?? null)
    if (row === undefined) {
      const fresh = { uncertain: doubt ? mark : null, attempts: 0, notBefore: '', token: null, claimedMark: 0 }
      const told = { ref, lane, version, correlationId, markedAt: at, dueAt, mark, forced, deleted, erase: erased }
      dirty.set(key, { ...fresh, ...told })
      return
    }
    Object.assign(row, { mark, forced, deleted, erase: erased, uncertain: doubt ? mark : row.uncertain })
    if (version !== null) row.version = Math.max(row.version ?? 0, version)
    if (lanes.indexOf(lane) <= lanes.indexOf(row.lane)) Object.assign(row, { lane, correlationId })
    row.dueAt = latest(row.dueAt < dueAt ? row.dueAt : dueAt, row.notBefore)
  }

  const linksOf = (ref: ResourceRef): IdentityLink[] => links.of(ref).map(([, link]) => link)
  const isDue = (row: Dirty, wanted: readonly Lane[]): boolean =>
    row.dueAt <= clock.now() &&
    (row.token === null || !has('a row belongs to one pass at a time')) &&
    wanted.includes(row.lane)

  /** Claims whose lease ran out are taken apart; their rows come back as uncertain. */
  function reap(): void {
    for (const [token, { until }] of claims) {
      if (until > clock.monotonicMs()) continue
      for (const row of dirty.values())
        if (row.token === token) {
          row.token = null
          if (has('a row claimed over an expired lease is uncertain')) row.uncertain = row.mark
        }
      endClaim(token)
    }
  }

  function endClaim(token: string): void {
    claims.delete(token)
    for (const held of [leased, holds]) for (const [key, lease] of held) if (lease.token === token) held.delete(key)
  }

  function claimRow(row: Dirty, token: string): ClaimedRow {
    row.token = token
    row.claimedMark = row.mark
    const { ref, lane, version, attempts, markedAt, correlationId } = row
    const [deleted, erase] = [row.deleted !== null, row.erase !== null]
    const [forced, uncertain] = [row.forced !== null, row.uncertain !== null]
    return { ref, lane, version, deleted, erase, forced, uncertain, attempts, markedAt, correlationId }
  }

  const saveLinks = memoryLinks(clock, links, event => markOne(event, true, clock.now()))

  function forget({ forgotten }: Settlement): void {
    const isIt = (ref: ResourceRef | null): boolean => ref !== null && forgotten.some(one => sameRef(one, ref))
    seen.forget(isIt)
    for (const ref of forgotten) settled.delete(refKey(ref))
    const kept = journal.filter(one => !isIt(one.ref)).map(one => (isIt(one.target) ? { ...one, target: null } : one))
    journal.splice(0, journal.length, ...kept)
    lists.forget(isIt)
  }

  function free(row: Dirty, one: Partial<RowSettlement>): void {
    const isMarked = row.mark > row.claimedMark
    row.token = null
    row.attempts += one.countsAttempt ? 1 : 0
    if (one.uncertain && has('a row stays uncertain until it is settled')) row.uncertain = row.mark
    const lane = one.lane ?? row.lane
    if (!isMarked || lanes.indexOf(lane) < lanes.indexOf(row.lane)) row.lane = lane
    row.notBefore = one.notBefore ?? ''
    row.dueAt = one.notBefore ?? clock.now()
  }

  function settle(row: Dirty, one: RowSettlement): void {
    const key = refKey(one.ref)
    const version = one.version ?? (one.gone ? (row.version ?? 0) : null)
    if (version !== null)
      settled.set(key, { version: Math.max(settled.get(key)?.version ?? 0, version), gone: one.gone })
    if (row.mark === row.claimedMark || !has('a row that was marked meanwhile stays')) {
      dirty.delete(key)
      return
    }
    const since = (mark: number | null): number | null => (mark !== null && mark > row.claimedMark ? mark : null)
    const { forced, deleted, erase, uncertain } = row
    const kept = { forced: since(forced), deleted: since(deleted), erase: since(erase), uncertain: since(uncertain) }
    Object.assign(row, kept, { token: null, attempts: 0, dueAt: latest(clock.now(), row.notBefore) })
  }

  function saveRow(token: string, one: RowSettlement, isClash: boolean): void {
    const row = dirty.get(refKey(one.ref))
    if (row === undefined) return
    if (isClash) {
      const mark = row.mark + 1
      const [deleted, erase] = [row.deleted && mark, row.erase && mark]
      Object.assign(row, { mark, forced: mark, uncertain: mark, deleted, erase })
    }
    if (one.do === 'keep') {
      for (const link of linksOf(one.ref)) leased.set(partKey(link, link.commerce), { token, ref: one.ref })
      return
    }
    if (one.do === 'free') free(row, one)
    else settle(row, isClash ? { ...one, version: null, gone: false } : one)
    for (const held of [leased, holds])
      for (const [key, lease] of held) if (lease.token === token && sameRef(lease.ref, one.ref)) held.delete(key)
  }

  /** Who waits for something that was saved since the claim does not wait; the others sleep until it is saved. */
  function saveWaits(token: string, settlement: Settlement): void {
    saves++
    const put = settlement.links.map(({ link }) => link.commerce)
    for (const ref of [
      ...settlement.wakes,
      ...put,
      ...settlement.rows.filter(one => one.do === 'settle').map(one => one.ref),
    ])
      savedAs.set(refKey(ref), saves)
    for (const { ref, do: what } of settlement.rows) if (what !== 'keep') waits.delete(refKey(ref))
    const wakes = new Set(settlement.wakes.map(refKey))
    for (const [waiting, awaited] of waits) if (!awaited.isDisjointFrom(wakes)) goOn(waiting)
    for (const { waiting, awaited } of settlement.waits) {
      const key = refKey(waiting)
      waits.set(key, (waits.get(key) ?? new Set()).add(refKey(awaited)))
      // Only late, not held: the next mark may take it up at once.
      const row = dirty.get(key)
      if (row !== undefined) Object.assign(row, { notBefore: '' }, row.mark > row.claimedMark && { dueAt: clock.now() })
      if ((savedAs.get(refKey(awaited)) ?? 0) > (claimedAs.get(token) ?? 0)) goOn(key)
    }
  }

  function goOn(waiting: string): void {
    waits.delete(waiting)
    const row = dirty.get(waiting)
    if (row !== undefined && row.token === null) Object.assign(row, { notBefore: '', dueAt: clock.now() })
  }

  return {
    ...lists,
    dirtyRows: dirty,
    linkRows: links,
    journalRows: journal,
    expire() {
      for (const claim of claims.values()) claim.until = Number.NEGATIVE_INFINITY
    },
    async mark(events, options = {}) {
      let dropped = 0
      for (const event of events)
        if ((!options.force || !has('a forced mark is never dropped')) && isOld(event)) dropped++
        else markOne(event, options.force ?? false, options.notBefore ?? clock.now())
      return { marked: events.length - dropped, dropped }
    },
    async claim({ side, limit, lanes: wanted, leaseMs }) {
      reap()
      const due = [...dirty.values()].filter(row => row.ref.side === side && isDue(row, wanted))
      const lane = lanes.find(one => due.some(row => row.lane === one))
      if (lane === undefined) return null
      const token = `token-${++tokens}`
      const rows: ClaimedRow[] = []
      const taken: IdentityLink[] = []
      const ofLane = due.filter(one => one.lane === lane).toSorted((a, b) => (a.dueAt < b.dueAt ? -1 : 1))
      for (const row of ofLane.slice(0, limit)) {
        const own = linksOf(row.ref)
        const isLeased = own.some(link => leased.has(partKey(link, link.commerce)))
        const isHeld =
          has('a row belongs to one pass at a time') && has('both ends of a link belong to one pass at a time')
        if (isLeased && isHeld) continue
        for (const link of own) leased.set(partKey(link, link.commerce), { token, ref: row.ref })
        taken.push(...own)
        rows.push(claimRow(row, token))
      }
      if (rows.length === 0) return null
      claims.set(token, { until: clock.monotonicMs() + leaseMs })
      claimedAs.set(token, saves)
      return { token, lane, rows, links: taken } satisfies Claim
    },
    async renew(token, leaseMs) {
      const claim = claims.get(token)
      if (claim !== undefined) claim.until = clock.monotonicMs() + leaseMs
      return claim !== undefined
    },
    async release(token, { notBefore }) {
      for (const row of dirty.values())
        if (row.token === token) {
          row.token = null
          row.notBefore = latest(row.notBefore, notBefore ?? '')
          row.dueAt = latest(row.dueAt, notBefore ?? '')
        }
      endClaim(token)
    },
    async hold(token, wanted) {
      if (!claims.has(token)) return wanted.map(one => one.ref)
      return wanted.flatMap(({ ref, keys }) => {
        const isFree = keys.every(key => {
          const held = holds.get(key)
          return held === undefined || !claims.has(held.token) || (held.token === token && sameRef(held.ref, ref))
        })
        if (!isFree) return [ref]
        for (const key of keys) holds.set(key, { token, ref })
        return []
      })
    },
    links: async refs => refs.flatMap(linksOf),
    sightings: seen.sightings,
    claimants: async refs => refs.flatMap(ref => linksOf(ref).filter(link => sameRef(link.crm, ref))),
    async save(token, settlement) {
      const isHeld = settlement.rows.every(one => dirty.get(refKey(one.ref))?.token === token)
      if ((!claims.has(token) || !isHeld) && has('a SAVE is fenced by its token')) return false
      seen.enter(settlement)
      const clashes = saveLinks(settlement)
      for (const one of settlement.rows) saveRow(token, one, clashes.has(refKey(one.ref)))
      for (const mark of settlement.marks)
        if (has('a forced mark is never dropped') || !isOld(mark)) markOne(mark, true, clock.now())
      saveWaits(token, settlement)
      lists.enter(settlement)
      const isErased = (ref: ResourceRef): boolean => settlement.erased.some(one => sameRef(one, ref))
      for (const [at, one] of journal.entries()) if (isErased(one.ref)) journal[at] = { ...one, detail: null }
      journal.push(...settlement.journal)
      if (settlement.forgotten.length > 0) forget(settlement)
      if (![...dirty.values()].some(row => row.token === token)) endClaim(token)
      return true
    },
    async relink({ links: found, marks, conflicts, resolved, journal: lines }) {
      for (const event of marks) markOne(event, true, clock.now())
      const puts = found.map(link => ({ do: 'put', link, revision: null }) as const)
      const clashes = saveLinks({ links: puts })
      lists.enter({ conflicts, resolved, listings: [], failures: [], applied: [], links: puts })
      journal.push(...lines)
      return found.filter(one => clashes.has(refKey(one.commerce))).map(one => `${one.role} ${refKey(one.commerce)}`)
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
      const open = (rows: readonly { state: string }[]): number => rows.filter(one => one.state === 'open').length
      const listed = { conflicts: open(lists.conflictRows), failures: open(lists.failureRows) }
      return { lanes: counts, links: links.size, ...listed, waiting: waits.size }
    },
    due: async (side, wanted, upTo) =>
      Math.min(upTo, [...dirty.values()].filter(row => row.ref.side === side && isDue(row, wanted)).length),
    async journal(entries) {
      journal.push(...entries)
    },
    trace: async of =>
      journal.filter(one => ('ref' in of ? sameRef(one.ref, of.ref) : one.correlationId === of.correlationId)),
    dirty: async ref =>
      [...dirty.values()].filter(row => sameRef(row.ref, ref)).map(row => claimRow({ ...row }, ''))[0] ?? null,
    settled: async ref => settled.get(refKey(ref)) ?? null,
    unheard: async seen =>
      seen
        .filter(({ ref, version }) => {
          const row = dirty.get(refKey(ref))
          const isAwaited = row !== undefined && (row.version === null ? row.token === null : row.version >= version)
          return (settled.get(refKey(ref))?.version ?? -1) < version && !isAwaited
        })
        .map(({ ref }) => ref),
    known: async refs => refs.filter(ref => dirty.has(refKey(ref)) || linksOf(ref).length > 0),
    linked: async ({ project, type, after, limit }) => {
      const found = [...links.values()].map(({ commerce }) => commerce)
      const own = found.filter(ref => ref.type === type && ref.id.startsWith(`${project}/`))
      const later = own.filter(({ id }) => after === null || id > after.id)
      return [...new Map(later.map(ref => [ref.id, ref])).values()]
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, limit)
    },
    checkpoint: async stream => checkpoints.get(stream) ?? null,
    checkpoints: async () => [...checkpoints.values()],
    async putCheckpoint(checkpoint) {
      checkpoints.set(checkpoint.stream, checkpoint)
    },
    async bind() {},
    async maintain() {},
    async ping() {},
    async [Symbol.asyncDispose]() {},
  }
}
