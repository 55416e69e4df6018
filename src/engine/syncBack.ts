/** A pass that starts from Salesforce: what wins there goes to commercetools, what does not is put right by commerce. */
import { isRoleOf } from '../core/elements.ts'
import { planBack } from '../core/planBack.ts'
import { respond } from '../core/respond.ts'
import { restoresAfter } from '../core/settle.ts'
import type { IdentityLink, Present } from '../model/identity.ts'
import type { Schema } from '../model/mapping.ts'
import type { Failure, JournalEntry, Next, Outcome } from '../model/outcome.ts'
import type { CallContext, Claim, ClaimedRow, CommerceWrite } from '../model/ports.ts'
import { type Instant, refKey, type Snapshot, sameRef } from '../model/resource.ts'
import { type CarriedOut, nothingDone } from './carryOut.ts'
import { schemaOf } from './consider.ts'
import { contend, type Pair, type Planned } from './contend.ts'
import { doubtsOver } from './doubts.ts'
import type { Engine } from './engine.ts'
import { emptySettlement, forcedMark, freed, type Growing, line, settled } from './gather.ts'
import { isGuestLink } from './guest/holder.ts'
import { compared, readPresent, rebase } from './lookUp.ts'
import { projectionOf } from './projectionOf.ts'
import { read } from './read.ts'
import { wantedFields } from './seek.ts'

export type BackWork = {
  readonly context: CallContext
  readonly mayWrite: () => Promise<boolean>
  readonly troubles: number
}

type PresentSnapshot = Extract<Snapshot, { state: 'present' }>

function pairsOf(engine: Engine, { rows, links }: Claim): readonly Pair[] {
  return rows.flatMap(row => {
    const here = links.filter(link => sameRef(link.crm, row.ref))
    const own = here.filter(link => !isGuestLink(engine, link))
    // What is a customer's by now is no guest's to compare.
    return (own.length > 0 ? own : here).flatMap(link => {
      const mapping = engine.mappings.find(one => one.name === link.mapping)
      const part = mapping?.parts.find(one => isRoleOf(one, link.role))
      return mapping === undefined || part === undefined ? [] : [{ row, link, mapping, part }]
    })
  })
}

/** The pair's commerce record in CRM words, merged with what Salesforce holds; null when it takes no part (any more). */
function planOf(
  engine: Engine,
  pair: Pair,
  schema: Schema,
  found: Extract<Present, { state: 'present' }>,
  snapshot: PresentSnapshot,
): Planned | null {
  const { mapping, part, row, link } = pair
  const projection = projectionOf(engine, mapping, schema)
  const piece = projection.pieces(snapshot).find(one => one.draft.role === link.role)
  if (piece === undefined) return null
  const { draft, body } = piece
  const present = compared(engine, found, projection.canonical(link.role, body))
  const plan = planBack(draft, {
    part,
    link: rebase(engine, link, draft),
    present,
    uncertain: row.uncertain,
    decision: null,
    emptyDigest: field => engine.digester.digest(field, null),
  })
  return { ...pair, present, snapshot, plan }
}

/** A linked record that is gone in Salesforce, or merged away: the pass from commerce looks, and knows what that means. */
function missing(settlement: Growing, { row, link }: Pair, now: Instant): void {
  const { mapping, role, commerce } = link
  settlement.marks.push({ ...forcedMark(commerce, row.correlationId, now), doubt: true })
  settlement.journal.push({ ...line(row, now, 'gone', 'commerce looks at it'), mapping, role, target: commerce })
}

/** One request a commerce record: the changes of all its parts together. */
function writesOf(planned: readonly Planned[]): readonly CommerceWrite[] {
  const writes = new Map<string, CommerceWrite>()
  for (const { snapshot, plan } of planned) {
    if (plan.changes.length === 0) continue
    const before = writes.get(refKey(snapshot.ref))
    const { ref, version, body } = snapshot
    const changes = plan.changes.map(({ path, value }) => ({ path, value }))
    writes.set(refKey(ref), { ref, version, body, changes: [...(before?.changes ?? []), ...changes] })
  }
  return [...writes.values()]
}

const differ = <T>(a: Readonly<Record<string, T>>, b: Readonly<Record<string, T>>): boolean =>
  [...Object.keys(a), ...Object.keys(b)].some(key => a[key] !== b[key])

const learnt = (link: IdentityLink, base: IdentityLink['base'], restores: IdentityLink['restores']): boolean =>
  differ(link.base, base) || differ(link.restores, restores)

const readBehind: Failure = {
  is: 'stale',
  code: 'READ_BEHIND',
  message: 'commercetools answered with an older version than it had told of',
  fields: [],
  retryAt: null,
}

/**
 * A write to commerce is guarded by the version that was read; what is learnt without one is not. It may not rest on a
 * version older than one that was announced or settled. Asked only then: most looks at a record teach nothing.
 */
async function isBehind(engine: Engine, { link, plan, snapshot }: Planned): Promise<boolean> {
  const restores = restoresAfter(plan.verdicts, link.restores, 'crm')
  if (plan.changes.length > 0 || !(plan.yields.length > 0 || learnt(link, plan.base, restores))) return false
  const [dirty, done] = await Promise.all([engine.store.dirty(link.commerce), engine.store.settled(link.commerce)])
  return snapshot.version < Math.max(dirty?.version ?? 0, done?.version ?? 0)
}

/** What Salesforce's change left behind: the base, marks for commerce, conflicts, and a line of the story. */
function enter(settlement: Growing, { row, link, plan }: Planned, failure: Failure | null, now: Instant): void {
  const { mapping, role, commerce } = link
  const { conflict, changes, yields } = plan
  const story = (step: string, fields: readonly string[], detail: string | null): JournalEntry => ({
    ...line(row, now, step, ''),
    mapping,
    role,
    target: commerce,
    plan: changes.length > 0 ? 'update' : 'nothing',
    fields,
    detail,
  })
  if (failure !== null) {
    settlement.journal.push(story('failed', failure.fields, `${failure.code}: ${failure.message}`))
    return
  }
  if (conflict !== null) {
    settlement.conflicts.push({ ...conflict, source: commerce, mapping, role, correlationId: row.correlationId })
    settlement.journal.push(
      story(
        'conflict',
        conflict.fields.map(one => one.field),
        conflict.why,
      ),
    )
    return
  }
  const restores = restoresAfter(plan.verdicts, link.restores, 'crm')
  if (learnt(link, plan.base, restores)) settlement.links.push({ do: 'base', link, base: plan.base, restores })
  if (yields.length > 0) settlement.marks.push(forcedMark(commerce, row.correlationId, now))
  const written = changes.map(one => one.field)
  settlement.journal.push(
    story(
      written.length > 0 ? 'written' : 'unchanged',
      written,
      yields.length > 0 ? `commerce restores ${yields.join(', ')}` : null,
    ),
  )
}

const worst = (a: Next, b: Next): Next => (b.do === 'done' || a.do === 'pause' ? a : b)

/** What becomes of the row after its worst outcome. */
function settleRow(
  settlement: Growing,
  row: ClaimedRow,
  present: Present | undefined,
  next: Next,
  failure: Failure | null,
): void {
  const uncertain = failure?.is === 'uncertain'
  const version = present?.state === 'present' ? present.version : row.version
  if (next.do === 'retry')
    settlement.rows.push(freed(row.ref, { notBefore: next.at, countsAttempt: true, uncertain, lane: 'retry' }))
  else if (next.do === 'replan') settlement.rows.push(freed(row.ref, { countsAttempt: true, uncertain }))
  else if (next.do === 'pause') settlement.rows.push(freed(row.ref, { notBefore: next.until, uncertain }))
  else settlement.rows.push(settled(row.ref, version, present?.state === 'absent'))
}

/** The whole pass. Rejects with `RemoteFailure` as the ports do, before anything is written. */
export async function syncBack(
  engine: Engine,
  claim: Claim,
  { context, mayWrite, troubles }: BackWork,
): Promise<CarriedOut> {
  const counts = nothingDone()
  const pairs = pairsOf(engine, claim)
  const settlement = emptySettlement()
  const schema = await schemaOf(engine, context)
  const [present, snapshotOf] = await Promise.all([
    readPresent(
      engine,
      pairs.map(({ link, part }) => ({ link, fields: wantedFields(part, schema) })),
      context,
    ),
    read(
      engine,
      pairs.map(({ link }) => link.commerce),
      context,
    ),
  ])
  const now = engine.clock.now()
  const merged: Planned[] = []
  for (const pair of pairs) {
    const found = present.get(refKey(pair.link.crm))
    const snapshot = snapshotOf(pair.link.commerce)
    if (found?.state !== 'present') {
      missing(settlement, pair, now)
    } else if (pair.link.primary && snapshot.state === 'present') {
      const one = planOf(engine, pair, schema, found, snapshot)
      if (one !== null) merged.push(one)
    }
  }

  /** Other records of the same customer, which nobody announced, as they are now. */
  const beside = async (some: readonly { link: IdentityLink; beside: Planned }[]): Promise<readonly Planned[]> => {
    const near = some.flatMap(({ link, beside: { row, mapping, snapshot } }) => {
      const part = mapping.parts.find(one => isRoleOf(one, link.role))
      return part === undefined ? [] : [{ row, link, mapping, part, snapshot }]
    })
    const asked = near.map(({ link, part }) => ({ link, fields: wantedFields(part, schema) }))
    const read = await readPresent(engine, asked, context)
    return near.flatMap(one => {
      const found = read.get(refKey(one.link.crm))
      return found?.state === 'present' ? (planOf(engine, one, schema, found, one.snapshot) ?? []) : []
    })
  }
  const { planned, asked } = await contend(engine, settlement, merged, beside, now)
  counts.review += asked.size

  const writes = writesOf(planned)
  if (writes.length > 0 && !(await mayWrite())) return counts
  const outcomes = writes.length === 0 ? [] : await engine.systems.commerce.write(writes, context)
  const outcomeOf = new Map<string, Outcome>()
  writes.forEach((write, at) => {
    const outcome = outcomes[at]
    if (outcome !== undefined) outcomeOf.set(refKey(write.ref), outcome)
  })

  const behind = new Set<Planned>()
  for (const one of planned) if (await isBehind(engine, one)) behind.add(one)

  const results = new Map<string, { next: Next; failure: Failure | null }>()
  for (const one of planned) {
    const { row, plan, link } = one
    const outcome = plan.changes.length === 0 ? undefined : outcomeOf.get(refKey(link.commerce))
    const failure = outcome !== undefined && !outcome.ok ? outcome.failure : behind.has(one) ? readBehind : null
    const scope = failure !== null && (failure.is === 'throttled' || failure.is === 'denied') ? 'call' : 'row'
    const next: Next =
      failure === null
        ? { do: 'done' }
        : respond({
            failure,
            scope,
            attempts: scope === 'call' ? troubles : row.attempts,
            maxAttempts: engine.pace.maxAttempts,
            now,
            jitter: 0.5,
          })
    enter(settlement, one, failure, now)
    // As if its delivery had come: a read that does not show what we wrote is then known to be behind.
    if (outcome?.ok && outcome.version !== null)
      settlement.marks.push({ ...forcedMark(link.commerce, row.correlationId, now), version: outcome.version })
    if (failure !== null) engine.observe.failure(failure.is, failure.code)
    if (next.do === 'fail' && failure !== null) {
      settlement.failures.push({
        source: row.ref,
        mapping: link.mapping,
        role: link.role,
        failure,
        attempts: row.attempts + 1,
        correlationId: row.correlationId,
      })
      counts.failed++
    } else if (failure === null && plan.conflict !== null) counts.review++
    else if (failure === null) {
      // Failures of this way are listed under the Salesforce record, conflicts under the commerce one; those between two
      // fields of Salesforce under the Salesforce record, too.
      const { mapping, role } = link
      settlement.resolved.push({ source: link.commerce, mapping, role, seen: true })
      settlement.resolved.push({ source: row.ref, mapping, role, seen: !asked.has(refKey(row.ref)) })
      if (plan.changes.length > 0) counts.updated++
      else counts.unchanged++
    }
    if (next.do === 'pause') counts.pause = next
    const before = results.get(refKey(row.ref))
    results.set(refKey(row.ref), {
      next: worst(before?.next ?? { do: 'done' }, next),
      failure: failure ?? before?.failure ?? null,
    })
  }
  // Of a record that nobody is linked to, a person can only have said to leave it alone.
  const linked = new Set(pairs.map(pair => pair.row))
  const lone = claim.rows.filter(row => !linked.has(row))
  const told = lone.filter(row => row.forced).map(row => row.ref)
  if (told.length > 0) settlement.applied.push(...(await engine.store.decisions(told)))
  if (lone.length > 0) settlement.resolved.push(...(await doubtsOver(engine, lone, context)))
  for (const row of claim.rows) {
    const { next, failure } = results.get(refKey(row.ref)) ?? { next: { do: 'done' } as const, failure: null }
    settleRow(settlement, row, present.get(refKey(row.ref)), next, failure)
  }
  await engine.store.save(claim.token, settlement)
  return counts
}
