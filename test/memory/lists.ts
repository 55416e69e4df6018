/** What people look at, in memory: conflicts with their decisions, and failures. */
import { erasureFailed, type FailedRecord, type Settlement } from '../../src/model/outcome.ts'
import type { Choice, Conflict, Decision, PastDecision } from '../../src/model/plan.ts'
import type { Clock, Store } from '../../src/model/ports.ts'
import { type ChangeEvent, type Lane, type ResourceRef, sameRef } from '../../src/model/resource.ts'

type Listed = Pick<
  Store,
  | 'decisions'
  | 'pastDecisions'
  | 'conflicts'
  | 'conflict'
  | 'openAbout'
  | 'meant'
  | 'decide'
  | 'decideAll'
  | 'undo'
  | 'failures'
  | 'failure'
  | 'closeFailure'
> & {
  readonly failureRows: FailedRecord[]
  readonly conflictRows: Conflict[]
  /** Enters what a save says of them. */
  enter(settlement: Pick<Settlement, 'applied' | 'resolved' | 'listings' | 'links' | 'conflicts' | 'failures'>): void
  /** Takes all away that is about these. */
  forget(isIt: (ref: ResourceRef) => boolean): void
}

export function memoryLists(
  clock: Clock,
  markAgain: (event: ChangeEvent) => void,
  holder: (ref: ResourceRef) => 'at-work' | 'uncertain' | null,
): Listed {
  const failures: FailedRecord[] = []
  const conflicts: Conflict[] = []
  const decisions: (PastDecision & { appliedAt: string | null; undoneAt: string | null; undoneBy: string | null })[] =
    []
  const isAsked = ({ state }: Conflict): boolean => state === 'open' || state === 'awaits-merge'
  const hasASay = (one: PastDecision): boolean =>
    one.undoneAt === null && (one.appliedAt === null || one.choice.do === 'ignore')
  const isSamePart = (a: Omit<Decision, 'choice' | 'by' | 'at' | 'conflict'>, b: typeof a): boolean =>
    sameRef(a.source, b.source) && a.mapping === b.mapping && a.role === b.role
  const again = (id: string, ref: ResourceRef, correlationId: string, lane: Lane, erase = false): void => {
    const kind = erase ? 'deleted' : 'changed'
    markAgain({ id, ref, kind, version: null, at: clock.now(), correlationId, lane, erase })
  }

  function decideOne(id: string, choice: Choice, by: string, correlationId: string): Decision | null {
    const conflict = conflicts.find(one => one.id === id && one.state === 'open')
    if (conflict === undefined) return null
    Object.assign(conflict, { state: choice.do === 'wait' ? 'awaits-merge' : 'decided' })
    const { source, mapping, role, kind } = conflict
    const [first = null] = conflict.candidates
    const entered: Choice = choice.do === 'share' ? { do: 'share', crm: first } : choice
    const decision: Decision = { conflict: id, kind, source, mapping, role, choice: entered, by, at: clock.now() }
    for (const old of decisions)
      if (hasASay(old) && isSamePart(old, conflict) && (choice.do !== 'take' || old.choice.do === 'take')) {
        Object.assign(old, { undoneAt: clock.now(), undoneBy: by })
        const over = conflicts.find(one => one.id === old.conflict)
        if (over !== undefined && over !== conflict) Object.assign(over, { state: 'closed' })
      }
    decisions.push({ ...decision, appliedAt: null, undoneAt: null, undoneBy: null })
    again(id, source, correlationId, 'live')
    return decision
  }

  return {
    failureRows: failures,
    conflictRows: conflicts,
    enter(settlement) {
      const now = clock.now()
      const carried = (id: string): void => {
        for (const one of decisions)
          if (one.conflict === id && one.undoneAt === null && one.appliedAt === null) one.appliedAt = now
      }
      for (const one of settlement.applied) {
        carried(one.conflict)
        const conflict = conflicts.find(({ id }) => id === one.conflict)
        if (conflict !== undefined)
          Object.assign(conflict, { state: one.choice.do === 'ignore' ? 'ignored' : 'closed' })
      }
      for (const { source, mapping, role, seen } of settlement.resolved) {
        const isIt = (one: { source: ResourceRef; mapping: string; role: string }): boolean =>
          sameRef(one.source, source) && one.mapping === mapping && one.role === role
        for (const one of failures) if (one.state === 'open' && isIt(one)) Object.assign(one, { state: 'resolved' })
        for (const one of conflicts)
          if ((seen || one.kind === 'duplicate-rule') && isAsked(one) && isIt(one)) {
            Object.assign(one, { state: 'closed' })
            carried(one.id)
          }
      }
      for (const { source, mapping, roles } of settlement.listings) {
        const isGone = (one: { source: ResourceRef; mapping: string; role: string }): boolean =>
          sameRef(one.source, source) && one.mapping === mapping && one.role.includes('/') && !roles.includes(one.role)
        for (const one of failures) if (one.state === 'open' && isGone(one)) Object.assign(one, { state: 'resolved' })
        for (const one of conflicts) if (isAsked(one) && isGone(one)) Object.assign(one, { state: 'closed' })
      }
      for (const change of settlement.links)
        for (const one of conflicts) {
          if (one.kind !== 'disagrees' || one.source.side !== 'crm' || !isAsked(one) || change.do === 'base') continue
          const { crm } = change.link
          const isOver =
            change.do === 'put' ? sameRef(one.source, crm) : one.candidates.some(candidate => sameRef(candidate, crm))
          if (isOver) Object.assign(one, { state: 'closed' })
        }
      for (const one of settlement.failures)
        failures.push({ ...one, id: `failure-${failures.length}`, state: 'open', failedAt: now })
      for (const one of settlement.conflicts) {
        const isIgnored = decisions.some(
          each => each.undoneAt === null && each.choice.do === 'ignore' && isSamePart(each, one),
        )
        if (isIgnored) continue
        const known = conflicts.find(each => isAsked(each) && isSamePart(each, one))
        const goesOn = known?.kind === one.kind && (one.kind === 'lead' || one.candidates.length > 1)
        if (known === undefined)
          conflicts.push({ ...one, id: `conflict-${conflicts.length}`, state: 'open', openedAt: now })
        else {
          Object.assign(known, one, goesOn ? {} : { state: 'open' })
          if (known.state === 'open') carried(known.id)
        }
      }
    },
    forget(isIt) {
      for (const rows of [failures, conflicts, decisions])
        for (let at = rows.length - 1; at >= 0; at--) {
          const one = rows[at]
          if (one !== undefined && isIt(one.source)) rows.splice(at, 1)
        }
    },
    decisions: async sources => decisions.filter(one => hasASay(one) && sources.some(ref => sameRef(ref, one.source))),
    pastDecisions: async id => decisions.filter(one => one.conflict === id),
    conflicts: async () => ({ items: conflicts.map(one => ({ ...one, waiting: 0 })), next: null }),
    conflict: async id => {
      const found = conflicts.find(one => one.id === id)
      return found === undefined ? null : { ...found, waiting: 0 }
    },
    openAbout: async (refs, kind) =>
      conflicts
        .filter(one => one.state === 'open' && one.kind === kind && refs.some(ref => sameRef(ref, one.source)))
        .map(one => ({ ...one, waiting: 0 })),
    async meant({ kind, mapping, role, field, openedBefore, source }, upTo) {
      const found = conflicts.filter(
        one =>
          one.state === 'open' &&
          (kind ?? one.kind) === one.kind &&
          (mapping ?? one.mapping) === one.mapping &&
          (role ?? one.role) === one.role &&
          (field === undefined || one.fields.some(each => each.field === field)) &&
          (openedBefore === undefined || one.openedAt < openedBefore) &&
          sameRef(source ?? one.source, one.source),
      )
      const counted = (names: readonly string[]) =>
        Object.fromEntries(names.map(name => [name, names.filter(each => each === name).length]))
      return {
        total: found.length,
        ids: found.slice(0, upTo).map(one => one.id),
        kinds: counted(found.map(one => one.kind)),
        fields: counted(found.flatMap(one => one.fields.map(each => each.field))),
      }
    },
    decide: async (id, choice, by, correlationId) => decideOne(id, choice, by, correlationId),
    decideAll: async (ids, choice, by, correlationId) =>
      ids.flatMap(id => decideOne(id, choice, by, correlationId) ?? []),
    async undo(id, by, correlationId) {
      const conflict = conflicts.find(one => one.id === id)
      const decision = decisions.find(one => one.conflict === id && one.undoneAt === null)
      if (conflict === undefined || decision === undefined) return 'not-decided'
      if (!hasASay(decision)) return 'carried-out'
      const held = holder(conflict.source)
      if (held !== null) return held
      if (conflicts.some(one => one !== conflict && isAsked(one) && isSamePart(one, conflict))) return 'asked-again'
      Object.assign(conflict, { state: 'open' })
      Object.assign(decision, { undoneAt: clock.now(), undoneBy: by })
      again(id, conflict.source, correlationId, 'live')
      return 'undone'
    },
    failures: async () => ({ items: failures, next: null }),
    failure: async id => failures.find(one => one.id === id) ?? null,
    async closeFailure(id, how, correlationId) {
      const one = failures.find(failure => failure.id === id && failure.state === 'open')
      if (one === undefined) return null
      Object.assign(one, { state: how === 'retry' ? 'retried' : 'discarded' })
      if (how === 'retry') again(id, one.source, correlationId, 'retry', one.failure.code === erasureFailed)
      return one
    },
  }
}
