/** What must hold: while the simulation runs, and when everything has come to rest. */
import type { FieldRule, Mapping, Value } from '../../../src/model/mapping.ts'
import type { Call } from '../../../src/model/plan.ts'
import type { CommerceWrite } from '../../../src/model/ports.ts'
import { type ResourceRef, unreachable } from '../../../src/model/resource.ts'
import type { MemoryStore } from '../../memory/store.ts'
import type { MemoryCrm } from '../../memory/systems.ts'
import type { Ledger } from './ledger.ts'
import { plainFields } from './mappings.ts'
import type { People, Shopper } from './people.ts'

export type Problem = {
  readonly is:
    | 'lost'
    | 'doubled'
    | 'diverged'
    | 'not its owner'
    | 'not idle'
    | 'never quiet'
    | 'listed'
    | 'never decided'
    | 'broken'
  readonly about: string
}

/** A write that is about to take effect: does it change a field that is Salesforce's own, always or by now? */
export function trespasses(mapping: Mapping, call: Call, crm: MemoryCrm): { id: string; about: string }[] {
  return call.groups.flat().flatMap(row => {
    const target =
      row.id !== null
        ? crm.rows.get(row.id)
        : crm.of(row.object).find(one => row.key !== null && one.fields[row.key.field] === row.key.value)
    const rules = mapping.parts.filter(part => part.object === row.object).flatMap(part => part.fields)
    return Object.entries(row.fields).flatMap(([field, sent]) => {
      const owner = rules.find(rule => rule.crm === field)?.owner
      const held = target?.fields[field] ?? null
      const isTheirs = owner === 'crm' || (owner === 'seed' && held !== null && sent !== held)
      const id = target?.id ?? 'new'
      return isTheirs ? [{ id, about: `${id} ${field}: ${held} became ${sent}` }] : []
    })
  })
}

/** A write to commercetools that is about to take effect: is any of its fields commerce's own? */
export function trespassesBack(mapping: Mapping, writes: readonly CommerceWrite[]): Problem[] {
  const rules = mapping.parts.flatMap(part => part.fields)
  return writes.flatMap(({ ref, changes }) =>
    changes.flatMap(({ path }): Problem[] => {
      const owner = rules.find(rule => rule.commerce === path)?.owner
      const isOurs = owner === undefined || owner === 'commerce' || owner === 'seed'
      return isOurs ? [{ is: 'not its owner', about: `${ref.id} ${path}: written from Salesforce` }] : []
    }),
  )
}

export function doubles(crm: MemoryCrm): Problem[] {
  const problems: Problem[] = []
  for (const object of ['Account', 'Contact']) {
    const keys = crm.of(object).flatMap(row => (row.fields.CT_Id__c ? [String(row.fields.CT_Id__c)] : []))
    const twice = keys.filter((key, at) => keys.indexOf(key) !== at)
    for (const key of twice) problems.push({ is: 'doubled', about: `${object} ${key}` })
  }
  return problems
}

export type Rest = {
  readonly mapping: Mapping
  readonly people: People
  readonly crm: MemoryCrm
  readonly store: MemoryStore
  readonly book: Ledger
  /** Parts that people took out of the flow. */
  readonly ignored: ReadonlySet<string>
  readonly count: (what: string) => void
}

export const partOf = (source: ResourceRef, role: string): string => `${source.id} ${role}`

/** Do both sides stand as the owner's rule has it? `agreed` is false where no base says anything about the field. */
function agrees({ owner }: FieldRule, commerce: Value, crm: Value, agreed: boolean): 'yes' | 'by policy' | 'no' {
  if (owner === 'seed' || commerce === crm) return 'yes'
  switch (owner) {
    // Where nothing was ever agreed on an empty value erases nothing, even what an unanswered create of ours left.
    case 'commerce':
      return commerce === null && !agreed ? 'by policy' : 'no'
    case 'crm':
      return crm === null && !agreed ? 'by policy' : 'no'
    case 'latest':
    case 'review':
    case 'strictest':
      return 'no'
    default:
      return unreachable(owner)
  }
}

/** At rest: every customer is there once, both sides agree as the owners say, and no edit of anybody was lost. */
export function judge({ mapping, people, crm, store, book, ignored, count }: Rest): Problem[] {
  const problems = doubles(crm)
  const say = (is: Problem['is'], about: string): void => {
    problems.push({ is, about })
  }
  const open = new Set(
    store.conflictRows.filter(one => one.state === 'open').map(({ source, role }) => partOf(source, role)),
  )
  const isOpen = (customer: string, role: string): boolean => {
    const part = `${customer} ${role}`
    return open.has(part) || ignored.has(part)
  }

  function judgeShopper({ id, body }: Shopper): void {
    const linked = [...store.linkRows.values()].filter(link => link.commerce.id === id)
    if (body === null) {
      if (linked.length > 0) say('diverged', `${id} is gone and still linked`)
      return
    }
    const commerceValue = (path: string): Value => {
      if (path === 'groupName') return people.groupName(body.group)
      return path.includes('{') ? `${body.firstName} ${body.lastName}` : (body[path] ?? null)
    }
    for (const { role, object, fields } of mapping.parts) {
      if (isOpen(id, role)) continue
      const row = crm.of(object).find(one => one.fields.CT_Id__c === id)
      const link = linked.find(one => one.role === role)
      if (row === undefined) {
        say('lost', `${id} has no ${object}`)
        continue
      }
      if (link?.crm.id !== row.id) say('diverged', `${id} is linked to ${link?.crm.id} and not to ${row.id}`)
      for (const rule of fields) {
        const [ours, theirs] = [commerceValue(rule.commerce), row.fields[rule.crm] ?? null]
        const how = agrees(rule, ours, theirs, link?.base[rule.crm] !== undefined)
        if (how === 'by policy') count('empty values that erased nothing')
        if (how === 'no') say('diverged', `${id} ${rule.crm} (${rule.owner}): ${ours} is ${theirs}`)
      }
    }
    const [account, contact] = ['Account', 'Contact'].map(object =>
      crm.of(object).find(one => one.fields.CT_Id__c === id),
    )
    if (
      contact !== undefined &&
      account !== undefined &&
      contact.fields.AccountId !== account.id &&
      !isOpen(id, 'contact')
    )
      say('diverged', `${id} AccountId: ${account.id} is ${contact.fields.AccountId}`)
    // What one side owns is as its people left it, whatever we did.
    for (const field of plainFields(mapping)) {
      const { commerce, crm: name, owner } = field.rule
      if (owner === 'commerce' && (book.last('commerce', id, field)?.value ?? null) !== (body[commerce] ?? null))
        say('not its owner', `${id} ${commerce} is not as the shop left it`)
      const last = owner === 'crm' ? book.last('crm', id, field) : undefined
      const row = crm.of(field.object).find(one => one.fields.CT_Id__c === id)
      if (last !== undefined && row !== undefined && row.fields[name] !== last.value)
        say('not its owner', `${id} ${name} is not as Salesforce left it`)
    }
  }

  for (const shopper of people.shoppers) judgeShopper(shopper)
  for (const about of book.lost(isOpen)) say('lost', about)
  for (const [id, text] of people.agentWrote)
    if (crm.rows.get(id)?.fields.Description !== text) say('not its owner', `${id} Description`)
  for (const { failure, source } of store.failureRows.filter(one => one.state === 'open'))
    say('listed', `${source.id} ${failure.code}`)
  return problems
}
