/**
 * One run: two workers, an intake and a poll, interleaved at every await by a seeded die, while people edit on both sides,
 * deliveries come twice, late, out of order or not at all, workers die or stall, and calls go wrong. Then calm, then judgement.
 */
import { listen } from '../../../src/engine/listen.ts'
import { pollOnce, watched } from '../../../src/engine/poll.ts'
import { sync } from '../../../src/engine/sync.ts'
import { RemoteFailure } from '../../../src/model/outcome.ts'
import type { Call } from '../../../src/model/plan.ts'
import { type CommerceWrite, StoreDown } from '../../../src/model/ports.ts'
import {
  type ChangeEvent,
  lanes,
  type ResourceRef,
  refKey,
  type Side,
  type Snapshot,
} from '../../../src/model/resource.ts'
import type { PortCall } from '../../memory/tapped.ts'
import { type Gate, gates } from './gates.ts'
import { doubles, judge, type Problem, partOf, trespasses, trespassesBack } from './judge.ts'
import type { Mode } from './mappings.ts'
import { type Rule, spoilerOf } from './mutants.ts'
import { setting } from './setting.ts'
import type { Counts, Effect } from './trouble.ts'

export type Run = {
  readonly mode: Mode
  readonly seed: number
  readonly problems: readonly Problem[]
  readonly counts: Counts
}

const leaseMs = 60_000
/** Every call has a time limit well below the lease: one that was sent is over before the lease is. */
const callMs = 30_000
const signal = new AbortController().signal

/** A conflict may make way for another one; after so many decisions they go round in circles. */
const decisionsAllowed = 12

export async function simulate(mode: Mode, seed: number, without: Rule | null = null): Promise<Run> {
  const mail: ChangeEvent[] = []
  const lost: ChangeEvent[] = []
  const carried = new Map<string, ChangeEvent>()
  const problems: Problem[] = []
  const set = setting(mode, seed, without, post)
  const { die, counts, mapping, clock, crm, store, wrong, see, book, people, agents, base, landed } = set
  const spoiler = spoilerOf(without)
  const objects = watched([mapping])

  /** Records made by a create that landed late: another create may have been planned by then. */
  const bornLate = new Set<string>()
  const overwrittenLate = (id: string): void => {
    wrong.count('seeds overwritten late')
    people.agentWrote.delete(id)
  }

  /** The versions that each worker was shown by commercetools. */
  const shown = new Map<string, number>()
  /** Writes that will land on a version which their pass has not seen. */
  const blind = (actor: string, writes: readonly CommerceWrite[]): Problem[] =>
    writes.flatMap(({ ref: { id }, version }) =>
      version === see.version(id) && version !== shown.get(`${actor} ${id}`)
        ? [{ is: 'lost', about: `${id}: version ${version} was written over unseen` }]
        : [],
    )

  /** A call to the outside as it takes effect, perhaps long after it was sent. */
  const effectOf =
    (actor: string, { port, method, args }: PortCall, effect: () => Promise<unknown>): Effect =>
    async isLate => {
      if (port === 'crm' && method === 'write') {
        const over = trespasses(mapping, args[0] as Call, crm)
        // Nobody can call back a create that was sent before the record was anybody's.
        for (const { id, about } of over)
          if (isLate || bornLate.has(id)) overwrittenLate(id)
          else problems.push({ is: 'not its owner', about })
        book.wrote(actor, args[0] as Call, isLate)
      }
      if (port === 'commerce' && method === 'write') {
        problems.push(...trespassesBack(mapping, args[0] as readonly CommerceWrite[]))
        if (!isLate) problems.push(...blind(actor, args[0] as readonly CommerceWrite[]))
        book.wroteBack(args[0] as readonly CommerceWrite[])
      }
      if (method === 'claim') book.begins(actor)
      if (port === 'crm') book.looks(actor)
      const known = isLate ? new Set(crm.rows.keys()) : null
      const answer = await effect()
      if (known !== null) for (const id of crm.rows.keys()) if (!known.has(id)) bornLate.add(id)
      if (method === 'write' || method === 'save') book.observe()
      return answer
    }

  const stage = gates(clock.monotonicMs, async (actor, asked, effect) => {
    const call = spoiler.given === undefined ? asked : { ...asked, args: [...spoiler.given(asked, see)] }
    asked.args.splice(0, asked.args.length, ...call.args)
    const answer = await wrong.carryOut(call, effectOf(actor, call, effect))
    const seen = call.port === 'commerce' && call.method === 'read' ? (answer as []).map(people.view) : answer
    if (call.port === 'commerce' && call.method === 'read')
      for (const one of seen as Snapshot[])
        if (one.state === 'present') shown.set(`${actor} ${one.ref.id}`, one.version)
    return spoiler.answered === undefined ? seen : spoiler.answered(call, seen, see)
  })

  const passSize = 1 + die.below(4)
  let bodies = 0
  const working = new Set<string>()

  async function work(actor: string): Promise<void> {
    const engine = stage.of(actor, base)
    let troubles = 0
    let turns = 0
    let pausedUntil = ''
    for (;;) {
      await stage.idle(actor)
      if (clock.now() < pausedUntil) continue
      working.add(actor)
      try {
        // Both sides in turn, as the drain does.
        const sides: readonly Side[] = turns++ % 2 === 0 ? ['commerce', 'crm'] : ['crm', 'commerce']
        for (const side of sides) {
          const leaseStartMs = clock.monotonicMs()
          const claim = await engine.store.claim({ side, limit: passSize, leaseMs, lanes })
          if (claim === null) continue
          wrong.count(`passes from ${side}`)
          const { pause } = await sync(engine, claim, { leaseStartMs, troubles, signal })
          troubles = pause === null ? 0 : troubles + 1
          pausedUntil = pause?.until ?? ''
          break
        }
      } catch (error) {
        // As the drain does: the lease of a pass that broke off runs out by itself.
        if (!(error instanceof StoreDown) && !(error instanceof RemoteFailure))
          problems.push({ is: 'broken', about: String(error) })
      }
      working.delete(actor)
    }
  }
  const hire = (): void => {
    const actor = `worker ${++bodies}`
    void work(actor)
  }

  function post(event: ChangeEvent): void {
    if (die.chance(0.1)) {
      wrong.count('deliveries lost')
      lost.push(event)
      return
    }
    mail.push(event)
    if (die.chance(0.2)) {
      wrong.count('deliveries doubled')
      mail.push(event)
    }
  }
  const shop = (): void => {
    wrong.count('shop edits')
    post(people.shop())
  }
  function sell(): void {
    const id = people.sell()
    wrong.count(id === null ? 'nobody to sell to' : 'Salesforce edits of seed')
    if (id !== null) agents.tell(id)
  }
  function deliver(): void {
    const [event] = mail.splice(die.below(mail.length), 1)
    if (event === undefined) return
    const actor = `intake ${++bodies}`
    carried.set(actor, event)
    wrong.count('deliveries')
    const done = (): void => void carried.delete(actor)
    listen(stage.of(actor, base), [event], { correlationId: actor }).then(done, () => {
      done()
      mail.push(event)
    })
  }
  /** One look at Salesforce; one that fails is made up for by the next. Two may overlap. */
  const polling = new Set<string>()
  function poll(): void {
    const actor = `poll ${++bodies}`
    const done = (): void => void polling.delete(actor)
    polling.add(actor)
    pollOnce(stage.of(actor, base), objects, signal).then(done, done)
  }

  const ignored = new Set<string>()
  const conflicts = () => store.conflictRows.filter(one => one.state === 'open')
  async function decide(): Promise<void> {
    const conflict = die.pick(conflicts())
    const choice = agents.choose(conflict)
    const { source, role } = conflict
    wrong.count(`conflicts decided: ${choice.do}`)
    book.decides(source, role, choice.do)
    if (choice.do === 'ignore') ignored.add(partOf(source, role))
    else ignored.delete(partOf(source, role))
    await store.decide(conflict.id, choice, 'clerk', 'clerk')
  }

  function kill(actor: string): void {
    wrong.count('deaths')
    for (const gate of stage.kill(actor)) adopt(gate)
    working.delete(actor)
    polling.delete(actor)
    const event = carried.get(actor)
    if (event !== undefined) mail.push(event)
    carried.delete(actor)
    if (actor.startsWith('worker')) hire()
  }
  /** A write that the dead worker was about to send may have been sent. */
  function adopt({ actor, call, when }: Gate): void {
    if (call === null || when !== 'before' || call.port === 'store' || call.method !== 'write') return
    const { port } = call
    const sent: PortCall = { ...call, args: structuredClone(call.args.slice(0, 1)) }
    const context = { correlationId: 'late', signal }
    const effect = async (): Promise<unknown> =>
      port === 'crm'
        ? crm.write(sent.args[0] as Call, context)
        : base.systems.commerce.write(sent.args[0] as readonly CommerceWrite[], context)
    wrong.adopt(port, effectOf(actor, sent, effect))
  }

  /** Anybody; more often one who has just written, or is about to save it. */
  function victim(): string {
    const worst = stage.waiting.filter(({ when, call }) =>
      when === 'after'
        ? call?.port !== 'store' && call?.method === 'write'
        : when === 'before' && call?.method === 'save',
    )
    return die.pick(worst.length > 0 && die.chance(0.6) ? worst : stage.waiting).actor
  }

  async function advance(ms: number): Promise<void> {
    const sent = (gate: Gate): boolean =>
      gate.when === 'before' &&
      (gate.call?.port === 'crm' || gate.call?.port === 'commerce') &&
      clock.monotonicMs() + ms - gate.sinceMs > callMs
    for (const gate of stage.waiting.filter(sent)) await stage.open(gate)
    clock.advance(ms)
  }

  hire()
  hire()
  let edits = 8 + die.below(16)
  // Every edit in Salesforce has its record compared as a whole, which mends much: some runs must do without.
  let theirs = mode === 'there' || die.chance(0.3) ? 0 : 4 + die.below(16)
  const sells = mode === 'there' ? 0.03 : theirs === 0 ? 0 : 0.008
  const hasClerk = die.chance(0.5)
  for (let steps = 0; steps < 2_500 && (edits + theirs > 0 || mail.length > 0 || carried.size > 0); steps++) {
    const roll = die.next()
    if (roll < 0.08 && edits > 0) {
      edits--
      shop()
    } else if (roll < 0.2 && mail.length > 0) deliver()
    else if (roll < 0.2 + sells) sell()
    else if (roll < 0.27) await advance(die.below(8_000))
    else if (roll < 0.28) {
      if (working.size > 0) wrong.count('stalls beyond the lease')
      await advance(leaseMs + 1)
    } else if (roll < 0.3 && stage.waiting.length > 0) {
      kill(victim())
      // Somebody who changes something just now makes a death the hardest to mend.
      if (theirs > 0 && die.chance(0.4)) theirs -= agents.work() ? 1 : 0
      else if (edits > 0 && die.chance(0.5)) {
        edits--
        shop()
      }
    } else if (roll < 0.33 && wrong.inFlight.length > 0) await wrong.land()
    else if (roll < 0.39 && theirs > 0) theirs -= agents.work() ? 1 : 0
    else if (roll < 0.44 && objects.length > 0) poll()
    else if (roll < 0.46 && hasClerk && conflicts().length > 0) await decide()
    else if (stage.waiting.length > 0) await stage.open(die.pick(stage.waiting))
    problems.push(...doubles(crm))
    if (problems.length > 0) break
  }

  /** Everything is delivered and done, nothing goes wrong any more, and two looks at Salesforce have nothing to do. */
  async function quiet(): Promise<void> {
    let looks = 0
    let before = landed.count
    for (let steps = 0; steps < 6_000; steps++) {
      if (mail.length > 0) deliver()
      const [gate] = stage.waiting.filter(one => one.when !== 'idle')
      if (gate !== undefined) await stage.open(gate)
      else if (store.dirtyRows.size > 0 || mail.length > 0) {
        await advance(2_000)
        for (const idle of [...stage.waiting]) await stage.open(idle)
      } else if (objects.length === 0 || looks >= 2) return
      else {
        looks = landed.count > before ? 1 : looks + 1
        before = landed.count
        poll()
      }
    }
    problems.push({ is: 'never quiet', about: [...store.dirtyRows.keys()].join() })
  }

  /** A clerk who comes in the end sees every conflict through. */
  async function decideAll(): Promise<void> {
    for (let decisions = 0; conflicts().length > 0; decisions++) {
      if (decisions > decisionsAllowed * people.shoppers.length) {
        for (const { source, role, why } of conflicts())
          problems.push({ is: 'never decided', about: `${partOf(source, role)}: ${why}` })
        return
      }
      await decide()
      await quiet()
    }
  }

  if (problems.length === 0) {
    wrong.calmDown()
    await wrong.landAll()
    await quiet()
    // Only what was lost on the way is announced again: nothing else may need it.
    mail.push(...people.announceAll().filter(event => lost.some(one => refKey(one.ref) === refKey(event.ref))))
    await quiet()
    if (hasClerk && problems.length === 0) await decideAll()
    if (mode === 'there')
      for (const { source, role, why } of conflicts())
        problems.push({ is: 'listed', about: `${partOf(source, role)}: ${why}` })
    problems.push(...judge({ mapping, people, crm, store, book, ignored, count: wrong.count }))
    const before = landed.count
    // While a record waits for a person it is not at rest: its candidate may have come to agree unseen.
    const waits = new Set(conflicts().map(({ source }) => refKey(source)))
    // A group's change would mark its members, whether they wait or not.
    const rests = ({ type }: ResourceRef, key: string): boolean =>
      !waits.has(key) && (type === 'customer' || waits.size === 0)
    const all = people.announceAll().filter(({ kind, ref }) => kind === 'changed' && rests(ref, refKey(ref)))
    const resting = [...store.linkRows.values()].filter(({ commerce }) => !waits.has(refKey(commerce)))
    const ends = resting.map(link => ({ ref: link.crm, id: refKey(link.crm) }))
    const [first] = all
    const both = first === undefined ? [] : [...all, ...ends.map(end => ({ ...first, ...end }))]
    await store.mark(
      both.map(event => ({ ...event, version: null })),
      { force: true },
    )
    await quiet()
    if (landed.count > before && problems.length === 0)
      problems.push({ is: 'not idle', about: `${landed.count - before} writes of an idle pass` })
  }
  for (const gate of [...stage.waiting]) stage.kill(gate.actor)
  return { mode, seed, problems, counts }
}
