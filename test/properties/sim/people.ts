/** The people of the simulation: shoppers who edit, a salesperson who edits what is hers, and the post between them and us. */
import type { Mapping, Value } from '../../../src/model/mapping.ts'
import type { ChangeEvent, JsonObject, ResourceRef, Snapshot } from '../../../src/model/resource.ts'
import type { memoryWorld } from '../../memory/world.ts'
import type { Die } from './gates.ts'
import type { Ledger } from './ledger.ts'
import { plainFields } from './mappings.ts'

type Body = Record<string, Value>
export type Shopper = {
  readonly id: string
  version: number
  body: Body | null
  history: Snapshot[]
}

/** Few, so that a value often comes back to what it was: a change that is undone is the hardest to carry over. */
const few = ['A', 'B'] as const
export const refOf = (id: string): ResourceRef => ({ side: 'commerce', type: 'customer', id })

/** Edited in every mode; the others only where something flows back. */
const always = ['firstName', 'lastName', 'email', 'note']

export function people(die: Die, world: ReturnType<typeof memoryWorld>, mapping: Mapping, book: Ledger) {
  const { clock, commerce, crm } = world
  const more = [...new Set(plainFields(mapping).map(one => one.rule.commerce))].filter(path => !always.includes(path))
  const shoppers: Shopper[] = []
  const groups = new Map<string, { name: string; version: number }>([['gold', { name: 'A', version: 1 }]])
  const agentWrote = new Map<string, string>()
  const most = 1 + die.below(4)
  let events = 0
  let notes = 0
  const event = (ref: ResourceRef, version: number, kind: ChangeEvent['kind'] = 'changed'): ChangeEvent => {
    const id = `e${++events}`
    return { id, ref, kind, version, at: clock.now(), correlationId: `of ${id}`, lane: 'live', erase: false }
  }
  const alive = (): Shopper[] => shoppers.filter(one => one.body !== null)

  /** The record has a new version, by whomever. */
  function changed(one: Shopper, body: Body): ChangeEvent {
    one.body = body
    one.version++
    const modifiedBy = { clientId: null, marker: null }
    const ref = refOf(one.id)
    one.history.push({ state: 'present', ref, version: one.version, modifiedAt: clock.now(), modifiedBy, body })
    return event(ref, one.version)
  }

  function save(one: Shopper, edits: Body): ChangeEvent {
    const body = { ...one.body, ...edits }
    commerce.put(one.id, body)
    const told = changed(one, body)
    for (const [path, value] of Object.entries(edits)) book.shopEdits(one.id, path, value)
    return told
  }

  function leave(one: Shopper): ChangeEvent {
    commerce.remove(one.id)
    one.body = null
    one.version++
    book.void(one.id)
    return event(refOf(one.id), one.version, 'deleted')
  }

  function rename(): ChangeEvent {
    const [[id, group] = ['gold', { name: '', version: 0 }]] = groups
    group.name = die.pick(few)
    group.version++
    return event({ side: 'commerce', type: 'customer-group', id: `demo/${id}` }, group.version)
  }

  return {
    shoppers,
    agentWrote,
    /** References expanded, as a read shows them. */
    view(snapshot: Snapshot): Snapshot {
      if (snapshot.state !== 'present') return snapshot
      const group = typeof snapshot.body.group === 'string' ? groups.get(snapshot.body.group) : undefined
      const body: JsonObject = { ...snapshot.body, groupName: group?.name ?? null }
      return { ...snapshot, body }
    },
    /** The snapshot before the newest, of a record that is there. */
    earlier: (ref: ResourceRef): Snapshot | null =>
      shoppers.find(one => one.id === ref.id && one.body !== null)?.history.at(-2) ?? null,
    /** Somebody does something in the shop; what commercetools tells of it. */
    shop(): ChangeEvent {
      clock.advance(1)
      const some = alive()
      if (some.length === 0 || (shoppers.length < most && die.chance(0.3))) {
        const one: Shopper = { id: `demo/${shoppers.length + 1}`, version: 0, body: null, history: [] }
        shoppers.push(one)
        const group = die.chance(0.5) ? 'gold' : null
        const rest = Object.fromEntries(more.map(path => [path, die.pick([...few, null])]))
        const note = `note ${++notes}`
        return save(one, { firstName: die.pick(few), lastName: 'L', email: 'a@b.c', note, group, ...rest })
      }
      if (die.chance(0.12)) return rename()
      const one = die.pick(some)
      if (die.chance(0.04)) return leave(one)
      const field = die.pick(['firstName', 'firstName', 'firstName', 'lastName', 'note', 'group', ...more])
      const isMore = more.includes(field)
      const values = isMore ? [...few, null] : few
      const value =
        field === 'note' ? `note ${++notes}` : field === 'group' ? die.pick(['gold', null]) : die.pick(values)
      return save(one, { [field]: value })
    },
    /** A write of ours reached commercetools; what it tells of that. */
    took(id: string, changes: JsonObject): ChangeEvent | null {
      const one = shoppers.find(each => each.id === id)
      return one?.body ? changed(one, { ...one.body, ...(changes as Body) }) : null
    },
    /** A salesperson writes into a field that was seeded: from then on it is hers. Null when there is no record yet. */
    sell(): string | null {
      const contacts = crm.of('Contact')
      if (contacts.length === 0) return null
      clock.advance(1)
      const { id } = die.pick(contacts)
      const text = `hers ${++notes}`
      agentWrote.set(id, text)
      crm.edit(id, { Description: text })
      return id
    },
    /** A sweep: every record as it stands now is announced again. */
    announceAll: (): ChangeEvent[] => [
      ...shoppers.map(one => event(refOf(one.id), one.version, one.body === null ? 'deleted' : 'changed')),
      ...[...groups].map(([id, { version }]) =>
        event({ side: 'commerce', type: 'customer-group', id: `demo/${id}` }, version),
      ),
    ],
    groupName: (id: Value | undefined): string | null => (id ? (groups.get(String(id))?.name ?? null) : null),
  }
}

export type People = ReturnType<typeof people>
