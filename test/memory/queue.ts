/** A queue in memory that keeps what a real one keeps: who has which message, until when, and how often it was received. */
import { RemoteFailure } from '../../src/model/outcome.ts'
import type { Clock, DeliveryQueue, NotDone, QueuedDelivery } from '../../src/model/ports.ts'
import { failure } from './systems.ts'

type Lying = { readonly id: string; readonly text: string; receives: number; hiddenUntilMs: number; receipt: string }

export type MemoryQueue = DeliveryQueue & {
  readonly messages: Map<string, Lying>
  readonly calls: string[]
  put(...texts: readonly string[]): void
  /** How many calls to receive wait for a message. */
  waiting(): number
  /** The next so many calls of a kind refuse their messages, or fail as a whole. */
  refuse(call: 'receive' | 'remove' | 'hide', times: number, how?: 'each' | 'whole'): void
}

export function memoryQueue(clock: Clock): MemoryQueue {
  const messages = new Map<string, Lying>()
  const calls: string[] = []
  const refusals: { call: string; how: 'each' | 'whole' }[] = []
  const waiters = new Set<() => void>()
  let made = 0

  const refused = (call: string): 'each' | 'whole' | null => {
    const at = refusals.findIndex(each => each.call === call)
    const how = at === -1 ? null : (refusals.splice(at, 1)[0]?.how ?? null)
    if (how === 'whole') throw new RemoteFailure(failure('unavailable', 'ECONNREFUSED'))
    return how
  }
  const change = (
    call: 'remove' | 'hide',
    wanted: readonly QueuedDelivery[],
    work: (found: Lying) => void,
  ): readonly NotDone[] => {
    if (refused(call) === 'each') return wanted.map(message => ({ message, code: 'InternalError' }))
    return wanted.flatMap(message => {
      const found = messages.get(message.id)
      // A receipt of an earlier time is worth nothing.
      if (found === undefined || found.receipt !== message.receipt) return [{ message, code: 'ReceiptHandleIsInvalid' }]
      work(found)
      return []
    })
  }
  const visible = (): Lying[] => [...messages.values()].filter(each => each.hiddenUntilMs <= clock.monotonicMs())

  return {
    name: 'memory',
    messages,
    calls,
    put(...texts) {
      for (const text of texts) {
        made++
        messages.set(`m${made}`, { id: `m${made}`, text, receives: 0, hiddenUntilMs: 0, receipt: '' })
      }
      for (const wake of [...waiters]) wake()
    },
    waiting: () => waiters.size,
    refuse(call, times, how = 'each') {
      for (let n = 0; n < times; n++) refusals.push({ call, how })
    },
    async receive({ hiddenMs, waitMs }, signal) {
      refused('receive')
      signal.throwIfAborted()
      if (visible().length === 0)
        await new Promise<void>((resolve, reject) => {
          const over = new AbortController()
          const end = (how: () => void) => () => {
            waiters.delete(wake)
            over.abort()
            how()
          }
          const wake = end(resolve)
          waiters.add(wake)
          signal.addEventListener(
            'abort',
            end(() => reject(signal.reason)),
            { once: true },
          )
          clock.sleep(waitMs, over.signal).then(wake, () => undefined)
        })
      const found = visible().slice(0, 10)
      if (found.length > 0) calls.push(`receive ${found.length}`)
      return found.map(each => {
        each.receives++
        each.hiddenUntilMs = clock.monotonicMs() + hiddenMs
        each.receipt = `${each.id}/${each.receives}`
        return { id: each.id, receipt: each.receipt, text: each.text, receives: each.receives }
      })
    },
    async remove(wanted) {
      calls.push(`remove ${wanted.length}`)
      return change('remove', wanted, ({ id }) => messages.delete(id))
    },
    async hide(wanted, ms) {
      calls.push(`hide ${wanted.length} for ${ms}`)
      return change('hide', wanted, found => {
        found.hiddenUntilMs = clock.monotonicMs() + ms
      })
    },
    check: async () => [],
  }
}
