/**
 * One run: two workers and an intake, interleaved at every await by a seeded die, while shoppers and a salesperson edit,
 * deliveries come twice, late, out of order or not at all, workers die or stall, and calls go wrong. Then calm, then judgement.
 */
import type { Engine } from '../../../src/engine/engine.ts'
import { listen } from '../../../src/engine/listen.ts'
import { sync } from '../../../src/engine/sync.ts'
import { RemoteFailure } from '../../../src/model/outcome.ts'
import type { Call } from '../../../src/model/plan.ts'
import { type CommerceSystem, StoreDown } from '../../../src/model/ports.ts'
import { type ChangeEvent, lanes, refKey } from '../../../src/model/resource.ts'
import { stageMapping } from '../../faults/stage.ts'
import { memoryStore } from '../../memory/store.ts'
import { memoryWorld } from '../../memory/world.ts'
import { type Gate, gates, die as seeded } from './gates.ts'
import { doubles, judge, type Problem, trespasses } from './judge.ts'
import { type Rule, spoilerOf, storeRule } from './mutants.ts'
import { people as peopleOf } from './people.ts'
import { type Counts, trouble } from './trouble.ts'

export type Run = { readonly seed: number; readonly problems: readonly Problem[]; readonly counts: Counts }

const leaseMs = 60_000
/** Every call has a time limit well below the lease: one that was sent is over before the lease is. */
const callMs = 30_000
const signal = new AbortController().signal

export async function simulate(seed: number, without: Rule | null = null): Promise<Run> {
  const die = seeded(seed)
  const counts: Counts = {}
  const problems: Problem[] = []
  const world = memoryWorld({ mappings: [stageMapping], maxAttempts: 1_000 })
  const { clock, commerce, crm } = world
  const store = memoryStore(clock, storeRule(without))
  const people = peopleOf(die, world)
  const spoiler = spoilerOf(without)
  const wrong = trouble(die, counts, ref =>
    store.dirtyRows.get(refKey(ref))?.version === people.shoppers.find(one => one.id === ref.id)?.version
      ? people.earlier(ref)
      : null,
  )
  const shown: CommerceSystem = {
    ...commerce,
    read: async (refs, expand, context) => await commerce.read(refs, expand, context),
    decode: body => ({ is: 'events', events: body as readonly ChangeEvent[], form: 'memory' }),
  }
  const batch = { rowsPerGroup: 1 + die.below(3), groupsPerCall: 1 + die.below(2) }
  const base: Engine = {
    ...world.engine,
    store,
    systems: { commerce: { ...commerce, ...shown }, crm: { ...crm, batch } },
  }
  crm.fault = () => wrong.ofRow()

  const stage = gates(clock.monotonicMs, async (_, call, effect) => {
    const carriedOut = async (): Promise<unknown> => {
      if (call.port === 'crm' && call.method === 'write') problems.push(...trespasses(call.args[0] as Call, crm))
      return effect()
    }
    const answer = await wrong.carryOut(call, carriedOut)
    const seen = call.port === 'commerce' && call.method === 'read' ? (answer as []).map(people.view) : answer
    return spoiler.answered === undefined ? seen : spoiler.answered(call, seen)
  })

  const passSize = 1 + die.below(4)
  let bodies = 0
  const working = new Set<string>()

  async function work(actor: string): Promise<void> {
    const engine = stage.of(actor, base)
    let troubles = 0
    let pausedUntil = ''
    for (;;) {
      await stage.idle(actor)
      if (clock.now() < pausedUntil) continue
      working.add(actor)
      try {
        const leaseStartMs = clock.monotonicMs()
        const claim = await engine.store.claim({ side: 'commerce', limit: passSize, leaseMs, lanes })
        if (claim !== null) {
          wrong.count('passes')
          const { pause } = await sync(engine, claim, { leaseStartMs, troubles, signal })
          troubles = pause === null ? 0 : troubles + 1
          pausedUntil = pause?.until ?? ''
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

  const mail: ChangeEvent[] = []
  const lost: ChangeEvent[] = []
  const carried = new Map<string, ChangeEvent>()
  function post(event: ChangeEvent): void {
    wrong.count('edits')
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

  function kill(actor: string): void {
    wrong.count('deaths')
    for (const gate of stage.kill(actor)) adopt(gate)
    working.delete(actor)
    const event = carried.get(actor)
    if (event !== undefined) mail.push(event)
    carried.delete(actor)
    if (actor.startsWith('worker')) hire()
  }
  /** A write that the dead worker was about to send may have been sent. */
  function adopt({ call, when }: Gate): void {
    if (call === null || when !== 'before' || call.port !== 'crm' || call.method !== 'write') return
    const [sent] = structuredClone(call.args)
    wrong.adopt(async () => {
      problems.push(...trespasses(sent as Call, crm))
      await crm.write(sent as Call, { correlationId: 'late', signal })
    })
  }

  /** Anybody; more often one who has just written, or is about to save it. */
  function victim(): string {
    const worst = stage.waiting.filter(({ when, call }) =>
      when === 'after' ? call?.port === 'crm' : when === 'before' && call?.method === 'save',
    )
    return die.pick(worst.length > 0 && die.chance(0.6) ? worst : stage.waiting).actor
  }

  async function advance(ms: number): Promise<void> {
    const sent = (gate: Gate): boolean =>
      gate.when === 'before' && gate.call?.port === 'crm' && clock.monotonicMs() + ms - gate.sinceMs > callMs
    for (const gate of stage.waiting.filter(sent)) await stage.open(gate)
    clock.advance(ms)
  }

  hire()
  hire()
  let edits = 8 + die.below(16)
  for (let steps = 0; steps < 2_500 && (edits > 0 || mail.length > 0 || carried.size > 0); steps++) {
    const roll = die.next()
    if (roll < 0.08 && edits > 0) {
      edits--
      post(people.shop())
    } else if (roll < 0.2 && mail.length > 0) deliver()
    else if (roll < 0.23) wrong.count(people.sell() ? 'sales edits' : 'nobody to sell to')
    else if (roll < 0.27) await advance(die.below(8_000))
    else if (roll < 0.28) {
      if (working.size > 0) wrong.count('stalls beyond the lease')
      await advance(leaseMs + 1)
    } else if (roll < 0.3 && stage.waiting.length > 0) {
      kill(victim())
      // A shopper who changes something just now makes a death the hardest to mend.
      if (edits > 0 && die.chance(0.5)) {
        edits--
        post(people.shop())
      }
    } else if (roll < 0.33 && wrong.inFlight.length > 0) await wrong.land()
    else if (stage.waiting.length > 0) await stage.open(die.pick(stage.waiting))
    problems.push(...doubles(crm))
    if (problems.length > 0) break
  }

  /** Everything is delivered and done, and nothing goes wrong any more. */
  async function quiet(): Promise<void> {
    for (let steps = 0; steps < 6_000; steps++) {
      if (mail.length > 0) deliver()
      const [gate] = stage.waiting.filter(one => one.when !== 'idle')
      if (gate !== undefined) await stage.open(gate)
      else if (store.dirtyRows.size === 0 && mail.length === 0) return
      else {
        await advance(2_000)
        for (const idle of [...stage.waiting]) await stage.open(idle)
      }
    }
    problems.push({ is: 'never quiet', about: [...store.dirtyRows.keys()].join() })
  }
  const writes = (): number => crm.calls.filter(call => call.what === 'write').length

  if (problems.length === 0) {
    wrong.calmDown()
    await wrong.landAll()
    await quiet()
    // Only what was lost on the way is announced again: nothing else may need it.
    mail.push(...people.announceAll().filter(event => lost.some(one => refKey(one.ref) === refKey(event.ref))))
    await quiet()
    problems.push(...judge(people, crm, store, wrong.count))
    const before = writes()
    const all = people.announceAll().map(event => ({ ...event, version: null }))
    await store.mark(
      all.filter(event => event.kind === 'changed'),
      { force: true },
    )
    await quiet()
    if (writes() > before && problems.length === 0)
      problems.push({ is: 'not idle', about: `${writes() - before} writes of an idle pass` })
  }
  for (const gate of [...stage.waiting]) stage.kill(gate.actor)
  return { seed, problems, counts }
}
