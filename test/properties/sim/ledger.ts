/**
 * Every edit of a person, and what became of it: it arrived, somebody changed their mind, the stated policy overruled it,
 * or it waits as an open conflict. What is left over was lost. Convergence alone would not see that.
 */
import type { FieldRule, Mapping, Value } from '../../../src/model/mapping.ts'
import type { Call, Choice, WriteRow } from '../../../src/model/plan.ts'
import type { CommerceWrite } from '../../../src/model/ports.ts'
import type { ResourceRef, Side } from '../../../src/model/resource.ts'
import type { MemoryStore } from '../../memory/store.ts'
import type { MemoryCrm } from '../../memory/systems.ts'
import { type Plain, plainFields } from './mappings.ts'

type Edit = {
  readonly side: Side
  readonly customer: string
  readonly field: Plain
  readonly value: Value
  readonly at: number
  /** What the link's base said at that moment; undefined when nothing was agreed on. */
  readonly agreed: string | undefined
  /** What was first agreed on, where that came after the edit. */
  first: string | undefined
  /** The other side had an edit of this field under way. */
  readonly contested: boolean
  /**
   * An older value of the same side was under way: written there by us, and the base not saved yet. When that pass dies,
   * both sides look changed, and by time or strictness the older value may win. Only a person sees that (`review`).
   */
  crossed: boolean
  /** A stricter value was written over it. */
  beaten: boolean
  state: 'open' | 'arrived' | 'superseded' | 'void' | 'overwritten unseen' | 'overwritten late'
}

/** Does the other side's value restrict more than this side's? A value that is not named binds the least; a tie is commerce's. */
function overrules(order: readonly Value[], theirs: Value, side: Side, ours: Value): boolean {
  const rank = (value: Value): number => (order.includes(value) ? order.indexOf(value) : order.length)
  return rank(theirs) < rank(ours) || (rank(theirs) === rank(ours) && side === 'crm')
}

export type Eyes = {
  readonly mapping: Mapping
  readonly crm: MemoryCrm
  readonly store: MemoryStore
  readonly body: (customer: string) => Readonly<Record<string, Value>> | null
  readonly version: (customer: string) => number | null
  readonly digest: (field: string, value: Value) => string
  readonly count: (what: string) => void
}

export function ledger({ mapping, crm, store, body, version, digest, count }: Eyes) {
  const fields = plainFields(mapping)
  const edits: Edit[] = []
  const decided = new Set<string>()
  /** Parts for which a person chose another counterpart: with that one nothing was agreed on. */
  const chosen = new Set<string>()
  /** When the pass of each worker looked at Salesforce. */
  const looked = new Map<string, number>()
  let tick = 0

  const linkOf = (customer: string, role: string) =>
    [...store.linkRows.values()].find(link => link.commerce.id === customer && link.role === role)
  const rowOf = (customer: string, field: Plain) => crm.of(field.object).find(row => row.fields.CT_Id__c === customer)
  const held = (side: Side, customer: string, field: Plain): Value =>
    (side === 'crm' ? rowOf(customer, field)?.fields[field.rule.crm] : body(customer)?.[field.rule.commerce]) ?? null
  const other = (side: Side): Side => (side === 'crm' ? 'commerce' : 'crm')
  const of = (side: Side, customer: string, field: Plain): Edit | undefined =>
    edits.findLast(
      one =>
        one.side === side &&
        one.customer === customer &&
        one.field.rule.crm === field.rule.crm &&
        one.field.role === field.role,
    )

  /** Does this side hold something else than was agreed on? */
  const isUnsaved = (side: Side, customer: string, field: Plain): boolean => {
    const agreed = linkOf(customer, field.role)?.base[field.rule.crm]
    return agreed !== digest(field.rule.crm, held(side, customer, field))
  }

  function enter(side: Side, customer: string, field: Plain, value: Value): void {
    const before = of(side, customer, field)
    if (before?.state === 'open') before.state = 'superseded'
    const against = of(other(side), customer, field)
    const isThere = side === 'crm' ? body(customer) !== null : rowOf(customer, field) !== undefined
    const arrived = isThere && held(other(side), customer, field) === value
    edits.push({
      side,
      customer,
      field,
      value,
      at: ++tick,
      agreed: linkOf(customer, field.role)?.base[field.rule.crm],
      first: undefined,
      contested: against?.state === 'open',
      crossed: isUnsaved(other(side), customer, field),
      beaten: false,
      state: arrived ? 'arrived' : 'open',
    })
    observe()
  }

  /** A write of ours carries a value of this side that its people have changed since. */
  function cross(side: Side, customer: string, field: Plain, sent: unknown): void {
    const edit = of(side, customer, field)
    if (edit?.state === 'open' && edit.value !== sent) edit.crossed = true
  }

  /** A write of ours lands on an edit of this side: was it overruled for a stricter one? */
  function beat(side: Side, customer: string, field: Plain, sent: unknown): void {
    const edit = of(side, customer, field)
    if (edit?.state !== 'open' || field.rule.stricter === undefined || edit.value === sent) return
    edit.beaten = overrules(field.rule.stricter, sent as Value, side, edit.value)
  }

  /** A write of ours to Salesforce: it may land on an edit that its pass could not see, or long after it was sent. */
  function landed(actor: string, row: WriteRow, isLate: boolean): void {
    const key = row.id === null ? row.key?.value : crm.rows.get(row.id)?.fields.CT_Id__c
    for (const field of fields) {
      const sent = row.fields[field.rule.crm]
      if (field.object !== row.object || sent === undefined || typeof key !== 'string') continue
      cross('commerce', key, field, sent)
      beat('crm', key, field, sent)
      const edit = of('crm', key, field)
      if (edit?.state !== 'open' || edit.value === sent) continue
      if (isLate) edit.state = 'overwritten late'
      else if (row.ifUnmodifiedSince === null && (looked.get(actor) ?? 0) < edit.at) edit.state = 'overwritten unseen'
    }
  }

  function observe(): void {
    for (const edit of edits)
      if (edit.state === 'open' && edit.agreed === undefined)
        edit.first ??= linkOf(edit.customer, edit.field.role)?.base[edit.field.rule.crm]
    for (const edit of edits)
      if (edit.state === 'open' && held(other(edit.side), edit.customer, edit.field) === edit.value)
        if (edit.side === 'crm' ? body(edit.customer) !== null : rowOf(edit.customer, edit.field) !== undefined)
          edit.state = 'arrived'
  }

  const answeredBy = (edit: Edit): boolean => {
    const against = of(other(edit.side), edit.customer, edit.field)
    return edit.contested || (against !== undefined && against.at > edit.at)
  }

  /** The policy by which this edit, that never arrived, is overruled; null when there is none: it was lost. */
  function overruledBy(edit: Edit, { owner, crm: name, stricter }: FieldRule): string | null {
    const { side, value, agreed, field, customer } = edit
    const stands = held(other(side), customer, field)
    if (owner === 'seed' || owner === other(side)) return 'by the owner'
    if (agreed === undefined && value === null) return 'empty, and nothing was agreed on'
    if (owner === side) return null
    if ((agreed ?? edit.first) === digest(name, value)) return 'undone: as agreed'
    if (value === null && chosen.has(`${customer} ${field.role}`)) return 'empty, and met a chosen record'
    if (owner === 'review') return decided.has(`${customer} ${field.role}`) ? 'by a person' : null
    if (edit.beaten) return 'strictest, both sides edited'
    if (owner === 'strictest' && (stands === value || !overrules(stricter ?? [], stands, side, value))) return null
    if (agreed === undefined) return 'first contact'
    if (answeredBy(edit)) return `${owner}, both sides edited`
    return edit.crossed ? `${owner}, by an older edit of a pass that died` : null
  }

  return {
    begins: (actor: string): void => void looked.delete(actor),
    /** The first look of a pass counts: it asks for different records in different calls. */
    looks(actor: string): void {
      if (!looked.has(actor)) looked.set(actor, ++tick)
    },
    shopEdits(customer: string, path: string, value: Value): void {
      for (const field of fields) if (field.rule.commerce === path) enter('commerce', customer, field, value)
    },
    agentEdits(
      row: { readonly object: string; readonly fields: Readonly<Record<string, Value>> },
      name: string,
      value: Value,
    ): void {
      const customer = row.fields.CT_Id__c
      if (typeof customer !== 'string' || body(customer) === null) return
      for (const field of fields)
        if (field.object === row.object && field.rule.crm === name) enter('crm', customer, field, value)
    },
    /** The record is gone: nothing that was said of it has to be anywhere. */
    void(customer: string, object?: string): void {
      for (const edit of edits)
        if (edit.customer === customer && (object === undefined || edit.field.object === object)) edit.state = 'void'
    },
    wrote(actor: string, call: Call, isLate: boolean): void {
      for (const row of call.groups.flat()) landed(actor, row, isLate)
    },
    wroteBack(writes: readonly CommerceWrite[]): void {
      for (const { ref, changes } of writes.filter(one => version(one.ref.id) === one.version))
        for (const { path, value } of changes)
          for (const field of fields.filter(one => one.rule.commerce === path)) {
            cross('crm', ref.id, field, value)
            beat('commerce', ref.id, field, value)
          }
    },
    observe,
    decides(source: ResourceRef, role: string, choice: Choice['do']): void {
      decided.add(`${source.id} ${role}`).add(source.id)
      if (choice === 'link') chosen.add(`${source.id} ${role}`)
    },
    /** What a person last said of a field on one side, while it counts. */
    last: (side: Side, customer: string, field: Plain): Edit | undefined => {
      const edit = of(side, customer, field)
      const counts = side === 'commerce' || (edit?.state !== 'void' && edit?.state.startsWith('overwritten') !== true)
      return counts ? edit : undefined
    },
    /** Edits that are nowhere. `isOpen` tells where a person has still to decide. */
    lost(isOpen: (customer: string, role: string) => boolean): string[] {
      observe()
      return edits.flatMap(edit => {
        const { side, customer, field, value, state } = edit
        const { rule, role } = field
        if (state !== 'open') count(state === 'void' ? '' : `edits ${state}`)
        else if (isOpen(customer, role)) count('edits in an open conflict')
        else {
          const why = overruledBy(edit, rule)
          if (why === null)
            return [`${customer} ${rule.crm} (${rule.owner}): ${value} of ${side} at ${edit.at}, agreed ${edit.agreed}`]
          count(`edits overruled: ${why}`)
        }
        return []
      })
    },
  }
}

export type Ledger = ReturnType<typeof ledger>
