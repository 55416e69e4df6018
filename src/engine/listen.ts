/** MARK: a delivery becomes dirty rows, durably, before it is acknowledged. */
import type { Engine } from './engine.ts'
import { sourcesOf } from './sources.ts'

/** What became of a delivery. */
export type Listened =
  | {
      readonly is: 'stored'
      readonly events: number
      readonly marked: number
      readonly dropped: number
      readonly form: string
    }
  | { readonly is: 'ignored'; readonly why: string }
  | { readonly is: 'bad'; readonly why: string }

/** Takes one delivery in. Resolves after the commit. Rejects with `StoreDown`: then the sender must send again. */
export async function listen(
  engine: Engine,
  body: unknown,
  received: { readonly correlationId: string },
): Promise<Listened> {
  const delivery = engine.systems.commerce.decode(body, {
    at: engine.clock.now(),
    correlationId: received.correlationId,
  })
  if (delivery.is !== 'events') return delivery
  const sources = sourcesOf(engine)
  const wanted = delivery.events.filter(event => sources.includes(event.ref.type))
  engine.observe.received(delivery.form, delivery.events.length)
  if (wanted.length === 0) {
    const types = [...new Set(delivery.events.map(event => event.ref.type))].join(', ')
    return { is: 'ignored', why: `no mapping reads the type ${types}` }
  }
  const { marked, dropped } = await engine.store.mark(wanted)
  return { is: 'stored', events: delivery.events.length, marked, dropped, form: delivery.form }
}
