/** What goes wrong on purpose between a call and its answer, and how often it did. */
import { type Outcome, RemoteFailure } from '../../../src/model/outcome.ts'
import type { Call } from '../../../src/model/plan.ts'
import { type CommerceWrite, StoreDown } from '../../../src/model/ports.ts'
import type { ResourceRef, Snapshot } from '../../../src/model/resource.ts'
import { failure } from '../../memory/systems.ts'
import type { PortCall } from '../../memory/tapped.ts'
import type { Die } from './gates.ts'

export type Counts = Record<string, number>
/** Carries a call out; told whether long after it was sent. */
export type Effect = (isLate: boolean) => Promise<unknown>

/**
 * `older` answers an earlier snapshot of a record, where the reader can know that it is one. `isSeenLate`: a write to
 * Salesforce that lands late is told of by its feed.
 */
export function trouble(die: Die, counts: Counts, isSeenLate: boolean, older: (ref: ResourceRef) => Snapshot | null) {
  let calm = false
  /** Writes that Salesforce took and has not carried out yet. */
  const inFlight: { readonly port: PortCall['port']; readonly effect: () => Promise<unknown> }[] = []
  const count = (what: string): void => {
    if (what !== '') counts[what] = (counts[what] ?? 0) + 1
  }
  const refuse = (is: 'unavailable' | 'throttled'): never => {
    count(`${is} calls`)
    throw new RemoteFailure(failure(is))
  }
  const all = (call: PortCall, is: 'uncertain' | 'unavailable' | 'throttled'): Outcome[] => {
    const shared = failure(is)
    const rows = call.port === 'crm' ? (call.args[0] as Call).groups.flat() : (call.args[0] as CommerceWrite[])
    return rows.map(() => ({ ok: false, failure: shared }))
  }

  async function write(call: PortCall, effect: Effect): Promise<unknown> {
    if (calm || !die.chance(0.3)) return effect(false)
    switch (die.below(4)) {
      case 0:
        count('answers lost')
        await effect(false)
        return all(call, 'uncertain')
      case 1:
        late(call.port, effect)
        return all(call, 'uncertain')
      case 2:
        count('requests lost')
        return all(call, 'uncertain')
      default:
        count('refused writes')
        return all(call, die.pick(['unavailable', 'throttled']))
    }
  }

  const late = (port: PortCall['port'], effect: Effect): void => {
    count(`late writes to ${port}`)
    inFlight.push({ port, effect: () => effect(true) })
  }
  const land = async (at: number): Promise<void> => {
    const [one] = inFlight.splice(at, 1)
    await one?.effect()
  }
  const landAll = async (port?: PortCall['port']): Promise<void> => {
    for (;;) {
      const at = inFlight.findIndex(one => port === undefined || one.port === port)
      if (at < 0) return
      await land(at)
    }
  }

  return {
    inFlight,
    count,
    land: () => land(die.below(inFlight.length)),
    landAll,
    /** The sender of this write is gone; Salesforce may have taken it all the same. */
    adopt(port: PortCall['port'], effect: Effect): void {
      if (die.chance(0.5)) late(port, effect)
    },
    isCalm: () => calm,
    /** From now on nothing goes wrong. */
    calmDown(): void {
      calm = true
    },
    async carryOut(call: PortCall, effect: Effect): Promise<unknown> {
      const { port, method } = call
      if (port !== 'store' && method === 'write') return write(call, effect)
      if (port === 'store') {
        if (calm || !die.chance(0.01)) return effect(false)
        count('database away')
        if (die.chance(0.5)) await effect(false)
        throw new StoreDown('away')
      }
      if (!calm && die.chance(0.03)) refuse(die.pick(['unavailable', 'throttled']))
      // Without the feed of Salesforce nobody would see a write that lands after its retry has read: here it lands before.
      if (port === 'crm' && !isSeenLate) await landAll('crm')
      const answer = await effect(false)
      if (calm || method !== 'read' || port !== 'commerce' || !die.chance(0.1)) return answer
      return (answer as Snapshot[]).map(snapshot => {
        const earlier = older(snapshot.ref)
        if (earlier !== null) count('reads behind')
        return earlier ?? snapshot
      })
    },
    /** One row in a while is locked, or lost on the way back. */
    ofRow() {
      if (calm || !die.chance(0.04)) return null
      count('rows refused')
      return failure(die.pick(['stale', 'unavailable']))
    },
  }
}
