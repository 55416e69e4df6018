/**
 * Two fields of Salesforce that feed one place in commerce, edited to two different values: a person says which one is
 * right, and everything else of the record goes on. The conflict is about the Salesforce record, so that the passes of
 * the commerce record, which know nothing of it, do not close it.
 */
import type { BackPlan } from '../core/planBack.ts'
import { ruleOf } from '../core/ruleOf.ts'
import { sharedPaths } from '../core/sharedPaths.ts'
import type { Base, IdentityLink, Present } from '../model/identity.ts'
import type { Mapping, MappingPart } from '../model/mapping.ts'
import type { Decision } from '../model/plan.ts'
import type { ClaimedRow } from '../model/ports.ts'
import { type Instant, type ResourceRef, refKey, type Snapshot, sameRef } from '../model/resource.ts'
import type { Engine } from './engine.ts'
import { forcedMark, type Growing } from './gather.ts'

/** A changed CRM record with one of its links: a record that several commerce records share has several. */
export type Pair = {
  readonly row: ClaimedRow
  readonly link: IdentityLink
  readonly mapping: Mapping
  readonly part: MappingPart
}
export type Planned = Pair & {
  readonly present: Extract<Present, { state: 'present' }>
  readonly snapshot: Extract<Snapshot, { state: 'present' }>
  readonly plan: BackPlan
}

/** One field that feeds a shared place; `changes` is what it would write there, empty for nothing. */
type Contender = { readonly one: Planned; readonly field: string; readonly changes: BackPlan['changes'] }

export type Contended = {
  /** The plans without what is contended. */
  readonly planned: readonly Planned[]
  /** Salesforce records about which a person is asked. */
  readonly asked: ReadonlySet<string>
}

const aboutOf = ({ crm, mapping, role }: IdentityLink) => ({ source: crm, mapping, role })

const isOf = (link: IdentityLink, of: { link: IdentityLink }): boolean =>
  sameRef(link.commerce, of.link.commerce) && link.mapping === of.link.mapping

/** Records of the same customer that were not announced, but may have been edited: their plans only bear witness. */
async function witnesses(
  engine: Engine,
  planned: readonly Planned[],
  plan: (links: readonly { link: IdentityLink; beside: Planned }[]) => Promise<readonly Planned[]>,
): Promise<readonly Planned[]> {
  const touching = planned.filter(({ mapping, link, plan: { changes } }) => {
    const shared = [...sharedPaths(mapping).values()].flat().filter(one => one.role === link.role)
    return changes.some(change => shared.some(one => one.field === change.field))
  })
  if (touching.length === 0) return []
  const links = await engine.store.links(touching.map(one => one.link.commerce))
  const known = new Set(planned.map(({ link }) => `${link.mapping} ${link.role} ${refKey(link.commerce)}`))
  const others = links.flatMap(link => {
    const beside = touching.find(one => isOf(link, one))
    const isKnown = known.has(`${link.mapping} ${link.role} ${refKey(link.commerce)}`)
    // One that shares the record of another says nothing about it.
    return beside === undefined || isKnown || !link.primary ? [] : [{ link, beside }]
  })
  return others.length === 0 ? [] : plan(others)
}

/** All contests over one place: who takes part, whether the value is disputed or not. */
function contests(all: readonly Planned[]): readonly (readonly Contender[])[] {
  const found = new Map<string, Contender[]>()
  for (const one of all)
    for (const [path, fields] of sharedPaths(one.mapping))
      for (const { role, field } of fields) {
        if (role !== one.link.role) continue
        const key = `${one.mapping.name}\n${refKey(one.link.commerce)}\n${path}`
        const changes = one.plan.changes.filter(each => each.field === field)
        found.set(key, [...(found.get(key) ?? []), { one, field, changes }])
      }
  return [...found.values()].filter(some => some.some(isChange))
}

const isChange = ({ changes }: Contender): boolean => changes.length > 0

/** Who wins: by a person's word, or because Salesforce owns that field; null when nobody can say. */
function winnerOf(contest: readonly Contender[], decisionOf: (one: Planned) => Decision | null): Contender | null {
  const decided = contest.find(({ one }) => {
    const choice = decisionOf(one)?.choice
    return choice?.do === 'take' && choice.side === 'crm'
  })
  return decided ?? contest.find(each => isChange(each) && ruleOf(each.one.part, each.field).owner === 'crm') ?? null
}

/** Fields that come apart may share one path of several: only what is said of the same path can differ. */
function differ(some: readonly Contender[]): boolean {
  const values = new Map<string, string>()
  for (const { path, value } of some.flatMap(({ changes }) => changes)) {
    const said = JSON.stringify(value)
    if ((values.get(path) ?? said) !== said) return true
    values.set(path, said)
  }
  return false
}

/** Enters a decision or asks for one, and takes what is not to be written out of the plans. */
export async function contend(
  engine: Engine,
  settlement: Growing,
  planned: readonly Planned[],
  plan: (links: readonly { link: IdentityLink; beside: Planned }[]) => Promise<readonly Planned[]>,
  now: Instant,
): Promise<Contended> {
  const others = await witnesses(engine, planned, plan)
  const found = contests([...planned, ...others]).filter(contest => contest.length > 1)
  const asked = new Set<string>()
  if (found.length === 0) {
    // A decision that has nothing to decide any more is carried out all the same: it must not decide the next contest.
    const forced = planned.filter(one => one.row.forced && sharedPaths(one.mapping).size > 0)
    if (forced.length > 0) settlement.applied.push(...(await engine.store.decisions(forced.map(one => one.link.crm))))
    return { planned, asked }
  }
  const refs = found.flat().map(({ one }) => one.link.crm)
  const decisions = await engine.store.decisions(refs)
  const isAbout = ({ source, mapping, role }: { source: ResourceRef; mapping: string; role: string }, one: Planned) =>
    sameRef(source, one.link.crm) && mapping === one.link.mapping && role === one.link.role
  const decisionOf = (one: Planned): Decision | null => decisions.find(each => isAbout(each, one)) ?? null

  /** Per plan, the fields that are not written: to the base they have from now on, null for the one they had. */
  const held = new Map<Planned, Map<string, 'asked' | 'lost'>>()
  const hold = ({ one, field }: Contender, how: 'asked' | 'lost'): void => {
    const fields = held.get(one) ?? new Map<string, 'asked' | 'lost'>()
    held.set(one, fields.set(field, how))
  }
  for (const contest of found) {
    const winner = winnerOf(contest, decisionOf)
    const dropped = contest.filter(each => {
      const choice = decisionOf(each.one)?.choice
      const isLost = winner === null ? choice?.do === 'take' && choice.side === 'commerce' : each !== winner
      return isLost && isChange(each)
    })
    const left = contest.filter(each => !dropped.includes(each))
    if (winner !== null && !differ(contest) && decisionOf(winner.one) === null) continue
    for (const each of dropped) hold(each, 'lost')
    if (differ(left)) for (const each of left) if (isChange(each)) hold(each, 'asked')
  }
  settlement.applied.push(...decisions)
  for (const { source, mapping, role } of decisions) settlement.resolved.push({ source, mapping, role, seen: true })
  for (const contest of found) {
    const open = contest.filter(({ one, field }) => held.get(one)?.get(field) === 'asked')
    if (open.length > 0) ask(settlement, open, asked)
    // What others were asked about it is over when a person has decided one of them.
    else for (const { one } of contest) settlement.resolved.push({ ...aboutOf(one.link), seen: true })
    // The value that is left flows from its own record, which nobody may have announced.
    for (const each of open.length > 0 ? [] : contest)
      if (others.includes(each.one) && isChange(each) && held.get(each.one)?.get(each.field) === undefined)
        settlement.marks.push(forcedMark(each.one.link.crm, each.one.row.correlationId, now))
  }
  for (const one of others) {
    const fields = held.get(one)
    if (fields === undefined || ![...fields.values()].includes('lost')) continue
    const base = baseAfter(one, one.link.base, fields)
    settlement.links.push({ do: 'base', link: one.link, base, restores: one.link.restores })
    settlement.marks.push(forcedMark(one.link.commerce, one.row.correlationId, now))
  }
  return { planned: planned.map(one => without(one, held.get(one))), asked }
}

/**
 * A value that lost counts as agreed on: so commerce looks changed from there, and its next pass writes the winner over
 * it. One that is still asked about stays as it was.
 */
function baseAfter({ link, present }: Planned, base: Base, fields: ReadonlyMap<string, 'asked' | 'lost'>): Base {
  const after: Record<string, string> = { ...base }
  for (const [field, how] of fields) {
    const digest = how === 'lost' ? present.digests[field] : link.base[field]
    if (digest === undefined) delete after[field]
    else after[field] = digest
  }
  return after
}

function without(one: Planned, fields: ReadonlyMap<string, 'asked' | 'lost'> | undefined): Planned {
  if (fields === undefined) return one
  const lost = [...fields].flatMap(([field, how]) => (how === 'lost' ? [field] : []))
  const { plan } = one
  return {
    ...one,
    plan: {
      ...plan,
      verdicts: plan.verdicts.filter(verdict => !fields.has(verdict.field)),
      changes: plan.changes.filter(change => !fields.has(change.field)),
      base: baseAfter(one, plan.base, fields),
      yields: [...plan.yields, ...lost],
    },
  }
}

/** One conflict a Salesforce record, each with all the values. */
function ask(settlement: Growing, open: readonly Contender[], asked: Set<string>): void {
  const named = open.map(({ one, field }) => `${one.part.object}.${field}`).join(' and ')
  for (const { one, field } of open) {
    const { link, row, plan, present } = one
    const commerceOf = (contender: Contender) => contender.one.plan.draft.fields[contender.field] ?? null
    const rows = open.map(each => ({
      field: each.one === one && each.field === field ? field : `${each.one.part.object}.${each.field}`,
      commerce: commerceOf(each),
      crm: each.one.present.values[each.field] ?? null,
    }))
    const why = `${named} feed one field of the ${link.commerce.type} and were edited to different values: take crm where the value is right`
    const before = settlement.conflicts.find(each => sameRef(each.source, link.crm) && each.role === link.role)
    asked.add(refKey(present.ref))
    if (before !== undefined) {
      settlement.conflicts.splice(settlement.conflicts.indexOf(before), 1, {
        ...before,
        fields: [...before.fields, ...rows],
        why: `${before.why}; ${why}`,
      })
      continue
    }
    settlement.conflicts.push({
      kind: 'both-changed',
      why,
      candidates: [link.crm],
      fields: rows,
      source: link.crm,
      mapping: plan.draft.mapping,
      role: link.role,
      correlationId: row.correlationId,
    })
  }
}
