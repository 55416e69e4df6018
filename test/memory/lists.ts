/** What people look at, in memory: conflicts with their decisions, and failures. */
import { erasureFailed, type FailedRecord, type Settlement } from '../../src/model/outcome.ts'
import type { Conflict, Decision } from '../../src/model/plan.ts'
import type { Clock, Store } from '../../src/model/ports.ts'
import { type ChangeEvent, type Lane, type ResourceRef, sameRef } from '../../src/model/resource.ts'

type Listed = Pick<
  Store,
  'decisions' | 'conflicts' | 'conflict' | 'decide' | 'failures' | 'failure' | 'closeFailure'
> & {
  readonly failureRows: FailedRecord[]
  readonly conflictRows: Conflict[]
  /** Enters what a save says of them. */
  enter(settlement: Settlement): void
}

export function memoryLists(clock: Clock, markAgain: (event: ChangeEvent) => void): Listed {
  const failures: FailedRecord[] = []
  const conflicts: Conflict[] = []
  const decisions: (Decision & { applied: boolean })[] = []
  const again = (id: string, ref: ResourceRef, correlationId: string, lane: Lane, erase = false): void => {
    const kind = erase ? 'deleted' : 'changed'
    markAgain({ id, ref, kind, version: null, at: clock.now(), correlationId, lane, erase })
  }

  return {
    failureRows: failures,
    conflictRows: conflicts,
    enter(settlement) {
      for (const { source, mapping, role, seen } of settlement.resolved) {
        const isIt = (one: { state: string; source: ResourceRef; mapping: string; role: string }): boolean =>
          one.state === 'open' && sameRef(one.source, source) && one.mapping === mapping && one.role === role
        for (const one of failures) if (isIt(one)) Object.assign(one, { state: 'resolved' })
        for (const one of conflicts)
          if ((seen || one.kind === 'duplicate-rule') && isIt(one)) Object.assign(one, { state: 'closed' })
      }
      for (const one of settlement.failures)
        failures.push({ ...one, id: `failure-${failures.length}`, state: 'open', failedAt: clock.now() })
      for (const one of settlement.conflicts) {
        const open = conflicts.find(
          each =>
            each.state === 'open' &&
            sameRef(each.source, one.source) &&
            each.mapping === one.mapping &&
            each.role === one.role,
        )
        if (open) Object.assign(open, one)
        else conflicts.push({ ...one, id: `conflict-${conflicts.length}`, state: 'open', openedAt: clock.now() })
      }
      const isOvertaken = (one: Decision, by: Decision): boolean =>
        sameRef(one.source, by.source) && one.mapping === by.mapping && one.role === by.role && one.at < by.at
      for (const one of decisions)
        if (settlement.applied.some(done => done.conflict === one.conflict || isOvertaken(one, done)))
          one.applied = true
    },
    decisions: async sources => decisions.filter(one => !one.applied && sources.some(ref => sameRef(ref, one.source))),
    conflicts: async () => ({ items: conflicts, next: null }),
    conflict: async id => conflicts.find(one => one.id === id) ?? null,
    async decide(id, choice, by, correlationId) {
      const conflict = conflicts.find(one => one.id === id && one.state === 'open')
      if (conflict === undefined) return null
      Object.assign(conflict, { state: 'decided' })
      const { source, mapping, role, kind } = conflict
      const decision: Decision = { conflict: id, kind, source, mapping, role, choice, by, at: clock.now() }
      decisions.push({ ...decision, applied: false })
      again(id, source, correlationId, 'live')
      return decision
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
