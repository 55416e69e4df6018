/** The log of API requests, numbered, so that a test can count what a client asked of us. */
import type { Operation } from './faults.ts'

type Logged = {
  n: number
  at: string
  method: string
  path: string
  operation: Operation
  status: number
  cost: number
}

export type Requests = {
  add(entry: Omit<Logged, 'n' | 'cost'>): void
  since(n: number): { last: number; requests: Logged[]; totals: { cost: number; byOperation: Record<string, number> } }
  reset(): void
}

const KEPT = 20_000

export function requests(): Requests {
  let last = 0
  let kept: Logged[] = []
  let totals: { cost: number; byOperation: Record<string, number> } = { cost: 0, byOperation: {} }
  return {
    add(entry) {
      last += 1
      // A token costs nothing; every other call is one.
      const cost = entry.operation === 'token' ? 0 : 1
      kept.push({ n: last, ...entry, cost })
      if (kept.length > KEPT * 2) kept = kept.slice(-KEPT)
      totals.cost += cost
      totals.byOperation[entry.operation] = (totals.byOperation[entry.operation] ?? 0) + 1
    },
    since: n => ({ last, requests: kept.filter(each => each.n > n), totals }),
    reset() {
      last = 0
      kept = []
      totals = { cost: 0, byOperation: {} }
    },
  }
}
