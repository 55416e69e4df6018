/** A stage for crashes: both systems in memory, any store, and stories told through a worker that may die at any port call. */
import { define } from '../../src/core/define.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { listen } from '../../src/engine/listen.ts'
import { sync } from '../../src/engine/sync.ts'
import type { Mapping } from '../../src/model/mapping.ts'
import type { CommerceSystem, Store } from '../../src/model/ports.ts'
import { type ChangeEvent, type JsonObject, lanes, type ResourceRef, type Snapshot } from '../../src/model/resource.ts'
import { memoryWorld, personMapping } from '../memory/world.ts'

/** The person mapping with a field that shows the name of the customer's group. */
export const stageMapping = define({
  ...personMapping,
  parts: personMapping.parts.map(part =>
    part.role === 'contact'
      ? { ...part, fields: [...part.fields, { crm: 'CT_Group__c', commerce: 'groupName', owner: 'commerce' as const }] }
      : part,
  ),
})

export type Stage = ReturnType<typeof stage>
type Body = Record<string, string | null>
type Clock = ReturnType<typeof memoryWorld>['clock']

const customer = (id: string): ResourceRef => ({ side: 'commerce', type: 'customer', id })

/** `storeFor` makes, or empties, the store; it is given the stage's clock. */
export function stage(storeFor: (clock: Clock) => Store, mapping: Mapping = stageMapping) {
  const world = memoryWorld({ mappings: [mapping], maxAttempts: 50 })
  const { clock, commerce, crm } = world
  const groups = new Map<string, string>()
  const versions = new Map<string, number>()
  const store = storeFor(clock)
  const view = (snapshot: Snapshot): Snapshot => {
    if (snapshot.state !== 'present' || typeof snapshot.body.group !== 'string') return snapshot
    const body: JsonObject = { ...snapshot.body, groupName: groups.get(snapshot.body.group) ?? null }
    return { ...snapshot, body }
  }
  const shown: CommerceSystem = {
    ...commerce,
    read: async (refs, expand, context) => (await commerce.read(refs, expand, context)).map(view),
    // A delivery in memory is a list of events.
    decode: body => ({ is: 'events', events: body as readonly ChangeEvent[], form: 'memory' }),
  }
  const engine: Engine = {
    ...world.engine,
    store,
    systems: { ...world.engine.systems, commerce: { ...commerce, ...shown } },
  }
  let events = 0
  const event = (ref: ResourceRef, version: number | null, kind: ChangeEvent['kind'] = 'changed'): ChangeEvent => {
    const id = `e${++events}`
    return { id, ref, kind, version, at: clock.now(), correlationId: `of ${id}`, lane: 'live', erase: false }
  }

  return {
    engine,
    clock,
    crm,
    groups,
    /** A customer signs up or changes; answers what commercetools tells of it. */
    saves(id: string, body: Body): ChangeEvent {
      clock.advance(1_000)
      versions.set(id, (versions.get(id) ?? 0) + 1)
      return event(commerce.put(id, body), versions.get(id) ?? 1)
    },
    leaves(id: string): ChangeEvent {
      clock.advance(1_000)
      commerce.remove(id)
      return event(customer(id), (versions.get(id) ?? 0) + 1, 'deleted')
    },
    renames(group: string, name: string): ChangeEvent {
      clock.advance(1_000)
      groups.set(group, name)
      return event({ side: 'commerce', type: 'customer-group', id: `demo/${group}` }, 2)
    },
    /** The service takes a delivery in and does all that is due. */
    async works(as: Engine, delivery: readonly ChangeEvent[]): Promise<void> {
      if (delivery.length > 0) await listen(as, delivery, { correlationId: 'delivery' })
      for (let turns = 0; turns < 100; turns++) {
        const leaseStartMs = clock.monotonicMs()
        const { leaseMs } = as.pace
        const claim = await as.store.claim({ side: 'commerce', limit: 1_000, leaseMs, lanes })
        if (claim === null) return
        await sync(as, claim, { leaseStartMs, troubles: 0, signal: new AbortController().signal })
        clock.advance(1_000)
      }
      throw new Error('never quiet')
    },
    /** All that lasts, told so that two runs can be compared: ids are replaced by keys, base and revision left out. */
    async end(): Promise<unknown> {
      const keyOf = (id: unknown): string => `${crm.rows.get(String(id))?.fields.CT_Id__c}`
      const rows = [...crm.rows.values()].map(({ object, fields, deleted }) => {
        const parent = fields.AccountId === undefined ? {} : { AccountId: keyOf(fields.AccountId) }
        return { object, deleted, ...fields, ...parent }
      })
      const refs = [...versions.keys()].map(customer)
      const links = (await store.links(refs)).map(
        ({ role, commerce: from, crm: to, primary }) =>
          `${role} ${from.id} ${primary ? '=' : 'behind'} ${to.type} ${keyOf(to.id)}`,
      )
      const settled = await Promise.all(refs.map(async ref => [ref.id, await store.settled(ref)]))
      const { lanes: waiting, conflicts, failures } = await store.backlog()
      const text = (value: unknown): string => JSON.stringify(value)
      return { rows: rows.map(text).sort(), links: links.sort(), settled, waiting, conflicts, failures }
    },
    /** What an idle pass over everything writes: nothing, if all is well. */
    async idleWrites(): Promise<number> {
      const before = crm.calls.filter(call => call.what === 'write').length
      const all = [...versions.keys()].map(id => event(customer(id), null))
      await store.mark(all, { force: true })
      await this.works(engine, [])
      return crm.calls.filter(call => call.what === 'write').length - before
    },
  }
}

const anna = (at: number, more: Body = {}): Body => ({
  firstName: 'Anna',
  lastName: `Beck ${at}`,
  email: `anna.${at}@example.com`,
  note: 'met at the fair',
  ...more,
})

/** What happens: quietly before, and then while a worker may die. */
export type Story = {
  readonly name: string
  readonly before: (on: Stage) => readonly ChangeEvent[]
  readonly told: (on: Stage) => readonly ChangeEvent[]
}

export const stories: readonly Story[] = [
  { name: 'sign-up', before: () => [], told: on => [on.saves('demo/1', anna(1))] },
  {
    name: 'change',
    before: on => [on.saves('demo/1', anna(1))],
    told: on => [on.saves('demo/1', anna(1, { firstName: 'Anne', email: 'anne@example.com' }))],
  },
  {
    name: 'group change',
    before: on => {
      on.groups.set('gold', 'Gold')
      return [on.saves('demo/1', anna(1, { group: 'gold' })), on.saves('demo/2', anna(2, { group: 'gold' }))]
    },
    told: on => [on.renames('gold', 'Platinum')],
  },
  {
    name: 'delete',
    before: on => [on.saves('demo/1', anna(1)), on.saves('demo/2', anna(2))],
    told: on => [on.leaves('demo/1')],
  },
  {
    name: 'a mixed pass',
    before: on => [on.saves('demo/1', anna(1)), on.saves('demo/2', anna(2))],
    told: on => [
      on.saves('demo/1', anna(1, { firstName: 'Anne' })),
      on.leaves('demo/2'),
      on.saves('demo/3', anna(3)),
      on.saves('demo/4', anna(4)),
    ],
  },
]

export const thousand: Story = {
  name: 'a pass of 1,000',
  before: () => [],
  told: on => Array.from({ length: 1_000 }, (_, at) => on.saves(`demo/${at}`, anna(at))),
}
