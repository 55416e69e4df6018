/** A guest who is a customer by now tells that customer of what they were seen in. */
import type { ClaimedRow } from '../../model/ports.ts'
import { refKey } from '../../model/resource.ts'
import type { Engine } from '../engine.ts'
import { touched } from '../touch.ts'
import { guestsOf } from './identity.ts'
import { customersOf } from './seenOf.ts'

/** Somebody who was a guest and buys as one again: what the customer's record shows of their purchases has changed. */
export async function touchHolders(engine: Engine, rows: readonly ClaimedRow[]): Promise<void> {
  const isShown = engine.mappings.some(({ companions = [] }) => companions.some(one => one.seen))
  const guests = isShown ? rows.filter(({ ref }) => guestsOf(engine, ref.type) !== undefined) : []
  if (guests.length === 0) return
  const holders = await customersOf(
    engine,
    guests.map(({ ref }) => ref),
  )
  const events = guests.flatMap(row => (holders.get(refKey(row.ref)) ?? []).map(ref => touched(engine, row, ref)))
  if (events.length > 0) await engine.store.mark(events, { force: true })
}
