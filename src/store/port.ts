/** The port over one open database: each method with the room it is written in, repeated after a lost race. */
import { sql } from 'kysely'
import type { Undone } from '../model/plan.ts'
import type { Clock, Store } from '../model/ports.ts'
import type { Adapter } from './adapter.ts'
import { backlog, due, nextDue, sharedBacklog } from './backlog.ts'
import { conflict, conflicts, openAbout } from './conflicts.ts'
import { decide, decisions, pastDecisions } from './decisions.ts'
import { isRace, isTaken } from './errors.ts'
import { closeFailure, failure, failures } from './failures.ts'
import { hold } from './hold.ts'
import { intake } from './intake.ts'
import { journal, trace } from './journal.ts'
import { claims, release, renew } from './lease.ts'
import { claimants, dirty, known, linked, links, settled, unheard } from './links.ts'
import { maintain } from './maintain.ts'
import { mark } from './mark.ts'
import { meant } from './meant.ts'
import { bind, checkpoint, checkpoints, putCheckpoint } from './meta.ts'
import { relink } from './relink.ts'
import { save } from './save.ts'
import type { Seal } from './seal.ts'
import { sightings } from './sightings.ts'
import type { Db } from './tables.ts'
import { retried, transact, Undo, undoable } from './transact.ts'
import { undo } from './undo.ts'

export type Parts = {
  readonly db: Db
  readonly adapter: Adapter
  readonly clock: Clock
  readonly seal: Seal
  readonly instance: string
}

export function portOver({ db, adapter, clock, seal, instance }: Parts): Store {
  const now = () => clock.now()
  const marks = intake(group => retried(() => mark(db, group, now())))
  let closing: Promise<void> | null = null

  const close = async () => {
    await marks.idle()
    await db.destroy()
    await adapter.close()
  }

  return {
    mark: async (events, options = {}) => {
      if (events.length === 0) return { marked: 0, dropped: 0 }
      const { force = false, notBefore = null } = options
      return marks.mark(events.map(event => ({ event, force, notBefore })))
    },
    claim: claims(db, instance, now),
    renew: (token, leaseMs) => renew(db, token, leaseMs),
    release: (token, { notBefore }) => release(db, token, notBefore),
    links: refs => retried(() => links(db, refs)),
    claimants: crm => retried(() => claimants(db, crm)),
    hold: (token, wanted) => transact(db, tx => hold(tx, token, wanted)),
    sightings: (who, upTo) => retried(() => sightings(db, who, upTo)),
    decisions: sources => retried(() => decisions(db, sources)),
    save: (token, settlement) =>
      undoable(
        db,
        false,
        tx => save(tx, token, settlement, seal, now()),
        error => isRace(error) || isTaken(error),
      ),
    relink: found => transact(db, tx => relink(tx, found, seal, now())),
    nextDue: side => retried(() => nextDue(db, side, now())),
    backlog: sharedBacklog(
      () => retried(() => backlog(db, now())),
      () => clock.monotonicMs(),
    ),
    due: (side, lanes, upTo) => retried(() => due(db, side, lanes, upTo, now())),
    conflicts: query => retried(() => conflicts(db, seal, query)),
    conflict: id => retried(() => conflict(db, seal, id)),
    openAbout: (refs, kind) => retried(() => openAbout(db, seal, refs, kind)),
    meant: (filter, upTo) => retried(() => meant(db, filter, upTo)),
    decide: (id, choice, by, correlationId) =>
      undoable(db, null, async tx => {
        const [decision] = await decide(tx, [id], { choice, by, correlationId, lane: 'live' }, now())
        if (decision === undefined) throw new Undo()
        return decision
      }),
    decideAll: (ids, choice, by, correlationId) =>
      transact(db, tx => decide(tx, ids, { choice, by, correlationId, lane: 'retry' }, now())),
    undo: async (id, by, correlationId) => {
      let refusal: Undone = 'not-decided'
      const undone = await undoable(db, null, async tx => {
        const answer = await undo(tx, id, by, correlationId, now())
        if (answer === 'undone') return answer
        refusal = answer
        throw new Undo()
      })
      return undone ?? refusal
    },
    pastDecisions: id => retried(() => pastDecisions(db, id)),
    failures: query => retried(() => failures(db, seal, query)),
    failure: id => retried(() => failure(db, seal, id)),
    closeFailure: (id, how, correlationId) =>
      undoable(db, null, tx => closeFailure(tx, seal, id, how, correlationId, now())),
    journal: entries => retried(() => journal(db, entries)),
    trace: (of, limit) => retried(() => trace(db, of, limit)),
    dirty: ref => retried(() => dirty(db, ref)),
    settled: ref => retried(() => settled(db, ref)),
    unheard: seen => retried(() => unheard(db, seen)),
    known: refs => retried(() => known(db, refs)),
    linked: query => retried(() => linked(db, query)),
    checkpoints: () => retried(() => checkpoints(db)),
    checkpoint: stream => retried(() => checkpoint(db, stream)),
    putCheckpoint: at => retried(() => putCheckpoint(db, at)),
    bind: (org, projects) => transact(db, tx => bind(tx, org, projects)),
    maintain: ({ journalDays }) => maintain(db, adapter, now(), journalDays),
    ping: () => retried(async () => void (await sql`select 1`.execute(db))),
    [Symbol.asyncDispose]: () => {
      closing ??= close()
      return closing
    },
  }
}
