/** Where a run takes place: both systems with their people, the memory, and what goes wrong between them. */
import type { Engine } from '../../../src/engine/engine.ts'
import type { JsonObject } from '../../../src/model/resource.ts'
import { type ChangeEvent, refKey } from '../../../src/model/resource.ts'
import { memoryStore } from '../../memory/store.ts'
import { memoryWorld } from '../../memory/world.ts'
import { agents as agentsOf } from './agents.ts'
import { feed } from './feed.ts'
import { die as seeded } from './gates.ts'
import { type Eyes, ledger } from './ledger.ts'
import { type Mode, mappingOf } from './mappings.ts'
import { type Rule, storeRule } from './mutants.ts'
import { people as peopleOf } from './people.ts'
import { type Counts, trouble } from './trouble.ts'

/** `post` is given what commercetools tells of our own writes. */
export function setting(mode: Mode, seed: number, without: Rule | null, post: (event: ChangeEvent) => void) {
  const die = seeded(seed)
  const counts: Counts = {}
  const mapping = mappingOf(mode)
  const world = memoryWorld({ mappings: [mapping], maxAttempts: 1_000 })
  const { clock, commerce, crm } = world
  const store = memoryStore(clock, storeRule(without))
  const shopper = (id: string) => people.shoppers.find(one => one.id === id)
  const wrong = trouble(die, counts, mode !== 'unfed' && mode !== 'there', ref =>
    store.dirtyRows.get(refKey(ref))?.version === shopper(ref.id)?.version ? people.earlier(ref) : null,
  )
  const see: Eyes = {
    mapping,
    crm,
    store,
    body: id => shopper(id)?.body ?? null,
    version: id => shopper(id)?.version ?? null,
    digest: world.engine.digester.digest,
    count: wrong.count,
  }
  const book = ledger(see)
  const people = peopleOf(die, world, mapping, book)
  const agents = agentsOf(die, world, mapping, book, wrong.count)
  const isWholeSeconds = mode !== 'there' && die.chance(0.5)
  if (isWholeSeconds) crm.stamp = nowMs => Math.floor(nowMs / 1_000) * 1_000
  wrong.count(isWholeSeconds ? 'runs with modstamps of whole seconds' : '')
  crm.fault = () => wrong.ofRow()
  commerce.fault = () => wrong.ofRow()

  /** Records that we changed, on either side. */
  const landed = { count: 0 }
  const base: Engine = {
    ...world.engine,
    store,
    systems: {
      commerce: {
        ...commerce,
        decode: body => ({ is: 'events', events: body as readonly ChangeEvent[], form: 'memory' }),
        async write(writes, context) {
          const outcomes = await commerce.write(writes, context)
          writes.forEach(({ ref, changes }, at) => {
            if (!outcomes[at]?.ok) return
            landed.count++
            const body: JsonObject = Object.fromEntries(changes.map(({ path, value }) => [path, value]))
            const told = people.took(ref.id, body)
            if (told !== null) post(told)
          })
          return outcomes
        },
      },
      crm: {
        ...crm,
        async write(call, context) {
          const outcomes = await crm.write(call, context)
          landed.count += outcomes.filter(one => one.ok).length
          return outcomes
        },
        batch: { rowsPerGroup: 1 + die.below(3), groupsPerCall: 1 + die.below(2) },
        changes: feed(mode, die, crm, agents.done, wrong.isCalm, wrong.count),
      },
    },
  }
  return { die, counts, mapping, clock, crm, store, wrong, see, book, people, agents, base, landed }
}
