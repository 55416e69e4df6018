/** What must hold: while the simulation runs, and when everything has come to rest. */
import type { Call } from '../../../src/model/plan.ts'
import type { MemoryStore } from '../../memory/store.ts'
import type { MemoryCrm } from '../../memory/systems.ts'
import { type People, refOf } from './people.ts'

export type Problem = {
  readonly is: 'lost' | 'doubled' | 'diverged' | 'not its owner' | 'not idle' | 'never quiet' | 'listed' | 'broken'
  readonly about: string
}

/** A write that is about to take effect: does it change a field that is Salesforce's own by now? */
export function trespasses(call: Call, crm: MemoryCrm): Problem[] {
  return call.groups.flat().flatMap(row => {
    const target =
      row.id !== null
        ? crm.rows.get(row.id)
        : crm.of(row.object).find(one => row.key !== null && one.fields[row.key.field] === row.key.value)
    const held = target?.fields.Description ?? null
    const sent = row.fields.Description
    const isTheirs = held !== null && sent !== undefined && sent !== held
    return isTheirs ? [{ is: 'not its owner', about: `${target?.id}: ${held} became ${sent}` } as const] : []
  })
}

export function doubles(crm: MemoryCrm): Problem[] {
  const problems: Problem[] = []
  for (const object of ['Account', 'Contact']) {
    const keys = crm.of(object).map(row => String(row.fields.CT_Id__c))
    const twice = keys.filter((key, at) => keys.indexOf(key) !== at)
    for (const key of twice) problems.push({ is: 'doubled', about: `${object} ${key}` })
  }
  return problems
}

/** At rest: every customer is there once, as the shop has it; what is hers is as the salesperson left it. */
export function judge(people: People, crm: MemoryCrm, store: MemoryStore, count: (what: string) => void): Problem[] {
  const problems = doubles(crm)
  const say = (is: Problem['is'], about: string): void => {
    problems.push({ is, about })
  }
  for (const { id, body } of people.shoppers) {
    const linked = [...store.linkRows.values()].filter(link => link.commerce.id === refOf(id).id)
    if (body === null) {
      if (linked.length > 0) say('diverged', `${id} is gone and still linked`)
      continue
    }
    const contact = crm.of('Contact').find(row => row.fields.CT_Id__c === id)
    const account = crm.of('Account').find(row => row.fields.CT_Id__c === id)
    if (contact === undefined || account === undefined) {
      say('lost', id)
      continue
    }
    const wanted: Record<string, unknown> = {
      FirstName: body.firstName,
      LastName: body.lastName,
      Email: body.email,
      CT_Group__c: people.groupName(body.group),
      AccountId: account.id,
    }
    const base = linked.find(link => link.crm.id === contact.id)?.base ?? {}
    // By policy: where nothing was ever agreed on an empty value erases nothing, even what an unanswered create of ours left.
    for (const [field, value] of Object.entries(wanted))
      if (value === null && base[field] === undefined)
        count(contact.fields[field] ? 'empty values that erased nothing' : '')
      else if ((contact.fields[field] ?? null) !== value)
        say('diverged', `${id} ${field}: ${value} is ${contact.fields[field]}`)
    const name = `${body.firstName} ${body.lastName}`
    if (account.fields.Name !== name) say('diverged', `${id} Name: ${name} is ${account.fields.Name}`)
    const ends = linked.map(link => link.crm.id).sort()
    if (ends.join() !== [account.id, contact.id].sort().join()) say('diverged', `${id} is linked to ${ends}`)
  }
  for (const [id, text] of people.agentWrote)
    if (crm.rows.get(id)?.fields.Description !== text) say('not its owner', `${id} Description`)
  for (const { failure, source } of store.failureRows.filter(one => one.state === 'open'))
    say('listed', `${source.id} ${failure.code}`)
  for (const { source, why } of store.conflictRows.filter(one => one.state === 'open'))
    say('listed', `${source.id} ${why}`)
  return problems
}
