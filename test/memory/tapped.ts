/** Puts a tap on every call of every port: tests see them, hold them, and let a worker die before or after any of them. */
import type { Engine } from '../../src/engine/engine.ts'

export type PortCall = {
  readonly port: 'store' | 'commerce' | 'crm'
  readonly method: string
  readonly args: unknown[]
}

/** Gets each call with the way to carry it out; what it resolves with is the answer. */
export type Tap = (call: PortCall, effect: () => Promise<unknown>) => Promise<unknown>

/** Answered at once and without touching anything outside: nothing can happen in between. */
const local = new Set(['decode', 'limits', 'schema'])

function tap<T extends object>(port: PortCall['port'], target: T, on: Tap): T {
  return new Proxy(target, {
    get(inner, name) {
      const value: unknown = Reflect.get(inner, name)
      if (typeof value !== 'function' || typeof name !== 'string' || local.has(name)) return value
      const method = name
      if (method !== 'list')
        return (...args: unknown[]) => on({ port, method, args }, async () => Reflect.apply(value, inner, args))
      return async function* (...args: unknown[]) {
        const pages = Reflect.apply(value, inner, args) as AsyncIterable<unknown>
        for await (const page of pages) yield await on({ port, method, args }, async () => page)
      }
    },
  })
}

/** The same engine, each call of a port going through the tap. */
export const tapped = (engine: Engine, on: Tap): Engine => ({
  ...engine,
  store: tap('store', engine.store, on),
  systems: {
    commerce: tap('commerce', engine.systems.commerce, on),
    crm: tap('crm', engine.systems.crm, on),
  },
})
