/** The mappings that run: the ready-made ones, with what `sync.config.ts` changes in them. */
import { problemsOf } from '../core/define.ts'
import { nearMiss } from '../lib/nearMiss.ts'
import { type MappingOptions, mappings } from '../mappings/index.ts'
import type { FieldRule, Mapping, MappingPart } from '../model/mapping.ts'
import type { Complaints } from './environment.ts'
import { leaving } from './leaving.ts'
import { matching } from './matching.ts'
import { ownerRule } from './owning.ts'
import { type FieldChange, type MappingChange, namedCodecs, type SyncConfig } from './syncConfig.ts'

type MessageOptions = NonNullable<MappingOptions['message-activity']>

/** Everything wrong is said to `complain`; what comes back then is not to be run. */
export function chosen(config: SyncConfig, complain: Complaints): readonly Mapping[] {
  const changes = config.mappings ?? {}
  const ready = readyMade(config, complain)
  const names = ready.map(({ name }) => name)
  for (const name of Object.keys(changes)) {
    if (names.includes(name)) continue
    const near = nearMiss(name, names)
    complain.say(
      `sync.config.mappings['${name}']`,
      'there is no such mapping',
      near ? `did you mean ${near}?` : `there are: ${names.join(', ')}`,
    )
  }
  const running = ready.filter(({ name }) => changes[name]?.enabled !== false)
  if (running.length === 0)
    complain.say('sync.config.mappings', 'every mapping is switched off', 'leave at least one enabled')
  return running.map(mapping => changed(mapping, changes[mapping.name] ?? {}, complain))
}

function readyMade(config: SyncConfig, complain: Complaints): readonly Mapping[] {
  const person = config.mappings?.['customer-person'] ?? {}
  const order = config.mappings?.['order-order'] ?? {}
  const guest = config.mappings?.['guest-person'] ?? {}
  const cart = config.mappings?.['cart-cart'] ?? {}
  const quote = config.mappings?.['quote-opportunity'] ?? {}
  // Guests look like customers unless something else is said of them.
  const { recordType = person.recordType, street = person.street } = guest
  const options: MappingOptions = {
    ...(config.keyField !== undefined && { keyField: config.keyField }),
    ...(config.fieldPrefix !== undefined && { fieldPrefix: config.fieldPrefix }),
    ...(config.people !== undefined && { people: config.people }),
    ...(config.orders !== undefined && { orders: config.orders }),
    ...(config.carts !== undefined && { carts: config.carts }),
    ...(config.quotes !== undefined && { quotes: config.quotes }),
    ...(config.rollUps !== undefined && { rollUps: config.rollUps }),
    ...(config.activity !== undefined && { activity: config.activity }),
    'message-activity': toldOf(config.mappings?.['message-activity'] ?? {}),
    'quote-activity': toldOf(config.mappings?.['quote-activity'] ?? {}),
    ...(config.currency !== undefined && { currency: config.currency }),
    ...(config.guests !== undefined && { guests: config.guests }),
    ...(config.guestScope !== undefined && { guestScope: config.guestScope }),
    'guest-person': {
      ...(recordType !== undefined && { recordType }),
      ...(street !== undefined && { street }),
      ...(guest.billing !== undefined && { billing: guest.billing }),
      ...(guest.shipping !== undefined && { shipping: guest.shipping }),
    },
    'customer-person': {
      ...(person.recordType !== undefined && { recordType: person.recordType }),
      ...(person.street !== undefined && { street: person.street }),
      ...(person.billing !== undefined && { billing: person.billing }),
      ...(person.shipping !== undefined && { shipping: person.shipping }),
    },
    'cart-cart': {
      ...(cart.abandonedAfterMs !== undefined && { abandonedAfterMs: cart.abandonedAfterMs }),
      ...(cart.minimumValue !== undefined && { minimumValue: cart.minimumValue }),
      ...(cart.recoveryLink !== undefined && { recoveryLink: cart.recoveryLink }),
      ...(cart.language !== undefined && { language: cart.language }),
      ...(cart.taskFrom !== undefined && { taskFrom: cart.taskFrom }),
    },
    'quote-opportunity': {
      ...(quote.stages !== undefined && { stages: quote.stages }),
      ...(quote.closesAfterDays !== undefined && { closesAfterDays: quote.closesAfterDays }),
      ...(quote.recordType !== undefined && { recordType: quote.recordType }),
      ...(quote.language !== undefined && { language: quote.language }),
      ...(quote.timeZone !== undefined && { timeZone: quote.timeZone }),
    },
    'order-order': {
      ...(order.street !== undefined && { street: order.street }),
      ...(order.lines !== undefined && { lines: order.lines }),
      ...(order.payments !== undefined && { payments: order.payments }),
      ...(order.newForDays !== undefined && { newForDays: order.newForDays }),
      ...(order.storeAccounts !== undefined && { storeAccounts: order.storeAccounts }),
      ...(order.whileAsked !== undefined && { whileAsked: order.whileAsked }),
      ...(order.language !== undefined && { language: order.language }),
      ...(order.timeZone !== undefined && { timeZone: order.timeZone }),
      ...(order.draftStatus !== undefined && { draftStatus: order.draftStatus }),
    },
  }
  if (order.whileAsked === 'park' && order.storeAccounts === undefined)
    complain.say(
      "sync.config.mappings['order-order'].whileAsked",
      'there is no Account at which an order could stand',
      "give storeAccounts: { '*': '001…' }",
    )
  try {
    return mappings(options)
  } catch (error) {
    complain.say(
      'sync.config.mappings',
      error instanceof Error ? error.message : String(error),
      'correct the expression',
    )
    return mappings()
  }
}

const toldOf = ({ messages, historyMs, closedStatus, language, timeZone }: MappingChange): MessageOptions => ({
  ...(messages !== undefined && { messages }),
  ...(historyMs !== undefined && { historyMs }),
  ...(closedStatus !== undefined && { closedStatus }),
  ...(language !== undefined && { language }),
  ...(timeZone !== undefined && { timeZone }),
})

function changed(mapping: Mapping, change: MappingChange, complain: Complaints): Mapping {
  const place = `sync.config.mappings['${mapping.name}']`
  const byPart = new Map<string, [field: string, change: FieldChange | false][]>()
  for (const [named, fieldChange] of Object.entries(change.fields ?? {})) {
    const found = partOf(mapping, named, fieldChange)
    if (typeof found === 'string') complain.say(`${place}.fields['${named}']`, 'cannot be placed', found)
    else for (const role of found.roles) byPart.set(role, [...(byPart.get(role) ?? []), [found.field, fieldChange]])
  }
  const keyField = change.keyField ?? mapping.keyField
  const matches = matching(mapping, change.match, place, complain)
  const result: Mapping = {
    ...mapping,
    keyField,
    ...(change.when !== undefined && { when: change.when }),
    deletion: change.deletion ?? mapping.deletion,
    ...(change.erasure !== undefined && { erasure: change.erasure }),
    ...(change.whenGone !== undefined && { whenGone: change.whenGone }),
    ...(change.onClaimed !== undefined && { onClaimed: change.onClaimed }),
    ...(change.onAmbiguous !== undefined && { onAmbiguous: change.onAmbiguous }),
    ...(change.leads !== undefined && { leads: change.leads }),
    parts: leaving(mapping, change, place, complain).map(part => ({
      ...part,
      match: (matches.get(part.role) ?? part.match).map(rule =>
        rule.crm === mapping.keyField ? { ...rule, crm: keyField } : rule,
      ),
      fields: fieldsOf(
        { ...part, fields: [...part.fields, ...ownerRule(mapping, part, change.owner)] },
        byPart.get(part.role) ?? [],
      ),
    })),
  }
  for (const { place: at, problem, fix } of problemsOf(result)) complain.say(`mapping ${at}`, problem, fix)
  return result
}

function fieldsOf(part: MappingPart, changes: readonly [string, FieldChange | false][]): readonly FieldRule[] {
  const rules = new Map(part.fields.map(rule => [rule.crm, rule]))
  for (const [crm, change] of changes) {
    const rule = rules.get(crm)
    if (change === false) rules.delete(crm)
    else {
      const said = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
      // A rule that is new has both: `partOf` has seen to that.
      const { codec } = change
      const named = typeof codec === 'string' ? { codec: namedCodecs[codec] } : {}
      // How the ready-made expression comes apart says nothing of another one.
      const { apart, ...kept } = rule ?? {}
      const whole = apart !== undefined && change.commerce === undefined ? { apart } : {}
      rules.set(crm, { crm, commerce: '', owner: 'commerce', ...kept, ...whole, ...said, ...named })
    }
  }
  return [...rules.values()]
}

/** Which parts a field name means, all of one object (line items and custom line items), or the fix for a name that means none. */
function partOf(
  mapping: Mapping,
  named: string,
  change: FieldChange | false,
): { readonly roles: readonly string[]; readonly field: string } | string {
  const [first = '', second] = named.split('.')
  const field = second ?? first
  const objects = [...new Set(mapping.parts.map(part => part.object))]
  if (second !== undefined && !objects.includes(first)) return `the mapping writes ${objects.join(' and ')}`
  const parts = second === undefined ? mapping.parts : mapping.parts.filter(part => part.object === first)
  const holders = parts.filter(part => part.fields.some(rule => rule.crm === field))
  const namesOf = (some: readonly MappingPart[]) => [...new Set(some.map(({ object }) => `${object}.${field}`))]
  const all = (some: readonly MappingPart[]) => ({ roles: some.map(({ role }) => role), field })
  if (namesOf(holders).length > 1) return `say ${namesOf(holders).join(' or ')}`
  if (holders.length > 0) return all(holders)
  const isNew = change !== false && change.commerce !== undefined && change.owner !== undefined
  if (isNew && namesOf(parts).length > 1) return `the field is new: say ${namesOf(parts).join(' or ')}`
  if (isNew) return all(parts)
  const known = parts.flatMap(each => each.fields.map(rule => rule.crm))
  // `Email` of a Contact is `PersonEmail` of a person account.
  const near = nearMiss(field, [...new Set(known)]) ?? known.find(name => name === `Person${field}`) ?? null
  return near !== null
    ? `did you mean ${near}?`
    : 'the mapping does not know the field: to add it give commerce and owner'
}
