/** Faults on request: which operations go wrong, how, and how often. */
import { malformedJson } from '../model/errors.ts'
import { type Json, object, optional, optionalInteger, text } from '../model/json.ts'
import { type Random, random } from '../model/random.ts'

const OPERATIONS = ['token', 'get', 'query', 'create', 'update', 'delete', 'deliver'] as const
export type Operation = (typeof OPERATIONS)[number]

// biome-ignore format: a word list reads better in lines
const WAYS = [
  'status', 'drop-before', 'commit-then-drop', 'slow', 'hang', 'connection-reset', 'truncate', 'html', 'conflict', 'throttle',
] as const

export type Fault = {
  on: Operation | 'any'
  do: (typeof WAYS)[number]
  /** Only the nth matching operation. */
  nth?: number
  /** Each nth matching operation. */
  every?: number
  /** A share of them; `seed` fixes which. */
  rate?: number
  seed?: number
  /** At most so often. */
  times?: number
  status?: number
  ms?: number
}

export type Faults = {
  set(given: Json): Fault[]
  clear(): void
  /** Each with how many operations it looked at, and how many it struck. */
  list(): (Fault & { seen: number; hits: number })[]
  /** The fault that this operation meets, if any; each call counts as one operation. */
  meet(operation: Operation): Fault | null
}

export function faults(): Faults {
  let all: { fault: Fault; met: number; fired: number; dice: Random }[] = []
  return {
    set(given) {
      all = (Array.isArray(given) ? given : [given]).map((each, at) => {
        const made = fault(each)
        // The place as well: faults that name no seed would all be drawn alike.
        return { fault: made, met: 0, fired: 0, dice: random(made.seed ?? 1, at) }
      })
      return all.map(each => each.fault)
    },
    clear() {
      all = []
    },
    list: () => all.map(each => ({ ...each.fault, seen: each.met, hits: each.fired })),
    meet(operation) {
      let found: Fault | null = null
      for (const each of all) {
        const { on, nth, every, rate, times } = each.fault
        if (on !== operation && on !== 'any') continue
        each.met += 1
        if (found || each.fired >= (times ?? Number.POSITIVE_INFINITY)) continue
        if (nth !== undefined && each.met !== nth) continue
        if (every !== undefined && each.met % every !== 0) continue
        if (rate !== undefined && !each.dice.chance(rate)) continue
        each.fired += 1
        found = each.fault
      }
      return found
    },
  }
}

function fault(given: Json): Fault {
  const body = object(given, 'fault')
  const on = text(body, 'on')
  const way = WAYS.find(each => each === text(body, 'do'))
  const where = on === 'any' ? on : OPERATIONS.find(each => each === on)
  if (!where) throw malformedJson(`on: must be one of ${[...OPERATIONS, 'any'].join(', ')}`)
  if (!way) throw malformedJson(`do: must be one of ${WAYS.join(', ')}`)
  const made: Fault = { on: where, do: way }
  for (const name of ['nth', 'every', 'times', 'status', 'ms', 'seed'] as const) {
    const value = optionalInteger(body, name)
    if (value !== undefined) made[name] = value
  }
  if (made.status !== undefined && (made.status < 200 || made.status > 599)) {
    throw malformedJson('status: must be between 200 and 599')
  }
  const rate = optional(body, 'rate')
  if (rate !== undefined && typeof rate !== 'number') throw malformedJson('rate: Expected Number')
  if (rate !== undefined) made.rate = rate
  return made
}
