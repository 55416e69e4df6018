/**
 * One run over who is who: people sign up under few emails in many spellings, some of whom Salesforce has already; events
 * come twice and in any order, two workers are interleaved at every await and die, a clerk decides. Then judgement: nobody
 * was made twice unless a person said so, and whoever is not in Salesforce is an open question or a recorded decision.
 */
import { plain } from '../../../src/core/plain.ts'
import { guestOf } from '../../../src/engine/guest/identity.ts'
import { sync } from '../../../src/engine/sync.ts'
import { email } from '../../../src/mappings/codecs/email.ts'
import type { ClaimedPolicy, FallbackRule, Mapping, Value } from '../../../src/model/mapping.ts'
import type { Call } from '../../../src/model/plan.ts'
import { type ChangeEvent, type JsonObject, lanes, type ResourceRef, sameRef } from '../../../src/model/resource.ts'
import { booleans, sharedMapping } from '../../memory/sharing.ts'
import { memoryStore } from '../../memory/store.ts'
import type { CrmRow } from '../../memory/systems.ts'
import type { PortCall } from '../../memory/tapped.ts'
import { memoryWorld, personMapping } from '../../memory/world.ts'
import { type Gate, gates, die as seeded } from './gates.ts'
import { type Arrival, arrivals, formOf, knownBefore } from './newcomers.ts'

/** What the run must notice the lack of. */
export const identityRules = [
  'one email, one at a time',
  'the key that is held is the compared form',
  'an email that a linked record is about to take is held too',
] as const
export type IdentityRule = (typeof identityRules)[number]

export type IdentityRun = { readonly problems: readonly string[]; readonly counts: Readonly<Record<string, number>> }

const byEmail: FallbackRule = {
  by: 'fallback',
  crm: 'Email',
  commerce: 'email',
  when: 'isVerified',
  agree: ['LastName'],
  corroborate: ['LastName'],
}
const mapping: Mapping = {
  ...personMapping,
  parts: personMapping.parts.map(part =>
    part.role === 'account'
      ? { ...part, follows: 'contact' }
      : {
          ...part,
          match: [...part.match, byEmail],
          fields: part.fields.map(rule => (rule.crm === 'Email' ? { ...rule, codec: email } : rule)),
        },
  ),
}

/** Who buys without an account is known by the order's own words. */
const guests: Mapping = {
  ...mapping,
  name: 'guest-person',
  commerce: 'guest',
  appearsIn: { in: 'order', unless: 'customerId', email: 'email' },
  touchedBy: [],
}
const customersBy = (onClaimed: ClaimedPolicy): Mapping => ({
  ...mapping,
  takesOver: { mapping: guests.name, email: 'email' },
  ...(onClaimed === 'share' && { onClaimed, sharing: sharedMapping('share').sharing }),
})

const leaseMs = 60_000
/** Every call has a time limit well below the lease. */
const callMs = 30_000
const signal = new AbortController().signal

const mailbox = (row: CrmRow): string | null => formOf(String(row.fields.Email ?? ''))
/** One person, as far as the rules tell: one mailbox, and no last name that says otherwise. */
function mayBeOne(a: CrmRow, b: CrmRow): boolean {
  const [one, other] = [plain(a.fields.LastName ?? null), plain(b.fields.LastName ?? null)]
  return mailbox(a) !== null && mailbox(a) === mailbox(b) && (one === other || one === '' || other === '')
}

export async function identities(
  seed: number,
  { without = null, onClaimed = 'review' }: { without?: IdentityRule | null; onClaimed?: ClaimedPolicy } = {},
): Promise<IdentityRun> {
  const die = seeded(seed)
  const counts: Record<string, number> = {}
  const count = (what: string): void => {
    counts[what] = (counts[what] ?? 0) + 1
  }
  const problems: string[] = []
  const world = memoryWorld({ mappings: [customersBy(onClaimed), guests], special: booleans, maxAttempts: 1_000 })
  const { clock, commerce, crm, engine } = world
  const store = memoryStore(clock)
  const base = { ...engine, store }
  for (const fields of knownBefore(die)) crm.make('Contact', { ...fields })
  const people = new Map<string, { type: Arrival['type']; version: number }>()
  const idsOf = (type: Arrival['type']) => [...people].flatMap(([id, one]) => (one.type === type ? [id] : []))
  const sources = arrivals(die, () => idsOf('customer'))
  const mail: ChangeEvent[] = []
  /** Customers of whom a person has said that they are somebody new. */
  const newByDecision = new Set<string>()

  /** Judged as each record comes into being: a later change of an email is no new identity. */
  function judgeNew(before: ReadonlySet<string>): void {
    for (const row of crm.of('Contact')) {
      if (before.has(row.id)) continue
      count('contacts made')
      const key = String(row.fields.CT_Id__c ?? '')
      const twin = crm.of('Contact').find(one => one !== row && mayBeOne(one, row))
      if (twin !== undefined && !newByDecision.has(key))
        problems.push(`${key} was made beside ${twin.id}, who is the same`)
    }
  }

  const spoilt = ({ port, method, args }: PortCall): PortCall['args'] | null => {
    if (port !== 'store' || method !== 'hold' || without === null) return args
    if (without === 'one email, one at a time') return null
    const [token, wanted] = args as [string, { ref: { id: string }; keys: string[] }[]]
    if (without === 'an email that a linked record is about to take is held too')
      return [
        token,
        wanted.filter(({ ref }) => ![...store.linkRows.values()].some(link => link.commerce.id === ref.id)),
      ]
    const raw = (id: string): Value => String(bodies.get(id)?.email ?? '')
    return [token, wanted.map(one => ({ ...one, keys: one.keys.map(() => String(raw(one.ref.id))) }))]
  }
  const bodies = new Map<string, JsonObject>()

  const stage = gates(clock.monotonicMs, async (_, call, effect) => {
    const args = spoilt(call)
    if (args === null) return []
    call.args.splice(0, call.args.length, ...args)
    const before = new Set(crm.of('Contact').map(row => row.id))
    const answer = await effect()
    if (call.port === 'crm' && call.method === 'write') {
      count('calls that write')
      judgeNew(before)
      for (const row of (call.args[0] as Call).groups.flat()) count(row.do)
    }
    return answer
  })

  let hired = 0
  async function work(actor: string): Promise<void> {
    const mine = stage.of(actor, base)
    for (let troubles = 0; ; ) {
      await stage.idle(actor)
      try {
        const leaseStartMs = clock.monotonicMs()
        const claim = await mine.store.claim({
          side: die.chance(0.8) ? 'commerce' : 'crm',
          limit: passSize,
          leaseMs,
          lanes,
        })
        if (claim === null) continue
        const { pause } = await sync(mine, claim, { leaseStartMs, troubles, signal })
        troubles = pause === null ? 0 : troubles + 1
      } catch (error) {
        problems.push(`a pass broke: ${String(error)}`)
      }
    }
  }
  const passSize = 1 + die.below(4)
  const hire = (): void => void work(`worker ${++hired}`)

  /** Somebody arrives, or says something else of themselves. */
  function tell(isNew: boolean): void {
    const type = die.chance(0.6) ? 'customer' : 'order'
    const known = idsOf(type)
    const id = isNew || known.length === 0 ? `demo/${type}-${people.size + 1}` : die.pick(known)
    const body = { ...sources.next(type), createdAt: clock.now() }
    const version = (people.get(id)?.version ?? 0) + 1
    people.set(id, { type, version })
    bodies.set(id, body)
    const ref = commerce.put(id, body, type)
    const event = { id: `${id}@${version}`, ref, kind: 'changed', version, at: clock.now(), correlationId: id } as const
    for (let times = die.chance(0.3) ? 2 : 1; times > 0; times--)
      mail.push({ ...event, lane: die.pick(lanes), erase: false })
    count(`${isNew ? 'arrivals' : 'changes'}${type === 'order' ? ' of orders' : ''}`)
  }
  async function deliver(): Promise<void> {
    const [event] = mail.splice(die.below(mail.length), 1)
    if (event !== undefined) await store.mark([event])
  }
  const asked = () => store.conflictRows.filter(one => one.state === 'open')
  async function decide(): Promise<void> {
    const conflict = die.pick(asked())
    const links = conflict.candidates.filter(one => one.type === 'Contact')
    const choice = die.pick([
      { do: 'create' } as const,
      { do: 'ignore' } as const,
      ...links.map(crmRef => ({ do: 'link', crm: crmRef }) as const),
    ])
    count(`decided: ${choice.do}`)
    if (choice.do === 'create') newByDecision.add(conflict.source.id)
    await store.decide(conflict.id, choice, 'clerk', 'clerk')
  }
  async function advance(ms: number): Promise<void> {
    const isSent = (gate: Gate): boolean =>
      gate.when === 'before' && gate.call?.port === 'crm' && clock.monotonicMs() + ms - gate.sinceMs > callMs
    for (const gate of stage.waiting.filter(isSent)) await stage.open(gate)
    clock.advance(ms)
  }
  function kill(): void {
    count('deaths')
    stage.kill(die.pick(stage.waiting).actor)
    hire()
  }

  hire()
  hire()
  let toCome = 3 + die.below(8)
  for (let steps = 0; steps < 1_500 && (toCome > 0 || mail.length > 0); steps++) {
    const roll = die.next()
    if (roll < 0.06 && toCome > 0) {
      toCome--
      tell(people.size === 0 || die.chance(0.75))
    } else if (roll < 0.2 && mail.length > 0) await deliver()
    else if (roll < 0.25) await advance(die.below(8_000))
    else if (roll < 0.26 && stage.waiting.length > 0) kill()
    else if (roll < 0.28 && asked().length > 0) await decide()
    else if (stage.waiting.length > 0) await stage.open(die.pick(stage.waiting))
    if (problems.length > 0) break
  }
  for (let steps = 0; steps < 4_000 && problems.length === 0; steps++) {
    const [gate] = stage.waiting.filter(one => one.when !== 'idle')
    if (gate !== undefined) await stage.open(gate)
    else if (store.dirtyRows.size > 0) {
      await advance(2_000)
      for (const idle of [...stage.waiting]) await stage.open(idle)
    } else break
    if (steps === 3_999) problems.push(`never quiet: ${[...store.dirtyRows.keys()].join()}`)
  }
  if (problems.length === 0) problems.push(...unaccounted())
  for (const gate of [...stage.waiting]) stage.kill(gate.actor)
  return { problems, counts }

  /** Who is neither linked nor asked about, nor left out by somebody's word; and records that two are linked to. */
  function unaccounted(): readonly string[] {
    const found: string[] = []
    const contacts = [...store.linkRows.values()].filter(link => link.role === 'contact')
    const shown = idsOf('order').flatMap(id => {
      const ref = { side: 'commerce', type: 'order', id } as const
      return guestOf(engine, ref, bodies.get(id) ?? {}) ?? []
    })
    const everybody = idsOf('customer').map((id): ResourceRef => ({ side: 'commerce', type: 'customer', id }))
    for (const ref of [...everybody, ...shown]) {
      const { id } = ref
      const link = contacts.find(one => sameRef(one.commerce, ref))
      if (link !== undefined) {
        count(`${ref.type}s in Salesforce`)
        const bears = crm.rows.get(link.crm.id)?.fields.CT_Id__c
        if (ref.type === 'customer' && link.primary && bears !== id)
          found.push(`${id} is linked to a contact that bears ${bears}`)
        continue
      }
      const said = store.conflictRows.filter(one => sameRef(one.source, ref) && one.state !== 'closed')
      count(said.length > 0 ? `in question: ${said[0]?.kind}` : 'in nobody’s hand')
      if (said.length === 0) found.push(`${id} is not in Salesforce, and nobody is asked why`)
    }
    // A guest may be a customer under another name, and two guests one person by somebody's word.
    const held = contacts.filter(link => link.commerce.type === 'customer')
    const rows = crm.of('CT_Identity__c').map(({ fields }) => fields)
    for (const [id, some] of Map.groupBy(held, link => link.crm.id)) {
      if (some.length > 1) count('shared')
      if (some.length > 1 && onClaimed !== 'share') found.push(`${id} is linked twice`)
      if (some.filter(link => link.primary).length !== 1) found.push(`${id} has not one owner of its fields`)
      const own = rows.filter(({ CT_Contact__c }) => CT_Contact__c === id)
      const wanted = some.length > 1 ? some.length : own.length
      const owners = own.filter(({ CT_Is_Primary__c }) => CT_Is_Primary__c === true)
      if (own.length !== wanted) found.push(`${id} is shared by ${wanted} and has ${own.length} rows`)
      else if (some.length > 1 && owners.length !== 1) found.push(`${id} has ${owners.length} rows of its owner`)
    }
    return found
  }
}
