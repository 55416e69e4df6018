// What clients asked for: the last requests in a ring, and exact totals of all of them.

import type { Operation } from './faults.ts'

export type LoggedRequest = {
  n: number
  at: string
  method: string
  path: string
  operation: Operation
  status: number
  cost: number
  fault?: string
}

export type RequestLog = {
  add(request: Omit<LoggedRequest, 'n'>): void
  since(n: number): {
    last: number
    requests: LoggedRequest[]
    totals: { cost: number; byOperation: Record<string, number> }
  }
  clear(): void
}

const KEPT = 100_000
const LONGEST_PATH = 300

export function requestLog(): RequestLog {
  let ring: LoggedRequest[] = []
  let last = 0
  let cost = 0
  let byOperation: Record<string, number> = {}
  return {
    add(request) {
      last++
      cost += request.cost
      byOperation[request.operation] = (byOperation[request.operation] ?? 0) + 1
      ring[(last - 1) % KEPT] = { n: last, ...request, path: request.path.slice(0, LONGEST_PATH) }
    },
    since(n) {
      const requests: LoggedRequest[] = []
      for (let at = Math.max(n, last - KEPT, 0); at < last; at++) {
        const request = ring[at % KEPT]
        if (request) requests.push(request)
      }
      return { last, requests, totals: { cost, byOperation: { ...byOperation } } }
    },
    clear() {
      ring = []
      last = 0
      cost = 0
      byOperation = {}
    },
  }
}
