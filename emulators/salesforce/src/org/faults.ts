// Injected faults: which request is hit, counted and drawn so that a run can be repeated.

export const FAULT_TARGETS = [
  'token',
  'describe',
  'query',
  'row',
  'collections',
  'composite',
  'bulk',
  'limits',
  'subscribe',
  'other',
  'any',
] as const
export const FAULT_ACTIONS = [
  'status',
  'drop-before',
  'commit-then-drop',
  'slow',
  'hang',
  'connection-reset',
  'truncate',
  'html',
  'unable-to-lock-row',
  'limit-exceeded',
  'expire-session',
  'partial',
] as const

export type Operation = Exclude<(typeof FAULT_TARGETS)[number], 'any'>
export type FaultAction = (typeof FAULT_ACTIONS)[number]

/**
 * Hits requests of `on`: the `nth` one, each `every`-th, or a share `rate` of them (`seed` fixes the draw), else all;
 * `times` hits at most, 1 by default for `nth`.
 */
export type Fault = {
  on: (typeof FAULT_TARGETS)[number]
  do: FaultAction
  nth?: number
  every?: number
  rate?: number
  times?: number
  status?: number
  ms?: number
  seed?: number
}

export type Faults = {
  add(faults: Fault[]): void
  clear(): void
  /** The first fault that hits this request; every fault that looks at it counts it. */
  next(operation: Operation): Fault | null
  list(): (Fault & { seen: number; hits: number })[]
}

export function faults(): Faults {
  let planned: { fault: Fault; seen: number; hits: number; draw: () => number }[] = []
  return {
    add(more) {
      planned.push(...more.map(fault => ({ fault, seen: 0, hits: 0, draw: random(fault.seed ?? 1) })))
    },
    clear() {
      planned = []
    },
    next(operation) {
      let hit: Fault | null = null
      for (const plan of planned) {
        const { fault } = plan
        if (fault.on !== 'any' && fault.on !== operation) continue
        plan.seen++
        const due = isDue(fault, plan.seen, plan.draw)
        const left = plan.hits < (fault.times ?? (fault.nth === undefined ? Number.POSITIVE_INFINITY : 1))
        if (!hit && due && left) {
          plan.hits++
          hit = fault
        }
      }
      return hit
    },
    list: () => planned.map(({ fault, seen, hits }) => ({ ...fault, seen, hits })),
  }
}

function isDue(fault: Fault, seen: number, draw: () => number): boolean {
  if (fault.nth !== undefined) return fault.times === undefined ? seen === fault.nth : seen >= fault.nth
  if (fault.every !== undefined) return seen % fault.every === 0
  if (fault.rate !== undefined) return draw() < fault.rate
  return true
}

/** A small generator with a seed (a linear congruence over 32 bits): a rate must hit the same requests each time. */
export function random(seed: number): () => number {
  // Mixed first: seeds that lie close together would all begin with nearly the same number.
  let state = Math.imul(seed ^ (seed >>> 16), 0x85ebca6b) >>> 0
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35) >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Checks what a control request brings; returns the problems. */
export function readFaults(given: unknown): Fault[] | string {
  const list: unknown[] = Array.isArray(given) ? given : [given]
  const faults: Fault[] = []
  for (const entry of list) {
    if (typeof entry !== 'object' || entry === null) return 'a fault is an object { on, do }'
    const fault = entry as Fault
    if (!FAULT_TARGETS.includes(fault.on)) return `"on" must be one of ${FAULT_TARGETS.join(', ')}`
    if (!FAULT_ACTIONS.includes(fault.do)) return `"do" must be one of ${FAULT_ACTIONS.join(', ')}`
    for (const name of ['nth', 'every', 'rate', 'times', 'status', 'ms', 'seed'] as const) {
      if (fault[name] !== undefined && typeof fault[name] !== 'number') return `"${name}" must be a number`
    }
    faults.push(fault)
  }
  return faults
}
